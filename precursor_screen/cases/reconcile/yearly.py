"""Differences of registers that count a year: licences, and countries' annual requirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from precursor_screen.cases.reconcile.law import Frame, is_beyond
from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.differences import Difference, Unjudged, all_unjudged, kilograms, show_kg
from precursor_screen.kernel.papers.documents import DOMESTIC, EXPORT, IMPORT, Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.similar_names import are_similar_names
from precursor_screen.rulebook.registers import LICENCES, REQUIREMENTS

_TO_COUNTRY = "all movements to the country, of the substance and year"
_DELIVERIES, _NEARLY_ALL = 10, 0.9  # of a class, and the share whose buyers hold a licence (own proposal)
_MESSAGES = {
    "no-quantity": "state no kilograms a year: there is no limit to compare with",
    "mass-unknown": "movements of unknown mass: the year's total is at least what is told",
    "year-in-part": "years of which only a part lies in the period: what is within the limit so far may not stay so",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell: whose licence is asked for cannot be told",
    "holder-alike": "senders or receivers without a licence whose name is very like that of a holder: the same firm?",
    "not-held": "movements of which the law asks for a licence, of a substance of which the register holds none at all; it does not say that it is complete",
    "no-party": "movements that name nobody who would need a licence",
    "no-country": "movements that state no destination: they count for no country's requirement",
}


def judge_licences(
    documents: Sequence[Document], movements: Sequence[Movement], frame: Frame
) -> tuple[list[Difference], list[Unjudged]]:
    """Movements of licensed parties against their licences: in force on the day, and enough for the calendar year."""
    licences = sorted((d for d in documents if d.holder), key=lambda d: d.rank)
    held = grouped(((d.holder.key if d.holder else "", d.substance_id), d) for d in licences)
    moving = sorted((m for m in movements if not (m.returned and m.direction == IMPORT)), key=lambda m: m.rank)
    by_year: dict[tuple[str, str, int], list[Movement]] = defaultdict(list)
    out: dict[tuple[str, int], tuple[Document, list[Movement]]] = {}
    unjudged_places: dict[str, list[str]] = defaultdict(list)
    for movement in moving:
        for key in sorted({*movement.sending, *movement.receiving}):
            if (key, movement.substance_id) not in held:
                continue
            nearest = min(held[key, movement.substance_id], key=lambda d: _off(d, movement.day))
            kind = _out_of_force(nearest, movement.day)
            if kind is None:
                by_year[key, movement.substance_id, movement.day.year].append(movement)
            else:
                out.setdefault((kind, id(nearest)), (nearest, []))[1].append(movement)
    found = [_difference(kind, d, some, _because(kind, d, some)) for (kind, _), (d, some) in out.items()]
    found += _unlicensed(documents, held, _licensed_sides(held, movements), moving, frame, unjudged_places)
    for licences in held.values():
        found += _duplicates(licences)
        found += [
            _difference(kinds.CONTRADICTING, d, (), f"{d.reference} is valid from {d.first} until {d.last}")
            for d in licences
            if d.contradicting
        ]
    for (key, substance_id, year), some in by_year.items():
        found += _exceeded(held[key, substance_id], some, year, frame, unjudged_places)
    return found, all_unjudged(LICENCES, unjudged_places, _MESSAGES)


def _unlicensed(
    documents: Sequence[Document],
    held: Mapping[tuple[str, str], Sequence[Document]],
    sides: Collection[tuple[str, str | None]],
    moving: Sequence[Movement],
    frame: Frame,
    unjudged_places: dict[str, list[str]],
) -> Iterator[Difference]:
    """Goods of who is asked for a licence and holds none, a party, substance and year together."""
    classes = _licensed_classes(held, moving, frame)
    lacking: dict[tuple[str, str, int, Decimal], list[Movement]] = defaultdict(list)
    for movement in (m for m in moving if m.bulk):
        by_register = (movement.substance_id, movement.direction) in sides and not frame.law.within_union(movement)
        if movement.direction == DOMESTIC:
            by_register = frame.law.class_of(movement) in classes
        least = Decimal(0) if by_register else frame.law.licence_from(movement)
        own = {EXPORT: movement.sending, IMPORT: movement.receiving, DOMESTIC: movement.receiving}.get(movement.direction or "")
        if least is not None and not own:
            unjudged_places["no-direction" if own is None else "no-party"].append(movement.place)
        elif least is not None and own and not any((key, movement.substance_id) in held for key in own):
            lacking[own[0], movement.substance_id, movement.day.year, least].append(movement)
    for (_, substance_id, _, least), some in lacking.items():
        first, shipped = some[0], kilograms(m.kg for m in some)
        if least and (shipped or 0) < least:
            continue
        who = first.sender if first.direction == EXPORT else first.receiver
        licences = ((d, d.holder) for d in documents if d.substance_id == substance_id and d.holder)
        similar_holder = next(
            (f"{who}: {holder.name} ({d.reference})" for d, holder in licences if are_similar_names(who, holder.name)), None
        )
        if similar_holder:
            unjudged_places["holder-alike"].append(similar_holder)
        elif is_beyond(LICENCES, first, sides, frame):
            unjudged_places["not-held"] += [m.place for m in some]
        else:
            because = f"{show_kg(shipped)} of {substance_id}; the register has no licence of {who or 'the party'} for it"
            yield Difference(kinds.MISSING, LICENCES, None, tuple(some), None, shipped, None, because, "not matched")


def _licensed_sides(
    held: Mapping[tuple[str, str], Sequence[Document]], movements: Sequence[Movement]
) -> frozenset[tuple[str, str | None]]:
    """Substances and directions that the register is kept for: exports of all that anybody holds a licence of, imports of what a holder
    brings in, for an office may license exporters only."""
    substances = {substance_id for _, substance_id in held}
    imports = (m for m in movements if m.direction == IMPORT)
    brought = {m.substance_id for m in imports if any((k, m.substance_id) in held for k in m.receiving)}
    return frozenset({*((s, EXPORT) for s in substances), *((s, None) for s in substances), *((s, IMPORT) for s in brought)})


def _licensed_classes(
    held: Mapping[tuple[str, str], Sequence[Document]], movements: Sequence[Movement], frame: Frame
) -> frozenset[str]:
    """Classes of the office's law of which nearly all buyers at home hold a licence: then one who holds none stands out."""
    delivered = ((frame.law.class_of(m), m) for m in movements if m.direction == DOMESTIC)
    counts = grouped((name, any((key, m.substance_id) in held for key in m.receiving)) for name, m in delivered if name)
    return frozenset(name for name, own in counts.items() if len(own) >= _DELIVERIES and sum(own) >= _NEARLY_ALL * len(own))


