"""What lies in an inbox: which files are finished, and what is in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precursor_screen.app.daily.inbox import NOT_A_FILE, NOWHERE, Digests, Listed, list_inbox, quiet_files
from precursor_screen.core.errors import UnreadableManifest


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def names(files) -> list[str]:
    return [f.name for f in files]


def test_hidden_unfinished_and_strange_things_are_no_files_to_read(inbox):
    for name in ("b.csv", "a.csv", ".c.csv", "d.csv.part", "e.CRDOWNLOAD", "~$f.xlsx", "g.csv~", "sub/h.csv", ".git/i.csv"):
        path = inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    os.mkfifo(inbox / "pipe")
    (inbox / "link.csv").symlink_to("nowhere")
    (inbox / "again").symlink_to(inbox / "sub")
    listing = list_inbox(inbox)
    assert names(listing.files) == ["a.csv", "b.csv", "sub/h.csv"]
    assert sorted(listing.unfinished) == ["d.csv.part", "e.CRDOWNLOAD", "g.csv~", "~$f.xlsx"]
    assert listing.problems == (("link.csv", NOWHERE), ("pipe", NOT_A_FILE))


def test_a_name_that_is_no_utf8_is_shown_and_read(inbox):
    Path(os.fsdecode(os.fsencode(inbox) + b"/m\xe4rz.csv")).write_text("x")
    (file,) = list_inbox(inbox).files
    assert file.name == "m\\xe4rz.csv"
    assert len(Digests(inbox / "digests").of(file)) == 64


class Clock:
    """Time that passes when somebody waits, and then something happens."""

    def __init__(self, path: Path, happens=lambda: None) -> None:
        self.at, self.waited, self.happens = path.stat().st_mtime, [], happens

    def now(self) -> float:
        return self.at

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.happens()


def look(inbox: Path, clock: Clock, seconds: float = 60):
    ready, waiting = quiet_files(list_inbox(inbox).files, seconds, pause=clock.pause, now=clock.now)
    return names(ready), names(waiting)


def test_a_file_has_settled_when_it_has_not_changed_for_a_while(inbox):
    path = inbox / "a.csv"
    path.write_text("x")
    clock = Clock(path)
    clock.at += 1_000
    assert (look(inbox, clock), clock.waited) == ((["a.csv"], []), [])
    assert (look(inbox, clock, 0), clock.waited) == ((["a.csv"], []), [])


def test_what_changed_lately_is_looked_at_again(inbox):
    path = inbox / "a.csv"
    path.write_text("x")
    clock = Clock(path)
    clock.at += 20
    assert look(inbox, clock) == (["a.csv"], [])
    assert clock.waited == [pytest.approx(40, abs=1)]


@pytest.mark.parametrize("change", ["write_text", "unlink", "same size"])
def test_what_changes_meanwhile_has_not_settled(inbox, change):
    path = inbox / "a.csv"
    path.write_text("x")

    def happens() -> None:
        if change == "unlink":
            path.unlink()
        elif change == "write_text":
            path.write_text("xy")
        else:
            path.unlink()
            path.write_text("y")
            os.utime(path, ns=(1, 1))

    assert look(inbox, Clock(path, happens)) == ([], ["a.csv"])


def test_a_file_of_the_future_is_watched_for_all_the_time_and_no_longer(inbox):
    path = inbox / "a.csv"
    path.write_text("x")
    clock = Clock(path)
    clock.at -= 1_000_000  # the clock was set back
    assert look(inbox, clock) == (["a.csv"], [])
    assert clock.waited == [60]


def test_an_old_time_of_a_copy_that_goes_on_does_not_deceive(inbox):
    path = inbox / "a.csv"
    path.write_text("x")
    clock = Clock(path, lambda: path.write_text("xy"))
    os.utime(path, (0, 0))  # as `cp -p` sets it
    assert look(inbox, clock) == ([], ["a.csv"])


def test_digests_are_remembered_while_a_file_is_what_it_was(inbox, tmp_path, monkeypatch):
    path, kept = inbox / "a.csv", tmp_path / "digests.json"
    path.write_text("x")

    def digest(late: float = 100) -> str:
        (file,) = list_inbox(inbox).files
        digests = Digests(kept, lambda: path.stat().st_mtime + late)
        found = digests.of(file)
        digests.save()
        return found

    first = digest(0)
    assert kept.exists() is False  # a moment ago: another change would not be seen
    assert digest() == first
    with monkeypatch.context() as patched:
        patched.setattr("precursor_screen.app.daily.inbox.Blob", None)  # not read again
        assert digest() == first
    path.write_text("y")
    assert digest() != first
    for damage in ("", "[]", '{"x": 1}', "{"):
        kept.write_text(damage)
        assert digest() == digest()


def test_a_file_that_is_gone_cannot_be_digested(inbox, tmp_path):
    path = inbox / "a.csv"
    path.write_text("x")
    (file,) = list_inbox(inbox).files
    path.unlink()
    with pytest.raises(UnreadableManifest):
        Digests(tmp_path / "d").of(Listed(file.name, file.path, file.stamp))
