"""Who sends and who receives: every shipment has both, whichever columns a file has for them.

Most files name importer and exporter, or consignee and shipper, seldom all. So rules about trade ask for the sender and the receiver.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import TRADER_PARTS
from precursor_screen.kernel.resolve.distinct import column_or_nulls
from precursor_screen.text.key_numbers import numbers_of

# In this order; the notify party of a bill to order, or to a bank or a forwarder, is who the goods are for.
_SENDERS = ("consignor", "exporter")
_RECEIVERS = ("consignee", "importer", "notify_party")
COUNTED = ("sender_counted", "receiver_counted")  # their keys on all lines, as numbers: only the tally asks for them
_PLACES = {"sender": ("country_of_dispatch", "country_of_origin"), "receiver": ("country_of_destination",)}


def add_traders(lines: pa.Table, keeps_for_others: Collection[str]) -> pa.Table:
    """Adds `sender_*` and `receiver_*`: role, name, key, address, address key, country.

    A country that the party's own columns lack is that of dispatch, else of origin, or of destination. A consignee that only carries, keeps
    or pays for other people's goods stands for the receiver where nobody else is named.

    Args:
        lines: with the keys of the roles that the input has; a key is null where the cell names nobody.
        keeps_for_others: keys of consignees that are banks, forwarders, brokers and warehouses.

    Returns:
        The lines, with a column for each part of which something is known.
    """
    last = [("consignee", column_or_nulls(lines, "consignee_key"))]
    named = {role: column_or_nulls(lines, f"{role}_key") for role in (*_SENDERS, *_RECEIVERS)}
    named["consignee"] = _without(named["consignee"], keeps_for_others)
    for side, roles in (("sender", _SENDERS), ("receiver", _RECEIVERS)):
        choice = [(role, named[role]) for role in roles] + (last if side == "receiver" else [])
        found = _first(choice)
        lines = lines.append_column(f"{side}_role", found)
        for part in TRADER_PARTS:
            value = _of_role(lines, found, roles, part)
            if part == "country":
                places = [column_or_nulls(lines, place) for place in _PLACES[side]]
                value = pc.coalesce(value, *places)
            lines = lines.append_column(f"{side}_{part}", value)
        lines = _with_country(lines, side)
    return lines


def _with_country(lines: pa.Table, side: str) -> pa.Table:
    """With the country in the key of the address: `45 Industrial Estate` stands in many."""
    place = lines.column_names.index(f"{side}_address_key")
    key, country = lines.column(place), lines.column(f"{side}_country")
    where = pc.binary_join_element_wise(key, country, " ")
    return lines.set_column(place, f"{side}_address_key", pc.coalesce(where, key))


def add_counted(lines: pa.Table, keys: Mapping[str, pa.ChunkedArray], keeps_for_others: Collection[str]) -> pa.Table:
    """Adds `COUNTED`: who sends and who receives on each line, as in `add_traders`, as a number.

    Args:
        lines: LINE columns.
        keys: by role, on every line, of the roles that the input has.
        keeps_for_others: as in `add_traders`.
    """
    nobody = pa.chunked_array([pa.nulls(lines.num_rows, pa.string())])
    senders = [keys.get(role, nobody) for role in _SENDERS]
    consignees, *others = [keys.get(role, nobody) for role in _RECEIVERS]
    receivers = [_without(consignees, keeps_for_others), *others, consignees]
    for name, of_roles in zip(COUNTED, (senders, receivers), strict=True):
        lines = lines.append_column(name, numbers_of(pc.coalesce(*of_roles)))
    return lines


def _without(keys: pa.ChunkedArray, keeps_for_others: Collection[str]) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(keys, pa.array(sorted(keeps_for_others), pa.string())), pa.scalar(None, pa.string()), keys)


def _first(choice: list[tuple[str, pa.ChunkedArray]]) -> pa.ChunkedArray:
    """The first role that names somebody, row by row."""
    nothing = pa.scalar(None, pa.string())
    return pc.coalesce(*(pc.if_else(pc.is_valid(key), pa.scalar(role), nothing) for role, key in choice))


def _of_role(lines: pa.Table, found: pa.ChunkedArray, roles: tuple[str, ...], part: str) -> pa.ChunkedArray:
    nothing = pa.scalar(None, pa.string())
    return pc.coalesce(
        *(
            pc.if_else(pc.fill_null(pc.equal(found, role), False), column_or_nulls(lines, f"{role}_{part}"), nothing)
            for role in roles
        )
    )
