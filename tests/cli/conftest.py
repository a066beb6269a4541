"""Runs commands in this process, with an empty home, and reads the tables that ship once a session instead of once a command."""

from __future__ import annotations

import functools
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.cli.main import run
from precursor_screen.reference import bundle, substances
from tests.conftest import ROOT
from tests.screening import table

SAMPLE = ROOT / "sample_data" / "manifest.csv"
load_substances = functools.cache(bundle.load_substances)
SubstanceIndex = functools.cache(bundle.SubstanceIndex)


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Standard output as JSON, an object a line."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


@pytest.fixture(autouse=True)
def tables_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The substance tables and their index."""
    monkeypatch.setattr(bundle, "load_substances", load_substances)
    monkeypatch.setattr(substances, "load_substances", load_substances)
    monkeypatch.setattr(bundle, "SubstanceIndex", SubstanceIndex)


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
