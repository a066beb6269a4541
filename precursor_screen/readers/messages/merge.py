"""A cargo that a manifest states in parts: one air waybill on several unit load devices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from precursor_screen.readers.messages.scope import Cell, MessageLine

_SUMMED = ("packages", "gross_mass", "net_mass")


def merge_lines(lines: Iterable[MessageLine], field: str) -> list[MessageLine]:
    """The lines, those that agree in a field and in the place of arrival as one: figures of the parts add up, other values stand once.

    Parts whose figures cannot be added (no number, or units that differ) stay lines of their own.
    """
    groups: dict[tuple[str, str], list[MessageLine]] = {}
    for number, line in enumerate(lines):
        found = {name: next((c.text for c in line.cells if c.field == name), "") for name in (field, "port_of_discharge")}
        key = (found[field] or f"\0{number}", found["port_of_discharge"])
        groups.setdefault(key, []).append(line)
    merged = []
    for parts in groups.values():
        whole = _merge(parts) if len(parts) > 1 else None
        merged += [whole] if whole else parts
    return merged


def _merge(parts: list[MessageLine]) -> MessageLine | None:
    sums: dict[str, tuple[Decimal, str]] = {}
    cells: dict[Cell, None] = {}
    for part in parts:
        for cell in part.cells:
            if cell.field not in _SUMMED:
                cells[cell] = None
                continue
            figure, _, unit = cell.text.partition(" ")
            total, before = sums.get(cell.field, (Decimal(0), unit))
            try:
                sums[cell.field] = (total + Decimal(figure), unit)
            except InvalidOperation:
                return None
            if unit != before:
                return None
    for field, (total, unit) in sums.items():
        cells[Cell(field, f"{field} of {len(parts)} parts", f"{total} {unit}".strip())] = None
    return MessageLine(parts[0].place, tuple(cells))
