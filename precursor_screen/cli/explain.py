"""`explain`: one thing in full, whatever its id names."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict

from precursor_screen.app.site_settings import home_of, rule_dirs_of
from precursor_screen.cli import common
from precursor_screen.cli.ledger import ledger_option, open_existing, place_of
from precursor_screen.core.model import Rule

if TYPE_CHECKING:
    from precursor_screen.cases.explained import Lines
    from precursor_screen.cases.targets import TargetResult

# `explain FLAG`: one flag in full, from the ledger or from a JSON report.


def explain_flag(identifier: str, report: Path | None, url: str | None) -> str | None:
    """The flag of that id, or of its beginning; None: there is none.

    Raises:
        UsageError: several begin so, or the report is none.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.cases.explained import explain_lines
    from precursor_screen.cases.targets import LEAST, choose
    from precursor_screen.core.words import printable

    if len(identifier) < LEAST:
        return None
    for text in dict.fromkeys((identifier, identifier.lower())):
        flags, lines = _flag_of_report(text, report) if report is not None else _flag_of_ledger(text, url)
        flag = choose(flags, text)
        if flag is not None:
            return "\n".join(printable(line) for line in explain_lines(flag, lines, _rule_of(flag)))
    return None


def where_flags_are(report: Path | None, url: str | None) -> str:
    """What to do about a flag that was not found."""
    from precursor_screen.core.words import printable

    if report is not None:
        return "Check the id: the report shows the ids of its flags and shipments."
    place = place_of(url)
    if _is_missing(place):
        return "No ledger is set, so earlier runs cannot be searched. Give the report that shows the flag: --report report.json."
    return f"Flags were looked up in {printable(_shown(place))}; for one of a report give --report report.json."


def _shown(url: str) -> str:
    from precursor_screen.history.database import parse_url, shown_url

    return shown_url(parse_url(url))


def _is_missing(url: str) -> bool:
    """Whether it is a file that does not exist."""
    return url.startswith("sqlite:") and not Path(_shown(url)).exists()


def _flag_of_ledger(identifier: str, given: str | None) -> tuple[list[dict[str, Any]], Lines]:
    # Without --ledger there need be none: most ids are not of flags.
    if not given and _is_missing(place_of(None)):
        return [], {}
    with open_existing(given, 0) as ledger:
        flags = ledger.flags(flag_id=identifier).to_pylist()
        lines: dict[str, dict[str, Any]] = {}
        if len(flags) == 1:
            (flag,) = flags
            flag["evidence"] = json.loads(flag["evidence"] or "[]")
            flag["verdicts"] = [asdict(v) for v in ledger.verdicts(flag["flag_id"])]
            flag["recorded"] = ledger.history_of(flag["flag_id"])
            cited = [flag["line_id"], *(flag["window_line_ids"] or ())]
            lines = {r["line_id"]: {**r, "cells": json.loads(r["cells"])} for r in ledger.cited_lines(cited).to_pylist()}
    return flags, lines


def _flag_of_report(identifier: str, report: Path) -> tuple[list[dict[str, Any]], Lines]:
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
    from precursor_screen.core.errors import UsageError

    try:
        yield json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        remedy = "Write one: precursor-screen screen FILE -o report.json"
        raise UsageError("is not a JSON report of this program", where=report, remedy=remedy) from error


def _rule_of(flag: Mapping[str, Any]) -> Rule | None:
    """The rule as it is now, of those that ship and the site's own; None: there is none of that id any more."""
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    folders = rule_dirs_of(common.settings(), (), only=False)
    return next((r for r in load_rulebook(rule_folders(folders)).rules if r.id == flag["rule_id"]), None)


# `explain SHIPMENT`, a bill or a party: why shipments stand where they stand, from a JSON report; from the ledger their flags.

_MOST = 20  # shipments of a party that are shown
_COUNTRY = re.compile(r" \([A-Z]{2}\)(?: and \d+ more)?$")  # behind the name of a sender or receiver


