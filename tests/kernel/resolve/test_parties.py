"""Matches of names to candidates: one row a line, role and entry, with what else agrees between the party and the entry."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.engine import connect
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.schema import BY_NAME, PARTY_MATCH, PARTY_MENTION, ROLES
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.resolve.parties import corroborate, find_party_candidates, role_facts

DAY = date(2026, 10, 1)
ENTRY = WatchlistEntry(
    "demo", "E1", "organisation", (WatchlistName("Zorvan Mirage", "primary"),), ("MX", "DE"), ("9 Dune Road",), (("tax", "AB-12 3"),), ("SDNTK", "other"),
)  # fmt: skip
VESSEL = WatchlistEntry("demo", "V1", "vessel", (WatchlistName("Zorvan Star", "primary"),))
ENTRIES = {e.entry_id: e for e in (ENTRY, VESSEL)}
REFERENCE: Any = SimpleNamespace(
    watchlists=(SimpleNamespace(list_id="demo", entry=ENTRIES.__getitem__, snapshot=SimpleNamespace(list_date=DAY)),)
)


def matched(value: str, **more: Any) -> dict[str, Any]:
    return {
        "value": value, "list_id": "demo", "entry_id": "E1", "entry_name": "Zorvan Mirage", "matched_name": "Zorvan Mirage", "name_kind": "primary",
        "entry_kind": "organisation", "score": 91.0, "informative_tokens": 2, **more,
    }  # fmt: skip


def candidates(
    *lines: dict[str, Any], matches: tuple[dict[str, Any], ...] = (), mentions: tuple[dict[str, Any], ...] = ()
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(n for line in lines for n in line))
    columns = {n: pa.array([line.get(n) for line in lines], BY_NAME[n].arrow) for n in names}
    table = pa.table({LINE_NO: pa.array(range(len(lines)), pa.int64()), **columns})
    with connect() as connection:
        connection.register("lines", table)
        found = find_party_candidates(
            connection, table.column_names, pa.Table.from_pylist(list(matches), schema=PARTY_MATCH), pa.Table.from_pylist(list(mentions), schema=PARTY_MENTION), pa.table({}), REFERENCE
        )  # fmt: skip
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def test_a_name_is_a_candidate_in_each_of_its_roles():
    found = candidates(
        {"consignor_name": "Zorvan", "carrier_name": "Zorvan"}, {"consignor_name": "Nobody", "carrier_name": None},
        {"consignor_name": None, "carrier_name": "Zorvan"}, matches=(matched("Zorvan"),),
    )  # fmt: skip
    assert [(r[LINE_NO], r["party_role"]) for r in found] == [(0, "carrier"), (0, "consignor"), (2, "carrier")]
    first = found[0]
    assert (first["party_name"], first["party_start"], first["party_end"], first["party_column"]) == ("Zorvan", 0, 6, None)
    assert (first["party_compared"], first["entry_id"], first["watchlist_score"], first["list_date"]) == (
        "zorvan",
        "E1",
        91.0,
        DAY,
    )
    assert (first["entry_name"], first["matched_entry_name"], first["name_kind"], first["informative_tokens"]) == (
        "Zorvan Mirage", "Zorvan Mirage", "primary", 2,
    )  # fmt: skip
    assert first["programmes"] == ["SDNTK", "other", "narcotics"]


def test_of_several_other_parties_each_is_one():
    found = candidates(
        {"other_parties": ["Nobody", "Zorvan", "Zorvan Mirage"]},
        {"other_parties": None},
        matches=(matched("Zorvan"), matched("Zorvan Mirage")),
    )
    assert [(r["party_role"], r["party_name"]) for r in found] == [("other_party", "Zorvan"), ("other_party", "Zorvan Mirage")]


@pytest.mark.parametrize(("kind", "vessels", "carriers"), [("vessel", 1, 1), ("organisation", 0, 1)])
def test_a_vessel_is_compared_with_vessels(kind, vessels, carriers):
    found = candidates(
        {"vessel": "Zorvan Star", "carrier_name": "Zorvan Star"},
        matches=(matched("Zorvan Star", entry_id="V1", entry_kind=kind),),
    )
    roles = [r["party_role"] for r in found]
    assert (roles.count("vessel"), roles.count("carrier")) == (vessels, carriers)


@pytest.mark.parametrize(
    ("line", "agrees"),
    [
        ({}, []),
        ({"consignee_country": "MX"}, ["country"]),
        ({"consignee_country": "FR"}, []),
        ({"country_of_destination": "DE"}, ["country"]),
        ({"consignee_country": "FR", "country_of_destination": "DE"}, []),
        ({"country_of_dispatch": "DE"}, []),
        ({"consignee_address": "9, Dune Rd."}, ["address"]),
        ({"consignee_address": "8 Dune Road"}, []),
        ({"consignee_address": "..."}, []),
        ({"consignee_identifier": "ab123"}, ["identifier"]),
        ({"consignee_identifier": "ab124"}, []),
        ({"consignee_identifier": "-"}, []),
        ({"consignee_identifier": "AB 12-3", "consignee_address": "DUNE ROAD 9", "consignee_country": "DE"}, ["country", "address", "identifier"]),
    ],
)  # fmt: skip
def test_what_else_agrees_is_told(line, agrees):
    (found,) = candidates({"consignee_name": "Zorvan", **line}, matches=(matched("Zorvan"),))
    assert found["corroboration"] == agrees


@pytest.mark.parametrize(
    ("line", "against", "score"),
    [
        ({}, [], 91.0),
        ({"consignee_country": "MX"}, [], 91.0),
        ({"consignee_country": "FR"}, ["country"], 88.0),
        ({"country_of_destination": "FR"}, [], 91.0),  # where the goods go contradicts nobody
        ({"consignee_country": "FR", "country_of_destination": "DE"}, ["country"], 88.0),
        ({"consignee_country": "FR", "consignee_identifier": "ab123"}, ["country"], 91.0),
        ({"consignee_country": None}, [], 91.0),
    ],
)  # fmt: skip
def test_what_contradicts_is_told_and_takes_points_off(line, against, score):
    (found,) = candidates({"consignee_name": "Zorvan", **line}, matches=(matched("Zorvan"),))
    assert (found["contradiction"], found["watchlist_score"]) == (against, score)


def test_what_contradicts_takes_no_match_out():
    (found,) = candidates({"consignee_name": "Zorvan", "consignee_country": "FR"}, matches=(matched("Zorvan", score=2.0),))
    assert found["watchlist_score"] == 1.0


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ("consignor", "country_of_dispatch"), ("exporter", "country_of_dispatch"), ("consignee", "country_of_destination"),
        ("importer", "country_of_destination"), ("notify_party", "country_of_destination"),
    ],
)  # fmt: skip
def test_a_party_without_a_country_is_of_the_goods(role, field):
    other = {"country_of_dispatch", "country_of_destination"} - {field}
    line = {f"{role}_name": "Zorvan", field: "MX", other.pop(): "FR"}
    (found,) = candidates(line, matches=(matched("Zorvan"),))
    assert found["corroboration"] == ["country"]


def test_an_entry_without_data_agrees_with_nothing():
    assert corroborate("MX", "9 Dune Road", "1", VESSEL) == []
    assert corroborate(None, None, None, ENTRY) == []
    assert corroborate("", "", "", ENTRY) == []


def mention(value: str, named: str = "Zorvan Mirage", **more: Any) -> dict[str, Any]:
    return {**matched(value), "named": named, "start": value.find(named), "apart": True, **more}


def test_a_name_within_a_text_says_where_it_stands():
    found = candidates(
        {"description": "for Zorvan Mirage only", "consignee_country": "MX"}, mentions=(mention("for Zorvan Mirage only"),)
    )
    assert [
        (r["party_role"], r["party_name"], r["party_start"], r["party_end"], r["party_column"], r["corroboration"]) for r in found
    ] == [
        ("description", "Zorvan Mirage", 4, 17, None if found[0]["party_column"] is None else "description", []),
    ]


def test_a_text_beside_the_goods_is_told_by_its_column():
    (found,) = candidates(
        {"other_texts": ["wool", "for Zorvan Mirage"], "other_columns": ["a", "b"]}, mentions=(mention("for Zorvan Mirage"),)
    )
    assert (found["party_role"], found["party_column"]) == ("other_texts", "b")
    (found,) = candidates({"other_parties": ["x", "for Zorvan Mirage"]}, mentions=(mention("for Zorvan Mirage"),))
    assert (found["party_role"], found["party_column"]) == ("other_parties", "other_parties")


@pytest.mark.parametrize(
    ("score", "apart", "entry", "roles"),
    [
        (94.9, True, "E1", ["consignee", "consignee_name"]),
        (95.0, True, "E1", ["consignee"]),  # it matches as a name
        (95.0, True, "V1", ["consignee", "consignee_name"]),
        (94.9, False, "E1", ["consignee"]),  # it is a part of a longer name
    ],
)
def test_a_second_name_in_a_cell_of_a_name_counts_where_the_first_is_none(score, apart, entry, roles):
    cell = "Vantry, Zorvan Mirage"
    found = candidates(
        {"consignee_name": cell}, matches=(matched(cell, score=score, entry_id=entry),), mentions=(mention(cell, apart=apart),)
    )
    assert [r["party_role"] for r in found] == roles


def test_in_a_field_of_texts_it_counts_whatever_matches_as_a_name():
    text = "Vantry, Zorvan Mirage"
    found = candidates(
        {"marks": text, "consignee_name": text}, matches=(matched(text, score=99.0),), mentions=(mention(text, apart=False),)
    )
    assert [r["party_role"] for r in found] == ["consignee", "marks"]


def test_without_matches_there_is_no_candidate():
    assert candidates({"consignee_name": "Zorvan"}) == []
    assert candidates({"gross_mass_kg": None}, matches=(matched("Zorvan"),)) == []


def test_candidates_are_in_a_fixed_order():
    rows = ({"consignor_name": "Zorvan", "consignee_name": "Zorvan"}, {"consignor_name": "Zorvan"})
    both = (matched("Zorvan", entry_id="V1"), matched("Zorvan"))
    found = candidates(*rows, matches=both)
    key = [(r[LINE_NO], r["party_role"], r["entry_id"]) for r in found]
    assert key == sorted(key)
    assert candidates(*rows, matches=both[::-1]) == found


def test_what_rules_ask_of_roles_is_worked_out_and_nothing_else():
    found = pa.table({"party_role": ["consignee"], "name_kind": ["primary"]})
    assert role_facts(found, frozenset({"hs6"})) == []
    assert [name for name, _ in role_facts(found, frozenset({"consignee_programmes", "importer_watchlist_score"}))] == [
        "consignee_programmes", "importer_watchlist_score",
    ]  # fmt: skip
    assert role_facts(found.slice(0, 0), frozenset({"consignee_programmes"})) == []
    wanted = frozenset(f"{role}_watchlist_score" for role in ROLES)
    assert len(role_facts(found, wanted)) == len(ROLES)


@pytest.mark.parametrize(
    ("kinds", "score", "programmes"),
    [(["weak"], None, None), (["weak", "primary"], 80.0, ["A", "B"]), (["primary", "strong"], 90.0, ["A", "B", "C"])],
)
def test_a_weak_alias_adds_nothing_to_what_is_known_of_a_role(kinds, score, programmes):
    scores, texts = {"weak": 99.0, "primary": 80.0, "strong": 90.0}, {"weak": ["W"], "primary": ["A", "B"], "strong": ["B", "C"]}
    table = pa.table(
        {
            "party_role": ["consignee"] * len(kinds),
            "name_kind": kinds,
            "watchlist_score": [scores[k] for k in kinds],
            "programmes": [texts[k] for k in kinds],
        }
    )
    facts = role_facts(table, frozenset({"consignee_watchlist_score", "consignee_programmes"}))
    with connect() as connection:
        connection.register("party_candidates", table)
        row = connection.execute(f"select {', '.join(sql for _, sql in facts)} from party_candidates").fetchall()[0]
    assert row[0] == score
    assert (sorted(row[1]) if row[1] else None) == programmes