def _off(document: Document, day: date) -> tuple[bool, int]:
    days = max((document.first - day).days if document.first else 0, (day - document.last).days if document.last else 0, 0)
    return (document.status_on(day) not in ("valid", "expired"), days)


def _out_of_force(document: Document, day: date) -> str | None:
    if document.contradicting:
        return None
    if document.status_on(day) not in ("valid", "expired"):
        return kinds.EXPIRED
    if document.last and day > document.last:
        return kinds.EXPIRED if document.status == "expired" else kinds.LATER
    if document.status == "expired" and document.last is None:
        return kinds.EXPIRED
    return kinds.TOO_EARLY if document.first and day < document.first else None


def _because(kind: str, document: Document, movements: Sequence[Movement]) -> str:
    holder = document.holder.name if document.holder else ""
    if kind == kinds.EXPIRED:
        return f"licence {document.reference} of {holder} is {document.status}; goods moved on {movements[0].day}"
    if kind == kinds.LATER:
        return f"goods moved on {movements[-1].day}; licence {document.reference} of {holder} ended on {document.last}"
    return f"goods moved on {movements[0].day}; licence {document.reference} of {holder} begins on {document.first}"


def _duplicates(licences: Sequence[Document]) -> Iterator[Difference]:
    for same in grouped(((d.number, d.authority_key), d) for d in licences).values():
        if len(same) > 1:
            masses = " and ".join(show_kg(d.kg) for d in same)
            yield _difference(kinds.DUPLICATE, same[0], (), f"{same[0].reference} is in {len(same)} rows, for {masses} a year")


