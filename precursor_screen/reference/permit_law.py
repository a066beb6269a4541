"""Which law holds in a country, and what papers it asks of a movement: read from `law/jurisdictions.csv` and `law/permits.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.model import Substance, Threshold
from precursor_screen.core.tables import Row
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import UNION_OF_STATES, Country, Dated, load_countries, read_dated
from precursor_screen.reference.table_rows import UNREAD, holds, read_table
from precursor_screen.text.countries import NORTHERN_IRELAND

_OF_NEEDS: Final = ["law", "category", "direction", "need", "who", "above", "since", "until", "source", "read", "checked"]
UNION: Final = "union"
LICENSES: Final = ("licence", "registration")
PERMITS_OF_LAW: Final = ("export-permit", "import-permit")
PAPERS: Final = (*PERMITS_OF_LAW, "notification")
NEEDS: Final = (*LICENSES, "export-permit", "import-permit", "notification", "customer-declaration")
_SAID: Final = {
    "direction": ("export", "import", UNION),
    "need": NEEDS,
    "who": ("own", "sender", "receiver"),
    "above": ("", "threshold"),
}


class Need(Struct, frozen=True):
    """What a law asks of a movement of substances of one of its categories.

    Attributes:
        direction: export, import, or union: between two countries of its customs union.
        need: of NEEDS. who: own (who exports or imports), sender or receiver.
        above: whether only by the quantity of `thresholds.csv`.
    """

    law: str
    category: str
    direction: str
    need: str
    who: str
    above: bool
    dated: Dated


class PermitLaw(Struct, frozen=True):
    """All of it, with the listings and quantities that it refers to."""

    countries: tuple[Country, ...]
    needs: tuple[Need, ...]
    substances: tuple[Substance, ...]
    thresholds: tuple[Threshold, ...]

    def of(self, code: str | None, day: date) -> Country | None:
        """What holds in a country on a day; None: it is in no table."""
        return next((c for c in self.countries if c.code == code and c.dated.in_force(day)), None)

    def home(self, jurisdiction: str) -> tuple[str, ...]:
        """The country of a jurisdiction, and the territories in which its law holds; none where it is a union, or unknown."""
        if not any(c.code == jurisdiction for c in self.countries) or jurisdiction == UNION_OF_STATES:
            return ()
        more = [NORTHERN_IRELAND] if jurisdiction == "GB" else []
        return tuple(dict.fromkeys((jurisdiction, *(c.code for c in self.countries if c.law == jurisdiction), *more)))

    def declares(self, jurisdiction: str) -> bool:
        """Whether its law asks for declarations of exports, and for no permit of any: what it registers as such are declarations."""
        laws = {c.law for c in self.countries if c.code == jurisdiction and c.dated.until is None}
        needs = {n.need for n in self.needs if n.law in laws and n.direction == "export"}
        return "notification" in needs and "export-permit" not in needs

    def within_union(self, origin: str | None, destination: str | None, day: date) -> bool:
        """Whether goods stay within one customs union whose law on such movements is in the tables."""
        here, there = self.of(origin, day), self.of(destination, day)
        if here is None or there is None or set(here.unions).isdisjoint(there.unions) or not here.law == there.law != "":
            return False
        return any(n.law == here.law and n.direction == UNION for n in self.needs)

    def needs_of(self, jurisdiction: str, substance_id: str, direction: str, day: date) -> Iterator[tuple[Need, Decimal]]:
        """What the law of a jurisdiction asks of a substance in a direction, and from how many kilograms on; 0: of any quantity.

        A quantity that the tables lack, or that is in no kilograms, is none from which anything is asked for sure: the need is left out.
        """
        law, categories = self._classes(jurisdiction, substance_id, day)
        for need in self.needs:
            if need.law == law and need.category in categories and need.direction == direction and need.dated.in_force(day):
                least = self._least(need, substance_id, day)
                if least is not None:
                    yield need, least

    def class_of(self, jurisdiction: str, substance_id: str, day: date) -> str:
        """The class of a substance in the law of a jurisdiction; the first of several, empty for none."""
        return min(self._classes(jurisdiction, substance_id, day)[1], default="")

    def _classes(self, jurisdiction: str, substance_id: str, day: date) -> tuple[str, set[str]]:
        here = self.of(jurisdiction, day)
        law = here.law if here else jurisdiction
        substance = next((s for s in self.substances if s.substance_id == substance_id), None)
        return law, {c.schedule for c in substance.controls if c.instrument == law and c.in_force(day)} if substance else set()

    def _least(self, need: Need, substance_id: str, day: date) -> Decimal | None:
        if not need.above:
            return Decimal(0)
        directions = ("domestic", "any") if need.direction == UNION else (need.direction, "any")
        found = [
            t.regulated_kg
            for wanted in directions
            for t in self.thresholds
            if (t.jurisdiction, t.substance_id, t.direction) == (need.law, substance_id, wanted)
            and holds((t.valid_from, t.valid_to), day)
        ]
        return found[0] if found else None


def load_permit_law(folder: Path, substances: Sequence[Substance], thresholds: Sequence[Threshold]) -> PermitLaw:
    """Reads the two tables of a folder.

    Raises:
        SubstanceTableError: one is missing or has not the expected columns.
        ErrorGroup: rows cannot be read, or two speak of the same country and day.
    """
    needs = read_table(folder / "permits.csv", _OF_NEEDS, _need, UNREAD)
    return PermitLaw(load_countries(folder), needs, tuple(substances), tuple(thresholds))


def _need(row: Row) -> Need:
    for column, allowed in _SAID.items():
        if row[column] not in allowed:
            raise ValueError(f"{column} {row[column]!r} is none of {', '.join(one or 'empty' for one in allowed)}")
    if row["checked"]:
        date.fromisoformat(row["checked"])
    return Need(row["law"], row["category"], row["direction"], row["need"], row["who"], bool(row["above"]), read_dated(row))


def known_permit_law() -> PermitLaw:
    """The law of the tables in use."""
    return _permit_law(shipped.substances_folder(), shipped.law_folder())


@cache
def _permit_law(substances: Path, law: Path) -> PermitLaw:
    from precursor_screen.reference.substances import load_substances
    from precursor_screen.reference.thresholds import load_thresholds

    return load_permit_law(law, load_substances(substances).substances, load_thresholds(substances))
