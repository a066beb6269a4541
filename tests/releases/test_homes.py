"""Homes that releases wrote: their lists and registers open as they were imported, and go on from there."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.reference.recogniser import known_index
from precursor_screen.reference.registers.store import RegisterStore
from precursor_screen.reference.store import WatchlistStore
from tests.releases.homes import DAYS, KEPT, pack, unpack
from tests.releases.ledgers import HERE, releases

RELEASES = releases(KEPT)
NEXT = date(2026, 11, 3)


def assert_opens(home: Path) -> None:
    lists, registers = WatchlistStore(home), RegisterStore(home)
    (status,) = lists.status(NEXT)
    assert (status.problem, status.refused, status.age_days, status.checked_at[:10]) == ("", "", 1, DAYS[1].isoformat())
    assert lists.verify("mine") == ()
    opened = lists.open_list("mine")
    assert json.loads(opened.snapshot.to_json()) == json.loads((home / "watchlists/mine/2/manifest.json").read_text("utf-8"))
    assert [e.primary_name for e in opened] == ["Zorvan Mirage", "Veladro, Eustasio", "Zorvan Falcon"]
    assert opened.entry("A1").identifiers == (("tax_number", "0017"),)
    assert lists.diff("mine").added == (("A3", "Zorvan Falcon"),)
    permits = registers.open("permits")
    assert (permits.record.number, permits.record.day, permits.record.rows) == (2, DAYS[1].isoformat(), 3)
    assert [(s.row, s.reference) for s in permits.record.skipped] == [(4, "P-3")]
    assert permits.table.column("reference").to_pylist() == ["P-1", "P-2", "P-4"]


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_imported_opens_and_the_next_import_follows_it(release: str, tmp_path: Path) -> None:
    home = unpack((HERE / release / KEPT).read_bytes(), tmp_path / "home")
    assert_opens(home)
    files = [home / "watchlists/mine/2/list.csv"]
    assert WatchlistStore(home).import_list("mine", files, NEXT).number == 3
    path = tmp_path / "permits.csv"
    path.write_text("permit,substance\n" + "".join(f"P-{n},Safrole\n" for n in range(3)), encoding="utf-8")
    assert RegisterStore(home).import_file("permits", path, known_index(), NEXT)[0].number == 3
    assert WatchlistStore(home).snapshots("mine") == (1, 2, 3)


def test_a_home_of_this_version_opens_after_it_was_packed(tmp_path: Path) -> None:
    assert_opens(unpack(pack(tmp_path), tmp_path / "again"))
