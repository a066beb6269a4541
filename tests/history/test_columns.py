"""The copy by column: what is read through it is what the ledger holds, whatever became of the copy."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history import columns
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.history import Groups
from precursor_screen.history.store import open_ledger
from tests.examples import examples
from tests.history.rows import DAY, amended, day, lines_of, look, movement, record, run, table

KEYS = (("consignee_key", "substance_id"), ("container_numbers",), ("exporter_key", "consignor_key", "as_of_date"))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BLOCK", 4)


@pytest.fixture
def copy(file_url: str) -> Path:
    return Path(file_url.removeprefix("sqlite:///") + ".columns")


def many(ledger, number=1, first=0, count=10):
    return record(ledger, number, *(movement(f"M{n:02}", as_of_date=day(n)) for n in range(first, first + count)))


def seen(ledger, number=90, **values):
    with ledger.begin(run(number)) as transaction:
        return lines_of(look(transaction, movement("Z", as_of_date=day(9)), span=40, **values).movements)


ALL = [f"M{n:02}" for n in range(10)]


def test_whole_blocks_are_copied_and_the_rest_is_read(file_url, copy):
    with open_ledger(file_url) as ledger:
        many(ledger)
        assert seen(ledger) == ALL
        assert len(list(copy.iterdir())) == 2  # ids 0 to 3 and 4 to 7
        assert seen(ledger, 91) == ALL


@pytest.mark.parametrize("damage", [b"", b"ARROW1\0\0", b"x" * 5_000])
def test_a_damaged_block_is_made_anew(file_url, copy, damage):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        sound = {p: p.read_bytes() for p in copy.iterdir()}
        for path in sound:
            path.write_bytes(damage)
        assert seen(ledger, 91) == ALL
        assert {p: p.read_bytes() for p in copy.iterdir()} == sound
        for path, content in sound.items():
            path.write_bytes(content[: len(content) // 2])
        assert seen(ledger, 92) == ALL


def test_blocks_of_another_ledger_are_not_read(file_url, copy, tmp_path):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        ledger.backup(tmp_path / "early.sqlite")
    with open_ledger(f"sqlite:///{tmp_path / 'other.sqlite'}", cache=copy) as other:
        many(other, 2, first=50)
        assert seen(other) == []
    with open_ledger(file_url) as ledger:
        assert seen(ledger, 91) == ALL


def test_a_folder_that_cannot_be_made_costs_time_only(file_url, copy):
    copy.write_text("in the way")
    with open_ledger(file_url) as ledger:
        many(ledger)
        assert seen(ledger) == ALL


def test_what_ended_after_the_copy_is_left_out(file_url):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        record(ledger, 2, movement("M01", message_function="cancellation"), amended("M05", "amended", as_of_date=day(3)))
        assert seen(ledger) == [*(k for k in ALL if k not in ("M01", "M05")), "amended"]


def test_what_a_failed_run_ended_still_counts(file_url):
    with open_ledger(file_url) as ledger:
        many(ledger)
        transaction = ledger.begin(run(2))
        transaction.record_movements(table(movement("M01", message_function="cancellation")))
        assert "M01" not in lines_of(look(transaction, movement("Z")).movements)
        transaction.__exit__(RuntimeError, RuntimeError(), None)
        assert seen(ledger) == ALL


def test_pruned_movements_are_gone_from_the_copy_too(file_url):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        ledger.prune(400, DAY + timedelta(days=402))
        assert seen(ledger, 91) == ALL[2:]
        assert many(ledger, 92, first=20, count=1).first == 11


@pytest.mark.parametrize(("on", "found", "opened"), [(1, ["M01", "M02"], 2), (13, ["M12", "M13", "M14"], 2), (40, [], 0)])
def test_blocks_of_other_days_are_not_opened(file_url, monkeypatch, on, found, opened):
    with open_ledger(file_url) as ledger:
        for number in range(1, 5):
            many(ledger, number, first=4 * number - 3, count=4)
        seen(ledger)
        read = []
        real = pa.RecordBatchFileReader.read_all
        monkeypatch.setattr(pa.RecordBatchFileReader, "read_all", lambda self: read.append(1) or real(self))
        with ledger.begin(run(91)) as transaction:
            seen_now = look(transaction, movement("Z", as_of_date=day(on)), span=1).movements
        assert lines_of(seen_now) == found
        assert len(read) == opened  # of four or five: a block may hold movements of two runs


PARTIES = st.sampled_from([None, "a", "b", "c"])
ROW = st.fixed_dictionaries(
    {
        "consignee_key": PARTIES,
        "consignor_key": PARTIES,
        "exporter_key": PARTIES,
        "substance_id": PARTIES,
        "container_numbers": st.sampled_from([None, [], ["c1"], ["c1", "c2"], ["c3", None]]),
        "as_of_date": st.integers(0, 6).map(day),
    }
)


LINKED = (("consignee_key>consignor_key", "substance_id"), ("consignor_key>consignee_key",))


def shares(one, other, key):
    texts = [(c.partition(">")[0], c.rpartition(">")[2]) for c in key if c != "container_numbers"]
    same = all(one[own] is not None and one[own] == other[theirs] for own, theirs in texts)
    if "container_numbers" in key:
        same = same and bool({*(one["container_numbers"] or [])} & {*(other["container_numbers"] or [])} - {None})
    return same


@examples(15, 60)
@given(
    st.lists(ROW, max_size=12),
    st.lists(ROW, max_size=4),
    st.lists(st.sampled_from([*KEYS, ("consignee_key",), ("consignor_key", "container_numbers"), *LINKED]), max_size=3),
)
def test_groups_are_what_the_definition_says(recorded, sent, keys):
    rows = [movement(str(n), **r) for n, r in enumerate(recorded)]
    found = table(*rows)
    expected = [any(shares(s, r, k) for s in sent for k in keys) for r in rows]
    groups = Groups(table(*(movement("x", **s) for s in sent)), keys)
    assert groups.shared(found).tolist() == expected
    encoded = pa.table([c.dictionary_encode() if pa.types.is_string(c.type) else c for c in found.columns], names=MOVEMENT.names)
    assert groups.shared(encoded).tolist() == expected


def test_the_copy_changes_nothing(file_url, monkeypatch):
    """Random runs with amendments and cancellations: history read through the copy is history read from the ledger."""
    rng = random.Random(5)
    with open_ledger(file_url) as ledger:
        for number in range(1, 13):
            rows = [
                movement(
                    f"K{rng.randrange(30)}",
                    f"L{rng.randrange(60)}",
                    consignee_key=rng.choice(["a", "b", None]),
                    as_of_date=day(rng.randrange(20)),
                    message_function=rng.choice(["original", "original", "original", "cancellation"]),
                )
                for _ in range(8)
            ]
            with ledger.begin(run(number)) as transaction:
                with_copy = look(transaction, *rows, span=5)
                transaction._cache, transaction._staged = None, None
                without = look(transaction, *rows, span=5)
                assert with_copy == without
                transaction.record_movements(table(*rows))
        assert ledger.verify() == []


@pytest.mark.parametrize("span", [0, 1, 2])
def test_every_day_is_found_by_the_windows_that_begin_or_end_on_it(file_url, span):
    with open_ledger(file_url) as ledger:
        for number in range(1, 4):
            many(ledger, number, first=4 * number - 3, count=4)
        for n in range(14):
            with ledger.begin(run(100 + n)) as transaction:
                found = lines_of(look(transaction, movement("Z", as_of_date=day(n)), span=span).movements)
            assert found == [f"M{m:02}" for m in range(1, 13) if abs(m - n) <= span], n


@pytest.mark.parametrize(("count", "blocks"), [(2, 0), (3, 1), (6, 1), (7, 2)])
def test_a_block_is_copied_once_it_is_whole(file_url, copy, count, blocks):
    with open_ledger(file_url) as ledger:
        many(ledger, count=count)
        assert seen(ledger) == ALL[:count]
        assert len(list(copy.iterdir()) if copy.is_dir() else []) == blocks


def test_files_that_are_no_block_of_the_ledger_go(file_url, copy):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        (copy / "other.arrow").write_text("x")
        (copy / "folder").mkdir()
        seen(ledger, 91)
        assert sorted(p.suffix for p in copy.iterdir()) == ["", ".arrow", ".arrow"]


def test_several_questions_of_a_run_check_each_block_once_and_read_the_rest_once(file_url, monkeypatch):
    with open_ledger(file_url) as ledger:
        many(ledger)
        seen(ledger)
        digested, fetched = [], []
        sealed, fetch = columns._checksum_of, RowChecksums.fetch
        monkeypatch.setattr(columns, "_checksum_of", lambda path, body: digested.append(path.name) or sealed(path, body))
        monkeypatch.setattr(RowChecksums, "fetch", lambda self, *args: fetched.append(args[1]) or fetch(self, *args))
        for number in (91, 92):
            with ledger.begin(run(number)) as transaction:
                for span in (40, 30, 40):
                    movements = look(transaction, movement("Z", as_of_date=day(9)), span=span).movements
                    assert lines_of(movements) == ALL
            rest = [source for source in fetched if "t.id >= ?" in source]
            assert (len(digested), len(set(digested)), len(rest)) == (2, 2, 1)
            digested.clear()
            fetched.clear()


def test_what_a_run_has_recorded_itself_is_seen_by_its_next_question(file_url):
    with open_ledger(file_url) as ledger:
        many(ledger)
        with ledger.begin(run(90)) as transaction:
            assert lines_of(look(transaction, movement("Z", as_of_date=day(9)), span=40).movements) == ALL
            transaction.record_movements(table(movement("N", as_of_date=day(9)), amended("M09", "M09b", as_of_date=day(9))))
            assert lines_of(look(transaction, movement("Z", as_of_date=day(9)), span=40).movements) == [*ALL[:-1], "N", "M09b"]
