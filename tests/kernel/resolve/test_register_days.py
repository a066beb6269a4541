"""Documents hold from their first day to their last; of several the worst speaks; days of lead are counted one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.kernel.resolve.test_register_facts import facts

DAY = date(2026, 11, 20)  # of the line; it is dispatched three days later, on a Monday
WORST_FIRST = ["revoked", "objected", "suspended", "expired", "sent", "accepted", "valid"]


def after(days: int | None) -> date | None:
    return None if days is None else DAY + timedelta(days=days)


def permit(**more: Any) -> dict[str, Any]:
    return {"reference": "P1", "substance_id": "safrole", "status": "valid", **more}


SPANS = [
    (None, None, True),
    (0, None, True),
    (1, None, False),
    (None, 0, True),
    (None, -1, False),
    (0, 0, True),
    (-1, 1, True),
    (1, 2, False),
    (-2, -1, False),
]


@pytest.mark.parametrize(("first", "last", "holds"), SPANS)
def test_a_permit_holds_from_its_first_day_to_its_last(first, last, holds):
    line, _ = facts({"permits": [permit(valid_from=after(first), valid_to=after(last))]})
    assert line["permit_in_force"] is holds


@pytest.mark.parametrize(("first", "last", "holds"), SPANS)
@pytest.mark.parametrize(("party", "field"), [("acme", "consignee_licensed"), ("norwood", "exporter_licensed")])
def test_a_licence_holds_from_its_first_day_to_its_last(first, last, holds, party, field):
    row = {"reference": "L", "holder_key": party, "substance_id": "safrole", "status": "valid"}
    _, found = facts({"licences": [{**row, "valid_from": after(first), "valid_to": after(last)}]})
    other = {"consignee_licensed", "exporter_licensed"} - {field}
    assert (found[field], found[other.pop()], found["licence_lapsed"]) == (holds, False, not holds)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({}, (True, True, False)),
        ({"consignee_key": None}, (None, True, False)),
        ({"exporter_key": None}, (True, None, False)),
        ({"consignee_key": None, "importer_key": "acme"}, (True, True, False)),
        ({"exporter_key": None, "consignor_key": "norwood"}, (True, True, False)),
        ({"consignee_key": "norwood", "exporter_key": "acme"}, (True, True, False)),
        ({"consignee_key": "else", "exporter_key": "else"}, (False, False, False)),
        ({"substance_id": "piperonal"}, (None, None, False)),  # of which the register holds no licence at all
    ],
)
def test_a_licence_is_of_the_party_and_the_substance(line, expected):
    rows = [{"reference": k, "holder_key": k, "substance_id": "safrole", "status": "valid"} for k in ("acme", "norwood")]
    _, found = facts({"licences": rows}, **line)
    assert (found["consignee_licensed"], found["exporter_licensed"], found["licence_lapsed"]) == expected


def test_one_licence_in_force_outweighs_others_that_have_lapsed():
    row = {"reference": "L", "holder_key": "acme", "substance_id": "safrole", "status": "valid"}
    _, found = facts({"licences": [{**row, "valid_to": after(-1)}, row, {**row, "status": "revoked"}]})
    assert (found["consignee_licensed"], found["licence_lapsed"]) == (True, False)


@pytest.mark.parametrize("place", range(len(WORST_FIRST)))
def test_of_several_rows_of_one_document_the_worst_speaks(place):
    statuses = WORST_FIRST[place:]
    for order in (statuses, statuses[::-1]):
        line, _ = facts({"permits": [permit(status=s) for s in order]})
        assert line["permit_status"] == statuses[0]


def test_what_a_document_says_of_another_substance_counts_only_where_it_says_nothing_of_the_lines():
    rows = [permit(status="revoked", substance_id="acetone", valid_to=after(-1)), permit(valid_to=after(0))]
    line, _ = facts({"permits": rows})
    assert (line["permit_status"], line["permit_in_force"], line["permit_substance_ids"]) == (
        "valid",
        True,
        ["acetone", "safrole"],
    )
    line, _ = facts({"permits": rows}, substance_id="piperonal")
    assert (line["permit_status"], line["permit_in_force"]) == ("revoked", True)


@pytest.mark.parametrize(
    ("sent", "jurisdiction", "dispatch", "days"),
    [
        (0, "US", 3, 3),
        (3, "US", 3, 0),
        (4, "US", 3, -1),
        (-7, "US", None, 7),
        (0, "AU", 3, 1),  # Friday to Monday: the Friday
        (-4, "AU", 3, 5),  # Monday to Monday
        (3, "AU", 3, 0),
        (1, "AU", 3, 0),  # Saturday to Monday
        (0, "", 3, 3),
    ],
)
def test_days_of_lead_run_from_the_notice_to_the_dispatch(sent, jurisdiction, dispatch, days):
    pens = [{"reference": "PEN20267", "substance_id": "safrole", "status": "sent", "sent": after(sent)}]
    line, _ = facts({"pre-export-notifications": pens}, jurisdiction, dispatch_date=after(dispatch))
    assert line["pen_lead_days"] == days


def test_of_several_notices_the_shortest_lead_counts():
    pens = [{"reference": "PEN20267", "substance_id": "safrole", "status": "sent", "sent": after(d)} for d in (-9, -2, -5)]
    line, _ = facts({"pre-export-notifications": pens})
    assert (line["pen_lead_days"], line["pen_found"], line["pen_substance_ids"]) == (5, True, ["safrole"])


@pytest.mark.parametrize(("days", "status"), [(1, "valid"), (0, "revoked"), (None, "revoked")])
def test_a_status_that_began_after_the_goods_moved_was_none_yet(days, status):
    line, _ = facts({"permits": [permit(status="revoked", status_from=after(days))]})
    assert line["permit_status"] == status


def test_an_objection_of_later_was_no_answer_yet():
    row = {"reference": "PEN/2026-7", "substance_id": "safrole", "status": "objected", "status_from": after(1)}
    line, _ = facts({"pre-export-notifications": [row]})
    assert line["pen_status"] == "sent"
