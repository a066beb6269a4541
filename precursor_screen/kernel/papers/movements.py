"""MOVEMENT rows as what is reconciled: one movement of one substance, with the keys by which papers are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers.documents import EXPORT, IMPORT, Party, is_number, paper_words
from precursor_screen.text.codes import plain_reference
from precursor_screen.text.party import normalise_party
from precursor_screen.text.party_cells import party_key
from precursor_screen.text.party_name_parts import name_parts
from precursor_screen.text.text import late

_BASKET = "hs"  # a substance known by nothing but a code that others share
_DOUBTED = "low"  # confidence of a mass that may be read in two ways
_BETWEEN = re.compile(r"[,;|\n]|\s/\s|\s&\s|\sand\s")
_PERHAPS_BETWEEN = re.compile(r"[,;|\n/+&]|\sand\s")
_FIGURES, _YEAR = 3, re.compile(r"(?:19|20)\d\d")  # of a number that stands beside another with no more than a slash between them
READ = (
    *("movement_key", "line_id", "shipment_id", "source_file", "source_row", "as_of_date", "direction"),
    *("substance_id", "substance_mass_kg", "goods_mass_kg", "content_mass_kg", "mass_confidence"),
    *("form", "match_method", "match_strength"),
    *("sender_name", "sender_key", "receiver_name", "receiver_key", "consignor_key", "exporter_key"),
    *("consignee_key", "importer_key", "notify_party_key"),
    *("sender_country", "receiver_country", "description"),
    *("country_of_dispatch", "country_of_origin", "country_of_destination", "permit_reference", "pen_reference"),
    *("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "container_numbers"),
)


# Goods that say that they come back, and what stands between who acts and for whom (own proposals).
_RETURNED = late(lambda: rf"\b{paper_words('returned')}\b|{paper_words('returned in Chinese')}", re.I)
_ACTING = late(lambda: rf"\s{paper_words('acting for')}\s", re.I)


class LineDetails(Struct, frozen=True):
    """Of a line what a movement keeps nothing of: day of departure and of arrival; the place of delivery as filed, and the country in which
    other lines have it where this line states another."""

    departure: date | None = None
    arrival: date | None = None
    delivery: str = ""
    elsewhere: str = ""


NO_DETAILS = LineDetails()


class Movement(Struct, frozen=True):
    """A movement of a substance.

    Attributes:
        bill: what people call the shipment by.
        kg: of the goods as traded, which is what papers state; None: not known.
        content_kg: of the substance in them, by the share that the goods state, whatever a law counts; None: not known.
        sending, receiving: keys of all parties on that side.
        origin, destination: ISO 3166 alpha-2 of dispatch (else origin) and destination; where the goods state none, the party's.
        assumed: whether the other country is the party's.
        by_origin: whether goods that come in state where they are from, and not whence they were dispatched.
        returned: whether the goods say that they come back.
        by_code: whether the substance is known by nothing but a code that others share.
        sure: whether the goods are known to be the substance, or to hold it: by a name, a number or a code of its own. Not an article that is
            named after it, nor a package that held it.
        supposed: whether the direction is what the countries suggest, for none is filed.
        goods: as filed.
        details: what the line says that nothing else is made of.
        under: plain numbers of the papers that it was found to be under so far.
        permit, pen: as filed.
        bills: plain numbers of bills and declarations; containers: of containers.
        bulk: the substance itself, recognised by more than a basket of the nomenclature; not a preparation or an article.
        aliases: keys of documents' parties that stand in `sending` and `receiving` besides, each with the name as the goods write it.
        witnesses: keys of all other parties of the shipment: whom to notify, and those of its other lines.
    """

    key: str
    line_id: str
    shipment_id: str
    bill: str
    file: str
    row: int
    day: date
    substance_id: str
    kg: Decimal | None
    direction: str | None = None
    sender: str = ""
    receiver: str = ""
    sending: tuple[str, ...] = ()
    receiving: tuple[str, ...] = ()
    origin: str | None = None
    destination: str | None = None
    permit: str | None = None
    pen: str | None = None
    bills: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    bulk: bool = True
    aliases: tuple[tuple[str, str], ...] = ()
    content_kg: Decimal | None = None
    assumed: bool = False
    by_origin: bool = False
    returned: bool = False
    by_code: bool = False
    sure: bool = True
    supposed: bool = False
    goods: str = ""
    details: LineDetails = NO_DETAILS
    under: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`file:row`."""
        return f"{self.file}:{self.row}"

    @property
    def rank(self) -> tuple[object, ...]:
        """Orders movements by what they say, so that the order of rows never counts."""
        return (self.day, self.bill, self.substance_id, self.key, self.line_id, self.file, self.row)

    @property
    def other_country(self) -> str | None:
        """The country of the other side; None: not stated, or which side it is, is not known."""
        return {EXPORT: self.destination, IMPORT: self.origin}.get(self.direction or "")


