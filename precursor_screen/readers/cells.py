"""Columns of text: cleaning, and parsing each distinct value once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import text_bytes
from precursor_screen.formats.sheet import MAX_CELL, string_array
from precursor_screen.readers.interface import TableIssues

# What stands for "nothing" in any column. NA is missing on purpose: it is Namibia, and sodium.
NULLS = r"null|n/a|#n/a|n\.a\.?|<null ?/>|\(null\)|\\n|nan|none|nil|undefined|-+|_+|\.+|\?+|''|\"\""
_NULL = re.compile(rf"(?:{NULLS})?", re.I)
# A cell that is not yet clean. Arrow's RE2 looks for it in one pass; all other cells stay where they are.
_UNCLEAN = rf"(?i)^(?:{NULLS})?$|^[\s\pZ\x{{FEFF}}]|[\s\pZ\x{{FEFF}}]$|\r|&(?:#\w+|amp|lt|gt|quot|apos|nbsp);|_x000D_|[\x00-\x08\x0b\x0c\x0e-\x1f]"
_PLAIN = re.compile(r"[!-%'-~](?:[ -%'-~]*[!-%'-~])?")  # of ASCII, without an ampersand, no blanks around it
FEW = 64  # cells
_BREAK = re.compile(r"[\x0b\x0c\x1c-\x1e]")
# What is left of the control characters stands for nothing: a blank in their place would part a word ("ACE\x01TONE").
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TYPED_NULL = re.compile(r"na|nd|s/d|s/n|sin dato|sin datos|no data|unknown|n\.d\.?|tbd|tba", re.I)
_LONGEST_NULL = 10  # bytes of the longest spelling of nothing
# By the first byte, how many a spelling of nothing has at least; 255: none begins so.
_LEAST_NULL = np.full(256, 255, np.uint8)
for _beginnings, _least in ((b"nN", 3), (b"uU", 9), (b"#", 4), (b"<", 7), (b"(", 6), (b"\\'\"", 2), (b"-_.?", 1)):
    _LEAST_NULL[list(_beginnings)] = _least
_BEYOND = np.arange(256) >= 128
_WORD = 4  # bytes of the shortest word
# What a cell begins with that is blank, or that stands for nothing, with or without blanks around it.
BLANKS = _BEYOND | (np.arange(256) <= 32)
NOTHINGS = BLANKS | (_LEAST_NULL < 255)
MAX_EXAMPLES = 1_000  # issues of one kind in one field that are listed one by one; the rest are summed up in one


def clean_cell(text: str) -> str | None:
    """A cell without blanks around it, entities and control characters; None where it stands for nothing."""
    if "&" in text:
        text = html.unescape(text)
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", _BREAK.sub("\n", text)).strip().strip("\ufeff").strip()
    return None if _NULL.fullmatch(text) else text


def clean_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of clean text; a chunk that is clean already is handed back without a copy."""
    return pa.chunked_array([_clean_chunk(chunk) for chunk in column.chunks], pa.string())


def _clean_chunk(chunk: pa.Array) -> pa.Array:
    if len(chunk) <= FEW and all(map(_is_plainly_clean, chunk.to_pylist())):
        return chunk
    dirty = _find_unclean(chunk)
    if dirty is None:
        return chunk
    cells = chunk.filter(dirty)
    distinct = pc.unique(cells)
    cleaned = string_array([clean_cell(t) for t in distinct.to_pylist()])
    return pc.replace_with_mask(chunk, dirty, cleaned.take(pc.index_in(cells, distinct)))


def _is_plainly_clean(text: str | None) -> bool:
    """Whether a cell is clean beyond doubt; of few cells that is found quicker one by one than together."""
    return text is None or (_PLAIN.fullmatch(text) is not None and "_x000D_" not in text and _NULL.fullmatch(text) is None)


