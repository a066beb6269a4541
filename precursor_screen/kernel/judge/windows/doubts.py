"""Which lines that bear an open flag a history rule could not judge anew: what is known of them is not taken back on doubt."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.messages.settled import RULE_LINE
from precursor_screen.rulebook.compile import CompiledRule


class Flagged:
    """The lines of which an open flag is recorded, and RULE_LINE of those that could not be judged."""

    def __init__(self, flagged: pa.Table) -> None:
        """Args:
        flagged: RULE_LINE of open flags; of other lines nothing is asked.
        """
        self._lines = pc.unique(flagged.column("line_id"))
        self._found = [RULE_LINE.empty_table()]

    def add(self, rule: CompiledRule, lines: pa.Array) -> None:
        """Notes lines that a rule could not judge."""
        mine = pc.unique(lines.filter(pc.is_in(lines, self._lines)))
        self._found.append(pa.table([pa.repeat(pa.scalar(rule.rule.id), len(mine)), mine], schema=RULE_LINE))

    def table(self) -> pa.Table:
        """What was noted."""
        return pa.concat_tables(self._found)
