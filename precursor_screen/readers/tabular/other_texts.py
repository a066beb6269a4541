"""Texts of a line that stand in no field of goods: columns that are mapped to nothing, and words in cells of other kinds.

Whoever hides goods writes them where nobody reads. So every cell with a word in it is kept with the line, under its column's
header, and scanned like the goods' own texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.schema import BESIDE_TABLE, DATES
from precursor_screen.formats.sheet import Body, OutOfTableText, string_array
from precursor_screen.readers.cells import FEW, clean_cell, clean_column, cut_long_cells, for_python, may_hold_words
from precursor_screen.readers.code_cells import find_direction, find_function, find_mode
from precursor_screen.readers.column_map import COUNTRIES, IGNORED_BY_MAP, Guess
from precursor_screen.readers.identity import add_identity, line_ids_of
from precursor_screen.readers.input_tables import input_id
from precursor_screen.readers.interface import Digest, TableIssues
from precursor_screen.text.codes import says_whose_number
from precursor_screen.text.countries import PORTS, find_country
from precursor_screen.text.quantity_words import is_package_kind
from precursor_screen.text.us_ports import is_us_port

TEXTS = pa.list_(pa.string())
# Ranges rather than \pL, which takes RE2 milliseconds to compile and makes its automaton large; a mark or figure of another script
# counts as a letter then, which costs a scan of the cell.
_OTHER_LETTERS = r"\x{AA}\x{B5}\x{BA}\x{C0}-\x{1FFF}\x{2C00}-\x{D7FF}\x{F900}-\x{FFDC}\x{10000}-\x{10FFFF}"
_LETTER = f"[A-Za-z{_OTHER_LETTERS}]"
_BETWEEN = r"[\x{200B}-\x{200F}\x{202A}-\x{202E}]"  # written without a width, or turning the direction
_NEITHER = r"[\x00-/:-@\[-`{-\x{A9}]"  # between the letters of a word that is written with gaps
_HAN = r"[\x{3041}-\x{9FFF}\x{AC00}-\x{D7AF}\x{F900}-\x{FAFF}\x{20000}-\x{3FFFF}]{2}"
_DASH = r" ?[-\x{2010}-\x{2015}\x{2212}] ?"
# A word of three letters, or what could be a CAS number: nothing shorter names a substance or a party. Encoded text has its letters
# behind figures.
_MAY_NAME_SOMETHING = (
    rf"{_LETTER}(?:{_LETTER}|{_BETWEEN}){{2}}|{_HAN}|[0-9]{{2,7}}{_DASH}[0-9]{{2}}{_DASH}[0-9]"
    rf"|&#|%[0-9A-Fa-f]{{2}}.*%|=[0-9A-F]{{2}}.*=|\\[ux]|(?:{_LETTER}{_NEITHER}{{1,3}}){{2}}{_LETTER}"
)
# A figure and a unit too short to be a word: what names goods in the cell beside it weighs as much.
_QUANTITY = rf"^[^A-Za-z0-9]*[0-9][0-9., ']*{_LETTER}{{1,2}}[^A-Za-z0-9]*$"
_NUMBER_OF_A_PARTY = f"{_MAY_NAME_SOMETHING}|[0-9]{{6}}"  # under a header that says so, figures alone name a party as well
_MOST_JOINED = 60  # columns without a header whose cells may be one text
_LONG_WORD = rf"{_LETTER}{{4}}|{_HAN}"
# Numbers of documents hold letters, but no words.
_BLANK = r"[\t\n\f\r ]"  # what RE2 calls \s
_WORD_AMONG_OTHERS = rf"{_LETTER}{{5}}.*{_BLANK}|{_BLANK}.*{_LETTER}{{5}}|^[^0-9]*{_LETTER}{{6}}[^0-9]*$|{_HAN}"
_LONG_NAME = (
    rf"{_LETTER}{{6}}|{_LETTER}{{4}}.*{_BLANK}|{_BLANK}.*{_LETTER}{{4}}|{_HAN}"  # not a UN/LOCODE, which has five letters
)
# Fields that are read for something else, or not at all: of their cells those that hold words of their own are scanned as well.
_OTHERS = {
    **dict.fromkeys(
        (
            *("quantity", "quantity_unit", "mass_unit", "net_mass", "gross_mass", "net_mass_kg", "gross_mass_kg", "packages"),
            *("package_type", "value", "freight", "currency", "hs_code", "cas_numbers", "cus_codes", "un_numbers"),
            *("dangerous_goods_class", "permit_reference", "pen_reference", "place_of_delivery", "procedure", "customs_office"),
            *DATES,
            *COUNTRIES,
        ),
        _LONG_WORD,
    ),
    **dict.fromkeys(
        (
            *("stated_shipment_id", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "bill_issuer"),
            *("declaration_id", "item_number", "container_numbers", "transport_mode", "direction", "voyage", "version"),
            "message_function",
        ),
        _WORD_AMONG_OTHERS,
    ),
    **dict.fromkeys(("port_of_loading", "port_of_discharge"), _LONG_NAME),
}


# Words that such a field is for hide nothing: "Germany" under the country, "export" under the direction.
_KNOWN: dict[str, Callable[[str], str | bool | None]] = {
    **dict.fromkeys(COUNTRIES, find_country),
    **dict.fromkeys(("package_type", "quantity_unit"), is_package_kind),
    **dict.fromkeys(PORTS, is_us_port),
    "direction": find_direction,
    "transport_mode": find_mode,
    "message_function": find_function,
}


class Cells(Struct, frozen=True):
    """Cells that could name something: the rows they stand in, what they say, and the header of the column of each."""

    rows: npt.NDArray[np.int64]
    texts: pa.Array
    headers: pa.Array


def unmapped_cells(table: pa.Table, names: Sequence[str], guesses: Sequence[Guess], issues: TableIssues) -> list[Cells]:
    """The cells of columns that are mapped to nothing, those apart that the user's map leaves out.

    Args:
        table: cells as filed, columns by position.
        names: the headers, each once.
        guesses: what each column is.
        issues: added to, for cells that are too long.
    """
    unmapped = [g.position for g in guesses if not g.field and g.reason != IGNORED_BY_MAP]
    wanted = [(i, _NUMBER_OF_A_PARTY if says_whose_number(names[i]) else _MAY_NAME_SOMETHING, "") for i in unmapped]
    return _cells(table, names, wanted, issues)


def other_cells(table: pa.Table, names: Sequence[str], guesses: Sequence[Guess], issues: TableIssues) -> list[Cells]:
    """Cells with words in columns that are read for something other than what goods or parties are called; arguments as above."""
    others = ((g.position, _OTHERS[g.field], g.field) for g in guesses if g.field in _OTHERS)
    # All of these patterns ask for a word, which most of these columns have none of; to match each distinct cell takes ten times as long.
    wanted = [one for one in others if may_hold_words(table.column(one[0]))]
    return _cells(table, names, wanted, issues)


def joined_cells(table: pa.Table, guesses: Sequence[Guess]) -> list[Cells]:
    """The cells of columns side by side that have no header, each row's as one text: a name may run over them, letter by letter."""
    loose = [g.position for g in guesses if not (g.field or g.header.strip() or g.reason == IGNORED_BY_MAP)]
    runs = ([at for _, at in run] for _, run in groupby(enumerate(loose), lambda pair: pair[1] - pair[0]))
    found = []
    for run in (run for run in runs if 1 < len(run) <= _MOST_JOINED):
        columns = [pc.utf8_trim_whitespace(pc.fill_null(table.column(at).cast(pa.string()), "")) for at in run]
        filled = sum(pc.not_equal(column, "").to_numpy().astype(np.int64) for column in columns)
        joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*columns, " "))
        rows = np.flatnonzero((filled > 1) & pc.match_substring_regex(joined, _MAY_NAME_SOMETHING).to_numpy().astype(bool))
        if len(rows):
            texts = clean_column(pa.chunked_array([joined.take(pa.array(rows)).combine_chunks()], pa.string())).combine_chunks()
            kept = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
            header = pa.repeat(f"columns {run[0] + 1} to {run[-1] + 1}", len(kept))
            found.append(Cells(rows[kept], texts.take(pa.array(kept)), header))
    return found


