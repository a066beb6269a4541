"""Officers' verdicts on flags: one by one, or as a CSV file that goes to a colleague and comes back."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, UsageError, Where
from precursor_screen.ledger.store import Ledger
from precursor_screen.ledger.values import CLEARED, OPEN, SUPPRESSED, VERDICTS, Disposition
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.reports.interface import PRIVATE, defuse, whole_file

LEAST = 6  # characters of a flag's id; fewer are too few to mean one
CLEARED_DAYS = 365  # how long a clearance holds that names no last day
REASONS = ("licensed", "end-use-confirmed", "other-party", "other-substance", "data-error", "sampled", "referred", "other")
COLUMNS = tuple(f.name for f in fields(Disposition))
_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST_TEXT = 10_000  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """A verdict as somebody states it; empty parts take their default. flag: an id or its beginning."""

    flag: str
    verdict: str
    reason: str
    text: str = ""
    officer: str = ""
    until: str = ""
    line_id: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of some verdicts: how many were added, how many were there already, and those that were asked for."""

    added: int
    repeated: int
    verdicts: tuple[Disposition, ...]


def add_verdicts(ledger: Ledger, drafts: Sequence[tuple[Where, Draft]], officer: str, now: datetime) -> Added:
    """Adds verdicts: all of them or none.

    Args:
        ledger: that holds the flags.
        drafts: where each stands, and what it says.
        officer: who speaks where a draft does not say.
        now: when, likewise; its day begins a clearance.

    Raises:
        UsageError: a verdict that is not one, a flag that is unknown or not unique; several of them as one group.
    """
    verdicts: list[Disposition] = []
    errors: list[PrecursorScreenError] = []
    for where, draft in drafts:
        try:
            verdicts.append(_complete(ledger, draft, officer, now, where))
        except UsageError as error:
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    added, repeated = ledger.add_dispositions(verdicts)
    return Added(added, repeated, tuple(verdicts))


def _complete(ledger: Ledger, draft: Draft, officer: str, now: datetime, where: Where) -> Disposition:
    if draft.verdict not in VERDICTS:
        remedy = did_you_mean(draft.verdict, VERDICTS) or f"Use one of {', '.join(VERDICTS)}."
        raise UsageError(f"{draft.verdict!r} is no verdict", where=where, remedy=remedy)
    if not _REASON.fullmatch(draft.reason):
        raise UsageError(
            f"{draft.reason!r} is no reason code",
            where=where,
            remedy=f"Use small letters, digits and hyphens: {', '.join(REASONS)}.",
        )
    if len(draft.text) > _MOST_TEXT:
        raise UsageError(f"the text has {len(draft.text):,} characters", where=where, remedy=f"At most {_MOST_TEXT:,}.")
    flag = find_flag(ledger, draft.flag, where)
    at = _moment(draft, now, where)
    return Disposition(
        flag_id=flag["flag_id"],
        line_id=draft.line_id or flag["line_id"],
        verdict=draft.verdict,
        reason=draft.reason,
        text=draft.text.replace("\x00", "\ufffd"),
        officer=(draft.officer or officer).replace("\x00", "\ufffd"),
        at=at.isoformat(timespec="seconds"),
        until=_last_day(draft, at, now, where),
    )


def _moment(draft: Draft, now: datetime, where: Where) -> datetime:
    if not draft.at:
        return now.astimezone(UTC)
    try:
        at = datetime.fromisoformat(draft.at)
    except ValueError as error:
        raise UsageError(f"{draft.at!r} is no time", where=where, remedy="Write it as 2026-11-25T08:30:00+00:00.") from error
    if at.tzinfo is None:
        raise UsageError(f"{draft.at!r} has no time zone", where=where, remedy="Write it as 2026-11-25T08:30:00+00:00.")
    return at


