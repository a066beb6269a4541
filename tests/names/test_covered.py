"""Texts in a writing that names of substances are known in, and others."""

from __future__ import annotations

import csv

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from precursor_screen.names.covered import FOREIGN, is_covered
from precursor_screen.readers.registry import read
from tests.conftest import ROOT

FOREIGN_TEXTS = {
    "am": "ነጭ የብረት ወንበሮች 40 ሳጥን",
    "ka": "თეთრი სკამები, 40 ყუთი",
    "km": "កៅអីពណ៌ស 40 ប្រអប់",
    "my": "ထိုင်ခုံအဖြူ 40 ဘူး",
    "lo": "ເກົ້າອີ້ສີຂາວ 40 ກ່ອງ",
    "mn": "Цагаан сандал, өнгөт хүрээтэй",
    "hy": "սպիտակ աթոռներ 40 տուփ",
    "bn": "সাদা চেয়ার ৪০ বাক্স",
    "ta": "வெள்ளை நாற்காலிகள் 40",
    "si": "සුදු පුටු 40",
    "kk": "Ақ орындықтар, қорапта",
    "ur": "سفید کرسیاں ٹیبل ڈبے",
    "sr": "Беле столице, љуљашке",
    "ti": "ጻዕዳ መናብር MODEL X40",
}
COVERED = [
    "WHITE CHAIRS MODEL K-40", "Белые стулья, 40 шт", "Білі стільці їдальні", "白色椅子", "白いイス", "흰색 의자", "เก้าอี้สีขาว", "सफेद कुर्सियाँ",
    "كراسي بيضاء", "صندلی سفید چوبی گچ پژ", "Λευκές καρέκλες", "כיסאות לבנים", "Ghế trắng", "Stoličky biele", "Ağ stullar, gəmi ilə", "12345", "", "Ω 40 µm",
    "ACETONE / აცეტონი", "Ѕodium hydroxide", "TELEVISION SETS ა",
]  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN_TEXTS)
def test_a_text_in_a_writing_without_names_is_not_covered(language: str) -> None:
    assert not is_covered(FOREIGN_TEXTS[language])
    assert pc.match_substring_regex(pa.array([FOREIGN_TEXTS[language]]), FOREIGN).to_pylist() == [True]


@pytest.mark.parametrize("text", COVERED)
def test_other_texts_are(text: str) -> None:
    assert is_covered(text)


def test_no_name_that_ships_is_in_such_a_writing() -> None:
    path = ROOT / "precursor_screen/data/substances/names.csv"
    names = pa.array([row["name"] for row in csv.DictReader(path.read_text("utf-8").splitlines())])
    assert names.filter(pc.match_substring_regex(names, FOREIGN)).to_pylist() == []


@pytest.mark.parametrize(("others", "expected"), [(18, ("language-not-covered", 2, 4)), (19, ("foreign-texts", 2, 4))])
def test_a_tenth_of_the_texts_of_a_file_is_too_much(others: int, expected: tuple[str, int, int]) -> None:
    rows = ["description,hs code", *(f"CHAIR MODEL {n},940130" for n in range(others))]
    rows[2:2] = [f"{FOREIGN_TEXTS[key]},940130" for key in ("ka", "km", "ka", "km")]
    rows = [row.replace(", ", " ") for row in rows]
    (tables,) = read("\n".join(rows).encode(), "m.csv")
    (found,) = tables.issues.to_pylist()
    assert (found["code"], found["source_row"] - 1, found["count"]) == expected


def test_a_message_is_told_too() -> None:
    text = f"UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1'FTX+AAA+++{FOREIGN_TEXTS['ka']}'UNT+6+1'"
    (tables,) = read(text.encode(), "m")
    assert [i["code"] for i in tables.issues.to_pylist()] == ["language-not-covered"]
