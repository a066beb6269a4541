"""Which lines that bear an open flag a history rule could not judge anew: what is known of them is not taken back on doubt."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from precursor_screen.engine import fetch
from precursor_screen.kernel.judge.windows.relation import Relation, give
from precursor_screen.messages.settled import RULE_LINE
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import literal


class Flagged:
    """The lines of which an open flag is recorded, and RULE_LINE of those that could not be judged, within one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, flagged: pa.Table) -> None:
        """Args:
        connection: where rules are judged.
        flagged: RULE_LINE of open flags; of other lines nothing is asked.
        """
        self._connection = connection
        self._lines = give(connection, "flagged_lines", flagged) if flagged.num_rows else None
        self._found = [RULE_LINE.empty_table()]

    def add(self, rule: CompiledRule, rows: Relation) -> None:
        """Notes rows that a rule could not judge."""
        if self._lines is not None:
            query = f"""select distinct {literal(rule.rule.id)} as rule_id, line_id from ({rows.sql})
                where line_id in (select line_id from {self._lines})"""
            self._found.append(fetch(self._connection, query, RULE_LINE))

    def table(self) -> pa.Table:
        """What was noted."""
        return pa.concat_tables(self._found)
