"""How a pure function meets many texts: in turn here, over processes in a runner. Both give the same results in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

CHUNK = 5_000  # distinct names that go to a worker at a time
CHUNK_LETTERS = 1_000_000  # of texts, which are looked through a hundred times as fast as names are matched


class ParallelMap(Protocol):
    """Applies a picklable function to some chunks and yields the results in the order of the chunks."""

    def __call__(self, function: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterable[Any]:
        """The results."""


def serial_map(function: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterable[Any]:
    """One after the other, in this process."""
    return map(function, chunks)


def chunk(items: Sequence[Any]) -> list[Sequence[Any]]:
    """Chunks of `CHUNK` items, in order."""
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]


def cut_texts(texts: Sequence[str]) -> list[Sequence[str]]:
    """Chunks of texts that may be as long as a book, in order: not much more than `CHUNK_LETTERS`, of which each text has one more."""
    chunks, start, letters = [], 0, 0
    for end, text in enumerate(texts, start=1):
        letters += len(text) + 1
        if letters >= CHUNK_LETTERS or end == len(texts):
            chunks.append(texts[start:end])
            start, letters = end, 0
    return chunks
