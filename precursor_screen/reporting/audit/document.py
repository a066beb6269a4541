"""An audit as a document: its workbook has a sheet a table, every line, and which lines stand behind which figure; so has its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from precursor_screen.cases.audit.audit import Audit, Audited
from precursor_screen.cases.audit.moves import Lines
from precursor_screen.core.json_text import dump
from precursor_screen.reporting.audit import html
from precursor_screen.reporting.audit.tables import RANKING, TABLES, ranked, records_of
from precursor_screen.reporting.audit.telling import tell
from precursor_screen.reporting.document import Document, Table, columns, tabulate

_MOST_CITED = 30_000  # characters of numbers in a cell, which holds 32,767; of a figure with more all stand in the sheet Figures
_FIGURES = columns("exporter:30w sheet:16c row:8n line:8n")

SCHEMA_VERSION = 1
_OF_PROFILE = (
    *("merged", "first", "last", "basis", "movements", "shipments", "rows", "kg", "totals", "by_destination"),
    *("months", "jumps", "just_under", "receivers", "routes", "rerouted", "bands", "odd_prices", "declared"),
    *("duplicates", "papers", "years", "families", "episodes", "places", "not_evaluable", "gaps", "blind_spots"),
    *("names_of", "lines"),
)
# Columns that follow from others.
_LEFT_OUT = {
    "jumps": ("times",),
    "just_under": ("share",),
    "receivers": ("name",),
    "gaps": ("days",),
    "places": ("sender", "percentile"),
}


def document_of(audit: Audit) -> Document:
    """An audit as a document; its page and its JSON are its own."""
    started = datetime.fromisoformat(audit.run["started"])
    own = {".html": partial(html.write, audit), ".json": partial(write_json, audit)}
    return Document(started, started.date(), text=lambda: tell(audit), tables=lambda: tables_of(audit), own=own)


def tables_of(audit: Audit) -> list[Table]:
    """The sheets of the workbook."""
    if audit.ranking:
        return [tabulate("Ranking", columns(RANKING.sheet), ranked(audit.ranking), 1)]
    return _exporters(audit.exporters)


def _exporters(audited: Sequence[Audited]) -> list[Table]:
    figures: list[dict[str, Any]] = []
    sheets = []
    for name, described in TABLES.items():
        rows: list[dict[str, Any]] = []
        for one in audited:
            for record in records_of(one, described):
                rows.append({"exporter": one.profile.name, **record})
                if name != "Lines":
                    rows[-1]["lines"] = _cite(record.get("lines", ()), figures, one.profile.name, name, len(rows) + 1)
        sheets.append(tabulate(name, columns("exporter:30w", described.sheet, "" if name == "Lines" else "lines:30w"), rows, 1))
    return [*sheets, tabulate("Figures", _FIGURES, figures, 1)]


def _cite(lines: Lines, figures: list[dict[str, Any]], exporter: str, sheet: str, row: int) -> str:
    cited = spans(lines)
    if len(cited) <= _MOST_CITED:
        return cited
    figures += [{"exporter": exporter, "sheet": sheet, "row": row, "line": line} for line in lines]
    return f"{len(lines):,} lines: see the sheet Figures"


def spans(lines: Lines) -> str:
    """Numbers with runs put together: 1-3, 7."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def write_json(audit: Audit, stream: BinaryIO) -> None:
    """Writes every figure with the numbers of its lines, and the lines themselves; decimals and days are texts."""
    whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "run": dict(audit.run)}
    if audit.ranking is not None:
        whole["ranking"] = _plain(audit.ranking)
    else:
        whole["exporters"] = [as_data(one) for one in audit.exporters]
    stream.write(dump(whole).encode())


def as_data(one: Audited) -> dict[str, Any]:
    """One exporter as plain values; `lines` are those that the numbers mean."""
    sample = {"seed": one.seed, "lines": [m.line for some in one.sample for m in some]}
    profile = {name: _plain(getattr(one.profile, name), _LEFT_OUT.get(name, ())) for name in _OF_PROFILE}
    return {"exporter": one.profile.name, "findings": _plain(one.findings), "sample": sample, **profile}


def _plain(value: Any, leave: tuple[str, ...] = ()) -> Any:
    """Records as objects; leave: columns that are left out."""
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items() if name not in leave}
    return [_plain(one, leave) for one in value] if isinstance(value, tuple) else value
