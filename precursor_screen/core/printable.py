"""Text that is safe to print. Imports nothing heavy: error messages and `--help` need it too."""

from __future__ import annotations


def printable(text: object) -> str:
    """Text without control characters: neither a manifest nor a file name may steer the terminal."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "�" if c not in "\n\t" else " " for c in text)
