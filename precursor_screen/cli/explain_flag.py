"""`explain FLAG`: one flag in full, from the ledger or from a JSON report."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict

from precursor_screen.app.config import rule_dirs_of
from precursor_screen.cli import common
from precursor_screen.cli.ledger import open_existing, place_of
from precursor_screen.core.model import Rule

if TYPE_CHECKING:
    from precursor_screen.cases.explained import Lines


def explain_flag(ctx: click.Context, identifier: str, report: Path | None, url: str | None) -> str | None:
    """The flag of that id, or of its beginning; None: there is none.

    Raises:
        UsageError: several begin so, or the report is none.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.cases.explained import explain_lines
    from precursor_screen.cases.targets import LEAST, choose
    from precursor_screen.core.printable import printable

    if len(identifier) < LEAST:
        return None
    for text in dict.fromkeys((identifier, identifier.lower())):
        flags, lines = _of_report(text, report) if report is not None else _of_ledger(ctx, text, url)
        flag = choose(flags, text)
        if flag is not None:
            return "\n".join(printable(line) for line in explain_lines(flag, lines, _rule_of(ctx, flag)))
    return None


def where_flags_are(ctx: click.Context, report: Path | None, url: str | None) -> str:
    """What to do about a flag that was not found."""
    from precursor_screen.core.printable import printable

    if report is not None:
        return "Check the id."
    place = place_of(ctx, url)
    if _is_missing(place):
        return "A flag is looked up in the report that holds it, --report report.json, or in a ledger; there is none yet."
    return f"Flags were looked up in {printable(_shown(place))}; for one of a report give --report report.json."


def _shown(url: str) -> str:
    from precursor_screen.history.database import parse_url, shown_url

    return shown_url(parse_url(url))


def ledger_is_missing(ctx: click.Context) -> bool:
    """Whether the ledger of the settings, or that of the home, is a file that does not exist."""
    return _is_missing(place_of(ctx, None))


def _is_missing(url: str) -> bool:
    """Whether it is a file that does not exist."""
    return url.startswith("sqlite:") and not Path(_shown(url)).exists()


def _of_ledger(ctx: click.Context, identifier: str, given: str | None) -> tuple[list[dict[str, Any]], Lines]:
    # Without --ledger there need be none: most ids are not of flags.
    if not given and _is_missing(place_of(ctx, None)):
        return [], {}
    with open_existing(ctx, given, 0) as ledger:
        flags = ledger.flags(flag_id=identifier).to_pylist()
        lines: dict[str, dict[str, Any]] = {}
        if len(flags) == 1:
            (flag,) = flags
            flag["evidence"] = json.loads(flag["evidence"] or "[]")
            flag["verdicts"] = [asdict(v) for v in ledger.dispositions(flag["flag_id"])]
            flag["recorded"] = ledger.history_of(flag["flag_id"])
            cited = [flag["line_id"], *(flag["window_line_ids"] or ())]
            lines = {r["line_id"]: {**r, "cells": json.loads(r["cells"])} for r in ledger.cited_lines(cited).to_pylist()}
    return flags, lines


def _of_report(identifier: str, report: Path) -> tuple[list[dict[str, Any]], Lines]:
    from precursor_screen.cases.explained import explain_lines

    with reading(report) as document:
        flags = [f for f in document["flags"] if f["flag_id"].startswith(identifier)]
        lines = {line["line_id"]: line for line in document["lines"]}
        for flag in flags:  # a report of somebody else's making fails here, where it can be said what it is
            explain_lines(flag, lines, None)
    return flags, lines


@contextlib.contextmanager
def reading(report: Path) -> Iterator[Any]:
    """What a JSON report says.

    Raises:
        UsageError: it is none, or of somebody else's making, which shows when it is looked into.
    """
    from precursor_screen.core.errors import UsageError, Where

    try:
        yield json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        remedy = "Write one with -o report.json."
        raise UsageError("is no JSON report of this program", where=Where(str(report)), remedy=remedy) from error


def _rule_of(ctx: click.Context, flag: Mapping[str, Any]) -> Rule | None:
    """The rule as it is now, of those that ship and the site's own; None: there is none of that id any more."""
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    folders = rule_dirs_of(common.settings(ctx), (), only=False)
    return next((r for r in load_rulebook(rule_folders(folders)).rules if r.id == flag["rule_id"]), None)
