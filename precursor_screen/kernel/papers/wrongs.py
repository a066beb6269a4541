"""What single goods do that a document does not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.book import country_of, wrong_time
from precursor_screen.kernel.papers.documents import DOMESTIC, Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.principals import GoBetweens, wrong_principals
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS


def find_wrongs(
    document: Document, movement: Movement, go_betweens: GoBetweens, note: Callable[[str], object] = lambda code: None
) -> Iterator[str]:
    """Kinds of `differences.KINDS`: of days and status, direction, parties, country.

    Args:
        document: of permits, notifications or confirmations.
        movement: under it.
        go_betweens: who acts for others.
        note: told the code of what could not be compared (`no-reply-period`, `no-party`, `no-country`).
    """
    if document.register != CONFIRMATIONS and not document.contradicting:
        if (kind := wrong_time(document, movement.day)) is not None:
            yield kind
        elif document.status_on(movement.day) == "sent" and document.reply_ends is None and document.register == NOTIFICATIONS:
            note("no-reply-period")
    if document.direction is not None and movement.direction not in (None, DOMESTIC, document.direction):
        yield kinds.OTHER_DIRECTION  # whose name stands where on such a paper says nothing more
        return
    for party, keys in (
        (document.importer, movement.receiving),
        (document.exporter, movement.sending),
        (document.holder, (*movement.sending, *movement.receiving)),
    ):
        if party is not None and not keys:
            note("no-party")
    yield from wrong_principals(document, movement, go_betweens)
    country = country_of(document.register, movement)
    if document.country and not country:
        note("no-country")
    elif document.country and country != document.country:
        yield kinds.OTHER_COUNTRY


def say_wrong(kind: str, document: Document, movements: Sequence[Movement]) -> str:
    """What is wrong with goods under a document, in a sentence; empty for a kind that is not of single goods."""
    days = [m.day for m in movements]
    return _BECAUSE[kind](document, movements, min(days), max(days)) if kind in _BECAUSE else ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted({n for n in names if n})) or "nobody who is named"


def _too_early(document: Document, day: date) -> str:
    if document.issued and day < document.issued and (document.first is None or day >= document.first):
        return f"left on {day}; {document.reference} was issued on {document.issued}, though valid from {document.first}"
    if document.first and day < document.first:
        verb = "was sent" if document.register == NOTIFICATIONS else "is valid from"
        return f"left on {day}; {document.reference} {verb} {document.first}"
    if document.register == PERMITS:
        return f"left on {day}; {document.reference} was declared on {document.issued}, so that goods may leave from {document.reply_ends}"
    return f"left on {day}; without an answer not before {document.reply_ends} (sent {document.sent})"


def _not_in_force(document: Document, day: date) -> str:
    since = f" since {document.status_from}" if document.status_from else ""
    return f"{document.reference} is {document.status}{since}; goods left under it on {day}"


# Kind -> what is said of a document, the movements under it, and their first and last day.
_BECAUSE: Final[Mapping[str, Callable[[Document, Sequence[Movement], date, date], str]]] = {
    kinds.TOO_EARLY: lambda d, _, day, __: _too_early(d, day),
    kinds.LATER: lambda d, _, __, last: f"left on {last}; {d.reference} was valid until {d.last}",
    kinds.EXPIRED: lambda d, _, day, __: _not_in_force(d, day),
    kinds.OBJECTED: lambda d, _, day, __: _not_in_force(d, day),
    kinds.CONTRADICTING: lambda d, _, __, last: f"{d.reference} confirms that goods arrived on {d.first}; they left on {last}",
    kinds.OTHER_NOTIFICATION: lambda d, some, *_: (
        f"{d.reference} confirms goods of {d.notification or d.reference}; they left under {_names(m.pen or '' for m in some)}"
    ),
    kinds.OTHER_DIRECTION: lambda d, some, *_: f"{d.reference} is for an {d.direction}; the goods are an {some[0].direction}",
    kinds.OTHER_CONSIGNEE: lambda d, some, *_: (
        f"{d.reference} is for {d.importer.name if d.importer else ''}; the goods went to {_names(m.receiver for m in some)}"
    ),
    kinds.OTHER_EXPORTER: lambda d, some, *_: (
        f"{d.reference} is held by {next((p.name for p in (d.exporter, d.holder) if p), '')}; the goods came from "
        f"{_names(m.sender for m in some)}"
    ),
    kinds.NOT_VISIBLE: lambda d, some, *_: (
        f"{d.reference} names {_names(p.name for p in d.parties)}; the goods went from {_names(m.sender for m in some)} to "
        f"{_names(m.receiver for m in some)}"
    ),
    kinds.OTHER_COUNTRY: lambda d, some, *_: (
        f"{d.reference} is for {d.country}; the goods state {_names(country_of(d.register, m) or '' for m in some)}"
    ),
}
