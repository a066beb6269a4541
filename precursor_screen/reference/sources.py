"""`watchlists/sources.toml`: what is known of every official list: where it comes from, and from what age it counts as stale."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import ReferenceDataError, Where, raise_all, reason
from precursor_screen.core.shape import Items, Record, Shape, Value, Whole

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
    max_seconds: float = _MAX_SECONDS
    note: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """All files of the list, the main one first; empty where no address is known."""
        return (self.url, *self.companions) if self.url else ()


def _source(said: dict[str, Any]) -> ListSource:
    kept = {name: said[name] for name in ListSource.__struct_fields__ if name in said}
    return ListSource(list_id=said["id"], max_bytes=said["max_megabytes"] << 20, **kept)


_text = Value(kinds=("string",), default="")
_texts = Items(of=_text, default=(), fault="{name} must be a list of texts")
_flag = Value(kinds=("boolean",))
_count = partial(Whole, low=1, fault="{name} must be a whole number above 0")
_LIST = Record(
    fields={
        **dict.fromkeys(("id", "title", "url", "licence", "user_agent", "note", "format", "documented_url"), _text),
        **dict.fromkeys(("companions", "redirect_domains"), _texts),
        **dict.fromkeys(("verified", "layout_verified"), _flag),
        "max_age_days": _count(),
        "max_megabytes": _count(default=_MAX_MEGABYTES),
        "max_seconds": _count(default=_MAX_SECONDS),
    },
    required=("id", "title", "url", "licence", "max_age_days", "verified"),
    into=_source,
)
_LISTS = Items(of=Record(others=Shape()), fault="has no [[list]]")


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
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"cannot be read: {reason(error)}", where=path, remedy=remedy) from error
    lists: Any = data.get("list")
    faults = _LISTS.faults(lists, ())
    sources: dict[str, ListSource] = {}
    for number, item in enumerate(lists if not faults else (), start=1):
        name = str(item.get("id", f"list {number}"))
        if wrong := _LIST.faults(item, (name,)) or [((name,), "appears twice", "")] * (name in sources):
            faults.extend(wrong)
        else:
            sources[name] = _LIST.read(item)
    raise_all(
        ReferenceDataError(message, where=Where(str(path), None, ".".join(map(str, key))), remedy=remedy)
        for key, message, _ in faults
    )
    return sources


def how_to_renew(list_id: str, known: Mapping[str, ListSource]) -> str:
    """The command that brings a newer copy of a list: from its publisher where an address is known, else from a file."""
    if list_id in known and known[list_id].urls:
        return f"precursor-screen watchlists update {list_id}"
    return f"precursor-screen watchlists import {list_id} FILE"
