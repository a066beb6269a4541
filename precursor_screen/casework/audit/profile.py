"""The profile of one exporter: every figure of an audit, drawn up of movements, flags and what everybody else traded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from precursor_screen.casework.audit import goods, partners, standing, unseen, volumes
from precursor_screen.casework.audit.moves import Limits, Move, count_movements, known_kg
from precursor_screen.casework.audit.names import Merged
from precursor_screen.casework.audit.papers import Paper
from precursor_screen.casework.audit.peers import Peers, Place, places
from precursor_screen.model import Substance


@dataclass(frozen=True, slots=True)
class Material:
    """What a profile is drawn up of.

    Attributes:
        merged: the exporter's names.
        moves: its movements in the period.
        first, last: the period; both are included.
        known_since: first day on record of each of its receivers, also before the period.
        flags: FLAG rows of its lines; verdicts: the last on each flag.
        peers: what everybody traded.
        days: on which anything of anybody is recorded.
        papers: what `reconcile` finds; objections: this exporter's notifications to which was objected, as the register has them.
        before: its movements in the year before the period.
    """

    merged: Merged
    moves: Sequence[Move]
    first: date
    last: date
    peers: Peers
    basis: unseen.Basis
    limits: Limits
    substances: Mapping[str, Substance]
    known_since: Mapping[str, date] = field(default_factory=dict)
    flags: Sequence[Mapping[str, Any]] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    days: Iterable[date] = ()
    papers: tuple[Paper, ...] = ()
    before: Sequence[Move] = ()
    objections: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """An exporter over a period. Each record names the numbers of its lines, which `moves` bear.

    movements, shipments, rows: of everything; kg: of all substances together, as far as it is known; names_of: usual names of the
    substances.
    """

    merged: Merged
    first: date
    last: date
    basis: unseen.Basis
    movements: int
    shipments: int
    rows: int
    kg: Decimal
    totals: tuple[volumes.Total, ...]
    by_destination: tuple[volumes.Volume, ...]
    months: tuple[volumes.MonthKg, ...]
    jumps: tuple[volumes.Jump, ...]
    just_under: tuple[volumes.JustUnder, ...]
    receivers: tuple[partners.Receiver, ...]
    routes: tuple[partners.Route, ...]
    rerouted: tuple[partners.Rerouted, ...]
    bands: tuple[goods.Band, ...]
    odd_prices: tuple[goods.OddPrice, ...]
    declared: tuple[goods.Declared, ...]
    duplicates: tuple[goods.Duplicate, ...]
    papers: tuple[Paper, ...]
    years: tuple[volumes.YearKg, ...]
    families: tuple[standing.Family, ...]
    episodes: tuple[standing.Episode, ...]
    places: tuple[Place, ...]
    not_evaluable: tuple[unseen.NotEvaluable, ...]
    gaps: tuple[unseen.Gap, ...]
    blind_spots: tuple[str, ...]
    names_of: Mapping[str, str]
    moves: tuple[Move, ...]

    @property
    def name(self) -> str:
        """The exporter as it is mostly written."""
        return self.merged.taken[0].name


def draw_up(material: Material) -> Profile:
    """Reckons every figure; none depends on the order of the movements."""
    moves = tuple(sorted(material.moves, key=lambda m: (m.line, m.substance)))
    by_month = volumes.months(moves, material.limits)
    found_bands, odd = goods.bands(moves, material.substances)
    missing = unseen.not_evaluable(moves)
    found_gaps = unseen.gaps(material.days, material.first, material.last)
    flags = sorted(material.flags, key=lambda f: str(f["flag_id"]))
    named = {m.substance for m in (*moves, *material.before) if m.substance} | {p.substance for p in material.papers}
    return Profile(
        merged=material.merged,
        first=material.first,
        last=material.last,
        basis=material.basis,
        movements=count_movements(moves),
        shipments=len({m.shipment_id for m in moves}),
        rows=len({m.line for m in moves}),
        kg=known_kg(m for m in moves if m.substance),
        totals=volumes.totals(moves),
        by_destination=volumes.volumes(moves),
        months=by_month,
        jumps=volumes.jumps(by_month),
        just_under=volumes.just_under(moves),
        receivers=partners.receivers(moves, material.known_since, material.last, standing.listed_by_line(flags)),
        routes=partners.routes(moves),
        rerouted=partners.rerouted(moves, material.objections),
        bands=found_bands,
        odd_prices=odd,
        declared=goods.declared(moves, material.substances),
        duplicates=goods.duplicates(moves),
        papers=material.papers,
        years=volumes.years((*material.before, *moves), _begin(material), material.last),
        families=standing.families(flags, material.verdicts, moves),
        episodes=standing.episodes(flags, material.verdicts, moves),
        places=places(material.peers),
        not_evaluable=missing,
        gaps=found_gaps[: unseen.MOST_GAPS],
        blind_spots=unseen.blind_spots(material.basis, found_gaps, material.first, material.last, missing),
        names_of={s: material.substances[s].name if s in material.substances else s for s in sorted(named)},
        moves=moves,
    )


def _begin(material: Material) -> date:
    """The first day of what is looked at: of the year before the period as far as it is recorded, else of the period."""
    recorded = material.basis.recorded[0] if material.basis.recorded else material.first
    return min(max(material.first - timedelta(days=365), recorded), material.first)
