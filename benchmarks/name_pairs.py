"""How well `match` tells labelled pairs of names apart: precision, recall and F1, as labelled and as judged.

    PRECURSOR_SCREEN_TEST_DATA=... python benchmarks/name_pairs.py [--wrong]

The right-hand names make one list, each an entry; the left-hand ones are asked. As judged, two names whose number, numeral or country
differs are not one party's, whatever their label says: some labels take a swapped numeral for a way of writing. --wrong names the pairs
that go wrong as judged.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from peers import KINDS, read_pairs

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.text.countries import find_country
from precursor_screen.text.party import normalise_party

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", *(f"x{one}" for one in ("i", "ii", "iii", "iv", "v")))
_NUMERALS = {roman: str(value) for value, roman in enumerate((*_ROMAN, "xvi", "xvii", "xviii", "xix", "xx"), start=1)}


def differ(left: str, right: str, kind: str) -> bool:
    """Whether both names have numbers, numerals or countries, and none in common of what the other lacks.

    In persons' names only figures count: Xi and Vi are names.
    """
    ours, theirs = (normalise_party(name).tokens for name in (left, right))
    numbers = [_numbers(words, kind) for words in (ours, theirs)]
    places = [{code for word in words if len(word) > 3 and (code := find_country(word))} for words in (ours, theirs)]
    swapped = any(mine - other and other - mine for mine, other in (numbers,))
    return swapped or (kind != "person" and bool(places[0] and places[1]) and not places[0] & places[1])


def _numbers(words: Sequence[str], kind: str) -> set[str]:
    figures = {word.lstrip("0") for word in words if re.search(r"\d", word)}
    return figures | {_NUMERALS[word] for word in words if kind != "person" and word in _NUMERALS}


def scores(found: Collection[int], right: Collection[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 in % of the pairs that are found, of which some are right."""
    both = len(set(found) & set(right))
    precision, recall = both / len(found) if found else 0.0, both / len(right) if right else 0.0
    return 100.0 * precision, 100.0 * recall, 200.0 * both / (len(found) + len(right)) if both else 0.0


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="name the pairs that go wrong as judged")
    options = parser.parse_args()
    data = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    if not data:
        sys.exit("skipped: PRECURSOR_SCREEN_TEST_DATA is not set")
    pairs = [
        (p["name1"], p["name2"], KINDS.get(p["schema"], "organisation"), p["is_match"] == "true") for p in read_pairs(Path(data))
    ]
    ids = {key: f"N{i:04d}" for i, key in enumerate(dict.fromkeys((right, kind) for _, right, kind, _ in pairs))}
    entries = [WatchlistEntry("pairs", i, kind, (WatchlistName(name, "primary"),)) for (name, kind), i in ids.items()]
    index = PartyIndex(build_index("pairs", entries))
    answers = index.match_names([left for left, *_ in pairs], as_of=date.today()).matches
    said = set(zip(answers.column("value").to_pylist(), answers.column("entry_id").to_pylist(), strict=True))
    found = [i for i, (left, right, kind, _) in enumerate(pairs) if (left, ids[right, kind]) in said]
    labelled = [i for i, (*_, match) in enumerate(pairs) if match]
    judged = [i for i in labelled if not differ(*pairs[i][:3])]
    print(f"{len(pairs)} pairs, {len(labelled)} labelled as matches, {len(judged)} judged as matches")
    for name, right in (("labelled", labelled), ("judged", judged)):
        precision, recall, f1 = scores(found, right)
        print(f"as {name:<9} precision {precision:.2f} %, recall {recall:.2f} %, F1 {f1:.2f} %")
    for i in sorted(set(found) ^ set(judged)) if options.wrong else ():
        print(f"{'missed' if i in judged else 'wrongly found'}: {pairs[i][0]!r}, {pairs[i][1]!r}")


if __name__ == "__main__":
    main()
