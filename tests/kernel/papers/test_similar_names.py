"""Names and numbers that two offices write differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.kernel.papers.similar_names import (
    NameMatcher,
    aliases_in_words,
    by_old_names,
    digits_of,
    expand_aliases,
    firm_keys,
    number_forms,
    one_letter_apart,
    unpadded,
)
from precursor_screen.text.party_cells import party_key
from tests.cases.reconcile.making import FRAME, codes, confirmation, judged, kinds, moved, notification, party, permit

LIKE = [
    ("Müller Chemicals GmbH", "MUELLER CHEMICALS"),
    ("Müller Chemicals GmbH", "Muller Chemicals GmbH"),
    ("Brenvik und Söhne", "BRENVIK & SOEHNE GMBH"),
    ("Larkfield Supply Inc", "Larkfeild Supply"),
    ("Larkfield Supply Inc", "Larkfild Supply"),
    ("Larkfield Supply Inc", "Larkfieeld Supply"),
    ("Larkfield Supply Inc", "Larkfyeld Supply"),
]
UNLIKE = [
    ("Larkmoor 001 Chemicals", "Larkmoor 002 Chemicals"),  # digits are no letters
    ("Larkfield Supply", "Larkfield Supply Houston"),
    ("Larkfield Supply", "Larkfeild Suply"),  # two words
    ("Larkfield Supply", "Larkfeidl Supply"),  # two places
    ("Orvo Supply", "Orva Supply"),  # too short
    ("North Harbor", "South Harbor"),
    ("Veggover Chemicals", "Larkfield Chemicals"),
]


@pytest.mark.parametrize(("left", "right"), LIKE)
def test_names_that_are_taken_for_the_same(left: str, right: str):
    for one, other in ((left, right), (right, left)):
        found = NameMatcher([party_key(one)]).like(party_key(other))
        assert party_key(one) in found or party_key(one) == party_key(other)


@pytest.mark.parametrize(("left", "right"), UNLIKE)
def test_names_that_are_not(left: str, right: str):
    assert NameMatcher([party_key(left)]).like(party_key(right)) == ()
    assert NameMatcher([party_key(right)]).like(party_key(left)) == ()


def test_a_word_of_five_letters_may_differ_in_one_and_of_four_in_none():
    assert one_letter_apart(("abcde",), ("abcdf",))
    assert not one_letter_apart(("abcd",), ("abce",))
    assert one_letter_apart(("abcd",), ("abcde",))
    assert not one_letter_apart(("abcde",), ("abcde",))
    assert not one_letter_apart(("abcde", "x"), ("abcde",))


@given(st.sampled_from(("quenford trading", "muller", "boehm soehne", "001 larkmoor")))
def test_a_name_is_never_like_itself(key: str):
    assert key not in NameMatcher([key]).like(key)


def test_a_slip_that_looks_like_an_umlaut_is_a_slip():
    assert NameMatcher(["veggover"]).like("veggvoer") == ("veggover",)


@pytest.mark.parametrize(
    ("one", "other"),
    [("PEN-000123/24", "pen 123 24"), ("000123", "123"), ("EXP 007-2025", "EXP7-2025"), ("A-0-5", "A-5")],
)
def test_numbers_that_differ_in_zeros(one: str, other: str):
    assert unpadded(one) == unpadded(other) != ""


def test_numbers_that_differ_in_more():
    assert unpadded("1230") != unpadded("123")
    assert digits_of("PEN-000123") == digits_of("No. 123") == "123"
    assert (digits_of("PEN-12"), digits_of("000"), digits_of("")) == ("", "", "")
    assert number_forms("TBA") == frozenset()
    assert number_forms("EXP-0123") == {"EXP0123", "EXP-123", "123"}


def test_goods_that_are_widened_go_by_both_names():
    goods = moved(sending=(party_key("Larkfeild Supply"),), sender="Larkfeild Supply")
    paper = permit(exporter=replace(party("x"), key=party_key("Larkfield Supply"), name="Larkfield Supply"))  # type: ignore[type-var]
    (wide,) = expand_aliases([goods], [paper])
    assert wide.sending == ("larkfeild supply", "larkfield supply")
    assert wide.aliases == (("larkfield supply", "Larkfeild Supply"),)
    assert expand_aliases([moved()], [permit()]) == [moved()]
    assert firm_keys("larkfeild supply", [paper]) == {"larkfeild supply", "larkfield supply"}
    assert firm_keys("", [paper]) == frozenset()
    found, told = judged([paper], [replace(wide, permit="P1", kg=None)])
    assert [d.why for d in found] == ["names P1; Larkfeild Supply is read as Larkfield Supply"]
    assert [(u.code, u.count, u.examples) for u in told if u.code == "one-letter"] == [
        ("one-letter", 1, ("Larkfeild Supply for Larkfield Supply (P1)",))
    ]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("P-000777", []),
        ("p 777", []),
        ("777", []),  # by the digits: the holder agrees
        ("No. 777", []),
        ("P-000778", ["missing", "unused"]),
        ("77", ["missing", "unused"]),
    ],
)
def test_a_number_that_is_written_otherwise(cell: str, found: list[str]):
    assert kinds([permit("P-0777")], [moved(permit=cell)]) == found


def test_by_its_digits_alone_no_strangers_number_is_taken():
    stranger = moved(permit="777", sending=("other",), receiving=("nobody",))
    assert kinds([permit("P-0777")], [stranger]) == ["missing", "unused"]
    assert kinds([permit("P-0777")], [replace(stranger, permit="P-00777")]) == ["other-exporter"]


def test_two_numbers_that_differ_in_zeros_are_told_apart_by_the_party():
    papers = [permit("P-07"), permit("P-007", exporter=party("Other"))]
    assert kinds(papers, [moved(permit="P-7")]) == ["unused"]
    assert kinds([permit("P-07"), permit("P-007")], [moved(permit="P-7")]) == ["unused"]  # one of the two
    stranger = moved(permit="P-7", sending=("other",), receiving=("nobody",))
    assert kinds([permit("P-07"), permit("P-007")], [stranger]) == ["missing", "unused", "unused"]


def test_one_number_as_it_is_and_one_otherwise():
    papers = [permit("P-0777"), permit("P-0888")]
    goods = [moved(permit="P-0777; P-888", kg="200")]
    assert kinds(papers, goods) == []
    assert kinds(papers, [moved(permit="P-777/P-888", kg="200")]) == []
    assert kinds(papers, [moved(permit="P-777 + P-888", kg="250")]) == ["over"]


def test_a_number_for_another_substance_written_otherwise():
    goods = [moved(permit="P-777", substance_id="toluene")]
    assert kinds([permit("P-0777", substance_id="acetone")], goods) == ["other-substance", "unused"]


def test_goods_of_a_row_that_was_set_aside_are_not_called_missing():
    frame = replace(FRAME, set_aside_numbers={"permits": number_forms("P-9")})
    assert kinds([permit("P-1")], [moved(permit="P-1"), moved("B2", permit="p 9")], frame) == []
    assert "document-set-aside" in codes([permit("P-1")], [moved(permit="P-1"), moved("B2", permit="p 9")], frame)


def test_notifications_too():
    assert kinds([notification("PEN-0042/25")], [moved(substance_id="piperonal", pen="42-25")]) == []


def test_of_two_authorities_that_write_numbers_alike_the_better_is_meant():
    papers = [permit("P-07", authority="A"), permit("P-007", authority="B", country="TH")]
    assert kinds(papers, [moved(permit="P-7", kg="200")]) == ["over", "unused"]


def test_a_number_that_stands_as_it_is_for_another_substance_is_that():
    papers = [permit("P-7", substance_id="toluene"), permit("P-07", exporter=party("Other"))]
    assert kinds(papers, [moved(permit="P-7")]) == ["other-substance", "unused", "unused"]
    assert kinds([papers[0], permit("P-07")], [moved(permit="P-7")]) == ["unused"]  # its holder agrees


def test_a_bill_that_a_confirmation_writes_otherwise_needs_the_receiver():
    goods = moved("MAEU0012")
    assert kinds([confirmation("MAEU 012")], [goods]) == []
    assert kinds([confirmation("MAEU 012", importer=party("Other"))], [goods]) == ["not-seen-to-leave", "unconfirmed"]


FORGED = [
    # number that goods name, number of a row that was set aside, whether it is that row's
    ("EA/25/01857", "EA/25/91036", False),
    ("EA/25/91036", "EA/25/91036", True),
    ("ea 25 91036", "EA/25/91036", True),
    ("EA/25/91036; EA/25/01857", "EA/25/91036", False),  # one of the two is neither held nor set aside
    ("91036", "EA/25/91036", False),
    ("25", "EA/25/91036", False),
    ("EA/25", "EA/25/91036", False),
    ("2025-17", "17/2025", False),
]


@pytest.mark.parametrize(("named", "set_aside", "same"), FORGED)
def test_a_row_that_was_set_aside_hides_its_own_number_and_no_other(named: str, set_aside: str, same: bool):
    frame = replace(FRAME, set_aside_numbers={"permits": number_forms(set_aside)})
    found = kinds([permit(country="KE", last=None)], [moved(permit=named)], frame)
    assert found == ([] if same else ["missing"])


@given(st.lists(st.text("AB1209/- ", min_size=1, max_size=8), min_size=2, max_size=2))
def test_two_numbers_share_a_form_only_as_wholes(numbers: list[str]):
    one, other = numbers
    if not number_forms(one).isdisjoint(number_forms(other)):
        same = (lambda x: "".join(c for c in x if c.isalnum()), unpadded, digits_of)
        assert any(form(one) == form(other) != "" for form in same)


def test_a_receiver_goes_by_the_name_that_it_had_before():
    document = permit(importer=party("Zenith"), renamed=party("Apex"))
    new, other = by_old_names([moved(receiving=("apex",), receiver="Apex"), moved(receiving=("nadir",))], [document])
    assert new.receiving == ("apex", "zenith")
    assert aliases_in_words(new, document) == ["Apex is read as Zenith"]
    assert other.receiving == ("nadir",)


def test_years_of_two_and_four_digits_are_one_beside_another_number():
    assert unpadded("EX/2025/0017") == unpadded("EX/25/17")
    assert unpadded("P-2025") != unpadded("P-25")


def test_a_receiver_that_goes_by_its_old_name_already_is_taken_for_nobody():
    renamed = permit(importer=party("Zenith"), renamed=party("Apex"))
    (both,) = by_old_names([moved(receiving=("apex", "zenith"))], [renamed])
    assert (both.receiving, both.aliases) == (("apex", "zenith"), ())
    (new,) = by_old_names([moved(receiving=("apex",), receiver="Apex")], [renamed])
    assert (new.receiving, new.aliases) == (("apex", "zenith"), (("zenith", "Apex"),))
