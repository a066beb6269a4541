"""An office that screens the lines of schemes with a few rules whose outcome is easily reckoned."""

from __future__ import annotations

import json
import textwrap
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import run
from precursor_screen.history.store import open_ledger
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference, load_rulebook
from tests.schemes.ways import Row
from tests.screening import table

DAY = date(2026, 3, 1)
AS_OF = date(2026, 8, 1)
_HEAD = """\
schema: 1
id: {id}
version: 1.0.0
title: Scheme rule {letter}
status: test
level: high
confidence: medium
weight: 35
subject: substance
falsepositives: [It is a test]
action: Look at the test.
"""
_ANY = """
detection:
  any: {substance_id|exists: true}
  condition: any
"""
_RULES = {
    "L": ("line", "requires: [substance_mass_kg]\ndetection:\n  large: {substance_mass_kg|gte: 50}\n  condition: large\n"),
    "S": (
        "history",
        f"""requires: [consignee_key, substance_mass_kg]{_ANY}correlation:
  type: value_sum
  field: substance_mass_kg
  group-by: [consignee_key, substance_id]
  timespan: 30d
  condition: {{gte: 100}}
  emit: crossing
""",
    ),
    "C": (
        "history",
        f"""requires: [consignee_key]{_ANY}correlation:
  type: event_count
  group-by: [consignee_key, substance_id]
  timespan: 30d
  condition: {{gte: 3}}
  emit: crossing
""",
    ),
    "P": (
        "history",
        f"""applies: {{permit_reference|exists: true}}{_ANY}correlation:
  type: event_count
  group-by: [permit_reference]
  timespan: 365d
  condition: {{gte: 2}}
  emit: crossing
""",
    ),
    "R": (
        "history",
        f"""requires: [sender_key, receiver_key, substance_mass_kg]{_ANY}correlation:
  type: chain
  chain: [{{by: receiver_key}}, {{by: sender_key}}]
  group-by: [substance_id]
  gap: 30d
  links: 3
  closes: true
  field: substance_mass_kg
  tolerance: 0.1
  emit: crossing
""",
    ),
    "T": (
        "history",
        """applies: {previous_line_id|exists: true}
requires: [country_of_destination, previous_country_of_destination]
detection:
  moved: {country_of_destination|neq: {field: previous_country_of_destination}}
  condition: moved
""",
    ),
}
_IDS = {letter: f"PS-QTY-{801 + n}" for n, letter in enumerate(_RULES)}
_LETTERS = {rule: letter for letter, rule in _IDS.items()}
_SYLLABLES = ("ba", "do", "fe", "gi", "ku", "lo", "ma", "ni", "po", "ru")


def rows_of(lines: Sequence[dict[str, str]]) -> list[Row]:
    """Rows of a manifest, with `scheme` and `day` beside them."""
    return [row for line in lines for row in [row_of(line)] * int(line["n"] or 1)]


def row_of(stated: dict[str, str]) -> Row:
    """A row of a manifest; what is not stated is empty."""
    line = defaultdict(str, stated)
    own = f"S{line['scheme']}-"

    def number(name: str) -> str:
        return own + line[name] if line[name] else ""

    return {
        "scheme": line["scheme"],
        "day": int(line["day"]),
        "declaration id": number("declaration"),
        "bill of lading": number("bill"),
        "house bill of lading": number("house"),
        "master bill of lading": number("master"),
        "item number": line["item"],
        "container numbers": line["container"],
        "date": (DAY + timedelta(days=int(line["day"]))).isoformat(),
        "description of goods": line["goods"],
        "hs code": {"EPHEDRINE": "293941", "ACETONE": "291411", "": "", "CERAMIC TILES": "690721"}.get(line["goods"], "293941"),
        "net weight kg": line["kg"],
        "message function": line["function"],
        "version": line["version"],
        "permit number": number("permit"),
        "shipper": _party(f"{int(line['scheme']) * 10 + int(line['from']):04d}") if line["from"] else "Acme Supply Ltd",
        "consignee": _party(f"{int(line['scheme']) * 10 + int(line['to'] or 0):04d}"),
        "country of destination": line["dest"],
    }


