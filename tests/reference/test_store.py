import json
import pickle
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec.structs
import pytest
from filelock import FileLock

from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.reference import snapshots
from precursor_screen.reference.bundle import maximum_ages
from precursor_screen.reference.snapshots import Snapshots
from precursor_screen.reference.store import ListStatus, WatchlistStore
from precursor_screen.reference.watchlists import interface as codec
from precursor_screen.reference.watchlists import opened
from precursor_screen.reference.watchlists.interface import ParsedList
from precursor_screen.reference.watchlists.registry import check_content, find_regressions
from precursor_screen.reference.watchlists.snapshot_info import read_snapshot_info
from tests.reference.watchlists import watchlist_files as files

DAY, LATER = date(2026, 1, 10), date(2026, 2, 10)
MOMENT = datetime(2026, 2, 11, 12, tzinfo=UTC)


def private(count: int) -> str:
    return "entry_id,name\n" + "".join(f"E{i},Zorvan Mirage {i}\n" for i in range(count))


@pytest.fixture
def store(tmp_path: Path) -> WatchlistStore:
    return WatchlistStore(tmp_path / "home")


def put(store: WatchlistStore, text: str, day: date | None = DAY, list_id: str = "mine", force: bool = False) -> None:
    paths = files.write(store.folder.parent.parent / "in", list_csv=text)
    store.import_list(list_id, paths, day, force, MOMENT)


def test_import_and_open(store: WatchlistStore, tmp_path: Path) -> None:
    paths = files.write(tmp_path, sdn_csv=files.SDN, alt_csv=files.ALT, add_csv=files.ADD, com_csv=files.COMMENTS)
    manifest = store.import_list("ofac-sdn", paths, DAY, imported_at=MOMENT)
    assert (manifest.entries, manifest.names, manifest.addresses, manifest.number) == (4, 9, 2, 1)
    assert (manifest.list_date, manifest.list_date_from, manifest.importer) == (DAY, "import", "ofac-csv")
    assert manifest.imported_at == "2026-02-11T12:00:00+00:00"
    assert [f.name for f in manifest.files] == ["sdn.csv", "alt.csv", "add.csv", "com.csv"]
    folder = store.folder / "ofac-sdn" / "1"
    assert read_snapshot_info(folder / "manifest.json") == manifest
    assert (folder / "alt.csv").read_bytes() == files.ALT.encode()
    assert not list(folder.parent.glob(".building*"))
    listed = store.open_list("ofac-sdn")
    assert listed.entry("103").primary_name == "QUILLON 7"
    assert [e.entry_id for e in listed] == ["101", "102", "103", "104"]
    assert len(listed) == 4
    assert listed.index.match("Zorvania Ltd")[0]["entry_id"] == "101"
    assert store.verify("ofac-sdn") == ()
    with pytest.raises(KeyError):
        listed.entry("999")


def test_an_opened_list_pickles_by_its_paths(store: WatchlistStore) -> None:
    put(store, files.PRIVATE)
    listed = store.open_list("mine")
    data = pickle.dumps(listed)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert list(again) == list(listed)
    assert again.index.match("Zorvan Mirage") == listed.index.match("Zorvan Mirage")


