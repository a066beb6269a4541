"""A register as filed (CSV, XLSX, Parquet ...) to its table; a row that cannot be understood is set aside with its reason."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.errors import RegisterError, Where
from precursor_screen.core.tables import words_of
from precursor_screen.core.words import did_you_mean
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.rulebook.registers import NOTIFICATIONS, REGISTERS, STATUSES, VOLUNTARY, WRITTEN, RegisterColumn, schema_of
from precursor_screen.text.countries import find_country
from precursor_screen.text.dates import parse_date, weigh_order
from precursor_screen.text.numbers import Number, decide, parse_number, weigh_marks
from precursor_screen.text.party_cells import party_key
from precursor_screen.text.quantity_words import MASS, VOLUME, find_unit, to_base, unit_in_header

T = TypeVar("T")

# Headers of a register: which column of a sheet is which column of the register.

# A header as filed -> the field of a manifest that it is known for, empty for none (`readers.tabular.headers.lookup`).
FieldOf = Callable[[str], str]
IGNORED = "ignore"


class HeaderWords(Struct, frozen=True):
    """How headers are understood besides a register's own spellings.

    Attributes:
        field_of: see FieldOf.
        columns: header as filed -> column of the register, or `ignore`: what somebody says goes first.
        date_order: dmy, mdy or ymd; decimal: `,` or `.`; empty: decided by the column.
    """

    field_of: FieldOf = lambda header: ""
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    decimal: str = ""


OWN_WORDS = HeaderWords()


def fold(text: str) -> str:
    """A header in small letters and figures, its words parted by one blank, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def unit_of(header: str) -> str:
    """The unit of mass that a header of quantities ends with; empty: none."""
    unit = unit_in_header(tuple(fold(header).split()))
    return unit.code if unit else ""


def find_header(sheet: Sheet, columns: Sequence[RegisterColumn], words: HeaderWords) -> tuple[int, dict[str, int]] | None:
    """The row of the header, counted from 1 (0 where names stand apart), and the position of each column."""
    rows = ((number, columns_of(row, columns, words)) for number, row in enumerate(sheet.head, start=0 if sheet.named else 1))
    required = {c.name for c in columns if c.required}
    return next(((number, found) for number, found in rows if required <= found.keys()), None)


def columns_of(row: Sequence[str], columns: Sequence[RegisterColumn], words: HeaderWords) -> dict[str, int]:
    """Where the columns stand in a row of headers: as somebody says, then by their own spellings, then by those known of manifests."""
    said = [words.columns.get(cell.strip(), "") for cell in row]
    found = {c.name: said.index(c.name) for c in columns if c.name in said}

    def take(name: str, places: Iterable[int]) -> None:
        """The first place that is still free."""
        if name not in found and (at := next((at for at in places if at not in found.values()), None)) is not None:
            found[name] = at

    free = [fold(cell) if not said[at] else "" for at, cell in enumerate(row)]
    bare = [_bare(head) for head in free]
    for column in columns:
        # A serial number ("No") may stand beside the number of the permit: the surest spelling wins, wherever it stands.
        wanted = ((column.name,) if column.kind != "reference" else ()) + column.spellings
        take(column.name, (heads.index(word) for word in map(fold, wanted) for heads in (free, bare) if word in heads))
    if "quantity_kg" in (c.name for c in columns) and found:
        take("quantity_kg", (at for at, head in enumerate(free) if head and unit_of(head)))  # `Kg received`
    lacking = [c for c in columns if c.name not in found and c.fields]
    if lacking and any(c.name in found for c in columns):
        known = {at: words.field_of(row[at]) for at, cell in enumerate(free) if cell and at not in found.values()}
        for column in lacking:
            take(column.name, (at for one in column.fields for at, name in known.items() if name in (one, f"{one}_kg")))
    return found


def _bare(head: str) -> str:
    """A folded header without the number or the unit that it ends with: `confirmation no`, `quantity t`."""
    *words, last = head.split() or [""]
    unit = find_unit(last)
    is_bare = last not in words_of("register_words", "number") and (unit is None or unit.kind != MASS)
    return head if is_bare else " ".join(words)


_LONGEST_REASON = 200  # characters
_PLACES = Decimal("0.000001")
_SHOWN = 20  # headers in a message
_SEVERAL = re.compile(r"[;|\n/+&]|\s(?:and|und|et|y|e)\s")
_QUANTITY = re.compile(r"(?<![\w.,])(\d[\d.,' ]*\s*(?:kgs?|kilos?|t|tons?|tonnes?|g|lbs?|l|litres?|liters?))(?![^\W\d_])", re.I)
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


