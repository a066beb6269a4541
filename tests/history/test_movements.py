"""What is recorded, what counts, and what a run gets to see of it."""

from __future__ import annotations

from decimal import Decimal

import pyarrow.compute as pc
import pytest

from precursor_screen.core.history_seam import AMENDED_MOVEMENT
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.counts import Recorded as AsRecorded
from tests.history.rows import DAY, amended, day, lines_of, look, movement, record, run, table


def Recorded(first, *counts):
    """All on the first of March."""
    return AsRecorded(first, *counts, (DAY, DAY) if first else None)


def test_a_movement_comes_back_as_it_was(ledger):
    row = movement(
        "A",
        description="ÄTHER \x00 🧪 'quoted' %s ?",
        transit_countries=[],
        lexicon_terms=["coded"],
        packages=3,
        value_usd=Decimal("0.000001"),
    )
    record(ledger, 1, row)
    with ledger.begin(run(2)) as transaction:
        before = look(transaction, amended("A", "A2", consignee_key="other")).versions.amended
    assert before.schema.names == AMENDED_MOVEMENT.names
    (back,) = before.select(MOVEMENT.names).to_pylist()
    assert back == {**table(row).to_pylist()[0], "description": "ÄTHER \ufffd 🧪 'quoted' %s ?"}


def test_new_sent_again_amended(ledger):
    assert record(ledger, 1, movement("A"), movement("B")) == Recorded(1, 2, 0, 0)
    assert record(ledger, 2, movement("A"), movement("C")) == Recorded(3, 1, 0, 0)
    with ledger.begin(run(3)) as transaction:
        rows = [movement("A"), amended("B", "B2"), movement("D")]
        history = look(transaction, *rows)
        assert history.known.to_pylist() == [{"movement_key": "A", "line_id": "A"}]
        assert lines_of(history.versions.amended) == ["B"]
        assert lines_of(history.movements) == ["A", "C"]
        assert history.since == DAY
        assert transaction.record_movements(table(*rows)) == Recorded(4, 2, 1, 0)
    with ledger.begin(run(4)) as transaction:
        assert lines_of(look(transaction, movement("Z")).movements) == ["A", "C", "B2", "D"]
    assert (ledger.info().movements, ledger.info().superseded) == (4, 1)


def test_recording_twice_changes_nothing(ledger):
    rows = table(movement("A"), movement("B", "B1"), movement("B", "B2"), movement("A"))
    with ledger.begin(run(1)) as transaction:
        assert transaction.record_movements(rows).added == 3
        assert transaction.record_movements(rows) == Recorded(0, 0, 0, 0)
    assert ledger.verify() == []


def test_an_old_version_sent_again_does_not_come_to_life(ledger):
    record(ledger, 1, movement("A", "A1"))
    record(ledger, 2, amended("A", "A2"))
    assert record(ledger, 3, movement("A", "A1")) == Recorded(0, 0, 0, 0)
    with ledger.begin(run(4)) as transaction:
        history = look(transaction, movement("A", "A1"))
    assert lines_of(history.movements) == ["A2"]
    assert lines_of(history.known) == ["A1"]
    assert history.versions.why == {"A1": "superseded"}


def test_two_originals_of_one_key_both_stay(ledger):
    record(ledger, 1, movement("A", "A1"), movement("A", "A2"))
    with ledger.begin(run(2)) as transaction:
        history = look(transaction, movement("A", "A1"))
        assert lines_of(history.movements) == ["A1", "A2"]
        assert transaction.record_movements(table(movement("A", "A1"))) == Recorded(0, 0, 0, 0)
    assert record(ledger, 3, amended("A", "A3")).superseded == 2


def test_a_substance_recognised_later_is_added_to_its_line(ledger):
    record(ledger, 1, movement("A"))
    assert record(ledger, 2, movement("A"), movement("A", substance_id="acetone"), movement("A", substance_id=None)).added == 2
    assert record(ledger, 3, movement("A", substance_id=None)).added == 0
    record(ledger, 4, amended("A", "A2"))
    assert record(ledger, 5, movement("A", substance_id="toluene")).added == 0  # on a version that counts no longer


def cancel(key: str, line: str = "") -> dict[str, object]:
    return movement(key, line or f"{key}-cancel", message_function="cancellation")


def test_a_cancellation_removes_and_is_not_a_movement(ledger):
    record(ledger, 1, movement("A"), movement("B"))
    with ledger.begin(run(2)) as transaction:
        history = look(transaction, cancel("A"))
        assert lines_of(history.movements) == ["B"]
        assert history.versions.amended.num_rows == 0
        assert lines_of(history.versions.ended) == ["A"]
        assert transaction.record_movements(table(cancel("A"))) == Recorded(3, 1, 0, 2)  # the message is kept as well
    assert record(ledger, 3, cancel("A"), movement("A")) == Recorded(0, 0, 0, 0)
    assert (ledger.info().movements, ledger.info().cancelled) == (1, 1)
    assert record(ledger, 4, movement("A", "A-anew")).cancelled == 1
    assert ledger.info().movements == 1
    assert record(ledger, 5, movement("A", "A-later", as_of_date=day(91))).added == 1
    assert ledger.info().movements == 2


def test_a_message_and_its_cancellation_in_one_run(ledger):
    assert record(ledger, 1, movement("A"), cancel("A")) == Recorded(1, 2, 0, 2)
    with ledger.begin(run(2)) as transaction:
        assert lines_of(look(transaction, movement("Z")).movements) == []
    assert ledger.verify() == []


