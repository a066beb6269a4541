"""Where the header of a table stands, over one row or two, below the labels of a form and above rows of units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.uneven_rows import is_cut_within
from precursor_screen.readers.code_cells import currencies
from precursor_screen.readers.tabular.assign import known, lookup
from precursor_screen.readers.tabular.concepts import PARTIES, languages_of, meanings
from precursor_screen.readers.tabular.content import holds_words, is_hs_code
from precursor_screen.readers.tabular.header_words import likeliest_field
from precursor_screen.readers.tabular.headers import is_spelled
from precursor_screen.readers.tabular.presets import recognise, recognise_headerless
from precursor_screen.text.quantity_words import find_unit

SEARCHED_ROWS = 30
KNOWN_NEEDED, _OVER_NEEDED = 3, 2  # fields of a header, and of a row above it whose cells stand over several
_ROWS_WITHOUT_HEADER, _NEARLY_ALL = 2, 0.8
GOODS = ("description", "hs_code")
_SAYING, _LONGEST_HEADER = 0.5, 120  # of the cells of a header, and their characters
_NUMBER = re.compile(r"[\s\d.,:/+%-]*\d[\s\d.,:/+%-]*")
ADDED_UP = ("packages", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg", "quantity", "value")


class HeaderPlace(Struct, frozen=True):
    """Where the header stands.

    Attributes:
        row: its (last) source row; 0 where the sheet has none.
        names: the headers as filed; two rows are joined.
        first: its first source row: 1 below `row` where it takes two rows.
    """

    row: int
    names: tuple[str, ...]
    first: int


def find_header(sheet: Sheet, header_row: int | None = None) -> HeaderPlace:
    """The header: the first of thirty rows that a preset knows, or with three known spellings, perhaps over two rows; else the first
    whose words say three fields; else the first row with a cell. One that names goods goes before one that does not: above the table
    a form may have rows of labels.

    Args:
        sheet: whose head is searched.
        header_row: where the user says it is; 0: there is none.
    """
    if sheet.named:
        return HeaderPlace(0, sheet.head[0], 0)
    return _with_rows_below(_find_header(sheet.head, header_row), sheet.head)


def _find_header(head: tuple[tuple[str, ...], ...], header_row: int | None) -> HeaderPlace:
    without = HeaderPlace(0, tuple(str(i + 1) for i in range(max(map(len, head), default=0))), 0)
    if header_row == 0:
        return without
    if header_row is not None:
        names = head[header_row - 1] if header_row <= len(head) else ()
        return HeaderPlace(header_row, names, header_row)
    goods, spelled_out = _spelled_headers(head)
    if goods:
        return goods
    goods, worded = _worded_headers(head)
    if spelled_out:
        return goods or spelled_out
    if bare := recognise_headerless(head):
        return HeaderPlace(0, bare.order, 0)
    if goods:
        return goods
    # A table of one or two columns has fewer than three headers, so any row of known spellings alone is one.
    for i, row in enumerate(head[:SEARCHED_ROWS]):
        filled = sum(1 for c in row if c.strip())
        if filled and _known(row) == filled:
            return HeaderPlace(i + 1, row, i + 1)
    if worded:
        return worded
    if _is_headerless(head):
        return without
    first = next((i for i, row in enumerate(head) if any(c.strip() for c in row)), 0)
    return HeaderPlace(first + 1, head[first] if head else (), first + 1)


def find_goods_header(head: tuple[tuple[str, ...], ...]) -> HeaderPlace | None:
    """The header that names goods, by three known spellings or words; None where no row is one."""
    return _spelled_headers(head)[0] or _worded_headers(head)[0]


@lru_cache(maxsize=4)  # a head is searched for several tables, then for its own
def _spelled_headers(head: tuple[tuple[str, ...], ...]) -> tuple[HeaderPlace | None, HeaderPlace | None]:
    return _best(_headers(head, _known, recognise))


@lru_cache(maxsize=4)
def _worded_headers(head: tuple[tuple[str, ...], ...]) -> tuple[HeaderPlace | None, HeaderPlace | None]:
    return _best(_headers(head, _count_fields))


def _best(places: Iterator[HeaderPlace]) -> tuple[HeaderPlace | None, HeaderPlace | None]:
    """The first header that names goods, and the first of all up to it."""
    first = None
    for place in places:
        first = first or place
        if _names_goods(place.names):
            return place, first
    return None, first


def _names_goods(names: Sequence[str]) -> bool:
    cells = tuple(name for name in names if name.strip() and len(name) <= _LONGEST_HEADER)
    return any((known(cell)[0] or likeliest_field(cell, cells)) in GOODS for cell in cells)


def _headers(
    head: Sequence[Sequence[str]],
    count: Callable[[Sequence[str]], int],
    recognised: Callable[[Sequence[str]], object] = lambda _: None,
) -> Iterator[HeaderPlace]:
    """The rows that are recognised as a whole, or in which three fields are counted, perhaps over two rows."""
    for i, row in enumerate(head[:SEARCHED_ROWS]):
        if recognised(row) is not None:
            yield HeaderPlace(i + 1, tuple(row), i + 1)
            continue
        alone = count(row)
        below = head[i + 1] if i + 1 < len(head) else ()
        joined = join_rows(row, below) if _is_second_row(row, below) else ()
        both = count(joined)
        if (both > max(alone, count(below)) and both >= KNOWN_NEEDED) or (joined and _are_headers(row, below)):
            yield HeaderPlace(i + 2, joined, i + 1)
        elif alone >= KNOWN_NEEDED:
            yield HeaderPlace(i + 1, tuple(row), i + 1)


def _is_headerless(head: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is goods like those below it: a code of goods, and words, in the same columns of nearly all rows."""
    rows = [row for row in head if any(c.strip() for c in row)]
    if len(rows) < _ROWS_WITHOUT_HEADER:
        return False
    codes = [i for i, cell in enumerate(rows[0]) if is_hs_code(cell.strip())]
    words = [i for i, cell in enumerate(rows[0]) if holds_words(cell)]

    def holds(columns: Sequence[int], says: Callable[[str], bool]) -> bool:
        found = (sum(i < len(row) and says(row[i].strip()) for row in rows) for i in columns)
        return any(count >= _NEARLY_ALL * len(rows) for count in found)

    return holds(codes, is_hs_code) and holds(words, holds_words)


