"""Refreshing imported lists from a publisher on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec.structs
import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ReferenceDataError, WatchlistError
from precursor_screen.reference import refresh as refreshing
from precursor_screen.reference import shipped
from precursor_screen.reference.refresh import refresh_list
from precursor_screen.reference.sources import ListSource, load_sources, read_sources
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.un_xml import IMPORTER
from tests.reference.watchlists import watchlist_files as files
from tests.reference.watchlists.watchlist_server import Publisher, publisher

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = "Fri, 27 Feb 2026 10:00:00 GMT"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("no_proxy", "*")
    with publisher() as served:
        yield served


@pytest.fixture
def store(tmp_path: Path) -> WatchlistStore:
    return WatchlistStore(tmp_path / "home")


def source(list_id: str, *urls: str, **more: object) -> ListSource:
    made = ListSource(list_id, "Title", urls[0] if urls else "", "licence", 14, False, companions=tuple(urls[1:]))
    return msgspec.structs.replace(made, **more)


def ofac(site: Publisher) -> ListSource:
    urls = [
        site.put("/SDN.CSV", files.SDN, etag='"s"', last_modified=DAY),
        site.put("/ALT.CSV", files.ALT, etag='"a"'),
        site.put("/ADD.CSV", files.ADD, etag='"d"'),
    ]
    return source("ofac-sdn", *urls)


def test_a_set_is_fetched_together_and_asked_for_conditionally(site, store):
    wanted = ofac(site)
    first = refresh_list(store, wanted, moment=NOW)
    assert (first.changed, first.previous, first.snapshot.entries) == (True, None, 4)
    assert (first.snapshot.list_date, first.snapshot.list_date_from) == (date(2026, 2, 27), "download")
    assert [f.name for f in first.snapshot.files] == ["SDN.CSV", "ALT.CSV", "ADD.CSV"]
    again = refresh_list(store, wanted, moment=NOW)
    assert (again.changed, again.snapshot.number) == (False, 1)
    assert [headers.get("If-None-Match") for _, headers in site.asked[3:]] == ['"s"', '"a"', '"d"']
    # One file of the set changes: the others are taken from the snapshot.
    site.put("/ALT.CSV", files.ALT.replace("ZORVANIA", "ZORVANIE"), etag='"b"')
    third = refresh_list(store, wanted, moment=NOW)
    assert (third.changed, third.snapshot.number, third.snapshot.names) == (True, 2, first.snapshot.names)
    assert store.diff("ofac-sdn").to_dict()["counts"] == {"added": 0, "removed": 0, "changed": 1, "content_changed": 1}
    assert refresh_list(store, wanted, moment=NOW).changed is False
    (status,) = store.status(date(2026, 11, 25))
    assert (status.checked_at, status.refused) == ("2026-11-25T12:00:00+00:00", "")


def test_the_same_bytes_without_validators_make_no_snapshot(site, store):
    wanted = source("un-sc", site.put("/un.xml", files.UN))
    assert refresh_list(store, wanted, moment=NOW).snapshot.list_date == date(2026, 2, 27)
    assert refresh_list(store, wanted, moment=NOW).changed is False
    assert store.snapshots("un-sc") == (1,)


def test_a_newer_importer_reads_the_same_file_again(site, store, monkeypatch):
    wanted = source("un-sc", site.put("/un.xml", files.UN, etag='"1"'))
    refresh_list(store, wanted, moment=NOW)
    monkeypatch.setattr(refreshing, "IMPORTERS", (replace(IMPORTER, version="next"),))
    assert refresh_list(store, wanted, moment=NOW).changed
    assert "If-None-Match" not in site.asked[-1][1]


def test_a_copy_imported_by_hand_meanwhile_is_asked_for_whole(site, store, tmp_path):
    wanted = source("un-sc", site.put("/un.xml", files.UN, etag='"1"'))
    refresh_list(store, wanted, moment=NOW)
    store.import_list("un-sc", files.write(tmp_path, un_xml=files.UN.replace("Falcon Oasis", "Falcon")))
    assert refresh_list(store, wanted, moment=NOW).snapshot.number == 3
    assert "If-None-Match" not in site.asked[-1][1]


@pytest.mark.parametrize("damage", ["{", "[]", '{"snapshot": 1}'])
def test_damaged_validators_only_cost_a_download(site, store, damage):
    wanted = source("un-sc", site.put("/un.xml", files.UN, etag='"1"'))
    refresh_list(store, wanted, moment=NOW)
    (store.folder / "un-sc" / "validators.json").write_text(damage)
    assert refresh_list(store, wanted, moment=NOW).changed is False
    assert site.asked[-1][1].get("If-None-Match") is None


@pytest.mark.parametrize(
    "trouble", ["403", "404", "empty", "html", "cut", "half", "shrunk", "other", "endless", "slow", "companion"]
)
def test_a_failed_refresh_keeps_the_last_good_copy(site, store, trouble):
    wanted = source("un-sc", site.put("/un.xml", files.UN), max_bytes=1 << 20, max_seconds=0.5)
    refresh_list(store, wanted, moment=NOW)
    if trouble in ("403", "404"):
        site.put("/un.xml", "no", int(trouble))
    elif trouble in ("cut", "endless", "slow"):
        site.tricks["/un.xml"] = trouble
    elif trouble == "companion":
        wanted = msgspec.structs.replace(wanted, companions=(site.url + "/gone",))
    else:
        one = files.UN[: files.UN.index("<ENTITIES>")] + "</CONSOLIDATED_LIST>"
        contents = {"empty": "", "html": "<!doctype html>", "half": files.UN[:-30], "shrunk": one, "other": files.PRIVATE}
        site.put("/un.xml", contents[trouble])
    with pytest.raises(WatchlistError, match=r"The copy of 2026-02-27 \(2 entries\) stays in use") as caught:
        refresh_list(store, wanted, moment=NOW)
    assert caught.value.exit_code == 4
    assert len(store.open_list("un-sc")) == 2
    (status,) = store.status(date(2026, 11, 25))
    assert status.snapshot is not None
    assert status.refused != ""
    attempts = [json.loads(line) for line in (store.folder / "un-sc" / "attempts.jsonl").read_text().splitlines()]
    assert [a["outcome"] for a in attempts] == ["imported", "refused"]


def test_a_shrunken_list_can_be_forced(site, store):
    wanted = source("un-sc", site.put("/un.xml", files.UN))
    refresh_list(store, wanted, moment=NOW)
    site.put("/un.xml", files.UN[: files.UN.index("<ENTITIES>")] + "</CONSOLIDATED_LIST>")
    assert refresh_list(store, wanted, force=True, moment=NOW).snapshot.entries == 1


def test_a_list_that_was_never_had_fails_without_leaving_one(site, store):
    with pytest.raises(WatchlistError, match="There is no earlier copy"):
        refresh_list(store, source("un-sc", site.url + "/gone"), moment=NOW)
    assert store.list_ids() == ()
    assert store.status(date(2026, 11, 25))[0].problem != ""


def test_lists_without_an_address_or_a_token_are_not_asked_for(site, store):
    with pytest.raises(WatchlistError, match=r"No address is known.*Look it up"):
        refresh_list(store, source("us-dpl", note="Look it up."), moment=NOW)
    with pytest.raises(WatchlistError, match="TOKEN instead of a token"):
        refresh_list(store, source("eu-fsf", site.url + "/x?token=TOKEN"), moment=NOW)
    assert site.asked == []


def test_a_token_is_kept_nowhere(site, store):
    site.put("/content", files.UN)
    refresh_list(store, source("un-sc", site.url + "/content?token=s3cr3t"), moment=NOW)
    site.put("/content", "", 500)
    with pytest.raises(WatchlistError) as caught:
        refresh_list(store, source("un-sc", site.url + "/content?token=s3cr3t"), moment=NOW)
    assert "s3cr3t" not in str(caught.value)
    kept = [p for p in store.folder.rglob("*") if p.is_file()]
    assert kept
    assert not any(b"s3cr3t" in p.read_bytes() for p in kept)


def test_files_of_one_name_and_of_none(site, store):
    urls = [site.put("/a/list.csv", files.SDN), site.put("/b/list.csv", files.ALT), site.put("/c/", files.ADD)]
    manifest = refresh_list(store, source("ofac-sdn", *urls), moment=NOW).snapshot
    assert [f.name for f in manifest.files] == ["list.csv", "ofac-sdn-2-list.csv", "ofac-sdn-3"]


def test_the_sources_that_ship():
    sources = load_sources(shipped.watchlists_folder())
    assert all(url.startswith("https://") for s in sources.values() for url in s.urls)
    assert len(sources["ofac-sdn"].urls) == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("max_age_days = 14", ""),
        ("max_age_days = 0", "field x.max_age_days: max_age_days must be a whole number above 0. Correct"),
        ("max_age_days = true", "must be a whole number"),
        ('max_age_days = "1"', "must be a whole number"),
        ("max_age_days = 14\ncolour = 1", "unknown key 'colour'"),
        ("max_age_days = 14\ncompanions = [1]", "companions must be a list of texts"),
        ("", "has no 'max_age_days'"),
        ("max_age_days = [", "cannot be read"),
    ],
)
def test_sources_of_ones_own(tmp_path, change, says):
    path = tmp_path / "mine.toml"
    path.write_text(f'[[list]]\nid = "x"\ntitle = "t"\nurl = ""\nlicence = "l"\nverified = true\n{change}\n')
    if not says:
        assert read_sources(path)["x"].urls == ()
        path.write_text(path.read_text() * 2)
        says = "x: appears twice"
    with pytest.raises(ReferenceDataError, match=says):
        read_sources(path)


@pytest.mark.parametrize("text", ["", "list = 1", "list = [1]"])
def test_a_file_that_holds_no_sources(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ReferenceDataError, match=r"has no \[\[list\]\]"):
        read_sources(path)