def _find_unclean(chunk: pa.Array) -> pa.Array | None:
    """Which cells are not clean; None where all are.

    The expression costs 80 ms a million cells. Most chunks show by their bytes that only a few cells can be unclean at all: those
    that begin or end with a blank or beyond ASCII, and those that begin like what stands for nothing, and are as short.
    """
    data, offsets = text_bytes(chunk)
    text = data[offsets[0] : offsets[-1]]
    if not len(text) or _holds_special(text):
        mask = pc.fill_null(pc.match_substring_regex(chunk, _UNCLEAN), False)
        return mask if pc.any(mask).as_py() else None
    lengths = np.diff(offsets)
    first = data[np.minimum(offsets[:-1], len(data) - 1)]
    last = data[np.maximum(offsets[1:] - 1, 0)]
    suspect = (lengths <= _LONGEST_NULL) & (lengths >= _LEAST_NULL[first])
    suspect |= (lengths == 0) | (first <= 32) | (first >= 128) | (last <= 32) | (last >= 128)
    places = np.flatnonzero(suspect)
    if not len(places):
        return None
    found = np.asarray(pc.fill_null(pc.match_substring_regex(chunk.take(pa.array(places)), _UNCLEAN), False), bool)
    if not found.any():
        return None
    mask = np.zeros(len(chunk), bool)
    mask[places] = found
    return pa.array(mask)


_BLANKS: Final = "\\t\\n\\f\\r "
_SEPARATING: Final = r" \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # general category Z
# Figures that Python counts among the letters of words (categories No and Nl): ½ and ¹; those beyond U+FFFF are of scripts of antiquity.
_NUMERALS: Final = (
    r"\u00b2-\u00b3\u00b9\u00bc-\u00be\u09f4-\u09f9\u0b72-\u0b77\u0bf0-\u0bf2\u0c78-\u0c7e\u0d58-\u0d5e\u0d70-\u0d78"
    r"\u0f2a-\u0f33\u1369-\u137c\u16ee-\u16f0\u17f0-\u17f9\u19da\u2070\u2074-\u2079\u2080-\u2089\u2150-\u2182\u2185-\u2189"
    r"\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u2cfd\u3007\u3021-\u3029\u3038-\u303a\u3192-\u3195\u3220-\u3229\u3248-\u324f"
    r"\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\ua6e6-\ua6ef\ua830-\ua835"
)
# What RE2 and Python mean different things by, within brackets and outside of them.
_WITHIN: Final = {r"\s": _BLANKS, r"\d": "0-9", r"\w": "0-9A-Za-z_", r"\pZ": _SEPARATING}
_OUTSIDE: Final = {
    **{spelt: f"[{meant}]" for spelt, meant in _WITHIN.items()},
    r"\S": f"[^{_BLANKS}]",
    r"\D": "[^0-9]",
    r"\pL": rf"[^\W\d_{_NUMERALS}]",
    r"\PL": rf"[\W\d_{_NUMERALS}]",
    "$": r"\Z",
}
_TOKEN: Final = re.compile(r"\\x\{([0-9A-F]+)\}|(\[\^?\]?(?:\\.|[^\]\\])*\])|\\[pP][A-Z]|\\.|\$", re.S)
_IN_BRACKETS: Final = re.compile(r"\\x\{([0-9A-F]+)\}|\\p[A-Z]|\\.", re.S)


@cache
def for_python(pattern: str) -> re.Pattern[str]:
    """A pattern of RE2 as one of Python, which is quicker for a few cells. Only `\\b` differs, beside letters that ASCII lacks."""
    return re.compile(_TOKEN.sub(_in_python, pattern))


def _in_python(token: re.Match[str]) -> str:
    if token[1]:
        return re.escape(chr(int(token[1], 16)))
    if token[2]:
        return _IN_BRACKETS.sub(lambda one: re.escape(chr(int(one[1], 16))) if one[1] else _WITHIN.get(one[0], one[0]), token[2])
    return _OUTSIDE.get(token[0], token[0])


