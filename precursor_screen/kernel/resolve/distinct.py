"""A function of texts, asked once a distinct text."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa


def map_distinct(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Applies a function once to every distinct text; an empty result is none."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    mapped = pa.array([function(v) or None for v in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([mapped.take(encoded.indices)])
