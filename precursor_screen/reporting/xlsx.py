"""A workbook: for deciding in a spreadsheet program. What is chosen in it, `review import` reads. Text is never a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from precursor_screen.core.model import REASONS, VERDICTS
from precursor_screen.core.words import printable
from precursor_screen.reporting.document import (
    CODE,
    DAY,
    ENTRIES,
    LEVEL,
    NUMBER,
    REASON,
    UNTIL,
    VERDICT,
    WRITTEN,
    Column,
    Document,
    Table,
)

_MOST_CHARACTERS = 32_767  # of a cell, in Excel, which counts in units of UTF-16
_A4 = 9
# Word -> ground and letters: the word says it, the colour helps; each pair has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
_COLOURS = {
    **dict.fromkeys(("critical", "hold"), ("#9C0006", "#FFFFFF")),
    **dict.fromkeys(("high", "review"), ("#F8CBAD", "#000000")),
    **dict.fromkeys(("medium", "low"), ("#FFF2CC", "#000000")),
    "unscreenable": ("#E4DFEC", "#000000"),
}
_GROUND_OF_ENTRIES = "#FFFFE5"


def write(document: Document, stream: BinaryIO) -> None:
    """Writes the tables as the sheets of a workbook."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    content = io.BytesIO()  # a stream that fails must fail here, not when an archive half written is thrown away
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({"created": document.created})  # else equal runs differ by the clock
    formats = _formats(book)
    for table in document.tables():
        _write_sheet(book, table, formats, document.day)
    book.close()
    stream.write(content.getvalue())


def _formats(book: Any) -> dict[str, Any]:
    """Formats by kind of column, and by word of a level. Text has the format of text, so that it stays text when it is edited."""
    text = {"num_format": "@", "valign": "top"}
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
        CODE: book.add_format(text),
        WRITTEN: book.add_format({**text, "text_wrap": True}),
        NUMBER: book.add_format({"num_format": "#,##0.###", "valign": "top"}),
        DAY: book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        LEVEL: book.add_format(text),
    }
    entry = {"valign": "top", "bg_color": _GROUND_OF_ENTRIES, "border": 4, "text_wrap": True}
    formats |= {kind: book.add_format({**entry, "num_format": "yyyy-mm-dd" if kind == UNTIL else "@"}) for kind in ENTRIES}
    for word, (ground, letters) in _COLOURS.items():
        formats[f"level {word}"] = book.add_format({**text, "bold": True, "bg_color": ground, "font_color": letters})
    return formats


def _write_sheet(book: Any, made: Table, formats: Mapping[str, Any], as_of: date) -> None:
    sheet = book.add_worksheet(made.name)
    for number, column in enumerate(made.columns):
        sheet.set_column(number, number, column.width, formats[column.kind])
        if made.has_head:
            sheet.write_string(0, number, column.name, formats["head"])
    first = last = int(made.has_head)
    for last, row in enumerate(made.rows, first):
        for number, (column, value) in enumerate(zip(made.columns, row, strict=True)):
            _write_cell(sheet, last, number, column, value, formats)
    some = last > first or bool(made.rows)
    if made.rest:
        sheet.write_string(last + 1, 0, f"{made.rest:,} more rows stand in the JSON report")
    if made.has_head:
        sheet.freeze_panes(1, made.frozen)
        sheet.repeat_rows(0)
        if some:
            sheet.autofilter(0, 0, last, len(made.columns) - 1)
            _ask_for_verdicts(sheet, made.columns, last, as_of)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last + int(made.rest > 0), (made.printed or len(made.columns)) - 1)
    sheet.set_footer(f"&L{made.name}&R&P of &N")
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 2}"})


def _write_cell(sheet: Any, row: int, number: int, column: Column, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, number, "yes" if value else "no", formats[column.kind])
    elif column.kind == DAY:
        sheet.write_datetime(row, number, value, formats[DAY])
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, number, float(value) if isinstance(value, Decimal) else value, formats[NUMBER])
    else:
        text = fit(value if column.exact else printable(value))
        kind = f"level {text}" if column.kind == LEVEL and text in _COLOURS else column.kind
        sheet.write_string(row, number, text, formats[kind])


def _ask_for_verdicts(sheet: Any, columns: Iterable[Column], last: int, as_of: date) -> None:
    """The lists to choose from, and what a last day may be."""
    for number, column in enumerate(columns):
        if column.kind == VERDICT:
            said = {"error_title": "No verdict", "error_message": f"One of {', '.join(VERDICTS)}, or nothing."}
            sheet.data_validation(1, number, last, number, {"validate": "list", "source": list(VERDICTS), **said})
        elif column.kind == REASON:
            said = {"error_type": "information", "error_message": "Not one of the list: a short code of your own may stand here."}
            sheet.data_validation(1, number, last, number, {"validate": "list", "source": list(REASONS), **said})
        elif column.kind == UNTIL:
            said = {"error_message": "The last day of a clearance, today or later, as a date."}
            sheet.data_validation(1, number, last, number, {"validate": "date", "criteria": ">=", "value": as_of, **said})


def fit(text: str) -> str:
    """Text as long as a cell may be (32,767 characters); what is cut off is said."""
    if _units(text) <= _MOST_CHARACTERS:
        return text
    note = f" ... [{len(text):,} characters; all of them stand in the JSON report]"
    kept = text[: _MOST_CHARACTERS - len(note)]
    while _units(kept) > _MOST_CHARACTERS - len(note):
        kept = kept[: -max(1, (_units(kept) - _MOST_CHARACTERS + len(note)) // 2)]
    return kept + note


def _units(text: str) -> int:
    return len(text) + (0 if text.isascii() else sum(c > "\uffff" for c in text))
