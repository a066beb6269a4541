"""From outcomes to figures: shares of bands by kind, and pairs in which a diversion stands above honest trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from replaying.cases import Case
from replaying.running import Outcome, Outcomes

BANDS = ("none", "low", "review", "hold")
EXPECTED = ("line", "line-weak", "history", "register")  # where a screener could see a diversion before it arrives


class Pairs(Struct, frozen=True):
    """Shares of pairs, per cent: in which the diversion scores higher, and in which both score the same (which is not higher)."""

    higher: float
    tied: float


def per_cent(part: int, whole: int) -> float:
    """To two decimals; nothing of nothing is 0."""
    return round(100 * part / whole, 2) if whole else 0.0


def pair(diversions: Sequence[Outcome], honest: Sequence[Outcome]) -> Pairs:
    """Each diversion against each honest shipment, by score."""
    scores = Counter(h.score for h in honest)
    higher = sum(n for d in diversions for score, n in scores.items() if d.score > score)
    tied = sum(scores[d.score] for d in diversions)
    return Pairs(per_cent(higher, len(diversions) * len(honest)), per_cent(tied, len(diversions) * len(honest)))


def at_least(band: str, outcomes: Iterable[Outcome]) -> float:
    """Share of shipments in that band or a higher one, per cent."""
    bands = [o.band for o in outcomes]
    return per_cent(sum(b in BANDS[BANDS.index(band) :] for b in bands), len(bands))


def group_of(case: Case) -> str:
    """Diversions by where they are visible, others by kind."""
    return f"diversion, {case.visible_at}" if case.kind == "diversion" else case.kind


def is_expected(case: Case) -> bool:
    """A diversion that is to stand above honest trade."""
    return case.kind == "diversion" and case.visible_at in EXPECTED


def rules_that_flood(outcomes: Mapping[str, Sequence[Outcome]]) -> dict[str, dict[str, int]]:
    """Rule -> kind and band -> honest shipments of that kind in that band that it flags."""
    counts: dict[str, Counter[str]] = {}
    for kind, shipments in outcomes.items():
        for one in shipments:
            for rule in one.rules if one.band in BANDS[1:] else ():
                counts.setdefault(rule, Counter())[f"{kind} {one.band}"] += 1
    return {rule: dict(sorted(counts[rule].items())) for rule in sorted(counts, key=lambda r: (-sum(counts[r].values()), r))}


def measure(cases: Sequence[Case], by_case: Outcomes, lawful: Sequence[Outcome], suffix: str = "") -> dict[str, float]:
    """The figures of pairs and of lawful trade, their keys with that suffix."""
    told = [by_case[c.case_id] for c in cases if is_expected(c) and c.case_id in by_case]
    alike = [by_case[c.case_id] for c in cases if c.kind == "look_alike" and c.case_id in by_case]
    against_alike, against_lawful = pair(told, alike), pair(told, lawful)
    return {
        f"pairs_look_alike{suffix}": against_alike.higher,
        f"pairs_lawful{suffix}": against_lawful.higher,
        f"ties_look_alike{suffix}": against_alike.tied,
        f"ties_lawful{suffix}": against_lawful.tied,
        f"lawful_review{suffix}": at_least("review", lawful),
    }


def render_bands(groups: Mapping[str, Sequence[Outcome]]) -> str:
    """A table: per cent of each kind in each band."""
    rows = [f"{'kind':26} {'n':>6} {'none':>7} {'low':>7} {'review':>7} {'hold':>7} {'median':>7}"]
    for kind, outcomes in groups.items():
        bands = Counter(o.band for o in outcomes)
        shares = " ".join(f"{per_cent(bands[b], len(outcomes)):7.1f}" for b in BANDS)
        middle = sorted(o.score for o in outcomes)[len(outcomes) // 2] if outcomes else 0
        rows.append(f"{kind:26} {len(outcomes):6} {shares} {middle:7}")
    return "\n".join(rows)