def all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether every cell that exists matches a pattern (RE2, see `for_python`)."""
    if len(column) <= FEW:
        search = for_python(pattern).search
        return all(text is None or search(text) for text in column.to_pylist())
    return pc.all(pc.match_substring_regex(column, pattern)).as_py() is not False


SHORT = 2_000  # cells that are looked at one by one sooner than a long pattern is made ready for RE2


def match_cells(column: pa.ChunkedArray, pattern: str, *, null: bool = False) -> npt.NDArray[np.bool_]:
    """Which cells match a pattern (RE2, see `for_python`); null: whether one that does not exist counts."""
    if len(column) <= SHORT:
        search = for_python(pattern).search
        return np.fromiter((null if text is None else search(text) is not None for text in column.to_pylist()), bool, len(column))
    return np.asarray(pc.fill_null(pc.match_substring_regex(column, pattern), null).to_numpy(), bool)


def match_begun(column: pa.ChunkedArray, pattern: str, beginnings: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which cells match a pattern (RE2) that no cell matches but an empty one, or one that begins with one of some bytes.

    Args:
        column: of text.
        pattern: looked for in those cells alone; made ready only where there is one.
        beginnings: for each of the 256 bytes whether a match may begin with it.
    """
    found = np.zeros(len(column), bool)
    begin = 0
    for chunk in column.chunks:
        data, offsets = text_bytes(chunk)
        places = np.flatnonzero((offsets[1:] == offsets[:-1]) | beginnings[data[np.minimum(offsets[:-1], len(data) - 1)]])
        if len(places):
            cells = chunk if len(places) == len(chunk) else chunk.take(pa.array(places))
            found[begin + places] = np.asarray(pc.fill_null(pc.match_substring_regex(cells, pattern), False), bool)
        begin += len(chunk)
    return found


