"""Listed names within longer texts: whole, close together, in their order; words for goods are none."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.matching.party.mentions import Mentions


def entry(number: int, kind: str, *names: str, delisted: date | None = None) -> WatchlistEntry:
    kinds = ("primary", *["strong"] * (len(names) - 1))
    listed = tuple(WatchlistName(n, k) for n, k in zip(names, kinds, strict=True))
    return WatchlistEntry("list", entry_id=f"E{number}", kind=kind, names=listed, delisted=delisted)


ENTRIES = (
    entry(1, "organisation", "Quarndon Wexley Ltd"),
    entry(2, "person", "TARVENKO, Oldrich Semyon"),
    entry(3, "organisation", "Milling Machines LLC"),
    entry(4, "organisation", "Bank Saint Brendan"),
    entry(5, "organisation", "Halbrecht Chemical Trading"),
    entry(6, "organisation", "海湖化工贸易"),
    entry(7, "organisation", "Orlandia Beresford Shipping", delisted=date(2026, 1, 1)),
    entry(8, "person", "HASSAN, Mohamed"),
    entry(9, "organisation", "Zorvath Kelmund Ostrander GmbH"),
)


@pytest.fixture(scope="module")
def mentions() -> Mentions:
    return Mentions(PartyIndex(build_index("list", ENTRIES)))


def found(mentions: Mentions, text: str) -> list[str]:
    return mentions.find([text]).column("entry_id").to_pylist()


@pytest.mark.parametrize(
    ("text", "entry_id"),
    [
        ("c/o Quarndon Wexley Ltd, 3 Quay Row", "E1"),
        ("GOODS OF QUARNDON-WEXLEY", "E1"),
        ("goods of Quarndon Wexly", "E1"),
        ("goods of Quarnden Wexley", "E1"),
        ("%51uarndon%20Wexley", "E1"),
        ("Quarndon Wexley" + " tiles" * 50_000, "E1"),
        ("tiles " * 50_000 + "Quarndon Wexley", "E1"),
        ("attn Oldrich Semyon Tarvenko", "E2"),
        ("attn Tarvenko Oldrich Semyon", "E2"),
        ("by MILLING MACHINES LLC, Tver", "E3"),
        ("LLC MILLING MACHINES for metal and wood in nine crates of one ton", "E3"),
        ("by%20MILLING%20MACHINES%20LLC", "E3"),
        ("to Halbrecht Chemical Trading for tiles", "E5"),
        ("收货 海湖化工贸易 桶", "E6"),
        ("Zorvath Kelmund Ostrander", "E9"),
        ("Zorvath Kelmund Ostramder", "E9"),
    ],
)
def test_a_listed_name_is_found(mentions: Mentions, text: str, entry_id: str) -> None:
    assert found(mentions, text) == [entry_id]


@pytest.mark.parametrize(
    "text",
    [
        "milling machines for metal",  # goods
        "port of Saint Brendan",  # the bank's name without the bank
        "tiles of Wexley Quarndon in nine cartons and one more box",  # of a firm the order counts
        "Quarndon and five other firms of Wexley Town and a long way apart",
        "Quarndon",
        "Hassan Mohamed brand dates",  # two names that many bear
        "Halbrecht tiles and Chemical Trading",
        "Zorvath Kelmund",  # two of three
        "Quarndun Wexly",  # an error in each word
        "",
        "|",
    ],
)
def test_other_texts_name_nobody(mentions: Mentions, text: str) -> None:
    assert found(mentions, text) == []


def test_the_words_are_shown_as_written(mentions: Mentions) -> None:
    (row,) = mentions.find(["c/o QUARNDON - Wexley Ltd"], whole=False).to_pylist()
    assert (row["named"], row["value"], row["apart"]) == ("QUARNDON - Wexley", "c/o QUARNDON - Wexley Ltd", True)


@pytest.mark.parametrize(
    ("cell", "apart"),
    [
        ("Vantry Stores BV Quarndon Wexley", True),
        ("Vantry Stores - Quarndon Wexley", True),
        ("Vantry Stores [Quarndon Wexley]", True),
        ("Vantry Stores obo Quarndon Wexley", True),
        ("Quarndon Wexley o/b Vantry Stores", True),
        ("Quarndon Wexley / Vantry Stores", True),
        ("Quarndon Wexley Vantry Stores", False),
        ("Vantry Quarndon Wexley Stores", False),
    ],
)
def test_a_part_of_a_longer_name_is_told_from_a_second_party(mentions: Mentions, cell: str, apart: bool) -> None:
    (row,) = mentions.find([cell], whole=False).to_pylist()
    assert row["apart"] is apart


@pytest.mark.parametrize(
    ("cell", "entry_ids"),
    [
        ("Halbrecht Chem", []),
        ("Halbrecht Chem. Trdg", ["E5"]),
        ("Bank St Brendan", []),
        ("Hassan Mohamed", []),
        ("milling machines", []),
    ],
)
def test_a_short_cell_may_be_a_name_and_nothing_else(mentions: Mentions, cell: str, entry_ids: list[str]) -> None:
    assert found(mentions, cell) == entry_ids


def test_a_name_does_not_reach_over_two_texts(mentions: Mentions) -> None:
    assert mentions.find(["goods of Quarndon", "Wexley Ltd"]).num_rows == 0
    both = mentions.find(["x", "of Quarndon Wexley", "y | z", "to Quarndon Wexley"]).column("value").to_pylist()
    assert both == ["of Quarndon Wexley", "to Quarndon Wexley"]


def test_delisted_entries_are_left_out_from_their_day_on() -> None:
    index = PartyIndex(build_index("list", ENTRIES))
    text = "of Orlandia Beresford Shipping"
    assert found(Mentions(index, date(2025, 12, 31)), text) == ["E7"]
    assert found(Mentions(index, date(2026, 1, 1)), text) == []


def test_it_crosses_processes(mentions: Mentions) -> None:
    assert found(pickle.loads(pickle.dumps(mentions)), "of Quarndon Wexley") == ["E1"]


def test_an_empty_list_finds_nothing() -> None:
    assert Mentions(PartyIndex(build_index("list", ()))).find(["of Quarndon Wexley"]).num_rows == 0


WIDER = (
    *ENTRIES,
    entry(10, "person", "KELMUND, Arvo"),
    WatchlistEntry(
        "list",
        entry_id="E11",
        kind="organisation",
        names=(WatchlistName("Plenderleith Borrow", "primary"), WatchlistName("Grendal Hoskyn", "weak")),
    ),
    entry(12, "organisation", "Abrek Dunn Ltd"),
    entry(13, "organisation", "Ostrava Quince Ferrow Maldon"),
    entry(14, "organisation", "Quarndon Wexley Brewing Ltd"),
)


@pytest.fixture(scope="module")
def wider() -> Mentions:
    return Mentions(PartyIndex(build_index("list", WIDER)))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("of Quarndon a Wexley now", [("E1", "Quarndon a Wexley", 3)]),
        ("of Quarndon a b Wexley now", [("E1", "Quarndon a b Wexley", 3)]),
        ("of Quarndon a b c Wexley now", []),
        ("of Quarndon x Wexly it", [("E1", "Quarndon x Wexly", 3)]),
        ("of Quarndon x y Wexly it", []),
        ("of Wexly Quarndon it", []),
        ("of Arvo Kelmund it", [("E10", "Arvo Kelmund", 3)]),
        ("of Kelmund Arvo it", [("E10", "Kelmund Arvo", 3)]),
        ("of Arvo Kelmand it", []),
        ("by Plenderleith Borrow of it", [("E11", "Plenderleith Borrow", 3)]),
        ("by Grendal Hoskyn of it", []),  # a weak alias
        ("of Abrek Dunn it", [("E12", "Abrek Dunn", 3)]),
        ("of Abrekk Dunn it", [("E12", "Abrekk Dunn", 3)]),
        ("of Abrik Dunn it", []),
        ("of Abrek Dumn it", []),  # a word of four letters bears no error
        ("of Ostrava Quince Ferrow Maldon it", [("E13", "Ostrava Quince Ferrow Maldon", 3)]),
        ("of Ostrava Quince Ferrow Maldom it", [("E13", "Ostrava Quince Ferrow Maldom", 3)]),
        ("of Ostrawa Quince Ferrow Maldon it", [("E13", "Ostrawa Quince Ferrow Maldon", 3)]),
        ("of Ostrava Quinse Ferrow Maldom it", []),
        ("of Ostrava Quince Ferrow it", []),
        ("of Quarndon Wexley Brewing Ltd it", [("E14", "Quarndon Wexley Brewing", 3), ("E1", "Quarndon Wexley", 3)]),
        ("of Quarndon Wexley Ltd it", [("E1", "Quarndon Wexley Ltd", 3)]),
        ("%51uarndon%20Wexley", [("E1", "Quarndon Wexley", None)]),  # nothing stands in the text as such
    ],
)
def test_how_far_apart_and_how_far_off_the_words_of_a_name_may_be(
    wider: Mentions, text: str, named: list[tuple[str, str, int | None]]
) -> None:
    found = wider.find([text], whole=False).to_pylist()
    assert [(r["entry_id"], r["named"], r["start"]) for r in found] == named


@pytest.mark.parametrize(
    ("cell", "alone"),
    [
        ("Halbrecht Chem. Trdg", True),
        ("Halbrecht Chem. Trdg." + " " * 5, True),
        ("Quarndon Wexley", True),
        ("Quarndon Wexley of Brendan Harbour", False),
    ],
)
def test_a_cell_that_is_nothing_but_a_name_stands_for_itself(wider: Mentions, cell: str, alone: bool) -> None:
    (row,) = wider.find([cell]).to_pylist()
    assert row["apart"] is alone
    (row,) = wider.find([cell], whole=False).to_pylist()
    assert row["apart"] is False
