"""Which texts of lines are looked through for listed names, as a whole or among other words, and what is told of progress."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.schema import LINE_COLUMNS, PARTY_MENTION, SUBSTANCE_MATCH
from precursor_screen.kernel import match as module
from precursor_screen.kernel.match import TEXT_FIELDS, distinct, find_mentions, match, naming, recognise
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.matching.substance.identifiers import CODE_FIELDS

LISTED = (("Quarndon Wexley Ltd", None), ("Halbrecht Chemical Trading", None), ("Orlandia Beresford Shipping", date(2026, 1, 1)))
ENTRIES = [
    WatchlistEntry("demo", str(n), "organisation", (WatchlistName(name, "primary"),), delisted=day)
    for n, (name, day) in enumerate(LISTED)
]
KINDS = {c.name: c.arrow for c in LINE_COLUMNS}


class Substances:
    """Knows ether, weakly where it is written small, and the CAS number 60-29-7; nothing of `no ether`."""

    def recognise_texts(self, texts: list[str]) -> pa.Table:
        return self._rows("", [t for t in texts if "ether" in t.lower()], "name")

    def recognise_codes(self, field: str, codes: list[str]) -> pa.Table:
        return self._rows(field, [c for c in codes if c in ("60-29-7", "290911")], "cas")

    def _rows(self, field: str, values: list[str], method: str) -> pa.Table:
        rows = [
            {
                "field": field, "value": v, "substance_id": "ether", "method": method, "strength": "weak" if v == "ether" else "strong",
                "suppressed": "denied" if v.startswith("no ") else None,
            }
            for v in values
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=SUBSTANCE_MATCH)


def reference(*, lists: int = 1, as_of: date = date(2026, 11, 25)) -> Any:
    index = PartyIndex(build_index("demo", ENTRIES))
    return SimpleNamespace(
        watchlists=(SimpleNamespace(index=index),) * lists, as_of=as_of, substance_index=Substances(), lists={}
    )


def lines(**columns: list[Any]) -> pa.Table:
    return pa.table({name: pa.array(values, KINDS[name]) for name, values in columns.items()})


def mentioned(as_of: date = date(2026, 11, 25), **columns: list[Any]) -> list[tuple[str, str]]:
    found = find_mentions(lines(**columns), reference(as_of=as_of))
    assert found.schema == PARTY_MENTION
    return [(r["value"], r["entry_id"]) for r in found.to_pylist()]


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("description", "tiles for Quarndon Wexley Ltd of York", ["0"]),
        ("description", "Trading Chemical Halbrecht", []),  # a text of goods is not one name as a whole
        ("marks", "Trading Chemical Halbrecht", ["1"]),
        ("place_of_delivery", "Trading Chemical Halbrecht", ["1"]),
        ("consignee_address", "c/o Quarndon Wexley Ltd", ["0"]),
        ("consignee_name", "Quarndon Wexley Ltd", []),  # names as a whole are matched elsewhere
        ("consignee_name", "Vantry Stores, Quarndon Wexley", ["0"]),
        ("consignee_name", "Vantry Stores c/o Quarndon Wexley", ["0"]),
        ("consignee_name", "Vantry Stores Ltd Quarndon Wexley", ["0"]),
        ("consignee_name", "%51uarndon%20Wexley", ["0"]),
        ("carrier_name", "Vantry, Quarndon Wexley", ["0"]),
        ("vessel", "Vantry, Quarndon Wexley", []),
        ("description", "of Orlandia Beresford Shipping", []),
        ("description", None, []),
    ],
)
def test_where_a_listed_name_may_stand(column, cell, found):
    assert [entry for _, entry in mentioned(**{column: [cell, None]})] == found


def test_lists_of_names_and_of_texts_are_looked_into():
    assert mentioned(other_parties=[["Vantry, Quarndon Wexley", "Vantry"], None]) == [("Vantry, Quarndon Wexley", "0")]
    assert mentioned(other_texts=[["wool", "of Quarndon Wexley"]]) == [("of Quarndon Wexley", "0")]


def test_a_text_of_two_kinds_is_looked_at_once_as_a_name():
    assert mentioned(description=["Trading Chemical Halbrecht"], marks=["Trading Chemical Halbrecht"]) == [
        ("Trading Chemical Halbrecht", "1")
    ]
    assert mentioned(description=["for Quarndon Wexley"], consignee_address=["for Quarndon Wexley"]) == [
        ("for Quarndon Wexley", "0")
    ]


def test_delisted_entries_are_named_until_their_day():
    assert mentioned(date(2025, 12, 31), description=["of Orlandia Beresford Shipping"]) == [
        ("of Orlandia Beresford Shipping", "2")
    ]


def test_every_list_is_looked_through_and_none_finds_nothing():
    table = lines(description=["of Quarndon Wexley"])
    assert [find_mentions(table, reference(lists=n)).num_rows for n in (0, 1, 2)] == [0, 1, 2]


def test_distinct_values_in_the_order_they_appear():
    table = lines(description=["b", None, "a", "b"], other_texts=[["c", "a"], None, [], ["d", None]])
    assert distinct(table, ["description"]) == ["b", "a"]
    assert distinct(table, ["other_texts", "marks", "description"]) == ["c", "a", "d", "b"]


def test_each_text_and_code_is_recognised_under_its_field():
    table = lines(
        description=["Ether", "wool"], marks=["Ether", None], other_texts=[["Ether"], ["ether"]],
        hs_code=["290911", None], cas_numbers=[["60-29-7"], None],
    )  # fmt: skip
    found = recognise(table, reference())
    assert found.schema == SUBSTANCE_MATCH
    assert [(r["field"], r["value"], r["strength"]) for r in found.to_pylist()] == [
        ("description", "Ether", "strong"),
        ("marks", "Ether", "strong"),
        ("other_texts", "Ether", "medium"),  # beside the goods it may be about other goods
        ("other_texts", "ether", "weak"),
        ("cas_numbers", "60-29-7", "strong"),
        ("hs_code", "290911", "strong"),
    ]
    assert {"description", "hs_code"} <= {*TEXT_FIELDS, *CODE_FIELDS}


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ([["Ether in drums"]], ["L0"]),
        ([["wool", "Ether in drums"]], ["L0"]),
        ([["ether"]], []),  # weak, and nothing bears it out
        ([["no Ether"]], []),
        ([["wool"]], []),
        ([["of Quarndon Wexley"]], ["L0"]),
        ([["wool"], ["Ether in drums"], ["of Quarndon Wexley"]], ["L1", "L2"]),
        ([["Ether in drums", "Ether in drums"]], ["L0"]),
        ([None, ["Ether in drums"]], ["L1"]),
    ],
)
def test_texts_beside_a_table_count_where_they_name_something(texts, kept):
    table = lines(line_id=[f"L{n}" for n in range(len(texts))], other_texts=texts)
    assert naming(table, reference()).column("line_id").to_pylist() == kept


def test_a_text_that_is_read_twice_is_one_finding():
    table = lines(line_id=["A", "B", "A"], other_texts=[["Ether in drums"]] * 3)
    assert naming(table, reference()).column("line_id").to_pylist() == ["A", "B"]


def test_matching_tells_what_it_does_and_gives_all_of_it():
    said: list[str] = []
    table = lines(description=["Ether for Quarndon Wexley"], consignee_name=["Quarndon Wexley"], consignor_name=["..."])
    table = table.append_column("source_file", pa.array(["m"]))
    found = match(table, reference(), progress=said.append)
    assert said == ["recognising substances", "matching parties", "looking for parties in texts", "looking for cut texts"]
    assert (found.substances.num_rows, found.parties.num_rows, found.mentions.num_rows, found.unscreenable) == (1, 1, 1, ("...",))
    assert module.match(table, reference()) == found
