"""What the words of headers mean, in the languages of the trade."""

from __future__ import annotations

import pytest

from precursor_screen.readers.tabular.concepts import languages_of, layout_rows, meanings


def said(header: str, *others: str) -> set[str]:
    return {concept for word in meanings(header, languages_of((header, *others))) for concept in word}


@pytest.mark.parametrize(
    ("header", "concepts"),
    [
        ("Warenbezeichnung", {"goods", "text"}),
        ("Versendungsland", {"dispatch", "country"}),  # a letter stands between the parts
        ("Rohgewicht", {"gross", "mass"}),  # a short word before a whole one
        ("Rohxgewicht", {"mass"}),
        ("Versender/Ausführer", {"sender", "exporter"}),
        ("收货人名称", {"receiver", "name"}),
        ("Ausführer (Versender)", {"sender", "exporter"}),  # in any order
        ("bill of entry", {"declaration"}),  # not a bill
        ("port de chargement", {"port", "qualifier", "loading"}),  # not déchargement
        ("Название получателя", {"name", "receiver"}),  # in another case
        ("ประเทศปลายทาง", {"country", "destination"}),  # signs above and below letters
        ("اسم المرسل إليه", {"name", "receiver"}),  # not the sender
        ("Sold-to", {"buyer"}),  # not who sold them
        ("Ship-to Name", {"receiver", "name"}),  # not a ship
        ("Dest.rio", {"receiver"}),  # beginning and end of a word
        ("Mitt.te", {"sender"}),
        ("Dest.-tar", {"receiver"}),
        ("Nettó tömeg (38. rovat)", {"net", "mass"}),  # the number of the box before its word
        ("31-баған Тауар", {"goods"}),
        ("Vol. m3", {"other"}),  # no volumes, which are packages in four languages
        ("Gr.Wt", {"gross", "mass"}),
        ("HS (2022)", {"hs"}),  # an edition, not a year's sum
        ("LAND1_WE", {"country", "destination"}),  # Warenempfänger, as SAP calls its partners
        ("VOL WT", {"other_mass", "mass"}),  # of a courier: no mass of the goods
        ("COMDTY", {"goods"}),  # a word without some of its vowels and doubled letters
        ("CNSGNEE", {"receiver"}),
        ("XMDTY", set()),
        ("shippre", {"sender"}),  # not a ship with an ending
        ("invoise", {"invoice"}),  # seven letters
        ("invoyce", {"invoice"}),
        ("invioce", {"invoice"}),  # two in the wrong order
        ("consignoe", set()),  # as near to either side
        ("NTGEW", {"net"}),  # as an ERP system calls its own columns
        ("Razão Soc.", {"name"}),
        ("ผู้จำหน่าย", {"seller"}),
        ("放行日期", {"declaration", "date"}),
        ("供貨單位", {"seller"}),  # not a unit of measure
        ("出荷先", {"receiver"}),  # where they are sent, not whence
        ("Nchi ya asili", {"country", "qualifier", "origin"}),
        ("Quantity in 2024", {"count", "other"}),
        ("Ablaufdatum", {"other", "date"}),  # a date, but not of the goods' way
        ("Besteldatum", {"other"}),
        ("Termin płatności", {"other"}),
        ("Бр. колети", {"number", "package"}),  # брой in this language, брутто in another
        ("гр.31 Товары", {"goods"}),  # the box of a declaration, not what begins with гр
        ("(Feld 33) Warennummer", {"hs"}),
        ("case 8 - Destinataire", {"receiver"}),
        ("Kraj nakladanja", {"loading"}),  # kraj is a place here and a country in Polish
        ("№ отправки", {"bill"}),  # not a dispatch
        ("Empf.", {"receiver"}),
        ("XYZ", set()),
    ],
)
def test_a_header_says(header, concepts):
    assert said(header) == concepts


def test_an_abbreviation_is_of_a_word_of_the_table_s_language():
    assert {"sender", "dispatch"} <= said("Vers. Firma", "Warenbezeichnung", "Empfänger")
    assert said("Vers. Firma", "Descripción de mercancía", "Remitente") == {"firm"}
    assert "receiver" in said("Empf.-Name", "Descripción de mercancía", "Remitente")  # in all languages it is short for one thing


def test_a_word_that_means_two_things_means_that_of_the_table_s_language():
    assert said("Expéditeur étranger", "Destinataire", "Marchandise") == {"sender", "qualifier"}
    assert said("Expediteur", "Ontvanger", "Omschrijving goederen") == {"agent"}
    assert {"sender", "agent"} <= said("Expediteur", "수취인")


def test_an_unknown_word_means_nothing_and_a_short_one_less():
    assert meanings("Consignee Zzyzx", frozenset(["en"])) == [{"receiver": 1.0}, {}]
    (word,) = meanings("F.", frozenset(["es"]))
    assert 0 < word["date"] < 1


def test_what_stands_around_a_point_may_be_of_too_many_words():
    assert "date" not in said("P.IVA")  # päivä
    assert {"receiver", "container"} <= said("Con.re")  # consignataire, contenitore


def test_the_lexicon_is_in_order_and_each_concept_counts_somewhere():
    rows = [(row["concept"], row["language"], row["word"]) for row in layout_rows("header_words")]
    assert len(rows) == len(set(rows))
    assert len({language for _, language, _ in rows}) >= 35
    counted = {row["clue"] for row in layout_rows("header_weights")}
    assert {concept for concept, _, _ in rows} - {"box"} <= counted
