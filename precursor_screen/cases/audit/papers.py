"""What `reconcile` finds between an exporter's movements and the registers, with the lines of the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from precursor_screen.cases.audit.moves import Rows
from precursor_screen.cases.frames import row
from precursor_screen.cases.reconcile.alike import firm_keys
from precursor_screen.cases.reconcile.differences import QUESTIONS
from precursor_screen.cases.reconcile.documents import NOTIFICATION_DAYS, Document, read_documents
from precursor_screen.cases.reconcile.law import Frame
from precursor_screen.cases.reconcile.movements import read_movements
from precursor_screen.cases.reconcile.reconcile import concerns, reconcile
from precursor_screen.reference.reply_periods import shipped_reply_periods
from precursor_screen.rulebook.registers import REQUIREMENTS


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
) -> Rows:
    """What differs between a paper and the goods, the gravest first.

    lawful: a question of use, not a fault; shipped_kg: as traded; None: not known.

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
        row(
            kind=d.kind,
            title=d.title,
            lawful=d.kind in QUESTIONS,
            register=d.register,
            reference=d.document.reference if d.document else "",
            substance=d.document.substance_id if d.document else d.movements[0].substance_id,
            document_kg=d.document_kg,
            shipped_kg=d.shipped_kg,
            difference_kg=d.difference_kg,
            because=d.because,
            settle=d.settle,
            lines=tuple(sorted({numbers[m.line_id] for m in d.movements if m.line_id in numbers})),
        )
        for d in result.differences
        if concerns(d, firms)
    )
