"""Country names as the lists write them, to ISO 3166 alpha-2 codes: what `names.countries` knows, and the lists' own ways."""

from __future__ import annotations

from precursor_screen.text.countries import find_country, fold_country

_LISTS = {
    "PS": ("Palestinian", "Region: Gaza", "Region: West Bank", "West Bank", "Gaza"),
    "HK": ("China, Hong Kong Special Administrative Region",),
    "VG": ("Virgin Islands, British",),
    "VI": ("Virgin Islands, U.S.",),
    "GM": ("The Gambia",),
    "BS": ("The Bahamas",),
    "MK": ("North Macedonia, The Republic of",),
    "IM": ("Man, Isle of",),
    "CI": ("Cote d Ivoire",),
    "VC": ("St. Vincent and the Grenadines",),
}
_BY_NAME = {fold_country(name): code for code, names in _LISTS.items() for name in names}

# Citizens as some lists name them instead of their country.
_CITIZENS = {
    "Afghan": "AF", "Albanian": "AL", "Algerian": "DZ", "Angolan": "AO", "Argentine": "AR", "Argentinian": "AR", "Armenian": "AM",
    "Australian": "AU", "Austrian": "AT", "Azerbaijani": "AZ", "Bahraini": "BH", "Bangladeshi": "BD", "Belarusian": "BY",
    "Belarussian": "BY", "Belgian": "BE", "Bolivian": "BO", "Bosnian": "BA", "Brazilian": "BR", "British": "GB", "Bulgarian": "BG",
    "Burmese": "MM", "Burundian": "BI", "Cambodian": "KH", "Cameroonian": "CM", "Canadian": "CA", "Central African": "CF",
    "Chadian": "TD", "Chilean": "CL", "Chinese": "CN", "Colombian": "CO", "Congolese (DRC)": "CD", "Croatian": "HR", "Cuban": "CU",
    "Cypriot": "CY", "Czech": "CZ", "Danish": "DK", "Dutch": "NL", "Ecuadorian": "EC", "Egyptian": "EG", "Eritrean": "ER",
    "Estonian": "EE", "Ethiopian": "ET", "Filipino": "PH", "Finnish": "FI", "French": "FR", "Georgian": "GE", "German": "DE",
    "Ghanaian": "GH", "Greek": "GR", "Guatemalan": "GT", "Haitian": "HT", "Honduran": "HN", "Hungarian": "HU", "Indian": "IN",
    "Indonesian": "ID", "Iranian": "IR", "Iraqi": "IQ", "Irish": "IE", "Israeli": "IL", "Italian": "IT", "Ivorian": "CI",
    "Japanese": "JP", "Jordanian": "JO", "Kazakh": "KZ", "Kazakhstani": "KZ", "Kenyan": "KE", "Kuwaiti": "KW", "Kyrgyz": "KG",
    "Latvian": "LV", "Lebanese": "LB", "Liberian": "LR", "Libyan": "LY", "Lithuanian": "LT", "Malaysian": "MY", "Malian": "ML",
    "Maltese": "MT", "Mauritanian": "MR", "Mexican": "MX", "Moldovan": "MD", "Mongolian": "MN", "Moroccan": "MA", "Mozambican": "MZ",
    "New Zealander": "NZ", "Nicaraguan": "NI", "Nigerian": "NG", "Nigerien": "NE", "North Korean": "KP", "Norwegian": "NO",
    "Omani": "OM", "Pakistani": "PK", "Palestinian": "PS", "Panamanian": "PA", "Peruvian": "PE", "Polish": "PL", "Portuguese": "PT",
    "Qatari": "QA", "Romanian": "RO", "Russian": "RU", "Rwandan": "RW", "Saudi": "SA", "Saudi Arabian": "SA", "Senegalese": "SN",
    "Serbian": "RS", "Singaporean": "SG", "Slovak": "SK", "Slovenian": "SI", "Somali": "SO", "South African": "ZA",
    "South Korean": "KR", "South Sudanese": "SS", "Spanish": "ES", "Sri Lankan": "LK", "Sudanese": "SD", "Swedish": "SE", "Swiss": "CH",
    "Syrian": "SY", "Tajik": "TJ", "Tajikistani": "TJ", "Tanzanian": "TZ", "Thai": "TH", "Tunisian": "TN", "Turkish": "TR",
    "Turkmen": "TM", "Ugandan": "UG", "Ukrainian": "UA", "Emirati": "AE", "American": "US", "Uzbek": "UZ", "Uzbekistani": "UZ",
    "Venezuelan": "VE", "Vietnamese": "VN", "Yemeni": "YE", "Zambian": "ZM", "Zimbabwean": "ZW",
}  # fmt: skip
_BY_CITIZEN = {fold_country(name): code for name, code in _CITIZENS.items()}


def country_code(name: str) -> str:
    """The ISO 3166 alpha-2 code of a country's name, of its citizens', or of the code itself in any case; empty if not known."""
    folded = fold_country(name)
    # The locale data abbreviate `Saint`, the lists do not.
    named = find_country(name) or find_country(name.replace("Saint ", "St. "))
    return _BY_NAME.get(folded, "") or named or _BY_CITIZEN.get(folded.removesuffix("CITIZEN"), "")
