"""What goes into a ledger and comes back, beside what the kernel knows of (`memory`): plain values, no connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from msgspec import Struct, field

from precursor_screen.core.model import NEWS, OPEN

NEW, EXISTING, ESCALATED, SUPPRESSED, RESOLVED = "new", "existing", "escalated", "suppressed", "resolved"
NEWS_IN_SQL, OPEN_IN_SQL = (", ".join(f"'{state}'" for state in states) for states in (NEWS, OPEN))
REOPENED, CLEARED, REFERRED, CONFIRMED, INCONCLUSIVE = "open", "cleared", "referred", "confirmed", "inconclusive"
VERDICTS = (REOPENED, CLEARED, REFERRED, CONFIRMED, INCONCLUSIVE)
RECOUNTED = "recounted"  # of a movement that was recorded once more, with the mass that it counts with now


REFERENCE = "reference"  # under the options of a run: editions and digests of the tables and lists that it judged with


class RunRecord(Struct, frozen=True):
    """A run as the ledger remembers it.

    Attributes:
        started: when, with its time zone.
        tool_version: of this program.
        as_of: the day that judged expiries, and on which a clearance still holds or does not.
        jurisdiction: empty where none was set.
        options: as the report shows them.
        rules_sha256: of the rules that were applied.
        inputs: as the report's provenance lists them.
        run_id: empty: the ledger takes a hash of all of this and the run's number.
    """

    started: datetime
    tool_version: str
    as_of: date
    jurisdiction: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    rules_sha256: str = ""
    inputs: tuple[Mapping[str, Any], ...] = ()
    run_id: str = ""

    def columns(self, run_no: int) -> dict[str, Any]:
        """The columns of the table `runs`."""
        row: dict[str, Any] = {
            "run_no": run_no,
            "started": self.started.isoformat(timespec="seconds"),
            "tool_version": self.tool_version,
            "as_of": self.as_of.isoformat(),
            "jurisdiction": self.jurisdiction,
            "options": json.dumps(dict(self.options), ensure_ascii=True, sort_keys=True, default=str),
            "rules_sha256": self.rules_sha256,
            "inputs": json.dumps([dict(i) for i in self.inputs], ensure_ascii=True, sort_keys=True, default=str),
        }
        content = json.dumps(row, sort_keys=True).encode()
        return {**row, "run_id": self.run_id or hashlib.sha256(content).hexdigest()[:32]}


class FileRecord(Struct, frozen=True):
    """A file that a run has screened: SHA-256 of its bytes, name, size in bytes, lines read from it."""

    sha256: str
    name: str
    bytes: int
    lines: int


class Verdict(Struct, frozen=True):
    """An officer's verdict on a flag; `officer` and `second` are recorded, not authenticated.

    Attributes:
        flag_id: which flag.
        line_id: the content that was looked at: the verdict holds for no other.
        verdict: open (an earlier verdict is taken back), cleared, referred, confirmed or inconclusive.
        reason: a short code.
        text: in the officer's words.
        officer: who.
        at: when, ISO 8601 with time zone.
        until: last day of a clearance, ISO 8601; empty: as long as the line stays what it is.
        second: another officer who agrees, as a clearance of a critical flag needs; empty: none.
    """

    flag_id: str
    line_id: str
    verdict: str
    reason: str
    text: str
    officer: str
    at: str
    until: str = ""
    second: str = ""

    @property
    def who(self) -> str:
        """All that agreed to it."""
        return f"{self.officer} and {self.second}" if self.second else self.officer


class Pruned(Struct, frozen=True):
    """What `prune` removed, and what it kept of the flags that are old enough."""

    before: date
    movements: int
    flags: int
    lines: int
    kept_open: int
    kept_with_verdict: int


def now() -> str:
    """The time as the ledger writes it: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
