"""A report as a notebook shows it, and its tables for whoever computes with pandas."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Literal

from precursor_screen.core.report import Report
from precursor_screen.core.words import counted, printable
from precursor_screen.reporting.brief import result_in_words
from precursor_screen.reporting.shipment import shipments_in_words

if TYPE_CHECKING:
    import pandas as pd

_MOST = 10  # shipments
_HEAD = ("Band", "Score", "Shipment", "Goods", "Parties", "Question")


class NotebookReport(Report, frozen=True):
    """A report with what notebooks ask for."""

    @classmethod
    def of(cls, report: Report) -> NotebookReport:
        """The same report."""
        values: dict[str, Any] = {name: getattr(report, name) for name in report.__struct_fields__}
        return cls(**values)

    def to_pandas(self, table: Literal["flags", "shipments", "issues"] = "flags") -> pd.DataFrame:
        """A table of the report: FLAG rows, worst shipment first; SHIPMENT rows, worst first; or ISSUE rows.

        Raises:
            ValueError: no table is called so.
        """
        tables = {"flags": self.worst_first, "shipments": self.shipments, "issues": self.issues}
        if table not in tables:
            raise ValueError(f"{table!r} is not a table of a report. Use flags, shipments or issues.")
        frame: pd.DataFrame = tables[table].to_pandas()
        return frame

    def _repr_html_(self) -> str:
        """The result, the notices, and the shipments to open first."""
        shown = self.opened.slice(0, _MOST)
        rows = [
            (said.band, said.score, said.shipment_id, f"{said.mass} {said.goods}", said.parties, said.question)
            for said in shipments_in_words(self, shown)
        ]
        lines = [f"<p><strong>{_text(result_in_words(self))}</strong></p>"]
        lines += [f"<p>{_text(notice)}</p>" for notice in self.notices]
        if rows:
            lines.append(
                f"<table><thead>{_row(_HEAD, 'th')}</thead><tbody>{''.join(_row(row, 'td') for row in rows)}</tbody></table>"
            )
        if (more := self.opened.num_rows - len(rows)) > 0:
            lines.append(f"<p>{counted(more, 'more flagged shipment')}: report.shipments</p>")
        return "".join(lines)


def _row(cells: tuple[object, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(cell: object) -> str:
    return escape(printable(str(cell).strip()))
