"""The exception tree. An error names the place, what is wrong and what to do about it.

    PrecursorScreenError (.where, .remedy, .exit_code)      exit code
    ├── UsageError            a wrong option or path              2
    ├── InputError
    │   ├── UnreadableManifest   damaged, locked, empty           4 (3 when other inputs were screened)
    │   │   └── ChangedWhileRead somebody is still writing it     4 (3)
    │   ├── UnknownFormat        nothing we read                  4 (3)
    │   │   └── NoManifest       a message that states no goods   4 (3)
    │   └── MappingError         a column map that is wrong       2
    ├── ReferenceDataError
    │   ├── WatchlistError       refused, missing, damaged        4
    │   │   └── WatchlistLocked  another import is running        5
    │   ├── RegisterError        refused, missing, damaged        4
    │   ├── SubstanceTableError  a table that contradicts itself  4
    │   └── StaleReference       too old                          4
    ├── LedgerError           unreadable, no ledger, no space     4
    │   ├── LedgerVersion        written by a newer version       4
    │   │   └── LedgerOutdated   written by an older version      4
    │   └── LedgerLocked         another run holds it             5
    ├── OutFolderError        of `daily`: full, read-only         4
    ├── RuleError
    │   ├── RuleSyntaxError                                       2
    │   ├── UnknownField                                          2
    │   └── WindowError                                           2
    ├── NoRoom                of memory, or on the disk           4
    │   └── WorkerDied        a process of ours was killed        4
    └── MissingExtra          an optional dependency              2

A bad row is not an exception: it becomes an issue (`issues.py`). What is not in this tree is a fault of the program: exit code 4,
or 3 where it befell one of several inputs (`cli/common.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from pathlib import Path

from msgspec import Struct


class ExitCode(IntEnum):
    """What the process tells its caller; the same for every command and format."""

    CLEAR = 0
    FLAGGED = 1
    USAGE = 2
    SET_ASIDE = 3
    NOT_SCREENED = 4
    LOCKED = 5


class Where(Struct, frozen=True):
    """A place in an input: file, row or line, field. Any part may be unknown (None or empty)."""

    file: str = ""
    row: int | None = None
    field: str = ""

    def __str__(self) -> str:
        """`file, row 12, field net_mass_kg`, leaving out what is not known."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.field:
            parts.append(f"field {self.field}")
        return ", ".join(parts)


_USER = re.compile(r"(?<=://)[^\s/?#]*@")
_USER_OF_DATABASE = re.compile(r"(\bpostgres(?:ql)?(?:\+\w+)?://)\S*@")  # a password may hold anything
_SECRET = re.compile(r"(?i)(?<=[?&])(user|password|passwd|pwd|passfile|token|key|api_?key|secret)=[^&\s]*")


def mask_urls(text: str) -> str:
    """A text without the users and passwords of its URLs."""
    if "://" not in text:
        return text
    return _SECRET.sub(r"\1=***", _USER.sub("***@", _USER_OF_DATABASE.sub(r"\1***@", text)))


_VERBS = "is are has have does do cannot contains holds lacks exists unpacks changed differs was may must should gives states could uses refers ends"
_SAYS_OF_PLACE = re.compile(rf"(?:{_VERBS.replace(' ', '|')})\b")


class PrecursorScreenError(Exception):
    """Base of all errors a user can meet."""

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, *, where: Where | Path | str | None = None, remedy: str = "") -> None:
        """where: a place in a file, or the file itself."""
        self.message = mask_urls(message)
        self.where = where if isinstance(where, Where) else Where(str(where or ""))
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        """`place: message. remedy`, in one line; a message that says something of the place goes on after it: `m.csv is empty. ...`."""
        between = " " if _SAYS_OF_PLACE.match(self.message) else ": "
        place = mask_urls(f"{self.where}{between}") if str(self.where) else ""
        if not self.remedy:
            return f"{place}{self.message}"
        stop = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{place}{self.message}{stop} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling: errors cross process borders."""
        return (partial(type(self), where=self.where, remedy=self.remedy), (self.message,))


def reason(error: Exception) -> str:
    """Why a file cannot be read or written, in a few words: of the system's errors without their number and the path."""
    return getattr(error, "strerror", None) or str(error)


