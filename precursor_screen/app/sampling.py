"""Shipments without a flag, drawn by chance: what officers find in them measures what screening misses."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.errors import UsageError


def read_share(text: str | None) -> Decimal:
    """A share as `1%`, `0.5 %` or `0.01`, from 0 to 1; None: 0.

    Raises:
        UsageError: it is not a percentage, or a bare 1, which may mean all or one in a hundred.
    """
    if text is None:
        return Decimal(0)
    share = share_of(text)
    if not 0 <= share <= 1 or (share == 1 and "%" not in text):
        raise UsageError(f"--sample {text!r} is not a percentage", remedy="Write a percentage such as 1%, up to 100%.")
    return share


def share_of(text: str) -> Decimal:
    """`2%` or `0.02` as a number; less than 0 where it is none."""
    bare = text.strip().removesuffix("%").strip()
    try:
        share = Decimal(bare) / (100 if text.strip().endswith("%") else 1)
    except InvalidOperation:
        return Decimal(-1)
    return share if share.is_finite() else Decimal(-1)


def unflagged(shipments: pa.Table) -> list[str]:
    """The shipments that were screened and have no flag: what a sample is drawn from."""
    clear = pc.and_(pc.equal(pc.list_value_length(shipments.column("flags")), 0), pc.is_valid(shipments.column("band")))
    found: list[str] = shipments.filter(clear).column("shipment_id").to_pylist()
    return found


def draw(shipment_ids: Iterable[str], share: Decimal, day: date) -> tuple[str, ...]:
    """As many of them as the share says, at least one if there are any and the share is not 0.

    The same shipments on the same day give the same sample; another day gives another, so that what comes again day by day is not
    passed over each time.

    Args:
        shipment_ids: to draw from, each once.
        share: from 0 to 1.
        day: of the screening.
    """
    ids = list(shipment_ids)
    return tuple(heapq.nsmallest(math.ceil(len(ids) * share), ids, key=lambda i: _lot(i, day)))


def _lot(shipment_id: str, day: date) -> bytes:
    return hashlib.sha256(f"{day.isoformat()} {shipment_id}".encode("utf-8", "surrogatepass")).digest()
