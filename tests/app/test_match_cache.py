"""What earlier runs found changes no result, whatever becomes of its files."""

from __future__ import annotations

import inspect
import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from precursor_screen.app import match_cache
from precursor_screen.app.match_cache import MatchCache, cached_matches, state_key
from precursor_screen.core.cache import program_digest
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.tables import DATA
from precursor_screen.kernel.match import Recalled, match_parties
from precursor_screen.matching.party import alignment, bounds, candidates
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.text.party import normalise_party
from tests.examples import examples

DAY = date(2026, 11, 25)
LISTED = ("Zorvan Mirage", "Brightmarsh Ferula", "Quillon Oppidan Trading LLC", "Veladro", "SiemensAG")
NAMES = [
    "ZORVAN MIRAGE",
    "Zorvan Miraje",
    "Ferula Brightmarsh",
    "Quillon Oppidan",
    "Nobody",
    "Else Where",
    "\x00",
    "...",
    "Veladro Ltd",
]


def index(*names: str, list_id: str = "demo", delisted: date | None = None) -> PartyIndex:
    entries = [
        WatchlistEntry(list_id, f"{i}", "organisation", (WatchlistName(name, "primary"),), delisted=delisted if i == 0 else None)
        for i, name in enumerate(names)
    ]
    return PartyIndex(build_index(list_id, entries))


def reference(*indexes: PartyIndex, as_of: date = DAY) -> SimpleNamespace:
    return SimpleNamespace(watchlists=tuple(SimpleNamespace(index=one) for one in indexes), as_of=as_of)


def screen(names: list[str], known: SimpleNamespace, home: Path | None):
    lines = pa.table({"consignee_name": pa.array(names, pa.string())})
    with cached_matches(home) as memory:
        return match_parties(lines, known, memory=memory)


def files(home: Path) -> list[Path]:
    return sorted((home / "cache" / "matches").glob("*.matches"))


class Watched(MatchCache):
    """Tells how many names were unknown."""

    def recall(self, index: PartyIndex, as_of: date, names: list[str]) -> Recalled:
        found = super().recall(index, as_of, names)
        self.unknown = list(found.unknown)
        return found


def unknown(names: list[str], known: SimpleNamespace, home: Path) -> list[str]:
    memory = Watched(home)
    match_parties(pa.table({"consignee_name": pa.array(names, pa.string())}), known, memory=memory)
    return memory.unknown


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_cache, "WORTHWHILE", 0)


names = st.lists(st.one_of(st.sampled_from(NAMES + list(LISTED)), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)))


@given(st.lists(names, min_size=2, max_size=4))
@examples(15, 60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_with_memory_equals_without(tmp_path_factory: pytest.TempPathFactory, runs: list[list[str]]) -> None:
    home = tmp_path_factory.mktemp("home")
    known = reference(index(*LISTED), index("Zorvan", "Mirage Veladro", list_id="other", delisted=date(2026, 1, 1)))
    for asked in runs:
        without, remembered = screen(asked, known, None), screen(asked, known, home)
        assert remembered.matches.equals(without.matches)
        assert remembered.unscreenable == without.unscreenable


def test_names_seen_before_are_known_and_come_in_the_order_asked(tmp_path: Path) -> None:
    known = reference(index(*LISTED))
    screen(NAMES, known, tmp_path)
    assert unknown(NAMES, known, tmp_path) == []
    assert unknown(["New One", *NAMES, "Zorvan Miragee"], known, tmp_path) == ["New One", "Zorvan Miragee"]
    mixed = ["Zorvan Miragee", *reversed(NAMES)]
    assert screen(mixed, known, tmp_path).matches.equals(screen(mixed, known, None).matches)
    assert screen(mixed, known, None).matches.num_rows >= 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content[:-9] + b"\x01" + content[-8:],
        lambda content: b"not ours" * 100,
        lambda content: content.replace(b"Veladro", b"Nobody!"),
    ],
)
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, spoil) -> None:
    known = reference(index(*LISTED))
    expected = screen(NAMES, known, tmp_path).matches
    (path,) = files(tmp_path)
    good = path.read_bytes()
    path.write_bytes(spoil(good))
    assert path.read_bytes() != good
    assert unknown(NAMES, known, tmp_path) == NAMES
    assert screen(NAMES, known, tmp_path).matches.equals(expected)
    assert unknown(NAMES, known, tmp_path) == []


def test_a_file_of_another_list_under_this_ones_name_counts_as_none(tmp_path: Path) -> None:
    one, other = reference(index(*LISTED)), reference(index("Nobody"))
    screen(NAMES, other, tmp_path)
    (path,) = files(tmp_path)
    path.rename(path.with_name(state_key(one.watchlists[0].index, DAY) + ".matches"))
    assert unknown(NAMES, one, tmp_path) == NAMES