def test_the_list_states_its_own_date(store: WatchlistStore, tmp_path: Path) -> None:
    paths = files.write(tmp_path, un_xml=files.UN)
    assert store.import_list("un-sc", paths).list_date == date(2026, 2, 27)
    with pytest.raises(WatchlistError, match="states its date as 2026-02-27"):
        store.import_list("un-sc", paths, DAY)
    with pytest.raises(WatchlistError, match="--date"):
        put(store, files.PRIVATE, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\r\n \x1a", "empty"),
        ("<!DOCTYPE html><html><body>403</body></html>", "web page"),
        ("\ufeff<HTML>", "web page"),
        ("entry_id,name\n", "has no entries"),
        ("something else", "layout"),
        (files.UN[:-30], r"line \d+, column \d+"),
        (files.PRIVATE + 'A3,person,"cut', "cut short"),
        (private(8), "8 entries in total, the last import 10"),
    ],
)
def test_a_refused_import_keeps_the_last_good_copy(store: WatchlistStore, text: str, said: str) -> None:
    put(store, private(10))
    with pytest.raises(WatchlistError, match=said) as caught:
        put(store, text, LATER)
    assert "The copy of 2026-01-10 (10 entries) stays in use" in caught.value.remedy
    assert caught.value.exit_code == 4
    assert store.open_list("mine").snapshot.list_date == DAY
    attempts = [json.loads(line) for line in (store.folder / "mine" / "attempts.jsonl").read_text().splitlines()]
    assert [a["outcome"] for a in attempts] == ["imported", "refused"]
    (status,) = store.status(LATER)
    assert status.snapshot is not None
    assert (status.age_days, status.problem) == (31, "")
    assert status.refused == attempts[1]["reason"] != ""


def test_what_may_be_forced_and_what_may_not(store: WatchlistStore) -> None:
    put(store, private(10), LATER)
    put(store, private(9), LATER)
    with pytest.raises(WatchlistError, match="before that of the last import"):
        put(store, private(9), DAY)
    put(store, private(3), DAY, force=True)
    manifest = store.open_list("mine").snapshot
    assert (manifest.entries, manifest.number) == (3, 3)
    assert "3 entries in total, the last import 9" in manifest.forced
    with pytest.raises(WatchlistError, match="empty"):
        put(store, "", DAY, force=True)


def test_an_official_id_takes_only_that_list(store: WatchlistStore, tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="this is ofac-cons, not ofac-sdn"):
        put(store, files.CONS, list_id="ofac-sdn")
    with pytest.raises(WatchlistError, match="a list of your own, not un-sc"):
        put(store, files.PRIVATE, list_id="un-sc")
    assert store.list_ids() == ()
    assert [(s.list_id, bool(s.problem), bool(s.refused)) for s in store.status(DAY)] == [
        ("ofac-sdn", True, True),
        ("un-sc", True, True),
    ]


def test_counts_and_completeness_are_checked() -> None:
    entry = WatchlistEntry("x", "1", "person", (WatchlistName("Zorvan", "primary"),))
    with pytest.raises(WatchlistError, match="states 2 entries, but 1 were read"):
        check_content(ParsedList("", (entry,), declared_count=2), "x", "f")
    with pytest.raises(WatchlistError, match="filtered"):
        check_content(ParsedList("", (entry,), refusal="The list is filtered."), "x", "f")
    check_content(ParsedList("", (entry,), declared_count=1), "x", "f")


def test_a_part_that_vanishes_is_noticed(store: WatchlistStore) -> None:
    put(store, private(10))
    last = store.open_list("mine").snapshot
    parsed = ParsedList("", tuple(store.open_list("mine")), by_source=(("a", 5), ("b", 0)))
    before = type(last)(**{f: getattr(last, f) for f in last.__slots__} | {"by_source": (("a", 5), ("b", 5))})
    assert find_regressions(parsed, DAY, before) == ("it holds 0 entries from b, the last import 5",)
    assert find_regressions(parsed, DAY, None) == ()


@pytest.mark.parametrize("damage", ["pointer", "manifest", "entries", "sums", "snapshot", "everything"])
def test_a_list_once_imported_and_now_damaged_is_an_error(store: WatchlistStore, damage: str) -> None:
    put(store, private(10))
    place = store.folder / "mine"
    snapshot = place / "1"
    if damage == "pointer":
        (place / "current").unlink()
    elif damage == "manifest":
        (snapshot / "manifest.json").write_text("{}")
    elif damage == "entries":
        (snapshot / "entries.arrow").write_bytes(b"x")
    elif damage == "sums":
        (snapshot / "SHA256SUMS").unlink()
    else:
        shutil.rmtree(snapshot)
        if damage == "everything":
            (place / "current").unlink()
    assert store.list_ids() == ("mine",)
    with pytest.raises(WatchlistError, match=r"(?i)import (it|the list) again"):
        store.open_list("mine")


