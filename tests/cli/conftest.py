"""Runs commands in this process, with an empty home, and reads the tables that ship once a session instead of once a command."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from precursor_screen.cli.main import run
from precursor_screen.core.model import Concern, Substance
from precursor_screen.reference import bundle, shipped, substances
from precursor_screen.reference.site_tables import load_concern
from tests.conftest import ROOT
from tests.screening import table
from tests.thin import thin_tables

SAMPLE = ROOT / "sample_data" / "manifest.csv"
FEW = ("ps-chem-001.yml", "ps-pty-001.yml", "ps-qty-001.yml")  # a substance, a listed party, a mass that may not be known
# The program as `python -c` runs it, with the folder of rules that its first argument names for the one that ships.
OTHER_RULES = (
    "import sys; from pathlib import Path; from precursor_screen.cli.main import main; "
    "from precursor_screen.reference import shipped; "
    "shipped.rules_folder = lambda: Path(sys.argv[1]); main(sys.argv[2:])"
)
# The same with the tables that lie beside it: for a process that begins where every process does.
OTHER_DATA = OTHER_RULES.replace(
    "main(sys", "shipped.substances_folder = lambda: Path(sys.argv[1]).with_name('substances'); main(sys"
)
load_substances = functools.cache(substances.load_substances)
load_thresholds = functools.cache(bundle.load_thresholds)
load_shipped_concern = functools.cache(load_concern)


class Answer(Struct, frozen=True):
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Standard output as JSON, an object a line."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


def read_tables_once(patched: pytest.MonkeyPatch) -> None:
    """Substances, thresholds and grades that ship are read once a session, and not by each command; a site's own file by each."""

    def concern(folder: Path, known: tuple[Substance, ...], own: Path | None = None) -> Mapping[str, Concern]:
        return load_concern(folder, known, own) if own else load_shipped_concern(folder, known)

    patched.setattr(substances, "load_substances", load_substances)
    patched.setattr(bundle, "load_thresholds", load_thresholds)
    patched.setattr(bundle, "load_concern", concern)


@pytest.fixture(autouse=True)
def tables_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `read_tables_once` has it."""
    read_tables_once(monkeypatch)


@pytest.fixture(scope="session")
def few_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of rules that ships, cut to a few of them; beside it the tables with few names."""
    folder = tmp_path_factory.mktemp("few")
    thin_tables(folder / "substances")
    return cut_rules(folder / "rules", *FEW)


def cut_rules(folder: Path, *names: str) -> Path:
    """Makes a folder of what ships with some of its rules, by their files."""
    ours = shipped.rules_folder()
    shutil.copytree(ours, folder, ignore=lambda at, found: set(found) - set(names) - _beside(Path(at), ours))
    return folder


def _beside(folder: Path, ours: Path) -> set[str]:
    """What is not a rule: lists, macros, packs, typologies."""
    return {p.name for p in folder.iterdir() if folder != ours or p.is_dir()}


@contextlib.contextmanager
def working_in(folder: Path, rules: Path) -> Iterator[None]:
    """What `home` and `few_rules` are to a test, for what is made once: a folder to work in, with a home, and no setting from outside."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PRECURSOR_SCREEN_")]:
            patched.delenv(name)
        patched.setenv("PRECURSOR_SCREEN_HOME", str(folder / "home"))
        patched.chdir(folder)
        patched.setattr(shipped, "rules_folder", lambda: rules)
        read_tables_once(patched)
        yield


@pytest.fixture
def few_rules(few_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rules are all that ship: a screen with all of them takes three times as long, and few tests of commands are about rules."""
    monkeypatch.setattr(shipped, "rules_folder", lambda: few_folder)


@pytest.fixture
def ps(home: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Answer]:
    """Runs `precursor-screen ARGUMENTS`, with bytes on standard input, in an empty folder."""

    def command(*arguments: object, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run([str(a) for a in arguments])
        out, err = capsysbinary.readouterr()
        return Answer(int(code), out.decode("utf-8", "surrogateescape"), err.decode())

    return command


@pytest.fixture
def manifest(home: Path) -> Callable[..., Path]:
    """Writes a manifest of some rows into the working folder."""

    def write(*rows: dict[str, Any], name: str = "manifest.csv") -> Path:
        path = Path(name)
        path.write_bytes(table(rows or [{}]))
        return path

    return write


LISTED = {"consignee": "Quimeralda Reactivos SA de CV"}  # of the sample list: PS-PTY-001, critical
ACETONE = {"description of goods": "ACETONE", "hs code": "291411"}  # PS-CHEM-001, medium
VAGUE = {"description of goods": "GENERAL CARGO", "hs code": "", "bill of lading": "B9"}