def test_the_key_changes_with_all_that_changes_a_match(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = index("Zorvan", "Mirage", delisted=date(2026, 3, 1))
    before, on, later = (state_key(listed, day) for day in (date(2026, 2, 28), date(2026, 3, 1), DAY))
    assert before != on == later
    assert state_key(index("Zorvan", "Miraje"), DAY) != state_key(index("Zorvan", "Mirage"), DAY)
    assert state_key(index("Zorvan", list_id="a"), DAY) != state_key(index("Zorvan", list_id="b"), DAY)
    monkeypatch.setattr(match_cache, "program_digest", lambda: "another")
    assert state_key(listed, DAY) != later


def test_the_sources_of_the_program_hold_all_that_compare_names(monkeypatch: pytest.MonkeyPatch) -> None:
    read, content = set(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.add(path.resolve()) or content(path))
    program_digest.__wrapped__()
    for module in (alignment, bounds, candidates, normalise_party):
        assert Path(inspect.getfile(module)) in read
    assert {DATA / "names" / "party_words.csv", DATA / "names" / "scripts.csv"} <= read


def test_de_listed_entries_are_left_out_though_their_names_are_known(tmp_path: Path) -> None:
    listed = index("Zorvan Mirage", delisted=date(2026, 3, 1))
    for _ in range(2):
        assert screen(["Zorvan Mirage"], reference(listed, as_of=date(2026, 2, 1)), tmp_path).matches.num_rows == 1
        assert screen(["Zorvan Mirage"], reference(listed, as_of=date(2026, 3, 1)), tmp_path).matches.num_rows == 0
    assert len(files(tmp_path)) == 2


def test_the_names_met_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_cache, "MOST_NAMES", 3)
    known = reference(index(*LISTED))
    for day, asked in enumerate((["a1", "b1"], ["b1", "c1"], ["d1"]), start=1):
        memory = MatchCache(tmp_path, date(2026, 1, day))
        match_parties(pa.table({"consignee_name": asked}), known, memory=memory)
        assert memory.save() == ""
    assert unknown(["a1", "b1", "c1", "d1"], known, tmp_path) == ["a1"]


def test_no_more_files_than_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_cache, "MOST_FILES", 2)
    for number in range(4):
        screen(["a"], reference(index(f"Zorvan {number}")), tmp_path)
        for path in files(tmp_path):
            os.utime(path, ns=(path.stat().st_mtime_ns - 10**9,) * 2)
    assert len(files(tmp_path)) == 2
    assert unknown(["a"], reference(index("Zorvan 3")), tmp_path) == []


def test_few_names_are_not_worth_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_cache, "WORTHWHILE", 1000)
    screen(NAMES, reference(index(*LISTED)), tmp_path)
    assert files(tmp_path) == []


def test_a_long_cell_is_not_kept(tmp_path: Path) -> None:
    known, long = reference(index(*LISTED)), "Zorvan Mirage " * 1_000
    assert screen([long, "Zorvan Mirage"], known, tmp_path).matches.equals(screen([long, "Zorvan Mirage"], known, None).matches)
    assert files(tmp_path)[0].stat().st_size < 10_000
    assert unknown([long, "Zorvan Mirage"], known, tmp_path) == [long]


def test_a_list_that_is_opened_twice(tmp_path: Path) -> None:
    twice = reference(index(*LISTED), index(*LISTED))
    expected = screen(NAMES, twice, None).matches
    for _ in range(3):
        assert screen(NAMES, twice, tmp_path).matches.equals(expected)


def test_of_two_runs_at_once_the_last_stays(tmp_path: Path) -> None:
    known = reference(index(*LISTED))
    one, other = MatchCache(tmp_path), MatchCache(tmp_path)
    for memory, asked in ((one, ["Zorvan Mirage", "a1"]), (other, ["Zorvan Mirage", "b1"])):
        match_parties(pa.table({"consignee_name": asked}), known, memory=memory)
    assert one.save() == other.save() == ""
    assert unknown(["Zorvan Mirage", "a1", "b1"], known, tmp_path) == ["a1"]
    assert [p.name for p in (tmp_path / "cache" / "matches").iterdir()] == [files(tmp_path)[0].name]


def test_a_home_that_cannot_be_written_is_told_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, where a folder should be")
    told: list[str] = []
    with cached_matches(tmp_path, told.append) as memory:
        match_parties(pa.table({"consignee_name": NAMES}), reference(index(*LISTED)), memory=memory)
    assert len(told) == 1
    assert told[0].startswith("matches were not kept for the next run: ")


def test_a_run_that_fails_keeps_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with cached_matches(tmp_path) as memory:
            match_parties(pa.table({"consignee_name": NAMES}), reference(index(*LISTED)), memory=memory)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert files(tmp_path) == []


def test_without_a_home_nothing_is_remembered() -> None:
    with cached_matches(None) as memory:
        assert memory is None
