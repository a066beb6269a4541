"""`explain SHIPMENT`, a bill or a party: why shipments stand where they stand, from a JSON report; from the ledger their flags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli.explain_flag import ledger_is_missing, reading
from precursor_screen.cli.ledger import open_existing

if TYPE_CHECKING:
    from precursor_screen.cases.targets import Found

_MOST = 20  # shipments of a party that are shown
_COUNTRY = re.compile(r" \([A-Z]{2}\)(?: and \d+ more)?$")  # behind the name of a sender or receiver


def explain_shipment(ctx: click.Context, identifier: str, report: Path | None, url: str | None) -> str | None:
    """Score, band, the parts with their reasons and the flags of shipments; of the ledger their flags alone. None: none is called so.

    Args:
        ctx: of the command.
        identifier: a shipment, one of its references, or a party, perhaps behind `shipment:`, `bill:` or `party:`.
        report: JSON, to look in instead of the ledger.
        url: of the ledger.

    Raises:
        UsageError: the report is none; or it is a flag's beginning as well.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.core.printable import printable

    lines = _of_report(identifier, report) if report is not None else _of_ledger(ctx, identifier, url)
    return "\n".join(printable(line) for line in lines) or None


def _of_ledger(ctx: click.Context, identifier: str, url: str | None) -> list[str]:
    from precursor_screen.cases.targets import find

    if not url and ledger_is_missing(ctx):
        return []
    with open_existing(ctx, url, 0) as ledger:
        found = find(ledger, identifier)
    return _recorded(found) if found is not None and found.kind != "flag" else []


def _recorded(found: Found) -> list[str]:
    from precursor_screen.core.words import counted

    flags = found.flags
    shipments = {f["shipment_id"] for f in flags}
    where = f" in {len(shipments):,} shipments" if len(shipments) > 1 else ""
    lines = [f"{found.kind.capitalize()} {found.name}: {counted(len(flags), 'recorded flag')}{where}"]
    beside = found.kind != "shipment"
    lines += [f"  {f['state']:<10} {_flag_line(f)}" + (f", shipment {f['shipment_id']}" if beside else "") for f in flags]
    return [*lines, "Score, band and their parts stand in the reports: --report report.json."]


def _of_report(identifier: str, report: Path) -> list[str]:
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
    from precursor_screen.text.party import party_key

    names = [_COUNTRY.sub("", shipment.get(side) or "") for side in ("sender", "receiver")]
    words = set(text.casefold().split())
    near = [n for n in names if words & set(n.casefold().split())]
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
