"""Receivers: first and last day, new, dormant, back again, listed; routes and what changed in them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.cases.audit import partners
from precursor_screen.cases.audit.movements import Rows
from precursor_screen.cases.frames import row as named
from tests.cases.audit.rows import LAST, moved, row


def receivers(*rows: dict[str, Any], known: dict[str, date] | None = None, listed: Any = None) -> Rows:
    return partners.receivers(moved(*rows), known or {}, LAST, listed or {})


def test_a_receiver_has_first_and_last_day_names_and_kilograms() -> None:
    found = receivers(
        row("1", date(2026, 5, 2), kg="5"),
        row("2", date(2026, 3, 1), kg="7", receiver="MARROW G.M.B.H."),
        row("3", date(2026, 4, 1), kg="", receiver="Marrow GmbH"),
        row("4", date(2026, 4, 1), kg="100", receiver="Nettle SARL"),
        row("5", receiver=None),
    )
    assert [r.name for r in found] == ["Nettle SARL", "Marrow GmbH"]
    marrow = found[1]
    assert (marrow.names, marrow.first, marrow.last) == (("Marrow GmbH", "MARROW G.M.B.H."), date(2026, 3, 1), date(2026, 5, 2))
    assert (marrow.movements, marrow.kg, marrow.unknown, marrow.by_substance) == (3, Decimal(12), 1, (("acetone", Decimal(12)),))


@pytest.mark.parametrize(("days", "is_new"), [(365, False), (366, True)])
def test_a_partner_is_new_only_after_a_year_of_the_exporter(days: int, is_new: bool) -> None:
    began = date(2025, 5, 5)
    found = receivers(row("1", began + timedelta(days=days), receiver="Nettle SARL"), known={"marrow": began})
    assert found[0].is_new is is_new


def test_a_partner_of_before_the_period_is_not_new() -> None:
    known = {"marrow": date(2025, 1, 5), "nettle": date(2025, 12, 1)}
    (found,) = receivers(row("1", date(2026, 6, 1), receiver="Nettle SARL"), known=known)
    assert (found.is_new, found.known_since) == (False, date(2025, 12, 1))


@pytest.mark.parametrize(("days", "gap"), [(179, None), (180, 180)])
def test_a_partner_is_back_after_180_days(days: int, gap: int | None) -> None:
    back = date(2026, 1, 10) + timedelta(days=days)
    (found,) = receivers(row("1", date(2026, 1, 10)), row("2", back))
    assert (found.gap_days, found.back_on) == (gap, back if gap else None)


@pytest.mark.parametrize(("days", "dormant"), [(179, False), (180, True)])
def test_a_partner_is_dormant_after_180_days(days: int, dormant: bool) -> None:
    last = LAST - timedelta(days=days)
    (found,) = receivers(row("1", last - timedelta(days=9)), row("2", last))
    assert found.is_dormant is dormant


def test_of_goods_in_which_nothing_was_recognised_nobody_is_a_partner() -> None:
    nothing = {"substance_id": None, "kg": "", "receiver": "Nettle SARL"}
    known = {"marrow": date(2024, 1, 5)}
    (found,) = receivers(row("1", date(2026, 1, 10), **nothing), row("2", date(2026, 12, 1), **nothing), known=known)
    assert (found.is_new, found.gap_days, found.back_on, found.is_dormant, found.by_substance) == (False, None, None, False, ())


def test_of_a_tie_the_name_that_comes_first_by_letters_is_shown_and_countries_stand_in_for_each_other() -> None:
    rows = [
        row("1", receiver="MARROW GMBH", receiver_country=None, country_of_destination="FR"),
        row("2"),
        row("3", receiver_country="AT"),
    ]
    (found,) = receivers(*rows, row("4", receiver="MARROW GMBH", receiver_country="AT"))
    assert (found.name, found.names, found.countries) == ("MARROW GMBH", ("MARROW GMBH", "Marrow GmbH"), ("AT", "DE", "FR"))


def test_a_receiver_has_the_kilograms_of_each_substance_and_counts_a_text_once() -> None:
    two = [row("1", kg="9", line_id="L", substance_id=s) for s in ("acetone", "toluene")]
    (found,) = receivers(*two, row("2", kg="1"), row("3", kg="", substance_id="toluene"), row("4", kg="5", substance_id=None))
    assert (found.kg, found.by_substance, found.unknown) == (Decimal(10), (("acetone", Decimal(10)), ("toluene", Decimal(9))), 1)


def test_who_bought_once_is_not_dormant() -> None:
    assert not receivers(row("1", date(2026, 1, 2)))[0].is_dormant


def test_a_receiver_shows_its_watchlist_matches_once() -> None:
    entry = named(list_id="un-sc", entry_id="E1", score=97.0, flag_id="f1", state="new")
    (found,) = receivers(row("1"), row("2"), listed={"line-1": [entry], "line-2": [entry]})
    assert found.listed == (entry,)


def test_routes_are_told_apart_by_the_countries_on_the_way() -> None:
    found = partners.routes(
        moved(
            row("1", kg="1"), row("2", kg="2"), row("3", kg="9", transit_countries=["NL"]), row("4", country_of_destination=None)
        )
    )
    assert [(r.dispatch, r.transit, r.destination, r.movements, r.kg) for r in found] == [
        ("US", (), "DE", 2, Decimal(3)),
        ("US", (), "", 1, Decimal(50)),
        ("US", ("NL",), "DE", 1, Decimal(9)),
    ]


def test_a_way_has_its_countries_in_their_order() -> None:
    found = partners.routes(moved(row("1", transit_countries=["SG", "AE"]), row("2", transit_countries=["AE", "SG"])))
    assert [(r.transit, r.first, r.last, r.lines) for r in found] == [
        (("AE", "SG"), date(2026, 3, 1), date(2026, 3, 1), (2,)),
        (("SG", "AE"), date(2026, 3, 1), date(2026, 3, 1), (1,)),
    ]


def objection(**values: Any) -> dict[str, Any]:
    filled = {
        "reference": "PEN-1",
        "substance_id": "acetone",
        "country": "DE",
        "importer_key": "marrow",
        "sent": date(2026, 3, 1),
    }
    return {**filled, **values}


def test_what_goes_another_way_after_an_objection_is_told() -> None:
    moves = moved(
        row("1", date(2026, 2, 1), country_of_destination="FR", receiver="Nettle SARL"),
        row("2", date(2026, 3, 2), country_of_destination="CH", kg="4"),  # the same importer elsewhere
        row("3", date(2026, 3, 3), country_of_destination="PL", kg="5", receiver="Orrin SA"),  # a country never met
        row("4", date(2026, 3, 4), country_of_destination="FR", receiver="Nettle SARL"),  # went there before
        row("5", date(2026, 3, 5)),  # to the country itself: shipped although objected, which `reconcile` tells
        row("6", date(2026, 3, 6), country_of_destination="PL", substance_id="ephedrine"),
        row("7", date(2026, 3, 1), country_of_destination="AT"),  # on the day itself
    )
    found = partners.rerouted(moves, [objection()])
    assert [(r.to, r.kg, r.because) for r in found] == [
        (("CH",), Decimal(4), "the same importer, elsewhere"),
        (("PL",), Decimal(5), "a country that the substance had not gone to before"),
    ]


def test_an_objection_without_an_importer_is_no_objection_to_whoever_is_not_named() -> None:
    moves = moved(row("2", date(2026, 3, 2), country_of_destination="CH", receiver=None))
    for importer in (None, ""):
        (found,) = partners.rerouted(moves, [objection(importer_key=importer)])
        assert found.because == "a country that the substance had not gone to before"


@pytest.mark.parametrize("missing", ["sent", "substance_id", "country"])
def test_an_objection_that_lacks_something_tells_nothing(missing: str) -> None:
    assert partners.rerouted(moved(row("2", date(2026, 4, 2), country_of_destination="CH")), [objection(**{missing: None})]) == ()
