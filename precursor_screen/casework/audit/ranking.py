"""All exporters of a period: those that stand out among others in the most ways, then those of whom an audit finds the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from precursor_screen.casework.audit.findings import LEAST_PEERS, TOP, Finding
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
        findings: how many an audit of it has; weight: of their kinds together; worst: the first of them.
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
    findings: int = 0
    weight: int = 0
    worst: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The exporters that were ranked first, of `total`, which the names as written make: nothing is merged but spellings of one key.

    abroad: how many of other countries than the jurisdiction's are not ranked.
    """

    first: date
    last: date
    jurisdiction: str
    total: int
    rows: tuple[Ranked, ...]
    abroad: int = 0


def by_findings(ranking: Ranking, find: Callable[[str], Sequence[Finding]]) -> Ranking:
    """The ranking in the order of what an audit of each finds: the weight of its kinds, each once, then as it was.

    Args:
        ranking: of the exporters that are to be looked at.
        find: the findings of one, by its name.
    """
    rows = []
    for row in ranking.rows:
        found = find(row.name)
        weight = sum({f.kind: f.weight for f in found}.values())
        rows.append(replace(row, findings=len(found), weight=weight, worst=found[0].sentence if found else ""))
    return replace(ranking, rows=tuple(sorted(rows, key=lambda r: -r.weight)))


def rank(
    peers: Peers,
    names: Mapping[str, str],
    first: date,
    last: date,
    jurisdiction: str,
    top: int,
    leave: Set[str] = frozenset(),
) -> Ranking:
    """Ranks everybody: by the number of measures in which they stand out, then by the share just under, new partners and volume.

    Args:
        peers: `peers.compare` without an exporter of its own.
        names: how each is mostly written.
        top: how many are kept.
        leave: who is not ranked, but is among the others.
    """
    ranked = [_ranked(peers, sender, names.get(sender, sender)) for sender in sorted(peers.movements) if sender not in leave]
    ranked = [r for r in ranked if r.substances]
    ranked.sort(key=lambda r: (-r.stands_out, -_share(r.near, r.weighed), -_share(r.new, r.partners), -r.kg, r.name))
    return Ranking(first, last, jurisdiction, len(ranked), tuple(ranked[:top]), len(leave))


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
