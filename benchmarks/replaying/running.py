"""The runs: a year of memory, a year week by week, and the day of each case on a copy of that ledger."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from replaying.facts import Story
from replaying.lines import Line, Register, Registers, to_table
from replaying.trade import Trade

from precursor_screen.api import load_reference, screen
from precursor_screen.core.report import Report
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.recogniser import known_index
from precursor_screen.reference.registers.store import RegisterStore

FORTNIGHT, HALF_YEAR = 14, 183  # days a run


class Outcome(Struct, frozen=True):
    """What a shipment came to. band: None where it could not be screened; rules: of its open flags, informational ones too."""

    score: int
    band: str | None
    rules: tuple[str, ...]


Outcomes = dict[str, Outcome]  # by number of the bill


def outcomes_of(report: Report) -> Outcomes:
    """Every shipment's score, band and rules; nothing else of the report is asked for."""
    rules: dict[str, set[str]] = defaultdict(set)
    for flag in report.open_flags.select(["shipment_id", "rule_id"]).to_pylist():
        rules[flag["shipment_id"]].add(flag["rule_id"])
    shipments = report.shipments.select(["shipment_id", "score", "band"]).to_pylist()
    return {
        s["shipment_id"]: Outcome(round(s["score"] or 0), s["band"], tuple(sorted(rules[s["shipment_id"]]))) for s in shipments
    }


class Bench(Struct, frozen=True):
    """Where the runs take place. folder: of the ledger and of imported registers; last: the day of the cases."""

    folder: Path
    last: date
    jurisdiction: str

    @property
    def ledger(self) -> Path:
        """The folder of the ledger of lawful trade."""
        return self.folder / "ledger"

    def load(self, registers: Registers | None = None) -> Reference:
        """What screening needs to know, with these registers and no others; None: without."""
        settings: dict[str, Any] = {"watchlists": None, "jurisdiction": self.jurisdiction, "as_of": self.last}
        if registers is None:
            return load_reference(**settings, home=self.folder / "none")
        with tempfile.TemporaryDirectory(dir=self.folder) as home:
            store, index = RegisterStore(Path(home)), known_index()
            for register, rows in registers.rows.items():
                store.import_file(register, write_register(rows, Path(home) / f"{register}.csv"), index, self.last)
            return load_reference(**settings, home=Path(home), registers=True)


def write_register(rows: Sequence[Register], path: Path) -> Path:
    """One register as a CSV file."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run_lines(lines: Sequence[Line], reference: Reference, ledger: Path | None = None) -> Outcomes:
    """One run over some lines; ledger: its folder, None: nothing is remembered."""
    if not lines:
        return {}
    return outcomes_of(screen(to_table(lines), reference, ledger=f"sqlite:///{ledger / 'ledger.sqlite'}" if ledger else ""))


def run_trade(trade: Trade, bench: Bench, progress: Callable[[str], None]) -> Outcomes:
    """Lawful trade up to the day before the last: the first year is only remembered, the second by fortnights and told."""
    bench.ledger.mkdir()
    reference = bench.load(trade.registers)
    begin, counted = trade.lines[0].day, bench.last - timedelta(days=364)
    found: Outcomes = {}
    for kept, first, end, step in ((False, begin, counted, HALF_YEAR), (True, counted, bench.last, FORTNIGHT)):
        for batch in in_batches([line for line in trade.lines if first <= line.day < end], first, step):
            progress(f"trade of {batch[0].day} to {batch[-1].day}: {len(batch)} lines")
            outcomes = run_lines(batch, reference, bench.ledger)
            found |= outcomes if kept else {}
    return found


def in_batches(lines: Iterable[Line], first: date, step: int) -> Iterator[list[Line]]:
    """Lines in the order of days, so many days together."""
    batches: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        batches[(line.day - first).days // step].append(line)
    yield from (batches[n] for n in sorted(batches))


def run_cases(stories: Sequence[Story], trade: Trade, bench: Bench, progress: Callable[[str], None]) -> Outcomes:
    """Cases among the lines of their day, after what came before them, each group on a copy of the ledger and with its own papers."""
    today = [line for line in trade.lines if line.day == bench.last]
    found: Outcomes = {}
    for number, group in enumerate(strangers(stories)):
        progress(f"cases, group {number}: {len(group)}")
        copy = bench.folder / f"ledger {number}"
        shutil.copytree(bench.ledger, copy)
        reference = bench.load(trade.registers.joined(story.registers for story in group))
        before = sorted((line for story in group for line in story.earlier), key=lambda line: (line.day, line.bill))
        run_lines(before, reference, copy)
        outcomes = run_lines([*today, *(story.line for story in group)], reference, copy)
        found |= {story.line.bill: outcomes[story.line.bill] for story in group}
        shutil.rmtree(copy)
    return found


def strangers(stories: Sequence[Story]) -> Iterator[list[Story]]:
    """Groups in which no two cases, with what came before them, have a heading of goods or a substance in common: none sees another."""
    waiting = list(stories)
    while waiting:
        seen: set[str] = set()
        group: list[Story] = []
        later: list[Story] = []
        for story in waiting:
            (later if story.goods & seen else group).append(story)
            seen |= story.goods
        yield group
        waiting = later


def run_bare(lines: Sequence[Line], bench: Bench) -> Outcomes:
    """Lines by themselves: no registers, nothing remembered, and no firm twice in a run."""
    reference = bench.load()
    found: Outcomes = {}
    for batch in rounds(lines):
        found |= run_lines(batch, reference)
    return found


def rounds(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The first shipment of every pair of firms, then the second, and so on, with no firm twice in one."""
    waiting = list(lines)
    while waiting:
        seen: set[str] = set()
        batch: list[Line] = []
        later: list[Line] = []
        for line in waiting:
            firms = {line.sender.name, line.receiver.name}
            (later if firms & seen else batch).append(line)
            seen |= firms
        yield batch
        waiting = later
