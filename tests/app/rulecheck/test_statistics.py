"""Statistics of rules: flags, verdicts, what could not be judged, time."""

from __future__ import annotations

import pyarrow as pa

from precursor_screen.app.rulecheck.statistics import count_recorded, measure
from precursor_screen.core.schema import FLAG
from tests.rulebook.rules import make_rule
from tests.screening import screen_rows, with_rules


def test_rules_are_counted_and_timed_on_what_was_screened(reference):
    reference = with_rules(reference, "PS-CHEM-001", "PS-CHEM-025", "PS-QTY-001", "PS-QTY-005")  # of each scope
    run = screen_rows([{"description of goods": "ACETONE", "hs code": "291411", "net weight kg": ""}], reference)
    stats = {s.rule_id: s for s in measure(run.screened, reference)}
    assert set(stats) == {r.rule.id for r in reference.rules}
    assert stats["PS-CHEM-001"].flags == 1
    assert stats["PS-QTY-001"].not_evaluable == 1
    assert all(s.milliseconds and s.milliseconds > 0 for s in stats.values())


def test_precision_is_what_was_confirmed_of_what_was_told():
    flags = pa.Table.from_pylist([{"flag_id": f, "rule_id": "PS-QTY-900"} for f in ("a", "b", "c", "d")], schema=FLAG)
    rule = make_rule("a: {gross_mass_kg|gt: 5}\n  condition: a")
    verdicts = [("a", "cleared"), ("a", "confirmed"), ("b", "cleared"), ("c", "inconclusive"), ("x", "confirmed")]
    (one,) = count_recorded((rule,), flags, verdicts)
    assert (one.flags, one.confirmed, one.cleared, one.precision) == (4, 1, 1, 0.5)
    assert count_recorded((rule,), flags, [])[0].precision is None
