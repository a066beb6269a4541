"""Macros (`macros/*.yml`): selections that several rules share, used in a condition by name like a rule's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.located import Complaints, load_yaml

_KEYS = ("id", "title", "selection")


def load_macros(folders: list[Path]) -> dict[str, Any]:
    """Reads the macros of some rule folders: name -> selection; those of a later folder take the place of those before.

    Raises:
        ErrorGroup: all errors of all files.
    """
    macros: dict[str, Any] = {}
    errors: list[PrecursorScreenError] = []
    for path in (p for folder in folders for p in sorted((folder / "macros").glob("*.y*ml"))):
        try:
            located = load_yaml(path, f"macros/{path.name}")
        except PrecursorScreenError as error:
            errors.append(error)
            continue
        complaints = Complaints(located)
        data = located.data
        if not isinstance(data, Mapping):
            complaints.add((), "is not a macro: a mapping of keys is expected", f"Keys: {', '.join(_KEYS)}.")
            errors.extend(complaints)
            continue
        for key in data:
            if key not in _KEYS:
                complaints.add((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS))
        if data.get("id") != path.stem:
            complaints.add(("id",), f"macro {data.get('id')!r} is in a file of another name", f"Call it {path.stem}.")
        if not isinstance(data.get("selection"), dict | list) or not data["selection"]:
            complaints.add(("selection",), "has no selection", "selection: {field: value}")
        errors.extend(complaints)
        macros[path.stem] = data.get("selection")
    if errors:
        raise ErrorGroup(errors)
    return macros
