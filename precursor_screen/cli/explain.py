"""`explain`: one thing in full, whatever its id names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from precursor_screen.cli import common

_LEAST = 6  # characters of a flag's id; fewer are too few to mean one


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--report", type=click.Path(path_type=Path), help="JSON report that holds the flag.")
@click.pass_context
def command(ctx: click.Context, identifier: str, report: Path | None) -> None:
    """Explain a flag, a rule, a substance, a watchlist entry (LIST:ENTRY) or an issue code, in full.

    \b
    Examples:
      precursor-screen explain PS-CHEM-003
      precursor-screen explain acetic-anhydride
      precursor-screen explain unparsed-quantity
      precursor-screen explain sample:S001
      precursor-screen explain 4f2c... --report report.json
    """
    from precursor_screen.errors import UsageError

    explainers: tuple[Callable[[], str | None], ...] = (
        lambda: _issue(identifier),
        lambda: _rule(identifier),
        lambda: _substance(identifier),
        lambda: _entry(ctx, identifier),
        lambda: _flag(identifier, report),
    )
    for explainer in explainers:
        text = explainer()
        if text is not None:
            click.echo(text)
            return
    remedy = _nearest(identifier)
    if not remedy:
        remedy = "A flag is looked up in the report that holds it: --report report.json" if report is None else "Check the id."
    raise UsageError(f"nothing is called {identifier!r}", remedy=remedy)


def _nearest(identifier: str) -> str:
    from precursor_screen.cli.substances import load_table
    from precursor_screen.issues import ISSUE_CODES
    from precursor_screen.names.suggest import did_you_mean
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    rules = [r.id for r in load_rulebook(rule_folders()).rules]
    return did_you_mean(identifier, [*ISSUE_CODES, *(s.substance_id for s in load_table().substances), *rules])


def _issue(identifier: str) -> str | None:
    from precursor_screen.issues import ISSUE_CODES

    code = ISSUE_CODES.get(identifier)
    return f"{code.code} ({code.effect})\n  {code.title}.\n  Remedy: {code.remedy}" if code else None


def _rule(identifier: str) -> str | None:
    from precursor_screen.cli.rules import show_rule
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    if not identifier.upper().startswith("PS-"):
        return None
    rules = {r.id: r for r in load_rulebook(rule_folders()).rules}
    rule = rules.get(identifier.upper())
    return show_rule(rule) if rule else None


def _substance(identifier: str) -> str | None:
    from precursor_screen.cli.substances import load_table, show_substance

    table = load_table()
    found = next((s for s in table.substances if s.substance_id == identifier), None)
    return show_substance(found, table) if found else None


def _entry(ctx: click.Context, identifier: str) -> str | None:
    from precursor_screen.api import open_watchlists
    from precursor_screen.reports.printable import printable

    list_id, separator, entry_id = identifier.partition(":")
    if not separator:
        return None
    (watchlist,) = open_watchlists([list_id], common.home_folder(common.settings(ctx)))
    try:
        entry = watchlist.entry(entry_id)
    except KeyError:
        return None
    lines = [f"{entry.primary_name}  [{list_id} {entry_id}], {entry.kind}, list of {watchlist.manifest.list_date}"]
    lines += [f"  name ({n.kind}): {n.name}" for n in entry.names]
    lines += [f"  address: {a}" for a in entry.addresses]
    lines += [f"  {kind}: {value}" for kind, value in entry.identifiers]
    lines += [f"  countries: {', '.join(entry.countries)}"] if entry.countries else []
    lines += [f"  programmes: {', '.join(entry.programmes)}"] if entry.programmes else []
    lines += [f"  listed: {entry.listed or 'not stated'}; de-listed: {entry.delisted or 'no'}"]
    lines += [f"  note: {entry.note}"] if entry.note else []
    return "\n".join(printable(line) for line in lines)


def _flag(identifier: str, report: Path | None) -> str | None:
    from precursor_screen.errors import UsageError, Where
    from precursor_screen.reports.printable import printable

    if report is None:
        return None
    try:
        document = json.loads(report.read_text(encoding="utf-8"))
        found = [f for f in document["flags"] if f["flag_id"].startswith(identifier)] if len(identifier) >= _LEAST else []
        lines = {line["line_id"]: line["cells"] for line in document["lines"]}
        shown = [_flag_lines(f, lines.get(f["line_id"], {})) for f in found]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            "is no JSON report of this program", where=Where(str(report)), remedy="Write one with -o report.json."
        ) from error
    if len(shown) > 1:
        raise UsageError(f"{len(shown)} flags begin with {identifier!r}", where=Where(str(report)), remedy="Give more of the id.")
    return "\n".join(printable(line) for line in shown[0]) if shown else None


def _flag_lines(flag: dict[str, Any], cells: dict[str, str]) -> list[str]:
    return [
        f"{flag['level'].upper()}  {flag['because']}",
        f"  flag {flag['flag_id']}, {flag['state']}, confidence {flag['confidence']}",
        f"  rule {flag['rule_id']} {flag['rule_version']}: {flag['title']}",
        *(f"  basis: {b['title']} {b['note']} (mark {b['mark']})" for b in flag["legal_basis"]),
        f"  shipment {flag['shipment_id']}, line {flag['line_id']}: {flag['source_file']}, row {flag['source_row']}",
        *(f"  with line {other}" for other in flag["window_line_ids"]),
        "  evidence:",
        *(f"    {e['field']}: {e['as_written']}" for e in flag["evidence"]),
        "  the line as filed:",
        *(f"    {name}: {value}" for name, value in cells.items()),
    ]
