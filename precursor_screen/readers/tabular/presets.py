"""Layouts of tables that many people hold, `layouts/presets/*.yaml`: a file a layout, known by its headers, or without any by its cells.

A layout beats the spellings of headers: DNOMBRE is the goods in Chile and the company in Peru. What stands for a column:

    HEADER: field                      canonical field; `ignore`: of no field, but its words are screened like those of any other
    HEADER: {field: F, currency: USD}  a value in a currency that no column names
    HEADER: {field: F, unless: OTHER}  only where the table has no column OTHER
    HEADER: {field: F, second: true}   stands behind the other columns of that field
    HEADER: {field: F, codes: cl unit} holds codes of a table in `layouts/codes.csv`
    HEADER: {field: F, codes: schedule K} holds ports by a schedule of the United States, `names/us_ports.csv`
    HEADER: {field: F, codes: .., where: {OTHER: 1}, otherwise: G}  of F in rows with 1 in OTHER, of G in others; of none without OTHER

A layout may say where numbered fragments of a text stand, a row each: `numbered: {same: [HEADERS], sequence: HEADER, text: HEADER}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.cache import digest_files, kept
from precursor_screen.core.errors import MappingError
from precursor_screen.core.tables import whole_rows
from precursor_screen.core.words import did_you_mean
from precursor_screen.readers.cells import Distinct, clean_column
from precursor_screen.readers.column_map import IGNORED, NO_PRESET, ColumnMap, Guess
from precursor_screen.readers.interface import TableIssues
from precursor_screen.readers.tabular.concepts import LAYOUTS, split_header
from precursor_screen.readers.tabular.headers import schedule_of, unit_and_currency
from precursor_screen.readers.tabular.numbered import Numbered
from precursor_screen.text.countries import PORTS
from precursor_screen.text.us_ports import WIDTHS, us_port

# "G31_1 (Описание)", "31.1 Описание", "G15A": the box of a declaration. Other forms number their boxes too, so a number alone is none.
_BOX: Final = re.compile(r"(?P<letter>[GГ])?(?P<box>\d{1,3}(?:[_.]\d{1,2}|[A-ZА-Я])?)(?=$|[\s.,(_-])(?P<text>.*)", re.I | re.S)
_CYRILLIC: Final = re.compile("[а-яё]", re.I)
_LOOKS: Final = {
    "date": re.compile(r"\d{1,2}\d{6}|\d{4}-\d{2}-\d{2}"),
    "number": re.compile(r"\d{1,6}"),
    "code": re.compile(r"\d{7,10}"),
    "text": re.compile(r"(?=.*[^\W\d_]{3}).+", re.S),
}
_ROWS_THAT_LOOK: Final = 0.8


class PresetColumn(Struct, frozen=True):
    """What a layout says of one column; fields as in the module's text, headers as keys."""

    field: str
    currency: str = ""
    unless: str = ""
    second: bool = False
    codes: str = ""
    where: tuple[str, str] | None = None
    otherwise: str = ""


class Preset(Struct, frozen=True):
    """One layout.

    Attributes:
        id: name of its file.
        title, source: in words.
        recognised_by: sets of header keys; a table that has all of one set is in the layout.
        columns: by header key.
        boxes: headers go by the number of their box.
        date_order, decimal: where the layout fixes them.
        order: the headers of all columns, for tables without a header; empty: it always has one.
        looks: what cells of some of these columns look like, by position.
        numbered: header keys of what fragments of one text share, of their number and of their text; empty: texts are whole.
    """

    id: str
    title: str
    source: str
    recognised_by: tuple[frozenset[str], ...]
    columns: Mapping[str, PresetColumn]
    boxes: bool
    date_order: str
    decimal: str
    order: tuple[str, ...]
    looks: Mapping[int, str]
    numbered: tuple[str, ...] = ()

    def key(self, header: str) -> str:
        """What the layout calls a header by."""
        return _box(header) or _key(header.partition("(")[0]) if self.boxes else _key(header)


def _key(header: str) -> str:
    return "".join(split_header(header))


def _box(header: str) -> str:
    match = _BOX.fullmatch(header.strip())
    if match is None or not (match["letter"] or _CYRILLIC.search(match["text"])):
        return ""
    return match["box"].replace(".", "_").upper()


@cache
def presets() -> tuple[Preset, ...]:
    """All layouts, by id."""
    files = sorted((LAYOUTS / "presets").glob("*.yaml"))
    return kept("layouts", tuple[Preset, ...], digest_files(files), lambda: tuple(map(_load, files)))


