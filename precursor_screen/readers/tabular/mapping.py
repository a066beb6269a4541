"""Which column is which field: the header's row, the guess, and the user's map on top of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import Sheet
from precursor_screen.readers.code_cells import currencies
from precursor_screen.readers.column_map import (
    IGNORED,
    IGNORED_BY_MAP,
    SEVERAL,
    ColumnMap,
    Guess,
    unknown_headers,
)
from precursor_screen.readers.tabular.assign import MASSES, UNKNOWN, by_words_and_cells, known, lookup, unit_of_words
from precursor_screen.readers.tabular.concepts import PARTIES, languages_of, meanings, split_header
from precursor_screen.readers.tabular.confirm import by_content, by_direction, confirm, not_contradicted
from precursor_screen.readers.tabular.content import Content, holds_words, is_hs_code
from precursor_screen.readers.tabular.header_words import BY_HEADER, likeliest_field
from precursor_screen.readers.tabular.headers import is_exact, is_share, is_spelled, is_tariff_text, reduce_header
from precursor_screen.readers.tabular.presets import Preset, preset_guesses, recognise, recognise_headerless
from precursor_screen.text.quantity_words import find_unit

SEARCHED_ROWS = 30
KNOWN_NEEDED, _OVER_NEEDED = 3, 2  # fields of a header, and of a row above it whose cells stand over several
ADDED_UP = ("packages", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg", "quantity", "value")
_WHOLE = frozenset(("total", "totals", "manifest", "totale", "gesamt", "итого", "всего"))
_COMMON = frozenset(("value", "currency", "code", "total", "amount"))
# Words of columns that state a field less well than another column does: where goods were bought is not always whence they came.
_SECOND_CHOICE = {
    "declaration_id": frozenset(("aju", "pengajuan")),  # the number of the application, before customs has registered it
    "country_of_dispatch": frozenset(("purchase", "acquisition", "procurement", "adquisicion", "aquisicao", "trading", "trade")),
    "date": frozenset(("issue", "registry")),
    "port_of_loading": frozenset(("origin",)),
    "port_of_discharge": frozenset(("destination", "final")),
}
_ROWS_OF_A_WHOLE = 3
_ROWS_WITHOUT_HEADER, _NEARLY_ALL = 2, 0.8
_GOODS = ("description", "hs_code")
_SAYING, _LONGEST_HEADER = 0.5, 120  # of the cells of a header, and their characters
_SHORT_CODE = re.compile(r"[\s_]?[24](?:[\s_-]?digits?)?\)?\s*$", re.I)  # HS_CODE_2, HS4: not the code of the goods
_NUMBER = re.compile(r"[\s\d.,:/+%-]*\d[\s\d.,:/+%-]*")


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


def _find_header(head: Sequence[tuple[str, ...]], header_row: int | None) -> HeaderPlace:
    without = HeaderPlace(0, tuple(str(i + 1) for i in range(max(map(len, head), default=0))), 0)
    if header_row == 0:
        return without
    if header_row is not None:
        names = head[header_row - 1] if header_row <= len(head) else ()
        return HeaderPlace(header_row, names, header_row)
    by_spelling, by_words = [*_headers(head, _known, recognise)], [*_headers(head, _count_fields)]
    if found := next((place for place in (*by_spelling, *by_words) if _names_goods(place.names)), None) or next(
        iter(by_spelling), None
    ):
        return found
    if bare := recognise_headerless(head):
        return HeaderPlace(0, bare.order, 0)
    # A table of one or two columns cannot reach three: then the first row that holds nothing but known spellings.
    for i, row in enumerate(head[:SEARCHED_ROWS]):
        filled = sum(1 for c in row if c.strip())
        if filled and _known(row) == filled:
            return HeaderPlace(i + 1, row, i + 1)
    if by_words:
        return by_words[0]
    if _is_headerless(head):
        return without
    first = next((i for i, row in enumerate(head) if any(c.strip() for c in row)), 0)
    return HeaderPlace(first + 1, head[first] if head else (), first + 1)


def find_goods_header(head: Sequence[Sequence[str]]) -> HeaderPlace | None:
    """The header that names goods, by three known spellings or words; None where no row is one."""
    places = (*_headers(head, _known, recognise), *_headers(head, _count_fields))
    return next((place for place in places if _names_goods(place.names)), None)


def _names_goods(names: Sequence[str]) -> bool:
    cells = tuple(name for name in names if name.strip() and len(name) <= _LONGEST_HEADER)
    return any((known(cell)[0] or likeliest_field(cell, cells)) in _GOODS for cell in cells)


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
    states = any(_STATES.search(c) for c in upper)  # `Shipper: Acme Ltd` is a fact and no header
    return bool(filled) and over >= 2 and gaps and not states and not any(_NUMBER.fullmatch(c) or len(c) > 60 for c in filled)


def _with_rows_below(place: HeaderPlace, head: Sequence[Sequence[str]]) -> HeaderPlace:
    """The header with the rows that belong to it: units alone below the names, and the numbers of the columns, as forms have them."""
    names, row = place.names, place.row
    while 0 < row < len(head):
        below = {at: cell.strip() for at, cell in enumerate(head[row]) if cell.strip()}
        above = [names[at] if at < len(names) else "" for at in below]
        if len(below) > KNOWN_NEEDED and all(map(_OF_COLUMN.fullmatch, below.values())) and _count_on(below.values()):
            row += 1
        elif (
            below
            and len(below) < len(names)
            and all(above)
            and all(map(_is_unit, below.values()))
            and any(lookup(n)[0] in ADDED_UP for n in above)
        ):
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
            names.append(joined if is_spelled(joined) or not is_spelled(bottom) or _is_of_party(over, bottom) else bottom)
        else:
            names.append(bottom or over)
    return tuple(names)


_OF_PARTIES = frozenset(("name", "firm", "address", "country", "number", "code"))


def _is_of_party(upper: str, lower: str) -> bool:
    """Whether the upper header names a party, and the lower one says only what is stated of it: `Importer | Name`."""
    words = meanings(lower, languages_of((upper, lower)))
    party = any(not PARTIES.isdisjoint(word) for word in meanings(upper, languages_of((upper, lower))))
    return party and bool(words) and all(not _OF_PARTIES.isdisjoint(word) for word in words)


_LAST = frozenset(("ultimate", "ult", "final"))


def guess_columns(
    names: Sequence[str],
    column_map: ColumnMap | None = None,
    where: str = "",
    contents: Sequence[Content] = (),
    preset: Preset | None = None,
    table: pa.Table | None = None,
    headed: bool = True,
) -> tuple[Guess, ...]:
    """What each column is, with the reason; one Guess a column, in their order.

    Args:
        names: headers as filed.
        column_map: the user's; what it names is not guessed.
        where: name of the input, for errors.
        contents: what the cells of each column are; empty: headers alone decide.
        table: the rows below the header; None: headers alone decide.
        headed: whether the table has a header; without one the cells decide.
        preset: the layout of the table; what it names goes before known spellings.

    Raises:
        MappingError, ErrorGroup: the map names columns that are not there.
    """
    stated = _stated(tuple(names), column_map, where)
    known = preset_guesses(preset, names) if preset is not None else {}
    mapped_fields = {g.field for g in stated.values() if g.field}
    guesses = [
        stated.get(position) or _unless_mapped(known.get(position), mapped_fields) or _guess_one(position, header, mapped_fields)
        for position, header in enumerate(names)
    ]
    if contents and not headed:
        guesses = by_content(guesses, contents)
    if contents and table is not None:
        guesses = not_contradicted(guesses, frozenset(stated), contents)
        guesses = by_words_and_cells(guesses, frozenset(stated), contents)
        guesses = confirm(guesses, frozenset(stated), contents, table)
        guesses = by_direction(guesses, frozenset(stated), contents)
    return tuple(_keep_best(_ultimate(guesses, set(stated)), set(stated), contents))


def _ultimate(guesses: list[Guess], stated: set[int]) -> list[Guess]:
    """An ultimate consignee is the consignee of a US export declaration; beside another consignee it is a further party."""
    named = [g for g in guesses if g.field == "consignee_name"]
    last = [g for g in named if g.position not in stated and not _LAST.isdisjoint(split_header(g.header))]
    if len(last) == len(named):
        return guesses
    return [replace(g, field="other_parties", reason="another column names the consignee") if g in last else g for g in guesses]


def _stated(names: tuple[str, ...], column_map: ColumnMap | None, where: str) -> dict[int, Guess]:
    if column_map is None:
        return {}
    errors = unknown_headers(column_map, names, where)
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    stated: dict[int, Guess] = {}
    wanted = {h.strip(): f for h, f in column_map.columns.items()}
    for position, name in enumerate(names):
        field = wanted.get(name.strip(), wanted.get(str(position + 1)))
        if field is not None:
            reduced = reduce_header(name)
            mapped = "" if field == IGNORED else field
            reason = f"stated in {column_map.name}" if mapped else IGNORED_BY_MAP
            found, how = known(name)
            exact = found != mapped or is_exact(name, how)
            unit = reduced.unit
            if unit is None and mapped in MASSES:
                unit = unit_of_words(meanings(name, languages_of(names)))
            stated[position] = Guess(position, name, mapped, reason, unit, reduced.currency, exact)
    return stated


def _unless_mapped(guess: Guess | None, mapped_fields: set[str]) -> Guess | None:
    if guess is None or guess.field not in mapped_fields or guess.field in SEVERAL:
        return guess
    return replace(guess, field="", reason=f"the map names another column for {guess.field}")


def _guess_one(position: int, header: str, mapped_fields: set[str]) -> Guess:
    field, how = known(header)
    if reason := _why_not(header, field, mapped_fields):
        return Guess(position, header, "", reason)
    reduced = reduce_header(header)
    by_words = how.startswith(BY_HEADER)
    unit = reduced.unit or (unit_of_words(meanings(header, languages_of((header,)))) if by_words and field in MASSES else None)
    return Guess(position, header, field, how, unit, reduced.currency, is_exact(header, how))


def _why_not(header: str, field: str, mapped_fields: set[str]) -> str:
    """Why a column is not of the field that its header says; empty where it is."""
    if not header.strip():
        return "no header"
    if is_share(header):
        return "a share of a total"
    if _is_of_one_package(header):
        return "the mass of one package"
    if field == "hs_code" and _SHORT_CODE.search(header):
        return "chapter or heading alone"
    if is_tariff_text(header) and field != "hs_code":
        return "text of the tariff, not of these goods"
    if not field:
        return UNKNOWN
    return f"the map names another column for {field}" if field in mapped_fields and field not in SEVERAL else ""


_OF_EACH = re.compile(r"\s*/\s*|\s+(?:per|pro|je|por|par|al|per ogni|за|на|на одно|w|na|başına|each)\s+", re.I)


def _is_of_one_package(header: str) -> bool:
    """Whether it is the mass of one package: `Net weight / package`, `Peso por volumen`."""
    mass, *each = _OF_EACH.split(header, maxsplit=1)
    if not each:
        return False
    languages = languages_of((header,))
    concepts = [concept for word in meanings(header, languages) for concept in word]
    said = [set(word) for word in meanings("".join(each).partition("(")[0], languages)]
    return bool(said) and "mass" in concepts and all("package" in word for word in said) and lookup(mass)[0] in MASSES


def _rank(guess: Guess, stated: set[int], contents: Sequence[Content], rivals: Sequence[Guess]) -> tuple[int, ...]:
    # A column whose cells say nothing, or nothing of the kind, keeps no field from one that has it.
    unfit = 0 if not contents or contents[guess.position].fits(guess.field) else 1
    exact = 0 if guess.exact else 1
    preset = 0 if guess.preset else 1
    # Among several values the one whose currency is certain is the one to compare.
    currency = 0 if guess.field in ("value", "freight") and guess.currency else 1
    second = int(not _SECOND_CHOICE.get(guess.field, frozenset()).isdisjoint(split_header(guess.header)))
    whole = int(bool(contents) and len(rivals) > 1 and _is_of_the_whole(guess, contents[guess.position]))
    return (0 if guess.position in stated else 1, unfit, whole, preset, second, currency, exact)


def _is_of_the_whole(guess: Guess, content: Content) -> bool:
    """Whether a column states one total in all rows: that of the manifest, and of no bill in it."""
    total = not _WHOLE.isdisjoint(split_header(guess.header))
    return total and guess.field in ADDED_UP and content.filled >= _ROWS_OF_A_WHOLE and len(content.cells) == 1


def _keep_best(guesses: list[Guess], stated: set[int], contents: Sequence[Content]) -> list[Guess]:
    """Of several columns for one field, keep the best; the others stay with the cells as filed."""
    rivals = grouped((guess.field, guess) for guess in guesses if guess.field and guess.field not in SEVERAL)
    best = {field: min(some, key=lambda g: _rank(g, stated, contents, some)) for field, some in rivals.items()}
    if len(rivals.get("currency", ())) > 1 and "value" in best:
        best["currency"] = min(rivals["currency"], key=lambda g: (*_rank(g, stated, contents, ())[:2], *_apart(g, best["value"])))
    return [
        replace(g, field="", reason=f"{g.field} is taken from {best[g.field].header!r}")
        if g.field in best and best[g.field].position != g.position
        else g
        for g in guesses
    ]


def _apart(currency: Guess, value: Guess) -> tuple[int, int]:
    """How far a column of currencies is from a value: they share a word (INVOICE_VALUE, INVOICE_CURRENCY), or stand side by side."""
    shared = set(split_header(currency.header)) & set(split_header(value.header)) - _COMMON
    return (0 if shared else 1, abs(currency.position - value.position))
