"""Differences for people and programs: text, sheets, JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import asdict

from precursor_screen.casework.delivery import Told, make_sheet, plain
from precursor_screen.casework.reconcile.differences import KINDS, QUESTIONS, Difference, Unjudged, kilograms, show_kg
from precursor_screen.casework.reconcile.documents import Document, Party
from precursor_screen.casework.reconcile.movements import Movement, record_of
from precursor_screen.casework.reconcile.reconcile import Reconciled
from precursor_screen.reports.xlsx_sheets import DAY, NUMBER, WRITTEN, Column, Sheet

SCHEMA_VERSION = 1
_IN_A_CELL = 20  # shipments that a cell names; the sheet Lines has all
_IN_A_TEXT = 5
DIFFERENCES = (
    *(Column("no", 6, NUMBER), Column("kind", 18), Column("what", 34, WRITTEN), Column("register", 22)),
    *(Column("reference", 22), Column("holder", 28, WRITTEN), Column("consignee", 28, WRITTEN), Column("country", 9)),
    *(Column("substance", 24), Column("document_kg", 13, NUMBER), Column("first_day", 12, DAY), Column("last_day", 12, DAY)),
    *(Column("status", 11), Column("bills", 34, WRITTEN), Column("shipped_from", 13, DAY), Column("shipped_until", 13, DAY)),
    *(
        Column("shipped_kg", 13, NUMBER),
        Column("content_kg", 13, NUMBER),
        Column("difference_kg", 14, NUMBER),
        Column("because", 60, WRITTEN),
    ),
    *(Column("matched", 50, WRITTEN), Column("settle", 44, WRITTEN), Column("lines", 7, NUMBER), Column("places", 40, WRITTEN)),
)
LINES = (
    *(Column("no", 6, NUMBER), Column("kind", 18), Column("bill", 22), Column("day", 12, DAY), Column("kg", 13, NUMBER)),
    Column("content_kg", 13, NUMBER),
    *(Column("direction", 10), Column("substance", 24), Column("sender", 28, WRITTEN), Column("receiver", 28, WRITTEN)),
    *(
        Column("from", 6),
        Column("to", 6),
        Column("country_of_party", 16),
        Column("permit", 18),
        Column("notification", 18),
        Column("source_file", 26),
    ),
    *(Column("source_row", 10, NUMBER), Column("line_id", 34, exact=True)),
)
NOT_EVALUABLE = (
    *(Column("code", 18), Column("register", 24), Column("count", 9, NUMBER), Column("what", 80, WRITTEN)),
    Column("examples", 60, WRITTEN),
)
_SUMMARY = (Column("kind", 20), Column("what", 46, WRITTEN), Column("register", 26), Column("differences", 13, NUMBER))


def _names(*parties: Party | None) -> str:
    return ", ".join(p.name for p in parties if p is not None)


def _first_few(items: Iterable[str], most: int) -> str:
    distinct = list(dict.fromkeys(items))
    return ", ".join(distinct[:most]) + (f" and {len(distinct) - most} more" if len(distinct) > most else "")


def _row(number: int, one: Difference) -> tuple[Any, ...]:
    paper, movements = one.document, one.movements
    days = [m.day for m in movements]
    return (
        *(number, one.kind, one.title, one.register, paper.reference if paper else None),
        *((_names(paper.exporter, paper.holder), _names(paper.importer), paper.country) if paper else (None, None, None)),
        *(paper.substance_id if paper else movements[0].substance_id, one.document_kg),
        *((paper.first, paper.last if paper.stated_last else None, paper.status) if paper else (None, None, None)),
        *(_first_few((m.bill for m in movements), _IN_A_CELL), min(days, default=None), max(days, default=None)),
        *(
            one.shipped_kg,
            kilograms([m.substance_kg for m in movements]),
            one.difference_kg,
            one.because,
            one.why,
            one.settle,
            len(movements),
        ),
        _first_few((m.place for m in movements), _IN_A_CELL),
    )


def line_row(number: int, kind: str, record: Mapping[str, Any]) -> tuple[Any, ...]:
    """A movement (`movements.record_of`) as a row of LINES."""
    return (number, kind, *({True: "yes", False: None}[value] if isinstance(value, bool) else value for value in record.values()))


def not_evaluable(some: Iterable[Unjudged]) -> Sheet:
    """The sheet of what could not be judged."""
    rows = [(u.code, u.register, u.count, u.message, ", ".join(u.examples)) for u in some]
    return make_sheet("Not evaluable", NOT_EVALUABLE, rows)


def _document_record(d: Document) -> dict[str, Any]:
    return {
        "register": d.register,
        "reference": d.reference,
        "substance_id": d.substance_id,
        "kg": d.kg,
        "exporter": _names(d.exporter) or None,
        "importer": _names(d.importer) or None,
        "holder": _names(d.holder) or None,
        "country": d.country,
        "direction": d.direction,
        "first": d.first,
        "last": d.last if d.stated_last else None,
        "status": d.status,
        "single_use": d.single_use,
        "sent": d.sent,
        "reply_ends": d.reply_ends,
    }


def _record(number: int, one: Difference) -> dict[str, Any]:
    return {
        "no": number,
        "kind": one.kind,
        "title": one.title,
        "register": one.register,
        "document": _document_record(one.document) if one.document else None,
        "shipped_kg": one.shipped_kg,
        "content_kg": kilograms([m.substance_kg for m in one.movements]),
        "difference_kg": one.difference_kg,
        "because": one.because,
        "matched": one.why,
        "settle": one.settle,
        "shipments": [record_of(m) for m in one.movements],
    }


def tell(
    result: Reconciled, run: dict[str, Any], provenance: dict[str, Any], notices: Sequence[str], last: date, capacity: int = 20
) -> Told:
    """What `reconcile` tells.

    Args:
        result: what came of it.
        run: of the program; provenance: of what was compared.
        notices: to stand first.
        last: day of the period.
        capacity: differences in the text; 0: all.
    """
    numbered = list(enumerate(result.differences, 1))
    counts = Counter((d.kind, d.register) for d in result.differences)
    summary = [(kind, KINDS[kind][0], register, n) for kind in KINDS for (k, register), n in sorted(counts.items()) if k == kind]
    lines = [line_row(n, d.kind, record_of(m)) for n, d in numbered for m in d.movements]
    heads = (
        *(Column("register", 26), Column("documents", 11, NUMBER), Column("movements", 11, NUMBER)),
        *(Column("matched", 11, NUMBER), Column("by_number", 11, NUMBER)),
    )
    sheets = (
        make_sheet("Summary", _SUMMARY, summary),
        make_sheet("Differences", DIFFERENCES, [_row(n, d) for n, d in numbered], frozen=3),
        make_sheet("Lines", LINES, lines, frozen=2),
        make_sheet("Registers", heads, result.compared),
        not_evaluable(result.unjudged),
    )
    data = plain(
        {
            "schema_version": SCHEMA_VERSION,
            "run": run,
            "provenance": provenance,
            "notices": list(notices),
            "registers": [dict(zip([c.name for c in heads], row, strict=True)) for row in result.compared],
            "not_evaluable": [asdict(u) for u in result.unjudged],
            "differences": [_record(n, d) for n, d in numbered],
        }
    )
    return Told(tuple(_text(result, summary, notices, capacity)), sheets, 1, data, last)


def _text(
    result: Reconciled, summary: Sequence[tuple[str, str, str, int]], notices: Sequence[str], capacity: int
) -> Iterable[str]:
    yield from (f"! {notice}" for notice in notices)
    yield from told_unjudged(result.unjudged)
    for register, documents, movements, matched, by_number in result.compared:
        under = f", {matched} under a document ({by_number} by number)" if matched else ""
        yield f"{register}: {documents} documents, {movements} movements{under}"
    questions = sum(d.kind in QUESTIONS for d in result.differences)
    yield f"{len(result.differences)} differences" + (f", {questions} of them questions of lawful use" if questions else "")
    for kind, title, register, n in summary:
        yield f"  {n:>6}  {kind:<20} {register:<26} {title}"
    shown = result.differences[: capacity or None]
    for number, one in enumerate(shown, 1):
        yield ""
        yield f"{number}. {one.title} [{one.kind}]"
        if one.document:
            yield f"   {_paper(one.document)}"
        if one.movements:
            some = (f"{m.bill} ({m.day}, {_mass(m)}, {m.place})" for m in one.movements)
            yield f"   {_first_few(some, _IN_A_TEXT)}"
        yield f"   {one.because[:1].upper()}{one.because[1:]}. {one.settle}"
        if one.why:
            yield f"   Matched: {one.why}"
    if len(shown) < len(result.differences):
        yield ""
        yield f"... and {len(result.differences) - len(shown)} more: write them with -o differences.xlsx"


def _mass(m: Movement) -> str:
    """The mass of goods, with what they hold of the substance where that is another one."""
    return show_kg(m.kg) + (f" holding {show_kg(m.content_kg)}" if m.content_kg not in (None, m.kg) else "")


def told_unjudged(some: Iterable[Unjudged]) -> Iterable[str]:
    """What could not be judged, a line each."""
    for u in some:
        where = f" ({', '.join(u.examples)}{' ...' if u.count > len(u.examples) else ''})" if u.examples else ""
        yield f"not evaluable ({u.count}): {u.register + ': ' if u.register else ''}{u.message}{where}"


def _paper(d: Document) -> str:
    parties = " → ".join(p for p in (_names(d.exporter, d.holder), _names(d.importer)) if p)
    days = f"{d.first or '...'} to {(d.last if d.stated_last else None) or '...'}"
    parts = (d.reference, parties, d.country, d.substance_id, show_kg(d.kg), days, d.status)
    return " · ".join(p for p in parts if p)
