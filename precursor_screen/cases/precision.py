"""What officers' verdicts say of the rules: how often a flag was confirmed, how sure that is, and which weights it speaks against.

Nothing here is applied by itself. Officers choose what they look at, and what is cleared may have been wrongly cleared.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from precursor_screen.core.model import Rule
from precursor_screen.history.values import CLEARED, CONFIRMED, INCONCLUSIVE, REFERRED, REOPENED, Verdict

LEAST_DECIDED = 20  # shipments that were confirmed or cleared, of a rule, before its weight is questioned
MOST_CHANGE = 2.0  # a weight is halved or doubled at the most
# The 97.5th percentile of the standard normal distribution: a two-sided interval of 95 %.
_Z = 1.959963984540054
# Of several verdicts on a rule's flags in one shipment the strongest counts.
_STRONGEST = (CONFIRMED, CLEARED, REFERRED, INCONCLUSIVE)


class Precision(Struct, frozen=True):
    """Verdicts on the flags of a rule. A shipment counts once: its flags are mostly decided in one go.

    Attributes:
        confirmed, cleared, referred, inconclusive: shipments.
        low, high: of the share that is confirmed, 95 %; None: nothing is confirmed or cleared.
        weight: of the rule now; None: the rule is not applied any more, or has levels of its own.
        proposed: what the verdicts would make of it; None: they say nothing against it.
        because: why, in a sentence.
    """

    rule_id: str
    title: str
    confirmed: int
    cleared: int
    referred: int
    inconclusive: int
    low: float | None
    high: float | None
    weight: int | None
    proposed: int | None
    because: str

    @property
    def decided(self) -> int:
        """Shipments that were confirmed or cleared."""
        return self.confirmed + self.cleared

    @property
    def share(self) -> float | None:
        """Of them those that were confirmed."""
        return self.confirmed / self.decided if self.decided else None


def interval(successes: int, trials: int) -> tuple[float, float]:
    """The share of successes, from and to, at 95 %.

    Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22, 1927, 209-212); it holds where trials are few and shares near 0 or 1, where the usual one does not
    (L. D. Brown, T. T. Cai, A. DasGupta, Statistical Science 16, 2001, 101-133).

    Args:
        successes: 0 to trials.
        trials: at least 1.
    """
    share, square = successes / trials, _Z * _Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = _Z / (1 + square / trials) * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return max(0.0, middle - half) if successes else 0.0, min(1.0, middle + half) if successes < trials else 1.0


def measure(
    flags: Iterable[tuple[str, str, str]], verdicts: Iterable[Verdict], rules: Mapping[str, Rule]
) -> tuple[Precision, ...]:
    """Precision per rule of which there are verdicts, most decided first.

    Args:
        flags: (flag_id, rule_id, shipment_id) of all recorded flags.
        verdicts: in the order in which they were added; the last on a flag stands, and one that was taken back counts for none.
        rules: as they are now, by id.
    """
    of_flag = {flag_id: (rule_id, shipment_id or flag_id) for flag_id, rule_id, shipment_id in flags}
    last = {v.flag_id: v.verdict for v in verdicts if v.flag_id in of_flag}
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for flag_id, verdict in last.items():
        if verdict != REOPENED:
            rule_id, shipment_id = of_flag[flag_id]
            said[rule_id][shipment_id].add(verdict)
    strongest = {r: Counter(next(v for v in _STRONGEST if v in some) for some in by.values()) for r, by in said.items()}
    counts = {r: [found[kind] for kind in _STRONGEST] for r, found in strongest.items()}
    found = [_precision(rule_id, counts, rules.get(rule_id)) for rule_id in counts]
    return tuple(sorted(found, key=lambda p: (-p.decided, p.rule_id)))


def _precision(rule_id: str, counts: Mapping[str, list[int]], rule: Rule | None) -> Precision:
    confirmed, cleared, referred, inconclusive = counts[rule_id]
    decided = confirmed + cleared
    low, high = interval(confirmed, decided) if decided else (None, None)
    weight = rule.weight if rule is not None and not rule.levels else None
    others = [sum(c[n] for r, c in counts.items() if r != rule_id) for n in (0, 1)]
    proposed, because = None, _why_not(rule, decided, others)
    if not because and rule is not None and low is not None and high is not None:
        proposed, because = _propose(rule.weight, low, high, others[0] / sum(others))
    title = rule.title if rule is not None else ""
    return Precision(rule_id, title, confirmed, cleared, referred, inconclusive, low, high, weight, proposed, because)


def _why_not(rule: Rule | None, decided: int, others: list[int]) -> str:
    """Why nothing is said of a weight; empty: something can be."""
    if rule is None:
        return "the rule is not applied any more"
    if rule.levels:
        return "the rule has a weight for each of its levels"
    if not rule.weight:
        return "the rule weighs nothing"
    if decided < LEAST_DECIDED:
        return f"too few: {decided} of {LEAST_DECIDED} shipments"
    if sum(others) < LEAST_DECIDED:
        return f"too few verdicts on other rules to compare with: {sum(others)} of {LEAST_DECIDED}"
    if not others[0]:
        return "no flag of another rule was confirmed"
    return ""


def _propose(weight: int, low: float, high: float, usual: float) -> tuple[int | None, str]:
    """The weight times the ratio of the interval's nearer end to the share of the other rules, so that it moves no further than
    the verdicts force it to; and why."""
    if low <= usual <= high:
        return None, f"no change: the other rules' {usual:.0%} lies within the interval"
    nearer = high if high < usual else low
    factor = min(max(nearer / usual, 1 / MOST_CHANGE), MOST_CHANGE)
    proposed = max(1, round(weight * factor))
    if proposed == weight:
        return None, "no change: less than a point"
    side = "at most" if nearer == high else "at least"
    return proposed, f"{weight} × {factor:.2f}: {side} {nearer:.0%} are confirmed, of the other rules' {usual:.0%}"
