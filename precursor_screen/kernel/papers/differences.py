"""What may differ between papers and goods: the kinds, and one difference with both its sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.movements import Movement

OBJECTED, EXPIRED, MISSING, OVER = "objected", "expired", "missing", "over"
OTHER_COUNTRY, OTHER_CONSIGNEE, OTHER_EXPORTER = "other-country", "other-consignee", "other-exporter"
OTHER_SUBSTANCE, USED_TWICE, TOO_EARLY, LATER = "other-substance", "used-twice", "too-early", "later-than-valid"
NOT_VISIBLE, UNKNOWN_NUMBER, OBJECTED_BEFORE = "holder-not-visible", "unknown-number", "objected-before"
OTHER_DIRECTION, OTHER_NOTIFICATION, AWAITED = "other-direction", "other-notification", "awaited"
LICENCE_EXCEEDED, REQUIREMENT_EXCEEDED = "licence-exceeded", "requirement-exceeded"
TWO_MASSES, RETURNED_MORE, OTHER_PLACE = "two-masses", "returned-more", "other-place"
DUPLICATE, CONTRADICTING, MASS_UNKNOWN = "duplicate-number", "contradicting-dates", "mass-unknown"
MASS_DIFFERS, UNCONFIRMED, UNSHIPPED, PART_USED, UNUSED = (
    "mass-differs",
    "unconfirmed",
    "not-seen-to-leave",
    "part-used",
    "unused",
)

# Kind -> what it says, and what would settle it; the gravest first.
KINDS: dict[str, tuple[str, str]] = {
    OBJECTED: ("Shipped though the importing State objected", "Ask the importing State; ask who released the goods."),
    EXPIRED: (
        "Shipped under a document that is not in force",
        "Ask from which day it was expired, revoked or suspended.",
    ),
    MISSING: ("Shipped without a document", "Ask the exporter for the document, and the issuing office whether it knows it."),
    OVER: ("More shipped than the document is for", "Weigh against the bills; ask whether the document was amended."),
    OTHER_COUNTRY: ("Shipped to another country", "Ask the carrier for the route, and both countries what they know."),
    OTHER_PLACE: (
        "To be delivered in another country",
        "Ask the carrier how the goods went on; ask both countries what they know.",
    ),
    OTHER_CONSIGNEE: ("Shipped to another consignee", "Ask the importer that is named whether the goods are for it."),
    OTHER_EXPORTER: ("Shipped by somebody else than the holder", "Ask the holder whether the document was lent or passed on."),
    NOT_VISIBLE: (
        "The holder is not visible on this bill",
        "Ask for the house bill, and who acts for the holder.",
    ),
    OTHER_SUBSTANCE: ("The document is for another substance", "Compare the names on both papers; take a sample."),
    OTHER_DIRECTION: (
        "The document is for the other direction",
        "Ask the exporter for an export permit, the importer for an import permit.",
    ),
    USED_TWICE: ("Used for more than one shipment", "Ask for the document itself and its endorsements."),
    TOO_EARLY: ("Shipped too early", "Ask whether the importing State answered, or the day of dispatch was moved."),
    LATER: ("Shipped after the document's last day", "Ask whether it was extended."),
    LICENCE_EXCEEDED: ("More in a year than the licence allows", "Compare with the licensee's own books of the year."),
    REQUIREMENT_EXCEEDED: (
        "More to a country than its annual requirement",
        "Ask the country whether it revised its requirement.",
    ),
    RETURNED_MORE: ("More came back than had left", "Weigh what came back; ask where the rest is from."),
    TWO_MASSES: ("Two files state different masses of one consignment", "Compare both papers with the weigh note."),
    DUPLICATE: ("One number is in several rows", "Find out which of the rows stands; correct the register."),
    CONTRADICTING: ("Dates contradict each other", "Look at the paper itself; correct the dates in the register."),
    MASS_UNKNOWN: ("Mass of a shipment not known", "Ask for the packing list or the weigh note."),
    MASS_DIFFERS: ("The other side confirms another mass", "Compare weigh notes of both sides; ask for losses on the way."),
    OTHER_NOTIFICATION: (
        "The other side confirms another notification",
        "Ask the country of destination which notification the goods arrived under.",
    ),
    UNCONFIRMED: ("Left, not confirmed by the other side", "Ask the country of destination whether it arrived, and where."),
    UNSHIPPED: ("Confirmed there, not seen to leave here", "Look for the export under another name, number or office."),
    PART_USED: ("Not all used when it ended", "Ask what became of the rest; look for shipments that name no number."),
    UNUSED: ("Not used at all", "Ask whether the shipment was given up, or left without naming it."),
    AWAITED: ("Left, not confirmed yet", "Look again when the time to confirm is over."),
}
# Lawful as far as is known: what is asked of the holder or awaited from the other side, not what is wrong.
QUESTIONS = frozenset((PART_USED, UNUSED, AWAITED, NOT_VISIBLE))
_ORDER = {kind: n for n, kind in enumerate(KINDS)}


class Told(Struct, frozen=True):
    """A difference of a kind. kind: of `KINDS`, which each comparison has for itself."""

    KINDS: ClassVar[Mapping[str, tuple[str, str]]]

    kind: str

    @property
    def title(self) -> str:
        """What the kind says."""
        return self.KINDS[self.kind][0]

    @property
    def remedy(self) -> str:
        """What would settle it."""
        return self.KINDS[self.kind][1]


class Difference(Told, frozen=True):
    """A difference with both sides.

    Attributes:
        register: that the goods were compared with.
        document: None: there is none.
        movements: in the order of their rank.
        document_kg: what the paper allows or confirms; None: not stated.
        shipped_kg: of the movements, as far as it stands under the document; None: of none is the mass known.
        difference_kg: shipped less document; None: it is no matter of mass, or not known.
        because: what differs, in a sentence. why: how goods and paper were brought together.
    """

    KINDS = KINDS

    register: str
    document: Document | None
    movements: tuple[Movement, ...]
    document_kg: Decimal | None
    shipped_kg: Decimal | None
    difference_kg: Decimal | None
    because: str
    why: str = ""

    @property
    def rank(self) -> tuple[object, ...]:
        """The gravest kind first, then by register, number and day."""
        number = self.document.rank if self.document else ()
        first = self.movements[0].rank if self.movements else (date.max,)
        return (_ORDER[self.kind], self.register, self.document is None, number, first, self.because)


class Unjudged(Struct, frozen=True):
    """What could not be judged: how often, with some examples (numbers of documents, places of lines), and the remedy."""

    code: str
    register: str
    count: int
    examples: tuple[str, ...]
    message: str


_SHOWN = 5


def unjudged(code: str, register: str, which: list[str], message: str) -> list[Unjudged]:
    """One entry for all of them; none for none."""
    distinct = sorted(dict.fromkeys(which))
    return [Unjudged(code, register, len(which), tuple(distinct[:_SHOWN]), message)] if which else []


def all_unjudged(register: str, places: Mapping[str, Iterable[str]], messages: Mapping[str, str]) -> list[Unjudged]:
    """What was told of by each code, in the order of the messages."""
    return [u for code, message in messages.items() for u in unjudged(code, register, list(places.get(code, ())), message)]


def kilograms(masses: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of those that are known; None: none is."""
    known = [m for m in masses if m is not None]
    return sum(known, Decimal(0)) if known else None


def whole_mass(movements: Sequence[Movement]) -> Decimal | None:
    """The mass of all; None: that of one is not known."""
    return None if any(m.kg is None for m in movements) else kilograms(m.kg for m in movements)


def show_kg(value: Decimal | None) -> str:
    """1,250.5 kg; an unknown mass is said to be."""
    return "an unknown mass" if value is None else f"{value.normalize():,f} kg"
