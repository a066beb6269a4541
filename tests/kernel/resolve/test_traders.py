"""Who sends and who receives, whichever columns a file has: every order of stand-ins, row by row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.resolve.party_facts import add_traders

KEEPER = "harbour freight"
NAMES = ("consignor", "exporter", "consignee", "importer", "notify_party")


def traders(keepers: tuple[str, ...] = (KEEPER,), **line: str | None) -> dict[str, Any]:
    full = dict(line)
    for role in NAMES:
        if role in full:
            key = full.pop(role)
            full |= {f"{role}_key": key, f"{role}_name": key and key.upper()}
    table = pa.table(
        {name: pa.array([value], pa.string()) for name, value in full.items()} or {"x": pa.array([None], pa.string())}
    )
    return add_traders(table, keepers).to_pylist()[0]


@pytest.mark.parametrize(
    ("line", "role", "key"),
    [
        ({"consignor": "a", "exporter": "b"}, "consignor", "a"),
        ({"consignor": None, "exporter": "b"}, "exporter", "b"),
        ({"exporter": "b"}, "exporter", "b"),
        ({"consignor": "a"}, "consignor", "a"),
        ({"consignor": None, "exporter": None}, None, None),
        ({}, None, None),
    ],
)
def test_the_sender_is_the_consignor_else_the_exporter(line, role, key):
    found = traders(**line)
    assert (found["sender_role"], found["sender_key"], found["sender_name"]) == (role, key, key and key.upper())


@pytest.mark.parametrize(
    ("line", "role", "key"),
    [
        ({"consignee": "a", "importer": "b", "notify_party": "c"}, "consignee", "a"),
        ({"consignee": None, "importer": "b", "notify_party": "c"}, "importer", "b"),
        ({"consignee": None, "notify_party": "c"}, "notify_party", "c"),
        ({"importer": "b"}, "importer", "b"),
        ({"notify_party": "c"}, "notify_party", "c"),
        ({"consignee": KEEPER, "importer": "b", "notify_party": "c"}, "importer", "b"),
        ({"consignee": KEEPER, "importer": None, "notify_party": "c"}, "notify_party", "c"),
        ({"consignee": KEEPER, "importer": None, "notify_party": None}, "consignee", KEEPER),
        ({"consignee": KEEPER}, "consignee", KEEPER),
        ({"consignee": None}, None, None),
    ],
)
def test_the_receiver_is_the_consignee_else_the_importer_else_the_notify_party(line, role, key):
    found = traders(**line)
    assert (found["receiver_role"], found["receiver_key"], found["receiver_name"]) == (role, key, key and key.upper())


@pytest.mark.parametrize(
    ("line", "country"),
    [
        ({"consignor": "a", "consignor_country": "DE", "country_of_dispatch": "FR"}, "DE"),
        ({"consignor": "a", "consignor_country": None, "country_of_dispatch": "FR", "country_of_origin": "CN"}, "FR"),
        ({"consignor": "a", "country_of_dispatch": None, "country_of_origin": "CN"}, "CN"),
        ({"consignor": "a", "exporter": "b", "exporter_country": "IN"}, None),
        ({"consignor": None, "exporter": "b", "exporter_country": "IN"}, "IN"),
        ({"country_of_dispatch": "FR"}, "FR"),
    ],
)
def test_a_country_is_the_partys_own_else_that_of_dispatch_else_of_origin(line, country):
    assert traders(**line)["sender_country"] == country


@pytest.mark.parametrize(
    ("line", "country"),
    [
        ({"consignee": "a", "consignee_country": "MX", "country_of_destination": "US"}, "MX"),
        ({"consignee": "a", "consignee_country": None, "country_of_destination": "US"}, "US"),
        ({"importer": "a", "importer_country": "CA"}, "CA"),
    ],
)
def test_a_receivers_country_is_its_own_else_the_destination(line, country):
    assert traders(**line)["receiver_country"] == country


def test_address_and_its_key_are_those_of_the_role_that_counts():
    line = {
        "consignee": None,
        "consignee_address": "not this",
        "importer": "b",
        "importer_address": "Kai 5",
        "importer_address_key": "5 kai",
    }
    found = traders(**line)
    assert (found["receiver_address"], found["receiver_address_key"]) == ("Kai 5", "5 kai")


@pytest.mark.parametrize(
    ("country", "destination", "key"), [("DE", "US", "5 kai DE"), (None, "US", "5 kai US"), (None, None, "5 kai")]
)
def test_an_address_is_compared_with_its_country(country, destination, key):
    line = {"consignee": "a", "consignee_address": "Kai 5", "consignee_address_key": "5 kai"}
    assert traders(**line, consignee_country=country, country_of_destination=destination)["receiver_address_key"] == key


@given(st.lists(st.tuples(*(st.sampled_from([None, "a", KEEPER]) for _ in NAMES)), min_size=1, max_size=6))
def test_rows_do_not_touch_one_another(rows):
    table = pa.table({f"{role}_key": pa.array([r[i] for r in rows], pa.string()) for i, role in enumerate(NAMES)})
    whole = add_traders(table, [KEEPER]).to_pylist()
    assert whole == [add_traders(table.slice(i, 1), [KEEPER]).to_pylist()[0] for i in range(len(rows))]
