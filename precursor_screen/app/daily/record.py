"""What is said of a run of `daily`, as `run.json` has it: of one that published something, and of the last one whatever it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field, to_builtins
from msgspec.structs import fields

from precursor_screen.core.errors import ExitCode

SCHEMA = 1
NEW, RESCREEN = "new", "rescreen"
SCREENED, SET_ASIDE = "screened", "set-aside"
_ORDER = (ExitCode.USAGE, ExitCode.LOCKED, ExitCode.NOT_SCREENED, ExitCode.FLAGGED, ExitCode.SET_ASIDE)


def worst(*codes: int) -> ExitCode:
    """The exit code of several things: 2, 5, 4, 1, 3, 0 in that order."""
    return next((code for code in _ORDER if code in codes), ExitCode.CLEAR)


class Taken(Struct, frozen=True):
    """A file that a run took up: its digest, whether it was screened or set aside, and why."""

    name: str
    sha256: str
    bytes: int
    outcome: str
    reason: str = ""


class Delivery(Struct, frozen=True):
    """One folder of reports.

    Attributes:
        number: of the folder, counted up whatever the clock says.
        kind: `new` files, or a `rescreen` of old ones.
        day: that judged, ISO 8601.
        started: ISO 8601 with time zone.
        tool_version: of this program.
        jurisdiction: empty: none.
        run_id: of the ledger; empty: nothing could be screened, so that the ledger knows of nothing.
        exit_code: of what it holds.
        subject: of the mail.
        counts: shipments by band, flags by level, lines: what the metrics show.
        files: what was taken up.
        reference: digests of rules, tables and lists.
        settles: whether a change of these is done with.
    """

    number: int
    kind: str
    day: str
    started: str
    tool_version: str
    jurisdiction: str
    run_id: str
    exit_code: int
    subject: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Taken, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)
    settles: bool = True

    @property
    def set_aside(self) -> tuple[Taken, ...]:
        """The files that could not be read."""
        return tuple(f for f in self.files if f.outcome == SET_ASIDE)

    def to_json(self) -> str:
        """The text of `run.json`."""
        return json.dumps({"schema": SCHEMA, **to_builtins(self)}, ensure_ascii=False, indent=1) + "\n"


def delivery_from_json(text: str) -> Delivery:
    """The record of a folder.

    Raises:
        ValueError: it is none.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
        raise ValueError("no record of a run")
    names = {f.name for f in fields(Delivery)}
    try:
        files = tuple(Taken(**file) for file in data.pop("files"))
        return Delivery(files=files, **{k: v for k, v in data.items() if k in names})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no record of a run: {error}") from error
