"""The thirty daily manifests: four stories come out only through windows, alike day by day with a ledger and all in one go."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import Run, run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from tests.conftest import AS_OF, ROOT
from tests.examples import SOAK
from tests.screening import with_rules
from tests.scripts import load_script

FOLDER = ROOT / "sample_data" / "thirty_days"
FIRST_RUN = datetime(2026, 10, 18, 6, tzinfo=UTC)

# Rule, consignee and day of every flag that a rule over history is to raise, and no other.
TOLD = {
    ("PS-QTY-005", "Tamarack Surface Finishing LLC", "2026-10-28"),  # the second lot of the month is over the month's threshold
    ("PS-QTY-002", "Tamarack Surface Finishing LLC", "2026-11-09"),
    ("PS-QTY-006", "Brightwater Dye Works Inc", "2026-11-13"),
    ("PS-QTY-004", "Copperline Coatings LLC", "2026-11-10"),
    ("PS-CHEM-015", "Ridgeway Botanicals Inc", "2026-11-11"),
}
QUIET = ("Stockbridge", "Larch", "Penfold", "Granby Institute")  # who resembles the four


class Told(Struct, frozen=True):
    """What the rules over history flagged: FLAG rows, and consignee and date of every line."""

    flags: list[dict[str, Any]]
    lines: dict[str, tuple[str, str]]

    def story(self) -> set[tuple[str, str, str]]:
        return {(f["rule_id"], *self.lines[f["line_id"]]) for f in self.flags}

    def episodes(self) -> set[tuple[str, str]]:
        return {(rule, consignee) for rule, consignee, _ in self.story()}


def screen_days(names: list[str], reference: Reference, number: int, memory: LedgerMemory | None = None) -> Run:
    sources = tuple(Source(name, path=FOLDER / name) for name in names)
    started = FIRST_RUN + timedelta(days=number)
    result = run(sources, ReadOptions(), reference, started=started, remember=memory.of_run if memory else None)
    if memory:
        memory.record(result.screened, result.report, result.inputs)
        memory.delivered()
    return result


def told(results: list[Run]) -> Told:
    flags: list[dict[str, Any]] = []
    lines: dict[str, tuple[str, str]] = {}
    for result in results:
        read = result.screened.resolved.lines
        columns = (read.column(c).to_pylist() for c in ("line_id", "consignee_name", "date"))
        lines |= {line: (name, day.isoformat()) for line, name, day in zip(*columns, strict=True)}
        flags += [f for f in result.report.flags.to_pylist() if f["state"] == "new"]
    return Told(flags, lines)


@pytest.fixture(scope="module")
def names() -> list[str]:
    return sorted(p.name for p in FOLDER.glob("*.csv"))


@pytest.fixture(scope="module")
def law() -> Reference:
    """The rules over history alone: what a day shows by itself is shown elsewhere."""
    law = load_reference(watchlists=None, jurisdiction="US", as_of=AS_OF)
    return replace(law, rules=tuple(r for r in law.rules if r.rule.scope == "history"))


@pytest.fixture(scope="module")
def few(law: Reference) -> Reference:
    """The rules that tell the stories: days are judged one by one by these alone, and by all in a soak. What a run costs are its rules."""
    return law if SOAK else with_rules(law, *sorted({rule for rule, _, _ in TOLD}))


@pytest.fixture(scope="module")
def at_once(names: list[str], law: Reference) -> Told:
    return told([screen_days(names, law, 0)])


@pytest.fixture(scope="module")
def day_by_day(names: list[str], few: Reference, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite'}"
    results = []
    at_once = 1 if SOAK else 3  # files of a run
    for number in range(0, len(names), at_once):
        with LedgerMemory(url, 0.0) as memory:
            results.append(screen_days(names[number : number + at_once], few, number, memory))
    return told(results)


def test_the_files_are_what_the_generator_writes():
    module = load_script(FOLDER / "generate.py")
    written = {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")}
    assert written == module.manifests()
    assert len(written) == 30


def test_all_in_one_go(at_once):
    assert at_once.story() == TOLD
    assert len(at_once.flags) == len(TOLD)


@pytest.mark.slow
def test_day_by_day(day_by_day):
    assert day_by_day.story() == TOLD


@pytest.mark.slow
def test_both_ways_agree(at_once, day_by_day, law):
    emits = {r.rule.id: r.window.emit for r in law.rules if r.window}
    ids = defaultdict(set)
    for way, found in (("once", at_once), ("daily", day_by_day)):
        ids[way] = {f["flag_id"] for f in found.flags if emits.get(f["rule_id"], "trigger") == "trigger"}
    assert ids["once"] == ids["daily"] != set()
    assert at_once.episodes() == day_by_day.episodes()


def test_no_day_shows_it_alone(names, few):
    # Each story alone, a ledger left out: the days say nothing.
    last = sorted({day for _, _, day in TOLD})[:: 1 if SOAK else 2]
    found = told([screen_days([name], few, 0) for name in names if Path(name).stem in last])
    assert found.flags == []


def test_those_who_resemble_them_are_there_and_quiet(at_once):
    consignees = {name for name, _ in at_once.lines.values()}
    for beginning in QUIET:
        (name,) = {c for c in consignees if c.startswith(beginning)}
        assert name not in {c for _, c in at_once.episodes()}


def test_a_day_that_is_sent_again_raises_nothing(names, few, tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    days = [n for n in names if n in ("2026-10-19.csv", "2026-10-28.csv")]
    states: list[pa.Table] = []
    for number, name in enumerate([*days, days[-1]]):
        with LedgerMemory(url, 0.0) as memory:
            states.append(screen_days([name], few, number, memory).report.flags)
    rules = [set(zip(f.column("rule_id").to_pylist(), f.column("state").to_pylist(), strict=True)) for f in states]
    assert ("PS-QTY-005", "new") in rules[1]
    assert {state for _, state in rules[2]} == {"existing"}
