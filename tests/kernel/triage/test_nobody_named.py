"""Chemicals that could not be screened, for nobody who is named: they are in a band, with the reason."""

from __future__ import annotations

import pytest

from precursor_screen.api import load_reference
from tests.screening import screen_rows

LINE = {
    "bill of lading": "B1",
    "shipper": "Alder Supplies GmbH",
    "consignee": "TO ORDER",
    "notify party": "",
    "hs code": "382499",
    "description of goods": "",
    "net weight kg": "8000",
}


@pytest.mark.parametrize(
    "filed", [{}, {"description of goods": "AS PER INVOICE 4711"}, {"description of goods": "GOODS"}, {"hs code": "290399"}]
)
def test_chemicals_of_which_nothing_is_said_for_nobody_are_low(filed):
    assert outcome(filed) == ("low", True)


@pytest.mark.parametrize(
    "filed", [{"notify party": "Birch Coatings Ltd"}, {"consignee": "Birch Coatings Ltd"}, {"hs code": "848180"}]
)
def test_where_somebody_can_be_asked_or_the_code_is_of_other_goods_the_rule_says_nothing(filed):
    assert not outcome(filed)[1]


def outcome(filed):
    """The band of the line, and whether the rule flags it."""
    report = screen_rows([LINE | filed], load_reference(watchlists=["sample"])).report
    (shipment,) = report.shipments.to_pylist()
    return shipment["band"], "PS-PTY-034" in report.open_flags.column("rule_id").to_pylist()
