"""Sums by substance, month and destination; jumps; what lies just under a threshold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from precursor_screen.cases.audit import partners
from precursor_screen.cases.audit.movements import Limits, place_of, to_table
from precursor_screen.cases.frames import to_tuples
from tests.cases.audit.rows import exempting, limits, moved, row, table, threshold


def test_sums_by_substance_month_and_destination() -> None:
    moves = moved(
        row("1", date(2026, 3, 1), kg="10.5"),
        row("2", date(2026, 3, 31), kg="20"),
        row("3", date(2026, 4, 1), kg="40"),
        row("4", date(2026, 3, 9), kg="7", country_of_destination="FR"),
        row("5", date(2026, 3, 9), kg="", country_of_destination="FR"),
        row("6", date(2026, 3, 9), kg="3", substance_id="ephedrine"),
        row("7", date(2026, 3, 9), substance_id=None, kg=""),
    )
    # Lines are numbered by day, file and row: 1, 4, 5, 6, 7, 2, 3.
    found = [(v.substance, v.month, v.destination, v.kg, v.movements, v.unknown, v.lines) for v in partners.volumes(moves)]
    assert found == [
        ("acetone", "2026-03", "DE", Decimal("30.5"), 2, 0, (1, 6)),
        ("acetone", "2026-03", "FR", Decimal(7), 2, 1, (2, 3)),
        ("acetone", "2026-04", "DE", Decimal(40), 1, 0, (7,)),
        ("ephedrine", "2026-03", "DE", Decimal(3), 1, 0, (4,)),
    ]
    totals = {t.substance: (t.kg, t.movements, t.unknown, t.first, t.last) for t in partners.totals(moves)}
    assert totals == {
        "acetone": (Decimal("77.5"), 5, 1, date(2026, 3, 1), date(2026, 4, 1)),
        "ephedrine": (Decimal(3), 1, 0, date(2026, 3, 9), date(2026, 3, 9)),
    }


def test_an_unknown_mass_is_never_zero() -> None:
    (total,) = partners.totals(moved(row("1", kg="")))
    assert (total.kg, total.unknown) == (Decimal(0), 1)
    assert partners.just_under(moved(row("1", kg=""))) == ()


def test_rows_without_a_date_have_no_month() -> None:
    moves = moved(row("1", None))
    assert [v.month for v in partners.volumes(moves)] == [""]
    assert partners.months(moves, limits()) == ()


def test_house_bill_and_declaration_of_one_cargo_count_once() -> None:
    moves = moved(
        row("1", kg="50", declaration_id="D7", house_bill_of_lading="H9"),
        row("2", kg="50", house_bill_of_lading="H9"),
    )
    assert [t.kg for t in partners.totals(moves)] == [Decimal(50)]


def test_months_have_the_threshold_of_a_month() -> None:
    found = partners.months(moved(row("1"), row("2", substance_id="ephedrine"), row("3", substance_id="toluene")), limits())
    assert [(m.substance, m.limit_kg) for m in found] == [("acetone", Decimal(250)), ("ephedrine", Decimal(0)), ("toluene", None)]
    assert [m.regulated_kg for m in found] == [Decimal(250), Decimal(0), None]
    assert partners.months(moved(row("1")), exempting())[0].regulated_kg == Decimal("250.000001")
    assert partners.months(moved(row("1")), limits(""))[0].limit_kg is None


def test_the_threshold_of_a_month_is_that_of_the_direction_with_the_most_mass() -> None:
    law = Limits(
        (threshold("acetone", "250", "month", "export"), threshold("acetone", "40", "month", "import")),
        "US",
    )
    rows = [row("1", kg="20"), row("2", kg="20"), row("3", kg="30", direction="import")]
    assert [m.limit_kg for m in partners.months(moved(*rows), law)] == [Decimal(250)]
    more = row("4", kg="11", direction="import")
    assert [m.limit_kg for m in partners.months(moved(*rows, more), law)] == [Decimal(40)]
    unknown = row("5", kg="", direction="import")
    assert [m.limit_kg for m in partners.months(moved(*rows, unknown), law)] == [Decimal(250)]


def test_of_a_bill_that_a_declaration_covers_in_part_the_rest_counts() -> None:
    moves = moved(
        row("1", kg="50", declaration_id="D7", house_bill_of_lading="H9"),
        row("2", kg="80", house_bill_of_lading="H9"),
        row("3", kg="", house_bill_of_lading="H9"),
    )
    assert [(m.line, m.kg) for m in to_tuples(moves)] == [(1, Decimal(50)), (2, Decimal(30)), (3, None)]
    (total,) = partners.totals(moves)
    assert (total.kg, total.movements, total.unknown, total.lines) == (Decimal(80), 3, 1, (1, 2, 3))


def test_texts_that_are_not_stated_are_empty_and_receivers_without_a_key_are_told_apart_by_their_name() -> None:
    bare = {"receiver_key": None, "hs6": None, "direction": None, "permit_reference": None, "transit_countries": None}
    (move,) = to_tuples(moved(row("1", **bare, receiver="STRASSE Ⅱ") | {"receiver_key": None}))
    assert (move.receiver, move.hs6, move.direction, move.permit, move.transit) == ("STRASSE Ⅱ".casefold(), "", "", "", [])
    assert (place_of(move), place_of(move._replace(source_row=None))) == ("may.csv:1", "may.csv")


@pytest.mark.parametrize(("kg", "is_one"), [("29.99", False), ("30", True)])
def test_a_month_jumps_at_three_times_the_median_of_three_before(kg: str, is_one: bool) -> None:
    rows = [row(str(n), date(2026, n, 1), kg=k) for n, k in ((1, "8"), (2, "10"), (3, "90"), (4, kg))]
    # The median of 8, 10, 90 is 10; before the third month there are too few to compare with.
    found = partners.jumps(partners.months(moved(*rows), limits()))
    assert [(j.month, j.usual_kg, j.times) for j in found] == ([("2026-04", Decimal(10), 3.0)] if is_one else [])


@pytest.mark.parametrize(
    ("kg", "near"),
    [("79.999999", 0), ("80", 1), ("99.999999", 1), ("100", 0), ("0", 0)],
    ids=["below", "80", "under", "at", "none"],
)
def test_just_under_is_from_80_to_less_than_100_per_cent(kg: str, near: int) -> None:
    found = partners.just_under(moved(row("1", kg="10"), row("2", kg=kg)))
    assert [(j.weighed, j.near) for j in found] == [(1 if kg == "0" else 2, near)]
    assert found[0].share == near / found[0].weighed


@pytest.mark.parametrize(
    ("kg", "near", "share"), [("80", 1, 80.0), ("99.999999", 1, 99.99), ("100", 1, 100.0), ("100.000001", 0, 100.01)]
)
def test_just_under_a_limit_that_is_exempt_itself_is_up_to_it(kg: str, near: int, share: float) -> None:
    (found,) = partners.just_under(moved(row("1", kg=kg), law=exempting()))
    assert (found.near, found.exempt, found.shares) == (near, True, ((share, 1),))
    assert partners.just_under(moved(row("1", kg=kg)))[0].exempt is False


def test_a_threshold_of_zero_is_no_distance() -> None:
    assert partners.just_under(moved(row("1", substance_id="ephedrine"))) == ()


def test_lines_are_numbered_whatever_the_order_of_rows() -> None:
    rows = [row("1", date(2026, 5, 1)), row("2", date(2026, 4, 1)), row("3", None)]
    there = to_table(table(*rows).select(_columns()), limits())
    back = to_table(table(*reversed(rows)).select(_columns()), limits())
    assert to_tuples(there) == to_tuples(back)
    assert [(m.line, m.line_id) for m in to_tuples(there)] == [(1, "line-2"), (2, "line-1"), (3, "line-3")]


def _columns() -> list[str]:
    from precursor_screen.cases.audit.movements import READ

    return list(READ)


def test_a_code_that_substances_share_an_article_and_an_emptied_package_are_no_substance_here() -> None:
    moves = moved(
        row("1", kg="10"),
        row("2", kg="20", match_strength="weak", match_method="hs"),
        row("2", kg="20", match_strength="weak", match_method="hs", substance_id="ephedrine"),
        row("3", kg="30", form="article"),
    )
    assert [(m.line, m.substance, m.kg) for m in to_tuples(moves)] == [(1, "acetone", Decimal(10)), (2, "", None), (3, "", None)]
    (total,) = partners.totals(moves)
    assert (total.kg, total.unknown) == (Decimal(10), 0)
    assert {n.what: n.rows for n in partners.not_evaluable(moves)}["substance"] == 2


def test_a_mixture_counts_with_its_share_and_tablets_with_nothing_that_nobody_stated() -> None:
    moves = moved(
        row("1", kg="800", content_mass_kg=Decimal(96), goods_mass_kg=Decimal(800)),
        row("2", kg="120", form="preparation", content_mass_kg=None),
    )
    (total,) = partners.totals(moves)
    assert (total.kg, total.unknown, total.share_kg, total.of_kg) == (Decimal(96), 1, Decimal(96), Decimal(800))
