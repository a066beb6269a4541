"""The workbook of an audit: a sheet a table, every line, and which lines stand behind which figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from precursor_screen.casework.audit.audit import Audit, Audited
from precursor_screen.casework.audit.moves import Lines
from precursor_screen.casework.audit.tables import RANKING, TABLES, ranked, records_of
from precursor_screen.reports.document import Table, columns, tabulate

_MOST_CITED = 30_000  # characters of numbers in a cell, which holds 32,767; of a figure with more all stand in the sheet Figures
_FIGURES = columns("exporter:30w sheet:16c row:8n line:8n")


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
