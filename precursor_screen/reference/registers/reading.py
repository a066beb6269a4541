"""A register as filed (CSV, XLSX, Parquet ...) to its table; a row that cannot be understood is set aside with its reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from precursor_screen.errors import RegisterError, Where
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.names.countries import find_country
from precursor_screen.names.dates import parse_date, weigh_order
from precursor_screen.names.numbers import Number, parse_number, weigh_marks
from precursor_screen.names.party import party_key
from precursor_screen.names.unit_codes import MASS, VOLUME, find_unit, to_base
from precursor_screen.rulebook.registers import NOTIFICATIONS, REGISTERS, STATUSES, WRITTEN, RegisterColumn, schema_of

_YES = frozenset(("yes", "y", "true", "1", "x", "single", "once"))
_LONGEST_REASON = 200  # characters
_PLACES = Decimal("0.000001")
_NO = frozenset(("no", "n", "false", "0", "", "multiple"))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was set aside: its number in the file, why, and the number of its document as far as it states one."""

    row: int
    reason: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """table: see `rulebook.registers.schema_of`; skipped: rows that are not in it; unused: headers that no column took."""

    table: pa.Table
    skipped: tuple[Skipped, ...]
    unused: tuple[str, ...]


class _BadCell(ValueError):
    """A cell that cannot be understood; the message says which and why."""


def read_register(register: str, path: Path, index: SubstanceIndex) -> ReadRegister:
    """Reads one file.

    Args:
        register: a key of `rulebook.registers.REGISTERS`.
        path: CSV, XLSX, XLS, Parquet or JSON; of a workbook the first sheet that has the columns.
        index: recognises the substances by name or CAS number.

    Raises:
        RegisterError: a required column is missing, or no row can be understood.
        InputError: the file is of no format that is read.
    """
    sheets = open_sheets(Blob(path.name, path))
    placed = [(sheet, place) for sheet in sheets if (place := _find_header(sheet, REGISTERS[register])) is not None]
    if not placed:
        required = ", ".join(c.name for c in REGISTERS[register] if c.required)
        raise RegisterError(
            f"has not the columns of the register {register}", where=Where(path.name), remedy=f"Needed: {required}."
        )
    sheet, (header_row, columns) = placed[0]
    body = sheet.read(header_row, max(len(row) for row in sheet.head))
    cells = {name: body.table.column(at).to_pylist() for name, at in columns.items()}
    parse = _Parser(register, index, cells)
    rows, skipped = [], [Skipped(b.row, b.reason[:_LONGEST_REASON]) for b in body.broken]
    seen: set[tuple[Any, ...]] = set()
    for number, source_row in enumerate(body.rows.to_pylist()):
        if not any((values[number] or "").strip() for values in cells.values()):
            continue
        content = tuple((values[number] or "").strip() for values in cells.values())
        if content in seen:  # counted twice it would allow twice as much
            skipped.append(Skipped(source_row, "the same row stands above"))
            continue
        seen.add(content)
        try:
            rows.extend(parse.row(number))
        except _BadCell as error:
            skipped.append(Skipped(source_row, str(error)[:_LONGEST_REASON], parse.reference(number)))
    if not rows:
        reason = f"; row {skipped[0].row}: {skipped[0].reason}" if skipped else ""
        raise RegisterError(f"holds no row that can be understood{reason}", where=Where(path.name), remedy="Check its columns.")
    headers = sheet.head[header_row - 1] if not sheet.named else sheet.head[0]
    unused = tuple(h for at, h in enumerate(headers) if h.strip() and at not in columns.values())
    return ReadRegister(pa.Table.from_pylist(rows, schema=schema_of(register)), tuple(skipped), unused)


def _fold(text: str) -> str:
    words = unicodedata.normalize("NFKC", text).casefold().replace("_", " ").replace("-", " ").replace(".", " ")
    return " ".join("".join(c if c.isalnum() else " " for c in words).split())


def _find_header(sheet: Sheet, columns: Sequence[RegisterColumn]) -> tuple[int, dict[str, int]] | None:
    """The row of the header, counted from 1 (0 where names stand apart), and the position of each column."""
    for number, row in enumerate(sheet.head, start=0 if sheet.named else 1):
        folded = [_fold(cell) for cell in row]
        found: dict[str, int] = {}
        for column in columns:
            # A serial number ("No") may stand beside the number of the permit: the surest spelling wins, wherever it stands.
            wanted = (
                [*map(_fold, column.spellings)]
                if column.kind == "reference"
                else [_fold(column.name), *map(_fold, column.spellings)]
            )
            at = next((folded.index(w) for w in wanted if w in folded and folded.index(w) not in found.values()), None)
            if at is not None:
                found[column.name] = at
        if all(c.name in found for c in columns if c.required):
            return number, found
    return None


