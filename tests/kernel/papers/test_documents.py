"""Rows of registers as documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.kernel.papers.documents import (
    Party,
    is_number,
    plain_reference,
    read_direction,
    read_documents,
    unread_directions,
)
from precursor_screen.reference.thresholds import ReplyPeriod
from precursor_screen.rulebook.registers import CONFIRMATIONS, LICENCES, NOTIFICATIONS, PERMITS, REQUIREMENTS, schema_of

DAY = date(2025, 3, 7)  # a Friday
PERIODS = (ReplyPeriod("AU", 5, True, None, None, "read", True), ReplyPeriod("US", 15, False, None, None, "read", True))


def table(register: str, *rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema_of(register))


def test_the_holder_of_a_permit_is_exporter_or_importer_by_its_direction():
    row = {"reference": "P 1", "substance_id": "acetone", "holder": "Acme Ltd", "holder_key": "acme", "status": "valid"}
    rows = [{**row, "reference": f"P{n}", "direction": d} for n, d in enumerate(("Export permit", "IMP", None, "transit"))]
    exported, imported, unknown, transit = read_documents(PERMITS, table(PERMITS, *rows))
    acme = Party("acme", "Acme Ltd")
    assert (exported.exporter, exported.importer, exported.holder, exported.direction) == (acme, None, None, "export")
    assert (imported.exporter, imported.importer, imported.holder, imported.direction) == (None, acme, None, "import")
    assert (unknown.holder, unknown.direction, transit.holder) == (acme, None, acme)
    assert unread_directions(PERMITS, table(PERMITS, *rows)) == ["P3"]


@pytest.mark.parametrize(
    ("text", "direction"), [("import/export", None), ("Export", "export"), ("imported", "import"), ("", None)]
)
def test_directions(text: str, direction: str | None):
    assert read_direction(text) == direction


@pytest.mark.parametrize(
    ("jurisdiction", "ends"), [("US", date(2025, 3, 22)), ("AU", date(2025, 3, 14)), ("XX", None), ("", None)]
)
def test_a_notification_has_a_period_of_reply_and_a_number_of_days(jurisdiction: str, ends: date | None):
    row = {"reference": "N1", "substance_id": "piperonal", "sent": DAY, "status": "sent", "quantity_kg": Decimal(5)}
    (one,) = read_documents(NOTIFICATIONS, table(NOTIFICATIONS, row), jurisdiction, PERIODS, 30)
    assert (one.first, one.last, one.stated_last, one.reply_ends) == (DAY, date(2025, 4, 6), False, ends)


def test_a_notification_without_a_day_has_no_days():
    row = {"reference": "N1", "substance_id": "piperonal", "sent": None, "status": "sent"}
    (one,) = read_documents(NOTIFICATIONS, table(NOTIFICATIONS, row), "US", PERIODS)
    assert (one.first, one.last, one.reply_ends) == (None, None, None)


def test_requirements_licences_and_confirmations():
    row = {"country": "MX", "substance_id": "acetone", "year": 2025, "quantity_kg": Decimal(7)}
    (need,) = read_documents(REQUIREMENTS, table(REQUIREMENTS, row))
    assert (need.reference, need.first, need.last) == ("MX 2025", date(2025, 1, 1), date(2025, 12, 31))
    (licence,) = read_documents(LICENCES, table(LICENCES, {"reference": "L1", "holder": "Acme", "holder_key": "acme"}))
    assert (licence.holder, licence.status) == (Party("acme", "Acme"), "valid")
    (arrived,) = read_documents(CONFIRMATIONS, table(CONFIRMATIONS, {"reference": "B1", "country": "MX", "date": DAY}))
    assert (arrived.direction, arrived.first, arrived.last, arrived.stated_last) == ("export", DAY, None, False)


def test_the_order_of_rows_does_not_count():
    rows = [{"reference": f"P{n}", "substance_id": "acetone", "status": "valid"} for n in (3, 1, 2)]
    assert [d.number for d in read_documents(PERMITS, table(PERMITS, *rows))] == ["P1", "P2", "P3"]


def test_numbers_are_compared_without_case_blanks_and_punctuation():
    assert plain_reference(" p-12/é ") == "P12É"
    assert [is_number(plain_reference(t)) for t in ("TBA", "0000", "pending", "P1", None)] == [False, False, False, True, False]


def test_the_other_country_of_an_import_is_that_of_dispatch():
    row = {"reference": "P", "substance_id": "acetone", "status": "valid", "country": "US", "dispatch_country": "CN"}
    rows = [{**row, "reference": f"P{n}", "direction": d} for n, d in enumerate(("export", "import", None))]
    assert [d.country for d in read_documents(PERMITS, table(PERMITS, *rows))] == ["US", "CN", "US"]
    alone = {**row, "direction": "import", "dispatch_country": None}
    assert read_documents(PERMITS, table(PERMITS, alone))[0].country == "US"


def test_a_stated_day_for_answers_goes_before_the_laws():
    row = {"reference": "N 1", "substance_id": "piperonal", "status": "sent", "sent": DAY, "reply_due": date(2025, 3, 20)}
    (one,) = read_documents(NOTIFICATIONS, table(NOTIFICATIONS, row), "US", PERIODS)
    assert one.reply_ends == date(2025, 3, 21)


@pytest.mark.parametrize(
    ("remarks", "ends"), [(None, date(2025, 3, 22)), ("regular customer: waived", None), ("partial shipments", date(2025, 3, 22))]
)
def test_declarations_precede_exports_by_the_laws_period(remarks: str | None, ends: date | None):
    row = {"reference": "P 1", "substance_id": "acetone", "direction": "export", "issued": DAY, "remarks": remarks}
    assert read_documents(PERMITS, table(PERMITS, row), "US", PERIODS, declared=True)[0].reply_ends == ends
    assert read_documents(PERMITS, table(PERMITS, row), "US", PERIODS)[0].reply_ends is None
    imported = {**row, "direction": "import"}
    assert read_documents(PERMITS, table(PERMITS, imported), "US", PERIODS, declared=True)[0].reply_ends is None


@pytest.mark.parametrize(
    ("basis", "remarks", "base"),
    [
        ("anhydrous base", None, True),
        ("base", None, True),
        (None, "quantity as anhydrous base", True),
        ("goods", None, False),
        (None, "goods based in Colima", False),
        (None, None, False),
    ],
)
def test_quantities_of_the_base(basis: str | None, remarks: str | None, base: bool):
    row = {"reference": "P 1", "substance_id": "ephedrine", "basis": basis, "remarks": remarks}
    assert read_documents(PERMITS, table(PERMITS, row))[0].base is base


@pytest.mark.parametrize(
    ("remarks", "key"),
    [
        ("consignee renamed Zenith Holding S.A. on 2025-03-18 (notice in the file)", "holding zenith"),
        ("umbenannt in Zenith Holding GmbH", "holding zenith"),
        ("renamed to Zenith Holding Ltd; see file", "holding zenith"),
        ("consignee replaced", None),
        (None, None),
    ],
)
def test_a_party_that_was_renamed(remarks: str | None, key: str | None):
    row = {"reference": "P 1", "substance_id": "acetone", "remarks": remarks}
    renamed = read_documents(PERMITS, table(PERMITS, row))[0].renamed
    assert (renamed and renamed.key) == key