def explain_shipment(identifier: str, report: Path | None, url: str | None) -> str | None:
    """Score, band, the parts with their reasons and the flags of shipments; of the ledger their flags alone. None: none is called so.

    Args:
        identifier: a shipment, one of its references, or a party, perhaps behind `shipment:`, `bill:` or `party:`.
        report: JSON, to look in instead of the ledger.
        url: of the ledger.

    Raises:
        UsageError: the report is none; or it is a flag's beginning as well.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.core.words import printable

    lines = _shipment_of_report(identifier, report) if report is not None else _shipment_of_ledger(identifier, url)
    return "\n".join(printable(line) for line in lines) or None


def _shipment_of_ledger(identifier: str, url: str | None) -> list[str]:
    from precursor_screen.cases.targets import find

    if not url and _is_missing(place_of(None)):
        return []
    with open_existing(url, 0) as ledger:
        found = find(ledger, identifier)
    return _recorded(found) if found is not None and found.kind != "flag" else []


def _recorded(found: TargetResult) -> list[str]:
    from precursor_screen.core.words import counted

    flags = found.flags
    shipments = {f["shipment_id"] for f in flags}
    where = f" in {len(shipments):,} shipments" if len(shipments) > 1 else ""
    lines = [f"{found.kind.capitalize()} {found.name}: {counted(len(flags), 'recorded flag')}{where}"]
    beside = found.kind != "shipment"
    lines += [f"  {f['state']:<10} {_flag_line(f)}" + (f", shipment {f['shipment_id']}" if beside else "") for f in flags]
    return [*lines, "Score, band and their parts are in the reports: --report report.json."]


def _shipment_of_report(identifier: str, report: Path) -> list[str]:
    with reading(report) as document:
        found = _find(identifier, document.get("shipments", ()))
        shown = [line for shipment in found[:_MOST] for line in _show(shipment, document["flags"])]
    if len(found) > _MOST:
        shown.append(f"and {len(found) - _MOST:,} more shipments")
    more = "A flag in full: precursor-screen explain FLAG --report FILE. What score and band mean: docs/triage.md."
    return [*shown, more] if shown else []


def _find(identifier: str, shipments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The shipment of that id, else those of a reference, else those of a party."""
    from precursor_screen.cases.targets import is_referred_to, split_name

    tests: dict[str, Callable[[dict[str, Any], str], bool]] = {
        "shipment": lambda s, name: s["shipment_id"] == name,
        "bill": is_referred_to,
        "party": _is_party,
    }
    only, text = split_name(identifier, tuple(tests))
    among = ([s for s in shipments if tests[kind](s, text)] for kind in ((only,) if only else tests))
    return next(filter(None, among), [])


def _is_party(shipment: Mapping[str, Any], text: str) -> bool:
    from precursor_screen.text.party_cells import party_key

    names = [_COUNTRY.sub("", shipment.get(side) or "") for side in ("sender", "receiver")]
    words = set(re.findall(r"\w+", text.casefold()))
    near = [n for n in names if words & set(re.findall(r"\w+", n.casefold()))]
    return any(party_key(n) == party_key(text) != "" for n in near)


def _show(shipment: Mapping[str, Any], flags: list[Mapping[str, Any]]) -> list[str]:
    band = shipment["band"] or "no band: it could not be screened"
    lines = [f"Shipment {shipment['shipment_id']}: {band}, score {shipment['score']}, {shipment['lines']} lines"]
    lines += [f"  {p['part']:<10} {p['points']:>4}  {p['because']}" for p in shipment["parts"]]
    if shipment.get("case_id"):
        lines.append(f"  One splitting; the shipment to open first is {shipment['case_id']}.")
    if shipment["incomplete"]:
        lines.append("  Not everything could be judged; the report says what was missing.")
    mine = set(shipment["flags"])
    return lines + [f"  {_flag_line(f)}" for f in flags if f["flag_id"] in mine]


def _flag_line(flag: Mapping[str, Any]) -> str:
    return f"{flag['level']:<13} {flag['rule_id']}  {flag['because']}  [{flag['flag_id'][:12]}]"


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """What a shell offers for ID: rules, substances and issue codes; flags and shipments would need a report or a ledger opened."""
    return sorted(name for name in _known_ids() if name.lower().startswith(typed.lower()))


