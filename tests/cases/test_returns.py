"""The yearly return: a figure a cell, its lines, and what is in none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from precursor_screen.cases.frames import to_rows
from precursor_screen.cases.reconcile.law import convention_table
from precursor_screen.cases.returns import CELL, YearlyReturn, make_return
from precursor_screen.kernel.papers.documents import Document
from precursor_screen.rulebook.registers import REQUIREMENTS
from tests.cases.reconcile.making import moved


def table_of(substance: str, day: date) -> str | None:
    return {"acetone": "II", "piperonal": "I"}.get(substance)


def made(*movements: Any, requirements: Any = ()) -> YearlyReturn:
    return make_return(2025, "US", movements, table_of, requirements)


def figures(one: YearlyReturn) -> list[tuple[Any, ...]]:
    return [
        (*(row[name] for name in CELL), row["kg"], row["lines"], row["lines_of_unknown_mass"]) for row in to_rows(one.figures)
    ]


def test_a_figure_is_a_table_substance_form_direction_and_country():
    some = (
        *(
            moved(kg="10"),
            moved("B2", "5"),
            moved("B3", "7", destination="KE"),
            moved("B4", "3", direction="import", origin="DE"),
        ),
        *(moved("B5", "1", substance_id="piperonal"), moved("B6", "2", bulk=False)),
    )
    assert figures(made(*some)) == [
        ("I", "piperonal", "substance", "export", "MX", Decimal(1), 1, 0),
        ("II", "acetone", "preparation or mixture", "export", "MX", Decimal(2), 1, 0),
        ("II", "acetone", "substance", "export", "KE", Decimal(7), 1, 0),
        ("II", "acetone", "substance", "export", "MX", Decimal(15), 2, 0),
        ("II", "acetone", "substance", "import", "DE", Decimal(3), 1, 0),
    ]
    assert not made(*some).unjudged


def test_what_cannot_be_counted_is_in_no_figure_and_named():
    some = (
        *(moved(kg=None), moved("B2", direction=None), moved("B3", direction="transit"), moved("B4", substance_id="safrole")),
        *(moved("B5", "4", destination=None), moved("B6", on="2024-12-31"), moved("B7", on="2026-01-01")),
        *(moved("B8", direction="transhipment"), moved("B9", direction="domestic", origin="NL", destination="BE")),
    )
    one = made(*some)
    assert figures(one) == [
        ("II", "acetone", "substance", "export", "MX", None, 0, 1),
        ("II", "acetone", "substance", "export", "not stated", Decimal(4), 1, 0),
    ]
    assert {u.code: u.count for u in one.unjudged} == {
        "mass-unknown": 1,
        "no-direction": 1,
        "no-country": 1,
        "in-transit": 2,
        "within-borders": 1,
        "not-in-tables": 1,
    }


def test_needs_are_those_of_the_own_country_and_year_and_use_stays_blank():
    def need(country: str, year: int, substance: str = "acetone") -> Document:
        return Document(REQUIREMENTS, "", "", substance, Decimal(9), country=country, first=date(year, 1, 1))

    one = made(requirements=[need("US", 2025), need("MX", 2025, "piperonal"), need("US", 2024, "piperonal")])
    assert one.needs == (("II", "acetone", Decimal(9)),)
    assert [u.code for u in make_return(2025, "US", [], table_of, None).unjudged] == ["not-imported"]


def test_the_tables_are_those_of_the_day():
    tables = convention_table()
    assert (tables("acetic-anhydride", date(2001, 9, 15)), tables("acetic-anhydride", date(2001, 9, 16))) == ("II", "I")
    assert tables("acetone", date(2025, 1, 1)) == "II"
    assert tables("no-such-substance", date(2025, 1, 1)) is None


def test_a_line_that_may_be_several_substances_is_in_the_figure_of_each_and_named():
    read_twice = (moved("B1", "25", row=7), moved("B1", "25", row=7, substance_id="piperonal"))
    of_no_mass = [moved("B9", kg, key=str(kg), row=9, substance_id=s) for kg in ("0", None) for s in ("acetone", "piperonal")]
    assert "several-substances" not in {u.code for u in made(*of_no_mass).unjudged}
    one = made(*read_twice, moved("B2", "25"), moved("B3", "1"), moved("B3", "2", substance_id="piperonal"))
    assert {u.code: (u.count, u.examples) for u in one.unjudged} == {"several-substances": (1, (read_twice[0].place,))}
    assert {row["substance_id"]: row["kg"] for row in to_rows(one.figures)} == {"acetone": Decimal(51), "piperonal": Decimal(27)}


def test_shipments_and_masses_are_those_of_the_figure_and_the_order_of_rows_does_not_count():
    some = [
        moved("B1", "0.1"),
        moved("B1", "0.2", row=3, key="k"),
        moved("B2", None),
        moved("B3", "0"),
        moved("B4", content_kg=Decimal("0.7")),
    ]
    one, other = made(*some), made(*reversed(some))
    assert [(row["figure"], row["kg"], row["shipments"], row["lines"]) for row in to_rows(one.figures)] == [
        (1, Decimal("1.0"), 3, 4)
    ]
    assert to_rows(one.figures) == to_rows(other.figures)
    assert [m.bill for m in other.counted["movement"]] == ["B1", "B1", "B2", "B3", "B4"]


def test_a_year_in_which_nothing_moved_has_no_figures():
    one = made(moved(on="2024-05-01"))
    assert (to_rows(one.figures), len(one.counted), one.needs, one.unjudged) == ([], 0, (), ())


def test_what_is_not_named_and_what_holds_an_unknown_share_is_in_no_figure():
    some = (
        moved(kg="9"),
        moved("B2", "5", sure=False),
        moved("B3", "7", content_kg=None),
        moved("B4", "8", content_kg=Decimal(1)),
    )
    one = made(*some)
    assert figures(one) == [("II", "acetone", "substance", "export", "MX", Decimal(10), 2, 1)]
    assert {u.code: u.count for u in one.unjudged} == {"not-named": 1, "mass-unknown": 1}


def test_imports_stand_under_the_country_of_dispatch_and_say_where_they_do_not():
    some = (moved(direction="import", origin="NL"), moved("B2", "5", direction="import", origin="CN", by_origin=True))
    one = made(*some)
    assert [f[4] for f in figures(one)] == ["CN", "NL"]
    assert [u.code for u in one.unjudged] == ["origin-country"]


def test_one_consignment_in_two_files_counts_once_and_two_masses_are_told():
    bills = {"bills": ("BILL7001",)}
    some = [moved("BILL7001", kg, file=file, line_id=file, **bills) for file, kg in (("a.csv", "1600"), ("b.csv", "1600"))]
    assert [f[5] for f in figures(made(*some))] == [Decimal(1600)]
    other = moved("BILL7001", "1000", file="c.csv", line_id="c.csv", **bills)
    one = made(*some, other)
    assert [f[5] for f in figures(one)] == [Decimal(1600)]
    assert [u.code for u in one.unjudged] == ["two-masses"]
