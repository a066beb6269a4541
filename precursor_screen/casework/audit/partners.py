"""To whom and which way: receivers with their first and last day, those that are new or came back, routes and what changed in them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from precursor_screen.casework.audit.moves import Lines, Move, count_movements, group, known_kg, lines_of
from precursor_screen.casework.audit.peers import NEW_AFTER

DORMANT = 180  # days without a movement
LEAST_BEFORE_DORMANT = 2  # movements of a partner that can be called dormant: one that bought once is none


@dataclass(frozen=True, slots=True)
class Listed:
    """A watchlist entry that a receiver's name matched, by a flag of the ledger or of the run."""

    list_id: str
    entry_id: str
    score: float | None
    flag_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver.

    Attributes:
        key: comparable key of its name; names: as written, the most frequent first; countries: likewise.
        first, last: days in the period; known_since: first day on record, also before the period; None: none is dated.
        by_substance: kilograms that are known.
        is_new: never met before the period, and more than NEW_AFTER days after the exporter's own first day on record: without a year
            before it nobody can tell.
        gap_days: the longest time without a movement between two; back_on: the day after it; None: no gap of DORMANT days.
        is_dormant: nothing in the last DORMANT days of the period, after several movements.
    """

    key: str
    names: tuple[str, ...]
    countries: tuple[str, ...]
    first: date | None
    last: date | None
    known_since: date | None
    movements: int
    kg: Decimal
    unknown: int
    by_substance: tuple[tuple[str, Decimal], ...]
    is_new: bool
    gap_days: int | None
    back_on: date | None
    is_dormant: bool
    listed: tuple[Listed, ...]
    lines: Lines

    @property
    def name(self) -> str:
        """As it is mostly written."""
        return self.names[0] if self.names else self.key


@dataclass(frozen=True, slots=True)
class Route:
    """From where by which countries to where."""

    dispatch: str
    transit: tuple[str, ...]
    destination: str
    kg: Decimal
    movements: int
    first: date | None
    last: date | None
    lines: Lines


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What went another way after a State objected: to the same importer elsewhere, or the substance to a country that it had never
    gone to before the objection.

    Attributes:
        reference: of the pre-export notification; since: the day it was sent (the register does not hold that of the answer).
        to: destinations afterwards.
        because: why it is told.
    """

    reference: str
    substance: str
    country: str
    since: date
    to: tuple[str, ...]
    because: str
    kg: Decimal
    lines: Lines


def receivers(
    moves: Sequence[Move], known_since: Mapping[str, date], last: date, listed: Mapping[str, Sequence[Listed]]
) -> tuple[Receiver, ...]:
    """Receivers that are named, the largest first.

    Args:
        moves: of the period.
        known_since: first day on record of each receiver of this exporter, also before the period.
        last: day of the period.
        listed: watchlist matches by line_id.
    """
    began = min(known_since.values(), default=None)
    found = []
    for key, some in group((m for m in moves if m.receiver), lambda m: m.receiver).items():
        days = sorted({m.day for m in some if m.day})
        gaps = [((b - a).days, b) for a, b in itertools.pairwise(days)]
        gap = max(gaps, default=(0, None), key=lambda g: g[0])
        earliest = min(filter(None, (known_since.get(key), days[0] if days else None)), default=None)
        matches = {(e.list_id, e.entry_id): e for m in some for e in listed.get(m.line_id, ())}
        by_substance = group((m for m in some if m.substance), lambda m: m.substance)
        named = bool(by_substance)  # of goods in which nothing was recognised nobody is a partner
        found.append(
            Receiver(
                key=key,
                names=_most_frequent(m.receiver_name for m in some),
                countries=_most_frequent(m.receiver_country or m.destination for m in some),
                first=days[0] if days else None,
                last=days[-1] if days else None,
                known_since=earliest,
                movements=count_movements(some),
                kg=known_kg(m for m in some if m.substance),
                unknown=sum(m.kg is None for m in some if m.substance),
                by_substance=tuple((s, known_kg(own)) for s, own in sorted(by_substance.items())),
                is_new=bool(named and days and earliest == days[0] and began and (days[0] - began).days > NEW_AFTER),
                gap_days=gap[0] if named and gap[0] >= DORMANT else None,
                back_on=gap[1] if named and gap[0] >= DORMANT else None,
                is_dormant=named and len(days) >= LEAST_BEFORE_DORMANT and (last - days[-1]).days >= DORMANT,
                listed=tuple(matches[k] for k in sorted(matches)),
                lines=lines_of(some),
            )
        )
    return tuple(sorted(found, key=lambda r: (-r.kg, -r.movements, r.key)))


def _most_frequent(texts: Any) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for text in texts:
        if text:
            counts[text] = counts.get(text, 0) + 1
    return tuple(sorted(counts, key=lambda t: (-counts[t], t)))


def routes(moves: Sequence[Move]) -> tuple[Route, ...]:
    """The ways of goods with a substance, the most used first."""
    found = []
    for (dispatch, transit, destination), some in group(
        (m for m in moves if m.substance), lambda m: (m.dispatch, m.transit, m.destination)
    ).items():
        days = [m.day for m in some if m.day]
        first, last = min(days, default=None), max(days, default=None)
        found.append(Route(dispatch, transit, destination, known_kg(some), count_movements(some), first, last, lines_of(some)))
    return tuple(sorted(found, key=lambda r: (-r.movements, -r.kg, r.dispatch, r.transit, r.destination)))


def rerouted(moves: Sequence[Move], objections: Sequence[Mapping[str, Any]]) -> tuple[Rerouted, ...]:
    """What moved otherwise after an objection.

    Args:
        moves: of the period.
        objections: rows of the register of pre-export notifications with the status objected, of this exporter: reference,
            substance_id, country, importer_key, sent.
    """
    found = []
    for row in sorted(objections, key=lambda r: (r["reference"] or "", r["substance_id"] or "")):
        since, country, substance = row["sent"], row["country"] or "", row["substance_id"]
        if since is None or not substance or not country:
            continue
        own = [m for m in moves if m.substance == substance and m.day and m.destination]
        before = {m.destination for m in own if m.day and m.day <= since}
        after = [m for m in own if m.day and m.day > since and m.destination != country]
        same = [m for m in after if row["importer_key"] and m.receiver == row["importer_key"]]
        fresh = [m for m in after if m.destination not in before and m not in same]
        for some, because in (
            (same, "the same importer, elsewhere"),
            (fresh, "a country that the substance had not gone to before"),
        ):
            if some:
                to = tuple(sorted({m.destination for m in some}))
                found.append(
                    Rerouted(row["reference"] or "", substance, country, since, to, because, known_kg(some), lines_of(some))
                )
    return tuple(found)
