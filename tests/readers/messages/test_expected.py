"""What the lines of each sample say, field by field (`expected.csv`), and which issues it has (`issues.csv`)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.formats.edi import read_segments
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
NAMES = sorted(p.name for p in SAMPLES.iterdir())
# Where a line stands and who it is follows from what it says, and is tested where it is made.
PLACE = ("line_id", "movement_key", "source_file", "input_id", "shipment_id", "other_columns")


def read_sample(name: str) -> InputTables:
    (tables,) = read(SAMPLES / name, name)
    return tables


def shown(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def stated(tables: InputTables) -> dict[tuple[int, str], str]:
    return {
        (number, name): shown(value)
        for number, line in enumerate(tables.lines.to_pylist(), start=1)
        for name, value in line.items()
        if value is not None and name not in PLACE
    }


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", NAMES)
def test_every_line_says_what_is_expected_and_no_more(name: str) -> None:
    expected = {(int(r["line"]), r["field"]): r["value"] for r in rows("expected.csv") if r["sample"] == name}
    assert stated(read_sample(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_understood_is_an_issue(name: str) -> None:
    expected = [(r["code"], int(r["row"]), r["value"]) for r in rows("issues.csv") if r["sample"] == name]
    assert [(i["code"], i["source_row"], i["value"] or "") for i in read_sample(name).issues.to_pylist()] == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_cells_as_filed_stand_beside_the_lines(name: str) -> None:
    tables = read_sample(name)
    assert tables.raw.num_rows == tables.lines.num_rows
    assert len(set(tables.raw.column_names)) == len(tables.raw.column_names)
    assert all(label for label, _ in tables.input.mapping)
    assert tables.input.lines == tables.lines.num_rows


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_read_again_has_the_same_ids_whatever_its_name(name: str) -> None:
    (again,) = read((SAMPLES / name).read_bytes(), "another name")
    first = read_sample(name)
    assert again.lines.column("line_id").to_pylist() == first.lines.column("line_id").to_pylist()
    assert len(set(first.lines.column("line_id").to_pylist())) == first.lines.num_rows


def plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c == "-")


def filed(name: str) -> Iterator[str]:
    """What a sample says, but for service segments, codes that say what a value is, and elements known to say nothing."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    if name.endswith(".edi"):
        for segment in read_segments(text):
            if segment.tag not in ("UNB", "UNH", "UNT", "UNZ", "UNS", "CNT", "ISA", "GS", "ST", "SE", "GE", "IEA", "LX", "UNA"):
                yield from (c for e in segment.elements for c in e if len(c) > 4)
    elif name.endswith(".txt"):
        yield from (part for line in text.split("\n")[1:] for part in line.split("/") if len(part) > 4)


@pytest.mark.parametrize("name", [n for n in NAMES if not n.endswith(".xml")])
def test_whatever_a_segment_says_stands_beside_the_lines(name: str) -> None:
    tables = read_sample(name)
    shown_cells = [str(v) for c in tables.raw.columns for v in c.to_pylist() if v]
    everything = plain(" ".join(shown_cells))
    pieces = [t for t in filed(name) if plain(t) not in everything]
    # Figures that were added up, and telegrams' own shorthand of pieces and masses, stand there in other words.
    assert [
        t
        for t in pieces
        if not re.fullmatch(r"[0-9-]+[A-Z]{6}|[TSPD]\d.*|[KL][0-9.]+|MC.*|.*T\d+|[0-9,]+|HYDROCHLORIDE|EPHEDRINE HYDRO", t)
    ] == []
