"""Numbered snapshots: whole or not at all, the newest is current, the oldest go, and any damage shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from precursor_screen.core.errors import UsageError
from precursor_screen.core.files import Digests
from precursor_screen.reference import snapshots as module
from precursor_screen.reference.snapshots import KEPT, SUMS, DamagedError, Snapshots, check

FILES = ("one", "two")


@pytest.fixture
def kept(tmp_path: Path) -> Snapshots:
    (tmp_path / "place").mkdir()
    return Snapshots(tmp_path / "place", FILES)


def add(kept: Snapshots, text: str = "x") -> int:
    with kept.next() as (number, folder):
        for name in (*FILES, "beside"):
            (folder / name).write_text(text)
    return number


def test_the_newest_is_current_and_the_oldest_go(kept):
    assert (kept.exist(), kept.numbers()) == (False, [])
    numbers = [add(kept) for _ in range(KEPT + 2)]
    folder, seal = kept.current()
    assert (kept.exist(), folder.name, kept.numbers()) == (True, str(numbers[-1]), numbers[2:])
    assert check(folder, FILES, Digests(), seal)


def test_one_that_was_not_finished_leaves_the_last_and_no_trace_once_the_next_is_there(kept):
    add(kept, "first")
    with pytest.raises(FileNotFoundError), kept.next() as (_, folder):  # `two` is not there to be sealed
        (folder / "one").write_text("half")
    assert (kept.current()[0] / "one").read_text() == "first"
    assert add(kept) == 2
    assert sorted(p.name for p in kept.place.iterdir()) == ["1", "2", "current"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("one", "y", "one is not what was written"),
        (SUMS, "", "is not what was written"),
        ("two", None, "No such file"),
        (SUMS, None, "No such file"),
    ],
)
def test_damage_shows(kept, name, text, says):
    add(kept)
    folder, seal = kept.current()
    (folder / name).write_text(text) if text is not None else (folder / name).unlink()
    with pytest.raises((DamagedError, OSError), match=says):
        check(folder, FILES, Digests(), seal)


@pytest.mark.parametrize(("text", "says"), [("x", "is damaged"), (f"{'0' * 64}  one\n", "one is not what"), ("", "not name one")])
def test_sums_of_one_that_is_not_current_are_read(kept, text, says):
    add(kept)
    folder, _ = kept.current()
    (folder / SUMS).write_text(text)
    with pytest.raises(DamagedError, match=says):
        check(folder, FILES, Digests())


@pytest.mark.parametrize("text", ["", "1", "01\n", "1 x\n", "-1\n", "one\n"])
def test_a_pointer_that_is_none(kept, text):
    add(kept)
    (kept.place / "current").write_text(text)
    with pytest.raises(DamagedError, match="pointer"):
        kept.current()


def test_one_of_before_there_were_digests_is_sealed_late(kept):
    add(kept)
    (kept.place / "current").write_text("1\n")
    (kept.place / "1" / SUMS).unlink()
    folder, seal = kept.current()
    assert (seal, check(folder, FILES, Digests(), seal)) == ("", False)
    kept.add_missing_sums()
    folder, seal = kept.current()
    assert check(folder, FILES, Digests(), seal)


def test_while_somebody_writes_nobody_else_does(kept, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.01)
    with FileLock(kept.place / ".lock"), pytest.raises(UsageError, match="busy"), kept.locked(UsageError, "busy"):
        pass
    with kept.locked(UsageError, "busy"):
        add(kept)


def test_what_is_removed_is_gone_with_its_folder(kept):
    add(kept)
    with kept.locked(UsageError, "busy"):
        kept.remove()
    kept.remove_empty()
    assert not kept.place.exists()
