"""The memory of a run without a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from precursor_screen.core.history_seam import KNOWN, FlagComparison, History, HistoryRequest, JudgeResult
from precursor_screen.core.schema import FLAG, MOVEMENT, SUPPRESSED
from precursor_screen.kernel.versions.decide import apply_versions_alone


class NoHistory:
    """The memory of a run without a ledger: nothing is known, every flag is new."""

    def look_back(self, request: HistoryRequest) -> History:
        """Nothing."""
        empty = {ask: MOVEMENT.empty_table().select(ask.columns) for ask in request.asks}
        return History(empty, KNOWN.empty_table(), apply_versions_alone(request.movements), None)

    def with_open_serious_flag(self, movement_keys: pa.Array) -> frozenset[str]:
        """None."""
        return frozenset()

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """None."""
        return MOVEMENT.empty_table()

    def compare_flags(self, flags: pa.Table, judged: JudgeResult) -> FlagComparison:
        """The flags as they are."""
        return FlagComparison(flags, FLAG.empty_table(), FLAG.empty_table(), SUPPRESSED.empty_table())

    def reported_bands(self, flags: pa.Table) -> Mapping[str, str]:
        """None was told of."""
        return {}
