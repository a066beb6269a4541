from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.tables import spellings_of
from precursor_screen.text import countries
from precursor_screen.text.countries import find_country, is_no_one_country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NA", "NA"),
        ("Namibia", "NA"),
        ("IN", "IN"),
        ("in", "IN"),
        ("IN, INDIA", "IN"),
        ("INDIA (IN)", "IN"),
        ("中国\n(CHN)", "CN"),
        ("智利 (CHN)", None),
        ("CHINA - CN", "CN"),
        ("KOR", "KR"),
        ("840", "US"),
        ("U.S.A.", "US"),
        ("Mỹ", "US"),
        ("ประเทศจีน", "CN"),
        ("Česká republika", "CZ"),
        ("República Federativa do Brasil", "BR"),
        ("США", "US"),
        ("Estados Unidos", "US"),
        ("Türkiye", "TR"),
        ("TURKEY", "TR"),
        ("VIET NAM", "VN"),
        ("中国", "CN"),
        ("КИТАЙ", "CN"),
        ("Côte d’Ivoire", "CI"),
        ("IVORY COAST", "CI"),
        ("Korea (the Republic of)", "KR"),
        ("Iran (Islamic Republic of)", "IR"),
        ("CONGO, THE DEMOCRATIC REPUBLIC OF", "CD"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("The Netherlands", "NL"),
        ("Georgia", "GE"),
        ("IN, CHINA", None),
        ("INDIA, CN", None),
        ("INDIA (CN)", None),
        ("India - IND", "IN"),
        ("IN/India", "IN"),
        ("ZZ, India", "IN"),
        ("IN, Atlantis", None),
        ("36", "AU"),
        ("036", "AU"),
        ("000", None),
        ("usa", "US"),
        ("'IN'", "IN"),
        ("  in  ", "IN"),
        ("The India", "IN"),
        ("Theindia", "IN"),
        ("Bosnia & Herzegovina", "BA"),
        ("Bosnia and Herzegovina", "BA"),
        ("I.N.", "IN"),
        ("ＩＮ", "IN"),
        ("India" + " " * 200, "IN"),
        ("IN," + " " * 192 + "INDIA", "IN"),
        ("IN," + " " * 193 + "INDIA", None),  # longer than two hundred
        ("ZZ", None),
        ("EU", None),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_what_a_cell_names(text: str, code: str | None) -> None:
    assert find_country(text) == code


@given(st.text(max_size=60))
def test_any_text_is_two_letters_or_nothing(text: str) -> None:
    code = find_country(text)
    assert code is None or (len(code) == 2 and code.isupper())


def test_every_alias_is_found_as_it_stands_in_the_table() -> None:
    known = spellings_of("country_words", "name")
    assert {alias: find_country(alias) for alias in known} == known


@pytest.mark.parametrize(
    ("text", "code"), [("Российская Федерация", "RU"), ("Йемен", "YE"), ("Україна", "UA"), ("Côte d'Ivoire", "CI")]
)
def test_accents_go_and_letters_stay(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ZANZIBAR", "TZ"),
        ("Colon Free Zone", "PA"),
        ("VIRGIN ISLANDS, UNITED STATES", "VI"),
        ("YEMEN, DEMOCRATIC", "YE"),
        ("KOREA DP RP", "KP"),
        ("KOREA RP", "KR"),
        ("CHINA P RP", "CN"),
        ("U ARAB EMTS", "AE"),
        ("USA (UNITED STATES)", "US"),
        ("Free Zone", None),
        # as the World Bank, Brazil's Siscomex and short typing have them
        ("Iran, Islamic Rep.", "IR"),
        ("Egypt, Arab Rep.", "EG"),
        ("Congo, Dem. Rep.", "CD"),
        ("Congo, Rep.", "CG"),
        ("Korea, Dem. People's Rep.", "KP"),
        ("TCHECA, REPUBLICA", "CZ"),
        ("COREIA (SUL), REPUBLICA DA", "KR"),
        ("TAIWAN (FORMOSA)", "TW"),
        ("CHINA, REPUBLIC OF", "TW"),
        ("CHINA, PEOPLE'S REP.", "CN"),
        ("R. of Korea", "KR"),
        ("INGLATERRA", "GB"),
        ("한국", "KR"),
        ("Респ. Корея", "KR"),
        ("الإمارات", "AE"),
        ("Maďarsko", "HU"),
        ("Saksa", "DE"),
    ],
)
def test_names_of_customs_lists_are_known(text: str, code: str | None) -> None:
    assert find_country(text) == code