def test_a_list_never_imported_is_an_error(store: WatchlistStore) -> None:
    assert store.list_ids() == store.status(DAY) == ()
    for list_id in ("mine", "../mine", ""):
        with pytest.raises(WatchlistError, match="never imported"):
            store.open_list(list_id)


def test_verify_tells_what_was_changed(store: WatchlistStore) -> None:
    put(store, private(10))
    source = store.folder / "mine" / "1" / "list.csv"
    source.write_text(private(11))
    assert store.verify("mine") == ("list.csv is not the file that was imported",)
    source.unlink()
    assert store.verify("mine") == ("list.csv is missing",)


def seal(snapshot: Path) -> None:
    """Whatever the files of a snapshot hold now is what was written."""
    kept = Snapshots(snapshot.parent, opened.SUMMED_FILES)
    kept._point(int(snapshot.name), kept._write_sums(snapshot))


def test_verify_reads_the_files_again_and_builds_the_index_again(store: WatchlistStore) -> None:
    put(store, files.PRIVATE)
    snapshot = store.folder / "mine" / "1"
    data = (snapshot / "entries.arrow").read_bytes()
    table = codec.to_table(store.open_list("mine"))
    elsewhere = table.set_column(3, table.schema.field("countries"), [[["ZW"]] * table.num_rows])
    write_arrow(elsewhere, snapshot / "entries.arrow")  # the hash of an entry's content does not cover countries
    with pytest.raises(WatchlistError, match=r"entries.arrow is not what was written"):
        store.verify("mine")
    seal(snapshot)
    assert store.verify("mine") == ("the entries are not those that the files give",)
    (snapshot / "entries.arrow").write_bytes(data)
    seal(snapshot)
    put(store, private(2), LATER, "other")
    shutil.copyfile(next((store.folder / "other" / "1").glob("names-*")), next(snapshot.glob("names-*")))
    assert store.verify("mine") == ("the index of names is not that of the entries",)
    assert store.verify("mine") == ()


def test_a_damaged_index_is_built_anew(store: WatchlistStore) -> None:
    put(store, private(10))
    (path,) = (store.folder / "mine" / "1").glob("names-*.arrow")
    content = path.read_bytes()
    path.write_bytes(content[:-100] + b"x" * 100)
    assert store.open_list("mine").index.match("Zorvan Mirage 3")
    assert path.read_bytes() == content


def test_diff_tells_what_changed(store: WatchlistStore) -> None:
    put(store, files.PRIVATE)
    with pytest.raises(WatchlistError, match="one snapshot, 1: there is nothing to compare"):
        store.diff("mine")
    put(store, files.PRIVATE.replace(",first", ",another remark").replace("A2,", "A3,"), LATER)
    put(store, files.PRIVATE.replace(",first", ",another remark").replace("Zorvania", "Zorvanie"), LATER)
    first, last = store.diff("mine", 1, 2), store.diff("mine")
    assert (first.added, first.removed) == ((("A3", "Veladro, Eustasio"),), (("A2", "Veladro, Eustasio"),))
    assert (first.changed, first.content_changed) == ((("A1", "Zorvan Mirage"),), frozenset())
    assert (last.old.number, last.new.number, last.content_changed) == (2, 3, frozenset(["A1"]))
    whole = store.diff("mine", 1, 3)
    assert whole.same_reading
    assert whole.to_dict()["counts"] == {"added": 0, "removed": 0, "changed": 1, "content_changed": 1}
    assert whole.to_dict()["changed"] == [{"entry_id": "A1", "name": "Zorvan Mirage", "content": True}]
    with pytest.raises(WatchlistError, match="no snapshot 9; there are: 1, 2, 3"):
        store.diff("mine", 1, 9)
    with pytest.raises(WatchlistError, match="never imported"):
        store.diff("nobody")


def test_the_last_five_snapshots_are_kept(store: WatchlistStore) -> None:
    for _ in range(7):
        put(store, private(3))
    assert store.snapshots("mine") == (3, 4, 5, 6, 7)
    assert store.open_list("mine").snapshot.number == 7


