"""Parties as filed against entries of a list, with what else is known of both: pairs of somebody who does not know how names are compared."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.api import match, open_watchlists
from precursor_screen.matching.party.contradictions import Attributes, read_number
from precursor_screen.reference.store import WatchlistStore

PAIRS = Path(__file__).parents[2] / "judgements/entity_pairs.csv"
KINDS = {"company": "organisation", "person": "person", "vessel": "vessel", "": ""}
DAY = date(2026, 11, 1)


def entry_rows(entry_id: str, pair: dict[str, str]):
    """An entry in the layout of a private list."""
    number_kind = ("imo" if pair["right_kind"] == "vessel" else "number") if pair["right_numbers"] else ""
    note = f"DOB {pair['right_born']};" if pair["right_born"] else ""
    number = re.split(r"[|;]", pair["right_numbers"])[0].strip()
    for country in re.split(r"[|;, ]+", pair["right_countries"]):
        yield entry_id, KINDS[pair["right_kind"]], pair["right_name"], "primary", country, number_kind, number, note
    for name in filter(None, map(str.strip, pair["right_names"].split("|"))):
        yield entry_id, KINDS[pair["right_kind"]], name, "strong" if name.isascii() else "original_script", "", "", "", ""


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> list[tuple[str, str, bool]]:
    """Cause, whether it is the same, whether the name matches its entry."""
    home = tmp_path_factory.mktemp("home")
    with PAIRS.open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    with (home / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["entry_id", "kind", "name", "name_kind", "country", "identifier_type", "identifier", "note"])
        for n, pair in enumerate(pairs):
            writer.writerows(entry_rows(f"E{n}", pair))
    WatchlistStore(home).import_list("pairs", [home / "list.csv"], DAY)
    lists = open_watchlists(("pairs",), home)
    found = []
    for n, pair in enumerate(pairs):
        known = Attributes(
            countries=tuple(filter(None, [pair["left_country"]])),
            born=tuple(int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", pair["left_born"])[:1]),
            kind=KINDS[pair["left_kind"]],
            numbers=tuple(map(read_number, filter(None, [pair["left_number"]]))),
        )
        answer = match(pair["left_name"], lists, DAY, known)
        found.append((pair["cause"], pair["same"], any(one["entry_id"] == f"E{n}" for one in answer["matches"])))
    return found


def share(judged, same: str, cause: str = "") -> float:
    some = [matched for why, label, matched in judged if label == same and cause in ("", why)]
    assert some
    return sum(some) / len(some)


def test_most_of_those_that_are_one_match_and_most_of_the_others_do_not(judged):
    assert len(judged) == 200
    assert share(judged, "yes") >= 0.84
    assert share(judged, "no") <= 0.24


@pytest.mark.parametrize("cause", ["order turned", "patronymic dropped", "alias", "vessel renamed same IMO", "nickname", "C/O"])
def test_what_is_always_found(judged, cause):
    assert share(judged, "yes", cause) == 1.0


@pytest.mark.parametrize("cause", ["another birth year", "sister firms", "trade word", "common surname alone"])
def test_what_is_always_kept_apart(judged, cause):
    assert share(judged, "no", cause) == 0.0
