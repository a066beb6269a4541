"""What changed in law between two days, and between two editions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen.core.model import Substance, Threshold
from precursor_screen.reference.substance_diff import Change, State, TableDiff, diff_tables
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import load_thresholds

TABLES = Path(__file__).parents[2] / "precursor_screen" / "data" / "substances"


@pytest.fixture(scope="module")
def substances() -> tuple[Substance, ...]:
    return load_substances(TABLES).substances


def of_days(substances: tuple[Substance, ...], old: date, new: date) -> TableDiff:
    thresholds = load_thresholds(TABLES)
    return diff_tables(State(substances, thresholds, old), State(substances, thresholds, new))


def pick(found: TableDiff, what: str, instrument: str = "UN1988") -> list[Change]:
    return [c for c in found.changes if c.what == what and c.instrument in ("", instrument)]


def test_the_eighteen_of_2024(substances: tuple[Substance, ...]) -> None:
    found = of_days(substances, date(2024, 12, 2), date(2024, 12, 4))
    began = pick(found, "began")
    assert len(began) == 18
    assert all((c.instrument, c.old, c.new, c.since) == ("UN1988", "", "I", date(2024, 12, 3)) for c in began)
    assert not pick(found, "moved")
    assert not pick(found, "ended")
    assert found.names == ()


def test_a_move_is_no_end_and_no_beginning(substances: tuple[Substance, ...]) -> None:
    found = of_days(substances, date(2011, 1, 16), date(2011, 1, 17))
    assert [(c.substance_id, c.old, c.new) for c in pick(found, "moved")] == [("phenylacetic-acid", "II", "I")]
    assert not pick(found, "began")
    assert not pick(found, "ended")


def test_the_same_day_changes_nothing(substances: tuple[Substance, ...]) -> None:
    day = date(2025, 1, 1)
    found = of_days(substances, day, day)
    assert found.changes == ()
    assert found.undated == sum(c.since is None and (c.until is None or c.until > day) for s in substances for c in s.controls)


def test_editions(substances: tuple[Substance, ...]) -> None:
    first, second, *_ = substances
    ended = replace(first, controls=tuple(replace(c, until=date(2027, 1, 1)) for c in first.controls))
    checked = replace(second, controls=tuple(replace(c, since=date(2000, 1, 1)) for c in second.controls), names=second.names[1:])
    old, new = State((first, second), (), None), State((ended, checked), (), None)
    found = diff_tables(old, new)
    assert [c.substance_id for c in found.changes if c.what == "removed"] == [first.substance_id]
    assert all(c.since == date(2027, 1, 1) or c.since is None for c in found.changes if c.what == "ended")
    corrected = [c for c in found.changes if c.what == "corrected"]
    assert len(corrected) == len(second.controls)
    assert all("from 2000-01-01" in c.new for c in corrected)
    assert [(n.substance_id, n.added, n.removed) for n in found.names] == [(second.substance_id, (), (second.names[0].name,))]


def test_substances_that_come_and_go(substances: tuple[Substance, ...]) -> None:
    first, second, third, *_ = substances
    found = diff_tables(State((first, second), (), None), State((third, second), (), None))
    assert [(c.what, c.substance_id) for c in found.changes if not c.instrument] == [
        ("added", third.substance_id),
        ("removed", first.substance_id),
    ]
    assert {c.substance_id: c.what for c in found.changes if c.instrument == "UN1988"} == {
        third.substance_id: "began",
        first.substance_id: "ended",
    }
    assert {n.substance_id for n in found.names} == {first.substance_id, third.substance_id}


def test_thresholds(substances: tuple[Substance, ...]) -> None:
    row = Threshold("ZZ", "acetone", "export", Decimal(1), Decimal(1), "kg", "month", None, date(2020, 1, 1), "s", False)
    later = replace(row, quantity=Decimal(2), kg=Decimal(2), valid_from=date(2020, 1, 1), valid_to=None)
    days = [State(substances, (row, later), d) for d in (date(2019, 12, 31), date(2020, 1, 1))]
    (change,) = (c for c in diff_tables(*days).changes if c.what == "threshold")
    assert (change.substance_id, change.instrument, change.old, change.new) == (
        *("acetone", "ZZ export"),
        *("1 kg per month", "2 kg per month"),
    )
    assert change.since == date(2020, 1, 1)
    exempt = State(substances, (row, replace(later, applies="above")), date(2020, 1, 1))
    assert [(c.old, c.new) for c in diff_tables(days[1], exempt).changes if c.what == "threshold"] == [
        ("2 kg per month", "above 2 kg per month")
    ]
    assert change.verified is False
    (gone,) = (c for c in diff_tables(days[0], State(substances, (), None)).changes if c.what == "threshold")
    assert gone.new == ""
