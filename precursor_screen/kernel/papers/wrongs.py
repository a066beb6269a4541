"""What single goods do that a document does not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.book import country_of, wrong_time
from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.principals import GoBetweens, wrong_principals
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS


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
    if None not in (document.direction, movement.direction) and document.direction != movement.direction:
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
