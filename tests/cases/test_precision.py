"""What verdicts say of rules."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.cases.precision import LEAST_DECIDED, interval, measure
from precursor_screen.core.model import retired_rule
from precursor_screen.history.values import Verdict

# Reckoned by hand from Wilson's formula, and those of Brown, Cai and DasGupta's kind of small samples.
INTERVALS = [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0), (3, 40, 0.0258, 0.1986)]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), INTERVALS)
def test_wilsons_interval(successes, trials, low, high):
    assert interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_narrows(pair):
    successes, trials = pair
    low, high = interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    wide = interval(successes * 2, trials * 2)
    assert wide[1] - wide[0] < high - low


def verdicts(*said):
    """(flag, verdict)."""
    return [Verdict(f, "L", v, "other", "", "N", "2026-11-25T08:30:00+00:00") for f, v in said]


def rule(rule_id, weight=12):
    return replace(retired_rule(rule_id), weight=weight)


def recorded(confirmed, cleared, rule_id="A"):
    said = [(f"{rule_id}{n}", "confirmed" if n < confirmed else "cleared") for n in range(confirmed + cleared)]
    return [(f, rule_id, f"S-{f}") for f, _ in said], verdicts(*said)


def both(mine, others=(10, 10), weight=12):
    flags, said = recorded(*mine)
    more, said_too = recorded(*others, rule_id="B")
    found = measure([*flags, *more], [*said, *said_too], {"A": rule("A", weight), "B": rule("B")})
    return next(p for p in found if p.rule_id == "A")


# (confirmed, cleared), of the other rule, the weight now, what is proposed
WEIGHTS = [
    ((3, 37), (10, 10), 12, 6),  # at most 20 % of 50 %: clamped at a half
    ((10, 20), (16, 4), 12, 8),  # at most 51 % of 80 %
    ((19, 1), (10, 10), 12, 18),  # at least 76 % of 50 %
    ((40, 0), (5, 15), 12, 24),  # clamped at double
    ((10, 10), (10, 10), 12, None),
    ((0, 19), (10, 10), 12, None),  # one too few
    ((0, 20), (10, 10), 12, 6),
    ((0, 20), (10, 9), 12, None),  # one too few to compare with
    ((0, 20), (0, 20), 12, None),
    ((0, 20), (10, 10), 0, None),
    ((0, 20), (10, 10), 1, None),  # it stays at least one
]


@pytest.mark.parametrize(("mine", "others", "weight", "proposed"), WEIGHTS)
def test_which_weights_verdicts_would_change(mine, others, weight, proposed):
    found = both(mine, others, weight)
    assert (found.proposed, bool(found.because)) == (proposed, True)
    assert LEAST_DECIDED == 20


def test_a_shipment_counts_once_and_what_is_taken_back_not_at_all():
    flags = [("a1", "A", "S1"), ("a2", "A", "S1"), ("a3", "A", "S2"), ("a4", "A", "S3"), ("a5", "A", "S4"), ("b1", "GONE", None)]
    said = [("a1", "cleared"), ("a2", "confirmed"), ("a3", "cleared"), ("a3", "open"), ("a4", "referred"), ("a5", "inconclusive")]
    first, gone = measure(flags, verdicts(*said, ("b1", "cleared"), ("unknown", "cleared")), {"A": rule("A")})
    assert (first.confirmed, first.cleared, first.referred, first.inconclusive) == (1, 0, 1, 1)
    assert (gone.rule_id, gone.share, gone.weight, gone.because) == ("GONE", 0.0, None, "the rule is not applied any more")


def test_a_rule_with_levels_has_no_one_weight():
    flags, said = recorded(0, 30)
    leveled = replace(rule("A"), levels=(SimpleNamespace(),))
    assert measure(flags, said, {"A": leveled})[0].because == "the rule has a weight for each of its levels"


def test_no_verdicts_no_figures():
    assert measure([("a", "A", "S")], [], {}) == ()
