"""One self-contained HTML page: no script, no address outside itself, every text escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.reports.printable import printable
from precursor_screen.reports.report import BATCH, MARKS, Report, legal_basis, records, show_spot

if TYPE_CHECKING:
    from jinja2 import Template

MOST_SHIPMENTS = 1_000  # a page of more is no longer read; the rest is counted and stands in the JSON
MOST_ISSUES = 500


class HtmlPresenter:
    """The report as a page that opens anywhere and prints."""

    suffix = ".html"

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the page."""
        for piece in _template().generate(**_context(report)):
            stream.write(piece.encode("utf-8", "backslashreplace"))


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("precursor_screen.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda n: f"{n:,}"
    environment.filters["printable"] = printable
    environment.filters["words"] = lambda name: str(name).replace("_", " ")
    return environment.get_template("report.html.jinja")


def _context(report: Report) -> dict[str, Any]:
    shipments = report.shipments
    flagged = shipments.filter(
        pc.or_kleene(pc.greater(pc.list_value_length(shipments.column("flags")), 0), pc.is_null(shipments.column("band")))
    )
    shown = flagged.slice(0, MOST_SHIPMENTS)
    order = list(report.level_counts())
    ids = shown.column("shipment_id").to_pylist()
    flags: dict[str, list[dict[str, Any]]] = {i: [] for i in ids}
    chosen = report.open_flags
    chosen = chosen.filter(pc.is_in(chosen.column("shipment_id"), pc.unique(shown.column("shipment_id"))))
    cells = _cells_of(report, chosen)
    for flag in _records(report, chosen):
        flag["cells"] = cells.get(flag["line_id"], {})
        flags[flag["shipment_id"]].append(flag)
    return {
        "report": report,
        "coverage": report.coverage,
        "provenance": report.provenance,
        "bands": report.band_counts(),
        "levels": report.level_counts(),
        "spots": [(show_spot(s), s["remedy"]) for s in report.coverage["blind_spots"]],
        "shipments": [
            {**s, "flags": sorted(flags[s["shipment_id"]], key=lambda f: order.index(f["level"]))} for s in records(shown)
        ],
        "more_shipments": flagged.num_rows - shown.num_rows,
        "issues": list(records(report.issues.slice(0, MOST_ISSUES))),
        "more_issues": max(0, report.issues.num_rows - MOST_ISSUES),
        "marks": MARKS,
        "states": report.state_counts(),
        "closed": _closed(report),
    }


def _closed(report: Report) -> list[dict[str, Any]]:
    """Flags that are suppressed or resolved, with the reason: they stay visible."""
    reasons = {s["flag_id"]: s for s in records(report.suppressed)}
    closed = report.flags.filter(pc.is_in(report.flags.column("state"), pa.array(["suppressed", "resolved"])))
    return [{**f, "suppressed": reasons.get(f["flag_id"])} for f in records(closed.slice(0, MOST_ISSUES))]


def _records(report: Report, flags: Any) -> list[dict[str, Any]]:
    import json

    found = []
    for batch in flags.to_batches(max_chunksize=BATCH):
        for flag in batch.to_pylist():
            rule = report.rules[flag["rule_id"]]
            found.append({**flag, "evidence": json.loads(flag["evidence"]), "rule": rule, "legal_basis": legal_basis(rule)})
    return found


def _cells_of(report: Report, flags: Any) -> dict[str, dict[str, str]]:
    import json

    wanted = report.cells.filter(pc.is_in(report.cells.column("line_id"), pc.unique(flags.column("line_id"))))
    return {row["line_id"]: json.loads(row["cells"]) for row in records(wanted)}
