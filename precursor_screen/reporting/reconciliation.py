"""Differences for people and programs: what `reconcile` tells, of papers and of two countries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import asdict

from precursor_screen.cases.reconcile import mirror
from precursor_screen.cases.reconcile.differences import KINDS, QUESTIONS, Difference, Unjudged, kilograms, show_kg, whole_mass
from precursor_screen.cases.reconcile.documents import Document as Paper
from precursor_screen.cases.reconcile.documents import Party
from precursor_screen.cases.reconcile.mirror import Consignment, Mirrored
from precursor_screen.cases.reconcile.movements import Movement, record_of
from precursor_screen.cases.reconcile.reconcile import Reconciled
from precursor_screen.reporting import comparison
from precursor_screen.reporting.comparison import LINES, Head, line_of, not_evaluable, numbered
from precursor_screen.reporting.document import Document, columns, tabulate

_IN_A_CELL = 20  # shipments that a cell names; the sheet Lines has all
_IN_A_TEXT = 5
_SIDE = "{0}_bills:24w {0}_day:12d {0}_kg:13n {0}_substance:24 {0}_sender:28w {0}_receiver:28w {0}_places:30w"
_COLUMNS = {
    "Summary": columns("kind:20 what:46w register:26 differences:13n"),
    "Differences": columns(
        "no:6n kind:18 what=title:34w register:22 reference:22 holder:28w consignee=importer:28w country:9 substance:24",
        "document_kg:13n first_day=first:12d last_day=last:12d status:11 bills:34w shipped_from:13d shipped_until:13d",
        "shipped_kg:13n content_kg:13n difference_kg:14n because:60w matched:50w settle:44w lines:7n places:40w",
    ),
    "Mirrored": columns(
        f"no:6n kind:18 what=title:34w {_SIDE.format('export')} {_SIDE.format('import')} difference_kg:14n",
        "because:60w matched:50w settle:44w",
    ),
    "Registers": columns("register:26 documents:11n movements:11n matched:11n by_number:11n"),
}


def present(result: Reconciled, head: Head, capacity: int = 20) -> Document:
    """What `reconcile` tells; capacity: differences in the text; 0: all."""
    found = list(enumerate(result.differences, 1))
    records = [_record(n, d) for n, d in found]
    counts = sorted(Counter((d.kind, d.register) for d in result.differences).items())
    summary = [(kind, KINDS[kind][0], register, n) for kind in KINDS for (k, register), n in counts if k == kind]
    registers = [dict(zip([c.name for c in _COLUMNS["Registers"]], row, strict=True)) for row in result.compared]
    tables = (
        tabulate("Summary", _COLUMNS["Summary"], summary),
        tabulate("Differences", _COLUMNS["Differences"], [_cells(r, d) for r, (_, d) in zip(records, found, strict=True)], 3),
        tabulate("Lines", LINES, [line_of(m, no=n, kind=d.kind) for n, d in found for m in d.movements], 2),
        tabulate("Registers", _COLUMNS["Registers"], registers),
        not_evaluable(result.unjudged),
    )
    data = {"registers": registers, "not_evaluable": list(map(asdict, result.unjudged)), "differences": records}
    return comparison.present(head, result.unjudged, _text(result, summary, capacity), tables, 1, data)


def _text(result: Reconciled, summary: Sequence[tuple[str, str, str, int]], capacity: int) -> Iterator[str]:
    for register, documents, movements, matched, by_number in result.compared:
        under = f", {matched} under a document ({by_number} by number)" if matched else ""
        yield f"{register}: {documents} documents, {movements} movements{under}"
    questions = sum(d.kind in QUESTIONS for d in result.differences)
    yield f"{len(result.differences)} differences" + (f", {questions} of them questions of lawful use" if questions else "")
    for kind, title, register, n in summary:
        yield f"  {n:>6}  {kind:<20} {register:<26} {title}"
    yield from numbered(result.differences, capacity, _both_sides)


def _both_sides(one: Difference) -> Iterator[str]:
    if one.document:
        yield _paper(one.document)
    if one.movements:
        yield _first_few((f"{m.bill} ({m.day}, {_mass(m)}, {m.place})" for m in one.movements), _IN_A_TEXT)


def _paper(d: Paper) -> str:
    parties = " → ".join(p for p in (_names(d.exporter, d.holder), _names(d.importer)) if p)
    days = f"{d.first or '...'} to {(d.last if d.stated_last else None) or '...'}"
    return " · ".join(p for p in (d.reference, parties, d.country, d.substance_id, show_kg(d.kg), days, d.status) if p)


def _mass(m: Movement) -> str:
    """The mass of goods, with what they hold of the substance where that is another one."""
    return show_kg(m.kg) + (f" holding {show_kg(m.content_kg)}" if m.content_kg not in (None, m.kg) else "")


def _names(*parties: Party | None) -> str:
    return ", ".join(p.name for p in parties if p is not None)


def _first_few(items: Iterable[str], most: int) -> str:
    distinct = list(dict.fromkeys(items))
    return ", ".join(distinct[:most]) + (f" and {len(distinct) - most} more" if len(distinct) > most else "")


def _record(number: int, one: Difference) -> dict[str, Any]:
    return {
        "no": number,
        **{name: getattr(one, name) for name in ("kind", "title", "register")},
        "document": _document(one.document) if one.document else None,
        "shipped_kg": one.shipped_kg,
        "content_kg": kilograms([m.substance_kg for m in one.movements]),
        **{name: getattr(one, name) for name in ("difference_kg", "because")},
        "matched": one.why,
        "settle": one.remedy,
        "shipments": [record_of(m) for m in one.movements],
    }


def _document(d: Paper) -> dict[str, Any]:
    return {
        **{name: getattr(d, name) for name in ("register", "reference", "substance_id", "kg")},
        **{name: _names(getattr(d, name)) or None for name in ("exporter", "importer", "holder")},
        **{name: getattr(d, name) for name in ("country", "direction", "first")},
        "last": d.last if d.stated_last else None,
        **{name: getattr(d, name) for name in ("status", "single_use", "sent", "reply_ends")},
    }


def _cells(record: dict[str, Any], one: Difference) -> dict[str, Any]:
    """A difference as a record of its table."""
    paper, movements, days = one.document, one.movements, [m.day for m in one.movements]
    return {
        **(record["document"] or {}),
        **record,
        "holder": _names(paper.exporter, paper.holder) if paper else None,
        "substance": paper.substance_id if paper else movements[0].substance_id,
        "document_kg": one.document_kg,
        "bills": _first_few((m.bill for m in movements), _IN_A_CELL),
        "shipped_from": min(days, default=None),
        "shipped_until": max(days, default=None),
        "lines": len(movements),
        "places": _first_few((m.place for m in movements), _IN_A_CELL),
    }


def present_mirror(found: Sequence[Mirrored], pairs: int, doubts: Sequence[Unjudged], head: Head, capacity: int = 20) -> Document:
    """What `reconcile --mirror` tells."""
    counted = list(enumerate(found, 1))
    records = [
        {"no": n, "kind": d.kind, "title": d.title, "difference_kg": d.difference_kg, "because": d.because, "matched": d.why}
        | {"settle": d.remedy, **{name: [record_of(m) for m in c] or None for name, c in _sides(d)}}
        for n, d in counted
    ]
    cells = [{**r, **_cells_of("export", d.left), **_cells_of("import", d.arrived)} for r, d in zip(records, found, strict=True)]
    tables = (
        tabulate("Differences", _COLUMNS["Mirrored"], cells, 3),
        tabulate("Lines", LINES, [line_of(m, no=n, kind=d.kind) for n, d in counted for _, c in _sides(d) for m in c], 2),
        not_evaluable(doubts),
    )
    data = {"matched": pairs, "not_evaluable": list(map(asdict, doubts)), "differences": records}
    return comparison.present(head, doubts, _mirror_text(found, pairs, capacity), tables, 0, data)


def _sides(one: Mirrored) -> tuple[tuple[str, Consignment], ...]:
    return (("export", one.left), ("import", one.arrived))


def _cells_of(side: str, some: Consignment) -> dict[str, Any]:
    if not some:
        return {}
    first = some[0]
    told = {"day": first.day, "substance": first.substance_id, "sender": first.sender, "receiver": first.receiver}
    told |= {"bills": ", ".join(dict.fromkeys(m.bill for m in some)), "places": ", ".join(dict.fromkeys(m.place for m in some))}
    return {f"{side}_{name}": value for name, value in {**told, "kg": whole_mass(some)}.items()}


def _mirror_text(found: Sequence[Mirrored], pairs: int, capacity: int) -> Iterator[str]:
    counts = Counter(d.kind for d in found)
    yield f"{pairs} consignments on both sides, {len(found)} differences"
    yield from (f"  {counts[kind]:>6}  {kind:<20} {title}" for kind, (title, _) in mirror.KINDS.items() if counts[kind])
    yield from numbered(found, capacity, _each_side)


def _each_side(one: Mirrored) -> Iterator[str]:
    for name, c in _sides(one):
        if c:
            places = ", ".join(m.place for m in c[:_IN_A_TEXT])
            yield f"{name}: {c[0].bill} · {c[0].day} · {c[0].substance_id} · {show_kg(whole_mass(c))} · {places}"
