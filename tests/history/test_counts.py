"""What all lines come to by day is kept packed, read for the parties and codes that are asked for, checked and pruned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.history_seam import (
    CARGOES,
    COUNTED_LINES,
    LANE_COUNTS,
    NO_COUNTS,
    PARTY_COUNTS,
    CountedLines,
    TradeCounts,
)
from precursor_screen.history.database import connected
from tests.history.rows import DAY, day, run

BIG = 2**64 - 1


def counts(number: int = 0, cargo: int = 7, lines: int = 3) -> TradeCounts:
    """Of one day: a sender and a receiver of chapter 29, a lane and a country on it."""
    on = {"day": day(number)}
    lane = {"hs6": 291521, "dispatch": "DE", "destination": "US", **on, "lines": lines}
    return TradeCounts(
        pa.Table.from_pylist(
            [
                {"role": 0, "party": BIG, "chapter": 29, **on, "lines": lines},
                {"role": 1, "party": 2, "chapter": 84, **on, "lines": lines},
            ],
            schema=PARTY_COUNTS,
        ),
        pa.Table.from_pylist([{**lane, "transit": ""}, {**lane, "transit": "NL"}], schema=LANE_COUNTS),
        pa.Table.from_pylist([{"cargo": cargo + n, **on} for n in range(lines)], schema=CARGOES),
    )


def tally(number: int = 10, **values: Any) -> CountedLines:
    """One watched line of the sender, the receiver and the code above."""
    row = {"cargo": 7, "day": day(number), "sender": BIG, "receiver": 2, "chapter": 29, "hs6": 291521, **values}
    return CountedLines(pa.Table.from_pylist([row], schema=COUNTED_LINES), pa.array([True]))


def record(ledger, number: int, counted: TradeCounts) -> None:
    with ledger.begin(run(number)) as transaction:
        transaction.record_counts(counted)


def read(ledger, asked: CountedLines, number: int = 90) -> TradeCounts:
    with ledger.begin(run(number)) as transaction:
        found = transaction.read_counts(asked)
        transaction.record_counts(NO_COUNTS)
    return found


def test_counts_come_back_as_they_were(ledger):
    record(ledger, 1, counts())
    found, kept = read(ledger, tally()), counts()
    assert found.parties.sort_by("role") == kept.parties
    assert found.lanes.sort_by("transit") == kept.lanes
    assert found.cargoes.to_pylist() == [{"cargo": 7, "day": DAY}]


def test_only_what_is_asked_for(ledger):
    record(ledger, 1, counts())
    found = read(ledger, tally(sender=5, receiver=None, hs6=None, cargo=99))
    assert (found.parties.num_rows, found.lanes.num_rows, found.cargoes.num_rows) == (0, 0, 0)
    nobody = CountedLines(tally().lines, pa.array([False]))
    found = read(ledger, nobody, 91)
    assert (found.parties.num_rows, found.lanes.num_rows, found.cargoes.num_rows) == (0, 0, 1)


@pytest.mark.parametrize(("number", "seen"), [(0, 0), (1, 2), (400, 2), (401, 0)])
def test_days_that_count(ledger, number, seen):
    record(ledger, 1, counts())
    assert read(ledger, tally(number)).parties.num_rows == seen


@pytest.mark.parametrize(("number", "seen"), [(-93, 0), (-92, 1), (0, 1), (92, 1), (93, 0)])
def test_days_in_which_a_cargo_is_looked_for(ledger, number, seen):
    record(ledger, 1, counts())
    assert read(ledger, tally(number)).cargoes.num_rows == seen


def test_days_at_the_ends_of_the_calendar(ledger):
    record(ledger, 1, counts())
    for number in ((DAY.min - DAY).days, (DAY.max - DAY).days):
        assert read(ledger, tally(number), 50 + (number > 0)).cargoes.num_rows == 0


def test_runs_add_up(ledger):
    record(ledger, 1, counts())
    record(ledger, 2, counts(cargo=70))
    record(ledger, 3, counts(2, 700))
    assert sum(read(ledger, tally()).parties.column("lines").to_pylist()) == 18
    assert ledger.verify() == []


def test_a_run_that_breaks_off_counts_nothing(ledger):
    def killed() -> None:
        with ledger.begin(run(1)) as transaction:
            transaction.record_counts(counts())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert read(ledger, tally()).parties.num_rows == 0


def test_the_order_of_lines_shows_nowhere(ledger):
    first = counts()
    turned = TradeCounts(*(t.take(list(range(t.num_rows))[::-1]) for t in (first.parties, first.lanes, first.cargoes)))
    record(ledger, 1, first)
    record(ledger, 2, turned)
    with connected(ledger.engine) as connection:
        rows = connection.execute(text("select kind, counts, count(*) from counts group by kind, counts")).all()
    assert [row[2] for row in rows] == [2] * 4


@pytest.mark.parametrize(
    "change",
    [
        "update counts set counts = 'AAAA' where kind = 'senders'",
        "update counts set day = '2026-03-02' where kind = 'lanes'",
        "delete from counts where kind = 'cargoes'",
        "update counts set lines = 4 where kind = 'cargoes'",
    ],
)
def test_a_change_is_found(ledger, change):
    record(ledger, 1, counts())
    with ledger.engine.begin() as connection:
        connection.execute(text(change))
    assert ledger.verify()


def test_a_changed_row_is_not_believed(ledger, monkeypatch):
    monkeypatch.setattr("precursor_screen.history.verify.SMALL", -1)
    record(ledger, 1, counts())
    with ledger.engine.begin() as connection:
        connection.execute(text("update counts set counts = 'AAAA' where kind = 'senders'"))
    with pytest.raises(LedgerError, match="is not what was recorded"):
        read(ledger, tally())


def test_old_counts_are_pruned(ledger):
    record(ledger, 1, counts())
    record(ledger, 2, counts(5, 70))
    ledger.prune(10, DAY + timedelta(days=12))
    assert ledger.verify() == []
    assert read(ledger, tally()).parties.num_rows == 2
    ledger.prune(1, DAY + timedelta(days=40))
    assert ledger.verify() == []


def test_counts_are_exported(ledger):
    record(ledger, 1, counts())
    with ledger.tables() as tables:
        found = {name: sum(b.num_rows for b in batches) for name, _, batches in tables}
    assert found["counts"] == 4


def test_of_several_that_are_asked_for_each_is_found(ledger):
    """The least and the largest number too."""
    record(ledger, 1, counts(lines=3))
    others = [
        {"cargo": n, "day": day(10), "sender": party, "receiver": party, "chapter": 29, "hs6": code}
        for n, (party, code) in enumerate([(1, 100000), (2, 291521), (BIG, 999999), (5, 5)])
    ]
    asked = CountedLines(
        pa.Table.from_pylist(others + [{"cargo": n, "day": day(10)} for n in (7, 8, 9)], schema=COUNTED_LINES),
        pa.array([True] * 4 + [False] * 3),
    )
    found = read(ledger, asked)
    assert found.parties.column("party").to_pylist() == [BIG, 2]
    assert set(found.lanes.column("hs6").to_pylist()) == {291521}
    assert found.cargoes.column("cargo").to_pylist() == [7, 8, 9]
