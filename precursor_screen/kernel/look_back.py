"""What is known of earlier runs: the seam between the kernel, which is pure, and whatever remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from precursor_screen.schema import MOVEMENT


@dataclass(frozen=True, slots=True)
class Request:
    """What windows need: movements of this run (MOVEMENT); the groupings; days on both sides, None: all; columns of MOVEMENT.

    cancelled: movement_key of what this run takes back.
    """

    movements: pa.Table
    cancelled: pa.Table
    groupings: tuple[tuple[str, ...], ...]
    span_days: int | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What was recorded before.

    movements: columns of MOVEMENT, those asked for, without movements that this run amends or cancels. known: movement_key and line_id
    of movements of this run that are recorded already. amended: MOVEMENT rows of the versions that this run amends. since: the
    earliest date recorded at all, None: nothing is.
    """

    movements: pa.Table
    known: pa.Table
    amended: pa.Table
    since: date | None


LookBack = Callable[[Request], History]
KNOWN = pa.schema([("movement_key", pa.string()), ("line_id", pa.string())])


def forget(request: Request) -> History:
    """The look back of a run without a ledger: nothing is known."""
    return History(MOVEMENT.empty_table(), KNOWN.empty_table(), MOVEMENT.empty_table(), None)


# What every judgement needs: identity, the references that link messages about one cargo, and what the law is looked up by.
IDENTITY = ("movement_key", "line_id", "shipment_id", "source_file", "source_row", "as_of_date", "substance_id")
REFERENCES = ("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "bill_issuer")
ALWAYS = (*IDENTITY, *REFERENCES, "direction")


def columns_of(needed: Iterable[str]) -> tuple[str, ...]:
    """The columns of MOVEMENT among some, in the order of the schema, and those that are always needed."""
    return tuple(name for name in MOVEMENT.names if name in {*needed, *ALWAYS})
