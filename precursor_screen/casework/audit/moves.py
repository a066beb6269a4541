"""What an audit looks at: movements of one exporter as plain values, each numbered by the line that states it.

Declaration, house bill and master bill of one cargo count once, as in the windows of the rules (`kernel.movements.link_movements`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import pyarrow as pa

from precursor_screen.casework.reconcile.movements import READ as OF_PAPERS
from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.movements import link_movements
from precursor_screen.model import Threshold
from precursor_screen.reference.thresholds import threshold_for
from precursor_screen.schema import MOVEMENT

# What is read of each movement of the exporter.
READ = (
    *("movement_key", "line_id", "shipment_id", "source_file", "source_row", "as_of_date", "direction"),
    *("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "bill_issuer"),
    *("country_of_dispatch", "country_of_destination", "transit_countries"),
    *("sender_name", "sender_key", "sender_address_key", "sender_country", "receiver_name", "receiver_key", "receiver_country"),
    *("permit_reference", "pen_reference", "hs6", "description", "value_usd", "substance_id", "match_method"),
    *("substance_mass_kg", "goods_mass_kg", "mass_basis", "mass_confidence"),
)
WANTED = tuple(dict.fromkeys((*READ, *OF_PAPERS)))  # with what papers are compared with
Lines = tuple[int, ...]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of one substance, or of goods that were remembered for another reason.

    Attributes:
        line: number of the line, from 1 by day, file and row; a line that names two substances is two moves.
        source_file, source_row: where it stands.
        kg: mass of the substance that counts here; 0: another document of the cargo states it; None: unknown.
        receiver: what receivers are told apart by; empty: none is named.
        limit_kg: threshold of a transaction on that day; None: none is known.
        goods_kg: mass of the goods as traded, where they hold less of the substance; None: they are it, or it is not known.
    """

    line: int
    line_id: str
    movement_key: str
    shipment_id: str
    source_file: str
    source_row: int | None
    day: date | None
    direction: str
    substance: str
    kg: Decimal | None
    mass_basis: str
    value_usd: Decimal | None
    hs6: str
    description: str
    match_method: str
    sender: str
    receiver: str
    receiver_name: str
    receiver_country: str
    dispatch: str
    destination: str
    transit: tuple[str, ...]
    permit: str
    notification: str
    limit_kg: Decimal | None = None
    goods_kg: Decimal | None = None

    @property
    def month(self) -> str:
        """2026-03; empty: no date."""
        return f"{self.day:%Y-%m}" if self.day else ""

    @property
    def place(self) -> str:
        """File and row."""
        return f"{self.source_file}:{self.source_row}" if self.source_row is not None else self.source_file


class Limits:
    """Thresholds in kilograms of one jurisdiction, by substance, direction and day; each is looked up once."""

    def __init__(self, thresholds: Iterable[Threshold], jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        self._rows: dict[str, list[Threshold]] = {}
        for one in thresholds:
            if one.jurisdiction == jurisdiction:
                self._rows.setdefault(one.substance_id, []).append(one)
        self._known: dict[tuple[str, str, date, str], Decimal | None] = {}

    def find(self, substance: str, direction: str, day: date | None, period: str = "transaction") -> Decimal | None:
        """The threshold of a transaction, month or year; None: none is known. One of zero (every quantity) is one."""
        if day is None or substance not in self._rows:
            return None
        key = (substance, direction, day, period)
        if key not in self._known:
            found = threshold_for(self._rows[substance], self.jurisdiction, substance, direction, day, period)
            self._known[key] = found.kg if found else None
        return self._known[key]


def to_moves(rows: pa.Table, limits: Limits) -> tuple[Move, ...]:
    """Moves of MOVEMENT rows (the columns of READ), in an order that does not depend on theirs."""
    linked = _link(rows).to_pylist()
    linked.sort(
        key=lambda r: (
            r["as_of_date"] or date.max,
            r["source_file"] or "",
            r["source_row"] or 0,
            r["line_id"],
            r["substance_id"] or "",
        )
    )
    numbers = {line_id: n for n, line_id in enumerate(dict.fromkeys(r["line_id"] for r in linked), 1)}
    moves = []
    for row in linked:
        text = {name: row[name] or "" for name in _TEXTS}
        moves.append(
            Move(
                line=numbers[row["line_id"]],
                line_id=row["line_id"],
                movement_key=row["movement_key"],
                shipment_id=text["shipment_id"],
                source_file=text["source_file"],
                source_row=row["source_row"],
                day=row["as_of_date"],
                direction=text["direction"],
                substance=text["substance_id"],
                kg=_counted(row),
                mass_basis=text["mass_basis"],
                value_usd=row["value_usd"],
                hs6=text["hs6"],
                description=text["description"],
                match_method=text["match_method"],
                sender=text["sender_name"],
                receiver=text["receiver_key"] or text["receiver_name"].casefold(),
                receiver_name=text["receiver_name"],
                receiver_country=text["receiver_country"],
                dispatch=text["country_of_dispatch"],
                destination=text["country_of_destination"],
                transit=tuple(row["transit_countries"] or ()),
                permit=text["permit_reference"],
                notification=text["pen_reference"],
                limit_kg=limits.find(text["substance_id"], text["direction"], row["as_of_date"]),
                goods_kg=_goods(row),
            )
        )
    return tuple(sorted(moves, key=lambda m: (m.line, m.substance)))


_TEXTS = tuple(name for name in READ if MOVEMENT.field(name).type == pa.string())


def _counted(row: dict[str, object]) -> Decimal | None:
    kg, covered = row["substance_mass_kg"], row["covered_kg"]
    if not isinstance(kg, Decimal):
        return None
    if not row["counts"]:
        return Decimal(0)
    return kg - covered if isinstance(covered, Decimal) else kg


def _goods(row: dict[str, object]) -> Decimal | None:
    goods, kg = row["goods_mass_kg"], row["substance_mass_kg"]
    return goods if isinstance(goods, Decimal) and isinstance(kg, Decimal) and 0 < kg < goods else None


def _link(rows: pa.Table) -> pa.Table:
    """The rows with `counts` and `covered_kg`."""
    if not rows.num_rows:
        return rows
    schema = pa.schema([*(MOVEMENT.field(n) for n in READ), ("counts", pa.bool_()), ("covered_kg", pa.decimal128(18, 6))])
    with connect() as connection:
        connection.register("movements", rows)
        return fetch(connection, f"select {', '.join(schema.names)} from ({link_movements('movements')})", schema)


def lines_of(moves: Iterable[Move]) -> Lines:
    """The numbers of their lines, each once, in order."""
    return tuple(sorted({m.line for m in moves}))


def known_kg(moves: Iterable[Move]) -> Decimal:
    """The sum of the masses that are known: of each line every mass once, for one text may be read as several substances (esters of an acid)."""
    return sum((kg for _, kg in {(m.line, m.kg) for m in moves if m.kg is not None}), Decimal(0))


def group(moves: Iterable[Move], key: Callable[[Move], K]) -> dict[K, list[Move]]:
    """Moves by a key, each in their order."""
    found: dict[K, list[Move]] = {}
    for move in moves:
        found.setdefault(key(move), []).append(move)
    return found


def count_movements(moves: Sequence[Move]) -> int:
    """How many movements they are of: messages about the same cargo are one."""
    return len({m.movement_key for m in moves})
