"""Whether goods may move under a document on a day."""

from __future__ import annotations

from datetime import date

from precursor_screen.cases.reconcile.differences import EXPIRED, LATER, OBJECTED, TOO_EARLY
from precursor_screen.cases.reconcile.documents import USABLE, Document
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS


def wrong_time(document: Document, day: date) -> str | None:
    """The kind of difference that goods make which move under a document on a day; None: none, or none that can be told.

    A permit that has run out since is `expired` in the register: goods that moved before its last day were in order. So were those that moved
    before a status began (`status_from`).
    """
    if document.register == CONFIRMATIONS:
        return None
    status = document.status_on(day)
    if status == "objected" and document.register == NOTIFICATIONS:
        return OBJECTED
    if status not in USABLE:
        return EXPIRED
    last = document.last if document.stated_last else None
    if status == "expired" and (last is None or day > last):
        return EXPIRED
    if document.first and day < document.first:
        return TOO_EARLY
    if document.issued and day < document.issued:  # dated back
        return TOO_EARLY
    if (status == "sent" or document.register == PERMITS) and document.reply_ends and day < document.reply_ends:
        return TOO_EARLY
    return LATER if last is not None and day > last else None