# The columns of a sheet of lines, in their order -> the attribute of a movement.
_COLUMNS = {
    **{name: name for name in ("bill", "day", "kg")},
    **{name: name for name in ("content_kg", "direction", "substance_id", "sender", "receiver")},
    "from": "origin",
    "to": "destination",
    "country_of_party": "assumed",
    "permit": "permit",
    "notification": "pen",
    "source_file": "file",
    "source_row": "row",
    "line_id": "line_id",
}


def record_of(movement: Movement) -> dict[str, Any]:
    """A movement as it is told: the columns of a sheet of lines, in their order."""
    return {column: getattr(movement, name) for column, name in _COLUMNS.items()}


def read_movements(rows: pa.Table, details: Mapping[str, LineDetails] = MappingProxyType({})) -> tuple[Movement, ...]:
    """Movements from MOVEMENT rows that state a day; in the order of their rank.

    Args:
        rows: MOVEMENT.
        details: by line_id, of lines that say more.
    """
    batches = rows.filter(pc.is_valid(rows.column("substance_id"))).select(READ).to_batches(100_000)
    found = (_movement(row, details) for batch in batches for row in batch.to_pylist() if row["as_of_date"] is not None)
    return tuple(sorted(found, key=lambda m: m.rank))


def with_witnesses(movements: Iterable[Movement]) -> list[Movement]:
    """Movements, each with the parties of all lines of its shipment among its witnesses."""
    some = list(movements)
    of = {shipment: _everybody(mine) for shipment, mine in grouped((m.shipment_id, m) for m in some).items()}
    return [replace(m, witnesses=of[m.shipment_id]) for m in some]


def _everybody(movements: Iterable[Movement]) -> tuple[str, ...]:
    return _keys(*(key for m in movements for key in (*m.sending, *m.receiving, *m.witnesses)))


