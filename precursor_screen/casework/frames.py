"""Tables as pandas frames whose columns are Arrow's, so that sums are exact decimals and what is not known is neither 0 nor NaN."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The table as a frame, each column of its Arrow type."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame by column, as Python's values; None: not known. The index is left out."""
    rows: list[dict[str, Any]] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows


def sum_known(column: Any) -> Any:
    """The sum of a decimal column, or of each group of it; of nothing that is known it is unknown, not nought."""
    return column.sum(min_count=1)
