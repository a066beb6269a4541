"""Maps of layouts that somebody accepted, each a file under `<home>/mappings/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from precursor_screen.core.errors import MappingError, UsageError
from precursor_screen.core.files import write_whole
from precursor_screen.readers.column_map import CANONICAL, DATE_ORDERS, DECIMALS, AcceptedMap
from precursor_screen.readers.tabular.accepted import digest_of
from precursor_screen.text.quantity_words import find_unit

FOLDER: Final = "mappings"
SHORT: Final = 12  # characters of a digest that are shown
_SUFFIX: Final = ".json"
_LARGEST: Final = 8 << 20  # bytes; a map of as many columns as are read has fewer


class _Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds: the map, and a digest by which a change of it is seen."""

    sha256: str
    accepted: AcceptedMap


def load_accepted(home: Path) -> tuple[AcceptedMap, ...]:
    """All accepted maps, by digest.

    Raises:
        MappingError: one that is damaged, or that this program did not write.
    """
    return tuple(_load(path) for path in _files(home))


def _files(home: Path) -> list[Path]:
    try:
        return sorted(path for path in (home / FOLDER).iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise MappingError(f"cannot be listed ({error.strerror})", where=home / FOLDER, remedy=_CHECK) from error


_CHECK: Final = "Check its permissions."


def _load(path: Path) -> AcceptedMap:
    try:
        if path.stat().st_size > _LARGEST:
            raise _damaged(path, "it is too large")
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except OSError as error:
        raise MappingError(f"cannot be read ({error.strerror})", where=path, remedy=_CHECK) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error
    accepted = kept.accepted
    if kept.sha256 != _digest(accepted) or path.name != accepted.digest + _SUFFIX:
        raise _damaged(path, "it was changed after it was accepted")
    if any(_faults(accepted)):
        raise _damaged(path, next(_faults(accepted)))
    return accepted


def _faults(accepted: AcceptedMap) -> Iterator[str]:
    """What a map says that this version cannot mean, though nobody changed it."""
    if accepted.digest != digest_of(accepted.headers, accepted.table) or len(accepted.columns) < len(accepted.headers):
        yield "its digest is not that of its headers"
    if accepted.date_order not in DATE_ORDERS or accepted.decimal not in DECIMALS:
        yield "its order of dates or its decimal mark is not one"
    for column in accepted.columns:
        if column.field and column.field not in CANONICAL:
            yield f"{column.field!r} is not a field"
        if column.unit and find_unit(column.unit) is None:
            yield f"{column.unit!r} is not a unit"


def _damaged(path: Path, why: str) -> MappingError:
    digest = path.name.removesuffix(_SUFFIX)[:SHORT]
    remedy = f"Remove it: precursor-screen mapping forget {digest}; then accept the columns again: precursor-screen mapping accept FILE"
    return MappingError(f"is an accepted column map, but damaged: {why}", where=path, remedy=remedy)


def _digest(accepted: AcceptedMap) -> str:
    return hashlib.sha256(msgspec.json.encode(accepted)).hexdigest()


def keep_accepted(home: Path, accepted: AcceptedMap) -> None:
    """Keeps a map; one of the same layout is replaced.

    Raises:
        UsageError: the folder cannot be written to.
    """
    path = home / FOLDER / (accepted.digest + _SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.format(msgspec.json.encode(_Kept(_digest(accepted), accepted)), indent=1)
        write_whole(path, content, durable=True)
    except OSError as error:
        remedy = "Name another folder with --home, or check who may write to it."
        raise UsageError(f"cannot be written ({error.strerror})", where=path, remedy=remedy) from error


def forget_accepted(home: Path, digest: str) -> list[str]:
    """Drops the maps whose digest begins so, also damaged ones; empty: all.

    Returns:
        The digests of those that were dropped.

    Raises:
        UsageError: there is none, the beginning fits several, or one cannot be removed.
    """
    found = [path for path in _files(home) if path.name.startswith(digest)]
    if digest and len(found) != 1:
        says = "fits the digests of several accepted maps" if found else "is not the digest of an accepted map"
        raise UsageError(f"{digest!r} {says}", remedy="`precursor-screen mapping list` shows the accepted maps.")
    for path in found:
        try:
            path.unlink()
        except OSError as error:
            raise UsageError(f"cannot be removed ({error.strerror})", where=path, remedy=_CHECK) from error
    return [path.name.removesuffix(_SUFFIX) for path in found]


def today() -> str:
    """The day on which a map is accepted."""
    return date.today().isoformat()