def _party(digits: str) -> str:
    """A name of its own: no two look alike."""
    first, second = ("".join(_SYLLABLES[int(d)] for d in part) for part in (digits[:2], digits[2:]))
    return f"{first.title()} {second.title()} {_SYLLABLES[sum(map(int, digits)) % 10].title()}{first} Works Ltd"


Told = Counter[tuple[Any, ...]]


class Dies(RuntimeError):
    """A run is killed."""


class Office:
    """Screens with one ledger."""

    def __init__(self, url: str, reference: Reference, folder: Path) -> None:
        self.url = url
        folder.mkdir()
        for letter, (scope, rest) in _RULES.items():
            text = _HEAD.format(id=_IDS[letter], letter=letter) + f"scope: {scope}\n" + rest + 'explain: "{substance_name}"\n'
            (folder / f"{_IDS[letter].lower()}.yml").write_text(textwrap.dedent(text))
        rules = load_rulebook([folder]).compiled
        self.reference = replace(reference, rules=rules, watchlists=(), parties_wanted=False, registers={}, as_of=AS_OF)
        self.runs = 0

    def screen(self, files: Sequence[Sequence[Row]], dies: str = "") -> Any:
        """One run."""
        self.runs += 1
        sources = tuple(
            Source(
                f"run-{self.runs}-{n}.csv", content=table([{k: v for k, v in r.items() if k not in ("scheme", "day")} for r in f])
            )
            for n, f in enumerate(files)
        )
        started = datetime(2026, 8, 1, 6, tzinfo=UTC) + timedelta(minutes=self.runs)
        with LedgerMemory(self.url, 0.0, self.reference) as memory:
            result = run(sources, ReadOptions(), self.reference, fail_on="high", started=started, remember=memory.of_run)
            if dies == "before":
                raise Dies
            memory.record(result.screened, result.report, result.inputs)
            if dies == "after":
                raise Dies
            memory.delivered()
        return result

    def screen_and_die(self, files: Sequence[Sequence[Row]], *, recorded: bool) -> None:
        """A run that ends before it is recorded, or before it is delivered."""
        try:
            self.screen(files, "after" if recorded else "before")
        except Dies:
            return

    def open_flags(self) -> dict[str, list[str]]:
        """Scheme -> what is open of it, in order: the rules, those of lines with their bill."""
        found: dict[str, set[str]] = defaultdict(set)
        with open_ledger(self.url, create=False) as ledger:
            for flag in ledger.flags(states=("new", "existing")).to_pylist():
                scheme, bill = flag["shipment_id"][1:].split("-", 1)
                letter = _LETTERS[flag["rule_id"]]
                found[scheme].add(f"{letter}:{bill}" if letter in "LT" else letter)
        return {scheme: sorted(flags) for scheme, flags in found.items()}

    def told(self) -> dict[str, Told]:
        """What is open of each scheme: rule, substance, role, members with their days, and the greatest value; of rules of a line the
        bill, for two messages that state one item raise one flag."""
        found: dict[str, Told] = defaultdict(Counter)
        for flag in self.rows("flags"):
            if flag["state"] not in ("new", "existing"):
                continue
            members = [(flag["shipment_id"], "")]
            value = None
            if flag["episode"]:
                rows = json.loads(flag["episode"])
                members = [(line, day) for line, _, day, _ in rows]
                value = max(v for *_, v in rows if v is not None)
            scheme = flag["shipment_id"][1:].split("-", 1)[0]
            found[scheme][flag["rule_id"], flag["substance_id"], flag["party_role"], frozenset(members), value] += 1
        return found

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A table of the ledger."""
        with open_ledger(self.url, create=False) as ledger, ledger.tables() as tables:
            return [row for table, _, batches in tables for batch in batches if table == name for row in batch.to_pylist()]

    def verify(self) -> list[str]:
        """What is wrong with the ledger."""
        with open_ledger(self.url, create=False) as ledger:
            return ledger.verify()
