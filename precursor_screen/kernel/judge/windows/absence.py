"""Recorded flags about an absent document, asked of the registers of today: what was recorded later answers them.

A rule of type `absence` judges new movements only, and the document may come weeks after the line, which nobody sends again.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.documents import is_document, open_registers, register_table
from precursor_screen.kernel.judge.windows.frames import field_of
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import literal

_FLAG = pa.schema([("flag_id", pa.string())])


def absence_rules(reference: Reference) -> list[CompiledRule]:
    """The rules that miss a document in a register that is imported, and that recorded movements hold enough to ask again."""
    return [
        r
        for r in reference.rules
        if r.window is not None
        and r.window.kind == "absence"
        and r.window.register in reference.registers
        and set((r.rule.correlation or {}).get("match", ())) <= set(MOVEMENT.names)
    ]


def no_longer_absent(movements: pa.Table, rules: list[CompiledRule], registers: Mapping[str, pa.Table]) -> frozenset[str]:
    """The flags whose document is in its register now.

    Args:
        movements: flag_id, rule_id and the columns of MOVEMENT: what bears an open flag of the rules.
        rules: of type absence.
        registers: by name.
    """
    if not movements.num_rows:
        return frozenset()
    found: set[str] = set()
    with connect() as connection:
        connection.register("movements", movements)
        open_registers(connection, registers)
        for rule in rules:
            assert rule.window is not None
            there = is_document(rule.window, [field_of(value) for value, _ in rule.window.matched])
            query = f"""select flag_id from (
                    select flag_id, exists (select 1 from {register_table(rule.window.register)} r where {there}) as there
                    from movements m where rule_id = {literal(rule.rule.id)})
                group by flag_id having bool_and(there) order by flag_id"""
            found.update(fetch(connection, query, _FLAG).column(0).to_pylist())
    return frozenset(found)
