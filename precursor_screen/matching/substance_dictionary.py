"""The dictionary of names, squashed and compiled: what a text is scanned for, and what each spelling stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ahocorasick_rs

from precursor_screen.model import Substance, SubstanceName
from precursor_screen.names.text import Folded, fold, plain

# One class a letter and the digits that are read or typed for it.
_LEET: Final = str.maketrans({"0": "o", "1": "i", "l": "i", "5": "s", "8": "b"})
_LEET_DIGITS: Final = frozenset("0158")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One squashed spelling. `owners` are the substances it may mean: more than one only for weak family names (PMK oil)."""

    squashed: str
    name: SubstanceName
    plain_name: str
    spellings: tuple[str, ...]  # all names that fold to it
    owners: tuple[int, ...]
    own_gaps: frozenset[int]
    open_ended: bool  # a name turned back to front ends in a hyphen: "2-propanone, 1-phenyl-"

    @property
    def loose(self) -> bool:
        """Long and sure enough for a digit or an ending to touch it."""
        return self.name.strength == "strong" and len(self.squashed) >= 6

    @property
    def tight(self) -> bool:
        """An abbreviation: no space may fall inside it."""
        return self.name.strength == "weak" and len(self.squashed) <= 5


class NameDictionary:
    """All names of all substances, ready to scan. Immutable; the order of patterns follows from the substances alone."""

    def __init__(self, substances: Sequence[Substance]) -> None:
        self.patterns = _patterns(substances)
        self._scanner = ahocorasick_rs.AhoCorasick(
            [p.squashed for p in self.patterns], store_patterns=False, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )
        leet: dict[str, Pattern] = {}
        for p in self.patterns:
            if p.loose and p.squashed.isascii():
                leet.setdefault(leet_form(fold(p.name.name), p.name.name), p)
        self.leet_patterns = tuple(leet.values())
        self.leet_keys = tuple(leet)
        self._leet_scanner = ahocorasick_rs.AhoCorasick(
            list(leet) or ["\x00"], store_patterns=False, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def scan(self, squashed: str) -> list[tuple[Pattern, int, int]]:
        """Every pattern in a squashed text, overlapping ones too, with its bounds in the squashed text."""
        return [(self.patterns[i], a, b) for i, a, b in self._scanner.find_matches_as_indexes(squashed, overlapping=True)]

    def scan_leet(self, squashed: str) -> list[tuple[Pattern, int, int]]:
        """As `scan`, on a text from `leet_form`."""
        return [
            (self.leet_patterns[i], a, b) for i, a, b in self._leet_scanner.find_matches_as_indexes(squashed, overlapping=True)
        ]


def _patterns(substances: Sequence[Substance]) -> tuple[Pattern, ...]:
    best: dict[str, tuple[SubstanceName, list[str], list[int], bool]] = {}
    for number, substance in enumerate(substances):
        for name in substance.names:
            key = fold(name.name).squashed
            open_ended = name.name.endswith("-")
            known = best.get(key)
            if known is None:
                best[key] = (name, [name.name], [number], open_ended)
                continue
            kept, spellings, owners, kept_open = known
            better = (name.strength == "strong", name.verified) > (kept.strength == "strong", kept.verified)
            chosen = name if better else kept
            best[key] = (chosen, [*spellings, name.name], sorted({*owners, number}), kept_open and open_ended)
    return tuple(
        Pattern(key, name, plain(name.name), tuple(spellings), tuple(owners), _own_gaps(name.name), open_ended)
        for key, (name, spellings, owners, open_ended) in best.items()
    )


def _own_gaps(name: str) -> frozenset[int]:
    positions = fold(name).positions
    return frozenset(i for i in range(len(positions) - 1) if positions[i + 1] - positions[i] > 1)


def leet_form(folded: Folded, text: str) -> str:
    """The squashed text with digits that touch a letter read as the letters they resemble; locants stay as they are."""
    squashed, positions = folded.squashed, folded.positions
    out = list(squashed.translate({ord("l"): "i"}))
    last = len(text) - 1
    for i, char in enumerate(squashed):
        if char in _LEET_DIGITS:
            at = positions[i]
            if (at > 0 and text[at - 1].isalpha()) or (at < last and text[at + 1].isalpha()):
                out[i] = char.translate(_LEET)
    return "".join(out)


def has_leet(text: str) -> bool:
    """Whether a digit that resembles a letter touches a letter."""
    return re.search(r"[A-Za-z][0158]|[0158][A-Za-z]", text) is not None


def same_letters(found: str, spellings: Sequence[str]) -> bool:
    """Whether the text spells one of the names letter for letter, but for case, spacing and accents left out.

    An accent the name has not, a letter of another script or a full-width form is no plain spelling.
    """
    if found.isascii():
        return True
    spelled = _letters(found)
    return any(spelled in (wanted, _unaccented(wanted)) for wanted in map(_letters, spellings))


def _letters(text: str) -> str:
    text = text.replace("α", "alpha").replace("Α", "alpha").replace("β", "beta").replace("ß", "ss").replace("İ", "i")
    return "".join(c.lower() for c in unicodedata.normalize("NFC", text) if c.isalnum() or unicodedata.category(c) == "Mn")


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
