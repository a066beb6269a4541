"""How much of a document is used: blanket permits keep a running balance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.kernel.papers.balance import Balance, find_balances
from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.principals import shipped_go_betweens
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS
from tests.cases.reconcile.making import moved, notification, party, permit


def balances(document: Document, *some: Movement, share: Any = lambda m: None) -> dict[str, Balance]:
    asked = frozenset((m.line_id, m.substance_id) for m in some)
    found = find_balances(document.register, [document], some, asked, shipped_go_betweens(), share)
    return {line: balance for (line, _), balance in found.items()}


def used(document: Document, *some: Movement, **more: Any) -> list[str | None]:
    found = balances(document, *some, **more)
    return [None if (b := found.get(m.line_id)) is None or b.used is None else f"{b.used:.2f}" for m in some]


def test_a_blanket_permit_keeps_a_running_balance():
    some = [moved(f"B{n}", "40", on=f"03-0{n}", permit="P1") for n in range(1, 4)]
    assert used(permit(), *some) == ["0.40", "0.80", "1.20"]
    assert used(permit(), *reversed(some)) == ["1.20", "0.80", "0.40"]  # whatever the order of rows


def test_what_moved_on_one_day_stands_together():
    assert used(permit(), moved("B1", "60", permit="P1"), moved("B2", "60", permit="P1")) == ["1.20", "1.20"]


def test_a_quantity_of_the_base_is_compared_with_the_base_of_a_salt():
    salt = moved(kg="121.9", permit="P1")
    share = lambda m: Decimal("0.8193")  # noqa: E731
    assert used(permit(base=True), salt, share=share) == ["1.00"]
    assert used(permit(base=False), salt, share=share) == ["1.22"]


def test_goods_without_a_number_use_up_a_permit_and_no_notification():
    assert used(permit(), moved("B1", "60"), moved("B2", "60", on="04-02")) == ["0.60", "1.20"]
    some = [moved(f"B{n}", "60", on=f"04-0{n}", substance_id="piperonal") for n in (1, 2)]
    assert used(notification(), *some) == ["0.60", "0.60"]  # each may have had one of its own
    assert used(notification(), moved(kg="130", substance_id="piperonal")) == ["1.30"]


def test_who_names_the_permit_of_somebody_else_uses_up_none_of_it():
    thief = moved("B1", "90", permit="P1", sending=("other",), receiving=("nobody",))
    assert used(permit(importer=party("Zenith")), thief, moved("B2", "60", on="04-02", permit="P1")) == [None, "0.60"]


def test_a_permit_for_one_shipment():
    once = permit(single_use=True)
    first, second = moved("B1", "10", on="04-01", permit="P1"), moved("B2", "10", on="04-02", permit="P1")
    found = balances(once, first, second)
    assert (found["B1"].again, found["B2"].again) == (False, True)
    assert not balances(permit(), first, second)["B2"].again


@pytest.mark.parametrize("changed", [{"kg": None}, {"status": "revoked"}])
def test_what_cannot_be_compared(changed: dict[str, Any]):
    assert used(permit(**changed), moved(permit="P1")) == [None]
    assert permit().register == PERMITS
    assert notification().register == NOTIFICATIONS
