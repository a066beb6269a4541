"""Replays published cases among two years of lawful trade: `python benchmarks/replay.py [--cases FOLDER] ... [--json OUT]`.

A folder holds cases.yml (the facts) and replay.csv (a manifest line a case); the figures of several stand side by side. Without one, those of
`replaying/reports`: sixty cases from public reports, written by somebody who had seen neither rules nor lists, in two halves. A sign stays
only if it helps on the half that it was not made from: `first` may be looked at, of `second` only the figures. All names are invented anew, so that none carries the
answer. The first year of trade is only remembered; the second is run week by week and counts. Each case is filed on the last day, on a
ledger of its own: what its facts tell of earlier consignments and papers comes before it, an honest case has its own regular trade.
Printed are shares of bands by kind and shares of pairs in which a diversion that can be seen scores higher than an honest shipment.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from replaying.cases import Case, day_of, line_of, read_cases
from replaying.facts import Story, tell
from replaying.figures import at_least, group_of, is_expected, measure, render_bands, rules_that_flood
from replaying.running import Bench, Outcome, Outcomes, run_bare, run_cases, run_trade
from replaying.trade import Trade, make_trade

REPORTS = Path(__file__).parent / "replaying" / "reports"


class Replayed(Struct, frozen=True):
    """What all came to: by case with memory and bare, by kind of lawful trade; a case without a line is in none of them."""

    cases: tuple[Case, ...]
    stories: Mapping[str, Story]
    with_memory: Outcomes
    bare: Outcomes
    trade: Mapping[str, Sequence[Outcome]]
    lawful_bare: Sequence[Outcome]

    def figures(self) -> dict[str, Any]:
        """What `--json` writes; all but the last keys in per cent."""
        return {
            **measure(self.cases, self.with_memory, self.trade["lawful"]),
            **measure(self.cases, self.bare, self.lawful_bare, "_bare"),
            "ordinary_low": at_least("low", self.trade["ordinary"]),
            "ordinary_review": at_least("review", self.trade["ordinary"]),
            "cases": _listed(self.with_memory),
            "cases_bare": _listed(self.bare),
            "told": {case_id: list(story.told) for case_id, story in self.stories.items()},
            "rules_on_honest_trade": rules_that_flood(self.trade),
        }

    def groups(self) -> dict[str, list[Outcome]]:
        """Outcomes by kind, diversions by where they are visible."""
        groups: dict[str, list[Outcome]] = {}
        for case in self.cases:
            if case.case_id in self.with_memory:
                groups.setdefault(group_of(case), []).append(self.with_memory[case.case_id])
        return dict(sorted(groups.items())) | {kind: list(found) for kind, found in self.trade.items()}


def _listed(outcomes: Outcomes) -> dict[str, list[Any]]:
    return {case_id: [o.score, o.band, list(o.rules)] for case_id, o in outcomes.items()}


def replay(folders: Sequence[Path], jurisdiction: str = "US", trade: Trade | None = None) -> list[Replayed]:
    """Runs folders of cases, one by one, after the same trade.

    Args:
        folders: with cases.yml and replay.csv.
        jurisdiction: for whom one screens.
        trade: lawful trade; default: two years of it.
    """
    sets = [read_cases(folder) for folder in folders]
    last = max(map(day_of, sets))
    trade = trade or make_trade(last)
    replayed = []
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), last, jurisdiction)
        found = run_trade(trade, bench, _progress)
        _progress("lines by themselves")
        lawful = [line for line in trade.lines if trade.kinds[line.bill] == "lawful" and line.bill in found]
        lawful_bare = list(run_bare(lawful, bench).values())
        by_kind = {kind: [o for bill, o in found.items() if trade.kinds[bill] == kind] for kind in ("lawful", "ordinary")}
        for cases in sets:
            told = [(n, case) for n, case in enumerate(cases) if case.replayable]
            stories = {case.case_id: tell(case, line_of(case, f"MLB{900_000 + n}", last)) for n, case in told}
            filed = run_cases(list(stories.values()), trade, bench, _progress)
            alone = run_bare([story.line for story in stories.values()], bench)
            with_memory = {case_id: filed[story.line.bill] for case_id, story in stories.items()}
            bare = {case_id: alone[story.line.bill] for case_id, story in stories.items()}
            replayed.append(Replayed(cases, stories, with_memory, bare, by_kind, lawful_bare))
    return replayed


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def render_together(names: Sequence[str], replayed: Sequence[Replayed]) -> str:
    """The figures of several folders side by side."""
    figures = [one.figures() for one in replayed]
    rows = ["".join([f"{'per cent':24}", *(f" {name[-14:]:>14}" for name in names)])]
    rows += [
        "".join([f"{key:24}", *(f" {one[key]:14.2f}" for one in figures)])
        for key, v in figures[0].items()
        if isinstance(v, float)
    ]
    return "\n".join(rows)


def render_summary(replayed: Replayed) -> str:
    """Shares and pairs, without a word of any case."""
    figures = replayed.figures()
    shares = "\n".join(f"{key:24} {value:7.2f} %" for key, value in figures.items() if isinstance(value, float))
    flood = "\n".join(f"{rule:12} {counts}" for rule, counts in list(figures["rules_on_honest_trade"].items())[:25])
    return "\n\n".join(
        (
            "Per cent of each kind in each band, with registers and memory\n" + render_bands(replayed.groups()),
            "Pairs in which the diversion scores higher, pairs that tie, shipments in that band or above\n" + shares,
            "Honest shipments in low and above, by the rules that flag them\n" + flood,
        )
    )


def render_cases(replayed: Replayed) -> str:
    """Every case by score, with what was derived from its facts; then those that were not seen, and those without a line."""
    kinds = {case.case_id: group_of(case) for case in replayed.cases}
    found = replayed.with_memory
    rows = [
        f"{case_id:8} {kinds[case_id]:26} {o.score:3} {o.band or '-':7} bare {replayed.bare[case_id].score:3}  {' '.join(o.rules)}"
        f"  [{'; '.join(replayed.stories[case_id].told)}]"
        for case_id, o in sorted(found.items(), key=lambda item: (-item[1].score, item[0]))
    ]
    unseen = [
        c.case_id for c in replayed.cases if is_expected(c) and c.case_id in found and found[c.case_id].band in ("none", None)
    ]
    silent = [f"{case.case_id} ({kinds[case.case_id]})" for case in replayed.cases if case.case_id not in found]
    last = f"Visible and not seen: {', '.join(unseen) or 'none'}\nWithout a line: {', '.join(silent) or 'none'}"
    return "Cases by score\n" + "\n".join(rows) + "\n\n" + last


def main() -> None:
    """Replays, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, action="append", help="folder with cases.yml and replay.csv; repeatable")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--jurisdiction", default="US")
    parser.add_argument("--summary", action="store_true", help="print nothing of single cases")
    options = parser.parse_args()
    folders = options.cases or [REPORTS / "first", REPORTS / "second"]
    replayed = replay(folders, options.jurisdiction)
    if len(folders) > 1:
        print(render_together([folder.name for folder in folders], replayed))
    else:
        print(render_summary(replayed[0]))
        if not options.summary:
            print("\n" + render_cases(replayed[0]))
    if options.json:
        figures = {folder.name: one.figures() for folder, one in zip(folders, replayed, strict=True)}
        text = json.dumps(figures if len(folders) > 1 else replayed[0].figures(), indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