class UsageError(PrecursorScreenError):
    """A wrong option, a path that does not exist."""


@contextmanager
def readable(
    path: Path | str,
    remedy: str = "Check the path.",
    kind: type[PrecursorScreenError] = UsageError,
    utf_8: str = "Save it as UTF-8.",
) -> Iterator[None]:
    """For the reading of a file that a person names.

    Raises:
        PrecursorScreenError: of that kind, where the system raises an OSError (with that remedy), or its text is not UTF-8.
    """
    try:
        yield
    except OSError as error:
        raise kind(f"cannot be read: {reason(error)}", where=path, remedy=remedy) from error
    except UnicodeDecodeError as error:
        raise kind("is not UTF-8", where=path, remedy=utf_8) from error


class InputError(PrecursorScreenError):
    """An input that cannot be screened."""

    exit_code = ExitCode.NOT_SCREENED


class UnreadableManifest(InputError):
    """The file is damaged, locked by a password, empty, or holds no usable column."""


class ChangedWhileRead(UnreadableManifest):
    """The file was another one after each reading than before."""


class UnknownFormat(InputError):
    """The content is of no format that we read."""


class NoManifest(UnknownFormat):
    """The messages of the file are answers, notifications or the like: none states goods."""


class MappingError(InputError):
    """The column map names unknown columns or fields."""

    exit_code = ExitCode.USAGE


class ReferenceDataError(PrecursorScreenError):
    """What the law or a list says could not be loaded."""

    exit_code = ExitCode.NOT_SCREENED


class WatchlistError(ReferenceDataError):
    """A watchlist was refused, is missing or is damaged."""


class WatchlistLocked(WatchlistError):
    """Another import of the same list holds the lock."""

    exit_code = ExitCode.LOCKED


class RegisterError(ReferenceDataError):
    """A register was refused, is missing or is damaged."""


class SubstanceTableError(ReferenceDataError):
    """The substance tables contradict themselves."""


class StaleReference(ReferenceDataError):
    """Reference data is older than its limit and `--require-fresh` was given."""


class LedgerError(PrecursorScreenError):
    """The ledger cannot be read or written, or is none."""

    exit_code = ExitCode.NOT_SCREENED


class LedgerVersion(LedgerError):
    """The ledger was written by a newer version of the program."""


class LedgerOutdated(LedgerVersion):
    """The ledger was written by an older version, and has to be brought up to date first."""


class LedgerLocked(LedgerError):
    """Another run holds the ledger; the message says who and since when."""

    exit_code = ExitCode.LOCKED


class OutFolderError(PrecursorScreenError):
    """Where `daily` puts its reports cannot be written to."""

    exit_code = ExitCode.NOT_SCREENED


class RuleError(PrecursorScreenError):
    """A rule file is wrong."""


class RuleSyntaxError(RuleError):
    """The rule file is not what the format asks for."""


class UnknownField(RuleError):
    """A rule names a field that its subject does not have."""


class WindowError(RuleError):
    """A correlation that cannot be evaluated."""


class NoRoom(PrecursorScreenError):
    """There is not enough memory to begin or to go on, or no space left on the disk."""

    exit_code = ExitCode.NOT_SCREENED


class WorkerDied(NoRoom):
    """A worker process ended before its work was done: killed, or out of memory."""


class MissingExtra(PrecursorScreenError):
    """An optional dependency is not installed; the remedy is the install line."""


class ErrorGroup(PrecursorScreenError):
    """Several errors of one load, so that all can be mended at once."""

    def __init__(self, errors: list[PrecursorScreenError]) -> None:
        self.errors = tuple(errors)
        self.exit_code = errors[0].exit_code
        super().__init__("\n".join(str(e) for e in errors))

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (ErrorGroup, (list(self.errors),))


def raise_all(errors: Iterable[PrecursorScreenError]) -> None:
    """Raises one error as itself, several as an `ErrorGroup`; does nothing without any."""
    if found := list(errors):
        raise found[0] if len(found) == 1 else ErrorGroup(found)
