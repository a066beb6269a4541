"""The generator of `benchmarks/`, found last, so that none of its modules stands in for another of that name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))
