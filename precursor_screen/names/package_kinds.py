"""Kinds of packages as rules compare them: words of several languages and codes of UN/ECE Recommendation 21 to a few kinds."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from precursor_screen.tables import meanings_of, spellings_of

CHEMICAL_KINDS: Final = frozenset({"drum", "can", "ibc", "tank"})
_TABLE: Final = "package_words"


@cache
def _by_code() -> dict[str, str]:
    """Codes stand alone in their cell; words may stand among others ("200 L STEEL DRUMS")."""
    return spellings_of(_TABLE, "code")


@cache
def _by_word() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")) for kind, words in meanings_of(_TABLE, "pattern").items()
    )


def package_kind(text: str) -> str | None:
    """drum, can, ibc, tank, carton, bag or bottle; None: another kind, several kinds, or not known."""
    plain = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).strip()[:200]
    if plain in _by_code():
        return _by_code()[plain]
    found = [kind for kind, words in _by_word() if words.search(plain)]
    return found[0] if len(found) == 1 else None
