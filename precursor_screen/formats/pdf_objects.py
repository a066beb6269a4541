"""Objects of a PDF; what is not of the kind that it should be is taken for nothing.

Source: ISO 32000-1 (PDF 1.7), clause 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from precursor_screen.formats.encoding import is_utf8


def resolved(stated: Any) -> Any:
    """What a reference leads to."""
    from pdfminer.pdftypes import resolve1

    return resolve1(stated)


def dict_of(stated: Any) -> dict[str, Any]:
    """A dictionary; empty where it is none."""
    found = resolved(stated)
    return found if isinstance(found, dict) else {}


def list_of(stated: Any) -> list[Any]:
    """An array; empty where it is none."""
    found = resolved(stated)
    return found if isinstance(found, list) else []


def dicts_of(stated: Any) -> Iterator[dict[str, Any]]:
    """The dictionaries of an array."""
    return (found for one in list_of(stated) if (found := dict_of(one)))


def tree_of(roots: Any, key: str) -> Iterator[dict[str, Any]]:
    """The nodes of a tree, each once."""
    waiting = list_of(roots)[::-1]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        number = getattr(one, "objid", None)
        if number in seen:
            continue
        if number is not None:
            seen.add(number)
        node = dict_of(one)
        yield node
        waiting += list_of(node.get(key))[::-1]


def name_of(stated: Any) -> str:
    """A name; empty where it is none."""
    name = getattr(resolved(stated), "name", "")
    return name if isinstance(name, str) else ""


def text_of(stated: Any) -> str:
    """A string of the file (7.9.2.2); a name is one as well, for the boxes of a form."""
    found = resolved(stated)
    if isinstance(found, str):
        return found
    if not isinstance(found, bytes):
        return "" if name_of(stated) == "Off" else name_of(stated)
    if found.startswith((b"\xfe\xff", b"\xff\xfe")):
        return found.decode("utf-16", "replace")
    return found.removeprefix(b"\xef\xbb\xbf").decode("utf-8") if is_utf8(found) else found.decode("cp1252", "replace")
