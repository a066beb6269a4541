"""Named lists that rules refer to (`lists/*.yml`) and shared selections (`macros/*.yml`); how the files beside the rules are read."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.core.located import Complaints, load_yaml
from precursor_screen.core.shape import Record, Shape, Value, Whole, read_shaped

# The files beside the rules (`lists/`, `macros/`, `packs/`, `typologies/`): each kind has a shape, and all errors of all files
# are gathered.

T = TypeVar("T")
U = TypeVar("U")


def make_all(items: Iterable[U], make: Callable[[U], T]) -> list[T]:
    """What is made of some items, in their order.

    Raises:
        ErrorGroup: all errors of all of them.
    """
    made: list[T] = []
    errors: list[PrecursorScreenError] = []
    for item in items:
        try:
            made.append(make(item))
        except PrecursorScreenError as error:
            errors.extend(error.errors if isinstance(error, ErrorGroup) else [error])
    if errors:
        raise ErrorGroup(errors)
    return made


def read_folders(
    folders: Iterable[Path], name: str, shape: Record, make: Callable[[Path, dict[str, Any], Complaints], T]
) -> list[T]:
    """Reads the files of the folder `name` of some rule folders, in the order of those.

    Args:
        folders: rule folders.
        name: of the folder in them.
        shape: of a file.
        make: what a file that fits its shape says; it may complain of more.

    Raises:
        ErrorGroup: all errors of all files.
    """

    def read(path: Path) -> T:
        made: T = read_shaped(load_yaml(path, f"{name}/{path.name}"), shape, partial(make, path))
        return made

    return make_all((p for folder in folders for p in sorted((folder / name).glob("*.y*ml"))), read)


def check_name(path: Path, data: dict[str, Any], complaints: Complaints) -> None:
    """Complains of a file that is not called by the id it holds."""
    if data["id"] != path.stem:
        complaints.add(("id",), f"{data['id']!r} is in a file of another name", f"Call the file {data['id']}.yml.")


# Macros (`macros/*.yml`): selections that several rules share, used in a condition by name like a rule's own.

_MACRO = Record(
    what="a macro",
    fields={
        "id": Value(kinds=("string",)),
        "title": Shape(),
        "selection": Value(kinds=("object", "array"), passes=bool, fault="has no selection", remedy="selection: {field: value}"),
    },
    required=("id", "selection"),
    into=dict,
)


def load_macros(folders: list[Path]) -> dict[str, Any]:
    """Reads the macros of some rule folders: name -> selection; those of a later folder take the place of those before.

    Raises:
        ErrorGroup: all errors of all files.
    """
    return dict(read_folders(folders, "macros", _MACRO, _macro))


def _macro(path: Path, data: dict[str, Any], complaints: Complaints) -> tuple[str, Any]:
    check_name(path, data, complaints)
    return path.stem, data["selection"]


class NamedList(Struct, frozen=True):
    """A list of terms. max_age_days: None if it does not age. sha256 is of the file.

    lexicon: its terms are looked for in every description, and lines that hold one are remembered (`lexicon_terms`).
    """

    id: str
    title: str
    source: str
    date: datetime.date
    max_age_days: int | None
    terms: tuple[str, ...]
    sha256: str
    lexicon: bool = False

    def is_stale(self, as_of: datetime.date) -> bool:
        """Whether the list is past its maximum age on that day."""
        return self.max_age_days is not None and (as_of - self.date).days > self.max_age_days


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_LIST = Record(
    what="a list",
    fields={
        "id": Value(kinds=("string",)),
        "title": Value(kinds=("string",), passes=bool),
        "source": Value(kinds=("string",), passes=bool),
        # A time of day would not compare with a day.
        "date": Value(kinds=("date",), remedy="Write it as 2026-11-25."),
        "max_age_days": Whole(
            low=1, fault="max_age_days {value!r} is not a number of days", remedy="Leave it out if the list does not age."
        ),
        "lexicon": Value(kinds=("boolean",), default=False),
        "terms": Value(
            kinds=("array",),
            passes=lambda terms: bool(terms) and all(map(_is_text, terms)),
            into=tuple,
            fault="terms must be a list of texts",
            remedy="Quote words such as no and on: YAML reads them as booleans.",
        ),
    },
    required=("id", "title", "source", "date", "terms"),
    into=dict,
)


def load_lists(folders: list[Path]) -> dict[str, NamedList]:
    """Reads `lists/*.yml` of some rule folders; a list of a later folder takes the place of one of that name before it.

    Raises:
        ErrorGroup: all errors of all files.
    """
    return {named.id: named for named in read_folders(folders, "lists", _LIST, _list)}


def _list(path: Path, data: dict[str, Any], complaints: Complaints) -> NamedList:
    check_name(path, data, complaints)
    return NamedList(**data, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
