"""What a line says by itself before any rule is asked: code, direction, day, value, words, and numbers whose check digit is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.core.schema import BY_NAME, PARTY_MATCH, PARTY_MENTION, SUBSTANCE_MATCH
from precursor_screen.kernel.match import Matches
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.reference.bundle import Reference
from tests.conftest import AS_OF


@pytest.fixture(scope="module")
def plain(reference: Reference) -> Reference:
    """Without lists or registers, for an office of Austria."""
    return replace(reference, watchlists=(), registers={}, own_countries=("AT",))


def resolved(reference: Reference, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    base = {"source_file": "m", "input_id": "i", "shipment_id": "S", "movement_key": "k"}
    made = [{**base, "line_id": f"L{n}", "source_row": n, **line} for n, line in enumerate(lines, 1)]
    names = list(dict.fromkeys(name for line in made for name in line))
    table = pa.table([pa.array([line.get(n) for line in made], type=BY_NAME[n].arrow) for n in names], names=names)
    inputs = pa.table({"input_id": ["i"], "supplied_fields": [names]})
    none = (SUBSTANCE_MATCH.empty_table(), PARTY_MATCH.empty_table(), PARTY_MENTION.empty_table())
    found = resolve(table, inputs, Matches(*none, ()), reference)
    assert (found.substances.num_rows, found.parties.num_rows) == (0, 0)
    assert found.lines.column(LINE_NO).to_pylist() == list(range(len(lines)))
    return found.lines.to_pylist()


@pytest.mark.parametrize(
    ("code", "hs6", "chapter"),
    [("291524", "291524", "29"), ("2915240010", "291524", "29"), ("29152", None, "29"), ("29", None, "29"), (None, None, None)],
)
def test_a_code_has_a_chapter_and_with_six_digits_a_subheading(plain, code, hs6, chapter):
    (line,) = resolved(plain, {"hs_code": code})
    assert (line["hs6"], line["hs_chapter"]) == (hs6, chapter)


@pytest.mark.parametrize(
    ("stated", "dispatch", "destination", "direction"),
    [
        (None, "AT", "DE", "export"),
        (None, "DE", "AT", "import"),
        (None, "AT", "AT", "domestic"),
        (None, "DE", "FR", None),
        (None, "AT", None, "export"),
        (None, None, "AT", "import"),
        (None, None, None, None),
        ("transit", "AT", "DE", "transit"),
        ("import", "AT", "AT", "import"),
    ],
)
def test_the_direction_is_as_stated_else_told_by_the_countries(plain, stated, dispatch, destination, direction):
    line = {"direction": stated, "country_of_dispatch": dispatch, "country_of_destination": destination}
    assert resolved(plain, line)[0]["direction"] == direction
    assert resolved(replace(plain, own_countries=()), line)[0]["direction"] == stated


@pytest.mark.parametrize(("field", "direction"), [("country_of_dispatch", "export"), ("country_of_destination", "import")])
def test_one_column_of_countries_is_enough(plain, field, direction):
    assert [line["direction"] for line in resolved(plain, {field: "AT"}, {field: "DE"})] == [direction, None]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"date": 1, "dispatch_date": 2, "arrival_date": 3}, 1),
        ({"date": None, "dispatch_date": 2, "arrival_date": 3}, 2),
        ({"date": None, "dispatch_date": None, "arrival_date": 3}, 3),
        ({"arrival_date": 3}, 3),
        ({"date": None}, None),
        ({}, None),
    ],
)
def test_a_line_is_of_its_own_date_else_of_the_day_of_screening(plain, dates, day):
    (line,) = resolved(plain, {name: None if n is None else date(2026, 3, n) for name, n in dates.items()})
    assert line["as_of_date"] == (AS_OF if day is None else date(2026, 3, day))


@pytest.mark.parametrize(
    ("currency", "usd"),
    [("USD", "12.5"), ("US$", "12.5"), ("$", "12.5"), ("EUR", "12.99"), ("XOF", None), ("usd", None), (None, None)],
)
def test_a_value_is_known_in_dollars_where_there_is_a_rate(plain, currency, usd):
    (line,) = resolved(plain, {"value": Decimal("12.5"), "currency": currency})
    assert line["value_usd"] == (None if usd is None else Decimal(usd))


@pytest.mark.parametrize(("value", "usd"), [("800000000000", None), ("700000000000", "877044000000")])
def test_a_value_that_is_too_large_in_dollars_is_unknown(plain, value, usd):
    (line,) = resolved(plain, {"value": Decimal(value), "currency": "GBP"})
    assert (line["value_usd"] is None) == (usd is None)


def test_without_its_column_nothing_is_known(plain):
    (line,) = resolved(plain, {"value": Decimal(1)})
    assert (line["value_usd"], line["hs6"], line["direction"], line["description_tokens"]) == (None, None, None, None)
    assert (line["is_vague"], line["lexicon_terms"], line["invalid_cas_numbers"]) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "tokens", "vague"),
    [
        ("CERAMIC TILES", 2, False),
        ("ceramic tiles, glazed", 3, False),
        ("CHEMICALS", 0, True),
        ("GENERAL CARGO", 0, True),
        ("20 DRUMS", 0, True),
        ("XXXX", 0, True),
        ("A B C", 0, True),
        ("12345", 0, True),
        ("20 DRUMS CERAMIC TILES", 2, False),
    ],
)
def test_words_that_say_what_the_goods_are(plain, text, tokens, vague):
    (line,) = resolved(plain, {"description": text})
    assert (line["description_tokens"], line["is_vague"]) == (tokens, vague)


@pytest.mark.parametrize(
    ("text", "column", "invalid"),
    [
        ("ACETONE CAS 67-64-1", None, []),
        ("ACETONE CAS 67-64-2", None, ["67-64-2"]),
        ("SOLVENT CAS 103-79-x", None, ["103-79-x"]),
        ("SOLVENT C.A.S. nr. 4468-48", None, ["4468-48"]),
        ("SOLVENT CASRN l08-24-8", None, ["l08-24-8"]),
        ("SOLVENT CAS 1O3-79-7", None, []),
        ("ACETONE", ["67-64-2"], ["67-64-2"]),
        ("ACETONE 67-64-2", ["67-64-2", "108-24-8"], ["108-24-8", "67-64-2"]),
        ("ACETONE", ["67-64-1"], []),
        (None, ["67-64-2"], ["67-64-2"]),
        ("ACETONE", None, []),
    ],
)
def test_numbers_whose_check_digit_is_wrong_are_told(plain, text, column, invalid):
    lines = resolved(plain, {"description": text, "cas_numbers": column}, {"description": "TILES", "cas_numbers": None})
    assert [line["invalid_cas_numbers"] for line in lines] == [invalid, []]


def test_equal_texts_are_judged_alike_and_in_their_places(plain):
    lines = resolved(
        plain,
        {"description": "CERAMIC TILES"},
        {"description": "CHEMICALS"},
        {"description": None},
        {"description": "CERAMIC TILES"},
    )
    assert [line["description_tokens"] for line in lines] == [2, 0, None, 2]
