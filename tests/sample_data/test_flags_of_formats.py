"""The sample shipments are flagged alike in whatever format they are filed, but for a written list (`other_flags.csv`).

Each row of that list is told by the report of the file itself: a rule that could not be judged, a line that could not be screened, a
blind spot, or another statement in the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pytest

from precursor_screen.api import screen
from precursor_screen.core.report import Report
from precursor_screen.readers.registry import read
from precursor_screen.reference.bundle import Reference
from sample_data.filing import WRITERS
from tests.conftest import ROOT
from tests.examples import SOAK
from tests.screening import with_rules

pytestmark = pytest.mark.slow

FOLDER = ROOT / "sample_data" / "formats"
FIRST = "comma.csv"
FLAGGING = (
    *("PS-CHEM-001", "PS-CHEM-003", "PS-CHEM-006", "PS-CHEM-013", "PS-CHEM-020", "PS-CHEM-024"),
    *("PS-COV-013", "PS-COV-014", "PS-COV-015", "PS-DOC-008", "PS-PTY-001", "PS-PTY-032", "PS-QTY-001", "PS-RTE-016"),
)
Flagged = Counter[tuple[str, str]]
RECEIVERS = "PS-PTY-009"  # flags nothing here, and asks who receives: a report names that as a blind spot where a rule asks


@lru_cache(maxsize=1)
def differences() -> Mapping[tuple[str, str, str], str]:
    """(format, rule, difference) -> how the report tells it."""
    found = {}
    with (Path(__file__).parent / "other_flags.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert row["why"]
            for name in row["formats"].split():
                assert (name, row["rule"], row["difference"]) not in found
                found[name, row["rule"], row["difference"]] = row["told"]
    return found


class Reports(dict[str, Report]):
    """The report of each file that is asked for: tests in parallel ask for a part of them each."""

    def __init__(self, reference: Reference) -> None:
        """A commit judges by the rules that flag the shipments in some format, as far as is known; all are judged in a soak."""
        super().__init__()
        self._reference = reference
        if not SOAK:
            named = {rule for _, rule, _ in differences()} - {"*"}
            self._reference = with_rules(reference, *sorted({*FLAGGING, *named, RECEIVERS}))

    def __missing__(self, name: str) -> Report:
        report = self[name] = screen(FOLDER / name, self._reference)
        return report


@pytest.fixture(scope="module")
def reports(reference: Reference) -> Reports:
    return Reports(reference)


def flagged(report: Report, name: str) -> Flagged:
    """How often each rule flags each text of goods."""
    goods = {
        line["line_id"]: line["description"] for tables in read(FOLDER / name, name) for line in tables.lines.to_pylist() if "description" in line
    }  # fmt: skip
    return Counter((flag["rule_id"], goods.get(flag["line_id"], "")) for flag in report.flags.to_pylist())


@pytest.fixture(scope="module")
def wanted(reports: Reports) -> Flagged:
    """Of the first format."""
    return flagged(reports[FIRST], FIRST)


def test_no_other_rule_flags_them(reference: Reference) -> None:
    assert set(screen(FOLDER / FIRST, reference).flags.column("rule_id").to_pylist()) == set(FLAGGING)


def screened() -> list[str]:
    """The formats that are screened: in a soak all. Those that differ in nothing are read into the same lines, which another test compares, and
    of them a commit screens one of each kind of file."""
    differing = {name for name, _, _ in differences()}
    alike = {Path(name).suffix: name for name in reversed(WRITERS) if name not in differing}
    return [name for name in WRITERS if SOAK or name in differing or name in alike.values()]


@pytest.mark.parametrize("name", screened())
def test_the_flags_are_the_same_or_the_difference_is_listed(reports: Reports, wanted: Flagged, name: str) -> None:
    got = flagged(reports[name], name)
    assert len(wanted) > 10
    found = {(name, rule, "missing") for rule, _ in wanted - got} | {(name, rule, "added") for rule, _ in got - wanted}
    listed = {key for key in differences() if key[0] == name}
    if (name, "*", "missing") in listed:
        assert not got
        assert listed == {(name, "*", "missing")}
    else:
        assert found == listed


@pytest.mark.parametrize(("name", "rule", "difference"), differences())
def test_what_differs_is_told_in_the_report(reports: Reports, name: str, rule: str, difference: str) -> None:
    coverage = reports[name].coverage
    kind, _, what = differences()[name, rule, difference].partition(" ")
    if kind == "not":
        assert rule in {u["rule_id"] for u in coverage["not_evaluable"]}
    elif kind == "unscreenable":
        assert what in {u["code"] for u in coverage["unscreenable"]}
    elif kind == "blind":
        assert what.removeprefix("spot ") in {b["code"] for b in coverage["blind_spots"]}
    else:
        assert kind == "states"
        field, value = what.split()
        (tables,) = read(FOLDER / name, name)
        assert set(tables.lines.column(field).to_pylist()) == {value}
