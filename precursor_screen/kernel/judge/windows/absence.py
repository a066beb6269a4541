"""Which documents are in a register, and what they allow; and recorded flags about an absent one, asked of the registers of today.

A rule of type `absence` judges new movements only, and the document may come weeks after the line, which nobody sends again: what is
recorded later answers its flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.judge.windows.amounts import PLACES, Amounts, amounts_of, sums
from precursor_screen.kernel.judge.windows.groups import Numbers, plain_references
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Mask, whole
from precursor_screen.rulebook.expression import Field
from precursor_screen.rulebook.registers import schema_of
from precursor_screen.rulebook.windows import Window


def is_listed(window: Window, own: Sequence[pa.Array], registers: Mapping[str, pa.Table]) -> Mask:
    """Whether the document that goods name is in the register of a window.

    Args:
        window: says which columns of the register must agree; numbers are the same however they are written.
        own: what goods say, in the order of `window.matched`.
        registers: by name.
    """
    mine, theirs = _documents(_both(window, own, registers[window.register]))
    return (mine >= 0) & np.isin(mine, theirs)


def allowed_of(window: Window, own: Sequence[pa.Array], days: Numbers, registers: Mapping[str, pa.Table]) -> Amounts:
    """How much the documents that goods name allow together, with the tolerance; of a requirement of a year that of the year of `days`."""
    register = registers[window.register]
    both = _both(window, own, register)
    if window.period == "year" and "year" in schema_of(window.register).names:
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        both.append((pa.array(years), whole(register.column("year")).cast(pa.int64())))
    mine, theirs = _documents(both)
    quantities = amounts_of(whole(register.column(window.against)))
    stated = np.flatnonzero(quantities.there)
    stated = stated[np.argsort(theirs[stated], kind="stable")]
    documents = np.unique(mine)
    first, stop = (np.searchsorted(theirs[stated], documents, side=side) for side in ("left", "right"))
    there = (stop > first) & (documents >= 0)
    total = Amounts(sums(quantities.units[stated], first, stop), quantities.places, there)
    return total.times(Decimal(str(round(1 + window.tolerance, PLACES)))).take(np.searchsorted(documents, mine))


def _both(window: Window, own: Sequence[pa.Array], register: pa.Table) -> list[tuple[pa.Array, pa.Array]]:
    """What goods say and what the rows of the register say, by column."""
    columns = [whole(register.column(column)) for _, column in window.matched]
    return [(plain_references(mine), plain_references(theirs)) for mine, theirs in zip(own, columns, strict=True)]


def _documents(both: Sequence[tuple[pa.Array, pa.Array]]) -> tuple[Numbers, Numbers]:
    """A number for each document that goods name, and for each row of the register; -1 where something is not stated."""
    found = np.zeros(sum(map(len, both[0])), dtype=np.int64)
    for mine, theirs in both:
        codes = pc.fill_null(pa.concat_arrays([mine, theirs]).dictionary_encode().indices, -1).to_numpy().astype(np.int64)
        pair = np.where((found >= 0) & (codes >= 0), found * (codes.max(initial=0) + 1) + codes, -1)
        found = np.unique(pair, return_inverse=True)[1] - bool((pair < 0).any())
    return found[: len(both[0][0])], found[len(both[0][0]) :]


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
    """The flags whose documents are all in their register now.

    Args:
        movements: flag_id, rule_id and the columns of MOVEMENT: what bears an open flag of the rules.
        rules: of type absence.
        registers: by name.
    """
    found: set[str] = set()
    for rule in rules:
        assert rule.window is not None
        mine = movements.filter(pc.equal(movements.column("rule_id"), rule.rule.id))
        own = [whole(mine.column(value.name)) for value, _ in rule.window.matched if isinstance(value, Field)]
        listed = is_listed(rule.window, own, registers)
        flags = mine.column("flag_id")
        found |= set(flags.to_pylist()) - set(flags.filter(pa.array(~listed)).to_pylist())
    return frozenset(found)
