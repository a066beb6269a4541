"""Which goods a text lists, and which of its quantities stand with which of them.

A quantity belongs to the goods in whose clause it stands. Where words that may name goods stand with a quantity, and no name of a
substance does, it is that of other goods.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from precursor_screen.text import quantity_tokens as m
from precursor_screen.text.quantities import BESIDE, COUNTED, PLAIN, Stated
from precursor_screen.text.quantity_tokens import Token
from precursor_screen.text.quantity_words import everyday

_SEPARATORS: Final = frozenset({m.BREAK, m.COMMA, m.AND, m.SLASH})
MASSES: Final = frozenset({COUNTED, BESIDE, PLAIN})
_MOST_COUNTED: Final = 100_000
_REACH: Final = 6  # words from a number that counts something unknown to the mass of one
# Words that look like a chemical's name by their end; those of everyday that do are taken out.
_CHEMICAL: Final = re.compile(r"[a-z]{3,}(?:ene|ane|one|anol|ylol|ate|ide|ite|ine|yl|ether|acid)s?")


class ListedGoods(Struct):
    """What a text says of one of the goods that it lists. name: own, other, or empty where nothing is named."""

    name: str = ""
    stated: list[Stated] = field(default_factory=list)
    words: bool = False  # words that may name goods stand with its quantities

    @property
    def has_mass(self) -> bool:
        """Whether a mass or a volume of it is stated, and not only a number or a size of packages."""
        return any(is_mass(s) for s in self.stated)


def is_mass(element: object) -> bool:
    """Whether it is a quantity that is a mass or a volume of goods."""
    return isinstance(element, Stated) and element.form in MASSES


def list_goods(tokens: Sequence[Token], stated: Sequence[Stated]) -> list[ListedGoods]:
    """The goods of a text in their order, with the quantities of each.

    Args:
        tokens: of the text.
        stated: its quantities.
    """
    goods = [ListedGoods()]
    for clause in _clauses(tokens, stated):
        names = [e for e in clause if isinstance(e, str)]
        masses = [e for e in clause if is_mass(e)]
        words = "words" in names
        names = [n for n in names if n != "words"]
        if not names and words and masses and goods[-1].has_mass:
            names, clause = [m.OTHER], [m.OTHER, *clause]  # other goods, of which no name is known
        if not names and not masses and not goods[-1].name and len(goods) == 1:
            goods[-1].stated += [e for e in clause if isinstance(e, Stated)]
            continue
        _add(goods, clause, len(set(names)) > 1)
        goods[-1].words |= words
    return goods


def _add(goods: list[ListedGoods], clause: Sequence[Stated | str], several: bool) -> None:
    """A clause's names and quantities, to the goods before it or as new ones. Where it names several, a quantity that opens it stands before
    its name, and so do the others."""
    elements = [e for e in clause if e != "words"]
    first = several and isinstance(elements[0], Stated)
    waiting: list[Stated] = []
    named = any(isinstance(e, str) for e in elements)
    for element in elements:
        if isinstance(element, Stated):
            if first or (named and not any(isinstance(e, str) for e in elements[: elements.index(element)])):
                waiting.append(element)
            else:
                goods[-1].stated.append(element)
            continue
        if not goods[-1].name and goods[-1].has_mass and goods[-1].words and any(is_mass(e) for e in elements):
            goods[-1].name = m.OTHER  # other goods, of which no name is known
        if not goods[-1].name:
            goods[-1].name = element
        elif goods[-1].name != element or element == m.OTHER:
            goods.append(ListedGoods(element))
        goods[-1].stated += waiting
        waiting = []
    goods[-1].stated += waiting


def _clauses(tokens: Sequence[Token], stated: Sequence[Stated]) -> list[list[Stated | str]]:
    """The text's names and quantities in order, clause by clause. `words` stands for words that may name goods."""
    clauses: list[list[Stated | str]] = [[]]
    at, named = 0, False
    for token in tokens:
        while at < len(stated) and stated[at].end <= token.start:
            at += 1
        if at < len(stated) and stated[at].start <= token.start:
            if not clauses[-1] or clauses[-1][-1] is not stated[at]:
                clauses[-1].append(stated[at])
            continue
        if token.kind in _SEPARATORS:
            if clauses[-1]:
                clauses.append([])
        elif token.kind in (m.OWN, m.OTHER):
            named = True
            if not clauses[-1] or clauses[-1][-1] != token.kind:
                clauses[-1].append(token.kind)
        elif token.kind == m.WORD and len(token.of) >= 4:
            chemical = _CHEMICAL.fullmatch(token.of) is not None and token.of not in everyday()
            opens = not clauses[-1] or isinstance(clauses[-1][-1], Stated)
            if chemical and named and opens and at < len(stated):
                clauses[-1].append(m.OTHER)
            elif "words" not in clauses[-1]:
                clauses[-1].append("words")
    return [c for c in clauses if c]


def unexplained_number(tokens: Sequence[Token], stated: Sequence[Stated]) -> Decimal | None:
    """A number beside a mass of which nothing says what it counts: `1 KG SAQUITO X 500`, `50 KG 20 FUSTEN`. It may be that of packages."""
    masses = [s for s in stated if is_mass(s)]

    def of_mass(token: Token | None) -> bool:
        return token is not None and any(s.start <= token.start < s.end for s in masses)

    row: list[Token | None] = [None, *tokens, None, None]
    for i, token in enumerate(row[1:-2], 1):
        if token is None or token.kind != m.NUMBER or len(token.values) != 1 or not 1 < token.values[0] <= _MOST_COUNTED:
            continue
        if token.values[0] % 1 or any(s.start <= token.start < s.end for s in stated):
            continue
        before, after, next_but_one = row[i - 1], row[i + 1], row[i + 2]
        word_after = after is not None and after.kind == m.WORD
        times = before is not None and before.kind == m.TIMES and any(s.end <= token.start for s in masses)
        behind = of_mass(before) and (word_after or after is None)
        opens = before is None or before.kind in (m.OWN, m.OTHER, *_SEPARATORS)
        if times or behind or (opens and word_after and (of_mass(next_but_one) or _leads_to_mass(tokens, i, masses))):
            return token.values[0]
    return None


def _leads_to_mass(tokens: Sequence[Token], at: int, masses: Sequence[Stated]) -> bool:
    """Whether nothing but words and numbers stands from a place to a mass: `12 khazzanat, each holding 1000 L` without its comma."""
    for token in tokens[at : at + _REACH]:
        if any(s.start <= token.start < s.end for s in masses):
            return True
        if token.kind not in (m.WORD, m.NUMBER):
            return False
    return False
