"""A message as it is nested: what is said of all of it, of a consignment, of an item; and the lines that this comes to.

A line is what has nothing below it. It states what stands in it, and inherits the rest from what it stands in, the nearest first;
a party is inherited whole, so that the address of one never stands beside the name of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.readers.column_map import PARTY_NAMES
from precursor_screen.text.countries import country_told

EXTRA = "beside"  # a known element without a field of its own: kept as filed, and screened as text
UNREAD = ""  # an element that is not known
IGNORED = "-"  # an element that says nothing of goods or parties

ROLES = tuple(name.removesuffix("_name") for name in PARTY_NAMES)
# Of these each figure is of what it stands with: a total is no item's.
AMOUNTS = frozenset(
    [
        *("net_mass", "gross_mass", "packages", "package_type", "quantity", "quantity_unit", "value", "currency"),
        *("freight", "container_numbers"),
    ]
)


# Fields of which a line may state several: how they stand in one cell.
SEVERAL = {
    "description": "; ",
    "marks": "; ",
    "package_type": ", ",
    **dict.fromkeys(("container_numbers", "hs_code", "cas_numbers", "cus_codes", "un_numbers", "transit_countries"), ";"),
    **{name.replace("_name", "_address"): ", " for name in PARTY_NAMES},
}

# Of these what stands above several lines is of all of them together, so that each would count it again.
FIGURES = frozenset(("net_mass", "gross_mass", "packages", "quantity", "value", "freight"))
MOST_HANDED_DOWN = 2_000_000  # values of a level times lines below it: beyond, not every line repeats every one


class Cell(Struct, frozen=True, gc=False):
    """One value of a message: the field it is for, where it stands in the sender's own words, and what it says.

    `filed` is what stands there, where that was put in other words: a date, a code.
    """

    field: str
    label: str
    text: str
    filed: str = ""


class Scope(Struct):
    """A level of a message.

    Attributes:
        place: number of the segment or item that opens it.
        shares: whether amounts and containers that stand here may be those of what is below: those of a whole manifest are not.
        log: every text that any level of the message was given, as it is read; whoever counts what is taken empties it.
    """

    place: int
    parent: Scope | None = None
    shares: bool = True
    cells: list[Cell] = field(default_factory=list)
    children: list[Scope] = field(default_factory=list)
    stated: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    def open(self, place: int, *, shares: bool = True) -> Scope:
        """A level below."""
        child = Scope(place, self, shares, log=self.log)
        self.children.append(child)
        return child

    def add(self, name: str, label: str, text: str, filed: str = "") -> None:
        """A value, unless it is blank or of an element that says nothing."""
        if name != IGNORED and (text := text.strip()):
            filed = filed.strip()
            self._take(Cell(name, label, text, filed if filed != text else ""))

    def take(self, cells: Iterable[Cell]) -> None:
        """Values that are ready."""
        for cell in cells:
            self._take(cell)

    def _take(self, cell: Cell) -> None:
        self.cells.append(cell)
        self.stated.add(cell.field)
        self.log += (cell.text, cell.filed)

    def add_extra(self, name: str) -> None:
        """The values of a field lose it to one that is surer."""
        self.cells[:] = [Cell(EXTRA, c.label, c.text) if c.field == name else c for c in self.cells]

    def above(self) -> Iterator[Scope]:
        """The levels that it stands in, the nearest first."""
        scope = self.parent
        while scope is not None:
            yield scope
            scope = scope.parent

    def first(self, name: str) -> str:
        """The first value of a field at the level itself; empty where it has none."""
        return next((cell.text for cell in self.cells if cell.field == name), "")

    def has(self, name: str) -> bool:
        """Whether the level itself states a field, or did before it was put elsewhere."""
        return name in self.stated


class MessageLine(Struct, frozen=True, gc=False):
    """One line.

    Attributes:
        place: where it starts in the file.
        cells: the values that are its own or inherited, and values that nearer ones stand before.
        elsewhere: fields that are stated of it and other lines together, and stand on the first of them.
    """

    place: int
    cells: tuple[Cell, ...]
    elsewhere: frozenset[str] = frozenset()


def lines_of(message: Scope) -> Iterator[MessageLine]:
    """The lines of a message, in its order."""
    heritage: dict[int, _Heritage] = {}
    _share_amounts(message, heritage)
    for leaf in leaves_of(message):
        yield MessageLine(leaf.place, tuple(_inherit(leaf, heritage)), _elsewhere(leaf, heritage))


def with_countries(line: MessageLine, derive: Mapping[str, tuple[str, ...]]) -> MessageLine:
    """The line with countries that its places tell, where it states none."""
    stated = {c.field: c for c in reversed(line.cells)}
    more = []
    for country, places in derive.items():
        place = next((stated[p] for p in places if p in stated and country_told(stated[p].text)), None)
        if country not in stated and place is not None:
            more.append(Cell(country, place.label, country_told(place.text), place.filed or place.text))
    return replace(line, cells=(*line.cells, *more)) if more else line


class _Heritage(Struct, frozen=True):
    """What a level hands down: to every line below it (groups: of these), and to the first of them alone; counted: amounts among the latter."""

    all: tuple[Cell, ...]
    groups: frozenset[str]
    first: tuple[Cell, ...]
    line: Scope
    counted: frozenset[str] = frozenset()


def leaves_of(scope: Scope) -> Iterator[Scope]:
    """The levels below which there is none, in the order of the message."""
    if not scope.children:
        yield scope
    for child in scope.children:
        yield from leaves_of(child)


def _share_amounts(scope: Scope, heritage: dict[int, _Heritage]) -> tuple[int, frozenset[str], Scope]:
    """How many lines stand below a level, which amounts it or anything below it states, and its first line."""
    if not scope.children:
        return 1, AMOUNTS & scope.stated, scope
    below = [_share_amounts(child, heritage) for child in scope.children]
    count = sum(lines for lines, _, _ in below)
    stated = frozenset().union(*(amounts for _, amounts, _ in below))
    shared = AMOUNTS - stated if scope.shares or count == 1 else frozenset()
    own = [c for c in scope.cells if c.field in AMOUNTS and c.field not in shared]
    down = [c for c in scope.cells if c.field not in AMOUNTS or c.field in shared]
    counted = [c for c in down if c.field in FIGURES] if count > 1 else []
    down = [c for c in down if c not in counted]
    more: list[Cell] = []
    if len(down) * count > MOST_HANDED_DOWN:
        # Thousands of remarks above thousands of lines: each line gets a value of each field, and the first one all of them.
        once = {c.field: c for c in reversed(down)}
        more = [c for c in down if once[c.field] is not c]
        down = list(once.values())
    # A total, or what no line is said to be in, is shown once.
    first = (*counted, *map(as_extra, (*own, *more)))
    groups = frozenset(group for c in down if (group := group_of(c.field)))
    heritage[id(scope)] = _Heritage(tuple(down), groups, first, below[0][2], frozenset(c.field for c in counted))
    return count, stated | (AMOUNTS & scope.stated), below[0][2]


def _inherit(leaf: Scope, heritage: dict[int, _Heritage]) -> Iterator[Cell]:
    yield from leaf.cells
    nearer = {group_of(c.field) for c in leaf.cells}
    given = leaf.cells.copy()
    for scope in leaf.above():
        left = heritage[id(scope)]
        groups = left.groups - nearer
        if len(groups) == len(left.groups):  # as nearly always: nothing nearer states any of it
            given += left.all
            yield from left.all
        else:
            known = {(c.field, c.text) for c in given}
            for cell in left.all:
                group = group_of(cell.field)
                if not group or group in groups:
                    known.add((cell.field, cell.text))
                    given.append(cell)
                    yield cell
                elif (cell.field, cell.text) not in known:  # what a nearer level repeats says nothing more
                    yield as_extra(cell)
        if left.line is leaf:
            yield from left.first
        nearer |= groups


def _elsewhere(leaf: Scope, heritage: dict[int, _Heritage]) -> frozenset[str]:
    above = (heritage[id(scope)] for scope in leaf.above())
    return frozenset().union(*(level.counted for level in above if level.line is not leaf))


@lru_cache(maxsize=1024)
def group_of(name: str) -> str:
    """The fields that are inherited together; empty for parties in other roles and for what has no field, which add up."""
    if name in ("other_parties", EXTRA, UNREAD):
        return ""
    return next((role for role in ROLES if name.startswith(f"{role}_")), name)


def as_extra(cell: Cell) -> Cell:
    """A value that a nearer one stands before, or that is no line's own: parties are screened as such, the rest as text."""
    return Cell("other_parties" if cell.field in PARTY_NAMES else EXTRA, cell.label, cell.filed or cell.text)


# A cargo that a manifest states in parts: one air waybill on several unit load devices.

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
    sums: dict[str, str] = {}
    cells: dict[Cell, None] = {}
    for part in parts:
        for cell in part.cells:
            if cell.field not in _SUMMED:
                cells[cell] = None
            elif total := added(sums.get(cell.field, ""), cell.text):
                sums[cell.field] = total
            else:
                return None
    for name, total in sums.items():
        cells[Cell(name, f"{name} of {len(parts)} parts", total)] = None
    return MessageLine(parts[0].place, tuple(cells))


def added(before: str, more: str) -> str:
    """The sum of two figures with their unit; `before` may be empty. Empty if one of them is not a number, or their units differ."""
    figure, _, unit = more.partition(" ")
    sum_before, _, known = before.partition(" ") if before else ("0", "", unit)
    try:
        total = Decimal(sum_before) + Decimal(figure)
    except InvalidOperation:
        return ""
    return f"{total} {unit}".strip() if total.is_finite() and unit == known else ""