def test_a_removed_list_is_gone(store: WatchlistStore) -> None:
    put(store, private(3))
    put(store, private(3), list_id="other")
    store.remove("mine")
    assert store.list_ids() == ("other",)
    assert [s.list_id for s in store.status(DAY)] == ["other"]
    assert not (store.folder / "mine").exists()
    for list_id in ("mine", "../other", ""):
        with pytest.raises(WatchlistError, match="There is no watchlist"):
            store.remove(list_id)
    put(store, private(2))
    assert store.open_list("mine").snapshot.number == 1


def test_a_list_that_was_only_ever_refused_can_be_removed(store: WatchlistStore) -> None:
    with pytest.raises(WatchlistError, match="empty"):
        put(store, "")
    assert [s.list_id for s in store.status(DAY)] == ["mine"]
    store.remove("mine")
    assert store.status(DAY) == ()


def test_a_removal_that_breaks_off_leaves_a_missing_list(store: WatchlistStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, private(3))

    def refuse(path: Path) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(snapshots.shutil, "rmtree", refuse)
    with pytest.raises(WatchlistError, match="in use"):
        store.remove("mine")
    assert store.list_ids() == ("mine",)


@pytest.mark.parametrize("name", ["manifest.json", "entries.arrow", "names-x.arrow"])
def test_a_file_may_not_be_called_like_the_stores_own(store: WatchlistStore, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(files.PRIVATE)
    with pytest.raises(WatchlistError, match="name that the store uses itself"):
        store.import_list("mine", [path], DAY)


def test_a_list_that_goes_on_in_another_layout_is_not_worse(store: WatchlistStore) -> None:
    put(store, private(10))
    last = store.open_list("mine").snapshot
    before = msgspec.structs.replace(last, by_source=(("a", 10),))
    assert find_regressions(ParsedList("", tuple(store.open_list("mine"))), DAY, before) == ()


def test_an_index_of_another_version_is_built_anew(store: WatchlistStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, private(10))
    snapshot = store.folder / "mine" / "1"
    old = next(snapshot.glob("names-*.arrow"))
    old.rename(snapshot / "names-of-old.arrow")
    assert store.open_list("mine").index.match("Zorvan Mirage 3")
    assert old.exists()
    old.unlink()

    def refuse(*_: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(opened, "write_arrow", refuse)
    listed = store.open_list("mine")
    assert listed.index.path is None
    assert listed.index.match("Zorvan Mirage 3")


def test_an_import_that_was_killed_leaves_no_trace(store: WatchlistStore) -> None:
    put(store, private(10))
    (store.folder / "mine" / ".building-2").mkdir()
    attempts = store.folder / "mine" / "attempts.jsonl"
    attempts.write_text(attempts.read_text() + "{half")
    put(store, private(10), LATER)
    assert store.open_list("mine").snapshot.number == 2
    assert not (store.folder / "mine" / ".building-2").exists()
    assert store.status(LATER)[0].refused == ""
    assert [line[:6] for line in attempts.read_text().splitlines()] == ['{"at":', "{half", '{"at":']


def test_an_opened_list_goes_on_serving_its_snapshot(store: WatchlistStore) -> None:
    put(store, private(10))
    listed = store.open_list("mine")
    put(store, private(12), LATER)
    assert len(list(listed)) == 10
    assert len(store.open_list("mine")) == 12


def test_ids_and_files_are_checked_before_anything_is_written(store: WatchlistStore, tmp_path: Path) -> None:
    for list_id in ("../x", "Mine", "", ".hidden", "a/b"):
        with pytest.raises(WatchlistError, match="is not a list id"):
            put(store, private(1), list_id=list_id)
    with pytest.raises(WatchlistError, match="No file"):
        store.import_list("mine", [])
    assert not store.folder.exists()
    with pytest.raises(WatchlistError, match="cannot be read"):
        store.import_list("mine", [tmp_path / "nothing.csv"], DAY)
    same = [*files.write(tmp_path / "a", x_csv=files.SDN), *files.write(tmp_path / "b", x_csv=files.ALT)]
    with pytest.raises(WatchlistError, match="one name"):
        store.import_list("mine", same, DAY)


def test_another_import_holds_the_lock(store: WatchlistStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, private(10))
    monkeypatch.setattr(snapshots, "LOCK_SECONDS", 0.01)
    with FileLock(store.folder / "mine" / ".lock"), pytest.raises(WatchlistError, match="is running"):
        put(store, private(10), LATER)


def unseal(place: Path) -> None:
    """A list as it was kept before there were digests."""
    (place / "1" / "SHA256SUMS").unlink()
    (place / "current").write_text("1\n")
    (index,) = (place / "1").glob("names-*.arrow")
    index.rename(index.with_name(f"{index.stem.rpartition('-')[0]}.arrow"))


def test_a_list_of_before_there_were_digests_gets_them(store: WatchlistStore) -> None:
    put(store, private(3))
    place = store.folder / "mine"
    unseal(place)
    assert store.open_list("mine").index.match("Zorvan Mirage 2")
    assert (place / "1" / "SHA256SUMS").is_file()
    assert len((place / "current").read_text().split()[1]) == 64
    assert len(list((place / "1").glob("names-*.arrow"))) == 1
    assert store.verify("mine") == ()


def test_a_list_of_before_there_were_digests_is_checked_by_its_entries(store: WatchlistStore) -> None:
    put(store, private(3))
    unseal(store.folder / "mine")
    path = store.folder / "mine" / "1" / "entries.arrow"
    path.write_bytes(path.read_bytes().replace(b"Mirage 2", b"Mirage 7"))
    with pytest.raises(WatchlistError, match="not those that were imported"):
        store.open_list("mine")


def test_a_list_of_the_future_is_refused(store: WatchlistStore) -> None:
    put(store, private(3), MOMENT.date() + timedelta(days=1))
    with pytest.raises(WatchlistError, match="is of 2026-02-13, which is yet to come"):
        put(store, private(3), MOMENT.date() + timedelta(days=2), force=True)


@pytest.mark.parametrize("list_id", ["none", "sample"])
def test_a_list_cannot_be_called_like_something_else(store: WatchlistStore, list_id: str) -> None:
    with pytest.raises(WatchlistError, match="means something else"):
        put(store, private(3), list_id=list_id)


def test_a_list_that_ends_within_a_line_is_refused_unless_that_is_wanted(store: WatchlistStore) -> None:
    put(store, private(3))
    with pytest.raises(WatchlistError, match=r"the last line of list.csv has no end"):
        put(store, private(3).rstrip(), LATER)
    put(store, private(3).rstrip(), LATER, force=True)
    assert "has no end" in store.open_list("mine").snapshot.forced


def test_an_age_that_was_said_once_holds_for_later_imports(store: WatchlistStore, tmp_path: Path) -> None:
    paths = files.write(tmp_path, list_csv=private(3))
    assert store.import_list("mine", paths, DAY, imported_at=MOMENT).max_age_days is None
    assert store.import_list("mine", paths, DAY, imported_at=MOMENT, max_age_days=7).max_age_days == 7
    assert store.import_list("mine", paths, DAY, imported_at=MOMENT).max_age_days == 7
    manifest = store.open_list("mine").snapshot
    unsaid = msgspec.structs.replace(manifest, max_age_days=None)
    assert maximum_ages([manifest]) == {"mine": 7}
    assert maximum_ages([unsaid, msgspec.structs.replace(unsaid, list_id="un-sc")]) == {"mine": 90, "un-sc": 14}
    assert maximum_ages([msgspec.structs.replace(unsaid, number=0)]) == {}


@pytest.mark.parametrize(("age", "limit", "stale"), [(14, 14, False), (15, 14, True), (15, None, False), (None, 14, False)])
def test_a_list_is_stale_once_it_is_older_than_its_limit(age, limit, stale):
    assert ListStatus("l", None, age, "", "").is_stale(limit) is stale