def _known(row: Sequence[str]) -> int:
    return len({f for f in (known(c)[0] for c in row if c.strip() and len(c) <= _LONGEST_HEADER) if f})


def _count_fields(row: Sequence[str], least: int = KNOWN_NEEDED) -> int:
    """How many fields the words of a row say; none where a cell is a figure, or most cells say nothing: goods hold such words too."""
    cells = [cell for cell in row if cell.strip()]
    if len(cells) < least or any(_NUMBER.fullmatch(cell) or len(cell) > _LONGEST_HEADER for cell in cells):
        return 0
    fields = [likeliest_field(cell, tuple(cells)) for cell in cells]
    return len(set(filter(None, fields))) if sum(map(bool, fields)) > _SAYING * len(cells) else 0


def _are_headers(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether both rows are headers: a row of goods and figures does not name three fields, nor does a fact above a table name two."""
    return _count_fields(upper, _OVER_NEEDED) >= _OVER_NEEDED and _count_fields(lower) >= KNOWN_NEEDED


def _is_second_row(upper: Sequence[str], lower: Sequence[str]) -> bool:
    filled = [c for c in lower if c.strip()]
    gaps = any(not c.strip() for c in upper) or len(set(upper)) < len(upper)
    over = sum(1 for c in upper if c.strip())
    states = any(_STATES.search(c) for c in upper)  # `Shipper: Acme Ltd` is a fact, not a header
    return bool(filled) and over >= 2 and gaps and not states and not any(_NUMBER.fullmatch(c) or len(c) > 60 for c in filled)


def _with_rows_below(place: HeaderPlace, head: Sequence[Sequence[str]]) -> HeaderPlace:
    """The header with the rows that belong to it: units alone below the names, and the numbers of the columns, as forms have them."""
    names, row = place.names, place.row
    while 0 < row < len(head):
        below = {at: cell.strip() for at, cell in enumerate(head[row]) if cell.strip()}
        above = [names[at] if at < len(names) else "" for at in below]
        if len(below) > KNOWN_NEEDED and all(map(_OF_COLUMN.fullmatch, below.values())) and _count_on(below.values()):
            row += 1
        elif below and all(above) and all(map(_is_unit, below.values())) and any(lookup(n)[0] in ADDED_UP for n in above):
            names = tuple(f"{name} ({below[at].strip(_BRACKETS)})" if at in below else name for at, name in enumerate(names))
            row += 1
        else:
            break
    return replace(place, row=row, names=names)


_STATES = re.compile(r"\w\s*[:：]\s*\S")
_OF_COLUMN = re.compile(r"\(?\d{1,2}[.)]?")
_BRACKETS = "()[] .,"


def _count_on(cells: Iterable[str]) -> bool:
    numbers = [int("".join(filter(str.isdigit, cell))) for cell in cells]
    return numbers[0] in (0, 1) and all(after == before + 1 for before, after in pairwise(numbers))


def _is_unit(cell: str) -> bool:
    text = cell.strip(_BRACKETS)
    return len(cell) <= 12 and (find_unit(text) is not None or text in currencies())


def join_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """One header out of two rows: a merged cell of the upper one stands over several of the lower."""
    names: list[str] = []
    over = ""
    for top, bottom in zip_longest(map(str.strip, upper), map(str.strip, lower), fillvalue=""):
        over = top or (over if bottom else "")
        if bottom and over and over != bottom:
            joined = f"{over} {bottom}"
            names.append(joined if is_spelled(joined) or not is_spelled(bottom) or is_of_party(over, bottom) else bottom)
        else:
            names.append(bottom or over)
    return tuple(names)


_OF_PARTIES = frozenset(("name", "firm", "address", "country", "number", "code"))


def is_of_party(upper: str, lower: str) -> bool:
    """Whether the upper header names a party, and the lower one says only what is stated of it: `Importer | Name`."""
    words = meanings(lower, languages_of((upper, lower)))
    party = any(not PARTIES.isdisjoint(word) for word in meanings(upper, languages_of((upper, lower))))
    return party and bool(words) and all(not _OF_PARTIES.isdisjoint(word) for word in words)


def padded_names(place: HeaderPlace, sheet: Sheet) -> tuple[str, ...]:
    """The header, as wide as the rows below it: columns without a header are cells nonetheless."""
    widths = [_filled(row) for row in sheet.head[place.row :]] if not sheet.named else []
    common = max(set(widths), key=widths.count) if widths else 0
    if sheet.format == "CSV" and is_cut_within(sheet.head[place.row :], _filled(place.names)):
        common = 0
    width = max(_filled(place.names), common if sheet.format == "CSV" else max(widths, default=0), 1)
    return tuple(place.names[i].strip() if i < len(place.names) else "" for i in range(max(width, len(place.names))))


def _filled(row: Sequence[str]) -> int:
    return max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0)