def _load(file: Path) -> Preset:
    data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    boxes = bool(data.get("boxes"))
    key = str if boxes else _key
    columns = {}
    for header, given in data["columns"].items():
        stated = dict(given) if isinstance(given, dict) else {"field": given}
        if "unless" in stated:
            stated["unless"] = key(stated["unless"])
        if where := stated.pop("where", None):
            ((other, value),) = where.items()
            stated["where"] = (key(other), str(value))
        columns[key(header)] = PresetColumn(**stated)
    bare = data.get("headerless") or {}
    order = tuple(str(bare.get("order", "")).split())
    numbered = data.get("numbered")
    return Preset(
        id=file.stem,
        title=data["title"],
        source=data["source"],
        recognised_by=tuple(frozenset(key(header) for header in some) for some in data["recognised_by"]),
        columns=columns,
        boxes=boxes,
        date_order=data.get("date_order", ""),
        decimal=data.get("decimal", ""),
        order=order,
        looks={order.index(header): look for header, look in bare.get("looks", {}).items()},
        numbered=tuple(map(key, [*numbered["same"], numbered["sequence"], numbered["text"]])) if numbered else (),
    )


def recognise(headers: Sequence[str]) -> Preset | None:
    """The layout that some headers are of: of several the one that names most of them."""
    short = [h for h in headers if h and len(h) <= 300]
    plain, boxed = set(map(_key, short)), set(filter(None, map(_box, short)))
    best: tuple[int, Preset | None] = (0, None)
    for preset in presets():
        keys = boxed if preset.boxes else plain
        if any(some <= keys for some in preset.recognised_by) and (named := len(keys & preset.columns.keys())) > best[0]:
            best = (named, preset)
    return best[1]


def recognise_headerless(rows: Sequence[Sequence[str]]) -> Preset | None:
    """The layout of a table without a header, by the number of its columns and what stands in some of them."""
    filled = [row for row in rows if any(c.strip() for c in row)]
    for preset in presets():
        wide = len(preset.order)
        # A delimiter at the end of each row makes one empty cell more.
        fitting = [row for row in filled if len(row) == wide or (len(row) == wide + 1 and not row[wide].strip())] if wide else []
        matching = [row for row in fitting if all(_LOOKS[look].fullmatch(row[at].strip()) for at, look in preset.looks.items())]
        if matching and len(matching) >= _ROWS_THAT_LOOK * len(filled):
            return preset
    return None


def preset_of(headers: Sequence[str], column_map: ColumnMap | None) -> Preset | None:
    """The layout of a table: the one that the user's map names, else the one that its headers show.

    Raises:
        MappingError: the map names one that is not known.
    """
    if column_map is None or not column_map.preset:
        return recognise(headers)
    return named_preset(column_map)


def named_preset(column_map: ColumnMap | None) -> Preset | None:
    """The layout that the user's map names; errors as in `preset_of`."""
    if column_map is None or column_map.preset in ("", NO_PRESET):
        return None
    wanted = column_map.preset
    found = next((preset for preset in presets() if preset.id == wanted), None)
    if found is None:
        ids = [*(preset.id for preset in presets()), NO_PRESET]
        raise MappingError(
            f"there is no preset {wanted!r}",
            where=column_map.name,
            remedy=did_you_mean(wanted, ids) or "`precursor-screen mapping list --presets` shows them.",
        )
    return found


def preset_guesses(preset: Preset, headers: Sequence[str]) -> dict[int, Guess]:
    """What a layout says of the columns that it names, by position."""
    keys = [preset.key(header) for header in headers]
    there = frozenset(keys) - {""}
    found: dict[int, Guess] = {}
    for position, key in enumerate(keys):
        if (column := preset.columns.get(key)) is None:
            continue
        header, (unit, currency) = headers[position], unit_and_currency(headers[position])
        left_out = column.field == IGNORED or column.unless in there or (column.where and column.where[0] not in there)
        field, reason = ("", "of no field in the layout") if left_out else (column.field, "so in the layout")
        stated = column.currency or currency
        found[position] = Guess(position, header, field, f"{reason} {preset.id}", unit, stated, not column.second, preset.id)
    return found


def numbered_columns(preset: Preset | None, headers: Sequence[str]) -> Numbered | None:
    """Where the layout has fragments of texts, by position; None where it has none, or the table lacks their columns.

    Of what fragments share, the first column must be there: others may be a table's of their own.
    """
    if preset is None or not preset.numbered:
        return None
    keys = [preset.key(header) for header in headers]
    *same, sequence, text = [keys.index(key) if key in keys else -1 for key in preset.numbered]
    if min(same[0], sequence, text) < 0:
        return None
    return Numbered(tuple(at for at in same if at >= 0), sequence, text)


