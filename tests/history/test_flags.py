"""States of flags: new, existing, suppressed, resolved; and what is kept of them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pyarrow as pa
import pytest

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.history_seam import KNOWN, NotEvaluable
from precursor_screen.history import chain
from precursor_screen.history.values import CLEARED, CONFIRMED, INCONCLUSIVE, Verdict
from tests.history.rows import SCOPES, amended, cells, day, ended, flag, flags, judged, movement, run, table

CHEM, SHIP, WINDOW = SCOPES


def screen(ledger, number, found, judgement, *movements, lines=("A", "B", "C")):
    """A whole run: (states of its flags, carried over, resolved)."""
    with ledger.begin(run(number)) as transaction:
        transaction.record_movements(table(*movements))
        compared = transaction.compare_flags(flags(*found), judgement)
        transaction.record_flags(compared, cells(*lines), judgement)
    carried = dict(zip(compared.carried.column("flag_id").to_pylist(), compared.carried.column("state").to_pylist(), strict=True))
    return compared.flags.column("state").to_pylist(), carried, compared.resolved.column("flag_id").to_pylist()


def verdict(flag_id, line, kind=CLEARED, until="", **values):
    row = {
        "flag_id": flag_id,
        "line_id": line,
        "verdict": kind,
        "reason": "licensed",
        "text": "seen",
        "officer": "N. Officer",
        "at": "2026-03-02T08:00:00+00:00",
        "until": until,
    }
    return Verdict(**{**row, **values})


def test_new_then_existing(ledger):
    found = [flag(CHEM, "A"), flag(CHEM, "B")]
    assert screen(ledger, 1, found, judged("A", "B")) == (["new", "new"], {}, [])
    assert screen(ledger, 2, [*found, flag(CHEM, "C")], judged("A", "B", "C")) == (["existing", "existing", "new"], {}, [])
    assert ledger.info().flags == {"new": 1, "existing": 2, "escalated": 0, "suppressed": 0, "resolved": 0}
    assert ledger.verify() == []


def told(ledger, number, *found):
    with ledger.begin(run(number)) as transaction:
        compared = transaction.compare_flags(flags(*found), judged("A", "B", "C"))
        return transaction.reported_bands(compared.flags)


def raise_in(ledger, number, bands, *found):
    with ledger.begin(run(number)) as transaction:
        judgement = judged("A", "B", "C")
        transaction.record_flags(transaction.compare_flags(flags(*found), judgement), cells("A", "B"), judgement, bands)


def test_the_highest_band_that_was_told_of_is_remembered(ledger):
    raise_in(ledger, 1, {"S-A": "review"}, flag(CHEM, "A"), flag(CHEM, "B"))
    assert told(ledger, 2, flag(CHEM, "A"), flag(CHEM, "B"), flag(CHEM, "C")) == {"S-A": "review", "S-B": ""}
    raise_in(ledger, 3, {"S-A": "low"}, flag(CHEM, "A", shipment_id="S-A"))
    assert told(ledger, 4, flag(CHEM, "A")) == {"S-A": "low"}
    assert ledger.verify() == []


def test_what_was_cleared_or_resolved_since_was_not_told_of(ledger):
    raise_in(ledger, 1, {"S-A": "hold", "S-B": "hold"}, flag(CHEM, "A"), flag(CHEM, "B"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A")])
    raise_in(ledger, 2, {}, flag(CHEM, "A"))  # B is resolved
    again = [flag(CHEM, "A", "changed"), flag(SHIP, "A"), flag(CHEM, "B")]
    assert told(ledger, 3, *again) == {}


def test_what_is_kept(ledger):
    found = flag(
        CHEM, "A", party_role="consignee", list_id="l", entry_id="e", score=97.5, window_line_ids=["B"], because="\x1b[31m ü \x00"
    )
    screen(ledger, 1, [found], judged("A", "B"))
    (kept,) = ledger.flags().to_pylist()
    assert kept == {**flags(found).to_pylist()[0], "because": "\x1b[31m ü \ufffd"}
    assert [line["line_id"] for line in ledger.cited_lines(["A", "B", "C"]).to_pylist()] == ["A", "B"]
    assert json.loads(ledger.cited_lines(["A"]).to_pylist()[0]["cells"]) == {"Goods": "A"}
    assert ledger.cited_lines([]).num_rows == 0


def test_the_latest_wording_is_kept(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"), movement("A"))
    screen(ledger, 2, [flag(CHEM, "A", "A2", because="other", level="low")], judged(("A", "A2")), movement("A", "A2"))
    (kept,) = ledger.flags().to_pylist()
    assert (kept["line_id"], kept["because"], kept["level"], kept["state"]) == ("A2", "other", "low", "existing")


def test_finding_flags(ledger):
    screen(ledger, 1, [flag(CHEM, "A"), flag(SHIP, "B", level="critical")], judged("A", "B"))
    for asked in ({"flag_id": f"{CHEM}/A"}, {"flag_id": CHEM}, {"shipment_id": "S-A"}, {"rule_id": CHEM}):
        assert ledger.flags(**asked).column("flag_id").to_pylist() == [f"{CHEM}/A"]
    assert ledger.flags(states=["new"]).column("level").to_pylist() == ["critical", "high"]
    assert ledger.flags(states=["resolved"]).num_rows == 0


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_flags_and_cells_of_lines_of_which_one_statement_does_not_hold_all(ledger, monkeypatch, at_once):
    monkeypatch.setattr(chain, "_AT_ONCE", at_once)
    screen(ledger, 1, [flag(CHEM, "A"), flag(CHEM, "B"), flag(SHIP, "C")], judged("A", "B", "C"))
    assert ledger.cited_lines(["C", "gone", "B", "A"]).column("line_id").to_pylist() == ["A", "B", "C"]
    assert sorted(ledger.flags(line_ids=["C", "gone", "A"]).column("line_id").to_pylist()) == ["A", "C"]
    assert ledger.flags(line_ids=["C", "A"], rule_id=CHEM, states=["new"]).column("line_id").to_pylist() == ["A"]
    assert ledger.flags(line_ids=["A"], states=["resolved"]).num_rows == ledger.flags(line_ids=[]).num_rows == 0


def test_no_longer_raised_is_resolved_once(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"), movement("A"))
    assert screen(ledger, 2, [], judged("B"), movement("B")) == ([], {}, [])  # not judged again
    assert screen(ledger, 3, [], judged("A"), movement("A")) == ([], {}, [f"{CHEM}/A"])
    assert screen(ledger, 4, [], judged("A"), movement("A")) == ([], {}, [])
    assert ledger.info().flags["resolved"] == 1


def test_raised_again_after_it_was_resolved_is_new(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    screen(ledger, 2, [], judged("A"))
    assert screen(ledger, 3, [flag(CHEM, "A")], judged("A"))[0] == ["new"]
    assert screen(ledger, 4, [flag(CHEM, "A")], judged("A"))[0] == ["existing"]


@pytest.mark.parametrize("doubt", [{"not_evaluable": NotEvaluable(frozenset({CHEM}))}, {"scopes": {SHIP: "shipment"}}])
def test_in_doubt_nothing_is_resolved(ledger, doubt):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    assert screen(ledger, 2, [], judged("A", **doubt))[2] == []


def test_an_amended_line_is_judged_again(ledger):
    screen(ledger, 1, [flag(CHEM, "A", "A1"), flag(WINDOW, "A", "A1")], judged(("A", "A1")), movement("A", "A1"))
    fallen = pa.Table.from_pylist([{"movement_key": "A", "line_id": "A1"}], schema=KNOWN)
    assert screen(ledger, 2, [], judged(("A", "A2"), obsolete=fallen), amended("A", "A2"))[2] == [f"{CHEM}/A", f"{WINDOW}/A"]


def test_of_two_originals_one_sent_again_says_nothing_of_the_other(ledger):
    both = (movement("A", "A1"), movement("A", "A2"))
    screen(ledger, 1, [flag(CHEM, "A", "A1")], judged(("A", "A1"), ("A", "A2")), *both)
    assert screen(ledger, 2, [], judged(("A", "A2")), both[1])[2] == []


def test_a_shipment_rule_needs_all_its_lines_again(ledger):
    found = flag(SHIP, "A", window_line_ids=["B"])
    screen(ledger, 1, [found], judged("A", "B"))
    assert screen(ledger, 2, [], judged("A"))[2] == []
    assert screen(ledger, 3, [], judged("B"))[2] == []
    assert screen(ledger, 4, [], judged("A", "B"))[2] == [f"{SHIP}/A"]


def test_a_window_rule_judges_new_lines_only_so_its_flags_are_carried_over(ledger):
    screen(ledger, 1, [flag(WINDOW, "A")], judged("A"), movement("A"))
    assert screen(ledger, 2, [], judged("A", "B"), movement("A"), movement("B")) == ([], {f"{WINDOW}/A": "existing"}, [])
    ledger.add_verdicts([verdict(f"{WINDOW}/A", "A")])
    assert screen(ledger, 3, [], judged("A"), movement("A")) == ([], {f"{WINDOW}/A": "suppressed"}, [])


@pytest.mark.parametrize("rule", [CHEM, SHIP, WINDOW])
def test_a_cancelled_movement_resolves_its_flags(ledger, rule):
    screen(ledger, 1, [flag(rule, "A"), flag(rule, "B")], judged("A", "B"), movement("A"), movement("B"))
    gone = movement("A", "A-cancel", message_function="cancellation")
    judgement = judged(("A", "A-cancel"), obsolete=ended("A"), not_evaluable=NotEvaluable(frozenset(SCOPES)))
    assert screen(ledger, 2, [], judgement, gone)[2] == [f"{rule}/A"]


def test_a_clearance_suppresses_until_its_day(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    assert ledger.add_verdicts([verdict(f"{CHEM}/A", "A", until=day(3).isoformat())]) == (1, 0)
    assert ledger.info(today=day(3)).clearances == 1
    for number, state in ((2, "suppressed"), (3, "suppressed"), (4, "new"), (5, "existing")):
        assert screen(ledger, number, [flag(CHEM, "A")], judged("A"))[0] == [state], number
    assert ledger.info(today=day(4)).clearances == 0


@pytest.mark.parametrize(("second", "by"), [("", "N. Officer"), ("O. Other", "N. Officer and O. Other")])
def test_the_report_gets_who_cleared_and_why(ledger, second, by):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A", until="2026-12-31", second=second)])
    with ledger.begin(run(2)) as transaction:
        compared = transaction.compare_flags(flags(flag(CHEM, "A")), judged("A"))
    assert compared.suppressed.to_pylist() == [
        {"flag_id": f"{CHEM}/A", "by": by, "reason": "licensed: seen", "until": date(2026, 12, 31)}
    ]


def test_a_clearance_lapses_when_the_content_changes(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"), movement("A"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A")])
    amended = [flag(CHEM, "A", "A2")]
    assert screen(ledger, 2, amended, judged(("A", "A2")), movement("A", "A2"))[0] == ["new"]
    assert screen(ledger, 3, amended, judged(("A", "A2")), movement("A", "A2"))[0] == ["existing"]


@pytest.mark.parametrize("kind", [CONFIRMED, INCONCLUSIVE])
def test_the_last_verdict_stands(ledger, kind):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A")])
    assert ledger.info().flags["suppressed"] == 1
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A", kind)])
    assert ledger.info().flags["existing"] == 1
    assert screen(ledger, 2, [flag(CHEM, "A")], judged("A"))[0] == ["existing"]


def test_a_cleared_flag_is_not_resolved_and_an_open_one_beside_it_is(ledger):
    screen(ledger, 1, [flag(CHEM, "A"), flag(CHEM, "B")], judged("A", "B"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A")])
    assert screen(ledger, 2, [], judged("A", "B"))[2] == [f"{CHEM}/B"]


def test_a_verdict_is_added_once_and_never_changed(ledger, sql):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    one, other = verdict(f"{CHEM}/A", "A", CONFIRMED), verdict(f"{CHEM}/A", "another line")
    assert ledger.add_verdicts([one, other, one]) == (2, 1)
    assert ledger.verdicts() == ledger.verdicts(f"{CHEM}/A") == [one, other]
    assert ledger.verdicts("nothing") == []
    for statement in ("update dispositions set verdict = 'cleared'", "delete from dispositions"):
        with pytest.raises(Exception, match="only ever added"):
            sql(statement)
    assert len(ledger.verdicts()) == 2


def test_verdicts_are_added_all_or_none(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"))
    with pytest.raises(LedgerError, match="flag X is not in the ledger"):
        ledger.add_verdicts([verdict(f"{CHEM}/A", "A"), verdict("X", "A")])
    assert ledger.verdicts() == []


def test_one_flag_in_two_shipments_is_kept_once(ledger):
    rows = [flag(CHEM, "A", shipment_id="S2"), flag(CHEM, "B"), flag(CHEM, "A", shipment_id="S1")]
    assert screen(ledger, 1, rows, judged("A", "B"))[0] == ["new"] * 3
    assert ledger.flags(flag_id=f"{CHEM}/A").column("shipment_id").to_pylist() == ["S2"]
    assert ledger.verify() == []


def test_prune_keeps_what_somebody_must_still_look_at_or_has_judged(ledger):
    old = [flag(CHEM, k) for k in ("A", "B", "C")]
    screen(ledger, 1, old, judged("A", "B", "C"), movement("A"), movement("B"), movement("C", as_of_date=day(300)))
    ledger.add_verdicts([verdict(f"{CHEM}/B", "B", CONFIRMED)])
    screen(ledger, 2, [], judged("A", "B"), movement("A"), movement("B"))
    today = day(1) + timedelta(days=400)
    pruned = ledger.prune(400, today)
    assert (pruned.movements, pruned.flags, pruned.kept_open, pruned.kept_with_verdict) == (2, 0, 0, 0)
    pruned = ledger.prune(400, today + timedelta(days=2))
    assert (pruned.movements, pruned.flags, pruned.lines, pruned.kept_open, pruned.kept_with_verdict) == (0, 1, 1, 1, 1)
    assert ledger.flags().column("flag_id").to_pylist() == [f"{CHEM}/B", f"{CHEM}/C"]
    assert ledger.verify() == []
    assert ledger.cited_lines(["A", "B", "C"]).column("line_id").to_pylist() == ["B", "C"]
    screen(ledger, 3, [], judged("D"), movement("D"))
    assert ledger.verify() == []


def test_the_order_is_that_of_bytes_on_every_database(ledger):
    names = ["b", "B", "a-b", "ab", "a b", "Ä", "z", "_"]
    screen(ledger, 1, [flag(CHEM, n) for n in names], judged(*names))
    assert ledger.flags().column("shipment_id").to_pylist() == sorted(f"S-{n}" for n in names)