def _movement(row: Mapping[str, Any], details: Mapping[str, LineDetails]) -> Movement:
    counted, goods = row["substance_mass_kg"], row["goods_mass_kg"]
    origin, destination = row["country_of_dispatch"] or row["country_of_origin"], row["country_of_destination"]
    references = [row[c] for c in ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "declaration_id") if row[c]]
    side = {EXPORT: (destination, row["receiver_country"]), IMPORT: (origin, row["sender_country"])}
    filed, of_party = side.get(row["direction"] or EXPORT, (None, None))
    strong = row["match_method"] != _BASKET and row["match_strength"] in (None, "strong", "medium")
    return Movement(
        key=row["movement_key"],
        line_id=row["line_id"],
        shipment_id=row["shipment_id"] or row["line_id"],
        bill=next(iter(references), row["shipment_id"] or ""),
        file=row["source_file"] or "",
        row=row["source_row"] or 0,
        day=row["as_of_date"],
        substance_id=row["substance_id"],
        kg=goods if goods is not None and counted else counted,  # a mass that counts in another row is nought
        content_kg=_content(row),
        direction=row["direction"],
        sender=row["sender_name"] or "",
        receiver=row["receiver_name"] or "",
        sending=_keys(row["sender_key"], row["exporter_key"], row["consignor_key"], *_keys_in(row["sender_name"])),
        receiving=_keys(row["receiver_key"], row["consignee_key"], row["importer_key"], *_keys_in(row["receiver_name"])),
        origin=origin or row["sender_country"],
        destination=destination or row["receiver_country"],
        assumed=filed is None and of_party is not None,
        by_origin=row["direction"] == IMPORT and not row["country_of_dispatch"] and filed is not None,
        returned=bool(_RETURNED.search(row["description"] or "")),
        by_code=row["match_method"] == _BASKET,
        sure=row["match_strength"] != "weak" and row["form"] != "article",
        goods=row["description"] or "",
        details=details.get(row["line_id"], NO_DETAILS),
        permit=row["permit_reference"],
        pen=row["pen_reference"],
        witnesses=_keys(row["notify_party_key"]),
        bills=tuple(dict.fromkeys(plain_reference(r) for r in (*references, row["shipment_id"]) if r)),
        containers=tuple(plain_reference(c) for c in row["container_numbers"] or ()),
        bulk=row["form"] in (None, "substance") and strong,
    )


def _content(row: Mapping[str, Any]) -> Decimal | None:
    """Kilograms of the substance; of what was recorded before they were, those that the law counted of goods that are the substance."""
    counted: Decimal | None = row["substance_mass_kg"]
    content: Decimal | None = row["content_mass_kg"]
    if content is None and row["form"] in (None, "substance") and row["mass_confidence"] != _DOUBTED:
        return counted
    return counted if counted == 0 else content


def _keys(*keys: str | None) -> tuple[str, ...]:
    return tuple(sorted({k for k in keys if k}))


@lru_cache(maxsize=65_536)
def _keys_in(cell: str | None) -> tuple[str, ...]:
    """Keys of the names that a cell may hold: with an address behind it, or for whom somebody acts."""
    if not cell:
        return ()
    acting = [part for part in _ACTING.split(cell) if part.strip()] if _ACTING.search(cell) else []
    return (*map(party_key, (*name_parts(cell), *acting)), *(reading.sorted for reading in normalise_party(cell).readings))


def sure_parts(cell: str | None) -> tuple[str, ...]:
    """Numbers of a cell that holds several, as written; none where it holds one."""
    parts = [p.strip() for p in _BETWEEN.split(cell or "") if is_number(plain_reference(p))]
    return tuple(dict.fromkeys(parts)) if len(parts) > 1 else ()


def named_cells(cell: str | None) -> tuple[str, ...]:
    """Numbers that a cell names, as written: the whole of it first, then its parts; also those that a slash or a plus parts, where each
    has as many figures as a number: `EA/25/01857` is one."""
    if not cell:
        return ()
    perhaps = _PERHAPS_BETWEEN.split(cell)
    whole = all(sum(c.isdigit() for c in part) >= _FIGURES and not _YEAR.fullmatch(part.strip()) for part in perhaps)
    parts = (cell, *_BETWEEN.split(cell), *(perhaps if whole else ()))
    return tuple(dict.fromkeys(p.strip() for p in parts if is_number(plain_reference(p))))


@lru_cache(maxsize=65_536)  # goods of one document name it again and again
def named_numbers(cell: str | None) -> tuple[str, ...]:
    """Plain numbers that a cell names: the whole of it first, then its parts where it may hold several; none for TBA and the like."""
    if not cell:
        return ()
    whole = plain_reference(cell)
    parts = [plain_reference(p) for p in _BETWEEN.split(cell)]
    return tuple(dict.fromkeys(n for n in (whole, *parts) if is_number(n)))


def agrees(party: Party | None, keys: tuple[str, ...]) -> bool | None:
    """Whether a party of a document is among those of a movement; None: one of the two is not told."""
    return None if party is None or not keys else party.key in keys
