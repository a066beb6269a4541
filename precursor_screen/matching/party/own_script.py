"""Names that both stand in Chinese, Japanese or Korean writing: there one character makes another name, however alike they sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from precursor_screen.text.party import NAME, OWN_SCRIPT, kind_of, normalise_party

_WRITINGS = {
    "Hangul": re.compile("[\uac00-\ud7a3]+"),
    "kana": re.compile("[\u3040-\u30ff]+"),
    "Han": re.compile("[\u3040-\u30ff\u4e00-\u9fff]+"),
}


def contradicts(name: str, listed: Iterable[str]) -> bool:
    """Whether a name differs from all names that a party has in the same writing: neither holds what the other is called, words of
    business apart.

    Traditional and simplified characters are the same. A Korean name in Hangul and the same in Han say nothing about each other here.
    """
    writing, mine = ("", "") if name.isascii() else _called(name)
    theirs = [called for other in listed if mine for w, called in [_called(other)] if w == writing]
    return bool(theirs) and not any(mine in other or other in mine for other in theirs)


@lru_cache(maxsize=1 << 12)
def _called(name: str) -> tuple[str, str]:
    """The writing of a name, and its words that are neither legal form nor business, joined, in simplified characters; both empty in
    any other writing."""
    readings = normalise_party(name).readings
    own = next((r.tokens for r in readings if r.script == OWN_SCRIPT), ())
    words = "".join(t for t in own if kind_of(t) == NAME and not t.isascii())
    writing = next((w for w, letters in _WRITINGS.items() if letters.fullmatch(words)), "")
    return writing, words.translate(_simplified()) if writing else ""


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    text = resources.files("precursor_screen.text").joinpath("han_variants.txt").read_text("utf-8")
    pairs = (pair for line in text.splitlines() if not line.startswith("#") for pair in line.split())
    return {ord(pair[0]): pair[1] for pair in pairs}