class _Parser:
    """Cells of a row to values; the decimal mark and the order of dates are those of the whole column."""

    def __init__(self, register: str, index: SubstanceIndex, cells: dict[str, list[str | None]]) -> None:
        self.columns = REGISTERS[register]
        self.cells = cells
        self.index = index
        self.default_status = "sent" if register == NOTIFICATIONS else "valid"
        self.substances: dict[str, list[str]] = {}
        self.densities = {s.substance_id: s.density_kg_per_l for s in index.substances}
        dates = [v for c in self.columns if c.kind == "date" for v in cells.get(c.name, []) if v]
        self.order = weigh_order(dates).decide()
        numbers = [v for c in self.columns if c.kind == "number" for v in cells.get(c.name, []) if v]
        self.mark = weigh_marks(numbers).decide() or "."
        self.readers: dict[str, Callable[[str, str], Any]] = {
            "text": lambda text, _: text,
            "reference": lambda text, _: text,
            "party": lambda text, _: text,
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
                substance_ids = self._substances(text)
                values[column.name] = text
            elif column.kind == "number":
                values[column.name] = self._number(text, column.name) if text else None
                stated = text
            elif text or column.kind in ("status", "boolean"):
                values[column.name] = self.readers[column.kind](text, column.name)
            if column.kind == "party" and text:
                values[f"{column.name}_key"] = party_key(text) or None
        if values.get("valid_from") and values.get("valid_to") and values["valid_to"] < values["valid_from"]:
            raise _BadCell("valid_to lies before valid_from")
        if len(substance_ids) > 1 and values.get("quantity_kg") is not None:
            raise _BadCell(f"one quantity for {len(substance_ids)} substances: {', '.join(substance_ids)}; write a row for each")
        number_of: Number | None = values.pop("quantity_kg", None)
        if number_of is None:
            return [{**values, "substance_id": one} for one in substance_ids]
        return [
            {**values, "substance_id": one, **self._mass(one, number_of, values.get("unit") or "", stated)}
            for one in substance_ids
        ]

    def reference(self, number: int) -> str:
        """The number of a row's document; empty where it states none."""
        return (self.cells["reference"][number] or "").strip()[:_LONGEST_REASON] if "reference" in self.cells else ""

    def _mass(self, substance_id: str, number: Number, column_unit: str, stated: str) -> dict[str, Any]:
        """Kilograms of a quantity in any unit of mass; of a volume where the density of the substance is known, else none."""
        written = number.unit or column_unit
        unit = find_unit(written) if written else find_unit("kg")
        if unit is None or unit.kind not in (MASS, VOLUME):
            raise _BadCell(f"quantity {stated!r} {column_unit}".rstrip() + " is no number of kilograms")
        said = stated if number.unit else f"{stated} {column_unit}".rstrip()
        base = to_base(number.value, unit)
        if unit.kind == VOLUME:
            density = self.densities.get(substance_id)
            return {"quantity_kg": (base * density).quantize(_PLACES) if density else None, WRITTEN: said}
        return {"quantity_kg": base, WRITTEN: said if unit.factor != 1 else None}

    def _substances(self, text: str) -> list[str]:
        if text not in self.substances:
            matches = [m for m in self.index.match(text) if m.suppressed is None and m.strength != "weak"]
            by_id = text.casefold().replace(" ", "-")
            known = [by_id] if by_id in {s.substance_id for s in self.index.substances} else []
            numbered = self.index.recognise_codes("cas_numbers", [text]).column("substance_id").to_pylist()
            found = known or list(dict.fromkeys([*(m.substance_id for m in matches), *numbered]))
            self.substances[text] = found or self._whole(text)
        if not self.substances[text]:
            raise _BadCell(f"substance {text!r} is in no table")
        return self.substances[text]

    def _whole(self, text: str) -> list[str]:
        """A name that tells little in a text, as `MEK`, does where it is the whole of a cell for substances and one substance's only."""
        weak = {m.substance_id for m in self.index.match(text) if m.suppressed is None and m.start == 0 and m.end == len(text)}
        return list(weak) if len(weak) == 1 else []

    def _country(self, text: str, name: str) -> str:
        code = find_country(text)
        if code is None:
            raise _BadCell(f"{name} {text!r} is no country")
        return code

    def _status(self, text: str, name: str) -> str:
        if not text:
            return self.default_status
        folded = _fold(text)
        for status, words in STATUSES.items():
            if folded in {_fold(w) for w in words}:
                return status
        raise _BadCell(f"{name} {text!r} is not known ({', '.join(STATUSES)})")

    def _number(self, text: str, name: str) -> Number:
        number = parse_number(text, self.mark)
        if number is None or number.value < 0:
            raise _BadCell(f"{name} {text!r} is no number of kilograms")
        return number

    def _date(self, text: str, name: str) -> date:
        day = parse_date(text, self.order).day
        if day is None:
            raise _BadCell(f"{name} {text!r} is no date that is sure")
        return day

    def _year(self, text: str, name: str) -> int:
        if not (text.isascii() and text.isdecimal() and 1988 <= int(text) <= 2100):
            raise _BadCell(f"{name} {text!r} is no year")
        return int(text)

    def _boolean(self, text: str, name: str) -> bool:
        folded = _fold(text)
        if folded not in _YES | _NO:
            raise _BadCell(f"{name} {text!r} is neither yes nor no")
        return folded in _YES
