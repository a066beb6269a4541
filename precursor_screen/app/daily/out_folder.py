"""The folder of reports: a folder a day that appears whole or not at all, and `latest`.

2026-11-26/     report.html, report.json ..., summary.txt, run.json
2026-11-26-2/   of a second run on that day that found new files
latest          link to the last of these (where there are no links: latest.txt, with its name)
summary.txt run.json metrics.prom heartbeat    of the last run, whatever it did
.daily/         the lock, and what is being written
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, field, to_builtins

from precursor_screen.core.errors import ExitCode, NoRoom, OutFolderError, UsageError
from precursor_screen.core.files import READABLE, write_whole

# What is said of a run of `daily`, as `run.json` has it: of one that published something, and of the last one whatever it did.

SCHEMA = 1
NEW, RESCREEN = "new", "rescreen"
SCREENED, SET_ASIDE = "screened", "set-aside"
_ORDER = (ExitCode.USAGE, ExitCode.LOCKED, ExitCode.NOT_SCREENED, ExitCode.FLAGGED, ExitCode.SET_ASIDE)


def worst(*codes: int) -> ExitCode:
    """The exit code of several things: 2, 5, 4, 1, 3, 0 in that order."""
    return next((code for code in _ORDER if code in codes), ExitCode.CLEAR)


class FileOutcome(Struct, frozen=True):
    """A file that a run took up: its digest, whether it was screened or set aside, and why."""

    name: str
    sha256: str
    bytes: int
    outcome: str
    reason: str = ""


class Delivery(Struct, frozen=True):
    """One folder of reports.

    Attributes:
        number: of the folder, counted up whatever the clock says.
        kind: `new` files, or a `rescreen` of old ones.
        day: that judged, ISO 8601.
        started: ISO 8601 with time zone.
        tool_version: of this program.
        jurisdiction: empty: none.
        run_id: of the ledger; empty: nothing could be screened, so that the ledger knows of nothing.
        exit_code: of what it holds.
        subject: of the mail.
        counts: shipments by band, flags by level, lines: what the metrics show.
        files: what was taken up.
        reference: digests of rules, tables and lists.
        settles: whether a change of these is done with.
    """

    number: int
    kind: str
    day: str
    started: str
    tool_version: str
    jurisdiction: str
    run_id: str
    exit_code: int
    subject: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[FileOutcome, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)
    settles: bool = True

    @property
    def set_aside(self) -> tuple[FileOutcome, ...]:
        """The files that could not be read."""
        return tuple(f for f in self.files if f.outcome == SET_ASIDE)

    def to_json(self) -> str:
        """The text of `run.json`."""
        return json.dumps({"schema": SCHEMA, **to_builtins(self)}, ensure_ascii=False, indent=1) + "\n"


def delivery_from_json(text: str) -> Delivery:
    """The record of a folder.

    Raises:
        ValueError: it is none.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or "files" not in data:
        raise ValueError("no record of a run")
    return convert(data, Delivery)


RECORD, SUMMARY, LATEST, HEARTBEAT, METRICS = "run.json", "summary.txt", "latest", "heartbeat", "metrics.prom"
_GONE, _KEPT = "gone", "set-aside.json"  # of ours: a folder that is being deleted; what could not be read
_NAME = re.compile(r"\d{4}-\d\d-\d\d(-rescreen)?(-\d+)?", re.ASCII)


class Published(Struct, frozen=True):
    """A folder of reports that is in its place, and its record."""

    path: Path
    delivery: Delivery


