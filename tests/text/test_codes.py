"""Numbers in text and in cells: the spellings of CAS, check digits, prefixes, placeholders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.codes import (
    find_cas,
    find_cus,
    find_ec,
    find_un,
    format_cus,
    format_hs,
    format_un,
    hs6,
    is_cas,
    is_ec,
    near_number,
    plain_reference,
)


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("67-64-1", False),
        ("(67-64-1)", False),
        ("CAS 67-64-1", True),
        ("CAS NO. 67-64-1", True),
        ("CAS NO.67-64-1", True),
        ("CAS-No.: 67-64-1", True),
        ("CAS#67-64-1", True),
        ("CAS67-64-1", True),
        ("CASRN 67-64-1", True),
        ("C.A.S. 67-64-1", True),
        ("CAS registry number 67-64-1", True),
        ("cas nr. 67-64-1", True),
        ("cas n° 67-64-1", True),
        ("CAS NO 67 - 64 - 1", True),
        ("CAS 67‑64‑1", True),
        ("CAS 67–64–1", True),
        ("CAS 67 64 1", True),
        ("CAS 67641", True),
    ],
)
def test_spellings_of_cas(text: str, labelled: bool) -> None:
    (found,) = find_cas(f"goods {text} in drums")
    assert (found.number, found.labelled, found.valid) == ("67-64-1", labelled, True)
    assert f"goods {text} in drums"[found.start : found.end] == text.strip("()")


@pytest.mark.parametrize(
    ("text", "number", "valid"),
    [
        ("CAS 1O3-79-7", "103-79-7", True),
        ("CAS NO: l08-24-7", "108-24-7", True),
        ("CAS 108-24-07", "108-24-7", True),
        ("CAS 108--24—7", "108-24-7", True),
        ("CAS 1O8-24-8", "1O8-24-8", False),
        ("CAS 108-24-08", "108-24-08", False),
        ("CAS 103-79-x", "103-79-x", False),
        ("CAS 103-79-?", "103-79-?", False),
        ("CAS nr 4468-48", "4468-48", False),
        ("CAS 67-64-12", "67-64-12", False),
        ("CAS 67-64-1-3", "67-64-1-3", False),
    ],
)
def test_a_number_that_is_announced_is_mended_or_told(text: str, number: str, valid: bool) -> None:
    (found,) = find_cas(f"goods {text} in drums")
    assert (found.number, found.labelled, found.valid) == (number, True, valid)
    assert f"goods {text} in drums"[found.start : found.end] == text


@pytest.mark.parametrize(
    "text",
    [
        "1O3-79-7",
        "4468-48",
        "CAS 203-564-8",
        "CAS 2026-11",
        "CAS 2026-11-05",
        "CAS TBA",
        "CAS ILL-IO",
        "CASE 12-34",
        "CAS 67-64-1A",
    ],
)
def test_what_no_label_announces_or_is_another_number_is_left(text: str) -> None:
    assert find_cas(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "part 12-67-64-1",
        "67-64-12",
        "67-64-1-3",
        "67-64-1A",
        "A67-64-1",
        "1.67-64-1",
        "67-64-1.5",
        "67 64 1",
        "67641",
        "case 67 64 1",
    ],
)
def test_what_is_no_cas_number(text: str) -> None:
    assert find_cas(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("UN0003", None),
        ("UN0004", "0004"),
        ("UN3999", "3999"),
        ("UN4000", None),
        ("UN 1090", "1090"),
        ("un no. 1090", "1090"),
        ("1090", "1090"),
        ("UN109", None),
        ("UN10900", None),
        ("  UN-1090  ", "1090"),
        ("SUN1090", None),
    ],
)
def test_numbers_of_the_united_nations_run_from_4_to_3999(text: str, number: str | None) -> None:
    assert format_un(text) == number
    if text.strip().lower().startswith("un") or text.startswith("SUN"):
        assert [f.number for f in find_un(text)] == ([number] if number else [])


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("29152", None),
        ("291524", "291524"),
        ("2915.24-00 10", "2915240010"),
        ("291524001012", "291524001012"),
        ("2915240010123", None),
        ("009999", None),
        ("010121", "010121"),
        ("760110", "760110"),
        ("770100", None),
        ("780110", "780110"),
        ("999999", "999999"),
        ("29152x", None),
        ("２９１５２４", None),
    ],
)
def test_tariff_codes_have_six_to_twelve_digits_and_a_chapter_that_exists(text: str, digits: str | None) -> None:
    assert format_hs(text) == digits
    assert hs6(text) == (digits[:6] if digits else None)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("203-564-8", True),
        ("203-564-7", False),
        ("103-564-8", False),
        ("203-564", False),
        ("203-5648", False),
        ("2035648", False),
        ("200-001-8", True),
        ("200-001-9", False),
    ],
)
def test_the_check_digit_of_the_european_number(number: str, right: bool) -> None:
    assert is_ec(number) is right


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0012345-6", "0012345-6"),
        ("CUS 0012345-6", "0012345-6"),
        ("cus: 00123456", "0012345-6"),
        ("0012345 6", "0012345-6"),
        ("0012345", None),
        ("001234567", None),
        ("1234567-8", None),
        ("0000000-0", None),
        ("7777777-7", None),
        ("7777777-6", "7777777-6"),
        ("0000000-1", None),
    ],
)
def test_codes_of_the_european_inventory_are_eight_digits_and_no_placeholder(text: str, code: str | None) -> None:
    assert format_cus(text) == code


@pytest.mark.parametrize(
    ("number", "listed", "near"),
    [
        ("67-64-2", {"67-64-1"}, "67-64-1"),
        ("67-64-1", {"67-64-1"}, None),
        ("67-65-2", {"67-64-1"}, None),
        ("67-64-2", {"67-64-1", "67-64-3"}, None),
        ("67-64-2", {"67-64-1", "97-64-7"}, "67-64-1"),
        ("67-64-2", {"167-64-2"}, None),
    ],
)
def test_the_one_listed_number_a_digit_away(number: str, listed: set[str], near: str | None) -> None:
    assert near_number(number, frozenset(listed)) == near


def test_the_check_digit() -> None:
    assert is_cas("1609-66-1")
    assert not is_cas("1609-66-5")  # printed in a public list
    assert not is_cas("67641")
    assert not is_cas("67-64-１")
    assert find_cas("CAS 1609-66-5")[0].valid is False


def test_near_number() -> None:
    listed = frozenset({"1609-66-1", "67-64-1"})
    assert near_number("1609-66-5", listed) == "1609-66-1"
    assert near_number("67-64-1", listed) is None
    assert near_number("99-99-9", listed) is None
    assert near_number("203-564-7", frozenset({"203-564-8"})) == "203-564-8"


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("203-564-8", False),
        ("(203-564-8)", False),
        ("EC 203-564-8", True),
        ("EC No. 203-564-8", True),
        ("EC-No.: 203-564-8", True),
        ("EC number 203-564-8", True),
        ("EC list number 203-564-8", True),
        ("E.C. 203-564-8", True),
        ("EC#203-564-8", True),
        ("EINECS: 203-564-8", True),
        ("EINECS-Nr. 203-564-8", True),
        ("EINECS203-564-8", True),
        ("EG-Nr. 203-564-8", True),
        ("EG-Nummer: 203-564-8", True),
        ("CE 203-564-8", True),
        ("CE n° 203-564-8", True),
        ("CE nº203-564-8", True),
        ("WE: 203-564-8", True),
        ("EC 203 - 564 - 8", True),
        ("EC 203‑564‑8", True),
        ("EC 203–564–8", True),
        ("EC 203 564 8", True),
    ],
)
def test_spellings_of_ec(text: str, labelled: bool) -> None:
    (found,) = find_ec(f"goods {text} in drums")
    assert (found.number, found.labelled, found.valid) == ("203-564-8", labelled, True)
    assert f"goods {text} in drums"[found.start : found.end] == text.strip("()")
    assert find_cas(f"goods {text} in drums") == []


@pytest.mark.parametrize(
    "text",
    [
        "part 12-203-564-8",
        "203-564-81",
        "203-564-8-3",
        "203-564-8A",
        "A203-564-8",
        "+44 (0)203-813-0457",
        "+203-564-8",
        "1.203-564-8",
        "203-564-8.5",
        "203 564 8",
        "2035648",
        "003-564-8",
        "203-56-48",
        "SPEC 203 564 8",
    ],
)
def test_what_is_no_ec_number(text: str) -> None:
    assert find_ec(text) == []


def test_the_check_digit_of_ec() -> None:
    assert is_ec("200-001-8")  # the first one given out
    assert not is_ec("200-001-9")
    assert not is_ec("2000018")
    assert not is_ec("200-001-８")
    assert find_ec("EC 203-564-7")[0].valid is False


@given(st.integers(200_000, 999_999))
def test_one_check_digit_at_most_fits(number: int) -> None:
    right = [d for d in range(10) if is_ec(f"{number // 1000}-{number % 1000:03}-{d}")]
    weighed = sum(place * int(digit) for place, digit in enumerate(str(number), start=1)) % 11
    assert right == ([weighed] if weighed < 10 else [])


@given(st.integers(200_000, 999_999), st.integers(0, 6), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(number: int, place: int, more: int) -> None:
    """The weights are prime to 11, so no change of one digit keeps the sum."""
    weighed = sum(p * int(d) for p, d in enumerate(str(number), start=1)) % 11
    digits = f"{number}{weighed % 10}"
    if weighed == 10:
        return
    changed = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    assert is_ec(f"{digits[:3]}-{digits[3:6]}-{digits[6]}")
    assert not is_ec(f"{changed[:3]}-{changed[3:6]}-{changed[6]}")


def test_cells() -> None:
    assert format_un("UN 1090") == "1090"
    assert format_un("1090") == "1090"
    assert format_un("9999") is None
    assert format_un("10900") is None
    assert format_cus("CUS 0012345-6") == "0012345-6"
    assert format_cus("00123456") == "0012345-6"
    assert format_cus("98765432") is None  # typed to get past a mandatory field
    assert format_cus("abc") is None


@pytest.mark.parametrize("text", ["UN1090", "UN 1090", "UN-1090", "UN No. 1090", "UNNO 1090", "ONU 1090", "un: 1090", "ООН 1090"])
def test_un_numbers_need_their_prefix(text: str) -> None:
    assert [f.number for f in find_un(f"drums {text}, class 3")] == ["1090"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("tank 33/1090", ["1090"]),
        ("tank 83 / 1715", ["1715"]),
        ("Kemler 33/1090", ["1090"]),
        ("ADR 80-1830", ["1830"]),
        ("hazchem 90/3082", ["3082"]),  # under a word for plates every number counts
        ("90/3082", ["3082"]),  # and as a whole cell
        ("tank 90/3082", []),
        ("tank 80/1090", []),  # not the hazard of acetone
        ("part 5/33/1090", []),
        ("gear ratio 33/1090", []),
        ("bearing type steel 33/1090", []),
        ("gear; 33/1090", ["1090"]),
        ("fittings of all kinds and sizes 33/1090", []),
        ("fittings, and behind them in the hold 33/1090", ["1090"]),
        ("33/10901", []),
        ("plate 20/0003", []),
    ],
)
def test_numbers_of_orange_plates(text: str, numbers: list[str]) -> None:
    assert [f.number for f in find_un(text)] == numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("000067-64-1", "67-64-1"),
        ("CAS 000108-24-7", "108-24-7"),
        ("CAS 0000108 24 7", "108-24-7"),
        ("108/24/7", "108-24-7"),
        ("67/64/1", None),  # two figures before the stroke: a date
        ("108/24/6", None),  # check digit
        ("1/108/24/7", None),
    ],
)
def test_cas_numbers_with_zeros_or_strokes(text: str, number: str | None) -> None:
    assert [f.number for f in find_cas(text)] == ([number] if number else [])


@pytest.mark.parametrize("text", ["1090", "SUN 1090", "UN10900", "UN 9999", "RUN1090"])
def test_four_bare_digits_mean_nothing(text: str) -> None:
    assert find_un(text) == []


def test_cus_in_text() -> None:
    assert [f.number for f in find_cus("CUS 0012345-6, CUS code: 9876543-2")] == ["0012345-6"]


@pytest.mark.parametrize(
    ("text", "digits", "six"),
    [
        ("2914.11.00", "29141100", "291411"),
        ("291411", "291411", "291411"),
        ("2914 11 00 00", "2914110000", "291411"),
        ("2914", None, None),
        ("7701.10", None, None),
        ("000000", None, None),
        ("abc", None, None),
        ("2914110000000", None, None),
    ],
)
def test_hs_codes(text: str, digits: str | None, six: str | None) -> None:
    assert format_hs(text) == digits
    assert hs6(text) == six


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=120))
def test_no_text_breaks_the_finders(text: str) -> None:
    for found in (*find_cas(text), *find_ec(text), *find_un(text), *find_cus(text)):
        assert 0 <= found.start < found.end <= len(text)
    format_un(text)
    format_cus(text)
    format_hs(text)


def test_a_megabyte_of_digits_and_hyphens_is_linear() -> None:
    find_cas("67-" * 300_000)
    find_cas("CAS " * 250_000)
    find_un("UN" * 500_000)
    find_ec("203-564-" * 120_000)
    find_ec("EC " * 330_000)
    find_ec("CE n" * 250_000)


@pytest.mark.parametrize(("text", "plain"), [("ab-12/ c", "AB12C"), ("№ 7ж", "7Ж"), (" - ", ""), ("", ""), (None, "")])
def test_a_number_of_a_document_has_no_case_blanks_or_punctuation(text: str | None, plain: str) -> None:
    assert plain_reference(text) == plain


def test_a_figure_that_is_struck_out_may_be_any() -> None:
    listed = frozenset({"103-79-7", "108-24-7"})
    assert near_number("103-79-x", listed) == "103-79-7"
    assert near_number("1O8-24-7", listed) == "108-24-7"
    assert near_number("103-7x-x", listed) is None
