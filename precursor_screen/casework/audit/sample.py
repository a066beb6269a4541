"""Shipments for a visit, drawn by chance: which papers to ask for on the spot. The same seed draws the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import date

from precursor_screen.casework.audit.moves import Move, group


def seed_of(name: str, first: date, last: date) -> str:
    """The seed where nobody names one: of the exporter and the period, so that whoever repeats the audit draws the same."""
    return hashlib.sha256(f"{name}|{first}|{last}".encode()).hexdigest()[:12]


def draw(moves: Sequence[Move], size: int, seed: str) -> tuple[tuple[Move, ...], ...]:
    """So many shipments with a substance, or all that there are; each with its moves, by day."""
    shipments = group((m for m in moves if m.substance), lambda m: m.shipment_id)
    chosen = random.Random(seed).sample(sorted(shipments), min(size, len(shipments)))  # noqa: S311 - to be repeated, not to be secret
    drawn = [tuple(shipments[name]) for name in chosen]
    return tuple(sorted(drawn, key=lambda some: (some[0].day or date.max, some[0].shipment_id)))
