"""The table of words that resemble names, and what it says of a word."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.core.errors import SubstanceTableError
from precursor_screen.matching.substance.neighbours import COLUMNS, KINDS, Neighbours, load_neighbours
from precursor_screen.text.text import squash
from tests.matching.substance.test_index import TABLES, index


def test_the_table_is_clean() -> None:
    with (TABLES / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words = [r["word"] for r in rows]
    assert len(words) == len(set(words)) > 1000
    assert [w for w in words if squash(w) != w] == []
    assert {r["kind"] for r in rows} <= KINDS
    assert all(r["near"] for r in rows)


def test_no_neighbour_hides_a_name() -> None:
    """A listed word that is a name of its own would make that name's misspellings vanish."""
    strong = {squash(n.name): s.substance_id for s in index().substances for n in s.names if n.strength == "strong"}
    assert {strong[w] for w in load_neighbours() if w in strong} <= {
        "piperidine",
        "3-4-mdp-2-p",
        "p-2-p",
        "ephedrine",
    }  # PMK and BMK are near each other


@pytest.mark.parametrize(
    ("word", "part", "other"),
    [
        ("piperazine", "piperidine", True),
        ("dimethyl", "diethyl", True),
        ("dimethylether", "diethylether", True),
        ("sulfonicacid", "sulfuricacid", True),
        ("metyl", "methyl", False),
        ("tolune", "toluene", False),
        ("toluene", "toluene", False),
        ("sulfonik", "sulfuric", True),  # nearer to another word
        ("dimathrl", "dimethyl", False),
    ],
)
def test_another_word(word: str, part: str, other: bool) -> None:
    assert Neighbours(load_neighbours()).is_nearer(word, part) is other


@pytest.mark.parametrize(
    "content", ["word,kind\nx,word\n", ",".join(COLUMNS) + "\nx,nonsense,y\n", ",".join(COLUMNS) + "\n,word,y\n"]
)
def test_a_broken_table_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "neighbours.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SubstanceTableError):
        load_neighbours(path)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubstanceTableError, match="cannot be read"):
        load_neighbours(tmp_path / "none.csv")
