"""`watchlists/sources.toml`: what is known of every official list, among it from what age it counts as stale."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from precursor_screen.errors import ReferenceDataError, Where


@dataclass(frozen=True, slots=True)
class ListSource:
    """An official list: where it comes from and how old a copy may be, in days."""

    list_id: str
    title: str
    url: str
    licence: str
    max_age_days: int
    verified: bool


def load_sources(folder: Path) -> dict[str, ListSource]:
    """Reads `sources.toml` of the folder of watchlists, by list id.

    Raises:
        ReferenceDataError: missing or damaged.
    """
    path = folder / "sources.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        lists = [ListSource(s["id"], s["title"], s["url"], s["licence"], s["max_age_days"], s["verified"]) for s in data["list"]]
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise ReferenceDataError(f"is damaged: {error}", where=Where(str(path)), remedy="Install the package again.") from error
    return {s.list_id: s for s in lists}