class OutFolder(Struct, frozen=True):
    """Where reports go. mode: permissions of files; folders let the same people in."""

    path: Path
    mode: int

    @property
    def own(self) -> Path:
        """What is ours alone."""
        return self.path / ".daily"

    @property
    def staged(self) -> Path:
        """The folder that is being written."""
        return self.own / "staged"

    def check(self, inbox: Path) -> None:
        """Raises:
        UsageError: it does not exist (it may be a disk that is not mounted), or holds the inbox, or lies in it.
        OutFolderError: it cannot be written to.
        """
        if not self.path.is_dir():
            raise UsageError("is not a folder", where=self.path, remedy="Create it, or mount its disk; nothing was screened.")
        ours, theirs = (Path(os.path.realpath(p)) for p in (self.path, inbox))
        if ours == theirs or theirs in ours.parents or ours in theirs.parents:
            raise UsageError(
                "is the inbox, or contains it, or is inside it",
                where=self.path,
                remedy="Use two folders side by side, one for manifests and one for reports.",
            )
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise OutFolderError("cannot be written to", where=self.path, remedy="Check its permissions.")

    def prepare(self) -> None:
        """Raises:
        OutFolderError: nothing can be written.
        """
        with self.writing(self.own):
            self.own.mkdir(exist_ok=True)
            self.own.chmod(self._folder_mode())

    def published(self) -> list[Published]:
        """The folders of reports, in the order in which they appeared. Others that are called like one are none of ours."""
        found = []
        for path in self.path.iterdir():
            if _NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and (delivery := _read(path)):
                found.append(Published(path, delivery))
        return sorted(found, key=lambda p: (p.delivery.number, p.path.name))

    def stage(self) -> None:
        """Makes an empty folder in which reports are written; what an earlier run left there is gone.

        Raises:
            OutFolderError: it cannot be made.
        """
        with self.writing(self.staged):
            shutil.rmtree(self.staged, ignore_errors=True)
            self.staged.mkdir(mode=0o700)

    def write_record(self, delivery: Delivery) -> None:
        """Writes the record of what is staged, and sees that all of it is on the disk.

        Raises:
            OutFolderError: there is no room.
        """
        with self.writing(self.staged):
            for path in sorted(self.staged.iterdir()):
                _to_disk(path)
            write_whole(self.staged / RECORD, delivery.to_json(), self.mode, durable=True)
            _to_disk(self.staged)

    def staged_delivery(self) -> Delivery | None:
        """The record of what is staged; None: nothing is, or not all of it."""
        return _read(self.staged) if self.staged.is_dir() else None

    def drop_staged(self) -> None:
        """Throws away what is staged, and what is left of a folder that was deleted."""
        for folder in (self.staged, self.own / _GONE):
            shutil.rmtree(folder, ignore_errors=True)

    def next_place(self, delivery: Delivery) -> Path:
        """Where a folder would be put, which is free."""
        base = f"{delivery.day}-rescreen" if delivery.kind == RESCREEN else delivery.day
        number, place = 1, self.path / base
        while os.path.lexists(place):
            number += 1
            place = self.path / f"{base}-{number}"
        return place

    def publish(self, delivery: Delivery) -> Published:
        """Puts what is staged in its place, which is free, at once.

        Raises:
            OutFolderError: it cannot be.
        """
        place = self.next_place(delivery)
        with self.writing(place):
            self.staged.chmod(self._folder_mode())
            self.staged.rename(place)
            _to_disk(self.path)
        return Published(place, delivery)

    def point_latest(self) -> None:
        """Lets `latest` lead to the last folder of new files.

        Raises:
            OutFolderError: it cannot be.
        """
        new = [p for p in self.published() if p.delivery.kind != RESCREEN]
        if not new:
            return
        name, link = new[-1].path.name, self.path / LATEST
        with self.writing(link):
            beside = self.own / LATEST
            try:
                beside.unlink(missing_ok=True)
                beside.symlink_to(Path(name), target_is_directory=True)
                beside.replace(link)
            except OSError:  # Windows without the right to make links, or something else is called so
                beside.unlink(missing_ok=True)
                write_whole(self.path / f"{LATEST}.txt", f"{name}\n", self.mode)

    def remove(self, published: Published) -> None:
        """Deletes a folder, which disappears at once; that its files were set aside is remembered.

        Raises:
            OutFolderError: it cannot be.
        """
        with self.writing(published.path):
            kept = {t.sha256: t for t in (*self._kept(), *published.delivery.set_aside)}
            rows = [[t.name, t.sha256, t.bytes, t.outcome, t.reason] for t in kept.values()]
            write_whole(self.own / _KEPT, json.dumps(rows, ensure_ascii=False), self.mode, durable=True)
            shutil.rmtree(self.own / _GONE, ignore_errors=True)
            published.path.rename(self.own / _GONE)
            shutil.rmtree(self.own / _GONE, ignore_errors=True)

    def set_aside(self) -> dict[str, FileOutcome]:
        """What could not be read, by digest."""
        return {t.sha256: t for t in (*self._kept(), *(t for p in self.published() for t in p.delivery.set_aside))}

    def _kept(self) -> list[FileOutcome]:
        try:
            return [FileOutcome(*row) for row in json.loads((self.own / _KEPT).read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []  # never written, or damaged: the files are tried once more

    def note(self, name: str) -> Mapping[str, Any]:
        """What an earlier run noted for the next one; empty where it is not there or damaged."""
        try:
            noted = json.loads((self.own / f"{name}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def keep_note(self, name: str, noted: Mapping[str, Any]) -> None:
        """Notes something for the next run.

        Raises:
            OutFolderError: it cannot be.
        """
        with self.writing(self.own):
            write_whole(self.own / f"{name}.json", json.dumps(noted, ensure_ascii=False), self.mode, durable=True)

    def say(self, name: str, text: str, *, for_all: bool = False) -> None:
        """Writes a file about the last run; for_all: it holds no names and anybody may read it.

        Raises:
            OutFolderError: it cannot be.
        """
        with self.writing(self.path / name):
            write_whole(self.path / name, text, READABLE if for_all else self.mode)

    def _folder_mode(self) -> int:
        return self.mode | (self.mode & 0o444) >> 2

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[None]:
        """Turns errors in writing there into ours.

        Raises:
            OutFolderError: there is no room, or no right to write.
        """
        try:
            yield
        except OSError as error:
            raise OutFolderError(
                f"cannot be written ({error.strerror or error})", where=path, remedy="Check space and permissions."
            ) from error
        except (UsageError, NoRoom) as error:  # as presenters say it; here nothing is wrong with the call
            if not isinstance(error.__cause__, OSError):
                raise
            raise OutFolderError(error.message, where=error.where, remedy=error.remedy) from error


class _Last(Struct, frozen=True):
    """The run before: its day, when a run last did its work (seconds since 1970), and the day of the last weekly word."""

    day: date | None = None
    success: float = 0.0
    reminded: date | None = None


def read_last(out: OutFolder) -> _Last:
    """What is known of the run before."""
    day, reminded, success = None, None, 0.0
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads((out.path / RECORD).read_text("utf-8"))
        day = date.fromisoformat(record["day"])
        reminded = day if "reminded" not in record else date.fromisoformat(record["reminded"])
    with contextlib.suppress(OSError, ValueError):
        success = datetime.fromisoformat((out.path / HEARTBEAT).read_text("utf-8").strip()).timestamp()
    return _Last(day, success, reminded)


def _read(folder: Path) -> Delivery | None:
    try:
        return delivery_from_json((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _to_disk(path: Path) -> None:
    """Folders too, where the system knows that."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
