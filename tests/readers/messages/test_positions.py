"""A name may stand anywhere in a message: wherever it does, the reader hands it on, in a line, beside the lines or in an issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.errors import InputError
from precursor_screen.formats.edi import EDIFACT_SYNTAX, read_segments
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.reference.bundle import Reference
from tests.conftest import ROOT
from tests.examples import SOAK
from tests.formats.segments import X12_SYNTAX, write_segment
from tests.screening import STARTED, with_rules

SAMPLES = ROOT / "sample_data" / "formats"
SEGMENTED = ("cuscar.edi", "cusdec.edi", "iftmin.edi", "ifcsum.edi", "x12-309.edi", "x12-310.edi", "x12-350.edi", "x12-601.edi")
LINED = ("fwb.txt", "fhl.txt", "ffm.txt")
NAME = "ANHYDRAXYL CARBINOLATE"
STEP = 1 if SOAK else 23


def segmented(path: Path, name: str) -> Iterator[str]:
    """The message with the name instead of each component of each element."""
    text = path.read_text("utf-8")
    segments = list(read_segments(text))
    syntax = X12_SYNTAX if path.name.startswith("x12") else EDIFACT_SYNTAX
    written = [write_segment(s.tag, s.elements, syntax) for s in segments]
    for n, segment in enumerate(segments):
        for e, element in enumerate(segment.elements):
            for c in range(len(element)):
                changed = [list(components) for components in segment.elements]
                changed[e][c] = name
                yield "\n".join([*written[:n], write_segment(segment.tag, changed, syntax), *written[n + 1 :]])


def lined(path: Path, name: str) -> Iterator[str]:
    """The message with the name instead of each part of each line but the first, which says what it is."""
    lines = path.read_text("utf-8").split("\n")
    for n, line in enumerate(lines[1:], 1):
        parts = line.split("/")
        for p in range(len(parts)):
            yield "\n".join([*lines[:n], "/".join([*parts[:p], name, *parts[p + 1 :]]), *lines[n + 1 :]])


def messages(sample: str, name: str) -> list[str]:
    return list((segmented if sample in SEGMENTED else lined)(SAMPLES / sample, name))


def hands_on(tables: list[InputTables]) -> bool:
    told = (t for one in tables for t in (one.lines, one.raw, one.issues, one.out_of_table_texts) if t is not None)
    return any(NAME in str(table.to_pylist()) for table in told)


@pytest.mark.parametrize("sample", [*SEGMENTED, *LINED])
def test_a_name_at_any_place_is_handed_on(sample: str) -> None:
    changed = messages(sample, NAME)
    start = sum(map(ord, sample)) % STEP  # other places in each sample
    silent = []
    for number, text in list(enumerate(changed))[start::STEP]:
        try:
            if not hands_on(read(text.encode(), sample)):
                silent.append(number)
        except InputError:
            continue  # refused, which is told
    assert silent == []
    assert len(changed) > 60


@pytest.mark.parametrize(
    ("sample", "place"), [(s, p) for s in ("cuscar.edi", "x12-601.edi", "ffm.txt", "fhl.txt", "iftmin.edi") for p in (3, 6)]
)
def test_a_controlled_name_at_any_place_is_flagged_or_told(reference: Reference, sample: str, place: int) -> None:
    changed = messages(sample, "POTASSIUM PERMANGANATE")
    text = changed[len(changed) * place // 8]
    rules = with_rules(reference, "PS-CHEM-001", "PS-CHEM-002", "PS-CHEM-003")
    result = run((Source(sample, content=text.encode()),), ReadOptions(), rules, started=STARTED)
    named = [f for f in result.report.flags.to_pylist() if f["substance_id"] == "potassium-permanganate"]
    assert named or result.report.exit_code in (3, 4)
