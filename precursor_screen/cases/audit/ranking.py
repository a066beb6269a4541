"""All exporters of a period: those that stand out among others in the most ways, then those of whom an audit finds the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

from precursor_screen.cases.audit.findings import LEAST_PEERS, TOP, Finding
from precursor_screen.cases.audit.moves import Rows
from precursor_screen.cases.audit.peers import Peers, measure
from precursor_screen.cases.frames import group, to_tuples


class Ranking(NamedTuple):
    """The exporters that were ranked first, of `total`, which the names as written make: nothing is merged but spellings of one key.

    abroad: how many of other countries than the jurisdiction's are not ranked.
    """

    first: date
    last: date
    jurisdiction: str
    total: int
    rows: Rows
    abroad: int = 0


def by_findings(ranked: Rows, find: Callable[[str], Sequence[Finding]]) -> Rows:
    """Exporters in the order of what an audit of each finds (`find`, by its name): the weight of its kinds, each once, then as they were."""
    rows = []
    for one in ranked:
        found = find(one.name)
        weight = sum({f.kind: f.weight for f in found}.values())
        rows.append(one._replace(findings=len(found), weight=weight, worst=found[0].sentence if found else ""))
    return tuple(sorted(rows, key=lambda r: -r.weight))


def rank(peers: Peers, names: Mapping[str, str], leave: Set[str] = frozenset()) -> Rows:
    """Ranks everybody: by the number of measures in which they stand out, then by the share just under, new partners and volume.

    Of an exporter:
        name: as it is mostly written.
        stands_out: in how many measures at or above the 90th percentile of the others of the same substance; measures: which, with it.
        kg: of all substances together, as far as it is known; rows: movements' rows.
        near, weighed: movements just under a threshold, of those with a mass and a threshold.
        partners, new: receivers, and of them those that are new.
        findings: how many an audit of it has; weight: of their kinds together; worst: the first of them (`by_findings`).

    Args:
        peers: `peers.compare` without an exporter of its own.
        names: how each is mostly written.
        leave: who is not ranked, but is among the others.
    """
    out: dict[str, list[tuple[str, float]]] = {}
    for one in (m for m in measure(peers) if m.others >= LEAST_PEERS and m.percentile is not None and m.percentile >= TOP):
        of = f" of {one.substance}" if one.substance else ""
        out.setdefault(one.sender, []).append((f"{one.measure}{of}", round(one.percentile, 1)))
    sums = {name: (name, "sum") for name in ("kg", "near", "weighed")}
    own = group(peers.traded, ["sender"], **sums, substances=("substance", "distinct")).merge(peers.exporters, on="sender")
    own["name"] = [names.get(sender, sender) for sender in own["sender"]]
    own["stands_out"] = [len(out.get(sender, ())) for sender in own["sender"]]
    measures: Any = [tuple(out.get(sender, ())) for sender in own["sender"]]
    own["measures"] = measures
    own["substances"] = [tuple(sorted(some)) for some in own["substances"]]
    own = own[~own["sender"].isin(leave)].assign(findings=0, weight=0, worst="")
    wanted = ["name", "stands_out", "measures", "kg", "rows", "substances", "near", "weighed", "partners", "new", "findings"]
    return sorted(
        to_tuples(own[[*wanted, "weight", "worst"]]),
        key=lambda r: (-r.stands_out, -(r.weighed and r.near / r.weighed), -(r.partners and r.new / r.partners), -r.kg, r.name),
    )
