"""What a description is worth: informative words, texts that could hide anything, references to other papers, words of lexicons."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.resolve import resolve
from precursor_screen.kernel.resolve.descriptions import description_facts
from precursor_screen.reference import shipped
from precursor_screen.rulebook.evaluate import folded
from precursor_screen.rulebook.lists import NamedList, load_lists

with (Path(__file__).parents[2] / "judgements" / "vague_descriptions.csv").open(encoding="utf-8", newline="") as stream:
    JUDGED = list(csv.DictReader(stream))


def named(name: str, *terms: str, lexicon: bool = False) -> NamedList:
    return NamedList(name, "t", "s", date(2026, 1, 1), None, terms, "", lexicon)


LISTS = {
    n.id: n
    for n in (
        named("vague_goods", "goods", "general cargo", "chemicals", "acid", "化工品"),
        named("packing_words", "drum", "drums", "of", "bag", "full", "full load"),
        named("documents", "invoice", "attached", "list", "发票"),
        named("document_words", "as per", "full", "见"),
        named("presses", "pill press", "press", lexicon=True),
        named("glass", "flask", lexicon=True),
    )
}


def facts(*texts: str, lists: dict[str, NamedList] = LISTS) -> list[tuple[int, bool, bool, list[str]]]:
    told = description_facts(pa.array(texts, pa.string()), lists).drop_columns(["equipment", "is_unread"])
    return [tuple(row.values()) for row in told.to_pylist()]


@pytest.mark.parametrize(
    ("text", "tokens", "vague"),
    [
        ("CERAMIC TILES", 2, False),
        ("tiles", 1, False),
        ("20 DRUMS OF TILES", 1, False),
        ("general cargo", 0, True),
        ("general tiles", 2, False),
        ("acid", 0, True),
        ("citric acid", 2, False),
        ("ACIDS", 1, False),
        ("drums", 0, True),
        ("drums of goods", 0, True),
        ("a b c", 0, True),
        ("x x x", 0, True),
        ("xxxx", 0, True),
        ("xxxy", 1, False),
        ("xx xx", 0, True),
        ("12345 ***", 0, True),
        ("", 0, True),
        ("N.O.S. goods", 2, False),
        ("Ácid", 0, True),
        ("化工品", 0, True),
        ("陶瓷", 1, False),
        ("bags full load of silk", 2, False),
    ],
)  # fmt: skip
def test_informative_words_are_those_that_are_not_of_packing(text, tokens, vague):
    assert facts(text)[0][:2] == (tokens, vague)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("as per invoice 4711 attached", True),
        ("invoice", True),
        ("as per invoice: tiles", False),
        ("as per", False),  # no paper is named
        ("full", False),
        ("full list", True),
        ("goods as per list", True),
        ("goods", False),
        ("见发票", True),
        ("发票 陶瓷", False),
    ],
)
def test_a_text_that_only_names_another_paper_is_a_reference(text, reference):
    ((_, vague, is_reference, _),) = facts(text)
    assert is_reference is reference
    assert vague or not reference


def test_in_each_language_a_text_that_says_nothing_is_told():
    told = facts(*(row["text"] for row in JUDGED), lists=load_lists([shipped.rules_folder()]))
    said = ["reference" if reference else "nothing" if vague else "goods" for _, vague, reference, _ in told]
    assert [{**row, "says": one} for row, one in zip(JUDGED, said, strict=True)] == JUDGED


@pytest.mark.parametrize(
    ("text", "lexicons"),
    [
        ("a pill press", ["presses"]),
        ("PRESS and FLASK", ["glass", "presses"]),
        ("pressed", []),
        ("pill, press", ["presses"]),
        ("tiles", []),
        ("", []),
    ],
)
def test_words_of_lexicons_are_told_by_the_name_of_their_list(text, lexicons):
    assert facts(text)[0][3] == lexicons


LETTERS = st.sampled_from(
    ["goods", "tiles", "acid", "n.o.s", "a", "b", "É", "化工品", "\u0661", "7", "4711", ".", "-", "'", "\x00", " ", "\u3000"]
)


@given(st.lists(st.lists(LETTERS, max_size=8).map("".join), max_size=6), st.integers(0, 6))
def test_figures_and_marks_part_words_and_say_nothing_else(texts, begin):
    """As if each run of what is not a letter were taken out of each text by itself."""
    column = pa.array(["goods 7", *texts], pa.string())[begin:]
    plain = pc.replace_substring(folded(column), ".", "")
    parted = pc.replace_substring_regex(plain, r"[^\pL]+", " ")
    assert description_facts(column, LISTS) == description_facts(parted, LISTS)
    assert [description_facts(pa.array([text], pa.string()), LISTS).to_pylist() for text in column.to_pylist()] == [
        [row] for row in description_facts(column, LISTS).to_pylist()
    ]


def test_without_lexicons_no_word_is_told():
    bare = {name: one for name, one in LISTS.items() if not one.lexicon}
    assert facts("pill press", lists=bare)[0][3] == []


def test_many_texts_are_looked_at_some_at_a_time(monkeypatch):
    texts = [f"tiles {'x' * n}" for n in range(5)] + ["goods"]
    column = pa.chunked_array([pa.array([*texts, None, *texts])])
    found = []
    for size in (8 << 20, 64, 1):
        monkeypatch.setattr(resolve, "_TEXT_PART", size)
        found.append(resolve.facts_of_texts(column, LISTS).to_pylist())
    assert found[0] == found[1] == found[2]
    assert found[0][: len(texts)] == found[0][len(texts) + 1 :]
    assert set(found[0][len(texts)].values()) == {None}
