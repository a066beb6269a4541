"""Where the data that ships lies: inside the package (wheel), else beside the checkout (editable install). Nobody else looks."""

from __future__ import annotations

from pathlib import Path

from precursor_screen.errors import ReferenceDataError, Where

_PACKAGE = Path(__file__).resolve().parents[1]


def _find(name: str) -> Path:
    for folder in (_PACKAGE / "data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ReferenceDataError(
        f"the folder {name!r} that ships with the program is missing",
        where=Where(str(_PACKAGE)),
        remedy="Install the package again.",
    )


def substances_folder() -> Path:
    """The reviewed substance tables."""
    return _find("substances")


def rules_folder() -> Path:
    """The rules that ship, with their lists and typologies."""
    return _find("rules")


def watchlists_folder() -> Path:
    """`sources.toml` and the fictional sample list."""
    return _find("watchlists")


def sample_data_folder() -> Path:
    """The synthetic manifests."""
    return _find("sample_data")