def ends_with(column: pa.ChunkedArray, endings: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which cells end with one of some bytes; of an empty one, or one that does not exist, the answer may be either.

    Args:
        column: of text.
        endings: for each of the 256 bytes whether it is one of them.
    """
    ends = [endings[data[np.maximum(offsets[1:] - 1, 0)]] for data, offsets in map(text_bytes, column.chunks) if len(offsets) > 1]
    return np.concatenate([np.zeros(0, bool), *ends])


def may_hold_words(column: pa.ChunkedArray) -> bool:
    """Whether any cell may hold four letters in a row, or two characters of Chinese: four bytes from A on, or beyond ASCII."""
    for data, offsets in map(text_bytes, column.chunks):
        if np.diff(offsets).max(initial=0) < _WORD:  # codes of countries look like words where one follows the other
            continue
        letters = data[offsets[0] : offsets[-1]] >= ord("A")
        if (letters[3:] & letters[2:-1] & letters[1:-2] & letters[:-3]).any():
            return True
    return False


def _holds_special(text: npt.NDArray[np.uint8]) -> bool:
    """Whether a control character (line ends and tabs apart), an entity or Excel's carriage return may be anywhere."""
    if text.min(initial=255) < 32 and not np.isin(text[text < 32], (9, 10)).all():
        return True
    whole = text.tobytes()
    return b"&" in whole or (b"_" in whole and b"_x000D_" in whole)  # a single byte is found ten times as fast


def cut_long_cells(column: pa.ChunkedArray, header: str, issues: TableIssues) -> pa.ChunkedArray:
    """The column with cells beyond `MAX_CELL` bytes cut, each an issue."""
    if column.nbytes <= MAX_CELL:
        return column
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest <= MAX_CELL:
        return column
    long = pc.fill_null(pc.greater(pc.binary_length(column), MAX_CELL), False)
    for index in np.flatnonzero(long.to_numpy()):
        says = f"{header!r} holds more than {MAX_CELL} bytes; what follows was not read"
        issues.add("truncated-cell", says, int(index), index=int(index))
    return pc.if_else(long, pc.utf8_slice_codeunits(column, 0, MAX_CELL // 4), column)


class Distinct:
    """The distinct values of a column, and where each stands."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self.rows = len(column)
        self.texts: list[str]
        if self.rows <= FEW:  # one by one, as of few cells each step of Arrow's costs more than all of them
            cells = column.to_pylist()
            place = {text: number for number, text in enumerate(dict.fromkeys(text for text in cells if text is not None))}
            self.texts = list(place)
            self._index = pa.array([place.get(text) for text in cells], pa.int32())
        else:
            encoded = column.dictionary_encode()  # all chunks share one dictionary
            self.texts = encoded.chunk(0).dictionary.to_pylist()
            self._index = pa.chunked_array([chunk.indices for chunk in encoded.chunks])

    def spread(self, parsed: Sequence[Any], kind: pa.DataType) -> pa.ChunkedArray:
        """One parsed value for each distinct text, back over the rows."""
        values = pa.array(parsed, kind) if not pa.types.is_string(kind) else string_array(parsed)
        index = self._index
        if isinstance(index, pa.ChunkedArray):
            return pa.chunked_array([values.take(chunk) for chunk in index.chunks], kind)
        return pa.chunked_array([values.take(index)], kind)

    def positions(self) -> npt.NDArray[np.int64]:
        """For each row the position of its text, -1 for null."""
        flat = self._index.combine_chunks() if isinstance(self._index, pa.ChunkedArray) else self._index
        return np.asarray(pc.fill_null(flat.cast(pa.int64()), -1))

    def report(self, bad: Sequence[tuple[int, str, str]], field: str, issues: TableIssues) -> None:
        """Issues for bad values: one a value, with its first row and how often it stands there.

        Args:
            bad: position of the text, code of the issue, message.
            field: canonical field.
            issues: added to.
        """
        if not bad:
            return
        positions = self.positions()
        for part in issues.parts():
            self._report(positions, part, bad, field, issues)

    def _report(
        self, positions: npt.NDArray[np.int64], part: slice, bad: Sequence[tuple[int, str, str]], field: str, issues: TableIssues
    ) -> None:
        present = np.flatnonzero(positions[part] >= 0) + part.start
        counts = np.bincount(positions[present], minlength=len(self.texts))
        first = np.full(len(self.texts), self.rows, np.int64)
        np.minimum.at(first, positions[present], present)
        in_order = sorted((item for item in bad if counts[item[0]]), key=lambda item: int(first[item[0]]))
        for position, code, message in in_order[:MAX_EXAMPLES]:
            at = int(first[position])
            text = self.texts[position][:300]
            issues.add(code, message, at, field=field, value=text, count=int(counts[position]), index=at)
        rest: dict[str, tuple[int, int]] = {}
        for position, code, _ in in_order[MAX_EXAMPLES:]:
            count, at = rest.get(code, (0, int(first[position])))
            rest[code] = (count + int(counts[position]), at)
        for code, (count, at) in rest.items():
            issues.add(code, f"and {count} more cells of {field}", at, field=field, count=count, index=at)


def map_distinct(
    column: pa.ChunkedArray, parse: Callable[[str], Any], kind: pa.DataType, field: str, code: str, message: str, issues: TableIssues,
) -> pa.ChunkedArray:  # fmt: skip
    """Parse a column value by value; what parses to None is null and an issue."""
    distinct = Distinct(column)
    nothing = list(map(is_typed_null, distinct.texts))
    parsed = [None if none else parse(text) for text, none in zip(distinct.texts, nothing, strict=True)]
    distinct.report([(i, code, message) for i, value in enumerate(parsed) if value is None and not nothing[i]], field, issues)
    return distinct.spread(parsed, kind)


def is_typed_null(text: str) -> bool:
    """Whether a cell of numbers, dates or codes says that there is none; in text it may mean something."""
    return len(text) <= 10 and _TYPED_NULL.fullmatch(text) is not None


def join_texts(columns: Sequence[pa.ChunkedArray], separator: str) -> pa.ChunkedArray:
    """Several columns of text as one, nulls left out; null where all are."""
    # Two at a time: Arrow's own null_handling="skip" drops rows in which all parts are null (seen in 26.0).
    joined = columns[0]
    for column in columns[1:]:
        joined = pc.coalesce(pc.binary_join_element_wise(joined, column, separator), joined, column)
    return joined
