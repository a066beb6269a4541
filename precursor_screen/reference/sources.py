"""`watchlists/sources.toml`: what is known of every official list: where it comes from, and from what age it counts as stale."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from precursor_screen.errors import ReferenceDataError, Where

_KEYS: dict[str, type] = {
    "id": str,
    "title": str,
    "url": str,
    "companions": list,
    "format": str,
    "licence": str,
    "max_age_days": int,
    "max_megabytes": int,
    "max_seconds": int,
    "verified": bool,
    "layout_verified": bool,
    "user_agent": str,
    "redirect_domains": list,
    "documented_url": str,
    "note": str,
}
_REQUIRED = ("id", "title", "url", "licence", "max_age_days", "verified")
_MAX_MEGABYTES, _MAX_SECONDS = 300, 600  # the largest known list has some 120 MB; a slow line gets ten minutes


class ListSource(Struct, frozen=True):
    """An official list: where it comes from and how old a copy may be, in days.

    url, companions: the files that make up the list; without url there is none that is known.
    user_agent: what the publisher accepts; empty: the program's own. redirect_domains: registered domains to which the
    publisher may redirect, beside its own. max_bytes: of one file. max_seconds: for one file.
    """

    list_id: str
    title: str
    url: str
    licence: str
    max_age_days: int
    verified: bool
    companions: tuple[str, ...] = ()
    user_agent: str = ""
    redirect_domains: tuple[str, ...] = ()
    max_bytes: int = _MAX_MEGABYTES << 20
    max_seconds: int = _MAX_SECONDS
    note: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """All files of the list, the main one first; empty where no address is known."""
        return (self.url, *self.companions) if self.url else ()


def load_sources(folder: Path) -> dict[str, ListSource]:
    """Reads `sources.toml` of the folder of watchlists, by list id.

    Raises:
        ReferenceDataError: missing or damaged.
    """
    return read_sources(folder / "sources.toml", "Install the package again.")


def read_sources(path: Path, remedy: str = "Correct the file, or leave --source out.") -> dict[str, ListSource]:
    """Reads a file in the layout of `sources.toml`, by list id.

    Raises:
        ReferenceDataError: missing, or not in that layout.
    """
    where = Where(str(path))
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"cannot be read: {error}", where=where, remedy=remedy) from error
    lists = data.get("list")
    if not isinstance(lists, list) or not all(isinstance(item, dict) for item in lists):
        raise ReferenceDataError("holds no [[list]]", where=where, remedy=remedy)
    sources = {}
    for item in lists:
        problem = _find_problem(item)
        if problem or item["id"] in sources:
            named = item.get("id", "a list without an id")
            raise ReferenceDataError(f"{named}: {problem or 'stands twice'}", where=where, remedy=remedy)
        sources[item["id"]] = _to_source(item)
    return sources


def _find_problem(item: dict[str, Any]) -> str:
    for key, value in item.items():
        kind = _KEYS.get(key)
        if kind is None:
            return f"unknown key {key!r}"
        if not isinstance(value, kind):
            return f"{key!r} is no {kind.__name__}"
        if isinstance(value, list) and not all(isinstance(part, str) for part in value):
            return f"{key!r} is no list of texts"
        if isinstance(value, int) and kind is int and (value <= 0 or isinstance(value, bool)):
            return f"{key!r} is no positive number"
    missing = [key for key in _REQUIRED if key not in item]
    return f"{missing[0]!r} is missing" if missing else ""


def _to_source(item: dict[str, Any]) -> ListSource:
    return ListSource(
        list_id=item["id"],
        title=item["title"],
        url=item["url"],
        licence=item["licence"],
        max_age_days=item["max_age_days"],
        verified=item["verified"],
        companions=tuple(item.get("companions", ())),
        user_agent=item.get("user_agent", ""),
        redirect_domains=tuple(item.get("redirect_domains", ())),
        max_bytes=item.get("max_megabytes", _MAX_MEGABYTES) << 20,
        max_seconds=item.get("max_seconds", _MAX_SECONDS),
        note=item.get("note", ""),
    )
