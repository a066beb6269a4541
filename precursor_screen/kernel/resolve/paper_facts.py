"""What permits and notifications say of the lines in which a substance was recognised, by `kernel.papers`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from precursor_screen.core.arrow import set_columns, tuples_of
from precursor_screen.core.grouped import grouped
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.movements import LINE_MOVEMENT, movement_rows
from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.facts import PaperFacts
from precursor_screen.kernel.papers.movements import Movement, read_movements, with_witnesses
from precursor_screen.kernel.papers.opened import PAPERS, open_papers
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import known_reply_periods
from precursor_screen.rulebook.registers import PERMITS
from precursor_screen.text.chemical import base_share

# Of several rows about a substance the most serious one speaks: an objection must not hide behind an acceptance.
WORST = ("revoked", "objected", "suspended", "expired", "sent", "accepted", "valid", "superseded")


def reply_days(law: str) -> tuple[int | None, bool]:
    """Days, and whether they are working days. Only of a period that was read in its source, and holds still: a flag rests on it."""
    read = [p for p in known_reply_periods() if p.jurisdiction == law and p.verified and p.valid_to is None]
    return (read[0].days, read[0].working_days) if read else (None, False)


def add_paper_facts(lines: pa.Table, candidates: pa.Table, parties: pa.Table, reference: Reference) -> tuple[pa.Table, pa.Table]:
    """Adds what permits and notifications say of each candidate, and of the numbers that each line names.

    Args:
        lines: with LINE_NO, as_of_date and the keys of parties.
        candidates: SUBSTANCE_CANDIDATE with LINE_NO.
        parties: PARTY_CANDIDATE with LINE_NO.
        reference: with the registers.

    Returns:
        Both, with the columns of the registers that were imported.
    """
    registers = [register for register in PAPERS if register in reference.registers]
    if not registers:
        return lines, candidates
    rows = movement_rows(Resolved(lines, candidates, parties, pa.table({})))
    numbers = dict(zip(lines.column("line_id").to_pylist(), lines.column(LINE_NO).to_pylist(), strict=True))
    goods = with_witnesses(read_movements(rows.select(LINE_MOVEMENT.names[2:])))
    place = {(numbers[m.line_id], m.substance_id): m for m in goods if not m.by_code}
    ids = list(zip(candidates.column(LINE_NO).to_pylist(), candidates.column("substance_id").to_pylist(), strict=True))
    for register in registers:
        papers = open_papers(register, reference)
        found = {at: papers.of(movement) for at, movement in place.items()}
        candidates = _with_candidate_facts(candidates, PAPERS[register], [found.get(at) for at in ids])
        by_line = grouped((number, (place[number, substance], facts)) for (number, substance), facts in found.items())
        make = _permit_of_line(reference) if register == PERMITS else _notification_of_line(reference, _dispatches(lines))
        lines = _with_line_facts(lines, make, by_line)
    return lines, candidates


def _with_candidate_facts(candidates: pa.Table, name: str, facts: Sequence[PaperFacts | None]) -> pa.Table:
    values: dict[str, Iterable[Any]] = {
        "covers": (f and f.covers for f in facts),
        "differences": (f and list(f.differences) for f in facts),
        "document": (f and (f.document.reference if f.document else None) for f in facts),
        "why": (f and (f.why or None) for f in facts),
    }
    return set_columns(candidates, {f"{name}_{k}": _array(f"{name}_{k}", v) for k, v in values.items()})


def _array(name: str, values: Iterable[Any]) -> pa.Array:
    return pa.array(list(values), BY_NAME[name].arrow)


LineFacts = Mapping[str, Any]
_Of = tuple[Movement, PaperFacts]


def _with_line_facts(
    lines: pa.Table, make: Callable[[Sequence[_Of]], LineFacts], by_line: Mapping[int, Sequence[_Of]]
) -> pa.Table:
    made = {number: make(some) for number, some in by_line.items()}
    nothing = dict.fromkeys(make(()))
    numbers = lines.column(LINE_NO).to_pylist()
    return set_columns(lines, {name: _array(name, (made.get(n, nothing)[name] for n in numbers)) for name in nothing})


def _permit_of_line(reference: Reference) -> Callable[[Sequence[_Of]], LineFacts]:
    formulas = {s.substance_id: s.formula or "" for s in reference.substances.substances}

    def make(some: Sequence[_Of]) -> LineFacts:
        about = _about(some)
        quantities = [_as_traded(m, d, formulas) for m, d in about if d.kg is not None]
        return {
            "permit_found": _found(some),
            "permit_status": _worst(about),
            "permit_in_force": any(_is_within(d, m.day) for m, d in about) if about else None,
            "permit_substance_ids": _substances(some),
            "permit_quantity_kg": min(quantities, default=None),
            "permit_single_use": _all_known(d.single_use for _, d in about),
        }

    return make


def _dispatches(lines: pa.Table) -> Mapping[str, date]:
    """The day of dispatch by line, of those that state one."""
    if "dispatch_date" not in lines.column_names:
        return {}
    return {line: day for line, day in tuples_of(lines, "line_id", "dispatch_date") if day is not None}


def _notification_of_line(reference: Reference, dispatches: Mapping[str, date]) -> Callable[[Sequence[_Of]], LineFacts]:
    _, working = reply_days(reference.law)

    def make(some: Sequence[_Of]) -> LineFacts:
        about = _about(some)
        return {
            "pen_found": _found(some),
            "pen_status": _worst(about),
            "pen_lead_days": min(
                (_days(d.sent, dispatches.get(m.line_id, m.day), working) for m, d in about if d.sent), default=None
            ),
            "pen_substance_ids": _substances(some),
            "pen_importer_key": min((d.importer.key for _, d in about if d.importer), default=None),
            "pen_country": min((d.country for _, d in about if d.country), default=None),
        }

    return make


def _found(some: Sequence[_Of]) -> bool | None:
    found = [f.found for _, f in some if f.found is not None]
    return any(found) if found else None


def _all_known(values: Iterable[bool | None]) -> bool | None:
    known = [value for value in values if value is not None]
    return all(known) if known else None


def _about(some: Sequence[_Of]) -> list[tuple[Movement, Document]]:
    """The documents that a line names for its substances; where none is for them, all that it names."""
    own = {m.substance_id for m, _ in some}
    every = [(m, d) for m, f in some for d in f.named]
    return [(m, d) for m, d in every if d.substance_id in own and m.substance_id == d.substance_id] or every


def _worst(about: Sequence[tuple[Movement, Document]]) -> str | None:
    return min((d.status_on(m.day) for m, d in about), key=WORST.index, default=None)


def _substances(some: Sequence[_Of]) -> list[str] | None:
    return sorted({d.substance_id for _, f in some for d in f.named}) if _found(some) else None


def _is_within(document: Document, day: date) -> bool:
    return (document.first or date.min) <= day <= (document.last or date.max)


def _days(sent: date, day: date, working: bool) -> int:
    """Days from a notification to the goods' day; working: Mondays to Fridays that have begun."""
    if not working:
        return (day - sent).days
    return sum((sent + timedelta(days=n)).weekday() < 5 for n in range((day - sent).days))


def _as_traded(movement: Movement, document: Document, formulas: Mapping[str, str]) -> Any:
    """How much of the goods as traded a document is for: one that counts the base is for more of a salt."""
    share = base_share(formulas.get(movement.substance_id, ""), movement.goods) if document.base else None
    assert document.kg is not None
    return document.kg if not share else (document.kg / share).quantize(document.kg)