class Skipped(Struct, frozen=True):
    """A row that was set aside: its number in the file, why, and the number of its document as far as it states one."""

    row: int
    reason: str
    reference: str = ""


class ReadRegister(Struct, frozen=True):
    """What came of a file.

    Attributes:
        table: see `rulebook.registers.schema_of`.
        skipped: rows that are not in it.
        unused: headers of filled columns that no column took.
        notes: how cells were read that may be read otherwise, a sentence each. doubts: those of which nothing says that it is right.
    """

    table: pa.Table
    skipped: tuple[Skipped, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()


class _BadCell(ValueError):
    """A cell that cannot be understood; the message says which and why."""


def read_register(register: str, path: Path, index: SubstanceIndex, words: HeaderWords = OWN_WORDS) -> ReadRegister:
    """Reads one file.

    Args:
        register: a key of `rulebook.registers.REGISTERS`.
        path: CSV, XLSX, XLS, Parquet or JSON; of a workbook the first sheet that has the columns.
        index: recognises the substances by name or CAS number.
        words: how headers are understood.

    Raises:
        RegisterError: a required column is missing, or no row can be understood.
        InputError: the file is of no format that is read.
    """
    where = Where(path.name)
    sheets = open_sheets(Blob(path.name, path))
    placed = [(sheet, place) for sheet in sheets if (place := find_header(sheet, REGISTERS[register], words)) is not None]
    if not placed:
        raise _refused(register, where, sheets, words)
    sheet, (header_row, columns) = placed[0]
    headers = sheet.head[header_row - 1] if not sheet.named else sheet.head[0]
    body = sheet.read(header_row, max(len(row) for row in sheet.head))
    cells = {name: body.table.column(at).to_pylist() for name, at in columns.items()}
    parse = _Parser(register, index, cells, words, unit_of(headers[columns["quantity_kg"]]) if "quantity_kg" in columns else "")
    rows, skipped = [], [Skipped(b.row, b.reason[:_LONGEST_REASON]) for b in body.broken]
    seen: set[tuple[Any, ...]] = set()
    for number, source_row in enumerate(body.rows.to_pylist()):
        content = tuple((values[number] or "").strip() for values in cells.values())
        if not any(content):
            continue
        if content in seen:  # counted twice it would allow twice as much
            skipped.append(Skipped(source_row, "the same row appears above"))
            continue
        seen.add(content)
        try:
            rows.extend(parse.row(number))
        except _BadCell as error:
            skipped.append(Skipped(source_row, str(error)[:_LONGEST_REASON], parse.reference(number)))
    if not rows:
        reason = f"; row {skipped[0].row}: {skipped[0].reason}" if skipped else ""
        raise RegisterError(f"no row could be read{reason}", where=where, remedy="Check its columns.")
    left_out = {at for at, header in enumerate(headers) if words.columns.get(header.strip()) == IGNORED}
    unused = tuple(
        header
        for at, header in enumerate(headers)
        if header.strip() and at not in {*columns.values(), *left_out} and _is_filled(body.table.column(at).to_pylist())
    )
    notes, uncertain = parse.remarks()
    return ReadRegister(pa.Table.from_pylist(rows, schema=schema_of(register)), tuple(skipped), unused, notes, uncertain)


def _refused(register: str, where: Where, sheets: Sequence[Sheet], words: HeaderWords) -> RegisterError:
    """What was seen instead of the columns, and what of it is near to them."""
    columns = REGISTERS[register]
    required = ", ".join(c.name for c in columns if c.required)
    rows = [row for sheet in sheets for row in sheet.head if any(cell.strip() for cell in row)]
    best = max(rows, key=lambda row: len(columns_of(row, columns, words)), default=())
    seen = ", ".join(repr(cell.strip()[:40]) for cell in best[:_SHOWN] if cell.strip()) or "nothing"
    found = columns_of(best, columns, words)
    lacking = [c for c in columns if c.required and c.name not in found]
    free = [cell.strip() for at, cell in enumerate(best) if cell.strip() and at not in found.values()]
    near = [
        f"{cell!r} for {c.name} ({said})"
        for c in lacking
        for cell in free
        if (said := did_you_mean(fold(cell), map(fold, (c.name, *c.spellings))))
    ]
    return RegisterError(
        f"does not have the columns of the register {register}: {', '.join(c.name for c in lacking)} "
        f"{'is' if len(lacking) == 1 else 'are'} missing. Headers seen: {seen}"
        + (f". Near: {'; '.join(near[:3])}" if near else ""),
        where=where,
        remedy=f"Needed: {required}. Say in a file which header is which (columns: {{HEADER: {lacking[0].name if lacking else 'reference'}}}), and pass it: --mapping FILE",
    )


def _is_filled(cells: Sequence[str | None]) -> bool:
    """Whether a column says something; numbers of rows do not."""
    said = [(cell or "").strip() for cell in cells]
    return any(said) and not all(cell in ("", str(number)) for number, cell in enumerate(said, 1))


class _Parser:
    """Cells of a row to values; the decimal mark and the order of dates are those of the whole column."""

    def __init__(
        self, register: str, index: SubstanceIndex, cells: dict[str, list[str | None]], words: HeaderWords, unit: str
    ) -> None:
        """unit: that the header of the quantities names; empty: none."""
        self.unit = unit
        self.columns = REGISTERS[register]
        self.cells = cells
        self.index = index
        self.default_status = "sent" if register in (NOTIFICATIONS, VOLUNTARY) else "valid"
        self.substances: dict[str, list[str]] = {}
        self.left_out: dict[str, list[str]] = defaultdict(list)
        self.densities = {s.substance_id: s.density_kg_per_l for s in index.substances}
        self.dates = [v for c in self.columns if c.kind == "date" for v in cells.get(c.name, []) if v]
        self.order = words.date_order or decide(weigh_order(self.dates))
        self.numbers = [v for c in self.columns if c.kind == "number" for v in cells.get(c.name, []) if v]
        self.sure_mark = words.decimal or decide(weigh_marks(self.numbers))
        self.mark = self.sure_mark or "."
        self.readers: dict[str, Callable[[str, str], Any]] = {
            "country": self._country,
            "status": self._status,
            "date": self._date,
            "year": self._year,
            "boolean": self._boolean,
        }

    def row(self, number: int) -> list[dict[str, Any]]:
        """The row's values; one of several substances becomes several rows.

        Raises:
            _BadCell: a cell that cannot be understood, or a required one that is empty.
        """
        values: dict[str, Any] = {}
        substance_ids: list[str] = []
        stated = ""
        for column in self.columns:
            text = (self.cells[column.name][number] or "").strip() if column.name in self.cells else ""
            if not text and column.required:
                raise _BadCell(f"{column.name} is empty")
            if column.kind == "substance":
                if not (substance_ids := self._perhaps(text)):
                    raise _BadCell(f"substance {text!r} is in no table")
                values[column.name] = text
            elif column.kind == "number":
                stated = text
            elif text or column.kind in ("status", "boolean"):
                values[column.name] = self._value(text, column)
            if column.kind == "party" and text:
                values[f"{column.name}_key"] = party_key(text) or None
        unit = values.get("unit") or self.unit
        if len(substance_ids) > 1 and (masses := self._each(values["substance"], stated, unit)):
            return [{**values, "substance_id": one, **mass} for one, mass in masses.items()]
        if not stated:
            return [{**values, "substance_id": one} for one in substance_ids]
        if len(substance_ids) > 1:
            raise _BadCell(f"one quantity for {len(substance_ids)} substances: {', '.join(substance_ids)}; write a row for each")
        return [{**values, "substance_id": substance_ids[0], **self._mass(substance_ids[0], stated, unit)}]

    def _each(self, text: str, stated: str, unit: str) -> dict[str, dict[str, Any]]:
        """Substance -> its quantity, where a cell names several, each with its own: in the same order, or beside the name; empty: not so."""
        parts, masses = ([part.strip() for part in _SEVERAL.split(cell) if part.strip()] for cell in (text, stated))
        if len(parts) < 2 or any(len(self._perhaps(part)) != 1 for part in parts):
            return {}
        if len(masses) != len(parts):
            figures = [_QUANTITY.findall(part) for part in parts]
            if any(len(some) != 1 for some in figures) or len(masses) > 1:
                return {}
            masses = [some[0] for some in figures]
        substance_ids = [self._perhaps(part)[0] for part in parts]
        if len(set(substance_ids)) < len(substance_ids):
            return {}
        return {one: self._mass(one, mass, unit) for one, mass in zip(substance_ids, masses, strict=True)}

    def _value(self, text: str, column: RegisterColumn) -> Any:
        if column.kind not in self.readers:
            return text
        try:
            return self.readers[column.kind](text, column.name)
        except _BadCell as error:
            if not column.lenient:
                raise
            self.left_out[column.name].append(str(error))
            return None

    def remarks(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How cells were read that may be read otherwise; and those of which nothing says that it is right."""
        notes, uncertain = [], []
        if self.sure_mark == "," and (example := next((v for v in self.numbers if "," in v), "")):
            notes.append(f"numbers have a decimal comma: {example} is {_shown(parse_number(example, ','))}")
        if not self.sure_mark and (example := next((v for v in self.numbers if _TWO_WAYS.fullmatch(v.strip())), "")):
            read = _shown(parse_number(example, self.mark))
            uncertain.append(f"{example} may be two numbers; it was read as {read}. Say which with `decimal` in a --mapping file")
        if example := next((v for v in self.dates if _DAY_NUMBER.fullmatch(v.strip()) and parse_date(v).day), ""):
            notes.append(f"days are numbers of a spreadsheet: {example} is {parse_date(example).day}")
        uncertain += [f"{some[0]}: left out, as {len(some)} of {name}" for name, some in self.left_out.items()]
        return tuple(notes), tuple(uncertain)

    def reference(self, number: int) -> str:
        """The number of a row's document; empty where it states none."""
        return (self.cells["reference"][number] or "").strip()[:_LONGEST_REASON] if "reference" in self.cells else ""

    def _mass(self, substance_id: str, stated: str, column_unit: str) -> dict[str, Any]:
        """Kilograms of a quantity in any unit of mass; of a volume where the density of the substance is known, else none."""
        number = parse_number(stated, self.mark)
        if number is None or number.value < 0:
            raise _BadCell(f"quantity_kg {stated!r} is not a number of kilograms")
        written = number.unit or column_unit
        unit = find_unit(written) if written else find_unit("kg")
        if unit is None or unit.kind not in (MASS, VOLUME):
            raise _BadCell(f"quantity {stated!r} {column_unit}".rstrip() + " is not a number of kilograms")
        said = stated if number.unit else f"{stated} {column_unit}".rstrip()
        base = to_base(number.value, unit)
        if unit.kind == VOLUME:
            density = self.densities.get(substance_id)
            return {"quantity_kg": (base * density).quantize(_PLACES) if density else None, WRITTEN: said}
        return {"quantity_kg": base, WRITTEN: said if unit.factor != 1 else None}

    def _perhaps(self, text: str) -> list[str]:
        """The substances that a text names; none where it is in no table."""
        if text not in self.substances:
            matches = [m for m in self.index.match(text) if m.suppressed is None and m.strength != "weak"]
            by_id = text.casefold().replace(" ", "-")
            known = [by_id] if by_id in {s.substance_id for s in self.index.substances} else []
            numbered = self.index.recognise_codes("cas_numbers", [text]).column("substance_id").to_pylist()
            found = known or list(dict.fromkeys([*(m.substance_id for m in matches), *numbered]))
            self.substances[text] = found or self._whole(text)
        return self.substances[text]

    def _whole(self, text: str) -> list[str]:
        """A name that tells little in a text, as `MEK`, does where it is the whole of a cell for substances and one substance's only."""
        weak = {m.substance_id for m in self.index.match(text) if m.suppressed is None and m.start == 0 and m.end == len(text)}
        return list(weak) if len(weak) == 1 else []

    def _country(self, text: str, name: str) -> str:
        return _sure(find_country(text), f"{name} {text!r} is not a country")

    def _status(self, text: str, name: str) -> str:
        if not text:
            return self.default_status
        known = {fold(word): status for status, words in reversed(STATUSES.items()) for word in words}
        return _sure(known.get(fold(text)), f"{name} {text!r} is not known ({', '.join(STATUSES)})")

    def _date(self, text: str, name: str) -> date:
        return _sure(parse_date(text, self.order).day, f"{name} {text!r} is not a date that is certain")

    def _year(self, text: str, name: str) -> int:
        if not (text.isascii() and text.isdecimal() and 1988 <= int(text) <= 2100):
            raise _BadCell(f"{name} {text!r} is not a year")
        return int(text)

    def _boolean(self, text: str, name: str) -> bool:
        folded = fold(text)
        yes = folded in words_of("register_words", "yes")
        if folded and not yes and folded not in words_of("register_words", "no"):
            raise _BadCell(f"{name} {text!r} is neither yes nor no")
        return yes


def _sure(value: T | None, problem: str) -> T:
    if value is None:
        raise _BadCell(problem)
    return value


def _shown(number: Number | None) -> str:
    return f"{number.value.normalize():f}" if number else "not a number"
