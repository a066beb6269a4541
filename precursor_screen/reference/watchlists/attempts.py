"""`attempts.jsonl` of a list: every import and check, whether it changed anything or not. It is only ever appended to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

ATTEMPTS_FILE = "attempts.jsonl"
IMPORTED, REFUSED, UNCHANGED = "imported", "refused", "unchanged"


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


def read_attempts(place: Path) -> list[dict[str, str]]:
    """The attempts on record (at, ISO 8601, UTC; outcome; reason, if refused), oldest first.

    A line that a killed process left half written is none.
    """
    path = place / ATTEMPTS_FILE
    found = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        with suppress(ValueError):
            attempt = json.loads(line)
            if isinstance(attempt, dict) and {"outcome", "reason"} <= attempt.keys():
                found.append({name: str(attempt.get(name, "")) for name in ("at", "outcome", "reason")})
    return found
