"""Benchmarks are scripts beside one another; their modules are found last, so that none stands in for another of that name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
