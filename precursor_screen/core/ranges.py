"""Ranges of places in an array, one after another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def expand(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """All places of some ranges: for each the number of its range, and the place."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    return of, np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(of))
