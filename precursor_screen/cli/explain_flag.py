"""`explain FLAG`: one flag in full, from the ledger or from a JSON report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from precursor_screen.cli import common
from precursor_screen.config import ledger_of, rule_dirs_of
from precursor_screen.model import Rule

_BESIDE = 20  # lines of a window that are shown with what is filed in them


def explain_flag(ctx: click.Context, identifier: str, report: Path | None, url: str | None) -> str | None:
    """The flag of that id, or of its beginning; None: there is none.

    Raises:
        UsageError: several begin so, or the report is none.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.casework.targets import LEAST, choose
    from precursor_screen.reports.printable import printable

    if len(identifier) < LEAST:
        return None
    for text in dict.fromkeys((identifier, identifier.lower())):
        flags, lines = _of_report(text, report) if report is not None else _of_ledger(ctx, text, url)
        flag = choose(flags, text)
        if flag is not None:
            return "\n".join(printable(line) for line in _show(flag, lines, _rule_of(ctx, flag)))
    return None


def where_flags_are(ctx: click.Context, report: Path | None, url: str | None) -> str:
    """What to do about a flag that was not found."""
    from precursor_screen.reports.printable import printable

    if report is not None:
        return "Check the id."
    place = _ledger_url(ctx, url)
    if _is_missing(place):
        return "A flag is looked up in the report that holds it, --report report.json, or in a ledger; there is none yet."
    return f"Flags were looked up in {printable(_shown(place))}; for one of a report give --report report.json."


def _ledger_url(ctx: click.Context, given: str | None) -> str:
    values = common.settings(ctx)
    return ledger_of(values, given) or ledger_of(values, "home")


def _shown(url: str) -> str:
    from precursor_screen.ledger.database import parse_url, shown_url

    return shown_url(parse_url(url))


def ledger_is_missing(ctx: click.Context) -> bool:
    """Whether the ledger of the settings, or that of the home, is a file that does not exist."""
    return _is_missing(_ledger_url(ctx, None))


def _is_missing(url: str) -> bool:
    """Whether it is a file that does not exist."""
    return url.startswith("sqlite:") and not Path(_shown(url)).exists()


Lines = Mapping[str, dict[str, Any]]  # line_id -> source_file, source_row, cells


def _of_ledger(ctx: click.Context, identifier: str, given: str | None) -> tuple[list[dict[str, Any]], Lines]:
    from precursor_screen.cli.ledger import open_existing

    # Without --ledger there need be none: most ids are not of flags.
    if not given and _is_missing(_ledger_url(ctx, None)):
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
    from precursor_screen.errors import UsageError, Where

    try:
        document = json.loads(report.read_text(encoding="utf-8"))
        flags = [f for f in document["flags"] if f["flag_id"].startswith(identifier)]
        lines = {line["line_id"]: line for line in document["lines"]}
        for flag in flags:  # a report of somebody else's making fails here, where it can be said what it is
            _show(flag, lines, None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            "is no JSON report of this program", where=Where(str(report)), remedy="Write one with -o report.json."
        ) from error
    return flags, lines


def _rule_of(ctx: click.Context, flag: Mapping[str, Any]) -> Rule | None:
    """The rule as it is now, of those that ship and the site's own; None: there is none of that id any more."""
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    folders = rule_dirs_of(common.settings(ctx), (), only=False)
    return next((r for r in load_rulebook(rule_folders(folders)).rules if r.id == flag["rule_id"]), None)


def _show(flag: Mapping[str, Any], lines: Lines, rule: Rule | None) -> list[str]:
    score = "" if flag.get("score") is None else f", score {flag['score']:g}"
    filed = lines.get(flag["line_id"], {})
    return [
        f"{flag['level'].upper()}  {flag['because']}",
        f"  flag {flag['flag_id']}, {flag['state']}, confidence {flag['confidence']}{score}",
        *_recorded(flag),
        *(_verdict(v, flag["line_id"]) for v in flag.get("verdicts", ())),
        *_rule(flag, rule),
        f"  shipment {flag['shipment_id']}, line {flag['line_id']}: {flag['source_file']}, row {flag['source_row']}",
        "  evidence:",
        *(f"    {e['field']}: {e['as_written']}{_match(e)}" for e in flag["evidence"]),
        "  the line as filed:" if filed else "  The line as filed is not kept here.",
        *(f"    {name}: {value}" for name, value in filed.get("cells", {}).items()),
        *_beside(flag["window_line_ids"] or [], lines),
    ]


def _match(item: Mapping[str, Any]) -> str:
    """Where a match stands, and as what it was compared."""
    if "candidate" not in item:
        return ""
    place = f", characters {item['start'] + 1} to {item['end']}" if item["start"] is not None else ""
    return f"{place}, compared as {item['compared_as']} with {item['candidate']}, by {item['method']}, {item['score']:g}"


def _recorded(flag: Mapping[str, Any]) -> list[str]:
    """When the ledger's runs met the flag."""
    runs = flag.get("recorded")
    if not runs:
        return []
    over = f", resolved by the run of {runs['resolved']}" if runs["resolved"] else ""
    return [f"  first raised by the run of {runs['first']}, last by that of {runs['last']}{over}"]


def _verdict(verdict: Mapping[str, Any], line_id: str) -> str:
    until = f" until {verdict['until']}" if verdict["until"] else ""
    other = "" if verdict["line_id"] == line_id else ", of an earlier content of the line"
    text = f": {verdict['text']}" if verdict["text"] else ""
    who = f"{verdict['officer']} and {verdict['second']}" if verdict.get("second") else verdict["officer"]
    return f"  {verdict['verdict']}{until} by {who}, {verdict['at'][:10]} ({verdict['reason']}{text}){other}"


def _rule(flag: Mapping[str, Any], rule: Rule | None) -> list[str]:
    from precursor_screen.reports.report import MARKS, legal_basis

    basis = flag.get("legal_basis") or (legal_basis(rule) if rule else [])
    title = flag.get("title") or (rule.title if rule else "a rule that is not applied any more")
    now = f" (now {rule.version})" if rule and rule.version != flag["rule_version"] else ""
    return [
        f"  rule {flag['rule_id']} {flag['rule_version']}{now}: {title}",
        *(f"  basis: {', '.join(t for t in (b['title'], b['note']) if t)} ({MARKS.get(b['mark'], b['mark'])})" for b in basis),
        *(f"  innocent explanation: {text}" for text in (rule.falsepositives if rule else ())),
        *([f"  action: {rule.action}"] if rule and rule.action else []),
    ]


def _beside(line_ids: list[str], lines: Lines) -> list[str]:
    """The other lines of the window, each in one line."""
    if not line_ids:
        return []
    places = sorted((str(lines[i]["source_file"]), int(lines[i]["source_row"] or 0), i) for i in line_ids if i in lines)
    shown = [
        f"    {file}, row {row} ({line_id}): " + "; ".join(f"{n}: {v}" for n, v in lines[line_id]["cells"].items())
        for file, row, line_id in places[:_BESIDE]
    ]
    unknown = [i for i in line_ids if i not in lines]
    rest = len(line_ids) - len(shown) - len(unknown)
    return [
        f"  with {len(line_ids):,} other {'line' if len(line_ids) == 1 else 'lines'}:",
        *shown,
        *([f"    and {rest:,} more"] if rest else []),
        *(f"    line {i}, whose cells are not kept here" for i in unknown[:_BESIDE]),
        *([f"    and {len(unknown) - _BESIDE:,} more of which no cells are kept"] if len(unknown) > _BESIDE else []),
    ]