def _cells(table: pa.Table, names: Sequence[str], wanted: Sequence[tuple[int, str, str]], issues: TableIssues) -> list[Cells]:
    found = []
    few = _match_few(table, wanted) if table.num_rows <= FEW else None
    for position, pattern, field in wanted:
        column = table.column(position)
        says = _matching(column, pattern, field, None if few is None else few[pattern])
        if says is None:
            continue
        cells = cut_long_cells(column, names[position], issues)
        cleaned = clean_column(pa.chunked_array([cells.take(pa.array(says)).combine_chunks()], pa.string()))
        kept = np.flatnonzero(cleaned.is_valid().to_numpy())
        found.append(Cells(says[kept], cleaned.take(pa.array(kept)).combine_chunks(), pa.repeat(names[position], len(kept))))
    return found


def as_lists(cells: Sequence[Cells], count: int) -> tuple[pa.ChunkedArray, pa.ChunkedArray] | None:
    """other_texts and other_columns of some rows: lists of equal length, null where there is nothing; None where there is none at all."""
    cells = [c for c in cells if len(c.rows)]
    if not cells:
        return None
    row_of = np.concatenate([c.rows for c in cells])
    order = pa.array(np.argsort(row_of, kind="stable"))
    counts = np.bincount(row_of, minlength=count)
    headers = pa.concat_arrays([c.headers for c in cells])
    return _as_lists(pa.concat_arrays([c.texts for c in cells]).take(order), counts), _as_lists(headers.take(order), counts)


