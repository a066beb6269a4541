"""Which of the messages about one bill hold: a function of the set of them, whatever the order in which they came.

Messages stand in the order of their versions, then a replacement after the original, then by day, then by a hash of their content.

- A replacement takes the place of all before it, items that it leaves out included.
- Of two originals, what is found again of the smaller one in the other decides: nothing, and the later is a further part of the bill;
  at least half, and it is the bill sent anew, the earlier falls; in between the items found again count once, in the later.
- A cancellation takes back what is of no later version, and what is not dated more than a quarter after it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct, field

from precursor_screen.core.grouped import grouped

# Items of a bill, found again in another message about it: by their number, else by what agrees best, never by the order of
# rows.

_MOST_PAIRS = 250_000  # that are compared one by one; of larger bills only what is equal is found again
_LEAST = 4  # of the weights below: a code, the words or the substances must agree, or the container and the mass
# By what an item is known again where its number is not stated.
_WEIGHTS = (("hs6", 4), ("goods", 4), ("substances", 4), ("containers", 2), ("mass", 2), ("packages", 1))


class Named(Struct, frozen=True):
    """A substance that a line names. kg: its mass as stated, None: unknown; sure: by more than a weak name or a code alone."""

    substance_id: str
    kg: Decimal | None
    sure: bool


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
        named: the same substances, with what is known of each.
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
    named: tuple[Named, ...] = ()

    @property
    def content(self) -> tuple[object, ...]:
        """What is equal in two copies of one item."""
        return self.hs6, self.goods, self.containers, self.mass, self.packages

    @property
    def says_goods(self) -> bool:
        """Whether it states of which goods it speaks."""
        return bool(self.number or self.hs6 or self.goods or self.substances)


def is_same_goods(one: Item, other: Item) -> bool:
    """Whether two items are of the same goods, by code, by words or by what was recognised."""
    return any(getattr(one, n) and getattr(one, n) == getattr(other, n) for n in ("hs6", "goods", "substances"))


def match_items(older: Sequence[Item], newer: Sequence[Item], *, amended: bool) -> list[tuple[Item, Item]]:
    """Pairs (older, newer) that are one item; no item is in two of them.

    Args:
        older: items of a message.
        newer: items of another about the same bill.
        amended: whether the newer message says that it is another version: then its item is the same by the number alone, and without
            one by what agrees best. Else it must be of the same goods, and without a number equal.
    """
    by_number = grouped((_place(item), item) for item in older)
    pairs: list[tuple[Item, Item]] = []
    left: list[Item] = []
    for item in sorted(newer, key=lambda i: i.line_id):
        same = [o for o in by_number.get(_place(item), ()) if amended or is_same_goods(o, item)]
        if same:
            best = max(same, key=lambda o: (_agreement(o, item), o.line_id))
            by_number[_place(item)].remove(best)
            pairs.append((best, item))
        else:
            left.append(item)
    paired = {o.line_id for o, _ in pairs}
    free = [o for o in older if o.line_id not in paired and not o.number]
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
    last_first = sorted(older, key=lambda i: i.line_id, reverse=True)
    waiting = grouped((item.content, item) for item in last_first if item.says_goods)
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
    return [i for i in items if i.content == cancelling.content] or [i for i in items if is_same_goods(i, cancelling)]


ORIGINAL, REPLACEMENT, CANCELLATION = "original", "replacement", "cancellation"
SUPERSEDED, CANCELLED = "superseded", "cancelled"
DONE, WAITING = "cancellation", "waiting"  # of a cancellation: it takes something back, or waits for its original
LINK_DAYS = 90  # a number used again after that is another consignment's
_AFTER = timedelta(days=LINK_DAYS)


class Amendment(Struct, frozen=True):
    """A message that stands, and the first ones about the same cargo, whose place it has taken."""

    now: tuple[Item, ...]
    first: tuple[Item, ...]


class Decision(Struct):
    """What becomes of the lines of bills.

    Attributes:
        why: line_id -> why a line does not stand: superseded, cancelled; of a cancellation: cancellation, waiting.
        previous: line_id -> the line that it amends.
        overlapping: lines that two parts of a bill state; they count once.
        conflicting: lines of one version that contradict each other, and stand.
        uncounted: numbers of the rows that stand and whose mass counts in another one.
        amendments: of the messages that stand in the place of others.
    """

    why: dict[str, str] = field(default_factory=dict)
    previous: dict[str, str] = field(default_factory=dict)
    overlapping: set[str] = field(default_factory=set)
    conflicting: set[str] = field(default_factory=set)
    uncounted: set[int] = field(default_factory=set)
    amendments: list[Amendment] = field(default_factory=list)

    def standing(self, amendment: Amendment) -> list[Item]:
        """The items of an amendment that are not cancelled."""
        return [item for item in amendment.now if item.line_id not in self.why]

    def first_of(self, line_id: str) -> str:
        """The line of the first version of an item."""
        while line_id in self.previous:
            line_id = self.previous[line_id]
        return line_id


class _Message(Struct):
    items: list[Item]
    superseded: bool = False
    first: list[Item] = field(default_factory=list)  # of the first messages whose place it takes

    @property
    def order(self) -> tuple[float, bool, date, str]:
        first = self.items[0]
        content = hashlib.sha256("".join(sorted(i.line_id for i in self.items)).encode()).hexdigest()
        return first.nth, first.function == REPLACEMENT, first.day, content


def judge_bill(items: Iterable[Item], result: Decision) -> None:
    """Judges the messages about one bill, and adds to what is known of others.

    Args:
        items: every line that was ever received of it, each once.
        result: of the bills before; each line is of one bill only.
    """
    by_message: dict[tuple[str, float, date], list[Item]] = defaultdict(list)
    cancellations = []
    for item in sorted(items, key=lambda i: i.line_id):
        if item.function == CANCELLATION:
            cancellations.append(item)
        else:
            by_message[item.function, item.nth, item.day].append(item)
    messages = sorted((_Message(m) for m in by_message.values()), key=lambda m: m.order)
    current: list[_Message] = []
    for message in messages:
        _resolve_repeats(message, result)
        _supersede(current, message, result)
        current = [m for m in current if not m.superseded]
        current.append(message)
    every = [item for m in messages for item in m.items]
    for cancelling in cancellations:
        named = [i for i in targets(cancelling, every) if i.day <= _later(cancelling.day)]
        result.why[cancelling.line_id] = DONE if named else WAITING
        result.why |= {i.line_id: CANCELLED for i in named if i.nth <= cancelling.nth}
    result.amendments += [Amendment(tuple(m.items), tuple(m.first)) for m in current if m.first]


def _later(day: date) -> date:
    return day + _AFTER if date.max - day >= _AFTER else date.max


def _resolve_repeats(message: _Message, result: Decision) -> None:
    """Lines of one message with one key: originals contradict each other and stay; of replacements the last by content holds."""
    for same in (some for some in grouped((item.key, item) for item in message.items).values() if len(some) > 1):
        if same[0].function == REPLACEMENT:
            result.why |= {i.line_id: SUPERSEDED for i in same[:-1]}
        else:
            result.conflicting |= {i.line_id for i in same}


def _supersede(current: Sequence[_Message], message: _Message, result: Decision) -> None:
    """What a message does to those before it."""
    nth = message.items[0].nth
    for earlier in current:
        replaces = message.items[0].function == REPLACEMENT or nth > earlier.items[0].nth > 0
        amended = replaces or earlier.items[0].nth != nth
        pairs = match_items(earlier.items, message.items, amended=amended)
        if replaces or 2 * len(pairs) >= min(len(earlier.items), len(message.items)):
            earlier.superseded = True
            superseded = earlier.items
        else:
            superseded = [o for o, _ in pairs]
            result.overlapping |= {n.line_id for _, n in pairs}
        if superseded:
            message.first += earlier.first or superseded
        result.why |= {i.line_id: SUPERSEDED for i in superseded}
        result.previous |= {n.line_id: o.line_id for o, n in pairs}
