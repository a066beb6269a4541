"""A few rules whose outcome is easily reckoned, and an office that screens with a ledger."""

from __future__ import annotations

import shutil
import textwrap
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import Run, run
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.history.values import Verdict
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import Reference, load_rulebook
from precursor_screen.rulebook.registers import schema_of
from tests.screening import table

LARGE, SUM, SHARED, ABSENT, UNKNOWN = "PS-QTY-901", "PS-QTY-902", "PS-CHEM-903", "PS-DOC-904", "PS-DOC-002"
_RULES = {
    LARGE: """
        subject: substance
        scope: line
        requires: [substance_mass_kg]
        detection:
          large: {substance_mass_kg|gte: 50}
          condition: large
        explain: "{substance_mass_kg} kg of {substance_name} on one line."
        """,
    SUM: """
        subject: substance
        scope: history
        requires: [consignee_key, substance_mass_kg]
        detection:
          any: {substance_id|exists: true}
          condition: any
        correlation:
          type: value_sum
          field: substance_mass_kg
          group-by: [consignee_key, substance_id]
          timespan: 30d
          condition: {gte: 100}
          emit: crossing
        explain: "{correlation_value} kg of {substance_name} reach {consignee_name} {window}."
        """,
    SHARED: """
        subject: substance
        scope: shipment
        detection:
          any: {substance_id|exists: true}
          condition: any
        correlation:
          type: value_count
          field: substance_id
          group-by: [shipment_id]
          condition: {gte: 2}
        explain: "{correlation_value} substances in one shipment."
        """,
    ABSENT: """
        subject: substance
        scope: history
        applies: {pen_reference|exists: true}
        detection:
          any: {substance_id|exists: true}
          condition: any
        correlation:
          type: absence
          register: pre-export-notifications
          match: {pen_reference: reference}
        explain: "Notification {pen_reference} is not in the register."
        """,
}
_HEAD = """\
schema: 1
id: {id}
version: 1.0.0
title: A rule for tests
status: test
level: high
confidence: medium
weight: 35
falsepositives: [It is a test]
action: Look at the test.
"""
DAY = date(2026, 11, 2)


def write_rules(folder: Path, *rule_ids: str) -> Path:
    """A folder of rules: those named, else all."""
    folder.mkdir(parents=True, exist_ok=True)
    for rule_id in rule_ids or (*_RULES, UNKNOWN):
        if rule_id in _RULES:
            text = _HEAD.format(id=rule_id) + textwrap.dedent(_RULES[rule_id])
            (folder / f"{rule_id.lower()}.yml").write_text(text)
        else:
            shutil.copy(shipped.rules_folder() / f"{rule_id.lower()}.yml", folder)
    return folder


def line(number: int, kg: float | str = 60, day: date | str = DAY, **cells: Any) -> dict[str, Any]:
    """A row of a manifest: ephedrine for Zenith, under a declaration of its own."""
    return {
        "declaration id": f"D{number}",
        "item number": "1",
        "bill of lading": f"B{number}",
        "house bill of lading": "",
        "message function": "original",
        "date": day,
        "pen reference": "",
        "description of goods": "EPHEDRINE",
        "hs code": "293941",
        "net weight kg": kg,
        **{name.replace("_", " "): value for name, value in cells.items()},
    }


class Office:
    """Screens rows with one ledger, a run a day."""

    def __init__(self, url: str, reference: Reference, folder: Path, *rule_ids: str) -> None:
        """With the rules named, else all: what a run costs goes by their number."""
        self.url = url
        compiled = load_rulebook([write_rules(folder, *rule_ids)]).compiled
        self.reference = replace(reference, rules=compiled, watchlists=(), parties_wanted=False, registers={})
        self.runs = 0

    def screen(self, *rows: Mapping[str, Any], as_of: date = DAY, fail_on: str = "high", **changes: Any) -> Run:
        """One run; `changes` of the reference."""
        self.runs += 1
        reference = replace(self.reference, as_of=as_of, **changes)
        source = Source(f"run-{self.runs}.csv", content=table(rows))
        started = datetime(2026, 11, 1, 6, tzinfo=UTC) + timedelta(days=self.runs)
        with LedgerMemory(self.url, 0.0, reference) as memory:
            result = run((source,), ReadOptions(), reference, fail_on=fail_on, started=started, remember=memory.of_run)
            memory.record(result.screened, result.report, result.inputs)
            memory.delivered()
        return result

    def ledger(self) -> Ledger:
        """The ledger, to be looked at."""
        return open_ledger(self.url, create=False)

    def clear(self, flag: Mapping[str, Any], until: str = "") -> None:
        """An officer's clearance of a flag."""
        with self.ledger() as ledger:
            place = (flag["flag_id"], flag["line_id"])
            verdict = Verdict(*place, "cleared", "licensed", "seen", "N. Officer", "2026-11-02T08:00:00+00:00", until)
            ledger.add_verdicts([verdict])


