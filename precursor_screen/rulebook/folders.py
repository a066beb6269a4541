"""The files beside the rules (`lists/`, `macros/`, `packs/`, `typologies/`): each kind has a shape, and all errors of all files are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.core.located import Complaints, load_yaml
from precursor_screen.core.shape import Record, read_shaped

T = TypeVar("T")


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
    found: list[T] = []
    errors: list[PrecursorScreenError] = []
    for path in (p for folder in folders for p in sorted((folder / name).glob("*.y*ml"))):
        try:
            found.append(read_shaped(load_yaml(path, f"{name}/{path.name}"), shape, partial(make, path)))
        except ErrorGroup as group:
            errors.extend(group.errors)
        except PrecursorScreenError as error:
            errors.append(error)
    if errors:
        raise ErrorGroup(errors)
    return found


def check_name(path: Path, data: dict[str, Any], complaints: Complaints) -> None:
    """Complains of a file that is not called by the id it holds."""
    if data["id"] != path.stem:
        complaints.add(("id",), f"{data['id']!r} is in a file of another name", f"Call the file {data['id']}.yml.")
