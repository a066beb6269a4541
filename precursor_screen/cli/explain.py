"""`explain`: one thing in full, whatever its id names."""

from __future__ import annotations

from pathlib import Path

import click

from precursor_screen.app.config import home_of
from precursor_screen.cli import common, options
from precursor_screen.cli.ledger import ledger_option


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
@options.file_option("--report", words="JSON report that holds the flag or the shipment; default: the ledger.")
@ledger_option
@click.pass_context
def command(ctx: click.Context, identifier: str, report: Path | None, url: str | None) -> None:
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
    from precursor_screen.cli.explain_flag import explain_flag, where_flags_are
    from precursor_screen.cli.explain_shipment import explain_shipment
    from precursor_screen.core.errors import UsageError

    text = (
        _issue(identifier)
        or _rule(identifier)
        or _substance(identifier)
        or _entry(ctx, identifier)
        or explain_shipment(ctx, identifier, report, url)
        or explain_flag(ctx, identifier.removeprefix("flag:"), report, url)
    )
    if text:
        click.echo(text)
        return
    from precursor_screen.core.suggest import did_you_mean

    remedy = did_you_mean(identifier, _known_ids()) or where_flags_are(ctx, report, url)
    raise UsageError(f"nothing is called {identifier!r}", remedy=remedy)


def _issue(identifier: str) -> str | None:
    from precursor_screen.core.issues import ISSUE_CODES

    code = ISSUE_CODES.get(identifier)
    return f"{code.code} ({code.effect})\n  {code.title}.\n  Remedy: {code.remedy}" if code else None


def _rule(identifier: str) -> str | None:
    from precursor_screen.cli.rules_shown import show_rule
    from precursor_screen.reference.shipped import rules_folder
    from precursor_screen.rulebook.grammar import load_rule, rule_files

    # A file is called as its rule: one is read, not all of them.
    files = (p for p in rule_files([rules_folder()]) if p.stem == identifier.lower())
    return next((show_rule(load_rule(path, path.name)) for path in files), None)


def _substance(identifier: str) -> str | None:
    from precursor_screen.cli.substances import load_table
    from precursor_screen.cli.substances_shown import show_substance

    table = load_table()
    found = next((s for s in table.substances if s.substance_id == identifier), None)
    return show_substance(found, table) if found else None


def _entry(ctx: click.Context, identifier: str) -> str | None:
    from precursor_screen.api import open_watchlists
    from precursor_screen.core.printable import printable

    list_id, separator, entry_id = identifier.partition(":")
    if not separator or list_id in ("flag", "shipment", "bill", "party"):
        return None
    (watchlist,) = open_watchlists([list_id], home_of(common.settings(ctx)))
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
