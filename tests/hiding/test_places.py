"""Nothing is silently clear: each hiding place is flagged, or an issue says that something could not be screened."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen import load_reference
from precursor_screen.app.inputs import find_sources
from precursor_screen.app.stream import run
from precursor_screen.core.errors import ExitCode, InputError
from precursor_screen.core.issues import ISSUE_CODES, SET_ASIDE, UNSCREENABLE
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from tests.hiding.places import places

DATA = Path(os.environ.get("PRECURSOR_SCREEN_TEST_DATA", "")) / "hiding_places"
PLACES = {p.name: p for p in places()}
TOLD = ("PS-CHEM", "PS-PTY")


@pytest.fixture(scope="module")
def reference() -> Reference:
    """With the rules of which `told` tells."""
    whole = load_reference(watchlists=["sample"], jurisdiction="US")
    return replace(whole, rules=tuple(r for r in whole.rules if r.rule.id.startswith(TOLD)))


def told(folder: Path, reference: Reference) -> dict[str, set[str]]:
    """What the report says of each file below a folder: rules about goods and parties, and issues that set the exit code."""
    report = run(find_sources((str(folder),)), ReadOptions(), reference, jobs=1).report
    found: dict[str, set[str]] = {}
    for file, rule in zip(*(report.flags.column(c).to_pylist() for c in ("source_file", "rule_id")), strict=True):
        if rule.startswith(TOLD):
            found.setdefault(_part(file), set()).add(rule)
    for file, code in zip(*(report.issues.column(c).to_pylist() for c in ("source_file", "code")), strict=True):
        if ISSUE_CODES[code].effect in (SET_ASIDE, UNSCREENABLE):
            found.setdefault(_part(file), set()).add(code)
    return found


def _part(file: str) -> str:
    return file.partition("/")[0]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> dict[str, set[str]]:
    """All places in one run, each with a bill of its own."""
    folder = tmp_path_factory.mktemp("places")
    for number, place in enumerate(PLACES.values()):
        (folder / f"{number:03}").mkdir()
        content = place.content.replace(b"HB1", b"HB1%03d" % number) if place.file.endswith((".csv", ".json")) else place.content
        (folder / f"{number:03}" / place.file).write_bytes(content)
    found = told(folder, reference)
    return {name: found.get(f"{number:03}", set()) for number, name in enumerate(PLACES)}


@pytest.mark.parametrize("name", PLACES)
def test_nothing_hides(name: str, reported: dict[str, set[str]]) -> None:
    assert reported[name], f"{name} is silently clear"


def test_the_plain_manifest_is_clear(tmp_path: Path, reference: Reference) -> None:
    """Else the test above would show nothing."""
    from tests.hiding.places import HEADER, PLAIN, table

    (tmp_path / "plain.csv").write_bytes(table([HEADER, PLAIN]))
    assert not told(tmp_path, reference)


@pytest.mark.skipif(not DATA.is_dir(), reason="PRECURSOR_SCREEN_TEST_DATA has no hiding places")
def test_nothing_hides_in_the_labelled_places(tmp_path: Path, reference: Reference) -> None:
    """In one run, each with a bill of its own; those whose bill cannot be told apart one by one."""
    files = sorted(p for p in DATA.iterdir() if p.suffix in (".csv", ".json", ".xlsx"))
    together, alone = tmp_path / "together", list[Path]()
    # What one file shows must not be told of another: rules over history look at all of them.
    by_itself = replace(reference, rules=tuple(r for r in reference.rules if r.rule.scope != "history"))
    for number, file in enumerate(files):
        content, count = re.subn(rb"\bB1\b", b"B1%03d" % number, file.read_bytes())
        if not count or file.suffix == ".xlsx":
            alone.append(file)
            continue
        (together / file.stem).mkdir(parents=True)
        (together / file.stem / file.name).write_bytes(content)
    found = told(together, by_itself)
    silent = [file.name for file in files if file not in alone and not found.get(file.stem)]
    for file in alone:
        folder = tmp_path / file.stem / "in"
        folder.mkdir(parents=True)
        shutil.copy(file, folder)
        try:
            clear = not told(folder.parent, by_itself)
        except InputError as error:  # nothing at all can be read: exit code 4
            clear = error.exit_code != ExitCode.NOT_SCREENED
        silent += [file.name] * clear
    assert files
    assert len(alone) < len(files) / 2
    assert not silent
