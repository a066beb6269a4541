from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import UsageError
from precursor_screen.formats import encoding
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import choose_encoding, open_text, open_utf8, rank_code_pages

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


SPANISH = ["ANHÍDRIDO ACÉTICO 20 TAMBORES", "SILLAS DE JARDÍN", "MUEBLES DE BAÑO", "CAMIÓN", "JABÓN", "MELÓN", "LIMÓN", "SARDINAS EN LATÓN", "RATÓN", "TELÉFONO"]  # fmt: skip


def read(data: bytes) -> tuple[list[str], list[str], list[str]]:
    """Lines, codes of notes, and texts beside."""
    text = open_text(Blob("m", data))
    return text.blob.read().decode().splitlines(), [n.code for n in text.notes], [a.text for a in text.out_of_table_texts]


@pytest.mark.parametrize(
    ("stray", "line"),
    [
        (b"MESA DE CAF\xc9", "MESA DE CAFÉ"),
        (b"SI\xccLAS", "SIÌLAS"),
        ("ложка".encode("cp1251"), "ложка"),
        ("硫酸和丙酮".encode("gb18030"), "硫酸和丙酮"),
    ],
)
def test_a_stray_line_does_not_change_the_others(stray, line):
    others = (
        SPANISH
        if line[0].isascii()
        else [
            *[
                "наименование",
                "товара",
                "вес",
                "брутто",
                "страна",
                "отправления",
                "уксусный",
                "ангидрид",
                "перманганат",
                "калия",
                "технический",
            ],
            "草酸",
            "硝酸",
        ]
    )
    lines, codes, beside = read(b"\n".join([*(o.encode() for o in others), stray]))
    assert lines[:-1] == others
    if line.isascii() or line[-1] in "ÉS":
        assert lines[-1] == line
    assert "undecodable-text" not in codes
    assert (codes, beside) == ([], [])


def test_where_fewer_than_nine_in_ten_agree_the_fewer_are_read_in_both():
    lines, codes, beside = read(b"\n".join([*(t.encode() for t in SPANISH[:3]), "CAFÉ".encode("cp1252")]))
    assert lines == [*SPANISH[:3], "CAFÉ"]
    assert codes == ["mixed-encoding"]
    assert beside == ["CAF\ufffd"]


def test_lines_of_utf_8_in_a_file_of_another_code_page_are_read_in_both():
    russian = ["стул", "стол", "лампа", "ковёр", "ложка"]
    lines, codes, beside = read(b"\n".join([*(t.encode("cp1251") for t in russian), "ангидрид".encode()]))
    assert lines[:-1] == russian
    assert codes == ["mixed-encoding"]
    assert beside == ["ангидрид"]


@pytest.mark.parametrize(
    ("page", "by_chance", "others"),
    [
        ("gb18030", "毛", "货物名称 数量 单位 毛重 硫酸 丙酮 化学品 进出口 贸易 有限公司 集装箱"),  # ë in UTF-8
        ("euc_kr", "찼", "품명 총중량 무수초산 수출입 무역 주식회사 아세톤 황산 화학 부산 서울"),
        ("cp932", "ﾃｱ", "品名 総重量 無水酢酸 アセトン 輸出 株式会社 化学 工業 東京 大阪 神戸"),
        ("cp1251", "Вё", "наименование товара вес брутто страна отправления уксусный ангидрид перманганат калия технический"),
    ],
)
def test_a_word_that_is_utf_8_by_chance_stays_in_its_code_page(page, by_chance, others):
    assert by_chance.encode(page).decode("utf-8")
    words = [*others.split(), *[by_chance] * 40]
    lines, codes, _ = read("\n".join(words).encode(page))
    assert lines == words
    assert codes == []


def test_a_line_that_holds_both_is_in_doubt_however_many_agree():
    both = "ANHÍDRIDO AC".encode() + b"\xc9TICO"
    lines, codes, beside = read(b"\n".join([*(t.encode() for t in SPANISH), both]))
    assert lines[:-1] == SPANISH
    assert codes == ["mixed-encoding"]
    assert beside == ["ANHÍDRIDO AC\ufffdTICO"]


def test_damage_within_a_line_of_utf_8_is_named():
    damaged = "уксусный ангидрид".encode()[:-1] + b"\xff"
    lines, codes, _ = read(
        b"\n".join(
            [*(w.encode() for w in ["стул", "стол", "лампа", "ковёр", "ложка", "вилка", "чашка", "миска", "нож"]), damaged]
        )
    )
    assert lines[-1].startswith("уксусный ангидри")
    assert codes == ["undecodable-text"]


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_every_line_is_read_and_what_is_plain_stays(lines):
    kept = [line.replace(b"\n", b"").replace(b"\r", b"") + b"x" for line in lines]
    text = open_text(Blob("m", b"\n".join(kept)))
    if text.choice.name in ("utf-8", "cp1252", "cp1251"):
        assert text.blob.read().count(b"\n") == max(len(kept) - 1, 0)


def test_what_follows_the_first_damage_is_weighed_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "CHUNK", 2)
    assert choose_encoding(Blob("m", "ж\nСульфат аммония\nДекларация на товары".encode("cp1251"))).name == "cp1251"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("UNB+UNOC:3+A+B'", "cp1252"),
        ("UNA:+,? '\r\nUNB+UNOD:3+A+B'", "iso8859-2"),
        ("UNB+UNOE:1+A+B'", "iso8859-5"),
    ],
)
def test_an_interchange_says_what_its_characters_are(head: str, name: str) -> None:
    choice = choose_encoding(Blob("m.edi", head.encode() + b"FTX+AAA+++S\xc4URE \xdc'"))
    assert (choice.name, choice.reason) == (name, "stated by the interchange")


def test_what_is_utf_8_is_so_whatever_an_interchange_says() -> None:
    assert choose_encoding(Blob("m.edi", "UNB+UNOC:3+A+B'FTX+AAA+++SÄURE'".encode())).name == "utf-8"
