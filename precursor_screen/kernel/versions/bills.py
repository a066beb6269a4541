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

from msgspec import Struct, field

from precursor_screen.kernel.versions.items import Item, find_again, targets

ORIGINAL, REPLACEMENT, CANCELLATION = "original", "replacement", "cancellation"
SUPERSEDED, CANCELLED = "superseded", "cancelled"
DONE, WAITING = "cancellation", "waiting"  # of a cancellation: it takes something back, or waits for its original
LINK_DAYS = 90  # a number used again after that is another consignment's
_AFTER = timedelta(days=LINK_DAYS)


class Outcome(Struct):
    """What becomes of the lines of a bill.

    Attributes:
        why: line_id -> why it does not stand.
        previous: line_id -> the line that it amends.
        overlapping: lines that count once although two parts of the bill state them.
        conflicting: lines that contradict another of the same version.
    """

    why: dict[str, str] = field(default_factory=dict)
    previous: dict[str, str] = field(default_factory=dict)
    overlapping: set[str] = field(default_factory=set)
    conflicting: set[str] = field(default_factory=set)


class _Message(Struct):
    items: list[Item]
    fallen: bool = False

    @property
    def order(self) -> tuple[float, bool, date, str]:
        first = self.items[0]
        content = hashlib.sha256("".join(sorted(i.line_id for i in self.items)).encode()).hexdigest()
        return first.nth, first.function == REPLACEMENT, first.day, content


def judge_bill(items: Iterable[Item]) -> Outcome:
    """Judges the messages about one bill.

    Args:
        items: every line that was ever received of it, each once.
    """
    outcome = Outcome()
    by_message: dict[tuple[str, float, date], list[Item]] = defaultdict(list)
    cancellations = []
    for item in sorted(items, key=lambda i: i.line_id):
        if item.function == CANCELLATION:
            cancellations.append(item)
        else:
            by_message[item.function, item.nth, item.day].append(item)
    messages = sorted((_Message(m) for m in by_message.values()), key=lambda m: m.order)
    standing: list[_Message] = []
    for message in messages:
        _within(message, outcome)
        _take_place(standing, message, outcome)
        standing = [m for m in standing if not m.fallen]
        standing.append(message)
    every = [item for m in messages for item in m.items]
    for cancelling in cancellations:
        named = [i for i in targets(cancelling, every) if i.day <= _later(cancelling.day)]
        outcome.why[cancelling.line_id] = DONE if named else WAITING
        outcome.why |= {i.line_id: CANCELLED for i in named if i.nth <= cancelling.nth}
    return outcome


def _later(day: date) -> date:
    return day + _AFTER if date.max - day >= _AFTER else date.max


def _within(message: _Message, outcome: Outcome) -> None:
    """Lines of one message with one key: originals contradict each other and stay; of replacements the last by content holds."""
    by_key: dict[str, list[Item]] = defaultdict(list)
    for item in message.items:
        by_key[item.key].append(item)
    for same in (s for s in by_key.values() if len(s) > 1):
        if same[0].function == REPLACEMENT:
            outcome.why |= {i.line_id: SUPERSEDED for i in same[:-1]}
        else:
            outcome.conflicting |= {i.line_id for i in same}


def _take_place(standing: Sequence[_Message], message: _Message, outcome: Outcome) -> None:
    """What a message does to those before it."""
    replaces = message.items[0].function == REPLACEMENT
    for before in standing:
        amended = replaces or before.items[0].nth != message.items[0].nth
        pairs = find_again(before.items, message.items, amended=amended)
        found = len(pairs)
        if replaces or 2 * found >= min(len(before.items), len(message.items)):
            before.fallen = True
            fell = before.items
        else:
            fell = [o for o, _ in pairs]
            outcome.overlapping |= {n.line_id for _, n in pairs}
        outcome.why |= {i.line_id: SUPERSEDED for i in fell}
        outcome.previous |= {n.line_id: o.line_id for o, n in pairs}