# Short names of ISO 3166-1 as its list writes them, where that differs from what people say.
ISO_NAMES = """
AG Antigua and Barbuda|BA Bosnia and Herzegovina|BL Saint Barthélemy|BO Bolivia (Plurinational State of)|BQ Bonaire, Sint Eustatius and Saba|BS Bahamas (the)
CC Cocos (Keeling) Islands (the)|CD Congo (the Democratic Republic of the)|CF Central African Republic (the)|CG Congo (the)|CI Côte d'Ivoire|CV Cabo Verde
DO Dominican Republic (the)|FK Falkland Islands (the) [Malvinas]|FM Micronesia (Federated States of)|GB United Kingdom of Great Britain and Northern Ireland (the)
GS South Georgia and the South Sandwich Islands|GW Guinea-Bissau|HM Heard Island and McDonald Islands|IO British Indian Ocean Territory (the)
IR Iran (Islamic Republic of)|KN Saint Kitts and Nevis|KP Korea (the Democratic People's Republic of)|KR Korea (the Republic of)|LA Lao People's Democratic Republic (the)
LC Saint Lucia|MD Moldova (the Republic of)|MF Saint Martin (French part)|MK North Macedonia|NL Netherlands (Kingdom of the)|PM Saint Pierre and Miquelon
PS Palestine, State of|RU Russian Federation (the)|SH Saint Helena, Ascension and Tristan da Cunha|SJ Svalbard and Jan Mayen|ST Sao Tome and Principe
SX Sint Maarten (Dutch part)|SY Syrian Arab Republic (the)|TC Turks and Caicos Islands (the)|TF French Southern Territories (the)|TL Timor-Leste|TR Türkiye
TT Trinidad and Tobago|TW Taiwan (Province of China)|TZ Tanzania, the United Republic of|UM United States Minor Outlying Islands (the)
US United States of America (the)|VA Holy See (the)|VC Saint Vincent and the Grenadines|VE Venezuela (Bolivarian Republic of)|VG Virgin Islands (British)
VI Virgin Islands (U.S.)|VN Viet Nam|WF Wallis and Futuna|XK Kosovo
"""


@pytest.mark.parametrize("entry", [entry for line in ISO_NAMES.split("\n") for entry in line.split("|") if entry])
def test_every_iso_name_is_known(entry: str) -> None:
    code, name = entry.split(" ", 1)
    assert find_country(name) == code
    assert find_country(name.upper()) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("St. Kitts & Nevis", "KN"),
        ("ST VINCENT AND GRENADINES", "VC"),
        ("Republic of North Macedonia", "MK"),
        ("Kingdom of Spain", "ES"),
        ("República de Chile", "CL"),
        ("Republic of Guinea", "GN"),
        ("XI", "XI"),
        ("United Kingdom (Northern Ireland)", "XI"),
        ("Northern Ireland", "GB"),
        ("XS", "RS"),
        ("XK", "XK"),
        ("Republic", None),
        ("The Kingdom", None),
    ],
)
def test_words_that_lists_add_or_leave_out(text: str, code: str | None) -> None:
    assert find_country(text) == code


def test_no_words_name_two_countries() -> None:
    codes: dict[str, set[str]] = {}
    for language in ("en", "es", "fr", "pt", "ru"):
        for code, name in Locale.parse(language).territories.items():
            if code in countries._codes():
                codes.setdefault(countries._words(name), set()).add(code)
    assert {key for key, some in codes.items() if len(some) > 1} <= {""}


@pytest.mark.parametrize(
    ("text", "is_none"),
    [("EU", True), ("European Union", True), ("QU", True), ("Various", True), ("XX", True), ("Atlantis", False), ("DE", False), ("EU" + " " * 58, True), ("EU" + " " * 59, False)],
)  # fmt: skip
def test_what_stands_for_no_one_country(text: str, is_none: bool) -> None:
    assert is_no_one_country(text) is is_none
    assert not is_none or find_country(text) is None
