"""Texts in a writing and a language that names of substances are known in, and others."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.errors import ExitCode
from precursor_screen.kernel.resolve import descriptions
from precursor_screen.matching.party.exact_names import ordinary_words
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.text.covered_languages import foreign, is_covered
from tests.conftest import ROOT
from tests.examples import examples
from tests.screening import STARTED, table, with_rules

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
    "he": "כיסאות לבנים",
    "gu": "સફેદ ખુરશીઓ",
    "pa": "ਚਿੱਟੀਆਂ ਕੁਰਸੀਆਂ",
    "te": "తెల్ల కుర్చీలు",
    "kn": "ಬಿಳಿ ಕುರ್ಚಿಗಳು",
    "ml": "വെളുത്ത കസേരകൾ",
    "or": "ଧଳା ଚେୟାର",
    "bo": "རྐུབ་སྟེགས་དཀར་པོ",
    "chr": "ᎤᏁᎦ ᎦᏍᎩᎶ",
    "ff": "𞤔𞤮𞥅𞤣𞤮𞤪𞤣𞤫",
    "dv": "ހުދު ގޮނޑި",
    # In the letters of Arabic and Persian, and some of their own.
    "ug": "ئاق ئورۇندۇق",
    "ps": "سپینې څوکۍ",
    "sd": "اڇيون ڪرسيون",
    "ckb": "کورسی سپی بۆ ماڵ",
    "ur, goods": "سوتی کپڑا",
    # What is said of packing in another writing says nothing of the goods.
    "bn, in drums": "ইফেড্রিন 40 DRUMS OF 25 KGS",
    "ka, in bags": "შაქარი 25 kg bags",
    # In letters that a language with known names writes too: by words, or by a letter of their own.
    "hr": "Drveni stolovi, 40 komada",
    "hr, plain letters": "BIJELE PLASTICNE KUTIJE ZA VRT",
    "sl": "Jeklene cevi in orodje",
    "sq": "Karrige të bardha dhe tavolina",
    "is": "Notaðir hjólbarðar fyrir bíla",
    "sw": "Viti vyeupe vya mbao",
    "sw, short words": "SETI 3 ZA TAA VYA KWA",
    "so": "Kuraas cusub iyo miisas",
    "tl": "Mga laruan at sapatos",
    "uz": "Bolalar uchun kiyim",
    "bg": "Дървени столове за градина",
    "bg, by a letter": "Съдове за готвене",
    "ne": "बच्चाको लागि सेतो टेबल",
    "mr": "मुलांसाठी लाकडी टेबल",
    "mr, by a letter": "केळी ताजी",
    "az": "Ağ stullar, gəmi ilə",
    "mt": "Siġġijiet għall-ġnien",
}
COVERED = [
    "WHITE CHAIRS MODEL K-40", "Белые стулья, 40 шт", "Білі стільці їдальні", "白色椅子", "白いイス", "흰색 의자", "เก้าอี้สีขาว", "सफेद कुर्सियाँ",
    "كراسي بيضاء", "صندلی سفید چوبی گچ پژ", "Λευκές καρέκλες", "Ghế trắng", "Stoličky biele", "Beyaz sandalyeler", "Fehér székek", "Scaune albe", "12345", "", "Ω 40 µm",
    "ACETONE / აცეტონი", "Ѕodium hydroxide", "TELEVISION SETS ა",
    "VYA MODEL 40",  # a short word of another language may be a mark
    "Drveni stolovi / wooden tables, steel frames",  # said in a language that is read as well
    "Qəhvə / roasted coffee",
    "съ подъѣздъ", "объектив", "बच्चों के कपड़े",
]  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN_TEXTS)
def test_a_text_in_a_writing_without_names_is_not_covered(language: str) -> None:
    for text in (FOREIGN_TEXTS[language], FOREIGN_TEXTS[language].upper()):
        assert not is_covered(text, ordinary_words())
        assert pc.match_substring_regex(pc.utf8_lower(pa.array([text])), foreign()).to_pylist() == [True]


@pytest.mark.parametrize("text", COVERED)
def test_other_texts_are(text: str) -> None:
    assert is_covered(text, ordinary_words())


@pytest.mark.parametrize(("text", "covered"), [("vrsta", False), ("drvo", True), ("drvo ulje", False), ("drvo drvo", True)])
def test_one_long_word_tells_a_language_or_two_short_ones(text: str, covered: bool) -> None:
    assert is_covered(text) is covered


def rows(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / path).read_text("utf-8").splitlines()))


NAMES = rows("precursor_screen/data/substances/names.csv")
UNREAD = rows("precursor_screen/data/names/unread_words.csv")


def test_no_name_that_ships_is_in_such_a_writing_or_language() -> None:
    names = pa.array([row["name"] for row in NAMES if row["language"] != "he"])  # of twelve substances
    assert names.filter(pc.match_substring_regex(pc.utf8_lower(names), foreign())).to_pylist() == []


def test_the_languages_of_the_words_are_those_of_which_hardly_a_name_is_known() -> None:
    names = Counter(row["language"] for row in NAMES)
    substances = Counter(language for language, _ in {(row["language"], row["substance_id"]) for row in NAMES})
    # With two names a language is told as not known, and so are these three, of which those of some solvents and acids are known.
    assert {row["language"]: substances[row["language"]] for row in UNREAD if names[row["language"]] > 2} == {
        "bg": 3,
        "sh": 7,
        "sl": 6,
    }
    assert "sh" in {row["language"] for row in UNREAD}
    assert {"hr", "bs", "sr"}.isdisjoint(row["language"] for row in NAMES)  # one language under `sh`


@pytest.mark.parametrize("row", UNREAD, ids=lambda row: row["language"])
def test_no_word_of_such_a_language_is_one_of_goods_in_english_or_of_firms(row: dict[str, str]) -> None:
    assert ordinary_words().isdisjoint(row["words"].split("|"))
    assert row["source"]


@given(st.lists(st.sampled_from([*FOREIGN_TEXTS.values(), *COVERED]).map(lambda text: text[:30]), max_size=4).map(" ".join))
@examples(60, 400)
def test_the_pattern_for_all_texts_loses_none_that_is_not_covered(text: str) -> None:
    if not is_covered(text):
        assert pc.match_substring_regex(pc.utf8_lower(pa.array([text])), foreign()).to_pylist() == [True]


JUDGED = rows("precursor_screen/data/names/judged_writings.csv")


def test_the_languages_that_are_judged_are_those_of_which_names_ship() -> None:
    judged = {language for row in JUDGED for language in row["languages"].split("|") if language}
    named = {row["language"] for row in NAMES} - {"mul"}
    assert judged <= named
    assert named - judged == {"he", "bg", "sh", "sl"}


def test_the_blocks_of_writings_do_not_overlap() -> None:
    ends = sorted(tuple(int(end, 16) for end in block.split("-")) for row in JUDGED for block in row["blocks"].split("|"))
    assert all(first <= last for first, last in ends)
    assert all(before[1] < after[0] for before, after in pairwise(ends))


def issues_of(reference, *descriptions: str) -> dict[str, list[int | None]]:
    """The rows below the header of which each kind of issue about languages is told."""
    report = run_of(reference, *({"description of goods": text, "hs code": "940130"} for text in descriptions))
    found = [i for i in report.issues.to_pylist() if i["code"] in ("language-not-covered", "foreign-texts")]
    return {code: [i["source_row"] - 1 for i in found if i["code"] == code] for code in dict.fromkeys(i["code"] for i in found)}


def run_of(reference, *rows):
    return run((Source("m.csv", content=table(rows)),), ReadOptions(), with_rules(reference), started=STARTED).report


@pytest.mark.parametrize("others", [0, 9, 200])
def test_a_line_that_cannot_be_judged_is_unscreenable_at_any_share_of_the_file(reference, others: int) -> None:
    texts = [*(f"CHAIR MODEL {n}" for n in range(others)), FOREIGN_TEXTS["ka"], FOREIGN_TEXTS["ur"]]
    assert issues_of(reference, *texts) == {"language-not-covered": [others + 1, others + 2]}


def test_such_a_line_has_no_band_and_is_exit_3(reference) -> None:
    report = run_of(
        reference,
        {"bill of lading": "A", "description of goods": FOREIGN_TEXTS["bn"]},
        {"bill of lading": "B", "description of goods": "WHITE CHAIRS"},
    )
    bands = {row["shipment_id"]: row["band"] for row in report.shipments.to_pylist()}
    assert (bands["A"], report.exit_code) == (None, ExitCode.SET_ASIDE)


def test_what_is_recognised_in_such_a_text_stands(reference) -> None:
    assert issues_of(reference, "אצטון טהור", FOREIGN_TEXTS["ka"], "שולחן") == {
        "language-not-covered": [2, 3],
        "foreign-texts": [1],
    }


def test_a_file_in_a_language_that_shares_its_letters_is_told(reference) -> None:
    texts = [unicodedata.normalize("NFD", FOREIGN_TEXTS[key]) for key in ("hr", "sl", "sq", "is", "az")]
    assert issues_of(reference, *texts) == {"language-not-covered": [1, 2, 3, 4, 5]}


def test_a_message_is_told_too(reference) -> None:
    text = f"UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1'FTX+AAA+++{FOREIGN_TEXTS['ka']}'UNT+6+1'"
    report = run((Source("m", content=text.encode()),), ReadOptions(), with_rules(reference), started=STARTED).report
    assert "language-not-covered" in report.issues.column("code").to_pylist()


@pytest.mark.parametrize("few", [0, 64])
def test_few_texts_are_told_to_be_in_a_foreign_language_as_many_are(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(descriptions, "_FEW", few)
    # The third has an accent that no word is written with: its plain letters alone would tell it.
    texts = ["WHITE CHAIRS", "ساعات", "KUTÌJE 40", "BIJELE PLASTICNE KUTIJE ZA VRT", "Ağ stullar, gəmi ilə", ""]
    assert descriptions.find_unread(pa.array(texts)).to_pylist() == [False, False, False, True, True, False]
