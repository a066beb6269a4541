"""What the documents of a register say of single goods, whatever else moved: right under any parting of the lines.

How much is left of a document is another question, of all that moved under it (`balance`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.allocate import NamedDocuments, find_named
from precursor_screen.kernel.papers.book import Book, distance
from precursor_screen.kernel.papers.documents import LIVE, Document
from precursor_screen.kernel.papers.movements import Movement, agrees
from precursor_screen.kernel.papers.principals import GoBetweens
from precursor_screen.kernel.papers.similar_names import NameMatcher
from precursor_screen.kernel.papers.versions import stand
from precursor_screen.kernel.papers.wrongs import find_wrongs, say_wrong
from precursor_screen.rulebook.registers import NOT_SAID, NOTIFICATIONS, Scope

TOLERANCE = Decimal("0.02")  # of the document's mass: what drums, moisture and scales come to (own proposal)
_REFUSED = frozenset(("objected", "suspended", "revoked"))
_OF_DAYS = frozenset((kinds.LATER, kinds.TOO_EARLY))
_YEAR = timedelta(days=365)
_GRAVEST = (
    *(kinds.OBJECTED, kinds.EXPIRED, kinds.OTHER_SUBSTANCE, kinds.OTHER_CONSIGNEE, kinds.OTHER_EXPORTER, kinds.OTHER_COUNTRY),
    *(kinds.OTHER_DIRECTION, kinds.LATER, kinds.TOO_EARLY, kinds.UNKNOWN_NUMBER, kinds.OBJECTED_BEFORE, kinds.NOT_VISIBLE),
)
_RANK = {kind: n for n, kind in enumerate(_GRAVEST)}


class PaperFacts(Struct, frozen=True):
    """What a register says of goods.

    Attributes:
        found: whether it holds a number that they name; None: they name none.
        named: the documents of the numbers that they name, for whatever substance.
        document: that they are taken to travel under; None: none is known.
        differences: kinds of `differences`, and `unknown-number` or `objected-before`; the gravest first.
        covers: whether the document is in force for these goods, and one of its parties has a part in them.
        why: in a sentence; empty: there is nothing to say.
    """

    found: bool | None = None
    named: tuple[Document, ...] = ()
    document: Document | None = None
    differences: tuple[str, ...] = ()
    covers: bool = False
    why: str = ""


class Papers:
    """The documents of one register, asked of goods one by one."""

    def __init__(self, register: str, documents: Iterable[Document], go_betweens: GoBetweens, scope: Scope = NOT_SAID) -> None:
        """scope: what the register says of itself; a number that an incomplete one does not hold proves nothing."""
        standing = stand(documents)
        if register == NOTIFICATIONS:  # sent by who exports, known to who imports: both offices ask for it
            standing = tuple(replace(d, direction=None) for d in standing)
        self.scope = scope
        self.register = register
        self._book = Book(register, standing, TOLERANCE)
        self._names = NameMatcher(p.key for d in standing for p in d.parties)
        self.documents = standing
        self.go_betweens = go_betweens.beside(standing)
        self._refused: dict[str, list[Document]] = {}
        for document in standing if register == NOTIFICATIONS else ():
            if document.status in _REFUSED:
                self._refused.setdefault(document.substance_id, []).append(document)

    def of(self, movement: Movement) -> PaperFacts:
        """What the register says of goods."""
        goods = self._names.expand_aliases(movement)
        named = find_named(self.register, goods, self._book)
        fitting = self._book.fitting(goods)
        found = bool(named.papers or named.others) if named.numbers else None
        facts = self._of_named(goods, named, fitting) if named.numbers else self._of_parties(goods, fitting)
        every = (*named.papers, *named.others)
        objection = self._objection(goods, fitting, facts)
        document, differences, why = objection or facts
        covers = document is not None and self._covers(document, goods, differences)
        return PaperFacts(found, every, document, differences, covers, why)

    def _of_named(
        self, goods: Movement, named: NamedDocuments, fitting: Sequence[Document]
    ) -> tuple[Document | None, tuple[str, ...], str]:
        cell = named.numbers[0]
        if named.papers:
            document, wrong = self._best(named.papers, goods)
            # A number of before: the holder's next document is in force for the same goods.
            begins = document.first or date.min
            later = [d for d in fitting if not d.single_use and (d.first or date.min) > begins]
            next_one = [d for d in later if self._is_in_force(d, goods)]
            if wrong and set(wrong) <= {*_OF_DAYS, kinds.EXPIRED} and document.status not in _REFUSED and next_one:
                return next_one[0], (), f"the number of {document.reference} is named; {next_one[0].reference} is in force"
            return document, wrong, self._why(document, wrong, goods)
        if named.others:
            substances = ", ".join(sorted({d.substance_id for d in named.others}))
            return named.others[0], (kinds.OTHER_SUBSTANCE,), f"{named.others[0].reference} is for {substances}"
        nearest, sure = self._book.nearest(goods, cell)
        if sure:
            wrong = self._wrongs(nearest[0], goods)
            return nearest[0], wrong, f"{cell} is {nearest[0].reference} but for one character; parties, substance and days agree"
        why = f"the register does not hold {cell}"
        if self.scope.is_complete_for(goods.substance_id, goods.direction, goods.day) is False:
            return None, (), f"{why}; it is not complete"
        return None, (kinds.UNKNOWN_NUMBER,), why

    def _of_parties(self, goods: Movement, fitting: Sequence[Document]) -> tuple[Document | None, tuple[str, ...], str]:
        """Of goods that name no number: a document whose parties, substance, country and days agree."""
        live = [d for d in fitting if self._is_in_force(d, goods)]
        refused = [d for d in fitting if d.status_on(goods.day) in _REFUSED]
        if live:
            document = min(live, key=lambda d: (distance(d, goods.day), d.rank))
            return document, self._wrongs(document, goods), f"{document.reference} is for these parties and this substance"
        if refused:
            document = refused[-1]
            return document, self._wrongs(document, goods), self._why(document, (kinds.EXPIRED,), goods)
        return None, (), ""

    def _objection(
        self, goods: Movement, fitting: Sequence[Document], facts: tuple[Document | None, tuple[str, ...], str]
    ) -> tuple[Document | None, tuple[str, ...], str] | None:
        """The last objection to such goods, whatever number they name; one that a later acceptance ended is none."""
        if self.register != NOTIFICATIONS:
            return None
        mine = [d for d in fitting if d.status_on(goods.day) in _REFUSED]
        others = [d for d in self._refused.get(goods.substance_id, ()) if d not in mine and self._is_of_buyer(d, goods)]
        for some, kind in ((mine, kinds.OBJECTED), (others, kinds.OBJECTED_BEFORE)):
            last = max(some, key=lambda d: (_decided(d), d.rank), default=None)
            if last is None or kind in facts[1]:
                continue
            accepted = [d for d in fitting if d.status_on(goods.day) == "accepted" and _decided(d) >= _decided(last)]
            if not accepted:
                said = f"{last.reference} for {_for(last)} was {last.status}"
                if kind == kinds.OBJECTED:
                    return last, tuple(sorted({kind, *facts[1]} - {kinds.UNKNOWN_NUMBER}, key=lambda k: _RANK.get(k, 99))), said
                return facts[0], (*facts[1], kind), "; ".join(filter(None, (facts[2], said)))
        return None

    def _is_of_buyer(self, document: Document, goods: Movement) -> bool:
        """Whether within a year before the same buyer was refused the substance from another sender, or in another country."""
        decided = _decided(document)
        return bool(agrees(document.importer, goods.receiving)) and goods.day - _YEAR <= decided <= goods.day

    def _best(self, documents: Sequence[Document], goods: Movement) -> tuple[Document, tuple[str, ...]]:
        """The document that fits goods best, and what is wrong with it."""
        every = [(d, self._wrongs(d, goods)) for d in documents]
        return min(every, key=lambda one: (len(one[1]), distance(one[0], goods.day), one[0].rank))

    def _wrongs(self, document: Document, goods: Movement) -> tuple[str, ...]:
        found = dict.fromkeys(find_wrongs(document, goods, self.go_betweens))
        if goods.assumed:
            found.pop(kinds.OTHER_COUNTRY, None)  # the party's country is not that of the goods
        return tuple(sorted(found, key=lambda kind: _RANK.get(kind, len(_RANK))))

    def _is_in_force(self, document: Document, goods: Movement) -> bool:
        return document.status_on(goods.day) in LIVE and not {*_OF_DAYS, kinds.EXPIRED, kinds.OBJECTED} & set(
            self._wrongs(document, goods)
        )

    def _covers(self, document: Document, goods: Movement, differences: Sequence[str]) -> bool:
        """A notification counts once the importing State has accepted it."""
        good = ("accepted",) if self.register == NOTIFICATIONS else ("valid", "accepted")
        everybody = frozenset((*goods.sending, *goods.receiving, *goods.witnesses))
        of_somebody = not document.parties or any(p.key in everybody for p in document.parties)
        return document.status_on(goods.day) in good and of_somebody and set(differences) <= {kinds.NOT_VISIBLE}

    def _why(self, document: Document, differences: Sequence[str], goods: Movement) -> str:
        return "; ".join(filter(None, (say_wrong(kind, document, (goods,)) for kind in differences)))


def _decided(document: Document) -> date:
    """The day on which the status of a notification was known, or its own."""
    return document.status_from or document.sent or document.first or date.min


def _for(document: Document) -> str:
    return " to ".join(p.name for p in document.parties) or document.substance_id
