"""Macros (`macros/*.yml`): selections that several rules share, used in a condition by name like a rule's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from precursor_screen.core.located import Complaints
from precursor_screen.core.shape import Record, Shape, Value
from precursor_screen.rulebook.folders import check_name, read_folders

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
