"""Flags that continue others, and flags about a document that is there now: on every database."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.history.episodes import _EARLIER, _latest
from tests.history.rows import cells, flag, flags, judged, movement, run, table

CHEM, WINDOW = "PS-CHEM-001", "PS-QTY-002"


def compare(ledger, number, *found, answered=frozenset()) -> FlagComparison:
    """A run that records movements and flags of its own lines, judged."""
    with ledger.begin(run(number)) as transaction:
        keys = [f["line_id"] for f in found] or ["nothing"]
        transaction.record_movements(table(*(movement(k) for k in keys)))
        compared = transaction.compare_flags(flags(*found), judged(*keys), answered)
        transaction.record_flags(compared, cells(*keys), judged(*keys))
    return compared


def continued(compared: FlagComparison) -> list[list[str]]:
    shown = [json.loads(text) for text in compared.flags.column("evidence").to_pylist()]
    return [[e["as_written"] for e in some if e["field"] == "continues"] for some in shown]


def test_the_latest_flag_of_the_same_rule_and_substance_on_a_line_beside(ledger):
    compare(
        ledger, 1, flag(WINDOW, "A", substance_id="s"), flag(WINDOW, "B", substance_id="t"), flag(CHEM, "C", substance_id="s")
    )
    compare(ledger, 2, flag(WINDOW, "D", substance_id="s"))
    beside = ["A", "B", "C", "D", "E"]
    third = compare(
        ledger,
        3,
        flag(WINDOW, "E", substance_id="s", window_line_ids=beside[:-1]),
        flag(WINDOW, "F", substance_id="t", window_line_ids=beside),
        flag(WINDOW, "G", window_line_ids=beside),  # about lines, not substances
        flag(CHEM, "H", substance_id="s", window_line_ids=beside),  # judges lines alone
        flag(WINDOW, "I", substance_id="s", window_line_ids=["E"]),  # of the same run: one episode, flagged once
        flag(WINDOW, "J", substance_id="s", window_line_ids=["A"], evidence=None),
    )
    assert continued(third) == [[f"{WINDOW}/D"], [f"{WINDOW}/B"], [], [], [], [f"{WINDOW}/A"]]
    kept = {f["flag_id"]: f["evidence"] for f in ledger.flags().to_pylist()}
    assert json.loads(kept[f"{WINDOW}/E"])[-1] == {"subject": "window", "field": "continues", "as_written": f"{WINDOW}/D"}


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("st"), st.integers(1, 4)), max_size=8), st.data())
def test_the_latest_against_a_plain_reading(recorded, data):
    recorded.sort(key=lambda r: r[2])
    earlier = table_of_earlier(recorded)
    asked = data.draw(
        st.lists(st.tuples(st.sampled_from("stu"), st.integers(1, 5), st.lists(st.sampled_from("ABCD"), max_size=3)), min_size=1)
    )
    rows = flags(*(flag(WINDOW, f"own{n}", substance_id=s, window_line_ids=w) for n, (s, _, w) in enumerate(asked)))
    plain = [
        max((n for n, (line, place, number) in enumerate(recorded) if line in lines and place == s and number < own), default=-1)
        for s, own, lines in asked
    ]
    if recorded:
        assert _latest(rows, earlier, np.array([own for _, own, _ in asked])).tolist() == plain


def table_of_earlier(recorded):
    rows = [
        {"line_id": line, "rule_id": WINDOW, "substance_id": s, "flag_id": f"f{n}", "first_run": number}
        for n, (line, s, number) in enumerate(recorded)
    ]
    return pa.Table.from_pylist(rows, schema=_EARLIER)


def test_a_document_that_is_there_now(ledger):
    found = [flag(WINDOW, k, substance_id=s) for k, s in (("A", "ephedrine"), ("B", "acetone"), ("C", None))]
    compare(ledger, 1, *found)
    with ledger.begin(run(2)) as transaction:
        asked = transaction.open_movements([WINDOW, CHEM])
        assert transaction.open_movements([]).num_rows == 0
    # B's flag is about a substance of which no movement is recorded; C's is about the line.
    columns = zip(*(asked.column(c).to_pylist() for c in ("flag_id", "rule_id", "line_id", "substance_id")), strict=True)
    assert list(columns) == [(f"{WINDOW}/A", WINDOW, "A", "ephedrine"), (f"{WINDOW}/C", WINDOW, "C", "ephedrine")]
    answered = frozenset({f"{WINDOW}/A", f"{WINDOW}/C"})
    later = compare(ledger, 3, flag(WINDOW, "C"), answered=answered)  # raised again: it is not over
    assert later.resolved.column("flag_id").to_pylist() == [f"{WINDOW}/A"]
    assert later.flags.column("state").to_pylist() == ["existing"]
    assert compare(ledger, 4, answered=answered - {f"{WINDOW}/C"}).resolved.num_rows == 0
    assert ledger.verify() == []


def test_which_runs_met_a_flag(ledger):
    compare(ledger, 1, flag(CHEM, "A"))
    compare(ledger, 2, flag(CHEM, "A"))
    first, last = ("2026-03-02T06:00:00+00:00", "2026-03-03T06:00:00+00:00")
    assert ledger.history_of(f"{CHEM}/A") == {"first": first, "last": last, "resolved": ""}
    with ledger.begin(run(3)) as transaction:
        transaction.record_flags(transaction.compare_flags(flags(), judged("A")), cells(), judged("A"))
    assert ledger.history_of(f"{CHEM}/A")["resolved"] == "2026-03-04T06:00:00+00:00"
    assert ledger.history_of("nothing") == {}
