"""Whose law holds where: every state of the United Nations, the Union and its days, codes as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from precursor_screen.core.errors import UsageError
from precursor_screen.core.model import CONVENTIONS, SURVEILLANCE
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import (
    NO_LAW,
    check_jurisdiction,
    known_countries,
    law_of,
    laws_of,
    own_countries,
    rows_of,
    whose_law,
)
from precursor_screen.reference.recogniser import known_table
from precursor_screen.reference.thresholds import load_thresholds

DAY = date(2026, 11, 29)
# Member states of the United Nations, all 193.
STATES = [
    "AF",
    "AL",
    "DZ",
    "AD",
    "AO",
    "AG",
    "AR",
    "AM",
    "AU",
    "AT",
    "AZ",
    "BS",
    "BH",
    "BD",
    "BB",
    "BY",
    "BE",
    "BZ",
    "BJ",
    "BT",
    "BO",
    "BA",
    "BW",
    "BR",
    "BN",
    "BG",
    "BF",
    "BI",
    "CV",
    "KH",
    "CM",
    "CA",
    "CF",
    "TD",
    "CL",
    "CN",
    "CO",
    "KM",
    "CG",
    "CD",
    "CR",
    "CI",
    "HR",
    "CU",
    "CY",
    "CZ",
    "KP",
    "DK",
    "DJ",
    "DM",
    "DO",
    "EC",
    "EG",
    "SV",
    "GQ",
    "ER",
    "EE",
    "SZ",
    "ET",
    "FJ",
    "FI",
    "FR",
    "GA",
    "GM",
    "GE",
    "DE",
    "GH",
    "GR",
    "GD",
    "GT",
    "GN",
    "GW",
    "GY",
    "HT",
    "HN",
    "HU",
    "IS",
    "IN",
    "ID",
    "IR",
    "IQ",
    "IE",
    "IL",
    "IT",
    "JM",
    "JP",
    "JO",
    "KZ",
    "KE",
    "KI",
    "KW",
    "KG",
    "LA",
    "LV",
    "LB",
    "LS",
    "LR",
    "LY",
    "LI",
    "LT",
    "LU",
    "MG",
    "MW",
    "MY",
    "MV",
    "ML",
    "MT",
    "MH",
    "MR",
    "MU",
    "MX",
    "FM",
    "MC",
    "MN",
    "ME",
    "MA",
    "MZ",
    "MM",
    "NA",
    "NR",
    "NP",
    "NL",
    "NZ",
    "NI",
    "NE",
    "NG",
    "MK",
    "NO",
    "OM",
    "PK",
    "PW",
    "PA",
    "PG",
    "PY",
    "PE",
    "PH",
    "PL",
    "PT",
    "QA",
    "KR",
    "MD",
    "RO",
    "RU",
    "RW",
    "KN",
    "LC",
    "VC",
    "WS",
    "SM",
    "ST",
    "SA",
    "SN",
    "RS",
    "SC",
    "SL",
    "SG",
    "SK",
    "SI",
    "SB",
    "SO",
    "ZA",
    "SS",
    "ES",
    "LK",
    "SD",
    "SR",
    "SE",
    "CH",
    "SY",
    "TJ",
    "TH",
    "TL",
    "TG",
    "TO",
    "TT",
    "TN",
    "TR",
    "TM",
    "TV",
    "UG",
    "UA",
    "AE",
    "GB",
    "TZ",
    "US",
    "UY",
    "UZ",
    "VU",
    "VE",
    "VN",
    "YE",
    "ZM",
    "ZW",
]
OTHERS = ("XI", "TW", "HK", "MO", "PS", "VA", "XK")
MEMBERS = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
OF_UNION = {*MEMBERS, "MC", "XI", "AX", "GF", "GP", "IC", "MF", "MQ", "RE", "YT"}


def test_all_states_are_asked_for():
    assert len(set(STATES)) == 193


@pytest.mark.parametrize("code", [*STATES, *OTHERS])
def test_every_state_resolves_to_a_law_or_to_none_known(code: str):
    (now,) = [c for c in rows_of(code) if c.dated.in_force(DAY)]
    assert check_jurisdiction(code) == code
    assert whose_law(code, DAY).startswith(f"{code}: {now.law} law (" if now.law else f"{code}: {NO_LAW}")
    assert "not stated" not in whose_law(code, DAY)


@pytest.mark.parametrize(
    ("written", "code"), [("UK", "GB"), ("uk", "GB"), ("EL", "GR"), ("XI", "XI"), (" eu ", "EU"), ("fr", "FR"), ("", "")]
)
def test_a_code_as_people_write_it(written: str, code: str):
    assert check_jurisdiction(written) == code


@pytest.mark.parametrize(("written", "hint"), [("USA", "US"), ("France", "FR"), ("ZZ", "Use EU"), ("XYZ", "Use EU")])
def test_what_is_not_a_code_is_refused(written: str, hint: str):
    with pytest.raises(UsageError) as refused:
        check_jurisdiction(written)
    assert hint in refused.value.remedy


def test_every_national_law_of_the_tables_is_the_law_of_some_country():
    laws = {c.law for c in known_countries()} - {""}
    table = known_table()
    listed = {c.instrument for s in table.substances for c in s.controls} - {*CONVENTIONS, SURVEILLANCE}
    assert listed == laws
    assert {t.jurisdiction for t in load_thresholds(shipped.substances_folder())} <= laws
    assert laws <= {e.instrument for e in table.editions}


def test_the_law_of_the_union_holds_in_all_its_territory():
    assert {c.code for c in known_countries() if c.law == "EU" and c.dated.in_force(DAY)} == {*OF_UNION, "EU"}
    assert {c.code for c in known_countries() if "EU" in c.unions and c.dated.in_force(DAY)} == {*OF_UNION, "EU"}


@pytest.mark.parametrize(
    ("code", "first", "before"),
    [("HR", date(2013, 7, 1), ""), ("RO", date(2007, 1, 1), ""), ("PL", date(2004, 5, 1), ""), ("GB", date(2021, 1, 1), "EU")],
)
def test_the_law_of_the_day_before_and_of_the_day(code: str, first: date, before: str):
    assert (law_of(code, first - timedelta(days=1)), law_of(code, first)) == (before, "GB" if code == "GB" else "EU")
    assert set(laws_of(code)) == {before, law_of(code, first)} - {""}


@pytest.mark.parametrize(
    ("jurisdiction", "own"),
    [
        ("GB", {"GB", "XI"}),
        ("US", {"US", "PR", "GU", "VI", "AS", "MP", "UM"}),
        ("FR", OF_UNION),
        ("XI", OF_UNION),
        ("EU", OF_UNION),
        ("NO", {"NO"}),
        ("", set()),
    ],
)
def test_the_countries_that_count_as_own(jurisdiction: str, own: set[str]):
    found = own_countries(jurisdiction, DAY)
    assert set(found) == own
    assert jurisdiction in ("", "EU") or found[0] == jurisdiction


def test_who_joins_the_union_counts_from_that_day():
    assert "HR" not in own_countries("FR", date(2013, 6, 30))
    assert "HR" in own_countries("FR", date(2013, 7, 1))
    assert "FR" in own_countries("GB", date(2020, 12, 31))


def test_one_line_says_whose_law():
    assert whose_law("FR", DAY) == "FR: EU law (Regulations 273/2004 and 111/2005, to 2026/314)"
    assert whose_law("NZ", DAY) == "NZ: no law known: only the conventions are judged"
    assert whose_law("", DAY) == ""
