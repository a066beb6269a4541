"""What contradicts takes points off a score and is told; what is not known changes nothing, and what agrees takes nothing off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.contradictions import (
    POINTS,
    Attributes,
    Evidence,
    attributes_of,
    compare_attributes,
    legal_form,
    read_number,
    weigh,
    years_of,
)
from precursor_screen.matching.party.index import PartyIndex, build_index, compare_names

AGAINST = [
    ("Zorvan Fund VIII L.P.", "Zorvan Fund VI L.P.", "organisation", [("number in the name", "8", "6")]),
    ("Zorvan Fund V", "Zorvan Fund VI", "organisation", [("number in the name", "5", "6")]),
    ("Zorvan Fund XVII", "Zorvan Fund XVIII", "organisation", [("number in the name", "17", "18")]),
    ("Zorvan Fund IX", "Zorvan Fund 9", "organisation", []),
    ("Zorvan Fund IV", "Zorvan Fund 6", "organisation", [("number in the name", "4", "6")]),
    ("Zorvan Fund", "Zorvan Fund II", "organisation", []),
    ("Zorvan Fund 2006", "Zorvan Fund", "organisation", []),
    ("Zorvan Mirage Trust 2006-2", "Zorvan Mirage Trust 2005-1", "organisation", [("number in the name", "2006 2", "2005 1")]),
    ("Zorvan Mirage Trust 2006-1", "Zorvan Mirage Trust 1-2006", "organisation", []),
    ("Zorvan Mirage 05", "Zorvan Mirage 5", "organisation", []),
    ("Zorvan 5", "Zorvan 6", "vessel", [("number in the name", "5", "6")]),
    ("Xi Zorvan", "Vi Zorvan", "person", []),  # names, not numerals
    ("Quillon Zorvan III", "Quillon Zorvan II", "person", [("number in the name", "3", "2")]),
    ("Zorvan Grid of Chile", "Zorvan Grid of China", "organisation", [("country in the name", "chile", "china")]),
    ("Zorvan Grid of Chile", "Zorvan Grid", "organisation", []),
    ("Zorvan Grid Deutschland", "Zorvan Grid Germany", "organisation", []),
    ("Zorvan Grid Germany Chile", "Zorvan Grid Deutschland China", "organisation", []),  # one country is of both
    ("Zorvan Grid UK", "Zorvan Grid China", "organisation", []),  # two letters mean many things
    ("Zorvan Mali", "Zorvan Oman", "person", []),
    ("Zorvan Mirage GmbH", "Zorvan Mirage S.A. de C.V.", "organisation", [("legal form", "GMBH (AT, CH, DE, LI)", "SADECV (MX)")]),
    ("OOO Zorvan Mirage", "Zorvan Mirage Kft", "organisation", [("legal form", "OOO (RU)", "KFT (HU)")]),
    ("Zorvan Mirage GmbH", "Zorvan Mirage AG", "organisation", []),
    ("Zorvan Mirage S.A.R.L.", "Zorvan Mirage S.A.S.", "organisation", []),  # France has both
    ("Zorvan Mirage GmbH", "Zorvan Mirage Ltd", "organisation", []),
    ("As Zorvan Mirage", "Zorvan Mirage GmbH", "organisation", []),  # `as` is a word as often as a form
    ("Zorvan Mirage GmbH", "Zorvan Mirage Kft", "person", []),
    ("Zorvan bin Quillon", "Quillon bin Zorvan", "person", [("father", "zorvan bin quillon", "quillon bin zorvan")]),
    ("Zorvan bin Quillon", "Quillon bin Zorvan", "organisation", []),
    ("Zorvan bin Quillon", "Zorvan bin Quillon", "person", []),
    ("Zorvan Quillon", "Zorvan bin Quillon", "person", []),
    ("Quillon bin Zorvan", "bin Zorvan Quillon", "person", []),
    ("Zorvan bin Jasper bin Veladro", "Zorvan bin Merlan bin Veladro", "person", [("father", "jasper", "merlan")]),
    ("Zorvan bin Veladro", "Zorvan bin Merlan bin Veladro", "person", []),
    ("Zorvan bin J. Veladro", "Zorvan bin Merlan Veladro", "person", []),
    ("Zorvan Petrovich Quillon", "Zorvan Sergeevich Quillon", "person", [("father", "petrovich", "sergeevich")]),
    ("Mr Zorvan Quillon", "Mrs Zorvan Quillon", "person", [("gender", "male", "female")]),
    ("Mr Zorvan Quillon", "Zorvan Ivanovna Quillon", "person", [("gender", "male", "female")]),
    ("Mr Zorvan Quillon", "Mr Zorvan Quillon", "person", []),
    ("Mr Zorvan", "Mrs Zorvan", "organisation", []),
    ("김서준", "김서진", "person", [("characters", "김서준", "김서진")]),
    ("김서준", "Kim Seojun", "person", []),
]  # fmt: skip


@pytest.mark.parametrize(("filed", "listed", "kind", "against"), AGAINST)
def test_what_in_names_contradicts(filed: str, listed: str, kind: str, against: list[tuple[str, str, str]]) -> None:
    compared = compare_names(filed, listed, kind)
    assert compared is not None
    assert [(e.what, e.filed, e.listed) for e in compared.contradictions] == against
    assert all(e.points == POINTS[e.what] for e in compared.contradictions)


@pytest.mark.parametrize(
    ("filed", "count"), [("Zorvan Mirage Quillon Pensins Fund XV", 1), ("Zorvan Mirage Quillon Pensi Fund XV", 0)]
)
def test_a_name_that_was_cut_does_not_contradict_by_its_last_word(filed: str, count: int) -> None:
    compared = compare_names(filed, "Zorvan Mirage Quillon Pension Fund XVIII")
    assert compared is not None
    assert len(compared.contradictions) == count, len(filed)


def index(*names: str, kind: str = "organisation") -> PartyIndex:
    return PartyIndex(build_index("demo", [WatchlistEntry("demo", n, kind, (WatchlistName(n, "primary"),)) for n in names]))


def test_what_keeps_a_name_below_the_cut_is_found_as_suppressed() -> None:
    listed = index("Zorvan Mirage Fund VI", "Zorvan Mirage Fund VIII", "Quillon")
    asked = "Zorvan Mirage Fund VIII"
    assert [m["entry_id"] for m in listed.match(asked)] == ["Zorvan Mirage Fund VIII"]
    (kept,) = listed.match_names([asked]).suppressed.to_pylist()
    assert (kept["entry_id"], kept["score"] < 85.0) == ("Zorvan Mirage Fund VI", True)
    assert listed.match_names(["Zorvan Mirage Fund"]).suppressed.num_rows == 0


def test_of_several_names_the_one_that_nothing_contradicts_stands_for_the_entry() -> None:
    names = (WatchlistName("Zorvan Mirage Fund VI", "primary"), WatchlistName("Zorvan Mirage Fund", "strong"))
    listed = PartyIndex(build_index("demo", [WatchlistEntry("demo", "1", "organisation", names)]))
    (found,) = listed.match("Zorvan Mirage Fund VII")
    assert listed.match_names(["Zorvan Mirage Fund VII"]).suppressed.num_rows == 0
    assert found["matched_name"] == "Zorvan Mirage Fund"


def test_a_weak_alias_that_nothing_contradicts_goes_before_a_strong_name_that_something_does() -> None:
    names = (WatchlistName("Zorvan Mirage Fund VI", "primary"), WatchlistName("Zorvan Mirage Fund VII", "weak"))
    listed = PartyIndex(build_index("demo", [WatchlistEntry("demo", "1", "organisation", names)]))
    (found,) = listed.match("Zorvan Mirage Fund VII")
    assert found["name_kind"] == "weak"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Zorvan S.A. de C.V.", "SADECV"),
        ("ZORVAN SA DE CV", "SADECV"),
        ("Zorvan Sp. z o.o.", "SPZOO"),
        ("Žorvan, s.r.o.", "SRO"),
        ("GmbH", ""),
        ("Zorvan", ""),
        ("", ""),
        ("Zorvan Ltd", ""),
        ("S.R.L. Pro Zorvan", "SRL"),
    ],
)
def test_legal_forms_that_few_countries_have(name: str, form: str) -> None:
    assert legal_form(name)[0] == form


@pytest.mark.parametrize(
    ("note", "years"),
    [
        ("DOB 08 Oct 1965; POB Zorvania; Gender Male", (1965,)),
        ("Title x; DOB 1960; alt. DOB 1971; nationality 1980", (1960, 1971)),
        ("DOB 1960 to 1962; POB y", (1960, 1961, 1962)),
        ("DOB circa 1960", tuple(range(1955, 1966))),
        ("DOB 1962-11-25", (1962,)),
        ("Passport 19651966 issued 1999", ()),
        ("DOB 19651966", ()),
        ("DOB 1999 to 1950", (1950, 1999)),
        ("", ()),
    ],
)
def test_years_of_birth_in_the_note_of_an_entry(note: str, years: tuple[int, ...]) -> None:
    assert years_of(note) == years


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("IMO 9074729", ("imo", "9074729")),
        ("imo no. 9074729", ("imo", "9074729")),
        ("9074729", ("imo", "9074729")),
        ("9074728", ("", "9074728")),  # its check digit is wrong
        ("LEI 5493001KJTIIGC8Y1R12", ("lei", "5493001KJTIIGC8Y1R12")),
        ("AB-12 3", ("", "AB-12 3")),
    ],
)
def test_a_number_says_of_what_kind_it_is(text: str, read: tuple[str, str]) -> None:
    assert read_number(text) == read


PERSON = WatchlistEntry(
    "demo", "P", "person", (WatchlistName("Zorvan Quillon", "primary"),), ("MX", "CO"), note="DOB 08 Oct 1965; Gender Male",
    identifiers=(("passport", "AB 123456"),),
)  # fmt: skip
SHIP = WatchlistEntry("demo", "V", "vessel", (WatchlistName("Zorvan Star", "primary"),), ("PA",), (), (("imo", "9074729"),))


def told(filed: Attributes, entry: WatchlistEntry) -> dict[str, float]:
    return {e.what: e.points for e in compare_attributes(filed, attributes_of(entry))}


@pytest.mark.parametrize(
    ("filed", "entry", "found"),
    [
        (Attributes(), PERSON, {}),
        (Attributes(countries=("MX",)), PERSON, {"country": 0.0}),
        (Attributes(countries=("DE",)), PERSON, {"country": 3.0}),
        (Attributes(countries=("DE", "CO")), PERSON, {"country": 0.0}),
        (Attributes(countries=("DE",)), replace(PERSON, countries=()), {}),
        (Attributes(born=(1966,)), PERSON, {"birth year": 0.0}),
        (Attributes(born=(1967,)), PERSON, {"birth year": 10.0}),
        (Attributes(born=(1963,)), PERSON, {"birth year": 10.0}),
        (Attributes(born=(1955,)), PERSON, {"birth year": 10.0}),
        (Attributes(born=(1954,)), PERSON, {"birth year": 20.0}),
        (Attributes(born=(1963,)), replace(PERSON, note=""), {}),
        (Attributes(born=(1963,)), replace(PERSON, kind="organisation"), {}),
        (Attributes(kind="person"), PERSON, {"kind": 0.0}),
        (Attributes(kind="vessel"), PERSON, {"kind": 16.0}),
        (Attributes(gender="female"), PERSON, {"gender": 8.0}),
        (Attributes(gender="male"), PERSON, {"gender": 0.0}),
        (Attributes(numbers=(("", "ab123456"),)), PERSON, {"number": 0.0}),
        (Attributes(numbers=(("passport", "XY 1"),)), PERSON, {}),  # a person may have several
        (Attributes(numbers=(("imo", "9017743"),)), SHIP, {"number": 20.0}),
        (Attributes(numbers=(("imo", "9017743"), ("", "9074729"))), SHIP, {"number": 0.0}),
        (Attributes(numbers=(("", "9017743"),)), SHIP, {}),
        (Attributes(countries=("DE",), kind="vessel", numbers=(("imo", "9074729"),)), SHIP, {"number": 0.0, "kind": 0.0}),
    ],
)
def test_what_is_known_besides_names(filed: Attributes, entry: WatchlistEntry, found: dict[str, float]) -> None:
    assert told(filed, entry) == found


def test_what_is_told_is_what_both_say() -> None:
    (year,) = compare_attributes(Attributes(born=(1950,)), Attributes(born=(1960, 1961, 1962, 1970)))
    assert (year.filed, year.listed) == ("1950", "1960 to 1962, 1970")
    (number,) = compare_attributes(Attributes(numbers=(("imo", "9017743"),)), attributes_of(SHIP))
    assert (number.filed, number.listed) == ("IMO 9017743", "9074729")


COUNTRIES = st.lists(st.sampled_from(["MX", "DE", "CO"]), max_size=2, unique=True).map(tuple)
NUMBERS = st.lists(
    st.tuples(st.sampled_from(["", "imo", "tax"]), st.sampled_from(["9074729", "9017743", "AB1"])), max_size=2
).map(tuple)
KNOWN = st.builds(
    Attributes,
    countries=COUNTRIES,
    born=st.lists(st.integers(1950, 1960), max_size=2).map(tuple),
    kind=st.sampled_from(["", "person", "vessel"]),
    gender=st.sampled_from(["", "male", "female"]),
    numbers=NUMBERS,
)


def loss(filed: Attributes, listed: Attributes) -> float:
    return 100.0 - weigh(100.0, compare_attributes(filed, listed))


@given(KNOWN, KNOWN, st.sampled_from(["countries", "born", "kind", "gender", "numbers"]))
def test_attributes_never_raise_a_score_and_what_is_missing_changes_nothing(filed, listed, name) -> None:
    whole = loss(filed, listed)
    assert 0.0 <= whole <= sum(POINTS.values())
    empty = getattr(Attributes(), name)
    for one, other in ((replace(filed, **{name: empty}), listed), (filed, replace(listed, **{name: empty}))):
        (alone,) = (loss(Attributes(**{name: getattr(filed, name)}), Attributes(**{name: getattr(listed, name)})),)
        if not (name == "numbers" and alone == 0.0):  # a number that agrees lifts what the others take off
            assert loss(one, other) == pytest.approx(whole - alone if not _same_number(filed, listed) else 0.0)


def _same_number(filed: Attributes, listed: Attributes) -> bool:
    return any(e.what == "number" and not e.points for e in compare_attributes(filed, listed))


@given(KNOWN)
def test_what_is_equal_never_lowers_a_score(known: Attributes) -> None:
    assert loss(known, known) == 0.0


WORDS = st.lists(
    st.sampled_from(["zorvan", "mirage", "quillon", "5", "6", "2004", "vi", "viii", "ii", "chile", "china", "gmbh", "kft", "ooo", "bin", "ben", "mr", "mrs", "ivanovna", "petrovich", "fund"]),
    min_size=1, max_size=6,
).map(" ".join)  # fmt: skip


@given(WORDS, WORDS, st.sampled_from(["person", "organisation", "vessel"]))
def test_a_name_never_contradicts_itself_and_never_gains(filed: str, listed: str, kind: str) -> None:
    for other in (filed, listed):
        compared = compare_names(filed, other, kind)
        assert compared is not None
        assert all(e.points > 0.0 for e in compared.contradictions)
        if other == filed:
            assert compared.contradictions == ()


def test_no_score_falls_below_nothing() -> None:
    assert weigh(5.0, [Evidence("kind", "a", "b", 10.0)]) == 0.0
    assert weigh(97.5, ()) == 97.5
