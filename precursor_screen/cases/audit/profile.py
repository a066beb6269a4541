"""The profile of one exporter: every figure of an audit, of its movements, its flags and what everybody else traded. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa
from msgspec import Struct

from precursor_screen.cases.audit import goods, partners, standing, unseen, volumes
from precursor_screen.cases.audit.moves import Limits, Rows, known_kg, lines_of, named, to_moves
from precursor_screen.cases.audit.names import Merged
from precursor_screen.cases.frames import to_tuples
from precursor_screen.core.model import Substance


class Profile(Struct, frozen=True, eq=False, dict=True):
    """An exporter over a period. Its tables are made when they are first asked for; none depends on the order of the movements. Rows of
    tables name the numbers of their lines, which `lines` bear.

    Attributes:
        merged: the exporter's names.
        moves: its movements in the period, as `moves.to_moves` makes them.
        first, last: the period; both are included.
        places: where it stands among others.
        known_since: first day on record of each of its receivers, also before the period.
        flags: FLAG rows of its lines, by their ids; verdicts: the last on each flag.
        days: on which anything of anybody is recorded.
        papers: what `reconcile` finds; objections: this exporter's notifications to which was objected, as the register has them.
        before: MOVEMENT rows of it in the year before the period.
    """

    merged: Merged
    moves: pd.DataFrame
    first: date
    last: date
    places: Rows
    basis: unseen.Basis
    limits: Limits
    substances: Mapping[str, Substance]
    known_since: Mapping[str, date]
    flags: Sequence[Mapping[str, Any]]
    verdicts: Mapping[str, str]
    days: Sequence[date]
    papers: Rows
    before: pa.Table
    objections: Sequence[Mapping[str, Any]]

    name = cached_property[str](lambda p: p.merged.taken[0].name)  # as it is mostly written
    # Of everything. Messages about the same cargo are one movement.
    movements = cached_property[int](lambda p: len(set(p.moves["movement_key"])))
    shipments = cached_property[int](lambda p: len(set(p.moves["shipment_id"])))
    rows = cached_property[int](lambda p: len(lines_of(p.moves)))
    kg = cached_property[Decimal](lambda p: known_kg(p.named))  # of all substances together, as far as it is known
    lines = cached_property[Rows](lambda p: to_tuples(p.moves))
    named = cached_property[pd.DataFrame](lambda p: named(p.moves))  # movements of a substance
    totals = cached_property[Rows](lambda p: volumes.totals(p.named))
    by_destination = cached_property[Rows](lambda p: volumes.volumes(p.named))
    months = cached_property[Rows](lambda p: volumes.months(p.named, p.limits))
    jumps = cached_property[Rows](lambda p: volumes.jumps(p.months))
    just_under = cached_property[Rows](lambda p: volumes.just_under(p.named))
    receivers = cached_property[Rows](
        lambda p: partners.receivers(p.moves, p.known_since, p.last, standing.listed_by_line(p.flags))
    )
    routes = cached_property[Rows](lambda p: partners.routes(p.named))
    rerouted = cached_property[Rows](lambda p: partners.rerouted(p.moves, p.objections))
    priced = cached_property[Mapping[str, Rows]](lambda p: goods.priced_of(p.named))
    bands = cached_property[Rows](lambda p: goods.bands(p.priced, p.substances))
    odd_prices = cached_property[Rows](lambda p: goods.odd_prices(p.priced, p.bands))
    declared = cached_property[Rows](lambda p: goods.declared(p.named, p.substances))
    duplicates = cached_property[Rows](lambda p: goods.duplicates(p.named))
    years = cached_property[Rows](lambda p: volumes.years(_two_years(p), _begin(p), p.last))
    families = cached_property[Rows](lambda p: standing.families(p.flags, p.verdicts, p.moves))
    episodes = cached_property[Rows](lambda p: standing.episodes(p.flags, p.verdicts, p.moves))
    not_evaluable = cached_property[Rows](lambda p: unseen.not_evaluable(p.moves))
    every_gap = cached_property[Rows](lambda p: unseen.gaps(p.days, p.first, p.last))
    gaps = cached_property[Rows](lambda p: p.every_gap[: unseen.MOST_GAPS])
    blind_spots = cached_property[tuple[str, ...]](
        lambda p: unseen.blind_spots(p.basis, p.every_gap, p.first, p.last, p.not_evaluable)
    )
    names_of = cached_property[dict[str, str]](lambda p: _names_of(p))  # usual names of the substances


def _names_of(profile: Profile) -> dict[str, str]:
    moved = {*profile.moves["substance"], *profile.before.column("substance_id").unique().to_pylist()}
    found = sorted(moved.union(paper.substance for paper in profile.papers) - {"", None})
    return {s: profile.substances[s].name if s in profile.substances else s for s in found}


def _two_years(profile: Profile) -> pd.DataFrame:
    """The movements of the period and of the year before it; the lines of that year have numbers of their own, below nought."""
    before = to_moves(profile.before, profile.limits)
    return pd.concat([before.assign(line=-before["line"]), profile.moves])


def _begin(profile: Profile) -> date:
    """The first day of what is looked at: of the year before the period as far as it is recorded, else of the period."""
    recorded = profile.basis.recorded[0] if profile.basis.recorded else profile.first
    return min(max(profile.first - timedelta(days=365), recorded), profile.first)
