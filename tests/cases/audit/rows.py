"""A small fictional trade, of which every figure can be reckoned by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.app.audit import AuditBasis, Population
from precursor_screen.cases.audit import movements
from precursor_screen.cases.audit.movements import Limits, to_table
from precursor_screen.cases.audit.partners import Basis
from precursor_screen.core.model import HsCode, Substance, Threshold
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.kernel.movements import count_once
from precursor_screen.text.party import address_key
from precursor_screen.text.party_cells import party_key

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
OWN = "Larkfield Laboratory Supply Inc"


def threshold(substance: str, kg: str, period: str = "transaction", direction: str = "any", applies: str = "from") -> Threshold:
    """A threshold of the US, ever since."""
    amount = Decimal(kg)
    since, until = None, None
    return Threshold(
        "US", substance, direction, amount, amount, "kg", period, since, until, "a fictional law", True, "substance", applies
    )


LIMITS = (threshold("acetone", "100"), threshold("acetone", "250", "month"), threshold("ephedrine", "0"))


def limits(jurisdiction: str = "US") -> Limits:
    """Acetone: 100 kg a transaction, 250 kg a month; ephedrine: every quantity."""
    return Limits(LIMITS, jurisdiction)


def exempting() -> Limits:
    """The same, where only what exceeds them counts."""
    return Limits([replace(one, applies="above") for one in LIMITS], "US")


def substance(substance_id: str, name: str, hs6: str, usual: str = "") -> Substance:
    """A substance with one heading."""
    return Substance(
        *(substance_id, name, (), (), (), (HsCode(hs6, 2017, None, True),), (), "", (), True, True, "", "", (), None, "", "", ""),
        usual_usd_per_kg=Decimal(usual) if usual else None,
    )


SUBSTANCES = {
    "acetone": substance("acetone", "Acetone", "291411", "2.00"),
    "ephedrine": substance("ephedrine", "Ephedrine", "293941"),
}


def row(key: str, day: date | None = date(2026, 3, 1), **values: Any) -> dict[str, Any]:
    """A movement of 50 kg of acetone for 150 US dollars from Larkfield to Marrow in Germany."""
    name = values.pop("sender", OWN)
    receiver = values.pop("receiver", "Marrow GmbH")
    address = values.pop("address", "12 Mill Road, Dayton")
    kg, value = values.pop("kg", "50"), values.pop("usd", "150")
    filled: dict[str, Any] = {
        "movement_key": key,
        "line_id": f"line-{key}",
        "shipment_id": f"S-{key}",
        "source_file": "may.csv",
        "source_row": int("".join(c for c in key if c.isdigit()) or 0),
        "message_function": "original",
        "as_of_date": day,
        "direction": "export",
        "country_of_dispatch": "US",
        "country_of_destination": "DE",
        "sender_name": name,
        "sender_key": party_key(name) if name else None,
        "sender_address_key": address_key(address) if address else None,
        "sender_country": "US",
        "receiver_name": receiver,
        "receiver_key": party_key(receiver) if receiver else None,
        "receiver_country": "DE",
        "hs6": "291411",
        "description": "ACETONE",
        "substance_id": "acetone",
        "match_method": "name",
        "substance_mass_kg": Decimal(kg) if kg else None,
        "mass_basis": "net" if kg else None,
        "value_usd": Decimal(value) if value else None,
    }
    return {**filled, **values}


def table(*rows: dict[str, Any]) -> pa.Table:
    """MOVEMENT."""
    return pa.Table.from_pylist(list(rows), schema=MOVEMENT)


def moved(*rows: dict[str, Any], law: Limits | None = None) -> pd.DataFrame:
    """The frame of MOVEMENT rows."""
    return to_table(count_once(table(*rows)).select(list(movements.READ)), law or limits())


def flag(rule: str, key: str, **values: Any) -> dict[str, Any]:
    """A flag on the line of a movement."""
    filled = {
        "flag_id": f"{rule}-{key}",
        "shipment_id": f"S-{key}",
        "line_id": f"line-{key}",
        "rule_id": rule,
        "level": "high",
        "state": "new",
        "family": "quantity",
        "because": f"because of {key}",
        "window_line_ids": [],
    }
    return {**dict.fromkeys(FLAG.names), **filled, **values}


class InMemory(Struct, frozen=True):
    """A source of rows that are given."""

    rows: pa.Table
    raised: Sequence[Mapping[str, Any]] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def all_rows(self, first: date, last: date) -> pa.Table:
        """See `LedgerSource`."""
        return self._within(first, last).select(list(movements.READ_OF_ALL))

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """See `LedgerSource`."""
        rows = [r for r in self._within(first, last).to_pylist() if r["sender_name"] in senders]
        return pa.Table.from_pylist(rows, schema=MOVEMENT).select(list(movements.WANTED))

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """See `LedgerSource`."""
        return [dict(f) for f in self.raised if f["line_id"] in line_ids]

    def verdicts(self) -> dict[str, str]:
        """See `LedgerSource`."""
        return dict(self.said)

    def numbers(self, asked: str, senders: Any) -> dict[str, frozenset[str]]:
        """See `LedgerSource`."""
        return dict(self.known)

    def basis(self) -> Basis:
        """See `LedgerSource`."""
        days = [d for d in self.rows.column("as_of_date").to_pylist() if d]
        return Basis("ledger", recorded=(min(days), max(days)) if days else None)

    def _within(self, first: date, last: date) -> pa.Table:
        rows = [r for r in self.rows.to_pylist() if r["as_of_date"] and first <= r["as_of_date"] <= last]
        return pa.Table.from_pylist(rows, schema=MOVEMENT)


def population(
    *rows: dict[str, Any],
    jurisdiction: str = "US",
    registers: Any = None,
    days: tuple[date, date] = (FIRST, LAST),
    quantities: Limits | None = None,
    **values: Any,
) -> Population:
    """Everybody of some rows."""
    law = AuditBasis(quantities or limits(jurisdiction), SUBSTANCES, registers or {})
    return Population.of(InMemory(table(*rows), **values), law, *days)