def _last_day(draft: Draft, at: datetime, now: datetime, where: Where) -> str:
    """Only a clearance ends. One that was given earlier may have ended since."""
    if draft.verdict != CLEARED:
        if draft.until:
            raise UsageError(f"a verdict {draft.verdict!r} has no last day", where=where, remedy="Leave it out.")
        return ""
    if not draft.until:
        return (at.date() + timedelta(days=CLEARED_DAYS)).isoformat()
    try:
        day = date.fromisoformat(draft.until)
    except ValueError as error:
        raise UsageError(f"{draft.until!r} is no date", where=where, remedy="Write it as 2026-11-25.") from error
    if day < now.date() and not draft.at:
        raise UsageError(f"the clearance would have ended on {day}", where=where, remedy="Name a day that is to come.")
    return day.isoformat()


def find_flag(ledger: Ledger, identifier: str, where: Where | None = None) -> dict[str, Any]:
    """The flag of an id, or of its beginning.

    Raises:
        UsageError: none, or several.
    """
    if len(identifier) < LEAST:
        raise UsageError(f"{identifier!r} is too short for a flag", where=where, remedy=f"Give at least {LEAST} characters.")
    found = ledger.flags(flag_id=identifier).to_pylist()
    exact = [f for f in found if f["flag_id"] == identifier]
    if len(exact or found) != 1:
        problem = f"{len(found)} flags begin with {identifier!r}" if found else f"no flag {identifier!r} is in the ledger"
        raise UsageError(problem, where=where, remedy="`precursor-screen review list` shows the flags.")
    flag: dict[str, Any] = (exact or found)[0]
    return flag


def states_of(name: str) -> tuple[str, ...]:
    """The states that `open`, `all` or a state itself stands for."""
    return {"open": OPEN, "all": (), "cleared": (SUPPRESSED,)}.get(name, (name,))


def write_verdicts(ledger: Ledger, target: Path, mode: int = PRIVATE) -> int:
    """Writes all verdicts as CSV, formulas defused, with some permissions.

    Returns:
        How many.

    Raises:
        UsageError: the file cannot be written.
    """
    verdicts = ledger.dispositions()
    with whole_file(target, mode) as stream:
        stream.write(
            "\r\n".join([_csv_line(COLUMNS), *(_csv_line(asdict(v).values()) for v in verdicts), ""]).encode("utf-8-sig")
        )
    return len(verdicts)


def _csv_line(values: Iterable[str]) -> str:
    return ",".join(f'"{defuse(v).replace(chr(34), chr(34) * 2)}"' for v in values)


LONGEST_CELL = 100_000  # characters


def read_verdicts(source: Path) -> list[tuple[Where, Draft]]:
    """Reads verdicts from CSV: flag_id, verdict and reason; text, officer, until, line_id and at may be there.

    Raises:
        UsageError: the file cannot be read, or lacks a column.
    """
    # The limit of the module is the process's, and other readers raise it: what a cell may hold is judged below.
    csv.field_size_limit(1 << 30)
    try:
        with source.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restkey="", restval="")
            names = list(reader.fieldnames or ())
            missing = [n for n in ("flag_id", "verdict", "reason") if n not in names]
            unknown = [n for n in names if n not in COLUMNS]
            if missing or unknown:
                problem = f"lacks the column {missing[0]}" if missing else f"has a column {unknown[0]!r}, which is not known"
                raise UsageError(problem, where=Where(str(source)), remedy=f"The columns are {', '.join(COLUMNS)}.")
            return [(Where(str(source), n), _draft(row, Where(str(source), n))) for n, row in enumerate(reader, 2)]
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", where=Where(str(source)), remedy="Check path and permissions."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"is no CSV in UTF-8: {error}", where=Where(str(source)), remedy="Save it as CSV, UTF-8.") from error


def _draft(row: dict[str, Any], where: Where) -> Draft:
    if any(len(cell) > LONGEST_CELL for cell in row.values()):
        raise UsageError(
            f"holds a cell of more than {LONGEST_CELL:,} characters", where=where, remedy="Close the quotes before it."
        )
    if row.pop("", None):
        raise UsageError("has more cells than the header", where=where, remedy="Put quotes around texts that hold commas.")
    cells = {name: _as_written(value if name == "text" else value.strip()) for name, value in row.items()}
    return Draft(flag=cells.pop("flag_id"), **cells)


def _as_written(text: str) -> str:
    """Undoes `defuse`, so that what was exported comes back word for word."""
    return text[1:] if text.startswith("'") and defuse(text[1:]) == text else text