def _known_ids() -> list[str]:
    from precursor_screen.cli.substances import load_table
    from precursor_screen.core.issues import ISSUE_CODES
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    rules = [r.id for r in load_rulebook(rule_folders()).rules]
    return [*ISSUE_CODES, *(s.substance_id for s in load_table().substances), *rules]


@click.command()
@click.argument("identifier", metavar="ID", shell_complete=_complete)
@common.file_option("--report", help="JSON report that holds the flag or the shipment; default: the ledger.")
@ledger_option
def command(identifier: str, report: Path | None, url: str | None) -> None:
    """Explain a flag, a shipment, a bill, a party, a rule, a substance, a watchlist entry (LIST:ENTRY) or an issue code, in full.

    A flag may be named by the beginning of its id, three characters at least. Where a name has two meanings, `flag:`, `shipment:`, `bill:`
    or `party:` before it says which.

    \b
    Examples:
      precursor-screen explain PS-CHEM-003
      precursor-screen explain acetic-anhydride
      precursor-screen explain unparsed-quantity
      precursor-screen explain sample:S001
      precursor-screen explain 4f2
      precursor-screen explain 4f2c9a --report report.json
      precursor-screen explain SMPL007 --report report.json
    """
    from precursor_screen.core.errors import UsageError

    text = (
        _issue(identifier)
        or _rule(identifier)
        or _substance(identifier)
        or _entry(identifier)
        or explain_shipment(identifier, report, url)
        or explain_flag(identifier.removeprefix("flag:"), report, url)
    )
    if text:
        click.echo(text)
        return
    from precursor_screen.core.words import did_you_mean

    remedy = did_you_mean(identifier, _known_ids()) or where_flags_are(report, url)
    raise UsageError(f"no flag, rule, substance, list entry or issue code has the id {identifier!r}", remedy=remedy)


def _issue(identifier: str) -> str | None:
    from precursor_screen.core.issues import ISSUE_CODES

    code = ISSUE_CODES.get(identifier)
    return f"{code.code} ({code.effect})\n  {code.title}.\n  Remedy: {code.remedy}" if code else None


def _rule(identifier: str) -> str | None:
    from precursor_screen.cli.rules import show_rule
    from precursor_screen.reference.shipped import rules_folder
    from precursor_screen.rulebook.grammar import load_rule, rule_files
    from precursor_screen.rulebook.successors import successors

    gone = successors().get(identifier.upper())
    said = [f"{gone.old} was taken out on {gone.since}: {gone.why}.", ""] if gone else []
    wanted = {name.lower() for name in (gone.new if gone else (identifier,))}
    # A file is called as its rule: one is read, not all of them.
    files = (p for p in rule_files([rules_folder()]) if p.stem in wanted)
    found = [show_rule(load_rule(path, path.name)) for path in files]
    return "\n".join((*said, *found)) if found or gone else None


def _substance(identifier: str) -> str | None:
    from precursor_screen.cli.substances import load_table, show_substance

    table = load_table()
    found = next((s for s in table.substances if s.substance_id == identifier), None)
    return show_substance(found, table) if found else None


def _entry(identifier: str) -> str | None:
    from precursor_screen.api import open_watchlists
    from precursor_screen.core.words import printable

    list_id, separator, entry_id = identifier.partition(":")
    if not separator or list_id in ("flag", "shipment", "bill", "party"):
        return None
    (watchlist,) = open_watchlists([list_id], home_of(common.settings()))
    try:
        entry = watchlist.entry(entry_id)
    except KeyError:
        return None
    lines = [f"{entry.primary_name}  [{list_id} {entry_id}], {entry.kind}, list of {watchlist.snapshot.list_date}"]
    lines += [f"  name ({n.kind}): {n.name}" for n in entry.names]
    lines += [f"  address: {a}" for a in entry.addresses]
    lines += [f"  {kind}: {value}" for kind, value in entry.identifiers]
    lines += [f"  countries: {', '.join(entry.countries)}"] if entry.countries else []
    lines += [f"  programmes: {', '.join(entry.programmes)}"] if entry.programmes else []
    lines += [f"  listed: {entry.listed or 'not stated'}; de-listed: {entry.delisted or 'no'}"]
    lines += [f"  note: {entry.note}"] if entry.note else []
    return "\n".join(printable(line) for line in lines)
