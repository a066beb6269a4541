"""What `reconcile` finds between an exporter's movements and the registers, with the lines of the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from precursor_screen.casework.audit.moves import Lines
from precursor_screen.casework.reconcile.alike import firm_keys
from precursor_screen.casework.reconcile.differences import QUESTIONS
from precursor_screen.casework.reconcile.documents import NOTIFICATION_DAYS, Document, read_documents
from precursor_screen.casework.reconcile.movements import read_movements
from precursor_screen.casework.reconcile.papers import Frame
from precursor_screen.casework.reconcile.reconcile import concerns, reconcile
from precursor_screen.reference.reply_periods import shipped_reply_periods
from precursor_screen.rulebook.registers import REQUIREMENTS


@dataclass(frozen=True, slots=True)
class Paper:
    """A difference between a paper and the goods. lawful: a question of use, not a fault; shipped_kg: as traded; None: not known."""

    kind: str
    title: str
    lawful: bool
    register: str
    reference: str
    substance: str
    document_kg: Decimal | None
    shipped_kg: Decimal | None
    difference_kg: Decimal | None
    because: str
    settle: str
    lines: Lines


def read_papers(registers: Mapping[str, pa.Table], jurisdiction: str) -> dict[str, tuple[Document, ...]]:
    """The documents of the registers that were imported, for a jurisdiction, whose law asks for papers.

    A country's annual requirement is for all exporters together, and not held against one.
    """
    return {
        name: read_documents(name, table, jurisdiction, shipped_reply_periods(), NOTIFICATION_DAYS)
        for name, table in registers.items()
        if name != REQUIREMENTS
    }


def papers(
    rows: pa.Table,
    documents: Mapping[str, Sequence[Document]],
    frame: Frame,
    keys: frozenset[str],
    numbers: Mapping[str, int],
) -> tuple[Paper, ...]:
    """What differs, the gravest first.

    Args:
        rows: MOVEMENT columns of what the exporter sent.
        documents: by register.
        frame: the period and the law.
        keys: of the exporter's names.
        numbers: of its lines, by line_id.
    """
    result = reconcile(read_movements(rows), documents, frame)
    every = [d for some in documents.values() for d in some]
    firms = keys.union(*(firm_keys(key, every) for key in keys))
    return tuple(
        Paper(
            d.kind,
            d.title,
            d.kind in QUESTIONS,
            d.register,
            d.document.reference if d.document else "",
            d.document.substance_id if d.document else d.movements[0].substance_id,
            d.document_kg,
            d.shipped_kg,
            d.difference_kg,
            d.because,
            d.settle,
            tuple(sorted({numbers[m.line_id] for m in d.movements if m.line_id in numbers})),
        )
        for d in result.differences
        if concerns(d, firms)
    )
