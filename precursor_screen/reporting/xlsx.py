"""A workbook: for deciding in a spreadsheet program. What is chosen in it, `review import` reads. Text is never a formula. And the tables of a
screening, as a workbook shows them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from precursor_screen.core.model import LEVELS, REASONS, VERDICTS
from precursor_screen.core.report import Report, records, show_basis, show_pack, show_parts
from precursor_screen.core.words import printable
from precursor_screen.reporting.interface import (
    CODE,
    DAY,
    ENTRIES,
    LEVEL,
    MOST_ROWS,
    NUMBER,
    REASON,
    UNTIL,
    VERDICT,
    WRITTEN,
    Column,
    Document,
    Table,
    columns,
    tabulate,
)
from precursor_screen.reporting.listed_aside import MOST_IN_FULL, named_aside
from precursor_screen.reporting.shipment import shipments_in_words
from precursor_screen.reporting.texts_beside import TextBeside, texts_beside

# The tables of a screening, as a workbook shows them.

MOST_EVIDENCE = 100_000  # rows: beyond it a workbook takes minutes to open, and the JSON report has all
_SHOWN = 10  # shipments of a party that are named
_PAIR = columns("label:34 value:90w")
_ENTRIES = "verdict:13v reason:17r text:32s until:12u officer:14s second:14s"  # `review import` reads them back, by these names
_COLUMNS = {
    "Shipments": columns(
        "shipment_id:22 band:12l score:7n sender:28w receiver:28w route:18w goods:34w mass_kg:11n value:16 day:11d question:60w",
        _ENTRIES,
        "state:9 references:34w hs_codes:14 parts:60w families:24 flags:7n lines:7n incomplete:11 case_id:22",
    ),
    "Flags": columns(
        "short:10 shipment_id:22 level:13l state:11 rule_id:13 because:80w",
        _ENTRIES,
        "rule:40w substance_id:22 party_role:14 list_id:12 entry_id:12 score:8n confidence:11 source_file:22 source_row:10n",
        "flag_id:34x line_id:34x legal_basis:50w",
    ),
    "Texts beside tables": columns(
        "level:13l text:80w because:80w place:30w source_file:22 source_row:10n flags:7n line_id:34x",
    ),
    "Evidence": columns(
        "short:10 shipment_id:22 rule_id:13 field:24 as_written:70w compared_as:34w candidate:30w method:14 score:8n"
    ),
    "Parties": columns(
        "party:40w role:14 level:13l list_id:12 entry_id:12 entry:40w programmes:24w list_date:11d score:8n flags:7n shipments:40w"
    ),
    "Coverage": columns("kind:16 code:24 count:10n what:70w remedy:60w example:50w"),
}
_OF_WORDS = ("band", "sender", "receiver", "route", "goods", "mass_kg", "value", "question", "state")


def tables_of(report: Report, most: int = MOST_ROWS) -> Iterator[Table]:
    """Summary, Shipments, Flags, texts beside tables where there are any, Evidence, Parties, Coverage, Run; what goes beyond `most` rows is counted."""
    size = report.short_length()
    yield Table("Summary", _PAIR, summary_rows(report), has_head=False)
    yield tabulate("Shipments", _COLUMNS["Shipments"], _shipments(report), 2, printed=17, most=most)
    yield tabulate("Flags", _COLUMNS["Flags"], _flags(report, size), 1, printed=12, most=most)
    if texts := texts_beside(report):
        beside = (_beside(one) for one in texts)
        yield tabulate("Texts beside tables", _COLUMNS["Texts beside tables"], beside, 1, most=most)
    pairs, fewer = _evidence(report), min(most, MOST_EVIDENCE)
    yield tabulate("Evidence", _COLUMNS["Evidence"], pairs, 1, make=lambda pair: _item(size, *pair), most=fewer)
    yield tabulate("Parties", _COLUMNS["Parties"], _parties(report), 1, most=most)
    yield tabulate("Coverage", _COLUMNS["Coverage"], _coverage(report), 1)
    yield Table("Run", _PAIR, list(_run(report)), has_head=False)


def _shipments(report: Report) -> Iterator[Mapping[str, Any]]:
    listed = report.listed
    for row, said in zip(records(listed), shipments_in_words(report, listed), strict=True):
        yield {
            **row,
            **{name: getattr(said, name) for name in _OF_WORDS},
            "day": day_of(said.day),
            "references": "; ".join(f"{kind} {', '.join(some)}" for kind, some in said.references),
            "hs_codes": ", ".join(dict.fromkeys(line["hs_code"] for line in said.lines if line["hs_code"])),
            "parts": show_parts(row["parts"]),
            "flags": len(row["flags"]),
        }


def _flags(report: Report, size: int) -> Iterator[Mapping[str, Any]]:
    for flag in records(report.worst_first):
        rule = report.rules[flag["rule_id"]]
        yield {**flag, "short": flag["flag_id"][:size], "rule": rule.title, "legal_basis": show_basis(rule)}


def _beside(one: TextBeside) -> Mapping[str, Any]:
    stated = {name: getattr(one, name) for name in ("level", "text", "place", "source_file", "source_row", "line_id")}
    found = [f"{flag['rule_id']}: {flag['because']}" for flag in one.flags]
    return {**stated, "because": " ".join(found), "flags": len(found)}


def _evidence(report: Report) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for flag in records(report.worst_first):
        yield from ((flag, item) for item in json.loads(flag["evidence"]))


def _item(size: int, flag: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = {name: _text(item.get(name)) for name in ("as_written", "compared_as", "candidate", "method")}
    of_flag = {"short": flag["flag_id"][:size], "shipment_id": flag["shipment_id"], "rule_id": flag["rule_id"]}
    return {**of_flag, **shown, "field": item.get("field"), "score": item.get("score")}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _parties(report: Report) -> list[dict[str, Any]]:
    """A record a party as filed and an entry, worst first."""
    dates = {w["list_id"]: w["list_date"] for w in report.provenance["watchlists"]}
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for flag in records(report.open_flags):
        if flag["list_id"]:
            filed = next((e["as_written"] for e in json.loads(flag["evidence"]) if e["field"] == "party_name"), "")
            found.setdefault((filed or "", flag["party_role"] or "", flag["list_id"], flag["entry_id"] or ""), []).append(flag)
    rows = []
    for (filed, role, list_id, entry_id), flags in found.items():
        entry = report.entries.get((list_id, entry_id))
        shipments = list(dict.fromkeys(str(f["shipment_id"]) for f in flags))
        more = f" and {len(shipments) - _SHOWN:,} more" if shipments[_SHOWN:] else ""
        rows.append(
            {"party": filed, "role": role, "level": max((f["level"] for f in flags), key=LEVELS.index)}
            | {"list_id": list_id, "entry_id": entry_id, "list_date": day_of(dates.get(list_id)), "flags": len(flags)}
            | {"entry": entry.primary_name if entry else "", "programmes": entry.programmes if entry else ()}
            | {"score": max((f["score"] for f in flags if f["score"] is not None), default=None)}
            | {"shipments": ", ".join(shipments[:_SHOWN]) + more}
        )
    of_entry = ("party", "role", "list_id", "entry_id")
    return sorted(rows, key=lambda r: (-LEVELS.index(r["level"]), -(r["score"] or 0), *(r[name] for name in of_entry)))


def _coverage(report: Report) -> Iterator[list[Any]]:
    coverage = report.coverage
    for blind_spot in coverage["blind_spots"]:
        yield [
            "blind spot",
            blind_spot["code"],
            blind_spot["shipments"],
            blind_spot["message"],
            blind_spot["remedy"],
            ", ".join(blind_spot["rules"]),
        ]
    for kind in ("set_aside", "unscreenable", "degraded"):
        for gap in coverage[kind]:
            example: Mapping[str, Any] = next(iter(gap["examples"]), {})
            place = ":".join(str(example[n]) for n in ("source_file", "source_row") if example.get(n))
            shown = " ".join(p for p in (place, str(example.get("value") or example.get("message") or "")) if p)
            yield [kind.replace("_", " "), gap["code"], gap["count"], gap["title"], gap.get("remedy"), shown]
    for unjudged in coverage["not_evaluable"]:
        yield ["not evaluable", unjudged["rule_id"], unjudged["count"], f"because of missing {unjudged['field']}", None, None]
    for quiet in coverage["not_raised"]:
        yield ["not raised", quiet["rule_id"], quiet["count"], "a weak sign with no other sign on the line", None, None]


def _run(report: Report) -> Iterator[list[Any]]:
    provenance, run = report.provenance, report.run
    yield ["As of", provenance["as_of"]]
    yield ["Jurisdiction", provenance["jurisdiction"] or "not set"]
    yield ["Law", provenance.get("law") or "not set"]
    yield ["Tiers", ", ".join(provenance.get("tiers", ()))]
    for i in provenance["inputs"]:
        yield [f"Input: {i['name']}", f"{i['lines']} lines, {i['format']}, SHA-256 {i['sha256']}"]
    yield ["Rules", f"{provenance['rules']['count']} rules, SHA-256 {provenance['rules']['sha256']}"]
    yield ["Substances", f"{provenance['substances']['edition']}, SHA-256 {provenance['substances']['sha256']}"]
    yield from ([f"Pack of law {p['id']}", show_pack(p)] for p in provenance.get("law_packs", ()))
    for w in provenance["watchlists"]:
        yield [f"Watchlist: {w['list_id']}", f"{w['entries']} entries of {w['list_date']}, SHA-256 {w['sha256']}"]
    for r in provenance.get("registers", ()):
        yield ["Register", json.dumps(r, ensure_ascii=False, default=str)]
    yield ["Program", f"precursor-screen {run['tool_version']}"]
    yield ["Started", run["started"]]
    yield ["Options", json.dumps(run.get("options", {}), ensure_ascii=False, default=str)]


def day_of(text: str | None) -> datetime | None:
    """A day of the ISO form as a spreadsheet takes it; None: none, or none that it knows (before 1900)."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day) if day.year >= 1900 else None


