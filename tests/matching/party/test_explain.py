import json

import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.contradictions import Evidence
from precursor_screen.matching.party.explain import explain_party
from precursor_screen.matching.party.index import PartyIndex, build_index


def test_both_names_are_shown_as_written_and_as_compared() -> None:
    told = explain_party("TO THE ORDER OF BRIGHTMARCH CHEM TRDG", "Brightmarsh Chemical Trading Co., Ltd.")
    assert told["name"]["as_written"] == "TO THE ORDER OF BRIGHTMARCH CHEM TRDG"
    assert told["name"]["compared"] == "brightmarch chemical trading"
    assert told["name"]["removed"] == ["to the order of"]
    assert told["entry_name"]["compared"] == "brightmarsh chemical trading co ltd"
    assert told["entry_name"]["canonical_forms"] == {
        "chemical": "generic",
        "trading": "generic",
        "co": "legal form",
        "ltd": "legal form",
    }
    assert told["unaligned"] == {"name": [], "entry_name": ["co", "ltd"]}
    pair = next(p for p in told["aligned"] if p["name"] == "brightmarch")
    assert (pair["entry_name"], pair["similarity"], pair["informative"]) == ("brightmarsh", 97.0, True)
    assert pair["weight"] > next(p["weight"] for p in told["aligned"] if p["name"] == "trading") > 0
    assert told["length_score"] > told["length_cut"] == 65.0
    assert (told["cut"], told["name_kind"], told["informative_tokens"]) == (85.0, "primary", 1)
    assert "reaches the cut of 85" in told["sentence"]
    assert json.loads(json.dumps(told)) == told


def test_the_score_is_that_of_the_match() -> None:
    listed = WatchlistEntry("demo", "1", "person", (WatchlistName("VELADRO QUINTANAR, Eustasio", "primary"),))
    index = PartyIndex(build_index("demo", [listed]))
    (found,) = index.match("Eustasio Veladro Quintana")
    told = explain_party(found["value"], found["matched_name"], entry_kind="person", index=index)
    assert (told["score"], told["informative_tokens"]) == (found["score"], found["informative_tokens"])


def test_the_best_pair_of_readings_is_explained() -> None:
    assert explain_party("FREIGHT HUB C/O ZORVAN MIRAGE", "Zorvan Mirage Ltd")["name"]["compared"] == "zorvan mirage"


def test_below_the_cut_and_weak() -> None:
    told = explain_party("Zorvan", "Quillon Trading", name_kind="weak")
    assert "does not reach" in told["sentence"]
    assert "weak alias" in told["sentence"]
    assert told["informative_tokens"] == 0


def test_nothing_to_compare() -> None:
    told = explain_party("\x00", "Zorvan")
    assert told["score"] is None
    assert told["sentence"] == "Nothing of '\\x00' can be compared."
    assert explain_party("Zorvan", "...")["sentence"] == "Nothing of '...' can be compared."


def test_what_agrees_but_is_too_little_is_said() -> None:
    told = explain_party("Trading Ltd", "Trading Ltd")
    assert told["informative_tokens"] == 0
    assert "too little for a match" in told["sentence"]


def test_initials_and_joined_words_are_shown() -> None:
    told = explain_party("J. Veladro", "VELADRO, Jacinto", entry_kind="person")
    assert {"name": "j", "entry_name": "jacinto", "similarity": 0.0, "weight": 0.0, "informative": False} in told["aligned"]
    joined = explain_party("Bright Marsh Ferula", "Brightmarsh Ferula")
    assert next((p["name"], p["entry_name"]) for p in joined["aligned"]) == ("bright marsh", "brightmarsh")


@pytest.mark.parametrize(
    ("listed", "filed"),
    [
        ("ZORVANTRADINGLLC", "Zorvan Trading GmbH"),
        ("SiemensAG", "SIEMENS AG"),
        ("SIEMENSAG", "Siemens AG"),
        ("Zorvan Mirage", "ZorvanMirage"),
        ("Brightmarsh Ferula", "BRIGHTMARSHFERULA"),
    ],
)
def test_the_score_explained_is_that_of_the_match(listed: str, filed: str) -> None:
    entry = WatchlistEntry("demo", "1", "organisation", (WatchlistName(listed, "primary"),))
    index = PartyIndex(build_index("demo", [entry]))
    (found,) = index.match(filed)
    why = explain_party(filed, listed, entry_kind="organisation", index=index)
    assert why["score"] == pytest.approx(found["score"])
    assert why["informative_tokens"] == found["informative_tokens"]


