"""To whom and which way: receivers with their first and last day, those that are new or came back, routes and what changed in them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from precursor_screen.cases.audit.moves import Rows, known_kg, lines_of, named, sums
from precursor_screen.cases.audit.peers import NEW_AFTER
from precursor_screen.cases.frames import group, row, to_tuples, values

DORMANT = 180  # days without a movement
LEAST_BEFORE_DORMANT = 2  # movements of a partner that can be called dormant: one that bought once is none


def receivers(moves: pd.DataFrame, known_since: Mapping[str, date], last: date, listed: Mapping[str, Sequence[Any]]) -> Rows:
    """Receivers that are named, the largest first.

    Of a receiver:
        key: comparable key of its name; names: as written, the most frequent first; countries: likewise; name: the first of them.
        first, last: days in the period; known_since: first day on record, also before the period; None: none is dated.
        by_substance: kilograms that are known.
        is_new: never met before the period, and more than NEW_AFTER days after the exporter's own first day on record: without a year
            before it nobody can tell.
        gap_days: the longest time without a movement between two; back_on: the day after it; None: no gap of DORMANT days.
        is_dormant: nothing in the last DORMANT days of the period, after several movements.

    Args:
        moves: of the period.
        known_since: first day on record of each receiver of this exporter, also before the period.
        last: day of the period.
        listed: watchlist matches by line_id.
    """
    began = min(known_since.values(), default=None)
    received = moves[moves["receiver"] != ""]
    stated = received["receiver_country"]
    received = received.assign(country=stated.where(stated != "", received["destination"]))
    wanted = {"days": ("day", "distinct"), "names": ("receiver_name", "list"), "countries": ("country", "list")}
    texts = to_tuples(group(received, ["receiver"], **wanted, line_ids=("line_id", "distinct")))
    weighed = {one.receiver: one for one in to_tuples(sums(named(received), "receiver"))}
    by_substance: dict[str, list[Any]] = {}
    for one in to_tuples(sums(named(received), "receiver", "substance")):
        by_substance.setdefault(one.receiver, []).append((one.substance, one.kg))
    found = []
    for every, text in zip(to_tuples(sums(received, "receiver")), texts, strict=True):
        own = weighed.get(every.receiver)  # of goods in which nothing was recognised nobody is a partner
        days = sorted(day for day in text.days if day)
        gap, back_on = max((((b - a).days, b) for a, b in itertools.pairwise(days)), default=(0, None), key=lambda g: g[0])
        is_back = own is not None and gap >= DORMANT
        earliest = min(filter(None, (known_since.get(every.receiver), every.first)), default=None)
        matches = {(e.list_id, e.entry_id): e for line_id in text.line_ids for e in listed.get(line_id, ())}
        names = _most_frequent(text.names)
        found.append(
            row(
                key=every.receiver,
                names=names,
                countries=_most_frequent(text.countries),
                first=every.first,
                last=every.last,
                known_since=earliest,
                movements=every.movements,
                kg=own.kg if own else Decimal(0),
                unknown=own.unknown if own else 0,
                by_substance=tuple(by_substance.get(every.receiver, ())),
                is_new=bool(own and days and earliest == days[0] and began and (days[0] - began).days > NEW_AFTER),
                gap_days=gap if is_back else None,
                back_on=back_on if is_back else None,
                is_dormant=bool(own and len(days) >= LEAST_BEFORE_DORMANT and (last - days[-1]).days >= DORMANT),
                listed=tuple(matches[k] for k in sorted(matches)),
                lines=every.lines,
                name=names[0] if names else every.receiver,
            )
        )
    return tuple(sorted(found, key=lambda r: (-r.kg, -r.movements, r.key)))


def _most_frequent(texts: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(filter(None, texts))
    return tuple(sorted(counts, key=lambda t: (-counts[t], t)))


def routes(moves: pd.DataFrame) -> Rows:
    """From where by which countries to where went goods with a substance, the most used first."""
    some = named(moves)
    found = sums(some.assign(transit=[" ".join(way) for way in some["transit"]]), "dispatch", "transit", "destination")
    found["transit"] = [tuple(way.split()) for way in found["transit"]]
    rows = to_tuples(found[["dispatch", "transit", "destination", "kg", "movements", "first", "last", "lines"]])
    return tuple(sorted(rows, key=lambda r: (-r.movements, -r.kg, r.dispatch, r.transit, r.destination)))


def rerouted(moves: pd.DataFrame, objections: Sequence[Mapping[str, Any]]) -> Rows:
    """What went another way after a State objected: to the same importer elsewhere, or the substance to a country that it had never gone to
    before the objection.

    reference: of the pre-export notification; since: the day it was sent (the register does not hold that of the answer); to:
    destinations afterwards; because: why it is told.

    Args:
        moves: of the period.
        objections: rows of the register of pre-export notifications with the status objected, of this exporter: reference,
            substance_id, country, importer_key, sent.
    """
    found = []
    for one in sorted(objections, key=lambda r: (r["reference"] or "", r["substance_id"] or "")):
        since, country, substance = one["sent"], one["country"] or "", one["substance_id"]
        if since is None or not substance or not country:
            continue
        own = moves[(moves["substance"] == substance) & moves["day"].notna() & (moves["destination"] != "")]
        after = own[(own["day"] > since) & (own["destination"] != country)]
        is_same = after["receiver"].isin([one["importer_key"]] if one["importer_key"] else [])
        is_known = after["destination"].isin(own["destination"][own["day"] <= since])
        for some, because in (
            (after[is_same], "the same importer, elsewhere"),
            (after[~is_same & ~is_known], "a country that the substance had not gone to before"),
        ):
            if len(some):
                to = tuple(sorted(set(values(some["destination"]))))
                told = {"to": to, "because": because, "kg": known_kg(some), "lines": lines_of(some)}
                found.append(row(reference=one["reference"] or "", substance=substance, country=country, since=since, **told))
    return tuple(found)
