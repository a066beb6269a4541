"""Items of a bill, found again in another message about it: by their number, else by what agrees best, never by the order of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

_MOST_PAIRS = 250_000  # that are compared one by one; of larger bills only what is equal is found again
_LEAST = 4  # of the weights below: a code, the words or the substances must agree, or the container and the mass
# By what an item is known again where its number is not stated.
_WEIGHTS = (("hs6", 4), ("goods", 4), ("substances", 4), ("containers", 2), ("mass", 2), ("packages", 1))


class Item(Struct, frozen=True):
    """What a line states, as far as it is known again by it.

    Attributes:
        line_id: of the line.
        key: its movement_key.
        number: within the bill; empty: none is stated.
        hs6, goods: code and folded description; empty: none.
        containers: their numbers, sorted.
        mass: kg; None: unknown.
        packages: their number.
        substances: that were recognised.
        function: original, replacement or cancellation.
        nth: number of the version.
        day: of the message.
    """

    line_id: str
    key: str
    number: str
    hs6: str
    goods: str
    containers: tuple[str, ...]
    mass: Decimal | None
    packages: int | None
    substances: frozenset[str]
    function: str
    nth: float
    day: date

    @property
    def content(self) -> tuple[object, ...]:
        """What is equal in two copies of one item."""
        return self.hs6, self.goods, self.containers, self.mass, self.packages

    @property
    def says_goods(self) -> bool:
        """Whether it states of which goods it speaks."""
        return bool(self.number or self.hs6 or self.goods or self.substances)


def alike(one: Item, other: Item) -> bool:
    """Whether two items are of the same goods, by code, by words or by what was recognised."""
    return any(getattr(one, n) and getattr(one, n) == getattr(other, n) for n in ("hs6", "goods", "substances"))


def find_again(older: Sequence[Item], newer: Sequence[Item], *, amended: bool) -> list[tuple[Item, Item]]:
    """Pairs (older, newer) that are one item; no item is in two of them.

    Args:
        older: items of a message.
        newer: items of another about the same bill.
        amended: whether the newer message says that it is another version: then its item is the same by the number alone, and without
            one by what agrees best. Else it must be of the same goods, and without a number equal.
    """
    by_number: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in older:
        by_number[_place(item)].append(item)
    pairs: list[tuple[Item, Item]] = []
    left: list[Item] = []
    for item in sorted(newer, key=lambda i: i.line_id):
        same = [o for o in by_number.get(_place(item), ()) if amended or alike(o, item)]
        if same:
            best = max(same, key=lambda o: (_agreement(o, item), o.line_id))
            by_number[_place(item)].remove(best)
            pairs.append((best, item))
        else:
            left.append(item)
    taken = {o.line_id for o, _ in pairs}
    free = [o for o in older if o.line_id not in taken and not o.number]
    unnumbered = [i for i in left if not i.number]
    if amended and len(free) * len(unnumbered) <= _MOST_PAIRS:
        pairs += _assign(free, unnumbered)
    else:
        pairs += _equal(free, unnumbered)
    return pairs


def _place(item: Item) -> tuple[str, str]:
    return ("n", item.number) if item.number else ("k", item.key)


def _agreement(one: Item, other: Item) -> int:
    return sum(w for name, w in _WEIGHTS if getattr(one, name) and getattr(one, name) == getattr(other, name))


def _assign(older: Iterable[Item], newer: Sequence[Item]) -> list[tuple[Item, Item]]:
    """One to one, what agrees best first."""
    scored = sorted(
        ((-_agreement(o, n), o.line_id, n.line_id, o, n) for o in older for n in newer), key=lambda s: (s[0], s[1], s[2])
    )
    found: list[tuple[Item, Item]] = []
    used: set[tuple[str, str]] = set()
    for score, o_id, n_id, o, n in scored:
        if -score < _LEAST:
            break
        if ("o", o_id) not in used and ("n", n_id) not in used:
            used |= {("o", o_id), ("n", n_id)}
            found.append((o, n))
    return found


def _equal(older: Iterable[Item], newer: Iterable[Item]) -> list[tuple[Item, Item]]:
    """One to one, what states the same."""
    waiting: dict[tuple[object, ...], list[Item]] = defaultdict(list)
    for item in sorted(older, key=lambda i: i.line_id, reverse=True):
        if item.says_goods:
            waiting[item.content].append(item)
    return [(waiting[item.content].pop(), item) for item in newer if waiting.get(item.content)]


def targets(cancelling: Item, items: Sequence[Item]) -> list[Item]:
    """The items that a cancellation names: by number or key, else those that are equal, else those of the same goods; all of the
    bill where it names no goods."""
    if cancelling.number:
        return [i for i in items if i.number == cancelling.number]
    if same := [i for i in items if i.key == cancelling.key]:
        return same
    if not cancelling.says_goods:
        return list(items)
    return [i for i in items if i.content == cancelling.content] or [i for i in items if alike(i, cancelling)]
