"""What was made once is taken again: never when it is stale, damaged or somebody else's, and never at the price of a result."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from precursor_screen.core import cache as store
from precursor_screen.core.cache import MOST_FILES, digest_package, kept

posix = pytest.mark.skipif(os.name != "posix", reason="permissions")


class Thing(Struct, frozen=True):
    words: frozenset[str]
    sizes: Mapping[str, Any]
    since: date | None = None


THING = Thing(frozenset({"b", "a"}), {"z": 1, "a": [date(2026, 3, 1), "2026-03-01", True]}, date(2026, 1, 1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kept"
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(folder))
    return folder


def made(value: Any = THING, kind: Any = Thing, made_from: str = "1") -> tuple[Any, int]:
    """What `kept` gives, and how often it had to be made."""
    calls = []
    given = kept("thing", kind, made_from, lambda: calls.append(1) or value)
    return given, len(calls)


def test_what_was_made_is_taken_again_with_its_dates_and_its_order(folder: Path) -> None:
    assert made() == (THING, 1)
    again, calls = made()
    assert (again, calls) == (THING, 0)
    assert list(again.sizes) == ["z", "a"]
    assert [type(part) for part in again.sizes["a"]] == [date, str, bool]


def test_what_is_made_of_something_else_is_made_anew(folder: Path) -> None:
    made()
    assert made(made_from="2") == (THING, 1)


@pytest.mark.parametrize(
    "change", [lambda p: p / "names" / "a.py", lambda p: p / "names" / "a.csv", lambda p: p / "data" / "digests.json"]
)
def test_a_byte_of_the_program_or_of_what_ships_makes_another_key(tmp_path: Path, change: Callable[[Path], Path]) -> None:
    for name in ("names/a.py", "names/a.csv", "data/digests.json", "data/big.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    before = digest_package(tmp_path)
    (tmp_path / "data" / "big.csv").write_text("digested in digests.json")
    assert digest_package(tmp_path) == before
    change(tmp_path).write_text("x = 2\n")
    assert digest_package(tmp_path) != before


@pytest.mark.parametrize("at", [0, 30, 60, -1])
def test_what_is_damaged_is_made_anew(folder: Path, at: int) -> None:
    made()
    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    assert made() == (THING, 1)
    assert made() == (THING, 0)


@posix
@pytest.mark.parametrize(("of_the_folder", "mode"), [(False, 0o620), (False, 0o602), (True, 0o770), (True, 0o707)])
def test_what_others_may_write_to_is_not_believed(folder: Path, of_the_folder: bool, mode: int) -> None:
    made()
    (path,) = folder.iterdir()
    (folder if of_the_folder else path).chmod(mode)
    assert made() == (THING, 1)


@posix
def test_nor_is_what_belongs_to_somebody_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setattr(store.os, "getuid", lambda: os.stat(folder).st_uid + 1)
    assert made()[1] == (0 if os.stat(folder).st_uid == 0 else 1)  # root's is believed: a container's image


def test_a_folder_that_cannot_be_made_costs_time_and_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path / "file" / "below"))
    assert made() == (THING, 1)
    assert made() == (THING, 1)


def test_folders_are_read_in_turn_and_the_first_that_can_be_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path / "own"))
    made()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", os.pathsep.join(str(tmp_path / name) for name in ("file", "new", "own")))
    assert made() == (THING, 0)
    assert made(made_from="2") == (THING, 1)
    assert len(list((tmp_path / "new").iterdir())) == 1
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", "")
    assert made() == (THING, 1)


def test_the_oldest_go(folder: Path) -> None:
    for number in range(MOST_FILES + 2):
        made(made_from=str(number))
        for path in folder.iterdir():
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert len(list(folder.iterdir())) == MOST_FILES
    assert made(made_from="0")[1] == 1
    assert made(made_from=str(MOST_FILES + 1))[1] == 0


def test_what_does_not_come_back_as_it_was_is_not_kept(folder: Path) -> None:
    odd = Thing(frozenset(), {"a": (1, 2)})  # a tuple comes back as a list where the type does not say
    assert made(odd) == (odd, 1)
    assert made(odd) == (odd, 1)
    assert not folder.exists()


def test_what_a_program_that_calls_the_api_holds_is_not_taken_out_of_its_searches_for_garbage(tmp_path, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path))
    gc.unfreeze()
    for _ in range(2):
        assert kept("some", tuple[str, ...], "digest", lambda: ("a", "b")) == ("a", "b")
    assert (gc.get_freeze_count(), gc.isenabled()) == (0, True)
    gc.freeze()
    before = gc.get_freeze_count()
    held = kept("some", tuple[tuple[str, ...], ...], "other", lambda: tuple((str(n),) for n in range(9)))
    held = kept("some", tuple[tuple[str, ...], ...], "other", lambda: ())
    assert (len(held), gc.get_freeze_count() > before) == (9, True)
    gc.unfreeze()
