"""nomenklatura's logic-v2 beside this program's scorer, on the labelled pairs under PRECURSOR_SCREEN_TEST_DATA.

    PRECURSOR_SCREEN_TEST_DATA=... PYTHONPATH=. ENVIRONMENT/bin/python benchmarks/peers.py [--listed 37551] [--json OUT]

nomenklatura is no dependency: the interpreter needs it beside pyarrow, numpy, rapidfuzz and anyascii, best in an environment of its
own. Prints why it is skipped where it is not there. F1 is at each scorer's default cut and at the best one for these pairs.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

KINDS = {"Person": "person", "Vessel": "vessel"}  # all else: organisation
LISTED = 300  # names of the list that each of some names is compared with


def read_pairs(data: Path) -> list[dict[str, str]]:
    """The labelled pairs."""
    with (data / "name_cases" / "name_pairs.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def read_listed(data: Path) -> list[str]:
    """Names of OFAC's list."""
    with (data / "watchlists" / "ofac" / "sdn_2022-01.csv").open(encoding="latin-1", newline="") as stream:
        return [row[1] for row in csv.reader(stream) if len(row) > 2]


def best_f1(scores: Sequence[float], labels: Sequence[bool], cut: float) -> tuple[float, float, float]:
    """F1 at a cut, the best F1, and the cut that gives it, scores in 0 to 1."""

    def f1(at: float) -> float:
        said = [label for score, label in zip(scores, labels, strict=True) if score >= at]
        right = sum(said)
        return 2 * right / (len(said) + sum(labels)) if right else 0.0

    best = max(sorted(set(scores)), key=f1)
    return f1(cut), f1(best), best


def time_pairs(score: Callable[[Any, Any], float], left: Sequence[Any], right: Sequence[Any]) -> float:
    """Microseconds a pair, each of some names against each of others."""
    started = time.process_time()
    for a in left:
        for b in right:
            score(a, b)
    return (time.process_time() - started) / (len(left) * len(right)) * 1e6


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=37_551, help="names of the list to which the cost of a name is scaled")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    if not data:
        sys.exit("skipped: PRECURSOR_SCREEN_TEST_DATA is not set")
    try:
        from followthemoney import model
        from nomenklatura.matching import LogicV2, ScoringConfig
    except ImportError as error:
        print(f"skipped: nomenklatura cannot be imported ({error}); pip install nomenklatura in an environment of its own")
        return
    from precursor_screen.matching.party.index import similarity

    config = ScoringConfig.defaults()

    def entity(name: str, schema: str) -> Any:
        made = model.make_entity(schema)
        made.id = name
        made.add("name", name)
        return made

    def logic_v2(a: Any, b: Any) -> float:
        return float(LogicV2.compare(a, b, config).score)

    pairs = read_pairs(Path(data))
    labels = [p["is_match"] == "true" for p in pairs]
    theirs = [logic_v2(entity(p["name1"], p["schema"]), entity(p["name2"], p["schema"])) for p in pairs]
    ours = [
        float(similarity([p["name1"]], [p["name2"]], KINDS.get(p["schema"], "organisation"))[0]) / 100.0
        for p in pairs
    ]  # fmt: skip
    rng = random.Random(3)
    listed = rng.sample(read_listed(Path(data)), LISTED)
    some = [p["name1"] for p in rng.sample(pairs, 20)]
    pair_us = time_pairs(
        logic_v2, [entity(n, "LegalEntity") for n in some], [entity(n, "LegalEntity") for n in listed]
    )  # fmt: skip
    figures = {}
    for name, scores, cut in (
        (f"nomenklatura {version('nomenklatura')} logic-v2", theirs, 0.7),
        ("this program, pairwise", ours, 0.85),
    ):
        at, best, best_cut = best_f1([s if s == s else 0.0 for s in scores], labels, cut)
        figures[name] = {"cut": cut, "F1 at that cut": at, "best F1": best, "best cut": best_cut}
    figures[f"nomenklatura {version('nomenklatura')} logic-v2"] |= {
        "us a pair": pair_us,
        "seconds a name against the list": pair_us * options.listed / 1e6,
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
