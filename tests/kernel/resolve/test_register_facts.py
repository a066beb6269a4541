"""What registers say of a line, and that nothing is said where there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.engine import connect
from precursor_screen.kernel.resolve.register_facts import add_register_facts
from precursor_screen.rulebook.registers import schema_of

LINE = {
    "line_id": "A",
    "as_of_date": date(2026, 11, 20),
    "dispatch_date": date(2026, 11, 23),
    "substance_id": "safrole",
    "substance_ids": ["safrole"],
    "permit_reference": "p 1",
    "pen_reference": "PEN/2026-7",
    "consignee_key": "acme",
    "exporter_key": "norwood",
}


def facts(
    registers: dict[str, list[dict[str, Any]]], jurisdiction: str = "US", **line: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    resolved = resolved_from_rows([{**LINE, **line}], "substance")
    tables = {name: pa.Table.from_pylist(rows, schema=schema_of(name)) for name, rows in registers.items()}
    with connect() as connection:
        reference = SimpleNamespace(registers=tables, law=jurisdiction, lists={}, substances=SimpleNamespace(substances=()))
        lines, candidates = add_register_facts(connection, resolved.lines, resolved.substances, resolved.parties, reference)
    return lines.to_pylist()[0], candidates.to_pylist()[0]


def test_numbers_are_compared_without_case_blanks_and_punctuation():
    permits = [{"reference": "P-1", "substance_id": "safrole", "status": "valid", "valid_to": date(2026, 11, 20)}]
    pens = [
        {"reference": "pen 2026 7", "substance_id": "safrole", "status": "objected", "sent": date(2026, 11, 13), "country": "MX"}
    ]
    line, _ = facts({"permits": permits, "pre-export-notifications": pens})
    assert (line["permit_found"], line["permit_in_force"], line["permit_substance_ids"]) == (True, True, ["safrole"])
    assert (line["pen_found"], line["pen_status"], line["pen_country"], line["pen_lead_days"]) == (True, "objected", "MX", 10)


def test_australia_counts_working_days():
    pens = [{"reference": "PEN20267", "substance_id": "safrole", "status": "sent", "sent": date(2026, 11, 13)}]
    line, candidate = facts({"pre-export-notifications": pens}, "AU")
    assert (line["pen_lead_days"], candidate["reply_days"]) == (6, 5)  # Friday to Monday week: six working days begun


def test_what_a_permit_is_for_is_that_of_the_lines_own_substance():
    permits = [
        {"reference": "P1", "substance_id": "safrole", "status": "valid", "quantity_kg": Decimal(20), "single_use": True},
        {"reference": "P1", "substance_id": "acetone", "status": "valid", "quantity_kg": Decimal(5), "single_use": False},
    ]
    line, _ = facts({"permits": permits})
    assert (line["permit_quantity_kg"], line["permit_single_use"]) == (20, True)
    line, _ = facts({"permits": [{"reference": "P1", "substance_id": "safrole", "status": "valid"}]})
    assert (line["permit_quantity_kg"], line["permit_single_use"]) == (None, None)


def test_not_in_the_register_no_number_and_no_register_are_three_things():
    other = {"permits": [{"reference": "P-2", "substance_id": "safrole", "status": "valid"}]}
    assert facts(other)[0]["permit_found"] is False
    assert facts(other, permit_reference=None)[0]["permit_found"] is None
    assert "permit_found" not in facts({})[0]


def test_a_permit_that_has_run_out():
    permits = [{"reference": "P1", "substance_id": "safrole", "status": "valid", "valid_to": date(2026, 11, 19)}]
    assert facts({"permits": permits})[0]["permit_in_force"] is False


def test_licences_by_party_and_substance_on_the_day():
    def licences(**more: Any) -> dict[str, Any]:
        row = {"reference": "L", "holder_key": "acme", "substance_id": "safrole", "status": "valid", **more}
        return facts({"licences": [row]})[1]

    assert (licences()["consignee_licensed"], licences()["exporter_licensed"], licences()["licence_lapsed"]) == (
        True,
        False,
        False,
    )
    lapsed = licences(valid_to=date(2026, 1, 1))
    assert (lapsed["consignee_licensed"], lapsed["licence_lapsed"]) == (False, True)
    assert licences(substance_id="piperonal")["consignee_licensed"] is None  # it does not say that it is complete
    assert licences(status="suspended")["consignee_licensed"] is False


def test_a_party_that_is_not_named_cannot_be_looked_up():
    row = {"reference": "L", "holder_key": "acme", "substance_id": "safrole", "status": "valid"}
    _, candidate = facts({"licences": [row]}, consignee_key=None, exporter_key=None)
    assert candidate["consignee_licensed"] is None
    assert candidate["licence_lapsed"] is None


def test_what_the_register_says_of_another_substance_is_not_the_line_s_business():
    rows = [
        {"reference": "PEN20267", "substance_id": "safrole", "status": "objected", "country": "MX"},
        {"reference": "PEN20267", "substance_id": "acetone", "status": "accepted", "country": "AT"},
    ]
    line, _ = facts({"pre-export-notifications": rows}, substance_ids=["safrole"])
    assert (line["pen_status"], line["pen_country"]) == ("objected", "MX")
    line, _ = facts({"pre-export-notifications": rows}, substance_ids=["piperonal"])
    assert line["pen_status"] == "objected"  # of several the most serious speaks


def test_a_lapsed_consignee_is_not_hidden_by_a_licensed_consignor():
    rows = [
        {"reference": "L1", "holder_key": "acme", "substance_id": "safrole", "status": "valid", "valid_to": date(2026, 1, 1)},
        {"reference": "L2", "holder_key": "norwood", "substance_id": "safrole", "status": "valid"},
    ]
    assert facts({"licences": rows})[1]["licence_lapsed"] is True


def test_signs_alone_name_nothing():
    permits = [{"reference": "..", "substance_id": "safrole", "status": "valid"}]
    assert facts({"permits": permits}, permit_reference="-")[0]["permit_found"] is None


def test_an_objection_for_another_country_follows_the_exporter_and_the_substance():
    def refused(*rows: dict[str, Any], **line: Any) -> tuple[Any, ...]:
        base = {"reference": "N1", "substance_id": "safrole", "status": "objected", "exporter_key": "norwood", "country": "MX"}
        pens = [{**base, "sent": date(2026, 11, 1), **row} for row in rows]
        _, found = facts({"pre-export-notifications": pens}, **{"country_of_destination": "GT", "consignor_key": None, **line})
        return tuple(found[f"objected_{part}"] for part in ("elsewhere", "days", "country", "reference"))

    nothing, unknown = (False, None, None, None), (None, None, None, None)
    assert refused({}) == (True, 19, "MX", "N1")
    assert refused({}, exporter_key=None, consignor_key="norwood") == (True, 19, "MX", "N1")
    assert refused({}, {"reference": "N2", "country": "PE", "sent": date(2026, 11, 19)}) == (True, 1, "PE", "N2")
    assert refused({"sent": date(2026, 11, 20)})[1] == 0
    assert refused({"sent": date(2026, 11, 21)}) == nothing  # a notification after the goods left does not explain them
    assert refused({"status": "sent"}) == nothing
    assert [refused({"status": s})[0] for s in ("suspended", "revoked", "accepted")] == [True, True, False]
    assert refused({}, country_of_destination="MX") == nothing
    assert refused({"substance_id": "piperonal"}) == nothing
    assert refused({"exporter_key": "other"}) == nothing
    assert refused({"sent": None}) == (True, None, "MX", "N1")
    # What cannot be known is not denied.
    assert refused({"exporter_key": None}) == unknown
    assert refused({"country": None}) == unknown
    assert refused({"country": None}, {"reference": "N2"}) == (True, 19, "MX", "N2")
    assert refused({}, exporter_key=None) == unknown
    assert refused({}, country_of_destination=None) == unknown
    assert refused({"exporter_key": None, "country": "GT"}) == nothing  # whoever it was: to this very country
    same_day = ({"reference": "N2", "country": "BR"}, {"reference": "N2", "country": "MX"})
    assert refused(*same_day) == refused(*reversed(same_day)) == (True, 19, "MX", "N2")


def test_an_old_objection_does_not_hide_what_may_be_a_later_one():
    def later(*rows: dict[str, Any]) -> tuple[Any, ...]:
        old = {"reference": "N0", "substance_id": "safrole", "status": "objected", "exporter_key": "norwood", "country": "BR"}
        pens = [
            {**old, "sent": date(2026, 1, 1)},
            *({**old, "reference": "N9", "sent": date(2026, 11, 10), **row} for row in rows),
        ]
        _, found = facts({"pre-export-notifications": pens}, country_of_destination="GT", consignor_key=None)
        return tuple(found[f"objected_{part}"] for part in ("elsewhere", "days", "later"))

    assert later() == (True, 323, False)
    assert later({"country": None}) == (True, 323, None)
    assert later({"exporter_key": None, "country": "MX"}) == (True, 323, None)
    assert later({"country": "MX", "sent": None}) == (True, 323, None)
    assert later({"exporter_key": None, "country": "GT"}) == (True, 323, False)
    assert later({"country": None, "sent": date(2025, 12, 1)}) == (True, 323, False)
    assert later({"exporter_key": "other", "country": None}) == (True, 323, False)


def voluntary(*rows: dict[str, Any], **line: Any) -> tuple[Any, ...]:
    one = {"substance_id": "safrole", "exporter_key": "norwood", "country": "MX", "status": "sent", "sent": date(2026, 11, 1)}
    filed = {"country_of_destination": "MX", "pen_reference": None, **line}
    _, candidate = facts({"voluntary-notifications": [{**one, **row} for row in rows]}, **filed)
    return tuple(candidate[f"voluntary_{part}"] for part in ("status", "reference", "days"))


def test_a_voluntary_notification_is_found_by_its_number_or_as_the_last_of_its_exporter():
    first = {"reference": "L1", "status": "objected"}
    later = {"reference": "L2", "status": "accepted", "sent": date(2026, 11, 9)}
    assert voluntary(first) == ("objected", "L1", 19)
    assert voluntary(first, later) == ("accepted", "L2", 11)
    assert voluntary(first, later, pen_reference="l 1") == ("objected", "L1", 19)
    assert voluntary({**first, "sent": None}, pen_reference="L1") == ("objected", "L1", None)
    assert voluntary({**first, "status_from": date(2026, 11, 21)}) == ("sent", "L1", 19)
    assert voluntary({**first, "status_from": date(2026, 11, 20)}) == ("objected", "L1", 19)
    assert voluntary({**first, "sent": date(2026, 11, 20)}) == ("objected", "L1", 0)
    same_day = {**first, "reference": "L0", "status": "accepted"}
    assert voluntary(same_day, first) == ("objected", "L1", 19)


def test_of_others_a_voluntary_notification_says_nothing():
    nothing = (None, None, None)
    for other in (
        {"country": "NG"},
        {"exporter_key": "acme"},
        {"substance_id": "acetone"},
        {"sent": date(2026, 11, 21)},
        {"sent": None},
    ):
        assert voluntary({"reference": "L1", "status": "objected", **other}) == nothing
    assert voluntary({"reference": "L1", "status": "objected", "substance_id": "acetone"}, pen_reference="L1") == nothing
    assert voluntary({"reference": "L1", "status": "objected"}, country_of_destination=None) == nothing
    assert "voluntary_status" not in facts({})[1]
