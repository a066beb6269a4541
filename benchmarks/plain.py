"""Plainer ways to do parts of the work, each as a process of its own, so that it is measured as the program is.

    python benchmarks/plain.py read-pandas|read-polars|read-pyarrow MANIFEST
    python benchmarks/plain.py extract-one|cdist MANIFEST LISTED

LISTED is a text file with a name a line. Names are compared with `token_sort_ratio` at 85, a simpler score than the program's; they are so
many that only some are compared. Says on standard error, as a JSON object, how much was done of how much.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

NAME_COLUMNS = ("Shipper", "Consignee", "Notify Party")
CELLS, DISTINCT = 100, 1_000  # compared of all
CUT = 85


def read_pandas(path: str) -> int:
    """Rows of a manifest that pandas reads as texts."""
    import pandas as pd

    return len(pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, dtype=str))


def read_polars(path: str) -> int:
    """Rows of a manifest that polars reads as texts."""
    import polars as pl

    return (pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path, infer_schema=False)).height


def read_pyarrow(path: str) -> int:
    """Rows of a manifest that pyarrow reads as texts."""
    return _table(path).num_rows


def _table(path: str) -> Any:
    import pyarrow as pa
    from pyarrow import csv, parquet

    if path.endswith(".parquet"):
        return parquet.read_table(path)
    with open(path, encoding="utf-8") as file:
        names = file.readline().replace('"', "").strip().split(",")
    return csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))


def _cells(path: str) -> list[str]:
    """Every cell that names a party."""
    table = _table(path)
    columns = (table.column(name).to_pylist() for name in NAME_COLUMNS if name in table.column_names)
    return [text for column in columns for text in column if text]


def extract_one(path: str, listed: list[str]) -> dict[str, float]:
    """Row by row: every cell against every listed name, a cell at a time."""
    from rapidfuzz import fuzz, process, utils

    cells = _cells(path)
    some = cells[:: max(1, len(cells) // CELLS)]
    started = time.process_time()
    for name in some:
        process.extractOne(utils.default_process(name), listed, scorer=fuzz.token_sort_ratio, score_cutoff=CUT)
    return {"compared": len(some), "of": len(cells), "cpu": time.process_time() - started}


def cdist(path: str, listed: list[str]) -> dict[str, float]:
    """Distinct names against all listed names at once, on two cores."""
    import numpy as np
    from rapidfuzz import fuzz, process, utils

    names = list(dict.fromkeys(_cells(path)))
    some = [utils.default_process(name) for name in names[:: max(1, len(names) // DISTINCT)]]
    started = time.process_time()
    process.cdist(some, listed, scorer=fuzz.token_sort_ratio, score_cutoff=CUT, dtype=np.uint8, workers=2)
    return {"compared": len(some), "of": len(names), "cpu": time.process_time() - started}


MATCHERS = {"extract-one": extract_one, "cdist": cdist}
READERS = {"read-pandas": read_pandas, "read-polars": read_polars, "read-pyarrow": read_pyarrow}


def main() -> None:
    """Does one of them."""
    way, path, *rest = sys.argv[1:]
    if way in READERS:
        done: dict[str, float] = {"rows": READERS[way](path)}
    else:
        from rapidfuzz import utils

        done = MATCHERS[way](path, [utils.default_process(n) for n in Path(rest[0]).read_text(encoding="utf-8").splitlines()])
    print(json.dumps(done), file=sys.stderr)


if __name__ == "__main__":
    main()