class Desk:
    """Where one scenario of many screens: its rows go into the run of all of them, under bills and consignees of its own."""

    def __init__(self, number: int, office: Office) -> None:
        self.asked: SimpleQueue[list[dict[str, Any]] | None] = SimpleQueue()
        self.told: SimpleQueue[Any] = SimpleQueue()
        self.fault: BaseException | None = None
        self.clear = office.clear
        self._office = office
        self._own = f"S{number:02}-"
        self._consignees = {name: consignee(2 * number + n) for n, name in enumerate((None, "Other Works Ltd"))}

    def screen(self, *rows: Mapping[str, Any]) -> Any:
        """What the report of the run says of these rows and of earlier ones of this scenario."""
        self.asked.put([self._row(dict(row)) for row in rows])
        return self.told.get()

    def play(self, scenario: Callable[[Desk], None]) -> None:
        """All of a scenario, in a thread of its own."""
        try:
            scenario(self)
        except BaseException as fault:  # noqa: BLE001
            self.fault = fault  # raised in the test of that scenario
        self.asked.put(None)

    def kept(self, rule_id: str) -> list[str]:
        """The flags of a rule that the ledger holds of this scenario."""
        with self._office.ledger() as ledger:
            flags = ledger.flags(rule_id=rule_id).to_pylist()
        return [str(f["flag_id"]) for f in flags if f["shipment_id"].startswith(self._own)]

    def view(self, result: Run) -> Any:
        """The flags of this scenario, with bills as it knows them."""
        flags = result.report.flags
        flags = flags.filter(pc.starts_with(flags.column("shipment_id"), self._own))
        at = flags.column_names.index("shipment_id")
        bills = pc.replace_substring(flags.column("shipment_id"), self._own, "")
        seen = SimpleNamespace(flags=flags.set_column(at, "shipment_id", bills), suppressed=result.report.suppressed)
        return SimpleNamespace(report=seen)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        for name in ("declaration id", "bill of lading", "house bill of lading"):
            row[name] = row[name] and self._own + row[name]
        return {**row, "consignee": self._consignees[row.get("consignee")]}


def consignee(number: int) -> str:
    """A name that looks like none of the others."""
    syllables = ("ba", "do", "fe", "gi", "ku", "lo", "ma", "ni", "po", "ru")
    first, second = syllables[number // 10], syllables[number % 10]
    return f"{first}{second}{first} {second}{second}{first} Works Ltd".title()


def play_together(office: Office, scenarios: Mapping[str, Callable[[Desk], None]]) -> dict[str, BaseException | None]:
    """What is wrong with each scenario. They take turns, and share as many runs as the longest of them has: a run costs what it costs
    whether one scenario is in it or all are."""
    desks = [Desk(number, office) for number in range(len(scenarios))]
    asking: dict[Desk, list[dict[str, Any]]] = {}

    def hear(desk: Desk) -> None:
        rows = desk.asked.get()
        asking.pop(desk, None)
        if rows is not None:
            asking[desk] = rows

    for desk, scenario in zip(desks, scenarios.values(), strict=True):
        threading.Thread(target=desk.play, args=(scenario,), daemon=True).start()
        hear(desk)
    while asking:
        result = office.screen(*(row for rows in asking.values() for row in rows))
        for desk in list(asking):
            desk.told.put(desk.view(result))
            hear(desk)
    return {name: desk.fault for name, desk in zip(scenarios, desks, strict=True)}


def notifications(*references: str) -> dict[str, pa.Table]:
    """A register of pre-export notifications."""
    rows = [{"reference": r, "substance": "Ephedrine", "substance_id": "ephedrine", "status": "sent"} for r in references]
    return {"pre-export-notifications": pa.Table.from_pylist(rows, schema=schema_of("pre-export-notifications"))}


def states(result: Run) -> list[tuple[str, str]]:
    """(rule, state) of every flag of a report."""
    columns = (result.report.flags.column(c).to_pylist() for c in ("rule_id", "state"))
    return sorted(zip(*columns, strict=True))


def of_rule(result: Run, rule_id: str) -> list[dict[str, Any]]:
    """The flags of one rule."""
    return [f for f in result.report.flags.to_pylist() if f["rule_id"] == rule_id]


def ids(flags: Iterable[Mapping[str, Any]]) -> set[str]:
    """Their flag ids."""
    return {str(f["flag_id"]) for f in flags}
