"""Names that both stand in Chinese, Japanese or Korean writing: there one character makes another name, however alike they sound."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from precursor_screen.names.party import NAME, OWN_SCRIPT, kind_of, normalise_party

_FIRST_EAST_ASIAN, _LAST_EAST_ASIAN = "\u3040", "\ud7a3"  # kana, Han, Hangul


def contradicts(name: str, listed: Iterable[str]) -> bool:
    """Whether a name in such writing differs from all of a party's names in it: neither holds what the other is called, words of
    business apart.

    Traditional and simplified characters are the same.
    """
    mine = "" if name.isascii() else _called(name)
    theirs = [called for other in listed if mine and (called := _called(other))]
    return bool(theirs) and not any(mine in other or other in mine for other in theirs)


@lru_cache(maxsize=1 << 12)
def _called(name: str) -> str:
    """The words of a name that are neither legal form nor business, joined, in simplified characters; empty in any other writing."""
    readings = normalise_party(name).readings
    own = next((r.tokens for r in readings if r.script == OWN_SCRIPT), ())
    words = "".join(t for t in own if kind_of(t) == NAME and not t.isascii())
    return words.translate(_simplified()) if all(_FIRST_EAST_ASIAN <= c <= _LAST_EAST_ASIAN for c in words) else ""


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    text = resources.files("precursor_screen.names").joinpath("han_variants.txt").read_text("utf-8")
    pairs = (pair for line in text.splitlines() if not line.startswith("#") for pair in line.split())
    return {ord(pair[0]): pair[1] for pair in pairs}
