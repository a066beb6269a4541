"""Shipments for a visit, drawn by chance: which papers to ask for on the spot. The same seed draws the same."""

from __future__ import annotations

import hashlib
import random
from datetime import date

import pandas as pd

from precursor_screen.cases.audit.moves import Rows, named
from precursor_screen.cases.frames import to_tuples


def seed_of(name: str, first: date, last: date) -> str:
    """The seed where nobody names one: of the exporter and the period, so that whoever repeats the audit draws the same."""
    return hashlib.sha256(f"{name}|{first}|{last}".encode()).hexdigest()[:12]


def draw(moves: pd.DataFrame, size: int, seed: str) -> tuple[Rows, ...]:
    """So many shipments with a substance, or all that there are; each with its movements, by day."""
    some = named(moves)
    shipments = sorted(set(some["shipment_id"]))
    chosen = random.Random(seed).sample(shipments, min(size, len(shipments)))  # noqa: S311 - to be repeated, not to be secret
    drawn = [to_tuples(some[some["shipment_id"] == name]) for name in chosen]
    return tuple(sorted(drawn, key=lambda some: (some[0].day or date.max, some[0].shipment_id)))