# Cells that hold numbers of a table of the layout's own, `layouts/codes.csv`: 336 is China in Chile, 6 kilograms. Ports by a schedule of the
# United States are told by the header as well, in any table.

_DIGITS: Final = re.compile(r"0*(\d{1,6}?)(?:\.0+)?")
_COLUMNS: Final = ("table", "field", "code", "meaning", "source", "checked")
_NONE: Final = pa.scalar(None, pa.string())
_SCHEDULE: Final = "schedule "


@lru_cache(maxsize=1)
def code_tables() -> dict[str, dict[str, str]]:
    """`cl country` and the like -> code, without zeros before it -> what it means."""
    tables: dict[str, dict[str, str]] = {}
    for row in whole_rows(LAYOUTS / "codes.csv", _COLUMNS):
        tables.setdefault(f"{row['table']} {row['field']}", {})[row["code"]] = row["meaning"]
    return tables


def decode(
    table: pa.Table, guesses: Sequence[Guess], preset: Preset | None, names: Sequence[str], issues: TableIssues
) -> tuple[pa.Table, list[Guess]]:
    """The cells with codes in words, and the guesses; a column that is of two fields, row by row, becomes two.

    Args:
        table: cells as filed, columns by position.
        guesses: what each column is.
        preset: the layout of the table.
        names: the headers.
        issues: added to, one a code that is not known.
    """
    made = list(guesses)
    keys = [preset.key(name) for name in names] if preset else []
    for guess in guesses:
        # Also where the user's map names the field: the numbers are the layout's all the same.
        column = preset.columns.get(keys[guess.position]) if preset else None
        codes = column.codes if column and guess.field == column.field else ""
        if not codes and guess.field in PORTS and (schedule := schedule_of(guess.header)[0]):
            codes = f"{_SCHEDULE}{schedule}"
        if not codes:
            continue
        cells = _in_words(table.column(guess.position), codes, guess, issues)
        if column is None or column.where is None:
            table = table.set_column(guess.position, table.column_names[guess.position], cells)
        else:
            table, made = _parted(table, made, guess, cells, column, keys)
    return table, made


def _in_words(column: pa.ChunkedArray, codes: str, guess: Guess, issues: TableIssues) -> pa.ChunkedArray:
    find = _port_of(codes.removeprefix(_SCHEDULE)) if codes.startswith(_SCHEDULE) else _meaning_of(code_tables()[codes])
    distinct = Distinct(clean_column(column))
    words: list[str | None] = []
    unknown = []
    for place, text in enumerate(distinct.texts):
        match = _DIGITS.fullmatch(text.strip())
        code = match[1] if match else text.strip().upper()
        word, listed = find(code, text)
        if not listed and match and code != "0":
            message = f"{guess.header!r} holds the code {text.strip()}, which is not in the table of codes"
            unknown.append((place, "unknown-code", message))
        words.append(word if word is not None else None if match else text)
    distinct.report(unknown, guess.field, issues)
    return distinct.spread(words, pa.string())


Find = Callable[[str, str], tuple[str | None, bool]]  # a code, and the cell -> what it means, and whether the table has it


def _meaning_of(known: Mapping[str, str]) -> Find:
    return lambda code, _: (known.get(code), code in known)


def _port_of(schedule: str) -> Find:
    def find(code: str, text: str) -> tuple[str | None, bool]:
        if code == "0" or not code.isdigit():
            return None, False
        number = code.zfill(WIDTHS[schedule])  # workbooks drop the noughts before it
        port = us_port(number, schedule)
        return (port.text if port and port.text != number else text.strip()), port is not None and port.listed

    return find


def _parted(
    table: pa.Table, guesses: list[Guess], guess: Guess, cells: pa.ChunkedArray, column: PresetColumn, keys: Sequence[str]
) -> tuple[pa.Table, list[Guess]]:
    """The column as two: of its field where another cell of the row says so, of the other field elsewhere."""
    assert column.where is not None
    decider, value = column.where
    stated = pc.replace_substring_regex(pc.utf8_trim_whitespace(table.column(keys.index(decider))), r"^0+|\.0+$", "")
    first = pc.fill_null(pc.equal(stated, value), False)
    second = pc.fill_null(pc.and_(pc.not_equal(stated, value), pc.not_equal(stated, "")), False)
    position = table.num_columns
    table = table.set_column(guess.position, table.column_names[guess.position], pc.if_else(first, cells, _NONE))
    table = table.append_column(str(position), pc.if_else(second, cells, _NONE))
    return table, [*guesses, replace(guess, position=position, field=column.otherwise)]
