"""Imported registers on disk: `<home>/registers/<register>/<n>/`, a snapshot an import (`store.snapshots`)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct, to_builtins

from precursor_screen.core.errors import RegisterError, Where
from precursor_screen.core.files import Digests, digest_file
from precursor_screen.core.words import did_you_mean
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.reference.registers.headers import OWN_WORDS, HeaderWords
from precursor_screen.reference.registers.reading import ReadRegister, Skipped, read_register
from precursor_screen.reference.snapshots import DamagedError, Snapshots, check
from precursor_screen.rulebook.registers import (
    CONFIRMATIONS,
    NOT_SAID,
    NOTIFICATIONS,
    PERMITS,
    REGISTERS,
    WRITTEN,
    Scope,
    schema_of,
    with_scope,
)

SHRINKS_TO = 0.5  # a register with less than half of the last one's rows is more likely cut off than emptied
# A snapshot of before they were may lack them.
_LATER_COLUMNS = frozenset(("unit", "authority", "version", WRITTEN, "status_from", "remarks"))
_LATER_OF = {
    PERMITS: frozenset(("exporter", "exporter_key", "consignee", "consignee_key", "dispatch_country", "issued", "basis")),
    NOTIFICATIONS: frozenset(("reply_due", "permit")),
    CONFIRMATIONS: frozenset(("bill", "notification")),
}
_TABLE, _RECORD = _FILES = ("register.parquet", "manifest.json")


class ImportRecord(Struct, frozen=True):
    """One snapshot of one register. day: ISO date, as stated by who imported it."""

    register: str
    number: int
    file: str
    sha256: str
    day: str
    rows: int
    skipped: tuple[Skipped, ...]
    scope: Scope = Scope()

    def age_days(self, as_of: date) -> int:
        """How many days its date lies before that day."""
        return (as_of - date.fromisoformat(self.day)).days


class Register(Struct, frozen=True):
    """An opened register: its manifest and its table (`rulebook.registers.schema_of`)."""

    record: ImportRecord
    table: pa.Table


class RegisterStore:
    """The registers under one home."""

    def __init__(self, home: Path, full: bool = False) -> None:
        """full: whether every file that is opened is read in full to see that it is what was written, not once a day."""
        self.folder = home / "registers"
        self._digests = Digests(home / "cache", full)

    def imported(self) -> list[str]:
        """The registers that were ever imported, also if little is left of them, in the order of REGISTERS."""
        return [name for name in REGISTERS if self._snapshots(name).exist()]

    def _snapshots(self, register: str) -> Snapshots:
        return Snapshots(self.folder / register, _FILES)

    def import_file(
        self,
        register: str,
        path: Path,
        index: SubstanceIndex,
        day: date,
        *,
        force: bool = False,
        words: HeaderWords = OWN_WORDS,
        scope: Scope = NOT_SAID,
    ) -> tuple[ImportRecord, ReadRegister]:
        """Imports one file as the next snapshot. scope: what the register says of itself.

        Returns:
            What was imported, and how it was read.

        Raises:
            RegisterError: an unknown register, a file that is not one, much shorter or older than the last one (unless forced).
            InputError: a file of no format that is read.
        """
        where = Where(path.name)
        read = check_file(register, path, index, words)
        snapshots = self._snapshots(register)
        with snapshots.locked(RegisterError, f"another import of {register} is running"):
            last = self._last(register)
            if last is not None and not force:
                _check_against(last, read.table.num_rows, day, where)
            digest = digest_file(path)
            with snapshots.next() as (number, folder):
                rows, skipped = read.table.num_rows, read.skipped
                record = ImportRecord(register, number, path.name, digest, day.isoformat(), rows, skipped, scope)
                pq.write_table(read.table, folder / _TABLE)
                (folder / _RECORD).write_text(json.dumps(to_builtins(record), ensure_ascii=False, indent=1), encoding="utf-8")
        return record, read

    def _last(self, register: str) -> ImportRecord | None:
        try:
            return self.open(register).record
        except RegisterError:  # what is damaged does not stand in the way of its own replacement
            return None

    def open(self, register: str) -> Register:
        """The current snapshot.

        Raises:
            RegisterError: it was never imported, or is damaged.
        """
        snapshots = self._snapshots(register)
        remedy = f"Import it again: precursor-screen registers import {register} FILE"
        try:
            folder, sums_sha256 = snapshots.current()
            check(folder, _FILES, self._digests, sums_sha256)
            record = msgspec.json.decode((folder / _RECORD).read_bytes(), type=ImportRecord)
            table = _with_later_columns(pq.read_table(folder / _TABLE), register)
        except (OSError, ValueError, msgspec.MsgspecError, pa.ArrowException, DamagedError) as error:
            message = f"the copy of the register {register} cannot be read ({error})"
            raise RegisterError(message, where=snapshots.place, remedy=remedy) from error
        if table.num_rows != record.rows or not table.schema.equals(schema_of(register)):
            raise RegisterError(f"the copy of the register {register} was changed after the import", where=folder, remedy=remedy)
        if not sums_sha256:
            snapshots.add_missing_sums()
        return Register(record, with_scope(table, record.scope))

    def open_all(self) -> tuple[Register, ...]:
        """Every register that was imported.

        Raises:
            RegisterError: one of them is damaged.
        """
        return tuple(self.open(name) for name in self.imported())


def check_file(register: str, path: Path, index: SubstanceIndex, words: HeaderWords = OWN_WORDS) -> ReadRegister:
    """How a file would be read as a register; nothing is kept.

    Raises:
        RegisterError: an unknown register, or a file that is not one.
        InputError: a file of no format that is read.
    """
    if register not in REGISTERS:
        remedy = did_you_mean(register, REGISTERS) or f"Known: {', '.join(REGISTERS)}."
        raise RegisterError(f"no register is called {register!r}", remedy=remedy)
    if not path.is_file():
        raise RegisterError("does not exist", where=path, remedy="Check the path.")
    return read_register(register, path, index, words)


def _with_later_columns(table: pa.Table, register: str) -> pa.Table:
    """The table of a snapshot of before there were some columns, with those empty."""
    schema = schema_of(register)
    if set(table.column_names) <= set(schema.names):
        for name in (_LATER_COLUMNS | _LATER_OF.get(register, frozenset())) & (set(schema.names) - set(table.column_names)):
            table = table.append_column(name, pa.nulls(table.num_rows, schema.field(name).type))
        if set(table.column_names) == set(schema.names):
            return table.select(schema.names)
    return table


def _check_against(last: ImportRecord, rows: int, day: date, where: Where) -> None:
    worse = f"has {rows} rows; the previous import had {last.rows}" if rows < last.rows * SHRINKS_TO else ""
    if not worse and day < date.fromisoformat(last.day):
        worse = f"is dated {day}; the previous import was newer, of {last.day}"
    if worse:
        raise RegisterError(worse, where=where, remedy="Pass --force if this is intended.")
