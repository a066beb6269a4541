"""Keys as numbers: which keys are digests already, and that many are numbered as each is by itself."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.key_numbers import number_of, numbers_of

DIGEST = "0123456789abcdef" + "f" * 16


@pytest.mark.parametrize(
    ("key", "is_digest"),
    [
        (DIGEST, True),
        ("0" * 32, True),
        (DIGEST[:-1], False),
        (f"{DIGEST}0", False),
        (DIGEST.upper(), False),
        (f"g{DIGEST[1:]}", False),
        (f" {DIGEST[1:]}", False),
        ("", False),
    ],
)
def test_a_digest_is_cut_and_every_other_key_digested(key: str, is_digest: bool) -> None:
    own = int(key[:16], 16) if is_digest else int(hashlib.sha256(key.encode()).hexdigest()[:16], 16)
    assert number_of(key) == own
    assert numbers_of(pa.chunked_array([[key, key]])).to_pylist() == [own, own]


@given(st.lists(st.one_of(st.none(), st.sampled_from([DIGEST, "f" * 32, "a", "é"]), st.text(max_size=4))), st.integers(0, 3))
def test_many_are_numbered_as_each_by_itself(keys: list[str | None], start: int) -> None:
    column = pa.chunked_array([pa.array(keys, pa.string())])
    expected = [None if key is None else number_of(key) for key in keys]
    assert numbers_of(column).to_pylist() == expected
    assert numbers_of(column.slice(start)).to_pylist() == expected[start:]


@given(st.lists(st.integers(0, (1 << 128) - 1)), st.integers(0, 3))
def test_digests_alone_are_read_where_they_stand(numbers: list[int], start: int) -> None:
    column = pa.chunked_array([pa.array([f"{n:032x}" for n in numbers], pa.string())])
    assert numbers_of(column.slice(start)).to_pylist() == [n >> 64 for n in numbers][start:]
