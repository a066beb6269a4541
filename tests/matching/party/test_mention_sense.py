"""Whether words within a text are a listed name, and whose name it is that stands there."""

from __future__ import annotations

from typing import Any

import pytest

from precursor_screen.matching.party.mentions import (
    as_written,
    has_form,
    is_goods,
    is_name_by_itself,
    says_enough,
    stands_apart,
)

NAME = "Quarndon Wexley"


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("Quarndon Wexley", False),
        ("Quarndon Wexley Trading", False),
        ("Quarndon Wexley, Acme", True),
        ("Quarndon Wexley - Acme", True),
        ("Quarndon Wexley-Acme", False),
        ("Quarndon Wexley & Acme", False),
        ("Quarndon Wexley o/b Acme", True),
        ("Quarndon Wexley for Acme", True),
        ("Quarndon Wexley forwarding", False),
        ("Quarndon Wexley on behalf of Acme", True),
        ("Acme Quarndon Wexley", False),
        ("Acme c/o Quarndon Wexley", True),
        ("Acme o/b Quarndon Wexley", True),
        ("Acme, Quarndon Wexley", True),
        ("Acme - Quarndon Wexley", True),
        ("Acme & Quarndon Wexley", False),
        ("Acme Ltd Quarndon Wexley", True),
        ("Acme GmbH Quarndon Wexley", True),
        ("Acme Trading Quarndon Wexley", False),
        ("Acme attn. Quarndon Wexley", True),
        ("Acme to Quarndon Wexley", True),
        ("Acmeto Quarndon Wexley", False),
        ("Acme\nQuarndon Wexley", True),
        ("Acme\n\n\nQuarndon Wexley", True),
        ("Acme\n    Quarndon Wexley", False),
        ("QUARNDON WEXLEY", True),
        ("  Quarndon Wexley, Acme", True),
    ],
)
def test_a_name_is_another_partys_where_something_parts_it_from_the_first(text, apart):
    assert stands_apart(NAME, text) is apart


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("for QUARNDON-WEXLEY only", "QUARNDON-WEXLEY"),
        ("for Quarndon,  Wexley only", "Quarndon,  Wexley"),
        ("for Quarndon_Wexley", "Quarndon_Wexley"),
        ("for QuarndonWexley", "quarndon wexley"),
        ("for Wexley Quarndon", "quarndon wexley"),
    ],
)
def test_a_name_is_shown_as_the_text_has_it(text, written):
    named, start = as_written("quarndon wexley", text)
    assert named == written
    assert text.find(written) == (-1 if start is None else start)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("by milling machines llc", True),
        ("by milling machines of steel llc", True),
        ("llc milling machines", True),
        ("llc for the milling machines", True),
        ("llc with all of the milling machines", False),
        ("milling machines a b c d llc", True),
        ("milling machines a b c d e llc", False),
        ("milling machines of steel", False),
        ("milling llc machines", False),
        ("machines", False),
    ],
)
def test_a_legal_form_stands_close_beside_the_words_or_not(text, form):
    assert has_form("milling machines", text) is form


def match(value: str, matched: str, **more: Any) -> dict[str, Any]:
    plain = {"score": 100.0, "informative_tokens": 2, "entry_kind": "organisation"}
    return {**plain, "value": value, "matched_name": matched, **more}


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        (match("quarndon wexley", "Quarndon Wexley Ltd"), True),
        (match("quarndon wexley", "Quarndon Wexley Brewing Ltd"), False),
        (match("quarndon wexley", "Quarndon Wexley", informative_tokens=1), False),
        (match("halbrecht chemical trading", "Halbrecht Chemical Trading", informative_tokens=1), True),
        (match("halbrecht chemical trading", "Halbrecht Chemical Trading", informative_tokens=1, score=90.0), False),
        (match("mohamed hassan", "HASSAN, Mohamed", entry_kind="person"), False),
        (match("mohamed tarvenko", "TARVENKO, Mohamed", entry_kind="person"), True),
        (match("海湖", "海湖化工贸易", informative_tokens=1), True),
    ],
)
def test_what_is_the_whole_of_a_name_and_not_all_common_says_enough(found, enough):
    assert says_enough(found) is enough


@pytest.mark.parametrize(
    ("found", "alone"),
    [
        (match("quarndon wexley", "Quarndon Wexley"), True),
        (match("quarndon wexley", "Quarndon Wexley", score=90.0), False),
        (match("quarndon wexley", "Quarndon Wexley", informative_tokens=1), True),
        (match("quarndon wexley", "Quarndon Wexley", informative_tokens=0), False),
        (match("mohamed hassan", "HASSAN, Mohamed", entry_kind="person"), False),
        (match("milling machines", "Milling Machines LLC"), False),
    ],
)
def test_a_text_is_a_name_by_itself_where_it_is_exact_and_not_common(found, alone):
    assert is_name_by_itself(found) is alone


@pytest.mark.parametrize(
    ("value", "kind", "goods"),
    [
        ("milling machines", "organisation", True),
        ("milling machines", "person", False),
        ("milling quarndon", "organisation", False),
    ],
)
def test_words_for_goods_name_no_firm(value, kind, goods):
    assert is_goods(match(value, value, entry_kind=kind)) is goods
