"""What becomes of a file: its inputs, or the words in which it is refused; anything else fails the test."""

from __future__ import annotations

from precursor_screen.core.errors import InputError
from precursor_screen.readers.registry import read


def outcome(data: bytes, name: str) -> str:
    """The names of the inputs, or the message of the error."""
    try:
        return ", ".join(table.input.name for table in read(data, name))
    except InputError as error:
        return error.message