def _exceeded(
    licences: Sequence[Document], some: Sequence[Movement], year: int, frame: Frame, unjudged_places: dict[str, list[str]]
) -> Iterator[Difference]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    held = [d for d in licences if (d.status in ("valid", "expired") or d.status_from) and (d.last or d.status != "expired")]
    live = [d for d in held if (d.first or first) <= last and (d.last or last) >= first]
    if any(d.kg is None for d in live):
        unjudged_places["no-quantity"] += sorted(
            {d.reference for d in live if d.kg is None} - set(unjudged_places["no-quantity"])
        )
        return
    if len({(d.number, d.authority_key) for d in live}) < len(live):
        return  # a number that stands twice is told as such
    cap = kilograms([d.kg for d in live]) or Decimal(0)
    yield from _over(kinds.LICENCE_EXCEEDED, live[0], some, cap, year, frame, unjudged_places)


def _over(
    kind: str,
    document: Document,
    some: Sequence[Movement],
    cap: Decimal,
    year: int,
    frame: Frame,
    unjudged_places: dict[str, list[str]],
) -> Iterator[Difference]:
    unjudged_places["mass-unknown"] += [m.place for m in some if m.kg is None]
    moved_kg = kilograms([m.kg for m in some]) or Decimal(0)
    if moved_kg > cap * (1 + frame.tolerance):
        because = f"{show_kg(moved_kg)} of {document.substance_id} moved in {year}; {show_kg(cap)} a year by {document.reference}"
        yield _difference(kind, document, some, because, moved_kg - cap)
    elif frame.first > date(year, 1, 1) or frame.last < date(year, 12, 31):
        unjudged_places["year-in-part"].append(f"{document.reference}, {year}")


def _difference(
    kind: str, document: Document, some: Sequence[Movement], because: str, difference_kg: Decimal | None = None
) -> Difference:
    why = "all movements of the holder and substance" if document.holder else _TO_COUNTRY
    shipped = kilograms([m.kg for m in some])
    return Difference(kind, document.register, document, tuple(some), document.kg, shipped, difference_kg, because, why)


def judge_requirements(
    documents: Sequence[Document], movements: Sequence[Movement], frame: Frame
) -> tuple[list[Difference], list[Unjudged]]:
    """What went to a country in a calendar year against what it says it needs."""
    of = grouped(((d.number, d.substance_id), d) for d in sorted(documents, key=lambda d: d.rank))
    substances = {d.substance_id for d in documents}
    moving = [
        m
        for m in sorted(movements, key=lambda m: m.rank)
        if m.substance_id in substances and m.direction in (None, EXPORT, IMPORT) and not m.returned
    ]
    unjudged_places = defaultdict(list, {"no-country": [m.place for m in moving if m.destination is None]})
    by_country = grouped(((f"{m.destination}{m.day.year}", m.substance_id), m) for m in moving)
    found: list[Difference] = []
    for key, rows in of.items():
        document = rows[0]
        some = by_country.get(key, [])
        if len(rows) > 1:
            masses = " and ".join(show_kg(d.kg) for d in rows)
            because = f"the requirement of {document.reference} is in {len(rows)} rows, for {masses}"
            found.append(_difference(kinds.DUPLICATE, document, some, because))
        elif some and document.kg is None:
            unjudged_places["no-quantity"].append(document.reference)
        elif some and document.kg is not None and document.first:
            found += _over(kinds.REQUIREMENT_EXCEEDED, document, some, document.kg, document.first.year, frame, unjudged_places)
    return found, all_unjudged(REQUIREMENTS, unjudged_places, _MESSAGES)
