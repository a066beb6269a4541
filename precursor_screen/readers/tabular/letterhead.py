"""Who heads a paper and to whom it is addressed, where neither a label nor a column says who sends the goods and who receives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, groupby
from typing import Final

from msgspec.structs import replace

from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import pattern_of
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.content import is_firm
from precursor_screen.readers.tabular.general_segment import (
    APART,
    COLON,
    OF_PARTIES,
    Stated,
    general_segment,
    name_and_address,
    pairs_of,
)
from precursor_screen.text.party_addresses import part_address
from precursor_screen.text.text import late

ADDRESSEE: Final = "the addressee of the paper"
_SENDERS: Final = ("consignor_name", "exporter_name")
_SENDERS_PAPER: Final = late(lambda: pattern_of("paper_words", "sender's paper"), re.IGNORECASE)
_MOST_HEADS, _MOST_LINES = 3, 6  # cells among which a letterhead is, lines of a party


def stated_around(rows: Sequence[Sequence[str]], below: Sequence[Sequence[str]], guesses: Sequence[Guess]) -> tuple[Stated, ...]:
    """What the rows above a header state, with their letterhead and their addressee where neither they nor a column name the sender and the
    receiver; and of what stands below the table what those above do not, but for parties: boxes of signatures and charges name some."""
    above = general_segment(rows)
    fields = {one.field for one in above}
    named = fields.union(guess.field for guess in guesses)
    if named.isdisjoint(_SENDERS):
        above += letterhead(rows)
    if named.isdisjoint(("consignee_name", "importer_name")):
        above += _delivered_to(above) or addressee(rows, above)
    told = fields.union(OF_PARTIES, () if fields.isdisjoint(DATES) else DATES)
    return (*above, *(replace(one, cells=()) for one in general_segment(below) if one.field not in told))


def letterhead(rows: Sequence[Sequence[str]]) -> tuple[Stated, ...]:
    """The firm whose name heads an invoice, a packing list or a delivery note: it sends the goods, where nothing else says who does."""
    filled = [(at, column, cell.strip()) for at, row in enumerate(rows) for column, cell in enumerate(row) if cell.strip()]
    heads = ((at, column, part.strip()) for at, column, cell in filled[:_MOST_HEADS] for part in APART.split(cell)[:_MOST_HEADS])
    firms = [(at, column, name) for at, column, name in heads if is_firm(name) and not COLON.search(name) and len(name) < 100]
    if not firms or not _is_of_sender(rows):
        return ()
    at, column, name = firms[0]
    return (Stated("consignor_name", "the head of the paper", name, ((at, column),)),)


def _delivered_to(stated: Sequence[Stated]) -> tuple[Stated, ...]:
    """The firm with which an address of delivery begins."""
    for one in stated:
        name, address = name_and_address(one.value) if one.field == "consignee_address" else ("", "")
        if address and is_firm(name):
            return (replace(one, field="consignee_name", value=name),)
    return ()


def _is_of_sender(rows: Sequence[Sequence[str]]) -> bool:
    return any(_SENDERS_PAPER.search(cell) for row in rows for cell in row)


def addressee(rows: Sequence[Sequence[str]], stated: Sequence[Stated]) -> tuple[Stated, ...]:
    """The firm to which such a paper is addressed: the only one without a label over lines of an address, but for the sender, whose name may
    stand in small print over it; it receives the goods, where nothing else says who does."""
    sender = next((one.value.casefold() for one in stated if one.field in _SENDERS), "")
    if not sender or not _is_of_sender(rows):
        return ()
    found: dict[str, tuple[str, tuple[tuple[int, int], ...]]] = {}
    for column in range(max(map(len, rows), default=0)):
        cells_below = ((at, (*row[column : column + 1], "")[0]) for at, row in enumerate(rows))
        said = [(at, line.strip()) for at, cell in cells_below for line in cell.split("\n")]
        for is_said, some in groupby(said, lambda one: bool(one[1]) and not pairs_of(one[1])):
            lines = list(dropwhile(lambda one: one[1].casefold().startswith(sender), some)) if is_said else []
            name, address = part_address("\n".join(line for _, line in lines[:_MOST_LINES]))
            if address and is_firm(name):
                found[name] = address, tuple((at, column) for at, _ in lines)
    if len(found) != 1:
        return ()
    name, (address, cells) = found.popitem()
    return (Stated("consignee_name", ADDRESSEE, name, cells), Stated("consignee_address", ADDRESSEE, address, cells))