_COUNTS = (
    ("Lines read", "lines_read"),
    ("Screened", "screened_by_texts"),
    ("Screened by their codes alone", "screened_by_codes"),
    ("Unscreenable lines", "unscreenable_lines"),
    ("Lines set aside", "lines_set_aside"),
    ("Files set aside", "files_set_aside"),
)


def summary_rows(report: Report) -> list[list[Any]]:
    """What a report comes to, as label and value; the notices first."""
    coverage = report.coverage
    rows: list[list[Any]] = [["Read first", said.strip()] for said in (*named_aside(report, MOST_IN_FULL), *report.notices)]
    rows += [[label, coverage[name]] for label, name in _COUNTS]
    rows += [[f"Shipments: {band}", count] for band, count in report.band_counts().items()]
    rows += [[f"Flags: {level}", count] for level, count in report.level_counts().items()]
    rows += [["As of", report.provenance["as_of"]], ["Jurisdiction", report.provenance["jurisdiction"] or "not set"]]
    rows += [["Law", report.provenance.get("law") or "not set"]]
    rows.append(["Blind spots", "; ".join(s["message"] for s in coverage["blind_spots"]) or "none"])
    rows.append(["How to decide", _HOW])
    return rows


_HOW = (
    "Choose a verdict and a reason in the sheet Shipments, for all open flags of a shipment, or in Flags, for one flag, which then counts"
    " before its shipment's. To clear a critical flag, name a second officer. Save the workbook, then: precursor-screen review import FILE"
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
_ONE_OF = f"One of {', '.join(VERDICTS)}, or nothing."
_OF_YOUR_OWN = "Not one of the list: a short code of your own may stand here."
_LATER = "The last day of a clearance, today or later, as a date."


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
    if made.left_out:
        sheet.write_string(last + 1, 0, f"{made.left_out:,} more rows are in the JSON report")
    if made.has_head:
        sheet.freeze_panes(1, made.frozen)
        sheet.repeat_rows(0)
        if some:
            sheet.autofilter(0, 0, last, len(made.columns) - 1)
            _add_verdict_lists(sheet, made.columns, last, as_of)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last + int(made.left_out > 0), (made.printed or len(made.columns)) - 1)
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


