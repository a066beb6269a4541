"""The memory of a run without a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from precursor_screen.core.memory import KNOWN, Compared, Judged, Past, Request
from precursor_screen.core.schema import FLAG, MOVEMENT, SUPPRESSED
from precursor_screen.kernel.versions.settled import settle_alone


class NoMemory:
    """The memory of a run without a ledger: nothing is known, every flag is new."""

    def look_back(self, request: Request) -> Past:
        """Nothing."""
        empty = {ask: MOVEMENT.empty_table().select(ask.columns) for ask in request.asks}
        return Past(empty, KNOWN.empty_table(), settle_alone(request.movements), None)

    def troubled(self, movement_keys: pa.Array) -> frozenset[str]:
        """None."""
        return frozenset()

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """None."""
        return MOVEMENT.empty_table()

    def compare_flags(self, flags: pa.Table, judged: Judged) -> Compared:
        """The flags as they are."""
        return Compared(flags, FLAG.empty_table(), FLAG.empty_table(), SUPPRESSED.empty_table())

    def told_bands(self, flags: pa.Table) -> Mapping[str, str]:
        """None was told of."""
        return {}
