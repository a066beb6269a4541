"""`explain SHIPMENT`: why a shipment stands where it stands, from a JSON report; from the ledger its flags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click


def explain_shipment(ctx: click.Context, identifier: str, report: Path | None, url: str | None) -> str | None:
    """Score, band, the parts with their reasons and the flags of a shipment; of the ledger its flags alone. None: there is none of that id.

    Raises:
        UsageError: the report is none.
        LedgerError: the ledger that is named, or is there, cannot be read.
    """
    from precursor_screen.reports.printable import printable

    lines = _of_report(identifier, report) if report is not None else _of_ledger(ctx, identifier, url)
    return "\n".join(printable(line) for line in lines) or None


def _of_ledger(ctx: click.Context, identifier: str, url: str | None) -> list[str]:
    from precursor_screen.cli.explain_flag import ledger_is_missing
    from precursor_screen.cli.ledger import open_existing

    if not url and ledger_is_missing(ctx):
        return []
    with open_existing(ctx, url, 0) as ledger:
        flags = ledger.flags(shipment_id=identifier).to_pylist()
    if not flags:
        return []
    lines = [f"Shipment {identifier}: {len(flags)} recorded flag{'' if len(flags) == 1 else 's'}"]
    lines += [f"  {f['state']:<10} {_flag_line(f)}" for f in flags]
    return [*lines, "Score, band and their parts stand in the reports: --report report.json."]


def _of_report(identifier: str, report: Path) -> list[str]:
    from precursor_screen.errors import UsageError, Where

    try:
        document = json.loads(report.read_text(encoding="utf-8"))
        found = next((s for s in document.get("shipments", ()) if s["shipment_id"] == identifier), None)
        return _show(found, document["flags"]) if found is not None else []
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            "is no JSON report of this program", where=Where(str(report)), remedy="Write one with -o report.json."
        ) from error


def _show(shipment: Mapping[str, Any], flags: list[Mapping[str, Any]]) -> list[str]:
    band = shipment["band"] or "no band: it could not be screened"
    lines = [f"Shipment {shipment['shipment_id']}: {band}, score {shipment['score']}, {shipment['lines']} lines"]
    lines += [f"  {p['part']:<10} {p['points']:>4}  {p['because']}" for p in shipment["parts"]]
    if shipment["incomplete"]:
        lines.append("  Not everything could be judged; the report says what was missing.")
    mine = [f for f in flags if f["flag_id"] in set(shipment["flags"])]
    lines += [f"  {_flag_line(f)}" for f in mine]
    return [*lines, "A flag in full: precursor-screen explain FLAG --report FILE. What score and band mean: docs/triage.md."]


def _flag_line(flag: Mapping[str, Any]) -> str:
    return f"{flag['level']:<13} {flag['rule_id']}  {flag['because']}  [{flag['flag_id'][:12]}]"
