"""A pack of law: tables that add to those that ship, for a machine without network, in one file of which every byte is checked.

    pack.toml        id, edition, day, source, and notes where there are any
    controls.csv     and other tables of KEYS, with the columns of those that ship
    SHA256SUMS       digests of these; SHA256SUMS.sig a signature of that, where there is one

It is a bundle (`formats.bundle`): stored, not compressed, so that it cannot unpack to more than it is, with plain files at its top alone.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.errors import PrecursorScreenError, SubstanceTableError, UsageError, Where, raise_all, readable
from precursor_screen.core.tables import Row, parse_rows
from precursor_screen.formats import bundle
from precursor_screen.reference.shipped import LawTables, PackInfo
from precursor_screen.reference.thresholds import LATER

NAMESPACE: Final = "law@precursor-screen"
ABOUT: Final = "pack.toml"
BASE, OWN_PACK = "base", "own"  # what ships, and the office's own pack
# What a row of a table speaks of. Patterns of classes, readings and neighbours are part of the program: a row of a pack runs no pattern.
KEYS: Final = {
    "substances.csv": ("substance_id",),
    "names.csv": ("substance_id", "name", "language"),
    "cas.csv": ("substance_id", "number"),
    "ec.csv": ("substance_id", "number"),
    "hs.csv": ("substance_id", "hs6", "edition_from"),
    "controls.csv": ("substance_id", "instrument", "schedule", "since", "scope"),
    "thresholds.csv": ("jurisdiction", "substance_id", "direction", "period", "valid_from"),
    "concern.csv": ("substance_id",),
    "route_roles.csv": ("substance_id", "route"),
    "usual_prices.csv": ("substance_id",),
    "solutions.csv": ("substance_id", "percent"),
    "editions.csv": ("instrument", "schedule"),
    "acts.csv": ("instrument", "since"),
    "reply_periods.csv": ("jurisdiction", "valid_from"),
    "jurisdictions.csv": ("code", "since"),
    "permits.csv": ("law", "category", "direction", "need", "who", "since"),
    "equipment.csv": ("kind", "law", "since"),
}
_OF_LAW: Final = ("jurisdictions.csv", "permits.csv", "equipment.csv")
_NEEDED, _FREE = ("id", "edition", "day", "source"), ("notes",)
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LONGEST: Final = 500  # characters of what a pack says of itself
_AGAIN: Final = "Ask whoever made it for the pack, and for its SHA-256 by another way."
_MAKE: Final = "Make it with `precursor-screen substances pack FOLDER`."
Tables = Mapping[str, tuple[Row, ...]]


class Pack(Struct, frozen=True):
    """A pack as read: what it says of itself, and its rows by the file of the table."""

    info: PackInfo
    tables: Tables


def table_path(law: LawTables, name: str) -> Path:
    """Where a table of KEYS lies."""
    return (law.law if name in _OF_LAW else law.substances) / name


def columns_of(law: LawTables, name: str) -> list[str]:
    """The columns of a table of KEYS."""
    return table_path(law, name).read_text("utf-8").partition("\n")[0].strip().split(",")


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A table as its file holds it; columns that it does not have are left out of the rows, and those that a row lacks are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def make_pack(members: Mapping[str, bytes], base: LawTables, key: Path | None = None) -> bytes:
    """The file of a pack.

    Args:
        members: `pack.toml` and tables, by name; line ends and byte order marks of other programs do not count.
        base: the tables that ship.
        key: of ssh-keygen, to sign it with.

    Raises:
        SubstanceTableError, ErrorGroup: they make no pack.
        UsageError, MissingExtra: it cannot be signed.
    """
    plain = {name: content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n") for name, content in members.items()}
    sums = bundle.sums_of(plain)
    signature = {bundle.SIGNATURE: bundle.sign(sums, key, NAMESPACE)} if key else {}
    content = bundle.pack({**plain, bundle.SUMS: sums, **signature})
    read_pack(content, "the pack", base)
    return content


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder that is to become a pack.

    Raises:
        UsageError: it cannot be read, or holds a link or a folder.
    """
    with readable(folder):
        paths = sorted(folder.iterdir())
        for path in paths:
            if path.is_symlink() or not path.is_file():
                raise UsageError("is a link or not a file", where=path, remedy="Replace it with a plain file.")
        return {path.name: path.read_bytes() for path in paths}


