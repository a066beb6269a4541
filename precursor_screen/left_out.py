"""What a command does not load, though a library that it uses would: pandas, which pyarrow imports as soon as it is given a Python list.

That takes half a second of every start. Nothing on the way of a screen computes with it; a program that calls the API keeps it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from typing import Any


class _LeftOut(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> None:
        """Says that there is none; pyarrow then goes without."""
        if fullname == "pandas":
            raise ImportError("pandas is left out")


def leave_out_pandas() -> None:
    """From here on this process, whose only work is one command, cannot import pandas."""
    sys.meta_path.insert(0, _LeftOut())