def test_names_that_differ_in_their_own_writing_are_said_to() -> None:
    told = explain_party("김서준", "김서진", entry_kind="person")
    assert told["score"] < told["cut"]
    assert told["sentence"].endswith("what contradicts: characters (김서준 / 김서진, 20 points).")
    assert "contradicts" not in explain_party("김서준", "Kim Seojun", entry_kind="person")["sentence"]
    romanised = explain_party("김서준", "Kim Seojun", entry_kind="person", own_names=["김서진"])
    assert [c["what"] for c in romanised["contradictions"]] == ["characters"]


@pytest.mark.parametrize(
    ("filed", "listed", "kind", "row"),
    [
        ("Zorvan", "Zorvan", "organisation", ("word", "zorvan", "zorvan", "the same")),
        ("Zorvann", "Zorvan", "organisation", ("word", "zorvann", "zorvan", "another spelling of the same sound")),
        ("Zorvap", "Zorvan", "organisation", ("word", "zorvap", "zorvan", "1 letter of 6 differs")),
        ("Zorvanmirape", "Zorvanmiraxa", "organisation", ("word", "zorvanmirape", "zorvanmiraxa", "2 letters of 12 differ")),
        ("J. Veladro", "VELADRO, Jacinto", "person", ("word", "j", "jacinto", "an initial, which may stand for the word")),
        ("Zorvan Trading", "Zorvan", "organisation", ("word", "trading", "", "only in the name as filed; a general word, which counts little")),
        ("Zorvan", "Zorvan GmbH", "organisation", ("word", "", "llc", "only in the name as listed; a legal form, which does not count")),
        ("Zorvan 7", "Zorvan", "organisation", ("word", "7", "", "only in the name as filed; a short number")),
        ("Trading", "Trading", "organisation", ("words", "", "", "what agrees is too little for a match")),
        ("Zorvan 7", "Zorvan 8", "organisation", ("number in the name", "7", "8", "contradicts: 20 points off")),
        ("Zorvan Quillon Mirage", "Zorvan Wexley Perlanko", "organisation", ("letters", "", "", "27 of 100 points where words count by their length alone; a match has 65 or more")),
    ],
)  # fmt: skip
def test_an_officer_reads_a_table(filed: str, listed: str, kind: str, row: tuple[str, str, str, str]) -> None:
    rows = [tuple(r.values()) for r in explain_party(filed, listed, entry_kind=kind)["table"]]
    assert row in rows
    assert next(r[3] for r in rows if r[0] == "score").endswith("of 100 points; a match has 85 or more")


def test_letters_are_told_only_where_too_few_agree() -> None:
    assert [r for r in explain_party("Zorvan", "Zorvan")["table"] if r["what"] == "letters"] == []


def test_a_match_is_told_by_the_table_alone_without_anything_to_compare() -> None:
    assert explain_party("...", "Zorvan")["table"] == []


def test_what_is_known_besides_names_is_told_in_the_table() -> None:
    known = (Evidence("country", "DE", "MX", 3.0), Evidence("kind", "person", "person"))
    told = explain_party("Zorvan Quillon", "Zorvan Quillon", known=known)
    plain = explain_party("Zorvan Quillon", "Zorvan Quillon")
    assert told["score"] == plain["score"] - 3.0
    assert [(c["what"], c["points"]) for c in told["contradictions"]] == [("country", 3.0)]
    assert [c["what"] for c in told["agreements"]] == ["kind"]
    assert {"what": "kind", "name": "person", "entry_name": "person", "says": "agrees"} in told["table"]
    assert {"what": "country", "name": "DE", "entry_name": "MX", "says": "contradicts: 3 points off"} in told["table"]


def test_a_short_form_of_a_given_name_is_told() -> None:
    (row,) = [r for r in explain_party("Bill Zorvan", "ZORVAN, William", entry_kind="person")["table"] if r["name"] == "bill"]
    assert row["says"] == "the same given name, one in a short form"


@pytest.mark.parametrize(
    ("name", "entry_name", "says"),
    [
        ("محمد كريم", "Mohammed Karim", ["Arabic letters, romanised"]),
        ("Somchai Jaidee", "สมชาย ใจดี", ["Thai letters, romanised"]),
        ("김정은", "金正恩", ["Korean letters, romanised and Chinese characters, romanised"]),
        ("محمد كريم", "محمد كريم", []),
        ("Mohammed Karim", "Muhammad Karim", []),
    ],
)
def test_what_was_romanised_is_said(name: str, entry_name: str, says: list[str]) -> None:
    told = explain_party(name, entry_name, entry_kind="person")["table"]
    assert [row["says"] for row in told if row["what"] == "writing"] == says
