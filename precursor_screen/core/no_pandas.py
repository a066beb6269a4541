"""Keeps commands from loading pandas, which pyarrow imports as soon as it is given a Python list.

That takes half a second at each start. Only `audit`, `reconcile` and `return` compute with it, and ask for it; a program that calls the API
can import it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from typing import Any


class _LeftOut(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> None:
        """Says that pandas is not there; pyarrow then does without it."""
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left out of commands", name=fullname)


def leave_out_pandas() -> None:
    """From here on this process, whose only work is one command, cannot import pandas."""
    sys.meta_path.insert(0, _LeftOut())


def let_pandas_in() -> None:
    """From here on it can be imported. Call it before anything else: pyarrow asks once whether it is there."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _LeftOut)]
