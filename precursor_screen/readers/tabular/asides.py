"""Texts of an input that belong to no line: above the header, in rows of totals, in comments and text boxes.

They become lines that hold nothing but such texts. A runner screens those in which something is named; the others are what they
seem, and their notes stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from precursor_screen.core.schema import BESIDE_TABLE
from precursor_screen.formats.sheet import Aside, Body, string_array
from precursor_screen.readers.cells import clean_cell
from precursor_screen.readers.identity import add_identity
from precursor_screen.readers.tabular.beside import TEXTS, says_something

ABOVE, HEADERS, TOTALS, UNHEADED = "row above the header", "header", "row of totals", "row of a sheet that could not be screened"
BESIDE = "-beside"
MOST_CELLS = 60  # of a row that may be one text
MOST = 50_000  # rows that are looked at where a whole sheet has no usable column


def cells_aside(rows: Iterable[tuple[int | None, Sequence[str]]], place: str, *, joined: bool = True) -> list[Aside]:
    """The cells of some rows that could name something; consecutive cells of a row stay together, as people write over several.

    Args:
        rows: source row and cells of each.
        place: where they stand, in words.
        joined: whether cells of a row may be one text.
    """
    filled = [(number, [c for c in cells if c and c.strip()]) for number, cells in rows]
    distinct = list(dict.fromkeys(c for _, cells in filled for c in cells))
    say = dict(zip(distinct, says_something(distinct), strict=True))
    asides = []
    for number, cells in filled:
        asides += [Aside(number, place, c) for c in cells if say[c]]
        if joined and 1 < len(cells) <= MOST_CELLS and sum(say[c] for c in cells) > 1:
            asides.append(Aside(number, f"{place}, all cells", " ".join(cells)))
    return asides


def rows_of(body: Body) -> Iterator[tuple[int, Sequence[str]]]:
    """Source row and cells of the first `MOST` rows."""
    columns = [c.to_pylist() for c in body.table.slice(0, MOST).columns]
    for i, number in enumerate(body.rows.slice(0, MOST).to_pylist()):
        yield number, [column[i] or "" for column in columns]


def lines_aside(asides: Sequence[Aside], source_file: str, input_id: str, beside: str) -> pa.Table:
    """One LINE a row of source, with its texts in other_texts; asides without a row are one line each.

    Args:
        asides: in the order of the source.
        source_file: name of the input.
        input_id: of the input.
        beside: what tells the table apart that they stand beside, such as the id of a line of it: the same words above two manifests
            are two findings.
    """
    groups: dict[object, list[tuple[str, str]]] = {}
    rows: dict[object, int | None] = {}
    for number, aside in enumerate(asides):
        text = clean_cell(aside.text)
        if text is None:
            continue
        key = (aside.row, aside.place.partition(",")[0]) if aside.row is not None else number
        groups.setdefault(key, []).append((aside.place, text))
        rows[key] = aside.row
    count = len(groups)
    texts = pa.array([[t for _, t in dict.fromkeys(g)] for g in groups.values()], TEXTS)
    places = pa.array([[p for p, _ in dict.fromkeys(g)] for g in groups.values()], TEXTS)
    owner = pa.chunked_array([pa.repeat(beside, count)], pa.string())
    lines = add_identity(pa.table([texts, owner], names=["other_texts", "declaration_id"])) if count else _no_identity()
    return pa.table(
        {
            "line_id": lines.column("line_id"),
            "movement_key": lines.column("line_id"),
            "source_file": string_array([source_file] * count),
            "source_row": pa.array([rows[k] for k in groups], pa.int64()),
            # Of no input: what that one has columns for says nothing of such a text.
            "input_id": string_array([f"{input_id}{BESIDE}"] * count),
            "message_type": string_array([BESIDE_TABLE] * count),
            "shipment_id": lines.column("line_id"),
            "other_texts": texts,
            "other_columns": places,
        }
    )


def _no_identity() -> pa.Table:
    return pa.table([pa.array([], pa.string())], names=["line_id"])


def raw_aside(lines: pa.Table) -> pa.Table:
    """The cells of such lines as filed, for reports: the place and what it says."""
    texts, places = lines.column("other_texts").to_pylist(), lines.column("other_columns").to_pylist()
    shown = [" | ".join(f"{p}: {t}" for p, t in zip(ps, ts, strict=True)) for ps, ts in zip(places, texts, strict=True)]
    return pa.table([string_array(shown)], names=["text beside the table"])
