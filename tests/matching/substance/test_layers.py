"""Stereochemistry in brackets may stand anywhere inside a name, and nowhere else does it make another reading."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.index import SubstanceIndex
from tests.matching.substance.test_near import substance

NAMES = SubstanceIndex((substance("methyl zorvanate", substance_id="mz"), substance("zorvane", substance_id="z")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("methyl (2S)-zorvanate", [(98.0, "methyl (2S)-zorvanate")]),
        ("methyl (1r,2s)-zorvanate", [(98.0, "methyl (1r,2s)-zorvanate")]),
        ("methyl [R(S)] zorvanate", [(98.0, "methyl [R(S)] zorvanate")]),
        ("methyl (rac)- zorvanate", [(98.0, "methyl (rac)- zorvanate")]),
        ("methylzorvan(2S)-ate", [(98.0, "methylzorvan(2S)-ate")]),
        ("methyl zorvanate (2S)", [(100.0, "methyl zorvanate")]),
        ("(2S)-methyl zorvanate", [(100.0, "(2S)-methyl zorvanate")]),
        ("(R)-x methyl (2S)-zorvanate (S)", [(98.0, "methyl (2S)-zorvanate")]),
        ("(R) tiles (S) of methyl (2S)-zorvanate", [(98.0, "methyl (2S)-zorvanate")]),
        ("methyl (2S)-zorvanate, methyl (2R)-zorvanate", [(98.0, "methyl (2S)-zorvanate"), (98.0, "methyl (2R)-zorvanate")]),
        ("zorvane and zor(±)vane", [(100.0, "zorvane"), (98.0, "zor(±)vane")]),
        ("(+)zorvane(+)", [(100.0, "(+)zorvane")]),
        ("methyl (x) zorvanate", []),
        ("methyl (2S)-zorvanat", []),
    ],
)
def test_stereochemistry_within_a_name(text: str, found: list[tuple[float, str]]) -> None:
    assert [(m.score, m.matched) for m in NAMES.match(text)] == found
