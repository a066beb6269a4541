"""Names in Arabic, Thai and Devanagari letters as they are romanised."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.party import LATIN, normalise_party
from precursor_screen.text.romanise import is_thai, romanise, writing_of
from precursor_screen.text.thai import romanise_thai


def ways(name: str) -> tuple[str, ...]:
    return romanise(unicodedata.normalize("NFKC", name).casefold())


@pytest.mark.parametrize(
    ("name", "romanised"),
    [
        ("سمير كريم", ("samir karim",)),
        ("محمد كريمي", ("muhammad karimi", "mohammad karimi")),  # the ending of a surname
        ("سمير الكريم", ("samir al karim", "samir alkarim")),
        ("سمير النجار", ("samir al najjar", "samir alnajjar", "samir annajjar")),
        ("عبد الرحيم", ("abdul al rahim", "abdulrahim", "abdurrahim")),
        ("عبدالرحيم", ("abdul al rahim", "abdulrahim", "abdurrahim")),
        ("عبد الله", ("abdallah",)),
        ("سيف الدين", ("saif al din", "saifuddin")),
        ("نجيب الله", ("najib allah", "najibullah")),
        ("كريم بن علي", ("karim bin ali", "karim benali")),
        ("كريم بن النجار", ("karim bin al najjar", "karim bin alnajjar", "karim bin annajjar", "karim benannajjar")),
        ("ابو سمير", ("abu samir", "abusamir")),
        ("عليرضا", ("ali rida", "alirida", "ali reza", "alireza")),
        ("ضرغمي", ("~drghmy", "~zrghmy")),  # no table has it: its consonants, as an Arab and as a Persian says them
        ("سمير قبي", ("samir qabi", "samir ghabi")),  # too few consonants to compare by them
        ("شركة سمير للتجارة العامة", ("co samir general trading",)),
        ("مؤسسة سمير للاستيراد والتصدير", ("est samir import and export",)),
        ("شرکت بازرگانی کیمیا", ("co trading chemical", "co trading kimia")),
        ("شرکت فولاد کیمیا", ("co steel chemical", "co foolad kimia")),
        ("طويق", ("tawiq", "tavigh")),  # w between vowels
        ("اقبي", ("aqbi", "aghbi")),
        ("نورزی", ("nur zai", "nurzai", "nour zai", "nourzai")),
        ("ضرغجم", ("~drghjam", "~zrghjm")),  # of two spellings of j one is as keys have it
        ("وكريم", ("~wkrym", "~vkrym")),
    ],
)
def test_arabic_and_persian(name: str, romanised: tuple[str, ...]) -> None:
    assert ways(name) == romanised


@pytest.mark.parametrize(
    ("name", "romanised"),
    [
        ("मोहन", ("mohan",)),  # the last short vowel is not said
        ("इमरान", ("imran",)),  # nor one between vowels
        ("चन्द्र", ("chandra",)),  # but behind two consonants
        ("कमल", ("kamal",)),
        ("सिंह", ("singh",)),
        ("पंपा", ("pampa",)),
        ("चाँद", ("chand",)),
        ("आनंद", ("anand",)),
        ("लक्ष्मण", ("lakshman", "laxman")),
        ("गौरव", ("gaurav", "gourav")),
        ("मोहन केमिकल्स प्रा. लि.", ("mohan chemical pvt ltd",)),
        ("ः", ()),
    ],
)
def test_hindi(name: str, romanised: tuple[str, ...]) -> None:
    assert ways(name) == romanised


@pytest.mark.parametrize(
    ("name", "royal", "passport"),
    [
        ("สมหมาย", "sommai", "sommai"),  # h before m is not said
        ("พงษ์", "phong", "pong"),
        ("จิตรา", "chitra", "jitra"),
        ("ธนากร", "thanakon", "thanakorn"),
        ("เดือน", "duean", "duean"),
        ("เมีย", "mia", "mia"),
        ("เกาะ", "ko", "ko"),
        ("เรา", "rao", "rao"),
        ("เนย", "noei", "noei"),
        ("เกิด", "koet", "koet"),
        ("แดง", "daeng", "daeng"),
        ("โต", "to", "to"),
        ("ใจ", "chai", "jai"),
        ("บัว", "bua", "bua"),
        ("ดวง", "duang", "duang"),
        ("วันชัย", "wanchai", "wanchai"),
        ("กะทิ", "kathi", "kathi"),
        ("น้ำ", "nam", "nam"),
        ("มือ", "mue", "mue"),
        ("ทอง", "thong", "thong"),
        ("ธรรม", "tham", "tham"),
        ("บรร", "ban", "ban"),
        ("กลม", "kalom", "kalom"),  # which consonants belong together is not written
    ],
)
def test_thai(name: str, royal: str, passport: str) -> None:
    found = romanise_thai(unicodedata.normalize("NFKC", name))
    assert (found[0], found[1]) == (royal, passport)


def test_words_of_thai_firms_in_english_and_as_they_sound() -> None:
    assert ways("บริษัท แดงการค้า จำกัด") == ("co daeng trading ltd", "co daeng kankha ltd")
    assert ways("แดงการค้า") == ("daeng trading", "daeng kankha")


def test_a_thai_name_is_also_compared_letter_by_letter() -> None:
    assert [r.script for r in normalise_party("สมศักดิ์").readings] == ["latin", "consonants", "own script"]
    assert [r.script for r in normalise_party("ضرغمي كريم").readings] == ["romanised", "romanised", "own script"]
    assert is_thai("ก")
    assert not is_thai("k")


@pytest.mark.parametrize(
    ("name", "writing"),
    [
        ("Ahmed", ""),
        ("Müller ª Ａ", ""),
        ("محمد", "Arabic letters"),
        ("ABC สมชาย", "Thai letters"),
        ("राम", "Devanagari letters"),
        ("王明", "Chinese characters"),
        ("김", "Korean letters"),
        ("カ", "Japanese letters"),
        ("Иван", "Cyrillic letters"),
    ],
)
def test_what_a_name_is_written_in(name: str, writing: str) -> None:
    assert writing_of(name) == writing


@given(st.text(st.characters(min_codepoint=0x600, max_codepoint=0xE7F) | st.sampled_from(" a1์ั"), max_size=30))
def test_any_text_of_these_scripts(text: str) -> None:
    part = unicodedata.normalize("NFKC", text).casefold()
    for way in romanise(part):
        assert way == " ".join(way.split()) != ""
    assert normalise_party(text).screenable or not any(map(str.isalnum, text))


@given(st.text(st.characters(max_codepoint=0x52F), max_size=20))
def test_other_scripts_have_none(text: str) -> None:
    assert romanise(text) == ()


@pytest.mark.parametrize("letters", ["م", "عبد ال", "क", "क्", "ก", "เก", "กร", "บริษัท"])
def test_a_long_name_of_one_kind_is_read(letters: str) -> None:
    assert len(normalise_party(letters * 3000).readings) >= 1


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Société محمد", "societe muhammad"),
        ("Иванов محمد", "ivanov muhammad"),
        ("Société कुमार", "societe kumar"),
        ("Иванов कुमार", "ivanov kumar"),
        ("Иванов สมชาย", "ivanov somchai"),
    ],
)
def test_words_in_other_scripts_beside_them_stay(name: str, tokens: str) -> None:
    assert tuple(tokens.split()) in {reading.tokens for reading in normalise_party(name).readings if reading.script == LATIN}
