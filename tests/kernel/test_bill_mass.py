"""A mass that a message states once above its lines is the mass of the bill: once, whole, and said so where it is not counted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import Run, run
from precursor_screen.readers.interface import ReadOptions
from tests.screening import STARTED, with_rules

HEAD = "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+AB1'LOC+9+DEHAM'LOC+11+USHOU'NAD+CZ+++Silver Birch GmbH'NAD+CN+++Fabula Traders'GIS+23'"
SUMS = ("PS-QTY-001", "PS-CHEM-019")


@pytest.fixture(scope="module")
def reference(reference):
    return with_rules(reference, *SUMS)


def bill(kilograms: int, *goods: str) -> bytes:
    items = "".join(f"GID+{n}'FTX+AAA+++{text}'" for n, text in enumerate(goods, 1))
    return f"{HEAD}MEA+AAE+G+KGM:{kilograms}'{items}UNT++1'".encode()


def screened(content: bytes, reference) -> Run:
    return run((Source("m", content=content),), ReadOptions(), reference, started=STARTED)


@pytest.mark.parametrize(("kilograms", "over"), [(1000, False), (1499, False), (1500, True), (2000, True)])
def test_thresholds_take_the_mass_of_the_bill_once_and_whole(kilograms: int, over: bool, reference) -> None:
    result = screened(bill(kilograms, "ACETONE", "ACETONE"), reference)
    masses = result.screened.resolved.substances.column("substance_mass_kg").to_pylist()
    assert masses == [Decimal(kilograms), None]
    said = [f["because"] for f in result.report.flag_records() if f["rule_id"] == "PS-QTY-001"]
    assert [text.split(" (")[0] for text in said] == [f"{kilograms} kg of Acetone: the threshold is 1500 kg"] * over


def test_the_line_whose_mass_is_counted_elsewhere_says_so(reference) -> None:
    result = screened(bill(2000, "ACETONE", "ACETONE"), reference)
    (said,) = [f["because"] for f in result.report.flag_records() if f["rule_id"] == "PS-CHEM-019"]
    assert said.endswith("Stated once for this and other lines, and counted on the first of them: gross mass.")
    assert [i["code"] for i in result.report.issues.to_pylist()] == ["mass-of-the-bill"]


def test_a_line_with_a_mass_of_its_own_says_nothing_of_others(reference) -> None:
    result = screened(bill(2000, "ACETONE"), reference)
    assert "stated_once" not in result.screened.resolved.lines.column_names
    assert [f["rule_id"] for f in result.report.flag_records()] == ["PS-QTY-001"]
