"""What stands beside a weak name, or beside one that is misspelt, in a script without blanks: words of trade bear it out, ordinary ones do not."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.index import SubstanceIndex
from tests.matching.substance.test_near import substance

NAMES = SubstanceIndex((substance("zorvanquil", strength="weak"), substance("hcl", strength="weak", substance_id="acid")))
SPELLINGS = ("zorvanquil", "zorvamquil")


def strengths(text: str) -> list[str]:
    return [m.strength for m in NAMES.match(text) if m.suppressed is None]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_near_spelling_is_found_and_weak_by_itself(name: str) -> None:
    (match,) = NAMES.match(name)
    assert (match.method, match.strength) == ("name" if name == SPELLINGS[0] else "fuzzy", "weak")


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize(
    ("beside", "strength"),
    [
        ("{} 桶", "medium"),  # drums
        ("{} 工业级", "medium"),  # of industrial grade
        ("{} 公斤", "medium"),  # kilograms
        ("桶 {}", "medium"),
        ("全新桶装 {}", "medium"),  # a word of trade within a run of others
        ("{} 瓷砖陶土进桶", "medium"),  # the sixth character
        ("{} 瓷砖陶土进口桶", "weak"),  # the seventh
        ("{} 进口工业级", "medium"),  # imported, of industrial grade
        ("{} 二十公斤", "medium"),  # twenty kilograms
        ("{} 瓷砖", "weak"),  # tiles
        ("瓷砖 {}", "weak"),
        ("{} 25 瓷砖", "weak"),
        ("{} 瓷砖 桶", "weak"),  # behind an ordinary word nothing is near
        ("桶 瓷砖 {}", "weak"),
        ("{} 25 桶", "medium"),
        ("{} 25 瓷砖桶", "medium"),
        ("{} タンク", "weak"),
    ],
)
def test_an_asian_word_beside_a_weak_name(name: str, beside: str, strength: str) -> None:
    assert strengths(beside.format(name)) == [strength]


@pytest.mark.parametrize(
    ("text", "strength"),
    [("hcl 25 公斤", "medium"), ("桶 hcl 25 公斤", "medium"), ("瓷砖 hcl 25 公斤", "weak"), ("25 瓷砖 hcl 25 公斤", "weak")],
)
def test_an_ordinary_asian_word_before_a_salt_says_of_what_it_is_the_salt(text: str, strength: str) -> None:
    assert strengths(text) == [strength]
