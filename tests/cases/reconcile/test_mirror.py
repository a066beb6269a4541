"""Exports of one country against imports of another."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.cases.reconcile.mirror import KINDS, mirror
from tests.cases.reconcile.making import moved

LEFT = moved(containers=("C1",))


def arrived(bill: str = "B1", kg: str | None = "100", on: str = "04-20", **changed: Any) -> Any:
    return moved(bill, kg, on, direction="import", **changed)


def kinds(*imports: Any, exports: Any = (LEFT,)) -> list[str]:
    return [d.kind for d in mirror(exports, imports)[0]]


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (arrived(), []),
        (arrived(kg="98"), []),
        (arrived(kg="97.9"), ["mass-differs"]),
        (arrived(kg=None), ["mass-unknown"]),
        (arrived(receiving=("other",)), ["other-consignee"]),
        (arrived(substance_id="toluene"), ["other-substance"]),
        (arrived(substance_id="toluene", kg="50", receiving=("other",)), ["other-substance", "other-consignee", "mass-differs"]),
        (arrived("Z9", containers=("C1",)), []),
        (arrived("Z9", containers=("C1",), on="06-01"), ["missing-import", "missing-export"]),  # the container's next journey
        (arrived("Z9"), []),  # by substance, parties, mass and days
        (arrived("Z9", on="05-31"), []),
        (arrived("Z9", on="06-01"), ["missing-import", "missing-export"]),
        (arrived("Z9", on="03-31"), ["missing-import", "missing-export"]),
        (arrived("Z9", kg="97"), ["missing-import", "missing-export"]),
        (arrived("Z9", receiving=("other",)), ["missing-import", "missing-export"]),
        (arrived("Z9", substance_id="toluene"), ["missing-import", "missing-export"]),
    ],
)
def test_one_consignment(other: Any, kind: list[str]):
    assert kinds(other, exports=(moved(containers=("C1",)),)) == kind


def test_lines_of_one_bill_and_substance_are_one_consignment():
    exports = [moved(kg="60"), moved(kg="40", line_id="2", row=3)]
    assert mirror(exports, [arrived()]) == ((), 1)


def test_what_is_missing_says_how_much_and_on_which_side():
    found, pairs = mirror([LEFT], [])
    assert (found[0].kind, found[0].difference_kg, pairs) == ("missing-import", Decimal(-100), 0)
    found, _ = mirror([], [arrived()])
    assert (found[0].kind, found[0].difference_kg, found[0].left) == ("missing-export", Decimal(100), ())


def test_the_nearest_in_mass_then_in_days_are_one():
    exports = [moved("B1", "100"), moved("B2", "101")]
    imports = [arrived("Y1", "101"), arrived("Y2", "100")]
    assert mirror(exports, imports) == ((), 2)
    two = [arrived("Y1", on="05-20"), arrived("Y2", on="04-05")]
    (alone,), _ = mirror([LEFT], two)
    assert alone.kind == "missing-export"
    assert alone.arrived[0].bill == "Y1"


def test_the_order_of_rows_does_not_count():
    chance = random.Random(3)
    exports = [moved(f"B{n}", str(chance.randint(95, 105)), f"04-{chance.randint(1, 28):02}", row=n) for n in range(30)]
    imports = [arrived(f"Y{n}", str(chance.randint(95, 105)), f"05-{chance.randint(1, 28):02}", row=n) for n in range(30)]
    once = mirror(exports, imports)
    chance.shuffle(exports)
    chance.shuffle(imports)
    assert mirror(exports, imports) == once


def test_every_kind_says_what_would_settle_it():
    assert all(settle.endswith(".") for _, settle in KINDS.values())