def with_other_texts(columns: pa.Table, unmapped: Sequence[Cells], others: Sequence[Cells], issues: TableIssues) -> pa.Table:
    """The columns of LINE with identity, and with the texts that stand in no field of goods.

    Words in cells of other kinds count for screening, but not for who a line is: what such a cell states is hashed as parsed.

    Args:
        columns: without these.
        unmapped: see `unmapped_cells`.
        others: of other columns.
        issues: which rows are whose.
    """
    count = columns.num_rows
    lists = as_lists(unmapped, count)
    if lists is None:
        columns = add_identity(columns, issues.parts())
    else:
        columns = add_identity(columns.append_column("other_texts", lists[0]), issues.parts()).drop_columns(["other_texts"])
    lists = as_lists([*unmapped, *others], count) if others else lists
    if lists is not None:
        columns = columns.append_column("other_texts", lists[0]).append_column("other_columns", lists[1])
    return columns


def _match_few(table: pa.Table, wanted: Sequence[tuple[int, str, str]]) -> dict[str, frozenset[str]]:
    """The cells that match, by pattern: in a small table making ready to match takes longer than matching."""
    texts: dict[str, list[str]] = {}
    for position, pattern, _ in wanted:
        texts.setdefault(pattern, []).extend(t for t in table.column(position).to_pylist() if t)
    return {pattern: frozenset(filter(for_python(pattern).search, cells)) for pattern, cells in texts.items()}


def _matching(column: pa.ChunkedArray, pattern: str, field: str, few: frozenset[str] | None) -> npt.NDArray[np.int64] | None:
    """The rows whose cell matches; None where there is none. Each distinct cell is looked at once."""
    if few is not None and few.isdisjoint(column.to_pylist()):
        return None
    distinct = pc.unique(column).drop_null()
    if few is None:
        found = distinct.filter(pc.match_substring_regex(distinct, pattern))
    else:
        found = string_array([t for t in distinct.to_pylist() if t in few])
    if find := _KNOWN.get(field):
        found = pa.array([t for t in found.to_pylist() if not find(t)], pa.string())
    if not len(found):
        return None
    return np.flatnonzero(pc.is_in(column, value_set=found).to_numpy())


def _as_lists(values: pa.Array, counts: npt.NDArray[np.int64]) -> pa.ChunkedArray:
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.chunked_array([pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(counts == 0))], TEXTS)


def may_name_something(texts: Sequence[str]) -> list[bool]:
    """Which of some cells could name a substance or a party at all."""
    found: list[bool] = pc.match_substring_regex(string_array(list(texts)), _MAY_NAME_SOMETHING).to_pylist()
    return found


# Texts of an input that belong to no line: above the header, in rows of totals, in comments and text boxes.

