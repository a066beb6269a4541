"""A consignment as one line of a manifest, and what registers say of it. All lines of the benchmark have the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa
from msgspec import Struct, field
from replaying.firms import Firm

# Those of replay.csv, an address of the shipper, and the numbers of papers.
COLUMNS = (
    *("Bill of Lading", "Shipper", "Shipper Address", "Shipper Country", "Consignee", "Consignee Address", "Consignee Country"),
    *("Description of Goods", "HS Code", "Packages", "Package Type", "Net Weight KG", "Value", "Currency"),
    *("Country of Dispatch", "Country of Destination", "Transit Countries", "Mode of Transport", "Date", "Permit No", "PEN No"),
)
REQUIREMENTS = "annual-requirements"
Register = dict[str, str]  # one row: column -> cell


class Line(Struct, frozen=True):
    """One consignment. kg: net; usd: None where the papers state no value."""

    bill: str
    day: date
    sender: Firm
    receiver: Firm
    text: str
    hs: str
    packages: int | None
    package: str
    kg: float | None
    usd: float | None
    dispatch: str
    destination: str
    transit: str = ""
    mode: str = "sea"
    permit: str = ""
    pen: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line's cells, in the order of COLUMNS."""
        value = ("", "") if self.usd is None else (f"{self.usd:.0f}", "USD")
        return (
            *(self.bill, self.sender.name, self.sender.address, self.sender.country),
            *(self.receiver.name, self.receiver.address, self.receiver.country, self.text, self.hs),
            *(
                "" if self.packages is None else str(self.packages),
                self.package,
                "" if self.kg is None else f"{self.kg:g}",
                *value,
            ),
            *(self.dispatch, self.destination, self.transit, self.mode, self.day.isoformat(), self.permit, self.pen),
        )


class Registers(Struct):
    """Rows by the name of the register, as `registers import` takes them."""

    rows: dict[str, list[Register]] = field(default_factory=dict)

    def add(self, register: str, **cells: object) -> None:
        """One more row; empty cells may be left out."""
        self.rows.setdefault(register, []).append({k: str(v) for k, v in cells.items()})

    def joined(self, others: Iterable[Registers]) -> Registers:
        """The rows of all, in a register of their own; what others say of a country's need stands instead of what stood there."""
        joined = Registers({register: list(rows) for register, rows in self.rows.items()})
        for other in others:
            said = {_need(row) for row in other.rows.get(REQUIREMENTS, ())}
            joined.rows[REQUIREMENTS] = [row for row in joined.rows.get(REQUIREMENTS, ()) if _need(row) not in said]
            for register, rows in other.rows.items():
                joined.rows.setdefault(register, []).extend(rows)
        return joined


def _need(row: Register) -> tuple[str, ...]:
    return row["country"], row["substance"].lower(), row["year"]


def to_table(lines: Sequence[Line]) -> pa.Table:
    """The lines as a table of texts."""
    cells = [line.cells() for line in lines]
    return pa.table({name: pa.array([c[at] for c in cells], pa.string()) for at, name in enumerate(COLUMNS)})
