"""Whose a document is: whether those whom it names have a part in the goods, or stand behind somebody who acts for them.

A bill names who carries, pays and trades; a permit names who may. So a name that is missing on a bill says little where a forwarder, a
bank, a trader in the middle or a firm of the holder's group stands in its place: that is a question for the house bill. Only an unrelated
principal makes a document another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from precursor_screen.core.tables import words_of
from precursor_screen.kernel.papers.differences import NOT_VISIBLE, OTHER_CONSIGNEE, OTHER_EXPORTER
from precursor_screen.kernel.papers.documents import IMPORT, Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.reference import shipped
from precursor_screen.rulebook.lists import load_lists
from precursor_screen.text.party import is_informative, is_to_order, normalise_party

FORWARDERS = "forwarders"  # the list of their words
_CJK = "\u3000"  # from here on words are not parted by blanks
_TRADES = "trading"  # the canonical word of `party_words.csv`
_FIGURES = re.compile(r"\d+")
_SHORTEST = 3  # letters of a word that firms of one group have in common (own proposal)


def keeper_pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Words of a name that tell of a bank, or of who carries, clears or keeps other people's goods. terms: of the list `forwarders`."""
    words = [*words_of("cell_words", "bank"), *terms]
    return re.compile("|".join(re.escape(w) if w[0] >= _CJK else rf"\b{re.escape(w)}\b" for w in words), re.IGNORECASE)


class GoBetweens(Struct, frozen=True):
    """Who acts for others.

    Attributes:
        keepers: of `keeper_pattern`.
        principals: keys of those whom documents of the register name: they trade for themselves.
    """

    keepers: re.Pattern[str]
    principals: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a name is that of a forwarder, a broker or a bank, or is an order."""
        return bool(name.strip()) and (is_to_order(name) or bool(self.keepers.search(name)))

    def beside(self, documents: Iterable[Document]) -> GoBetweens:
        """The same where these are the documents of the register."""
        return GoBetweens(self.keepers, frozenset(p.key for d in documents for p in d.parties))


@cache
def shipped_go_betweens() -> GoBetweens:
    """By the list of forwarders that ships."""
    return GoBetweens(keeper_pattern(load_lists([shipped.rules_folder()])[FORWARDERS].terms))


@lru_cache(maxsize=65_536)
def _first_telling_word(name: str) -> str:
    return next((t for t in normalise_party(name).tokens if is_informative(t) and len(t) >= _SHORTEST), "")


def of_one_group(one: str, other: str) -> bool:
    """Whether two names begin with the same telling word, as those of one group's firms do; other figures are another firm."""
    word = _first_telling_word(one)
    return bool(word) and word == _first_telling_word(other) and _FIGURES.findall(one) == _FIGURES.findall(other)


def wrong_principals(document: Document, movement: Movement, go_betweens: GoBetweens) -> list[str]:
    """What is wrong with the parties of goods under a document.

    Args:
        document: of any register.
        movement: with the keys of all parties of its shipment in `witnesses`.
        go_betweens: who acts for others.

    Returns:
        `other-consignee` or `other-exporter` where an unrelated principal stands in the place of one that is named; `holder-not-visible`
        where that one may stand behind somebody else; empty: all that both sides name agree.
    """
    both = (*movement.sending, *movement.receiving)
    sides = (
        (OTHER_CONSIGNEE, document.importer, movement.receiving, (movement.receiver,)),
        (OTHER_EXPORTER, document.exporter, movement.sending, (movement.sender,)),
        (OTHER_EXPORTER, document.holder, both, (movement.sender, movement.receiver)),
    )
    everybody = frozenset((*movement.sending, *movement.receiving, *movement.witnesses))
    missing = [side for side in sides if side[1] is not None and side[2] and side[1].key not in everybody]
    if not missing:
        return []
    # Who sends the holder's goods to the buyer that the document names trades in the middle; who receives them in the buyer's place is
    # somebody else. Neither that nor a name of the group excuses a firm that has documents of its own.
    buyer_is_seen = len(missing) < sum(party is not None for _, party, *_ in sides)
    unrelated = []
    for kind, party, keys, names in missing:
        is_principal = not go_betweens.principals.isdisjoint(keys)
        of_group = party is not None and any(of_one_group(name, party.name) for name in names)
        in_holders_place = kind == OTHER_EXPORTER or document.direction == IMPORT
        in_the_middle = in_holders_place and (buyer_is_seen or any(_TRADES in normalise_party(name).tokens for name in names))
        if not any(map(go_betweens.has, names)) and (is_principal or not (of_group or in_the_middle)):
            unrelated.append(kind)
    return list(dict.fromkeys(unrelated)) or [NOT_VISIBLE]
