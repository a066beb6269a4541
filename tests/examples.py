"""How many examples a property draws: few where a commit is tested, many where somebody looks for faults (`make soak`)."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

SOAK = bool(os.environ.get("PS_SEED"))


def examples(few: int, many: int, **more: Any) -> settings:
    """Settings of a property. few: what holds it in place; many: what found its faults; more: as `hypothesis.settings` takes it."""
    return settings(max_examples=many if SOAK else few, **more)
