"""Goods that come back under an export permit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.cases.reconcile.reconcile import export_permits, judge_returned, mark_returned, reconcile
from precursor_screen.rulebook.registers import PERMITS
from tests.cases.reconcile.making import FRAME, moved, permit

LEFT = moved(permit="P1")
BACK = moved(
    "B2", on="05-01", direction="import", sending=("zenith",), receiving=("acme",), origin="MX", destination="US", permit="P1"
)
PAPERS = [permit("P1"), permit("I1", direction="import", exporter=None)]


@pytest.mark.parametrize(("number", "back"), [("P1", True), ("I1", False), ("P9", False)])
def test_what_names_an_export_permit_may_come_back(number: str, back: bool):
    marked = mark_returned([LEFT, replace(BACK, permit=number)], export_permits(PAPERS))
    assert marked[1].returned is back


def test_it_is_neither_an_export_nor_an_import_under_it():
    result = reconcile([LEFT, BACK], {PERMITS: PAPERS[:1]}, FRAME)
    assert [d.kind for d in result.differences] == []


@pytest.mark.parametrize(("kg", "kinds"), [("102", []), ("103", ["returned-more"]), ("40", [])])
def test_more_than_had_left(kg: str, kinds: list[str]):
    back = moved("B2", kg, "05-01", direction="import", permit="P1", returned=True)
    assert [d.kind for d in judge_returned([LEFT, back], export_permits(PAPERS), FRAME.tolerance)] == kinds


def test_goods_that_leave_again_use_the_permit_again():
    again = moved("B3", on="05-20", permit="P1")
    result = reconcile([LEFT, replace(BACK, returned=True), again], {PERMITS: PAPERS[:1]}, FRAME)
    assert [d.kind for d in result.differences] == ["over"]
