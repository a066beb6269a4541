"""The packs of a home: `<home>/law/<id>/<n>/`, a snapshot an import (`reference.snapshots`); and the tables that a process works with."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.errors import PrecursorScreenError, SubstanceTableError, UsageError, Where, readable
from precursor_screen.core.files import Digests
from precursor_screen.formats.bundle import LARGEST
from precursor_screen.reference import shipped
from precursor_screen.reference.packs.pack import Pack, read_pack
from precursor_screen.reference.packs.stack import check_names, check_stacked, stack
from precursor_screen.reference.shipped import LawTables, PackInfo
from precursor_screen.reference.snapshots import DamagedError, Snapshots, check

ALLOWED: Final = "allowed_signers"
_FILES = (_PACK, _IMPORT) = ("pack.zip", "import.json")


class ImportRecord(Struct, frozen=True):
    """What is recorded of an import. imported_at: ISO 8601, UTC; forced: whether it is older than the one before it."""

    info: PackInfo
    number: int
    imported_at: str
    forced: bool = False


class PackStore:
    """The packs under one home."""

    def __init__(self, home: Path, full: bool = False) -> None:
        """full: whether every file that is opened is read in full to see that it is what was written, not once a day."""
        self.folder = home / "law"
        self.allowed = home / ALLOWED
        self._digests = Digests(home / "cache", full)

    def ids(self) -> list[str]:
        """The packs that were ever imported and not removed."""
        places = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [p.name for p in places if self._snapshots(p.name).exist()]

    def _snapshots(self, pack_id: str) -> Snapshots:
        return Snapshots(self.folder / pack_id, _FILES)

    def open(self, pack_id: str) -> Pack:
        """The current snapshot of a pack.

        Raises:
            SubstanceTableError: it is damaged; a damaged law is not left out.
        """
        snapshots = self._snapshots(pack_id)
        try:
            folder, sums_sha256 = snapshots.current()
            check(folder, _FILES, self._digests, sums_sha256)
            record = msgspec.json.decode((folder / _IMPORT).read_bytes(), type=ImportRecord)
            content = (folder / _PACK).read_bytes()
        except (OSError, msgspec.MsgspecError, DamagedError) as error:
            remedy = "Import it again: precursor-screen substances import PACK"
            raise SubstanceTableError(
                f"the installed copy of the pack {pack_id} cannot be read ({error})", where=snapshots.place, remedy=remedy
            ) from error
        return replace(read_pack(content, pack_id, shipped.base_law()), info=record.info)

    def open_all(self) -> tuple[Pack, ...]:
        """All packs, each as it was last imported; errors as of `open`."""
        return tuple(map(self.open, self.ids()))

    def find(self, pack_id: str, digest: str) -> Pack | None:
        """The snapshot, current or earlier, whose file has a SHA-256; None: none has.

        Raises:
            SubstanceTableError, ErrorGroup: it does not go with this version of the tables.
        """
        snapshots = self._snapshots(pack_id)
        for number in reversed(snapshots.numbers()) if pack_id in self.ids() else ():
            folder = snapshots.place / str(number)
            try:
                content = (folder / _PACK).read_bytes()
                record = msgspec.json.decode((folder / _IMPORT).read_bytes(), type=ImportRecord)
            except (OSError, msgspec.MsgspecError):  # what is damaged has not that digest
                continue
            if sha256(content).hexdigest() == digest:
                return replace(read_pack(content, pack_id, shipped.base_law()), info=record.info)
        return None

    def read_file(self, path: Path, override: str = "") -> tuple[Pack, bytes]:
        """A file that is to be imported, as read and as it is; signed, where the home has allowed signers.

        Raises:
            SubstanceTableError, ErrorGroup, UsageError, MissingExtra: as `read_pack`; there is no such file.
        """
        with readable(path), path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        pack = read_pack(content, path.name, shipped.base_law(), self.allowed if self.allowed.is_file() else None)
        return replace(pack, info=replace(pack.info, override=override)), content

    def with_pack(self, pack: Pack, name: str) -> LawTables:
        """The tables as they would be with a pack (in place of the one of that id), checked. name: of its file, for messages.

        Raises:
            SubstanceTableError, ErrorGroup: it contradicts what ships or another pack, or the tables would not hold together.
        """
        check_names(pack, shipped.base_law())
        others = tuple(self.open(i) for i in self.ids() if i != pack.info.id)
        stacked = stack(shipped.base_law(), (*others, pack), _temporary())
        check_stacked(stacked, name)
        return stacked.law

    def import_pack(self, pack: Pack, content: bytes, name: str, day: date, *, force: bool = False) -> ImportRecord:
        """Imports a pack as the next snapshot, whole or not at all; the one before it stays.

        Raises:
            SubstanceTableError, ErrorGroup: as `with_pack`; it is of a day that has not come, or older than the one of that id (unless forced).
        """
        where, info = Where(name), pack.info
        if date.fromisoformat(info.day) > day:
            raise SubstanceTableError(
                f"is dated {info.day}, which is in the future", where=where, remedy="Check the day of the pack."
            )
        snapshots = self._snapshots(info.id)
        with self._locked():
            self.with_pack(pack, name)
            snapshots.place.mkdir(exist_ok=True)
            older = self._newer_than(info)
            if older and not force:
                problem = f"is dated {info.day}; the installed pack {info.id} is newer, of {older}"
                raise SubstanceTableError(problem, where=where, remedy="Pass --force if this is intended.")
            with snapshots.next() as (number, folder):
                record = ImportRecord(info, number, datetime.now(UTC).isoformat(timespec="seconds"), bool(older))
                (folder / _PACK).write_bytes(content)
                (folder / _IMPORT).write_bytes(msgspec.json.format(msgspec.json.encode(record)))
        return record

    def _newer_than(self, info: PackInfo) -> str:
        """The day of the installed pack of that id, where it is later."""
        try:
            installed = self.open(info.id).info.day if info.id in self.ids() else ""
        except SubstanceTableError:  # what is damaged does not stand in the way of its own replacement
            return ""
        return installed if info.day < installed else ""

    def remove(self, pack_id: str) -> None:
        """Removes a pack that is known, with its snapshots."""
        snapshots = self._snapshots(pack_id)
        with self._locked():
            snapshots.remove()
            snapshots.remove_empty()

    def check_known(self, pack_id: str) -> None:
        """Checks that there is a pack of that id.

        Raises:
            UsageError: there is none.
        """
        if pack_id not in self.ids():
            remedy = f"Installed packs: {', '.join(self.ids())}." if self.ids() else "No pack is installed."
            raise UsageError(f"no pack is called {pack_id!r}", remedy=remedy)

    def _locked(self) -> AbstractContextManager[None]:
        """One lock for all packs: whether one goes with the others is checked while none of them changes."""
        return Snapshots(self.folder, ()).locked(SubstanceTableError, "another import is running")


_stacked: dict[str, LawTables] = {}
_temporaries: list[tempfile.TemporaryDirectory[str]] = []  # removed when the process ends


def _temporary() -> Path:
    _temporaries.append(tempfile.TemporaryDirectory(prefix="precursor-screen-law-"))
    return Path(_temporaries[-1].name)


def open_law(home: Path, full: bool = False) -> LawTables:
    """The tables that ship with the packs of a home on them.

    Raises:
        SubstanceTableError, ErrorGroup: a pack is damaged, or does not go with what ships or with another one.
    """
    store = PackStore(home, full)
    return law_of_packs(store.open_all(), store.folder)


def law_of_packs(packs: tuple[Pack, ...], place: Path) -> LawTables:
    """The tables that ship with packs on them, stacked once a process. place: of the packs, for messages; errors as of `open_law`."""
    base = shipped.base_law()
    if not packs:
        return base
    key = repr((base, [p.info for p in packs]))
    if key not in _stacked:
        try:
            _stacked[key] = stack(base, packs, _temporary()).law
        except PrecursorScreenError as error:
            remedy = "Import a pack that goes with this version, or remove it: precursor-screen substances remove ID"
            raise SubstanceTableError(f"the installed packs do not fit together: {error}", where=place, remedy=remedy) from error
    return _stacked[key]


def use_home(home: Path, full: bool = False) -> None:
    """From now on this process works with the tables of a home, which are opened when they are first asked for."""
    shipped.use_law(cache(lambda: open_law(home, full)))
