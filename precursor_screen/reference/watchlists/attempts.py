"""`attempts.jsonl` of a list: every import and check, whether it changed anything or not. It is only ever appended to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

ATTEMPTS_FILE = "attempts.jsonl"
IMPORTED, REFUSED, UNCHANGED = "imported", "refused", "unchanged"


class Attempt(Struct, frozen=True):
    """One attempt: when (ISO 8601, UTC), what came of it, and why, if it was refused."""

    at: str
    outcome: str
    reason: str


def record_attempt(place: Path, moment: datetime, files: Sequence[str], outcome: str, reason: str = "") -> None:
    """Append one attempt."""
    attempt = {
        "at": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "files": list(files),
        "outcome": outcome,
        "reason": reason,
    }
    path = place / ATTEMPTS_FILE
    half = path.is_file() and not path.read_bytes().endswith(b"\n")  # of a process that was killed while it wrote
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n" * half + json.dumps(attempt, ensure_ascii=True) + "\n")


def read_attempts(place: Path) -> list[Attempt]:
    """The attempts on record, oldest first; a line that a killed process left half written is none."""
    path = place / ATTEMPTS_FILE
    found = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        try:
            attempt = json.loads(line)
        except ValueError:
            continue
        if isinstance(attempt, dict) and {"outcome", "reason"} <= attempt.keys():
            found.append(Attempt(str(attempt.get("at", "")), str(attempt["outcome"]), str(attempt["reason"])))
    return found


def last_refusal(place: Path) -> str:
    """Why the last attempt was refused; empty if it was not."""
    attempts = read_attempts(place)
    return attempts[-1].reason if attempts else ""


def last_check(place: Path) -> str:
    """When the list was last found to be, or made, what the source gives; empty if never."""
    return next((a.at for a in reversed(read_attempts(place)) if a.outcome in (IMPORTED, UNCHANGED)), "")
