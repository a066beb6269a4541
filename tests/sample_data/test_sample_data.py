"""The sample manifest: written by its generator, equal flags in every format, every rule shown beside its near miss."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from precursor_screen.api import screen
from precursor_screen.readers.registry import read
from tests.conftest import ROOT

FOLDER = ROOT / "sample_data"
FORMATS = ("csv", "jsonl", "parquet", "xlsx")

# What each special line must be flagged by, and (behind the bar) what it must not: the number is the line, from 0.
EXPECTED = {
    0: "PS-CHEM-001 PS-QTY-001 | PS-QTY-003",
    1: "PS-QTY-003 | PS-QTY-001",
    2: "PS-CHEM-001 | PS-QTY-001 PS-QTY-003",
    3: "PS-CHEM-003",
    4: "| PS-CHEM-003",
    5: "PS-CHEM-004",
    6: "| PS-CHEM-004 PS-CHEM-001",
    7: "PS-CHEM-005",
    8: "PS-CHEM-001 | PS-CHEM-005 PS-CHEM-003",
    9: "PS-CHEM-006",
    10: "| PS-CHEM-006",
    11: "PS-CHEM-007",
    12: "PS-CHEM-001 | PS-CHEM-007",
    13: "PS-CHEM-008",
    14: "PS-CHEM-013",
    15: "| PS-CHEM-013",
    16: "PS-CHEM-014",
    18: "PS-CHEM-019",
    19: "PS-CHEM-020 | PS-CHEM-001 PS-QTY-001",
    20: "PS-CHEM-001 | PS-DOC-001",
    21: "PS-CHEM-001",
    22: "PS-CHEM-001",
    23: "PS-CHEM-001",
    24: "PS-CHEM-001",
    25: "| *",
    26: "| *",
    27: "| *",
    28: "| *",
    29: "| *",
    31: "PS-QTY-015",
    32: "PS-PTY-001",
    33: "| *",
    34: "PS-PTY-001",
    35: "PS-PTY-003",
    36: "| *",
    37: "PS-PTY-011",
    38: "PS-PTY-011",
    39: "PS-PTY-015",
    40: "PS-DOC-001",
    41: "| PS-DOC-001",
    42: "PS-DOC-013",
    43: "PS-DOC-016",
    44: "PS-PKG-001",
    45: "PS-PKG-007",
    46: "PS-RTE-010",
    47: "| PS-RTE-010",
    51: "PS-CHEM-001",
    52: "PS-CHEM-022",
    53: "PS-CHEM-023",
    54: "| PS-CHEM-023",
}


@pytest.fixture(scope="module")
def reports(reference):
    return {name: screen(FOLDER / f"manifest.{name}", reference) for name in FORMATS}


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_generator_writes(generator):
    lines = generator.rows()
    assert len(lines) == 200
    for name in ("manifest.csv", "manifest.jsonl"):
        assert generator.WRITERS[name](lines) == (FOLDER / name).read_bytes(), f"run sample_data/generate.py: {name}"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_lines_flags_and_bands(reports, name):
    mine, first = reports[name], reports["csv"]
    key = ("flag_id", "line_id", "rule_id", "level", "because", "score")
    assert [tuple(f[k] for k in key) for f in _ordered(mine)] == [tuple(f[k] for k in key) for f in _ordered(first)]
    assert mine.shipments.equals(first.shipments)
    assert {k: mine.coverage[k] for k in ("lines_read", "screened", "not_evaluable")} == {
        k: first.coverage[k] for k in ("lines_read", "screened", "not_evaluable")
    }


def _ordered(report):
    return sorted(report.flags.to_pylist(), key=lambda f: f["flag_id"])


def test_every_rule_is_shown(reports, reference):
    shown = set(reports["csv"].flags.column("rule_id").to_pylist())
    # Surveillance is off by default: what no law controls must not stop a shipment unasked.
    # Rules over history are shown by the thirty days beside it.
    assert {r.rule.id for r in reference.rules if r.rule.scope != "history"} - shown == {"PS-CHEM-002"}


@pytest.mark.parametrize("number", EXPECTED)
def test_the_real_thing_is_flagged_and_the_near_miss_is_not(reports, number):
    wanted, _, unwanted = EXPECTED[number].partition("|")
    row = number + 2
    flags = reports["csv"].flags.to_pylist()
    got = {f["rule_id"] for f in flags if f["source_row"] == row}
    assert set(wanted.split()) <= got
    assert not (got if unwanted.strip() == "*" else got & set(unwanted.split()))


def test_no_ordinary_line_is_flagged(reports, generator):
    rows = [f["source_row"] for f in reports["csv"].flags.to_pylist()]
    assert max(rows) < len(generator.SPECIAL) + 2


def test_what_cannot_be_screened_is_counted_and_has_no_band(reports):
    report = reports["csv"]
    codes = {u["code"]: u["count"] for u in report.coverage["unscreenable"]}
    assert codes == {"vague-description": 1, "no-description": 1}
    bands = {s["shipment_id"]: s["band"] for s in report.shipments.to_pylist()}
    assert bands["SMPL048"] is None
    assert bands["SMPL049"] is None
    assert [d["code"] for d in report.coverage["degraded"]] == ["unparsed-mass"]


def test_namibia_is_a_country():
    (tables,) = read(FOLDER / "manifest.csv", "manifest.csv")
    assert "NA" in tables.lines.column("country_of_destination").to_pylist()


def test_the_formats_are_as_people_send_them():
    (tables,) = read(Path(FOLDER / "manifest.xlsx"), "manifest.xlsx")
    assert tables.input.header_row == 4
