"""Names in Arabic, Thai and Devanagari letters against Latin ones, filed either way. The first 160 pairs were written before the tables of
romanisations, the others after them. The near misses among them are another person or firm of much the same name."""

import csv
from pathlib import Path

import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.index import PartyIndex, build_index

PAIRS = Path(__file__).parents[2] / "judgements/romanised_pairs.csv"


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str, bool]]:
    """Language, whether it is the same, the name as filed, whether it matches its entry: each pair filed in either writing."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    found = []
    for filed, listed in (("original", "latin"), ("latin", "original")):
        entries = [
            WatchlistEntry("demo", str(i), pair["kind"], (WatchlistName(pair[listed], "primary"),))
            for i, pair in enumerate(pairs)
        ]
        index = PartyIndex(build_index("demo", entries))
        matches = index.match_names([pair[filed] for pair in pairs]).matches.to_pylist()
        matched = {(match["value"], match["entry_id"]) for match in matches}
        found += [(p["language"], p["same"], p[filed], (p[filed], str(i)) in matched) for i, p in enumerate(pairs)]
    return found


def share(judged: list[tuple[str, str, str, bool]], same: str, language: str = "") -> float:
    some = [matched for spoken, label, _, matched in judged if label == same and language in ("", spoken)]
    assert some
    return sum(some) / len(some)


def test_nearly_all_that_are_one_match_and_few_others(judged: list[tuple[str, str, str, bool]]) -> None:
    assert len(judged) == 420
    assert share(judged, "yes") >= 0.96
    assert share(judged, "no") <= 0.09  # names one letter apart, which match in Latin letters as well


def test_all_in_hindi_are_found(judged: list[tuple[str, str, str, bool]]) -> None:
    assert share(judged, "yes", "Hindi") == 1.0


def test_near_misses_in_thai_are_kept_apart(judged: list[tuple[str, str, str, bool]]) -> None:
    assert share(judged, "no", "Thai") == 0.0
