"""XML as text: elements that know what is empty."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def element(name: str, *children: str | Iterable[str], **attributes: str) -> str:
    """An element around others, which are markup already; empty text where there is nothing in it."""
    inner = "".join(child if isinstance(child, str) else "".join(child) for child in children)
    return tag(name, inner, **attributes) if inner else ""


def leaf(name: str, text: str, **attributes: str) -> str:
    """An element around text; empty text where there is none."""
    return tag(name, escape(text, quote=False), **attributes) if text else ""


def tag(name: str, inner: str, **attributes: str) -> str:
    """An element, empty or not."""
    said = "".join(f' {key.replace("__", ":")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{inner}</{name}>"


def document(body: str) -> bytes:
    """A file."""
    return f"{HEAD}{body}\n".encode()
