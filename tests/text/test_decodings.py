"""Text that was encoded once more is read as what it stands for, and nothing else is."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text import decodings
from precursor_screen.text.decodings import MAY_DECODE, further_readings

CASES = list(csv.DictReader(Path("tests/judgements/decodings.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["why"])
def test_readings(case: dict[str, str]) -> None:
    found = [r.strip() for r in further_readings(case["text"])]
    assert (case["reading"] in found) if case["reading"] else found == []


def test_the_filter_for_columns_finds_all_that_has_a_reading() -> None:
    texts = [c["text"] for c in CASES if c["reading"]]
    assert all(pc.match_substring_regex(pa.array(texts), f"(?s){MAY_DECODE}").to_pylist())


@given(st.text(st.sampled_from("Ab0157&;#<%=\\\\uU+x\u202e٣ \n"), max_size=12))
def test_the_quick_look_sees_what_the_filter_sees(text: str) -> None:
    assert decodings._may_decode(text) == bool(decodings._MAY.search(text))


WORDS = st.text(st.sampled_from("ACETONIHYDR "), min_size=3, max_size=30).filter(lambda t: len(t.split()) > 0)


@given(WORDS)
def test_what_is_encoded_whole_comes_back(text: str) -> None:
    squeezed = re.sub(r"\s", "", text)
    for encoded in ("".join(f"&#{ord(c)};" for c in text), "".join(f"%{ord(c):02X}" for c in text), quote(text) * 1):
        readings = [re.sub(r"\s", "", r) for r in further_readings(encoded)]
        assert squeezed in readings or re.sub(r"\s", "", html.unescape(encoded)) == squeezed or encoded.count("%") < 2


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for reading in further_readings(text):
        assert "".join(reading.split()) != "".join(text.split())


def test_a_megabyte_is_read() -> None:
    assert further_readings("&#65;" * 200_000)[0] == "A" * 200_000


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("A\\u{10FFFF}B", ("A\U0010ffffB",)),
        ("A\\u{110000}B", ("A\ufffdB",)),
        ("A\\uD7FFB", ("A\ud7ffB",)),
        ("A\\uD800B", ("A\ufffdB",)),
        ("A\\uDFFFB", ("A\ufffdB",)),
        ("A\\uE000B", ("A\ue000B",)),
        ("&amp;amp;#65;CETONE", ("ACETONE",)),
        ("&amp;amp;amp;#65;CETONE", ("&#65;CETONE",)),
        ("A3B3", ()),
        ("A3T0N", ("AeToN",)),
        ("ac1t1ne", ("acltlne", "acitine")),
        ("5A3T0NE", ()),
        ("ace%74one", ("acetone",)),
        ("ace%2574one", ("acetone",)),
        ("ace%74", ()),
        ("%74%6f", ("to",)),
        ("=?utf-8?B?QUNFVE9ORQ==?=", ("ACETONE",)),
        ("=?nocode?B?QUNFVE9ORQ==?=", ()),
        ("a=41", ()),
        ("AB=\nCD", ("ABCD",)),
        ("\u202bENOTECA", ("ACETONE",)),
        ("\u202aACETONE", ("ACETONE",)),
        ("A\u200eCETONE", ("ACETONE",)),
        ("CAS é ６", ("CAS é 6",)),
    ],
)
def test_the_ends_of_each_way_of_encoding(text: str, readings: tuple[str, ...]) -> None:
    assert further_readings(text) == readings


def test_parts_that_are_encoded_are_read_among_letters_beyond_ascii():
    assert any("ACETONE" in reading for reading in further_readings("fûts de =41=43=45=54=4F=4E=45 où"))
