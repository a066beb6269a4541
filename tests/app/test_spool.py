"""Tables that wait on disk come back as they were; where there is no disk they wait in memory."""

from __future__ import annotations

import gc
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from precursor_screen.app import gather_inputs
from precursor_screen.app.gather_inputs import Spool
from precursor_screen.core import arrow
from precursor_screen.core.arrow import release_pages

TABLES = [
    pa.table({"text": ["ä", None, ""], "texts": [["a", "b"], None, []], "day": [date(2026, 1, 1), None, None]}),
    pa.table({}),
    pa.table({"mass": pa.array([Decimal("1.5")], pa.decimal128(18, 6)), "code": pa.array(["x"]).dictionary_encode()}),
    pa.table({"n": pa.array([], pa.int64())}),
    pa.table({"n": pa.chunked_array([[1, 2], [3]]), "b": [True, None, False]}).slice(1),
]


def kept(least: int, monkeypatch: pytest.MonkeyPatch) -> list[pa.Table]:
    monkeypatch.setattr(gather_inputs, "WRITTEN_TOGETHER", least)
    waiting = Spool()
    numbers = [waiting.add(table) for table in TABLES]
    assert numbers == list(range(len(TABLES)))
    release_pages()
    found = [waiting.table(number) for number in numbers]
    del waiting
    gc.collect()
    return found


@pytest.mark.parametrize("least", [1, 40, 1 << 20])
def test_tables_come_back_as_they_were_added(least, monkeypatch):
    for table, found in zip(TABLES, kept(least, monkeypatch), strict=True):
        assert found.equals(table)
        assert found.schema.equals(table.schema)


def test_what_is_worth_it_leaves_memory(monkeypatch):
    before = pa.total_allocated_bytes()
    monkeypatch.setattr(gather_inputs, "WRITTEN_TOGETHER", 1 << 20)
    waiting = Spool()
    number = waiting.add(pa.table({"text": pa.array(["manifest"] * 1_000_000)}))
    assert pa.total_allocated_bytes() - before < 1 << 20
    assert waiting.table(number).column("text")[999_999].as_py() == "manifest"


def test_what_lies_on_disk_is_not_written_again(monkeypatch, tmp_path):
    monkeypatch.setattr(gather_inputs, "WRITTEN_TOGETHER", 1)
    table = pa.table({"number": pa.array(range(200_000))})
    with (tmp_path / "table").open("wb+") as file:
        arrow.append_table(file, table)
        file.flush()
        mapped = pa.ipc.open_stream(arrow.map_file(file)).read_all()
    monkeypatch.setattr(gather_inputs, "append_table", None)  # what calls it fails
    waiting = Spool()
    assert waiting.table(waiting.add(mapped)) is mapped
    with pytest.raises(TypeError):
        waiting.add(table)


@pytest.mark.parametrize("failing", ["TemporaryFile", "mmap"])
def test_without_a_disk_tables_wait_in_memory(failing, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gather_inputs.tempfile if failing == "TemporaryFile" else arrow.mmap, failing, full)
    assert all(found.equals(table) for found, table in zip(kept(1, monkeypatch), TABLES, strict=True))


@pytest.mark.parametrize("rows", [[], [0], [2, 3], [0, 4, 5, 9], range(10)])
def test_rows_are_taken_from_a_table_a_piece_at_a_time(rows, monkeypatch):
    monkeypatch.setattr(gather_inputs, "_TAKEN_FROM", 4)
    table = pa.table({"text": pa.chunked_array([list("abc"), list("defg"), [None, "i", "j"]]), "n": range(10)})
    rows = np.array(rows, dtype=np.int64)
    assert Spool().take(table, rows).equals(table.take(pa.array(rows)))
