"""Keys of the parties of a line, who sends and who receives, and whether they are alike."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.schema import MOVEMENT, ROLES, TRADER_PARTS
from precursor_screen.kernel.match import PartyKeys
from precursor_screen.kernel.parallel_map import ParallelMap, chunk
from precursor_screen.kernel.resolve.distinct import LINE_NO, column_or_nulls, encode, map_distinct
from precursor_screen.matching.party.index import similarity
from precursor_screen.text.key_numbers import number_of
from precursor_screen.text.party import address_key, is_to_order
from precursor_screen.text.party_cell_kinds import country_of
from precursor_screen.text.party_cells import country_in
from precursor_screen.text.party_trades import other_trade, person

# Who sends and who receives: every shipment has both, whichever columns a file has for them.

# In this order; the notify party of a bill to order, or to a bank or a forwarder, is who the goods are for.
_SENDERS = ("consignor", "exporter")
_RECEIVERS = ("consignee", "importer", "notify_party")
COUNTED = ("sender_counted", "receiver_counted")  # their keys on all lines, as numbers: only the counts ask for them
_PLACES = {"sender": ("country_of_dispatch", "country_of_origin"), "receiver": ("country_of_destination",)}
_NONE: Mapping[str, pa.ChunkedArray] = MappingProxyType({})


def add_traders(lines: pa.Table, keeps_for_others: Collection[str], countries: Mapping[str, pa.ChunkedArray] = _NONE) -> pa.Table:
    """Adds `sender_*` and `receiver_*`: role, name, key, address, address key, country.

    A country that the party's own columns lack is that of its address, else of dispatch, else of origin, or of destination. A consignee
    that only carries, keeps or pays for other people's goods stands for the receiver where nobody else is named.

    Args:
        lines: with the keys of the roles that the input has; a key is null where the cell names nobody.
        keeps_for_others: keys of consignees that are banks, forwarders, brokers and warehouses.
        countries: by role, in which the address ends.

    Returns:
        The lines, with a column for each part of which something is known.
    """
    named = {role: lines.column(f"{role}_key") for role in (*_SENDERS, *_RECEIVERS) if f"{role}_key" in lines.column_names}
    last = [("consignee", named["consignee"])] if "consignee" in named else []
    if last:
        named["consignee"] = _without(named["consignee"], keeps_for_others)
    for side, roles in (("sender", _SENDERS), ("receiver", _RECEIVERS)):
        choice = [(role, named[role]) for role in roles if role in named] + (last if side == "receiver" else [])
        found = _first(choice, lines.num_rows)
        lines = lines.append_column(f"{side}_role", found)
        is_of = {role: pc.fill_null(pc.equal(found, role), False) for role in roles if role in named}
        for part in TRADER_PARTS:
            value = _of_role(is_of, {role: lines.column(n) for role in is_of if (n := f"{role}_{part}") in lines.column_names})
            if part == "country":
                places = [column_or_nulls(lines, place) for place in _PLACES[side]]
                value = pc.coalesce(value, _of_role(is_of, countries), *places)
            lines = lines.append_column(f"{side}_{part}", _nobody(lines.num_rows) if isinstance(value, pa.Scalar) else value)
        lines = _with_country(lines, side)
    return lines


def _with_country(lines: pa.Table, side: str) -> pa.Table:
    """With the country in the key of the address: `45 Industrial Estate` stands in many."""
    key, country = lines.column(f"{side}_address_key"), lines.column(f"{side}_country")
    if key.null_count == len(key):
        return lines
    where = pc.binary_join_element_wise(key, country, " ")
    return set_columns(lines, {f"{side}_address_key": pc.coalesce(where, key)})


def add_counted(lines: pa.Table, names: Mapping[str, PartyNames], keeps_for_others: Collection[str]) -> pa.Table:
    """Adds `COUNTED`: who sends and who receives on each line, as in `add_traders`, as a number.

    Args:
        lines: LINE columns.
        names: by role, of the roles that the input has.
        keeps_for_others: as in `add_traders`.
    """
    nobody = pa.nulls(lines.num_rows, pa.uint64())
    numbers = {role: mine.numbers.take(mine.encoded.indices) for role, mine in names.items()}
    senders = [numbers.get(role, nobody) for role in _SENDERS]
    consignees, *others = [numbers.get(role, nobody) for role in _RECEIVERS]
    own = consignees
    if keeps_for_others and (mine := names.get("consignee")):
        kept = pc.is_in(mine.keys, pa.array(sorted(keeps_for_others), pa.string()))
        own = pc.if_else(kept, pa.scalar(None, pa.uint64()), mine.numbers).take(mine.encoded.indices)
    sides = zip(COUNTED, (senders, [own, *others, consignees]), strict=True)
    return set_columns(lines, {name: pc.coalesce(*of_roles) for name, of_roles in sides})


def _without(keys: pa.ChunkedArray, keeps_for_others: Collection[str]) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(keys, pa.array(sorted(keeps_for_others), pa.string())), pa.scalar(None, pa.string()), keys)


def _first(choice: list[tuple[str, pa.ChunkedArray]], count: int) -> pa.ChunkedArray:
    """The first role that names somebody, row by row."""
    nothing = pa.scalar(None, pa.string())
    found = [pc.if_else(pc.is_valid(key), pa.scalar(role), nothing) for role, key in choice]
    return pc.coalesce(*found) if found else _nobody(count)


def _of_role(is_of: Mapping[str, pa.ChunkedArray], columns: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    """Of columns by role the cell of the role that counts, row by row; one null where there is none."""
    nothing = pa.scalar(None, pa.string())
    found = [pc.if_else(mine, columns[role], nothing) for role, mine in is_of.items() if role in columns]
    return pc.coalesce(*found) if found else nothing


def _nobody(count: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(count, pa.string())])


# Most of what is asked in one part of a run is asked in the next.
_number = lru_cache(maxsize=1 << 16)(number_of)
_other_trade_of = lru_cache(maxsize=1 << 16)(other_trade)


class PartyNames(Struct, frozen=True):
    """The cells of one role.

    Attributes:
        encoded: each cell as the number of its text.
        keys: of each distinct text; null where it names nobody.
        numbers: of each key.
    """

    encoded: pa.DictionaryArray
    keys: pa.Array
    numbers: pa.Array


def _names_of(cells: pa.ChunkedArray, keys: PartyKeys) -> PartyNames:
    encoded = encode(cells)
    mine = [keys[name] or None for name in encoded.dictionary.to_pylist()]
    numbers = pa.array([_number(key) if key else None for key in mine], pa.uint64())
    return PartyNames(encoded, pa.array(mine, pa.string()), numbers)


def _countries(lines: pa.Table, role: str, named: pa.ChunkedArray) -> pa.ChunkedArray:
    """The country in which the address of a role ends: in a column of its own, else behind the name. named: where it is asked for."""
    cells = [
        pc.if_else(named, column_or_nulls(lines, f"{role}_{part}"), pa.scalar(None, pa.string())) for part in ("address", "name")
    ]
    return pc.coalesce(map_distinct(cells[0], country_of), map_distinct(cells[1], country_in))


_MOVEMENT_NAMES = frozenset(MOVEMENT.names)


def add_party_facts(
    lines: pa.Table,
    candidates: pa.Table,
    parties: pa.Table,
    wanted: frozenset[str],
    keepers: Collection[str],
    keys: PartyKeys,
    parallel_map: ParallelMap,
) -> pa.Table:
    """Adds keys of names and addresses, and who sends and receives, on the lines of shipments in which something was recognised,
    and on those that are watched: elsewhere no rule asks. Who sends and receives is counted on every line (`COUNTED`).

    Args:
        lines: with LINE_NO, lexicon_terms and goods_key.
        candidates: of substances.
        parties: matched with lists.
        wanted: the columns that rules ask for.
        keepers: from `find_keepers`.
        keys: of names.
        parallel_map: how the comparison of names is spread; changes nothing in the result.
    """
    with_candidates = pa.chunked_array([*candidates.column(LINE_NO).chunks, *parties.column(LINE_NO).chunks], pa.int64())
    here = pc.is_in(lines.column(LINE_NO), pc.unique(with_candidates))
    here = pc.or_(here, pc.fill_null(pc.greater(pc.list_value_length(lines.column("lexicon_terms")), 0), False))
    # Rules of shipments count the parties of every line of a bill.
    beside = pc.is_in(lines.column("shipment_id"), pc.unique(lines.column("shipment_id").filter(here)))
    named = pc.or_(beside, pc.is_valid(lines.column("goods_key")))
    nobody = pa.scalar(None, pa.string())
    names: dict[str, PartyNames] = {}
    for role in ROLES:
        if f"{role}_name" in lines.column_names:
            names[role] = mine = _names_of(lines.column(f"{role}_name"), keys)
            at = pc.if_else(named, mine.encoded.indices, pa.scalar(None, pa.int32()))
            lines = lines.append_column(f"{role}_key", mine.keys.take(at))
    for role in ROLES:  # no rule about watched goods compares addresses by their keys
        if f"{role}_address_key" in _MOVEMENT_NAMES and f"{role}_address" in lines.column_names:
            cells = pc.if_else(here, lines.column(f"{role}_address"), nobody)
            lines = lines.append_column(f"{role}_address_key", map_distinct(cells, address_key))
    lines = add_traders(lines, keepers, {role: _countries(lines, role, named) for role in names})
    lines = add_counted(lines, names, keepers)
    for side in ("sender", "receiver"):
        if f"{side}_other_trade" in wanted:
            lines = lines.append_column(f"{side}_other_trade", _other_trade(lines, side))
    if "receiver_person" in wanted:
        asked = pc.if_else(here, lines.column("receiver_name"), pa.scalar(None, pa.string()))
        lines = lines.append_column("receiver_person", map_distinct(asked, lambda name: person(name) or None))
    if "consignee_to_order" in wanted:
        lines = lines.append_column("consignee_to_order", _to_order(names.get("consignee"), lines.num_rows))
    if "sender_receiver_score" in wanted:
        lines = lines.append_column("sender_receiver_score", _likeness(lines, candidates, parallel_map))
    return lines


_SUBHEADING = 6  # figures


def _other_trade(lines: pa.Table, side: str) -> pa.ChunkedArray:
    """The trade of which the party's name tells where such a trade does not deal in goods of the code, else of the named substances' first."""
    some = lines.select([LINE_NO, "substance_hs6s", "hs6", f"{side}_name"]).filter(pc.is_valid(lines.column(f"{side}_name")))
    named = pc.utf8_slice_codeunits(pc.binary_join(some.column("substance_hs6s"), " "), 0, _SUBHEADING)
    code = pc.coalesce(some.column("hs6"), pc.if_else(pc.equal(named, ""), pa.scalar(None, pa.string()), named))
    goods = pc.binary_join_element_wise(code, some.column(f"{side}_name"), "")
    other_trade = map_distinct(goods, lambda both: _other_trade_of(both[_SUBHEADING:], both[:_SUBHEADING]))
    return other_trade.take(pc.index_in(lines.column(LINE_NO), some.column(LINE_NO)))


def _to_order(consignees: PartyNames | None, count: int) -> pa.ChunkedArray:
    """Whether the consignee field names nobody, or is left blank; false where the input has no such field."""
    if consignees is None:
        return pa.chunked_array([pa.repeat(False, count)], pa.bool_())
    cells = zip(consignees.encoded.dictionary.to_pylist(), consignees.numbers.is_valid().to_pylist(), strict=True)
    to_order = pa.array([not names_somebody and is_to_order(cell) for cell, names_somebody in cells], pa.bool_())
    return pc.fill_null(to_order.take(consignees.encoded.indices), True)


def _likeness(lines: pa.Table, candidates: pa.Table, parallel_map: ParallelMap) -> pa.ChunkedArray:
    """How alike sender and receiver are, for lines with a candidate: elsewhere no rule asks."""
    rows = pc.unique(candidates.column(LINE_NO)).to_pylist()
    scores: list[float | None] = [None] * lines.num_rows
    left, right = (lines.column(n).take(pa.array(rows, pa.int64())).to_pylist() for n in ("sender_name", "receiver_name"))
    pairs = {row: (a, b) for row, a, b in zip(rows, left, right, strict=True) if a and b}
    distinct = list(dict.fromkeys(pairs.values()))
    values = [value for chunk in parallel_map(_compare, chunk(distinct)) for value in chunk]
    known = dict(zip(distinct, values, strict=True))
    for row, pair in pairs.items():
        scores[row] = known[pair]
    return pa.chunked_array([pa.array(scores, pa.float64())])


def _compare(pairs: Sequence[tuple[str, str]]) -> list[float | None]:
    """The likeness of pairs of names; None where there is nothing to compare."""
    return [_alike(*pair) for pair in pairs]


@lru_cache(maxsize=1 << 14)  # who trades together in one part of a run does so in the next
def _alike(left: str, right: str) -> float | None:
    (score,) = similarity([left], [right]).tolist()
    return None if math.isnan(score) else score
