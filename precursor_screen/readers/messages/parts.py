"""Goods of an item that are spread over several containers: the mass in each of them."""

from __future__ import annotations

from decimal import Decimal

from precursor_screen.readers.messages.scope import BESIDE, Cell, Scope
from precursor_screen.readers.messages.text import with_unit

_LABEL = "mass in containers (SGP)"


class Parts:
    """The containers of one item while they are read."""

    def __init__(self) -> None:
        self.container = 0
        self.last: dict[str, int] = {}  # field -> container whose mass was added

    def add(self, scope: Scope, field: str, figure: str, unit: str) -> bool:
        """Take the mass of the goods in a container: a part of what the item states, or of the sum where it states nothing.

        Returns:
            Whether it was taken; a second one of the same container, or one in another unit, is for the caller.
        """
        if not self.container or self.last.get(field) == self.container:
            return False
        found = next((i for i, c in enumerate(scope.cells) if c.field == field and c.label == _LABEL), None)
        if found is None:
            self.last[field] = self.container
            own = scope.has(field)
            scope.add(BESIDE if own else field, _LABEL, f"{figure} {unit}" if own else with_unit(figure, unit))
            return True
        before, _, known = scope.cells[found].text.partition(" ")
        if known != with_unit("", unit).strip() or not (_is_figure(before) and _is_figure(figure)):
            return False
        self.last[field] = self.container
        scope.cells[found] = Cell(field, _LABEL, with_unit(str(Decimal(before) + Decimal(figure)), unit))
        return True


def _is_figure(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()
