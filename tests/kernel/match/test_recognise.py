"""Distinct names of all roles to watchlist entries: cells that hold more than a name, and what memory is told."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.schema import PARTY_MATCH
from precursor_screen.kernel.match import Recalled, match_parties
from precursor_screen.matching.party.index import PartyIndex, build_index

NAMES = ("Zorvan Mirage", "Brightmarsh Ferula", "محمد زرفان")
ENTRIES = [WatchlistEntry("demo", str(i), "organisation", (WatchlistName(name, "primary"),)) for i, name in enumerate(NAMES)]
REFERENCE = SimpleNamespace(
    watchlists=(SimpleNamespace(index=PartyIndex(build_index("demo", ENTRIES))),), as_of=date(2026, 11, 25)
)


def match(memory=None, **columns):
    table = pa.table(
        {
            name: pa.array(values, type=pa.list_(pa.string()) if name == "other_parties" else pa.string())
            for name, values in columns.items()
        }
    )
    found = match_parties(table, REFERENCE, memory=memory)
    assert found.matches.schema == PARTY_MATCH
    return [(m["value"], m["entry_id"]) for m in found.matches.to_pylist()], found.unscreenable


@pytest.mark.parametrize(
    "cell",
    [
        "ZORVAN MIRAGE",
        "ZORVAN MIRAGE\n9 Dune Road",
        "ZORVAN MIRAGE, 9 DUNE ROAD",
        "ZORVAN MIRAGE TEL: 5512",
        "X\nNOTIFY: ZORVAN MIRAGE",
    ],
)
def test_a_match_stands_for_the_whole_cell(cell):
    assert match(consignee_name=["Nobody", cell, None]) == ([(cell, "0")], ())


def test_a_cell_in_another_script_is_looked_into_too():
    cell = "محمد زرفان\nهاتف: ٥"
    assert (cell, "2") in match(consignee_name=[cell])[0]


def test_all_roles_each_name_once_and_what_cannot_be_screened():
    found, unscreenable = match(
        consignor_name=["...", "Zorvan Mirage"],
        notify_party_name=["Zorvan Mirage", "..."],
        other_parties=[["Ferula Brightmarsh", "\x00"], None],
    )
    assert found == [("Zorvan Mirage", "0"), ("Ferula Brightmarsh", "1")]
    assert unscreenable == ("...", "\x00")


def test_memory_is_asked_for_all_parts_and_told_only_what_was_unknown():
    class Known:
        def recall(self, index, as_of, names):
            self.asked = list(names)
            row = {**dict.fromkeys(PARTY_MATCH.names), "value": "Zorvan", "list_id": "demo", "entry_id": "7", "score": 90.0}
            return Recalled(
                pa.Table.from_pylist([row], schema=PARTY_MATCH), ("?",), [n for n in names if n not in ("Zorvan", "?")]
            )

        def learn(self, index, as_of, names, matches, unscreenable):
            self.learned = (list(names), matches.column("value").to_pylist(), list(unscreenable))

    memory = Known()
    found, unscreenable = match(memory, consignee_name=["Ferula Brightmarsh", "Zorvan", "?", "..."])
    assert memory.asked == ["Ferula Brightmarsh", "Zorvan", "?", "..."]
    assert memory.learned == (["Ferula Brightmarsh", "..."], ["Ferula Brightmarsh"], ["..."])
    assert found == [("Ferula Brightmarsh", "1"), ("Zorvan", "7")]
    assert unscreenable == ("?", "...")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_each_list_is_asked_and_a_name_that_is_none_is_told_once(count):
    lists = SimpleNamespace(watchlists=REFERENCE.watchlists * count, as_of=REFERENCE.as_of)
    found = match_parties(pa.table({"consignee_name": ["Zorvan Mirage", "...", "Nobody"]}), lists)
    assert found.matches.num_rows == count
    assert found.unscreenable == (("...",) if count else ())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Zorvan Mirage\n9 Dune Road", "Zorvan Mirage"], [("Zorvan Mirage", "0"), ("Zorvan Mirage\n9 Dune Road", "0")]),
        (
            ["Ferula Brightmarsh; Zorvan Mirage\nTEL 5"],
            [("Ferula Brightmarsh; Zorvan Mirage\nTEL 5", "0"), ("Ferula Brightmarsh; Zorvan Mirage\nTEL 5", "1")],
        ),
        (
            ["Brightmarsh Ferula\nZorvan Mirage"],
            [("Brightmarsh Ferula\nZorvan Mirage", "0"), ("Brightmarsh Ferula\nZorvan Mirage", "1")],
        ),
        (["Nobody\n9 Dune Road"], []),
    ],
)
def test_the_best_part_of_a_cell_stands_for_it_once_an_entry(cells, expected):
    assert match(consignee_name=cells)[0] == expected


def test_the_best_reading_of_a_cell_gives_the_score():
    found = match_parties(pa.table({"consignee_name": ["ZORVAN MIRAGES\nZORVAN MIRAGE"]}), REFERENCE).matches.to_pylist()
    (exact,) = match_parties(pa.table({"consignee_name": ["ZORVAN MIRAGE"]}), REFERENCE).matches.to_pylist()
    assert [m["score"] for m in found] == [exact["score"]]
