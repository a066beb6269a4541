"""Imported registers on disk: `<home>/registers/<register>/<n>/`, a snapshot an import, and a pointer to the last good one.

A snapshot is written beside and renamed into place, and only then is the pointer replaced: a run sees the old register or the new
one, never half of either.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from msgspec import Struct, to_builtins

from precursor_screen.errors import RegisterError, Where
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.reference.registers.reading import OWN_WORDS, HeaderWords, ReadRegister, Skipped, read_register
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS, REGISTERS, WRITTEN, schema_of
from precursor_screen.store.digests import Digests
from precursor_screen.store.sealed import (
    POINTER,
    DamagedError,
    Pointer,
    check,
    is_sealed,
    point,
    read_pointer,
    seal,
    seal_late,
)

SHRINKS_TO = 0.5  # a register with less than half of the last one's rows is more likely cut off than emptied
KEPT = 5  # snapshots
# A snapshot of before they were may lack them.
_LATER_COLUMNS = frozenset(("unit", "authority", "version", WRITTEN, "status_from", "remarks"))
_LATER_OF = {
    PERMITS: frozenset(("exporter", "exporter_key", "consignee", "consignee_key", "dispatch_country", "issued", "basis")),
    NOTIFICATIONS: frozenset(("reply_due", "permit")),
    CONFIRMATIONS: frozenset(("bill", "notification")),
}
_TABLE, _MANIFEST, _LOCK = "register.parquet", "manifest.json", ".lock"


class RegisterManifest(Struct, frozen=True):
    """One snapshot of one register. day: ISO date, as stated by who imported it."""

    register: str
    number: int
    file: str
    sha256: str
    day: str
    rows: int
    skipped: tuple[Skipped, ...]

    def age_days(self, as_of: date) -> int:
        """How many days its date lies before that day."""
        return (as_of - date.fromisoformat(self.day)).days


class Register(Struct, frozen=True):
    """An opened register: its manifest and its table (`rulebook.registers.schema_of`)."""

    manifest: RegisterManifest
    table: pa.Table


class RegisterStore:
    """The registers under one home."""

    def __init__(self, home: Path, full: bool = False) -> None:
        """full: whether every file that is opened is read in full to see that it is what was written, not once a day."""
        self.folder = home / "registers"
        self._digests = Digests(home / "cache", full)

    def imported(self) -> list[str]:
        """The registers that were ever imported, also if little is left of them, in the order of REGISTERS."""
        return [name for name in REGISTERS if _was_imported(self.folder / name)]

    def import_file(
        self, register: str, path: Path, index: SubstanceIndex, day: date, *, force: bool = False, words: HeaderWords = OWN_WORDS
    ) -> tuple[RegisterManifest, ReadRegister]:
        """Imports one file as the next snapshot.

        Returns:
            What was imported, and how it was read.

        Raises:
            RegisterError: an unknown register, a file that is not one, much shorter or older than the last one (unless forced).
            InputError: a file of no format that is read.
        """
        if register not in REGISTERS:
            raise RegisterError(f"no register is called {register!r}", remedy=did_you_mean(register, REGISTERS) or _known())
        if not path.is_file():
            raise RegisterError("does not exist", where=Where(str(path)), remedy="Check the path.")
        read = read_register(register, path, index, words)
        place = self.folder / register
        place.mkdir(parents=True, exist_ok=True)
        with _locked(place, register):
            last = self._last(register)
            if last is not None and not force:
                _check_against(last, read.table.num_rows, day, path)
            number = max((int(p.name) for p in place.iterdir() if p.name.isdecimal()), default=0) + 1
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            manifest = RegisterManifest(register, number, path.name, digest, day.isoformat(), read.table.num_rows, read.skipped)
            building = place / f".building-{number}"
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            pq.write_table(read.table, building / _TABLE)
            (building / _MANIFEST).write_text(json.dumps(to_builtins(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
            sealed = seal(building, (_TABLE, _MANIFEST))
            building.replace(place / str(number))
            point(place, Pointer(number, sealed))
            for old in sorted(int(p.name) for p in place.iterdir() if p.name.isdecimal())[:-KEPT]:
                shutil.rmtree(place / str(old))
        return manifest, read

    def _last(self, register: str) -> RegisterManifest | None:
        try:
            return self.open(register).manifest if register in self.imported() else None
        except RegisterError:  # what is damaged does not stand in the way of its own replacement
            return None

    def open(self, register: str) -> Register:
        """The current snapshot.

        Raises:
            RegisterError: it was never imported, or is damaged.
        """
        place = self.folder / register
        remedy = f"Import it again: precursor-screen registers import {register} FILE"
        try:
            pointer = read_pointer(place)
            folder = place / str(pointer.number)
            if pointer.seal or is_sealed(folder):
                check(folder, (_TABLE, _MANIFEST), self._digests, pointer.seal)
            data = json.loads((folder / _MANIFEST).read_text("utf-8"))
            manifest = RegisterManifest(**{**data, "skipped": tuple(Skipped(**s) for s in data["skipped"])})
            table = pq.read_table(folder / _TABLE)
        except (OSError, ValueError, TypeError, KeyError, pa.ArrowException, DamagedError) as error:
            raise RegisterError(
                f"register {register} has no copy that can be read ({error})", where=Where(str(place)), remedy=remedy
            ) from error
        table = _with_later_columns(table, register)
        if table.num_rows != manifest.rows or not table.schema.equals(schema_of(register)):
            raise RegisterError(f"register {register} is not what was imported", where=Where(str(folder)), remedy=remedy)
        if not pointer.seal:
            self._seal_late(place)
        return Register(manifest, table)

    def _seal_late(self, place: Path) -> None:
        """Writes down the digests of a snapshot of before there were any, if it is still the current one and nobody imports."""
        with suppress(OSError, DamagedError, Timeout), FileLock(place / _LOCK, timeout=0):
            pointer = read_pointer(place)
            if not pointer.seal:
                seal_late(place, pointer.number, (_TABLE, _MANIFEST))

    def open_all(self) -> tuple[Register, ...]:
        """Every register that was imported.

        Raises:
            RegisterError: one of them is damaged.
        """
        return tuple(self.open(name) for name in self.imported())


def _with_later_columns(table: pa.Table, register: str) -> pa.Table:
    """The table of a snapshot of before there were some columns, with those empty."""
    schema = schema_of(register)
    if set(table.column_names) <= set(schema.names):
        for name in (_LATER_COLUMNS | _LATER_OF.get(register, frozenset())) & (set(schema.names) - set(table.column_names)):
            table = table.append_column(name, pa.nulls(table.num_rows, schema.field(name).type))
        if set(table.column_names) == set(schema.names):
            return table.select(schema.names)
    return table


def _was_imported(place: Path) -> bool:
    return place.is_dir() and any(p.name == POINTER or p.name.isdecimal() for p in place.iterdir())


def _known() -> str:
    return f"Known: {', '.join(REGISTERS)}."


def _check_against(last: RegisterManifest, rows: int, day: date, path: Path) -> None:
    if rows < last.rows * SHRINKS_TO:
        raise RegisterError(
            f"holds {rows} rows, the last copy {last.rows}", where=Where(path.name), remedy="If that is right, say --force."
        )
    if day < date.fromisoformat(last.day):
        raise RegisterError(
            f"is of {day}, the last copy of {last.day}", where=Where(path.name), remedy="If that is right, say --force."
        )


@contextmanager
def _locked(place: Path, register: str) -> Iterator[None]:
    try:
        with FileLock(place / _LOCK, timeout=30):
            yield
    except Timeout as error:
        raise RegisterError(f"another import of {register} is running", where=Where(str(place)), remedy="Try again.") from error
