"""What commands share: lines of standard input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.cli import common


class InPieces:
    """A pipe that hands out what came, piece by piece."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.buffer, self.pieces = self, [piece for piece in pieces if piece]

    def read1(self, _: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@given(st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\r", b"\n")), max_size=8))
def test_lines_are_the_same_however_they_come(pieces):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common.sys, "stdin", InPieces(pieces))
        found = list(common.lines_of_stdin())
    whole = b"".join(pieces).decode("utf-8", "surrogateescape")
    assert found == whole.removesuffix("\n").split("\n") if whole else found == []


def test_a_line_is_there_as_soon_as_it_has_ended(monkeypatch):
    monkeypatch.setattr(common.sys, "stdin", InPieces([b"one\r\ntw", b"o", b"\nthree"]))
    assert list(common.lines_at_hand()) == [["one"], ["two"], ["three"]]
