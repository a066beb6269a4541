"""Code pages are told by the letters of the language, on short tables in many languages and the code pages of each."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest

from precursor_screen.formats.code_pages import PAGES, rank_code_pages

CASES = list(csv.DictReader((Path(__file__).parents[1] / "judgements/code_pages.csv").read_text("utf-8").splitlines()))
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encode(text: str, page: str) -> bytes | None:
    """The text in a page; Vietnamese tones stand behind their letter there. None where the page lacks a letter."""
    if page == "cp1258":
        parts = []
        for letter in unicodedata.normalize("NFC", text):
            apart = unicodedata.normalize("NFD", letter)
            bare = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))
            parts.append(bare + "".join(c for c in apart if c in _TONES))
        text = "".join(parts)
    try:
        return text.encode(page)
    except UnicodeEncodeError:
        return None


def samples() -> list[tuple[str, str, bytes]]:
    """Language, page and bytes of each text: as it is, in capitals, and its last row alone."""
    found = []
    for case in CASES:
        text = case["text"].replace("|", "\n")
        for page in case["pages"].split():
            encoded = [encode(form, page) for form in (text, text.upper(), text.splitlines()[-1])]
            found += [(case["language"], page, data) for data in encoded if data and not data.isascii()]
    return found


def is_right(page: str, data: bytes) -> bool:
    return data.decode(rank_code_pages(data)[0][0], "replace") == data.decode(page)


def test_nineteen_in_twenty_texts_are_read_right():
    tried = samples()
    assert len({language for language, _, _ in tried}) >= 25
    wrong = [(language, page, data.decode(page)) for language, page, data in tried if not is_right(page, data)]
    assert len(wrong) <= 0.05 * len(tried), wrong


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']} {c['text'][:12]}")
def test_a_table_of_some_rows_is_read_right_in_the_page_of_windows(case):
    page = case["pages"].split()[0]
    data = encode(case["text"].replace("|", "\n"), page)
    assert data is not None
    assert is_right(page, data), rank_code_pages(data)[:3]


def test_every_page_is_one_that_python_has_and_is_ranked_once():
    ranked = rank_code_pages("é".encode("cp1252"))
    assert sorted(page for page, _ in ranked) == sorted(PAGES)
    assert len(set(PAGES)) == len(PAGES)


def test_letters_that_no_one_language_has_together_speak_against_a_page():
    czech = "příjemce, Česká republika, Ústí".encode("cp1250")
    scores = dict(rank_code_pages(czech))
    assert scores["cp1250"] > scores["cp1252"]


def test_plain_letters_say_nothing():
    assert all(abs(score) <= 0.25 for _, score in rank_code_pages(b"plain letters"))


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("gb18030", "硼砂\n橡胶\n铜管\n玻璃瓶塞"),
        ("big5", "硼砂\n橡膠\n銅管\n玻璃瓶塞"),
        ("cp932", "硼砂\n銅管\n瓶栓"),
        ("cp949", "붕사\n구리관\n유리병"),
    ],
)
def test_characters_that_are_not_the_most_frequent_are_told_by_where_their_standard_orders_them(page, text):
    assert rank_code_pages(text.encode(page))[0][0] == page
