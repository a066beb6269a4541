"""All exporters of a period, those first that stand out among others in the most ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from precursor_screen.casework.audit.findings import LEAST_PEERS, TOP
from precursor_screen.casework.audit.peers import Peers, Place, places


@dataclass(frozen=True, slots=True)
class Ranked:
    """An exporter among all.

    Attributes:
        name: as it is mostly written.
        stands_out: in how many measures at or above the 90th percentile of the others of the same substance.
        measures: which, with the percentile.
        kg: of all substances together, as far as it is known; rows: movements' rows.
        near, weighed: movements just under a threshold, of those with a mass and a threshold.
        partners, new: receivers, and of them those that are new.
    """

    name: str
    stands_out: int
    measures: tuple[tuple[str, float], ...]
    kg: Decimal
    rows: int
    substances: tuple[str, ...]
    near: int
    weighed: int
    partners: int
    new: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The exporters that were ranked first, of `total`, which the names as written make: nothing is merged but spellings of one key."""

    first: date
    last: date
    jurisdiction: str
    total: int
    rows: tuple[Ranked, ...]


def rank(peers: Peers, names: Mapping[str, str], first: date, last: date, jurisdiction: str, top: int) -> Ranking:
    """Ranks everybody: by the number of measures in which they stand out, then by the share just under, new partners and volume.

    Args:
        peers: `peers.compare` without an exporter of its own.
        names: how each is mostly written.
        top: how many are kept.
    """
    ranked = [_ranked(peers, sender, names.get(sender, sender)) for sender in sorted(peers.movements)]
    ranked = [r for r in ranked if r.substances]
    ranked.sort(key=lambda r: (-r.stands_out, -_share(r.near, r.weighed), -_share(r.new, r.partners), -r.kg, r.name))
    return Ranking(first, last, jurisdiction, len(ranked), tuple(ranked[:top]))


def _share(some: int, whole: int) -> float:
    return some / whole if whole else 0.0


def _ranked(peers: Peers, sender: str, name: str) -> Ranked:
    own = {s: traded[sender] for s, traded in peers.traded.items() if sender in traded}
    out = [p for p in places(peers, sender) if _stands_out(p)]
    partners, new = peers.partners.get(sender, (0, 0))
    return Ranked(
        name=name,
        stands_out=len(out),
        measures=tuple((f"{p.measure}{f' of {p.substance}' if p.substance else ''}", round(p.percentile or 0, 1)) for p in out),
        kg=sum((t.kg for t in own.values()), Decimal(0)),
        rows=peers.movements[sender],
        substances=tuple(sorted(own)),
        near=sum(t.near for t in own.values()),
        weighed=sum(t.weighed for t in own.values()),
        partners=partners,
        new=new,
    )


def _stands_out(place: Place) -> bool:
    return place.others >= LEAST_PEERS and place.percentile is not None and place.percentile >= TOP
