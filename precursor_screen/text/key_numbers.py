"""Keys as numbers: the first eight bytes of a SHA-256, for what is counted and never shown."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = 32
_is_digest = re.compile(rf"[0-9a-f]{{{_LETTERS}}}").fullmatch
_IS_HEX = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdef", np.uint8))


def number_of(key: str) -> int:
    """The number of a key; one that is a digest already is cut."""
    return int.from_bytes(bytes.fromhex(key[:16]) if _is_digest(key) else hashlib.sha256(key.encode()).digest()[:8])


def numbers_of(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    """The numbers of many keys (uint64), each worked out once; null stays null."""
    array = keys.combine_chunks() if keys.num_chunks != 1 else keys.chunk(0)
    if len(array) and not array.null_count and pc.all(pc.equal(pc.binary_length(array), _LETTERS)).as_py():
        # Each is of 32 bytes, so that they stand in the buffer as in a table.
        (begin,) = np.frombuffer(array.buffers()[1], np.int32, 1, 4 * array.offset)
        letters = np.frombuffer(array.buffers()[2], np.uint8, _LETTERS * len(array), begin)
        if _IS_HEX[letters].all():
            first = letters.reshape(-1, _LETTERS)[:, : _LETTERS // 2].tobytes().decode("ascii")
            return pa.chunked_array([pa.array(np.frombuffer(bytes.fromhex(first), ">u8").astype(np.uint64))])
    encoded = array.dictionary_encode()
    numbers = pa.array([number_of(key) for key in encoded.dictionary.to_pylist()], pa.uint64())
    return pa.chunked_array([numbers.take(encoded.indices)])
