"""The permits and notifications of a reference, made ready once for all parts of a run; and how much of each is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.history_seam import HistoryQuery
from precursor_screen.core.schema import BY_NAME, MOVEMENT_PAPERS
from precursor_screen.kernel.papers.balance import NOTHING, Balance, find_balances, movements_of, query_of
from precursor_screen.kernel.papers.documents import read_documents
from precursor_screen.kernel.papers.facts import Papers
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.principals import FORWARDERS, GoBetweens, keeper_pattern
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.permit_law import known_permit_law
from precursor_screen.reference.thresholds import known_reply_periods
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS, scope_of
from precursor_screen.text.chemical import base_share

# Register -> how its columns begin.
PAPERS: Final = {PERMITS: "permit", NOTIFICATIONS: "pen"}


def open_all(reference: Reference) -> dict[str, Papers]:
    """Those of the registers that were imported."""
    return {register: open_papers(register, reference) for register in PAPERS if register in reference.registers}


_OPENED: dict[tuple[str, str, int], tuple[pa.Table, Papers]] = {}
_MOST_OPENED = 8


def open_papers(register: str, reference: Reference) -> Papers:
    """The documents of a register, opened once for all parts of a run."""
    table = reference.registers[register]
    key = (register, reference.law, id(table))
    if key not in _OPENED:
        if len(_OPENED) >= _MOST_OPENED:
            _OPENED.clear()
        terms = reference.lists[FORWARDERS].terms if FORWARDERS in reference.lists else ()
        declared = known_permit_law().declares(reference.law) if reference.law else False
        documents = read_documents(register, table, reference.law, known_reply_periods(), declared=declared)
        _OPENED[key] = table, Papers(register, documents, GoBetweens(keeper_pattern(terms)), scope_of(table))
    return _OPENED[key][1]


def asks_balances(reference: Reference) -> bool:
    """Whether a rule asks how much of a document is used."""
    names = {column.name for column in MOVEMENT_PAPERS}
    return any(not names.isdisjoint(rule.columns) for rule in reference.rules)


def earlier_query(reference: Reference) -> tuple[HistoryQuery, ...]:
    """What asks for the movements of before that may have used the documents of the registers; nothing where there is no register."""
    registers = open_all(reference) if asks_balances(reference) else {}
    return (query_of([papers.documents for papers in registers.values()]),) if registers else ()


def add_balances(live: pa.Table, recorded: Sequence[pa.Table], reference: Reference) -> pa.Table:
    """Movements of a run with the columns of MOVEMENT_PAPERS; null where a register was not imported.

    Args:
        live: MOVEMENT rows of the run.
        recorded: of before, as `earlier_query` asks for them.
        reference: with the registers.
    """
    formulas = {s.substance_id: s.formula or "" for s in reference.substances.substances}

    def share(movement: Movement) -> Decimal | None:
        return base_share(formulas.get(movement.substance_id, ""), movement.goods)

    ids = list(zip(live.column("line_id").to_pylist(), live.column("substance_id").to_pylist(), strict=True))
    asked = frozenset((line, substance) for line, substance in ids if substance is not None)
    moved = movements_of(live, recorded) if recorded else []
    values: dict[str, Sequence[Any]] = {c.name: [None] * len(ids) for c in MOVEMENT_PAPERS}
    for register, papers in open_all(reference).items():
        found = find_balances(register, papers.documents, moved, asked, papers.go_betweens, share)
        values |= _columns(PAPERS[register], [found.get(at, NOTHING) if at in asked else None for at in ids])
    return set_columns(live, {name: pa.array(some, BY_NAME[name].arrow) for name, some in values.items()})


def _columns(name: str, balances: Sequence[Balance | None]) -> Mapping[str, Sequence[Any]]:
    made: dict[str, Sequence[Any]] = {
        f"{name}_used": [b and b.used for b in balances],
        f"{name}_balance": [b and (b.sentence or None) for b in balances],
    }
    if name == PAPERS[PERMITS]:
        made[f"{name}_used_again"] = [b and b.again for b in balances]
    return made