ABOVE, BELOW, HEADERS, TOTALS = "row above the header", "row below the goods", "header", "row of totals"
BROKEN = "row or record that is broken"
UNHEADED = "row of a sheet that could not be screened"
OUT_OF_TABLE = "-beside"
MOST_CELLS = 60  # of a row that may be one text
MOST = 50_000  # rows that are looked at where a whole sheet has no usable column


def out_of_table_cells(
    rows: Iterable[tuple[int | None, Sequence[str]]], place: str, *, joined: bool = True
) -> list[OutOfTableText]:
    """The cells of some rows that could name something; consecutive cells of a row stay together, as people write over several.

    Args:
        rows: source row and cells of each.
        place: where they stand, in words.
        joined: whether cells of a row may be one text.
    """
    filled = [(number, [c for c in cells if c and c.strip()]) for number, cells in rows]
    distinct = list(dict.fromkeys(c for _, cells in filled for c in cells))
    say = dict(zip(distinct, may_name_something(distinct), strict=True))
    weigh = frozenset(filter(for_python(_QUANTITY).search, distinct))
    texts = []
    for number, cells in filled:
        texts += [OutOfTableText(number, place, c) for c in cells if say[c]]
        saying = sum(say[c] for c in cells)
        if joined and 1 < len(cells) <= MOST_CELLS and (saying > 1 or (saying and not weigh.isdisjoint(cells))):
            texts.append(OutOfTableText(number, f"{place}, all cells", " ".join(cells)))
    return texts


def rows_of(body: Body) -> Iterator[tuple[int, Sequence[str]]]:
    """Source row and cells of the first `MOST` rows."""
    columns = [c.to_pylist() for c in body.table.slice(0, MOST).columns]
    for i, number in enumerate(body.rows.slice(0, MOST).to_pylist()):
        yield number, [column[i] or "" for column in columns]


def out_of_table_lines(texts: Sequence[OutOfTableText], name: str, digest: Digest, lines: pa.Table) -> pa.Table | None:
    """One LINE a row of source, with its texts in other_texts; texts without a row are one line each. None: there are none.

    Args:
        texts: in the order of the source.
        name: of the input.
        digest: of its file.
        lines: of the table that they stand beside. The id of the first tells it apart: the same words above two manifests are two findings.
    """
    if not texts:
        return None
    groups: dict[object, list[tuple[str, str]]] = {}
    rows: dict[object, int | None] = {}
    for number, one in enumerate(texts):
        text = clean_cell(one.text)
        if text is None:
            continue
        key = (one.row, one.place.partition(",")[0]) if one.row is not None else number
        groups.setdefault(key, []).append((one.place, text))
        rows[key] = one.row
    count = len(groups)
    found = pa.array([[t for _, t in dict.fromkeys(g)] for g in groups.values()], TEXTS)
    places = pa.array([[p for p, _ in dict.fromkeys(g)] for g in groups.values()], TEXTS)
    owner_id = lines.column("line_id")[0].as_py() if lines.num_rows else digest.sha256
    owner = pa.chunked_array([pa.repeat(owner_id, count)], pa.string())
    stated = pa.table([found, owner], names=["other_texts", "declaration_id"])
    ids = line_ids_of(stated) if count else pa.array([], pa.string())
    return pa.table(
        {
            "line_id": ids,
            "movement_key": ids,
            "source_file": string_array([name] * count),
            "source_row": pa.array([rows[k] for k in groups], pa.int64()),
            # Of no input: what that one has columns for says nothing of such a text.
            "input_id": string_array([f"{input_id(name, digest)}{OUT_OF_TABLE}"] * count),
            "message_type": string_array([BESIDE_TABLE] * count),
            "shipment_id": ids,
            "other_texts": found,
            "other_columns": places,
        }
    )


def out_of_table_raw(lines: pa.Table) -> pa.Table:
    """The cells of such lines as filed, for reports: the place and what it says."""
    texts, places = lines.column("other_texts").to_pylist(), lines.column("other_columns").to_pylist()
    shown = [" | ".join(f"{p}: {t}" for p, t in zip(ps, ts, strict=True)) for ps, ts in zip(places, texts, strict=True)]
    return pa.table([string_array(shown)], names=["text beside the table"])
