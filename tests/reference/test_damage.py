"""A byte that turned anywhere in what is kept: the same result, or an error with exit code 4. Never another result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.core import files as digests_module
from precursor_screen.core.errors import ExitCode, PrecursorScreenError
from precursor_screen.core.files import Digests, digest_file
from precursor_screen.reference.recogniser import known_index
from precursor_screen.reference.registers.store import RegisterStore
from precursor_screen.reference.store import WatchlistStore
from tests.examples import SOAK
from tests.reference.watchlists import watchlist_files as files

DAY, MOMENT = date(2026, 1, 10), datetime(2026, 2, 11, 12, tzinfo=UTC)
NAMES = ("Zorvan Mirage", "ZORVANIA TRADING LTD", "Veladro Eustasio", "Nobody Inc")
STEP = 17 if SOAK else 41  # of the sample; a prime, so that it meets every kind of field of formats that align to eight


def flips(home: Path, step: int) -> Iterator[tuple[Path, bytes, int]]:
    """Every `step`-th byte of what is read, as file, content, place: the pointer, the records beside it, the current snapshot."""
    kept = [p for p in home.glob("*/*/**/*") if p.is_file() and p.parent.name != "1" and p.name != ".lock"]
    for path in sorted(kept):
        content = path.read_bytes()
        for place in range(step // 2 if step > 1 else 0, len(content), step):
            yield path, content, place


def attempt(result: Callable[[], Any]) -> tuple[Any, PrecursorScreenError | None]:
    try:
        return result(), None
    except PrecursorScreenError as error:
        return None, error


def assert_no_other_result(home: Path, result: Callable[[], Any], step: int) -> dict[str, int]:
    """Turns byte after byte; returns how many gave the same result and how many an error."""
    expected, seen = result(), {"same": 0, "error": 0}
    for path, content, place in flips(home, step):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        found, error = attempt(result)
        assert error is None or error.exit_code == ExitCode.NOT_SCREENED, (path, place)
        assert error is not None or found == expected, (path, place)
        seen["error" if error else "same"] += 1
        path.write_bytes(content)
    assert result() == expected
    return seen


def lists(home: Path, source: Path) -> Callable[[], Any]:
    store = WatchlistStore(home)
    (path,) = files.write(source, list_csv=files.PRIVATE)
    for day in (DAY, date(2026, 2, 10)):
        store.import_list("mine", [path], day, imported_at=MOMENT)

    def result() -> Any:
        opened = WatchlistStore(home)
        assert opened.list_ids() == ("mine",)
        listed = opened.open_list("mine")
        found = [[(m["entry_id"], m["score"], m["matched_name"]) for m in listed.index.match(n)] for n in NAMES]
        return listed.snapshot, list(listed), found, listed.index.content_sha256, listed.index.unscreenable_names

    return result


def registers(home: Path, source: Path) -> Callable[[], Any]:
    path = source / "permits.csv"
    path.write_text("permit,substance,kg,valid until\nP-1,Safrole,5,2026-12-31\nP-2,Acetone,700,2026-06-30\n")
    for day in (DAY, date(2026, 2, 10)):
        RegisterStore(home).import_file("permits", path, known_index(), day)

    def result() -> Any:
        return [(r.record, r.table.to_pylist()) for r in RegisterStore(home).open_all()]

    return result


@pytest.mark.parametrize("kept", [lists, registers])
def test_no_byte_that_turns_gives_another_result(tmp_path, kept, request):
    step = 1 if request.config.getoption("--every-byte") else STEP
    home = tmp_path / "home"
    start = time.perf_counter()
    seen = assert_no_other_result(home, kept(home, tmp_path), step)
    print(f"{kept.__name__}: {seen} in {time.perf_counter() - start:.0f} s")
    assert seen["error"] > 0


def test_a_small_file_is_read_in_full_every_time(tmp_path):
    path = tmp_path / "small"
    path.write_bytes(b"one")
    known, state = Digests(tmp_path / "cache"), path.stat()
    assert known.match(path, digest_file(path))
    digest = digest_file(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert not known.match(path, digest)
    assert not (tmp_path / "cache").exists()


class Large:
    """A file above the limit that is old enough to be remembered, and a clock."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.cache, self.now = folder / "large", folder / "cache", time.time() + 3600
        self.path.write_bytes(bytes(digests_module.SMALL + 1))
        self.digest, self.read = digest_file(self.path), 0
        monkeypatch.setattr(digests_module, "digest_file", self._count)

    def _count(self, path: Path) -> str:
        self.read += 1
        return digest_file(path)

    def match(self, full: bool = False) -> bool:
        return Digests(self.cache, full, lambda: self.now).match(self.path, self.digest)


@pytest.fixture
def large(tmp_path, monkeypatch):
    return Large(tmp_path, monkeypatch)


def test_a_large_file_is_read_once_a_day_and_when_asked(large):
    for seconds, full, read in ((0, False, 1), (1, False, 1), (86_399, False, 1), (86_400, False, 2), (86_401, True, 3)):
        start = large.now
        large.now += seconds
        assert large.match(full)
        assert large.read == read, seconds
        large.now = start if full else large.now
        large.now -= seconds if read == 1 else 0


def test_a_large_file_that_changed_is_read(large):
    assert large.match()
    state = large.path.stat()
    large.path.write_bytes(bytes(digests_module.SMALL) + b"1")
    os.utime(large.path, ns=(state.st_atime_ns, state.st_mtime_ns))  # what betrays it is the time of the change itself
    assert not large.match()
    assert large.read == 2


def test_a_file_of_this_very_moment_is_not_remembered(large):
    large.now = large.path.stat().st_mtime + 1
    assert large.match()
    assert large.match()
    assert large.read == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"x": 1}', b"[" * 100_000])
def test_what_is_remembered_may_be_damaged_or_gone(large, damage):
    assert large.match()
    (large.cache / "digests.json").write_bytes(damage)
    assert large.match()
    assert large.read == 2
    assert large.match()
    assert large.read == 2


def test_what_is_remembered_cannot_condemn_a_file(large):
    assert large.match()
    kept = large.cache / "digests.json"
    kept.write_text(kept.read_text().replace(large.digest[:4], "0000"))
    assert large.match()
    assert large.read == 2
