"""Cells of a row of a register to values."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from precursor_screen.core.tables import words_of
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.reference.registers.headers import HeaderWords, fold
from precursor_screen.rulebook.registers import NOTIFICATIONS, REGISTERS, STATUSES, VOLUNTARY, WRITTEN, RegisterColumn
from precursor_screen.text.countries import find_country
from precursor_screen.text.dates import parse_date, weigh_order
from precursor_screen.text.numbers import Number, decide, parse_number, weigh_marks
from precursor_screen.text.party_cells import party_key
from precursor_screen.text.quantity_words import MASS, VOLUME, find_unit, to_base

T = TypeVar("T")
LONGEST_REASON = 200  # characters
_SHOWN = 20  # words in a message
_PLACES = Decimal("0.000001")
_SEVERAL = re.compile(r"[;|\n/+&]|\s(?:and|und|et|y|e)\s")
_QUANTITY = re.compile(r"(?<![\w.,])(\d[\d.,' ]*\s*(?:kgs?|kilos?|t|tons?|tonnes?|g|lbs?|l|litres?|liters?))(?![^\W\d_])", re.I)
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


class BadCell(ValueError):
    """A cell that cannot be understood; the message says which and why."""


def default_status(register: str) -> str:
    """The status of a row whose document is in force, or that states none."""
    return "sent" if register in (NOTIFICATIONS, VOLUNTARY) else "valid"


class RowParser:
    """Cells of a row to values; the decimal mark and the order of dates are those of the whole column."""

    def __init__(
        self,
        register: str,
        index: SubstanceIndex,
        cells: dict[str, list[str | None]],
        words: HeaderWords,
        unit: str,
        headers: Mapping[str, str],
    ) -> None:
        """unit: that the header of the quantities names; empty: none. headers: of the columns, as filed."""
        self.unit = unit
        self.meanings = {
            name: {fold(word): meaning for word, meaning in words.values[header.strip()].items()}
            for name, header in headers.items()
            if header.strip() in words.values
        }
        self.unknown: dict[str, Counter[str]] = defaultdict(Counter)
        self.columns = REGISTERS[register]
        self.cells = cells
        self.index = index
        self.default_status = default_status(register)
        self.substances: dict[str, list[str]] = {}
        self.left_out: dict[str, list[str]] = defaultdict(list)
        self.statuses = {fold(word): status for status, said in reversed(STATUSES.items()) for word in said}
        self.yes, self.no = (frozenset(map(fold, words_of("register_words", role))) for role in ("yes", "no"))
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
            BadCell: a cell that cannot be understood, or a required one that is empty.
        """
        values: dict[str, Any] = {}
        substance_ids: list[str] = []
        stated = ""
        for column in self.columns:
            text = (self.cells[column.name][number] or "").strip() if column.name in self.cells else ""
            text = self.meanings.get(column.name, {}).get(fold(text), text)
            if not text and column.required:
                raise BadCell(f"{column.name} is empty")
            if column.kind == "substance":
                if not (substance_ids := self._perhaps(text)):
                    raise BadCell(f"substance {text!r} is in no table")
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
            raise BadCell(f"one quantity for {len(substance_ids)} substances: {', '.join(substance_ids)}; write a row for each")
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
        except BadCell as error:
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
        for name, words in self.unknown.items():
            counts_as = self.default_status if name == "status" else "not stated"
            said = ", ".join(f"{word!r} ({rows})" for word, rows in words.most_common(_SHOWN))
            remedy = "Say what it means with `values` in a --mapping file"
            uncertain.append(f"{name} not known: {said}. The rows stay and count as {counts_as}. {remedy}")
        return tuple(notes), tuple(uncertain)

    def reference(self, number: int) -> str:
        """The number of a row's document; empty where it states none."""
        return (self.cells["reference"][number] or "").strip()[:LONGEST_REASON] if "reference" in self.cells else ""

    def _mass(self, substance_id: str, stated: str, column_unit: str) -> dict[str, Any]:
        """Kilograms of a quantity in any unit of mass; of a volume where the density of the substance is known, else none."""
        number = parse_number(stated, self.mark)
        if number is None or number.value < 0:
            raise BadCell(f"quantity_kg {stated!r} is not a number of kilograms")
        written = number.unit or column_unit
        unit = find_unit(written) if written else find_unit("kg")
        if unit is None or unit.kind not in (MASS, VOLUME):
            raise BadCell(f"quantity {stated!r} {column_unit}".rstrip() + " is not a number of kilograms")
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
        status = self.statuses.get(fold(text))
        if status is None:
            self.unknown[name][text] += 1
        return status or self.default_status

    def _date(self, text: str, name: str) -> date:
        return _sure(parse_date(text, self.order).day, f"{name} {text!r} is not a date that is certain")

    def _year(self, text: str, name: str) -> int:
        if not (text.isascii() and text.isdecimal() and 1988 <= int(text) <= 2100):
            raise BadCell(f"{name} {text!r} is not a year")
        return int(text)

    def _boolean(self, text: str, name: str) -> bool | None:
        folded = fold(text)
        if folded in self.yes:
            return True
        if folded and folded not in self.no:
            self.unknown[name][text] += 1
            return None
        return False


def _sure(value: T | None, problem: str) -> T:
    if value is None:
        raise BadCell(problem)
    return value


def _shown(number: Number | None) -> str:
    return f"{number.value.normalize():f}" if number else "not a number"
