from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.errors import UsageError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import choose_encoding, open_utf8, rank_code_pages

TEXTS = {
    "cp1252": "désignation;poids brut;expéditeur\nanhydride acétique;1200;Société Générale de Chimie à Orléans\nacétone pure;30;Côte d'Azur Négoce",
    "cp1251": "наименование товара;вес брутто\nуксусный ангидрид технический;1200\nперманганат калия;500",
    "koi8-r": "наименование товара;вес брутто\nуксусный ангидрид технический;1200\nперманганат калия;500",
    "cp866": "наименование товара;вес брутто\nуксусный ангидрид технический;1200\nперманганат калия;500",
    "cp1254": "eşya tanımı;brüt ağırlık\nasetik anhidrit;1200\nçözücü karışımı;500\nİstanbul Kimya Şirketi",
    "cp1250": "opis towaru;masa brutto\nbezwodnik octowy gęsty;1200\nśrodek czyszczący żółty;30",
    "cp1253": "περιγραφή εμπορευμάτων;βάρος\nοξικός ανυδρίτης;1200\nακετόνη;30",
    "cp1256": "وصف البضاعة;الوزن\nأنهيدريد الخل;1200\nالأسيتون النقي;30",
    "gb18030": "货物名称;毛重\n乙酸酐;1200\n高锰酸钾;500\n进出口贸易有限公司",
    "big5": "貨物名稱;毛重\n醋酸酐;1200\n進出口貿易有限公司",
    "cp932": "品名;総重量\n無水酢酸;1200\nアセトンの輸出",
    "cp949": "품명;총중량\n무수초산;1200\n수출입 무역 주식회사",
}


@pytest.mark.parametrize("page", TEXTS)
def test_a_legacy_code_page_is_told_by_its_letters(page: str) -> None:
    text = TEXTS[page]
    data = text.encode(page)
    choice = choose_encoding(Blob("m", data))
    decoded, bad = open_utf8(Blob("m", data), choice)
    assert decoded.read().decode() == text, rank_code_pages(data)[:3]
    assert bad == 0
    assert choice.reason == "code page"
    assert choice.runner_up


@pytest.mark.parametrize("page", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8"])
def test_unicode_is_told_by_its_bytes(page: str) -> None:
    text = "description,weight\nacétone and more text in plain letters,1\n"
    data = text.encode(page)
    decoded, bad = open_utf8(Blob("m", data), choose_encoding(Blob("m", data)))
    assert decoded.read().decode() == text
    assert bad == 0


def test_utf8_is_judged_on_the_whole_file_not_on_its_start() -> None:
    data = b"description,weight\n" + b"plain text,1\n" * 400_000 + "acétone,1\n".encode("cp1252")
    assert choose_encoding(Blob("m", data)).name == "cp1252"


def test_the_override_wins_and_undecodable_bytes_are_counted() -> None:
    blob = Blob("m", b"a\x81\x8db")
    choice = choose_encoding(blob, "cp1252")
    assert (choice.name, choice.reason) == ("cp1252", "as told")
    decoded, bad = open_utf8(blob, choice)
    assert bad == 2
    assert decoded.read().decode() == "a\ufffd\ufffdb"


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "zip", ""])
def test_a_name_that_is_no_text_encoding_is_refused(name: str) -> None:
    if not name:
        assert choose_encoding(Blob("m", b"a")).name == "utf-8"
        return
    with pytest.raises(UsageError):
        choose_encoding(Blob("m", b"a"), name)


@given(st.binary(max_size=400))
def test_any_bytes_become_utf8(data: bytes) -> None:
    decoded, _ = open_utf8(Blob("m", data), choose_encoding(Blob("m", data)))
    decoded.read().decode("utf-8")


def test_a_mark_of_utf_16_before_plain_letters_is_no_utf_16() -> None:
    plain = b"bill,description,hs code\nB1,acetone,291411\n"
    assert choose_encoding(Blob("m", b"\xff\xfe" + plain)).name not in ("utf-16", "utf-16-le")
    wide = b"\xff\xfe" + plain.decode().encode("utf-16-le")
    assert choose_encoding(Blob("m", wide)).name.startswith("utf-16")
