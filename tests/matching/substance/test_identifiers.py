"""Substances by their numbers: in texts, where bare figures look alike, and in cells that say what they hold."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.core.model import HsCode, RegistryNumber
from precursor_screen.matching.substance import identifiers
from precursor_screen.matching.substance.identifiers import Identifiers
from precursor_screen.matching.substance.match import Match
from precursor_screen.text.text import plain
from tests.matching.substance.test_near import substance

NUMBERS = Identifiers(
    [
        replace(
            substance("zorvane", substance_id="zorvane"),
            cas_numbers=(RegistryNumber("11111-11-5", "base", "s", True), RegistryNumber("22222-22-0", "salt", "s", False)),
            ec_numbers=(RegistryNumber("300-001-7", "base", "s", True),),
            cus_codes=("0012345-6",),
            un_numbers=("3999",),
            hs_codes=(
                HsCode("291412", 2012, None, True),
                HsCode("300349", 2007, 2012, False),
                HsCode("293949", 2002, 2007, False),
            ),
        ),
        replace(
            substance("mirquil", substance_id="mirquil"),
            cas_numbers=(RegistryNumber("11111-11-5", "base", "s", False),),
            hs_codes=(HsCode("291412", 2012, None, False), HsCode("300440", 2012, None, True)),
        ),
    ]
)
AGREED = Match("zorvane", "name", "strong", "substance", "zorvane", 0, 7, 100.0, "zorvane", True, None)


def shown(matches: Any) -> list[tuple[Any, ...]]:
    return [(m.substance_id, m.method, m.strength, m.matched, m.score, m.suppressed is not None) for m in matches]


def in_text(text: str, named: list[Match]) -> list[Match]:
    return list(NUMBERS.in_text(text, plain(text), named))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CAS 11111-11-5", [("zorvane", "cas", "strong", "CAS 11111-11-5", 100.0, False), ("mirquil", "cas", "medium", "CAS 11111-11-5", 100.0, False)]),
        ("x 11111-11-5", [("zorvane", "cas", "weak", "11111-11-5", 100.0, False), ("mirquil", "cas", "weak", "11111-11-5", 100.0, False)]),
        ("CAS 22222-22-0", [("zorvane", "cas", "medium", "CAS 22222-22-0", 100.0, False)]),
        ("CAS 22222-22-1", [("zorvane", "cas", "weak", "CAS 22222-22-1", 60.0, True)]),
        ("x 22222-22-1", [("zorvane", "cas", "weak", "22222-22-1", 60.0, True)]),
        ("x 22222-33-1", []),
        ("EC 300-001-7", [("zorvane", "ec_number", "strong", "EC 300-001-7", 100.0, False)]),
        ("x 300-001-7", [("zorvane", "ec_number", "weak", "300-001-7", 100.0, False)]),
        ("EC 300-001-8", [("zorvane", "ec_number", "weak", "EC 300-001-8", 60.0, True)]),
        ("x 300-001-8", []),
        ("UN 3999", [("zorvane", "un_number", "medium", "UN 3999", 50.0, False)]),
        ("3999", []),
        ("CUS 0012345-6", [("zorvane", "cus", "strong", "CUS 0012345-6", 100.0, False)]),
        ("0012345-6", []),
    ],
)  # fmt: skip
def test_what_a_number_in_a_text_weighs(text: str, expected: list[tuple[Any, ...]]) -> None:
    assert shown(in_text(text, [])) == expected


def test_a_bare_number_is_strong_where_a_name_agrees_that_counts() -> None:
    assert [m.strength for m in in_text("zorvane 11111-11-5", [AGREED])] == ["strong", "weak"]
    assert [m.strength for m in in_text("CAS 22222-22-0", [AGREED])] == ["strong"]
    against = replace(AGREED, suppressed="negated")
    assert [m.strength for m in in_text("zorvane 11111-11-5", [against])] == ["weak", "weak"]


def test_a_number_over_and_over_is_counted_by_what_it_weighs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifiers, "COUNTED_MATCHES", 2)
    text = " , ".join(["CAS 22222-22-0"] * 4 + ["22222-22-0"] * 2 + ["22222-22-1"] * 3)
    found = in_text(text, [])
    assert [(m.strength, m.suppressed is not None, m.more) for m in found] == [
        ("medium", False, 0),
        ("medium", False, 2),
        ("weak", False, 0),
        ("weak", False, 0),
        ("weak", True, 0),
        ("weak", True, 1),
    ]


@pytest.mark.parametrize(
    ("field", "cell", "expected"),
    [
        ("cas_numbers", "11111-11-5", [("zorvane", "cas", "strong", "11111-11-5", 100.0, False), ("mirquil", "cas", "medium", "11111-11-5", 100.0, False)]),
        ("cas_numbers", "no CAS 22222-22-0", [("zorvane", "cas", "medium", "CAS 22222-22-0", 100.0, False)]),
        ("cas_numbers", "22222-22-0 300-001-7", [("zorvane", "cas", "medium", "22222-22-0", 100.0, False), ("zorvane", "ec_number", "strong", "300-001-7", 100.0, False)]),
        ("cas_numbers", "22222-22-1", [("zorvane", "cas", "weak", "22222-22-1", 60.0, True)]),
        ("cas_numbers", "300-001-8", [("zorvane", "ec_number", "weak", "300-001-8", 60.0, True)]),
        ("cas_numbers", "", []),
        ("cus_codes", "CUS 0012345-6", [("zorvane", "cus", "strong", "CUS 0012345-6", 100.0, False)]),
        ("cus_codes", "00123456", [("zorvane", "cus", "strong", "00123456", 100.0, False)]),
        ("cus_codes", "x", []),
        ("un_numbers", "UN3999", [("zorvane", "un_number", "medium", "UN3999", 50.0, False)]),
        ("un_numbers", "3998", []),
        ("hs_code", "2914.12.00", [("zorvane", "hs", "strong", "2914.12.00", 100.0, False), ("mirquil", "hs", "weak", "2914.12.00", 40.0, False)]),
        ("other_hs_codes", "291412", [("zorvane", "hs", "strong", "291412", 100.0, False), ("mirquil", "hs", "weak", "291412", 40.0, False)]),
        ("hs_code", "300349", [("zorvane", "hs", "weak", "300349", 40.0, False)]),
        ("hs_code", "293949", []),
        ("hs_code", "2914", []),
    ],
)  # fmt: skip
def test_what_a_cell_of_numbers_says(field: str, cell: str, expected: list[tuple[Any, ...]]) -> None:
    assert shown(NUMBERS.in_cell(field, cell)) == expected


@pytest.mark.parametrize(
    ("code", "form"),
    [("291412", "substance"), ("300349", "preparation"), ("300440", "preparation"), ("300349000", "preparation")],
)
def test_a_medicines_heading_says_a_preparation(code: str, form: str) -> None:
    assert {m.form for m in NUMBERS.in_cell("hs_code", code)} == {form}


def test_a_cell_of_cas_numbers_keeps_its_places() -> None:
    for cell in ("11111-11-5; 22222-22-0", "CAS: 11111-11-5 22222-22-0"):
        for match in NUMBERS.in_cell("cas_numbers", cell):
            assert cell[match.start : match.end] == match.matched
            assert match.name in match.matched


def test_a_subheading_named_twice_is_one_match() -> None:
    twice = replace(
        substance("zorvane", substance_id="z"), hs_codes=(HsCode("291412", 2012, 2017, True), HsCode("291412", 2022, None, False))
    )
    assert [(m.strength, m.substance_id) for m in Identifiers([twice]).in_cell("hs_code", "291412")] == [("strong", "z")]


@pytest.mark.parametrize(("until", "found"), [(None, True), (2011, False), (2012, True), (2017, True)])
def test_a_subheading_that_ended_before_the_editions_in_use_is_none(until: int | None, found: bool) -> None:
    one = replace(substance("zorvane", substance_id="z"), hs_codes=(HsCode("291412", 2002, until, True),))
    assert bool(Identifiers([one]).in_cell("hs_code", "291412")) is found
