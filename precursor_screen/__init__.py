"""Screens customs and trade manifests for drug precursors and listed parties.

    from precursor_screen import Screener, screen, lookup, match, load_reference

Names resolve lazily: importing the package loads nothing heavy and has no side effects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from precursor_screen.version import __version__

if TYPE_CHECKING:
    from precursor_screen.api import load_reference, lookup, match, screen
    from precursor_screen.screener import Screener

__all__ = ["Screener", "__version__", "load_reference", "lookup", "match", "screen"]


def __getattr__(name: str) -> Any:
    if name == "Screener":
        from precursor_screen.screener import Screener

        return Screener
    if name in __all__:
        from precursor_screen import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
