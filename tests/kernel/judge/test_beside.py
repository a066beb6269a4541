"""Flags that stand only beside another: alone they are not raised, and what is recorded stays."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from precursor_screen.kernel.judge.beside import drop_lonely
from precursor_screen.memory import Compared
from precursor_screen.model import retired_rule
from precursor_screen.schema import FLAG, SUPPRESSED

RULES = [replace(retired_rule("X"), beside=True), retired_rule("Y"), replace(retired_rule("Z"), beside=True)]


def flag(rule_id: str, line_id: str, weight: int = 10, state: str = "new", more: tuple[str, ...] = ()):
    return {"rule_id": rule_id, "line_id": line_id, "weight": weight, "state": state, "window_line_ids": list(more)}


def rules_left(*flags, carried=()):
    tables = [pa.Table.from_pylist(list(rows), schema=FLAG) for rows in (flags, carried)]
    compared = Compared(tables[0], tables[1], FLAG.empty_table(), SUPPRESSED.empty_table())
    return drop_lonely(compared, RULES).flags.column("rule_id").to_pylist()


@pytest.mark.parametrize(
    ("flags", "carried", "left"),
    [
        ([flag("X", "A")], [], []),
        ([flag("X", "A"), flag("Y", "A")], [], ["X", "Y"]),
        ([flag("X", "A"), flag("Y", "B")], [], ["Y"]),
        ([flag("X", "A"), flag("Y", "A", weight=0)], [], ["Y"]),
        ([flag("X", "A"), flag("Z", "A")], [], []),
        ([flag("X", "A"), flag("Y", "B", more=("A",))], [], ["X", "Y"]),
        ([flag("X", "A")], [flag("Y", "A", state="existing")], ["X"]),
        ([flag("X", "A", state="existing")], [], ["X"]),
        ([flag("Y", "A")], [], ["Y"]),
        ([], [], []),
    ],
)
def test_a_flag_alone_is_not_raised(flags, carried, left):
    assert rules_left(*flags, carried=carried) == left
