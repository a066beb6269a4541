import json

import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
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
