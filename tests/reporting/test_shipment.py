"""A shipment in words: who sends what to whom, one question, why, and its flags by subject."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from precursor_screen.core.words import capital, clip, how_many_more, in_words, kilograms, uncapital
from precursor_screen.reporting.shipment import shipments_in_words
from tests.reporting.conftest import FEW
from tests.screening import screen_rows, with_rules

ANHYDRIDE = {
    "shipper": "Sarvodaya Dyestuffs Private Limited",
    "shipper country": "IN",
    "consignee": "Okemadu Textile Mills Limited",
    "consignee country": "NG",
    "country of dispatch": "IN",
    "country of destination": "NG",
    "mode of transport": "sea",
    "description of goods": "TEXTILE AUXILIARY AGENT TX-40",
    "hs code": "29152400",
    "net weight kg": "4000",
    "value": "100000",
    "currency": "USD",
    "date": "2026-11-06",
    "container no": "SMPU4100000",
    "bill of lading": "B7",
}


@pytest.fixture(scope="module")
def in_sample(sample):
    return {s.shipment_id: s for s in shipments_in_words(sample, sample.shipments)}


def words_of(reference, *rows):
    report = screen_rows(rows, with_rules(reference, *FEW, "PS-CHEM-004", "PS-COV-001")).report
    return list(shipments_in_words(report, report.shipments))


def test_a_shipment_says_who_sends_what_to_whom(reference):
    (shipment,) = words_of(reference, ANHYDRIDE)
    assert shipment.parties == "Sarvodaya Dyestuffs Private Limited (IN) → Okemadu Textile Mills Limited (NG)"
    assert shipment.route == "IN → NG by sea"
    assert shipment.goods == "Acetic anhydride, filed as “TEXTILE AUXILIARY AGENT TX-40”"
    assert (shipment.mass, shipment.value, shipment.day) == ("4,000 kg", "USD 100,000", "2026-11-06")
    assert shipment.references == (("bill", ("B7",)), ("container", ("SMPU4100000",)))
    assert shipment.substances == ("Acetic anhydride",)


def test_the_question_is_one_sentence_and_what_to_ask(reference):
    (shipment,) = words_of(reference, ANHYDRIDE)
    assert shipment.question.startswith(
        "4,000 kg of acetic anhydride from Sarvodaya Dyestuffs Private Limited (IN) to Okemadu Textile Mills Limited (NG): "
        "HS code of one precursor, description names none or another"
    )
    assert shipment.question.endswith("Ask what the goods are; take a sample if the answer does not fit the code.")


def test_what_is_not_filed_is_not_in_the_sentence(reference):
    (shipment,) = words_of(
        reference, {"description of goods": "ACETONE", "consignee": "", "net weight kg": "", "hs code": "291411"}
    )
    assert shipment.question.startswith("Acetone from Acme Supply Ltd: ")
    assert (shipment.receiver, shipment.mass, shipment.mass_kg, shipment.value, shipment.day) == ("", "", None, "", "")
    assert shipment.parties == "Acme Supply Ltd → receiver unknown"


def test_goods_that_only_a_code_names_are_told_by_it(reference):
    (shipment,) = words_of(reference, {"description of goods": "", "hs code": "29152400"})
    assert shipment.question.startswith("100 kg of acetic anhydride from ")
    (shipment,) = words_of(reference, {"description of goods": "", "hs code": "29999999"})
    assert shipment.goods == "HS code 29999999"
    assert shipment.question.startswith("100 kg of goods under HS code 29999999 from ")


def test_several_lines_are_added_up_and_counted(reference):
    rows = [
        {**ANHYDRIDE, "item number": str(n), "consignee": f"Receiver {name} Ltd"} for n, name in enumerate(("Ada", "Berta"), 1)
    ]
    (shipment,) = words_of(reference, *rows)
    assert shipment.mass_kg == Decimal(8000)
    assert shipment.value == "USD 200,000"
    assert shipment.receiver == "Receiver Ada Ltd (NG) and 1 more"


def test_values_of_several_currencies_are_not_added(reference):
    rows = [{**ANHYDRIDE, "item number": str(n), "currency": c} for n, c in enumerate(("USD", "EUR"), 1)]
    assert words_of(reference, *rows)[0].value == "EUR 100,000, USD 100,000"


def test_what_could_not_be_screened_asks_for_what_is_missing(reference):
    (shipment,) = words_of(reference, {"description of goods": "GENERAL CARGO", "hs code": ""})
    assert shipment.band == "unscreenable"
    assert shipment.question == (
        "100 kg of “GENERAL CARGO” from Acme Supply Ltd to Zenith Imports Inc: "
        "the description could hide anything and there is no HS code. Ask for a description that names the goods."
    )


ORDER = ("critical", "high", "medium", "low", "informational")


def test_flags_are_folded_by_subject_worst_first(in_sample):
    shipment = in_sample["SMPL055"]
    titles = [s.title for s in shipment.subjects]
    worst = [min(ORDER.index(f["level"]) for f in s.flags) for s in shipment.subjects]
    assert worst == sorted(worst)
    assert titles[0].startswith("Goods: ")
    assert "Quantity: 3,4-Methylenedioxyphenyl-2-propanone" in titles
    assert len(titles) == len(set(titles))
    assert sorted(f["flag_id"] for f in shipment.flags) == sorted({f["flag_id"] for f in shipment.flags})


def test_one_firm_on_a_list_is_one_subject(in_sample):
    party = [s for s in in_sample["SMPL070"].subjects if s.title.startswith("Parties: ")]
    assert [(s.title, len(s.flags)) for s in party] == [("Parties: Reactivos Quimeralda", 3)]


def test_no_sentence_of_the_sample_holds_an_id_or_a_column(in_sample):
    for shipment in in_sample.values():
        texts = [
            shipment.question,
            shipment.why,
            *(p["because"] for p in shipment.parts),
            *(f["because"] for f in shipment.flags),
        ]
        for text in texts:
            assert not re.search(r"PS-[A-Z]+-\d|\b[a-z]+_[a-z_]+\b|: [SABCDE], |\bnot stated\b", text), text


def test_every_flag_is_in_a_subject(sample, in_sample):
    shown = {f["flag_id"] for s in in_sample.values() for f in s.flags}
    assert shown == set(sample.open_flags.column("flag_id").to_pylist())


@pytest.mark.parametrize(
    ("mass", "words"),
    [
        ("4000", "4,000 kg"),
        ("180", "180 kg"),
        ("31.5", "31.5 kg"),
        ("0.5", "0.5 kg"),
        ("0.0123", "12.3 g"),
        ("1234567.8", "1,234,568 kg"),
    ],
)
def test_a_mass_is_told_for_people(mass, words):
    assert kilograms(Decimal(mass)) == words


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("Acetic anhydride", "acetic anhydride"),
        ("A sample, then a large order", "a sample, then a large order"),
        ("HS code of one precursor", "HS code of one precursor"),
        ("Table I export without a notification", "Table I export without a notification"),
        ("P-2-P", "P-2-P"),
        ("3,4-MDP-2-P", "3,4-MDP-2-P"),
        ("", ""),
    ],
)
def test_a_text_within_a_sentence_begins_small(text, within):
    assert uncapital(text) == within


def test_reasons_of_the_score_lose_grades_and_ids():
    assert in_words("Acetone: E, a commodity") == "Acetone: a commodity"
    assert in_words("chemical 35 (PS-CHEM-003, PS-CHEM-009); timing 20 (PS-TIM-004)") == "chemical 35; timing 20"


def test_long_texts_are_cut():
    assert clip("a" * 200, 10) == "a" * 9 + "…"
    assert clip(" a \n b ") == "a b"
    assert (how_many_more(0, "files"), how_many_more(-1, "files")) == ([], [])
    assert how_many_more(1_001, "files are in run.json") == ["  1,001 more files are in run.json"]
    assert capital("é") == "É"
