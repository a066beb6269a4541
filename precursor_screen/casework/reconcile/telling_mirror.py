"""The mirror's differences for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import asdict

from precursor_screen.casework.delivery import Told, make_sheet, plain
from precursor_screen.casework.reconcile.differences import Unjudged, show_kg, whole_mass
from precursor_screen.casework.reconcile.mirror import KINDS, Consignment, Mirrored
from precursor_screen.casework.reconcile.movements import record_of
from precursor_screen.casework.reconcile.telling import LINES, SCHEMA_VERSION, line_row, not_evaluable, told_unjudged
from precursor_screen.reports.xlsx_sheets import DAY, NUMBER, WRITTEN, Column

_SIDES = tuple(
    column
    for side in ("export", "import")
    for column in (
        *(Column(f"{side}_bills", 24, WRITTEN), Column(f"{side}_day", 12, DAY), Column(f"{side}_kg", 13, NUMBER)),
        *(Column(f"{side}_substance", 24), Column(f"{side}_sender", 28, WRITTEN), Column(f"{side}_receiver", 28, WRITTEN)),
        Column(f"{side}_places", 30, WRITTEN),
    )
)
_COLUMNS = (
    *(Column("no", 6, NUMBER), Column("kind", 18), Column("what", 34, WRITTEN), *_SIDES, Column("difference_kg", 14, NUMBER)),
    *(Column("because", 60, WRITTEN), Column("matched", 50, WRITTEN), Column("settle", 44, WRITTEN)),
)


def _side(one: Consignment) -> tuple[Any, ...]:
    if not one:
        return (None,) * 7
    first = one[0]
    bills, places = (", ".join(dict.fromkeys(x)) for x in ((m.bill for m in one), (m.place for m in one)))
    return (bills, first.day, whole_mass(one), first.substance_id, first.sender, first.receiver, places)


def _record(number: int, one: Mirrored) -> dict[str, Any]:
    sides = {name: [record_of(m) for m in c] or None for name, c in _sides(one)}
    return {
        "no": number,
        "kind": one.kind,
        "title": one.title,
        "difference_kg": one.difference_kg,
        "because": one.because,
        "matched": one.why,
        "settle": one.settle,
        **sides,
    }


def _sides(one: Mirrored) -> tuple[tuple[str, Consignment], ...]:
    return (("export", one.left), ("import", one.arrived))


def tell_mirror(
    found: Sequence[Mirrored],
    pairs: int,
    doubts: Sequence[Unjudged],
    run: dict[str, Any],
    provenance: dict[str, Any],
    notices: Sequence[str],
    last: date,
    capacity: int = 20,
) -> Told:
    """What `reconcile --mirror` tells; see `telling.tell`."""
    numbered = list(enumerate(found, 1))
    counts = Counter(d.kind for d in found)
    rows = [
        (n, d.kind, d.title, *_side(d.left), *_side(d.arrived), d.difference_kg, d.because, d.why, d.settle) for n, d in numbered
    ]
    lines = [line_row(n, d.kind, record_of(m)) for n, d in numbered for _, c in _sides(d) for m in c]
    sheets = (
        make_sheet("Differences", _COLUMNS, rows, frozen=3),
        make_sheet("Lines", LINES, lines, frozen=2),
        not_evaluable(doubts),
    )
    data = plain(
        {
            "schema_version": SCHEMA_VERSION,
            "run": run,
            "provenance": provenance,
            "notices": list(notices),
            "matched": pairs,
            "not_evaluable": [asdict(u) for u in doubts],
            "differences": [_record(n, d) for n, d in numbered],
        }
    )
    return Told(tuple(_text(numbered, counts, pairs, doubts, notices, capacity)), sheets, 0, data, last)


def _text(
    numbered: Sequence[tuple[int, Mirrored]],
    counts: Counter[str],
    pairs: int,
    doubts: Sequence[Unjudged],
    notices: Sequence[str],
    capacity: int,
) -> Iterable[str]:
    yield from (f"! {notice}" for notice in notices)
    yield from told_unjudged(doubts)
    yield f"{pairs} consignments on both sides, {len(numbered)} differences"
    yield from (f"  {counts[kind]:>6}  {kind:<20} {title}" for kind, (title, _) in KINDS.items() if counts[kind])
    for number, one in numbered[: capacity or None]:
        yield ""
        yield f"{number}. {one.title} [{one.kind}]"
        for name, c in _sides(one):
            if c:
                places = ", ".join(m.place for m in c[:5])
                yield f"   {name}: {c[0].bill} · {c[0].day} · {c[0].substance_id} · {show_kg(whole_mass(c))} · {places}"
        yield f"   {one.because[:1].upper()}{one.because[1:]}. {one.settle}"
        yield f"   Matched: {one.why}"
    if capacity and len(numbered) > capacity:
        yield ""
        yield f"... and {len(numbered) - capacity} more: write them with -o differences.xlsx"
