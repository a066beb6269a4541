import csv
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text import party
from precursor_screen.text.party import address_key, is_informative, is_to_order, kind_of, name_key, normalise_party
from precursor_screen.text.party_words import fold_key

CASES = Path(__file__).parents[1] / "judgements"


def cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("case", cases("parties_readings.csv"), ids=lambda c: c["why"])
def test_a_name_is_read(case: dict[str, str]) -> None:
    read = normalise_party(case["written"])
    assert read.as_written == case["written"]
    assert read.compared == case["compared"]
    assert read.sorted == case["scored"]
    assert read.screenable


@pytest.mark.parametrize("name", ["", "  ", "\x00\x07", "\u200b\u200d", "...", "&&", "TO ORDER", "C/O", "\ud800"])
def test_nothing_left_is_unscreenable_and_has_no_key(name: str) -> None:
    read = normalise_party(name)
    assert not read.screenable
    assert read.readings == ()
    assert read.tokens == ()
    assert name_key(name) == ""


def test_what_was_removed_is_named() -> None:
    assert normalise_party("ACME\x00 C/O GLOBEX").removed == ("control characters", "c/o")
    assert normalise_party("Ac\u200bmé").removed == ("control or zero-width characters",)


def test_parts_around_noise_are_readings_of_their_own() -> None:
    read = normalise_party("ACME LTD C/O GLOBEX GMBH ON BEHALF OF INITECH")
    assert [r.compared for r in read.readings] == ["acme ltd", "globex llc", "initech"]


def test_an_ambiguous_abbreviation_keeps_both_readings() -> None:
    assert [r.compared for r in normalise_party("Zorvan IND").readings] == ["zorvan industry", "zorvan india"]


def test_own_script_is_kept_only_where_transliteration_loses_something() -> None:
    assert [r.script for r in normalise_party("Петров").readings] == ["latin"]
    assert [r.script for r in normalise_party("משה כהן").readings] == ["consonants", "own script"]


def test_marks() -> None:
    read = normalise_party("Zorvan Chemical Trading of India J Ltd")
    assert read.legal_forms == ("ltd",)
    assert read.generic == ("chemical", "trading", "of", "india", "j")
    assert [kind_of(t) for t in ("zorvan", "11420", "m1")] == ["name", "number", "number"]
    assert [is_informative(t) for t in ("zorvan", "11420", "7", "ltd", "j", "trading")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("LOPEZ, J. M.", ["lopez jm", "lopez j m"]),
        ("J M LOPEZ", ["jm lopez", "j m lopez"]),
        ("LOPEZ J", ["lopez j"]),
        ("A.B.C.D. LOPEZ", ["abcd lopez"]),  # more are an abbreviation
        ("C D LEE", ["cd lee"]),  # a short name may be a word of it
        ("C.D. TRADING", ["cd trading"]),  # no name beside them
        ("ZORVAN MIRAGE ZORVAN MIRAGE", ["zorvan mirage"]),
        ("ZORVAN ZORVAN", ["zorvan"]),
        ("ZORVAN MIRAGE ZORVAN", ["zorvan mirage zorvan"]),
    ],
)
def test_initials_and_a_name_said_twice(name: str, readings: list[str]) -> None:
    assert [r.compared for r in normalise_party(name).readings] == readings


def test_keys_leave_out_order_and_legal_forms() -> None:
    assert name_key("Zorvan Chem. Co., Ltd.") == name_key("CHEMICALS ZORVAN LLC") == "chemical zorvan"
    assert name_key("Zorvan A") != name_key("Zorvan B")


def test_address_keys() -> None:
    assert address_key("12 Lotus Ferry Rd., Bldg. B, Mingbei") == address_key("Building B, 12, LOTUS FERRY ROAD - MINGBEI")
    assert address_key("12 Lotus Ferry Road") != address_key("13 Lotus Ferry Road")
    assert address_key(" ,.- ") == ""


@pytest.mark.parametrize(
    "name",
    [
        "ORDER: BANK X",
        "ORDER BANCO X",
        "TO ORDER",
        "To the Order of Bank of Fables",
        "UNTO ORDER",
        "A LA ORDEN DE ACME",
        "ORDER",
        "to order of shipper",
    ],
)
def test_to_order(name: str) -> None:
    assert is_to_order(name)


@pytest.mark.parametrize("name", ["ACME LTD", "ORDERLY GOODS LTD", "Order Solutions Ltd", "MAIL ORDER HOUSE", ""])
def test_not_to_order(name: str) -> None:
    assert not is_to_order(name)


@given(st.text(max_size=60))
def test_any_text_is_read_and_reading_it_again_changes_nothing_of_its_screenability(name: str) -> None:
    read = normalise_party(name)
    assert all(reading.tokens and reading.sorted for reading in read.readings)
    assert normalise_party(name) == read
    assert name_key(name) == read.sorted