def read_pack(content: bytes, name: str, base: LawTables, allowed: Path | None = None) -> Pack:
    """Reads the file of a pack, and checks every byte of it.

    Args:
        content: of the file.
        name: of the file, for messages.
        base: the tables that ship.
        allowed: the file of allowed signers that it must be signed by; None: nobody need have signed it, and who did is not asked.

    Raises:
        SubstanceTableError, ErrorGroup: it is not a pack, is damaged, holds what no pack holds, or is not signed as it must be.
        MissingExtra: `ssh-keygen` is needed, and not installed.
    """
    try:
        members = bundle.unpack(content, name)
    except bundle.NoBundleError as error:
        raise SubstanceTableError(str(error), where=name, remedy=_MAKE) from error
    _check_members(members, name)
    signer = _signer(members, name, allowed) if allowed else ""
    about = _read_about(members[ABOUT], f"{name}!{ABOUT}")
    errors: list[PrecursorScreenError] = []
    tables = {t: _read_table(members[t], f"{name}!{t}", columns_of(base, t), errors) for t in sorted(members) if t in KEYS}
    raise_all(errors)
    return Pack(PackInfo(**about, sha256=sha256(content).hexdigest(), signer=signer), tables)


def _check_members(members: Mapping[str, bytes], name: str) -> None:
    def refuse(problem: str, member: str, remedy: str) -> SubstanceTableError:
        return SubstanceTableError(problem, where=f"{name}!{member}", remedy=remedy)

    for needed in (ABOUT, bundle.SUMS):
        if needed not in members:
            raise refuse("is missing", needed, _MAKE)
    for member in sorted(set(members) - {ABOUT, bundle.SUMS, bundle.SIGNATURE, *KEYS}):
        raise refuse("is not a table that a pack may hold", member, f"A pack holds {ABOUT} and of tables {', '.join(KEYS)}.")
    stated = set(members[bundle.SUMS].splitlines())
    for line in bundle.sums_of(members).splitlines():
        if line not in stated:
            raise refuse(f"does not have the digest that {bundle.SUMS} states", line.decode().partition("  ")[2], _AGAIN)
    if members[bundle.SUMS] != bundle.sums_of(members):
        raise refuse("names files that are not there", bundle.SUMS, _AGAIN)


def _signer(members: Mapping[str, bytes], name: str, allowed: Path) -> str:
    where = Where(f"{name}!{bundle.SIGNATURE}")
    if bundle.SIGNATURE not in members:
        remedy = f"Have it signed by one of the signers in {allowed}."
        raise SubstanceTableError("is missing; this installation accepts signed packs only", where=where, remedy=remedy)
    try:
        return bundle.find_signer(members[bundle.SUMS], members[bundle.SIGNATURE], allowed, NAMESPACE)
    except bundle.NoSignatureError as error:
        remedy = f"Ask whoever sent it. Who may sign packs is in {allowed}."
        raise SubstanceTableError(f"the signature is not valid: {error}", where=where, remedy=remedy) from error


def _read_about(content: bytes, name: str) -> dict[str, str]:
    def refuse(problem: str) -> SubstanceTableError:
        remedy = f"It has {', '.join(_NEEDED)} and, where wanted, notes, each a text; the day as 2027-01-31."
        return SubstanceTableError(problem, where=name, remedy=remedy)

    try:
        about = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise refuse(f"is not TOML ({error})") from error
    for key in sorted(set(about) - {*_NEEDED, *_FREE}):
        raise refuse(f"{key!r} is not known")
    for key in _NEEDED:
        if not _is_plain(about.get(key)):
            raise refuse(f"{key} is missing, too long or not a plain text")
    if not _ID.fullmatch(about["id"]) or about["id"] == BASE:
        raise refuse(f"id {about['id']!r} is not a name of a pack: small letters, digits and hyphens, and not {BASE!r}")
    try:
        day = date.fromisoformat(about["day"])
    except ValueError as error:
        raise refuse(f"day {about['day']!r} is not a day") from error
    return {**{key: about[key] for key in _NEEDED}, "day": day.isoformat()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _LONGEST and value.isprintable()


def _read_table(content: bytes, name: str, columns: Sequence[str], errors: list[PrecursorScreenError]) -> tuple[Row, ...]:
    try:
        rows = tuple(parse_rows(content.decode("utf-8"), columns, name, "Use the columns of the table that ships.", LATER))
    except UnicodeDecodeError as error:
        errors.append(SubstanceTableError(f"is not UTF-8 ({error.reason})", where=name, remedy="Save it as CSV, UTF-8."))
        return ()
    except csv.Error as error:
        errors.append(SubstanceTableError(f"is not CSV ({error})", where=name, remedy="Save it as CSV, UTF-8."))
        return ()
    except SubstanceTableError as error:
        errors.append(error)
        return ()
    for row in rows:
        if not row.whole:
            errors.append(refused(row, "the row has a different number of cells than the header", "Correct the row."))
        elif wrong := [column for column, cell in row.cells.items() if cell and not cell.isprintable()]:
            errors.append(refused(row, "a cell holds a character that does not print", "Correct the cell.", wrong[0]))
    return rows


def refused(row: Row, problem: str, remedy: str, field: str = "") -> SubstanceTableError:
    """What is wrong with a row of a pack, with its place."""
    return SubstanceTableError(problem, where=Where(row.where.file, row.where.row, field), remedy=remedy)