def _add_verdict_lists(sheet: Any, columns: Iterable[Column], last: int, as_of: date) -> None:
    """The lists to choose from, and what a last day may be."""
    rules: dict[str, dict[str, Any]] = {
        VERDICT: {"source": list(VERDICTS), "error_title": "No verdict", "error_message": _ONE_OF},
        REASON: {"source": list(REASONS), "error_type": "information", "error_message": _OF_YOUR_OWN},
        UNTIL: {"validate": "date", "criteria": ">=", "value": as_of, "error_message": _LATER},
    }
    for number, column in enumerate(columns):
        if column.kind in rules:
            sheet.data_validation(1, number, last, number, {"validate": "list", **rules[column.kind]})


def fit(text: str) -> str:
    """Text as long as a cell may be (32,767 characters); what is cut off is said."""
    if _units(text) <= _MOST_CHARACTERS:
        return text
    note = f" ... [{len(text):,} characters; all of them are in the JSON report]"
    kept = text[: _MOST_CHARACTERS - len(note)]
    while _units(kept) > _MOST_CHARACTERS - len(note):
        kept = kept[: -max(1, (_units(kept) - _MOST_CHARACTERS + len(note)) // 2)]
    return kept + note


def _units(text: str) -> int:
    return len(text) + (0 if text.isascii() else sum(c > "\uffff" for c in text))