_PIECES = (
    "Zorvan",
    "MirageAG",
    "J.",
    "M",
    "S.A.",
    "Co.,",
    "Ltd",
    "GmbH",
    "c/o",
    "to the order of",
    "Trading",
    "&",
    "y",
    "two",
    "O'Quill",
    "-",
    "7",
)


@given(st.lists(st.sampled_from(_PIECES), max_size=6), st.booleans())
def test_the_key_is_that_of_the_principal_reading(pieces, twice):
    name = " ".join(pieces * (1 + twice))
    assert name_key(name) == normalise_party(name).sorted


@given(st.lists(st.sampled_from(["zorvan", "mirage", "ferula", "quillon", "oppidan"]), min_size=1, max_size=5))
def test_the_key_does_not_depend_on_the_order_of_words(words: list[str]) -> None:
    assert name_key(" ".join(words)) == name_key(" ".join(reversed(words)).upper())


@pytest.mark.parametrize(
    "name",
    [
        "a " * 200_000,
        "\u0301\u0316" * 200_000,
        "C/O " * 100_000,
        "s de " * 100_000,
        "to   " * 100_000,
        "\ud800" * 300_000,
        "a.b." * 100_000,
    ],
    ids=["initials", "combining marks", "noise", "legal forms", "blanks", "surrogates", "dots"],
)
def test_hostile_names_cost_linear_time(name: str) -> None:
    start = time.process_time()
    normalise_party(name)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("changed", ["party_words.csv", "scripts.csv", "romanisations.csv"])
def test_the_version_follows_the_tables(changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = party.normaliser_version()
    shutil.copytree(party.DATA / "names", tmp_path / "names")
    monkeypatch.setattr(party, "DATA", tmp_path)
    assert party.normaliser_version.__wrapped__() == before
    with (tmp_path / "names" / changed).open("a", encoding="utf-8") as file:
        file.write("compound,import export,en,impexo,ours\n")
    assert party.normaliser_version.__wrapped__() != before


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("Hsi Chin-ping", ["hsi chin ping", "xi jin bing", "xi jin ping", "xi qin bing", "xi qin ping"]),
        ("Hsi Chinping", ["hsi chinping", "xi jin bing", "xi jin ping", "xi qin bing", "xi qin ping"]),
        ("Mao Tse-tung", ["mao tse tung", "mao ce dong", "mao ce tong", "mao ze dong", "mao ze tong"]),
        ("Li Ming", ["li ming"]),  # is Pinyin as it stands
        ("Hsi", ["hsi"]),
        ("Hsi Zorvan", ["hsi zorvan"]),
        ("Hsi Chin Ping Tung", ["hsi chin ping tung"]),
        ("JC Zorvan", ["jc zorvan", "j c zorvan"]),
        ("Zorvan JC", ["zorvan jc", "zorvan j c"]),
        ("JC Zorvan Trading", ["jc zorvan trading"]),
        ("JO Zorvan", ["jo zorvan"]),
        ("McZorvan", ["mczorvan"]),
        ("Zorvan, E. I.", ["zorvan ei", "zorvan e i"]),
        ("Zorvan, A. Y. B.", ["zorvan ayb", "zorvan a y b"]),
        ("Zorvan y Mirage", ["zorvan and mirage"]),
        ("CHON IlHo", ["chon ilho", "chon il ho"]),
        ("PAEKSe-Bong", ["paekse bong", "paek se bong"]),
    ],
)
def test_romanisations_and_initials_have_readings_of_their_own(name: str, readings: list[str]) -> None:
    assert [r.compared for r in normalise_party(name).readings] == readings


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("lavrovs", "lavrov", True),
        ("lavrovas", "lavrov", True),
        ("zorvanskis", "zorvansky", True),
        ("zorvins", "zorvin", False),
        ("uun", "un", True),
        ("lls", "ls", False),
        ("lovs", "lov", False),
    ],
)
def test_endings_of_other_languages_and_long_vowels_are_folded(left: str, right: str, same: bool) -> None:
    assert (fold_key(left) == fold_key(right)) is same


@pytest.mark.parametrize(
    ("word", "is_part"),
    [
        ("beschrankter", True),  # Gesellschaft mit beschränkter Haftung
        ("haftung", True),
        ("mit", False),  # too short to be told from other words
        ("anonima", True),  # sociedad anónima
        ("berhad", True),  # sendirian berhad, and a form by itself
        ("aktiengesellschaft", False),  # a form by itself, and no part of one
        ("bvba", False),
        ("zorvan", False),
    ],
)
def test_words_of_a_legal_form_of_several_tell_as_little_as_the_whole(word, is_part):
    assert (word in party.FORM_FRAGMENTS, kind_of(word)) == (is_part, party.GENERIC if is_part else party.NAME)