@pytest.mark.parametrize(("number", "seen"), [(-31, False), (-30, True), (0, True), (32, True), (33, False)])
def test_the_span_reaches_both_ways(ledger, number, seen):
    record(ledger, 1, movement("A", as_of_date=day(number)))
    with ledger.begin(run(2)) as transaction:
        found = look(transaction, movement("Y"), movement("Z", as_of_date=day(2)), span=30).movements
    assert lines_of(found) == (["A"] if seen else [])


def test_days_at_the_ends_of_the_calendar(ledger):
    from datetime import date

    record(ledger, 1, movement("A", as_of_date=date.min), movement("B", as_of_date=date.max))
    with ledger.begin(run(2)) as transaction:
        found = look(transaction, movement("Y", as_of_date=date.min), movement("Z", as_of_date=date.max), span=30)
    assert lines_of(found.movements) == ["A", "B"]
    assert found.since == date.min


GROUPS = [
    ((("consignee_key", "substance_id"),), {"substance_id": "acetone"}, False),
    ((("consignee_key",),), {"substance_id": "acetone"}, True),
    ((("consignee_key", "exporter_key"),), {}, False),  # null is in no group
    ((("substance_id",),), {"consignee_key": "x"}, True),
    ((("consignee_key",), ("substance_id",)), {"consignee_key": "x"}, True),
    ((("container_numbers",),), {"consignee_key": "x", "container_numbers": ["TESU7654321", "TESU1234567"]}, True),
    ((("container_numbers",),), {"container_numbers": ["TESU7654321"]}, False),
    ((("container_numbers",),), {"container_numbers": []}, False),
    ((("consignee_key", "container_numbers"),), {"consignee_key": "x"}, False),
    ((("consignee_key", "container_numbers"),), {}, True),
    ((("consignee_key", "lexicon_terms"),), {}, True),  # a list: left out of the grouping
    ((("lexicon_terms",),), {"consignee_key": "x"}, True),
    ((("consignee_key", "family"),), {"consignee_key": "x"}, False),  # not stored: left out
    ((("substance_mass_kg",),), {"consignee_key": "x"}, True),
    ((("as_of_date", "consignee_key"),), {"as_of_date": day(1)}, False),
    ((), {}, False),
]


def test_a_group_is_shared_or_not(ledger):
    record(ledger, 1, movement("A"))
    with ledger.begin(run(2)) as transaction:
        for keys, values, seen in GROUPS:
            found = look(transaction, movement("Z", **values), keys=keys).movements
            assert lines_of(found) == (["A"] if seen else []), (keys, values)
            assert found.column_names == ["movement_key", "line_id", "as_of_date", "substance_mass_kg"]


def test_an_empty_run_sees_nothing(ledger):
    record(ledger, 1, movement("A"))
    with ledger.begin(run(2)) as transaction:
        history = look(transaction)
        assert transaction.record_movements(table()) == Recorded(0, 0, 0, 0)
    assert (history.movements.num_rows, history.known.num_rows, history.versions.amended.num_rows) == (0, 0, 0)


def test_a_table_with_some_of_the_columns(ledger):
    rows = table(movement("A")).select(["movement_key", "line_id", "as_of_date", "consignee_key"])
    with ledger.begin(run(1)) as transaction:
        assert transaction.record_movements(rows).added == 1
    with ledger.begin(run(2)) as transaction:
        assert transaction.look_back(rows, 1, [], [("consignee_key",)]).movements.to_pylist() == [
            {"movement_key": "A", "line_id": "A"}
        ]


def test_what_counts_in_a_period_is_read_with_both_its_days(ledger):
    record(ledger, 1, movement("A"), movement("B", as_of_date=day(3)), movement("C", as_of_date=day(4)))
    record(ledger, 2, amended("B", "B2", as_of_date=day(3)))
    assert lines_of(ledger.movements_between(DAY, day(3))) == ["A", "B2"]
    assert lines_of(ledger.movements_between(day(1), day(3))) == ["B2"]
    assert lines_of(ledger.movements_between(day(4), day(9))) == ["C"]
    assert ledger.movements_between(day(5), day(9)).schema.names == table().schema.names


def test_of_a_period_only_what_is_picked_is_gathered(ledger):
    record(ledger, 1, movement("A"), movement("B", substance_id="acetone"))
    picked = ledger.movements_between(DAY, DAY, lambda rows: rows.filter(pc.equal(rows.column("substance_id"), "acetone")))
    assert lines_of(picked) == ["B"]


def test_of_a_period_only_the_columns_that_are_wanted_are_read(ledger):
    record(ledger, 1, movement("A"), movement("B", as_of_date=day(1)))
    wanted = ("substance_id", "as_of_date")
    narrow = ledger.movements_between(DAY, DAY, columns=wanted)
    assert narrow.to_pylist() == [{"substance_id": "ephedrine", "as_of_date": DAY}]
    assert ledger.movements_between(day(2), day(3), columns=wanted).schema.names == list(wanted)


def test_lines_are_recalled_whatever_became_of_them(ledger):
    record(ledger, 1, movement("A"), movement("B"))
    record(ledger, 2, amended("B", "B2"))
    with ledger.begin(run(3)) as transaction:
        assert lines_of(transaction.recall(["B", "A", "none"])) == ["A", "B"]
        assert transaction.recall([]).num_rows == 0
