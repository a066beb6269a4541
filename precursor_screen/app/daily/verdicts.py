"""Verdicts that officers put into a folder: files that the page saved, and workbooks in which verdicts were chosen.

Each content is taken once. A run that is killed before it has noted that takes the file again, which adds nothing a second time.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from precursor_screen.app.daily.inbox import Listed, list_inbox
from precursor_screen.app.verdict_files import read_verdicts
from precursor_screen.cases.review import Added, import_verdicts
from precursor_screen.core.errors import PrecursorScreenError, UnreadableManifest
from precursor_screen.formats.blob import Blob
from precursor_screen.history.store import Ledger

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_MOST_REFUSED = 5  # that a mail tells one by one


class VerdictsTaken(Struct, frozen=True):
    """What came of a folder: a sentence each; whether something was refused; what is done with, digest -> name."""

    remarks: tuple[str, ...]
    refused: bool
    done: Mapping[str, str]


def take_verdicts(
    ledger: Ledger,
    folder: Path,
    officer: str,
    now: datetime,
    done: Mapping[str, str],
    quiet_seconds: float,
    may_clear: Collection[str] = (),
) -> VerdictsTaken:
    """Adds the verdicts of the files that are new by content and have not changed for some seconds.

    Args:
        ledger: that holds the flags.
        folder: with the files.
        officer: who speaks where a file does not say.
        now: when, likewise.
        done: what earlier runs took, digest -> name.
        quiet_seconds: seconds.
        may_clear: see `casework.review.add_verdicts`.

    Raises:
        OSError: the folder cannot be listed.
        LedgerError: the ledger is held or damaged.
    """
    remarks: list[str] = []
    refused, met = False, dict(done)
    for file in _files(folder, quiet_seconds):
        try:
            sha256 = Blob(file.name, file.path).sha256()
            if sha256 in met:
                continue
            drafts = read_verdicts(file.path).drafts
        except OSError as error:
            drafts, refused = [], True
            remarks.append(f"Verdicts in {file.name} were NOT taken: {UnreadableManifest(f'cannot be read ({error.strerror})')}")
            continue
        except PrecursorScreenError as error:
            refused, met[sha256] = True, file.name
            remarks.append(f"Verdicts in {file.name} were NOT taken: {error}")
            continue
        met[sha256] = file.name
        if drafts:
            added = import_verdicts(ledger, drafts, officer, now, may_clear)
            remarks.append(_told(file.name, added))
            refused |= bool(added.refused)
    return VerdictsTaken(tuple(remarks), refused, met)


def _files(folder: Path, quiet_seconds: float) -> Iterator[Listed]:
    for file in list_inbox(folder).files:
        name = file.path.name.lower()
        is_ours = (name.startswith("verdicts-") and name.endswith(".csv")) or name.endswith(WORKBOOKS)
        if is_ours and file.stamp.age(time.time()) >= quiet_seconds:
            yield file


def _told(name: str, done: Added) -> str:
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in done.kinds.items())
    parts = [f"{done.added:,} added{f' ({kinds})' if kinds else ''}"]
    parts += [f"{done.repeated:,} recorded already"] if done.repeated else []
    if done.refused:
        more = len(done.refused) - _MOST_REFUSED
        named = [str(error) for error in done.refused[:_MOST_REFUSED]] + ([f"and {more:,} more"] if more > 0 else [])
        parts.append(f"{len(done.refused):,} refused: {'; '.join(named)}")
    return f"Verdicts in {name}: {', '.join(parts)}"
