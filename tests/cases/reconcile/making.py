"""Documents and movements with few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from precursor_screen.cases.reconcile.law import Frame
from precursor_screen.cases.reconcile.papers import judge_papers
from precursor_screen.kernel.papers.allocate import allocate
from precursor_screen.kernel.papers.differences import Difference, Unjudged
from precursor_screen.kernel.papers.documents import Document, Party
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS
from precursor_screen.text.codes import plain_reference


def law(**answers: Any) -> Any:
    """A law that asks for notifications of piperonal, but for what it is said to answer."""
    asks_nothing: dict[str, Any] = {
        "home": (),
        "notifiable": lambda substance, day: substance == "piperonal",
        **dict.fromkeys(("within_union", "needs_permit", "of_receiver"), lambda movement: False),
        **dict.fromkeys(("papers_from", "licence_from", "base_share"), lambda movement: None),
        "class_of": lambda movement: "",
    }
    return SimpleNamespace(**{**asks_nothing, **answers})


FRAME = Frame(date(2025, 1, 1), date(2025, 12, 31), law())


def day(text: str | None) -> date | None:
    """`03-15` of 2025, or an ISO date."""
    return date.fromisoformat(text if len(text) > 5 else f"2025-{text}") if text else None


def party(name: str | None) -> Party | None:
    return Party(name.casefold(), name) if name else None


def permit(number: str = "P1", kg: str | None = "100", **changed: Any) -> Document:
    """An export permit of Acme for acetone to MX, valid from March to May."""
    values = {
        "exporter": party("Acme"),
        "country": "MX",
        "direction": "export",
        "first": day("03-01"),
        "last": day("05-31"),
        **changed,
    }
    return Document(PERMITS, number, plain_reference(number), values.pop("substance_id", "acetone"), kg and Decimal(kg), **values)


def notification(number: str = "N1", kg: str | None = "100", **changed: Any) -> Document:
    """A notification of Acme to Zenith in MX for piperonal, sent on the first of March, open until the end of May."""
    values: dict[str, Any] = {
        "exporter": party("Acme"),
        "importer": party("Zenith"),
        "country": "MX",
        "direction": "export",
        "status": "accepted",
        "first": day("03-01"),
        "sent": day("03-01"),
        "last": day("05-31"),
        "stated_last": False,
        "reply_ends": day("03-16"),
        **changed,
    }
    return Document(
        NOTIFICATIONS, number, plain_reference(number), values.pop("substance_id", "piperonal"), kg and Decimal(kg), **values
    )


def confirmation(number: str = "B1", kg: str | None = "100", **changed: Any) -> Document:
    """A confirmation of bill B1 by MX."""
    values: dict[str, Any] = {
        "importer": party("Zenith"),
        "country": "MX",
        "direction": "export",
        "first": day("04-20"),
        "stated_last": False,
        **changed,
    }
    return Document(
        CONFIRMATIONS, number, plain_reference(number), values.pop("substance_id", "acetone"), kg and Decimal(kg), **values
    )


def moved(bill: str = "B1", kg: str | None = "100", on: str = "04-01", **changed: Any) -> Movement:
    """An export of acetone by Acme to Zenith in MX."""
    when = day(on)
    assert when is not None
    values: dict[str, Any] = {
        "key": bill,
        "line_id": bill,
        "shipment_id": bill,
        "file": "x.csv",
        "row": 2,
        "substance_id": "acetone",
        "direction": "export",
        "sender": "Acme",
        "receiver": "Zenith",
        "sending": ("acme",),
        "receiving": ("zenith",),
        "origin": "US",
        "destination": "MX",
        "bills": (plain_reference(bill),),
        "content_kg": kg and Decimal(kg),
        **changed,
    }
    for name, keys in (("sender", "sending"), ("receiver", "receiving")):
        if keys in changed and name not in changed:
            values[name] = " ".join(values[keys]).title()
    return Movement(bill=bill, kg=kg and Decimal(kg), day=when, **values)  # type: ignore[arg-type]


def judged(
    documents: Sequence[Document], movements: Sequence[Movement], frame: Frame = FRAME
) -> tuple[list[Difference], list[Unjudged]]:
    """The differences of the register of the first document."""
    register = documents[0].register
    return judge_papers(register, documents, allocate(register, movements, documents, frame.tolerance), frame)


def kinds(documents: Sequence[Document], movements: Sequence[Movement], frame: Frame = FRAME) -> list[str]:
    return sorted(d.kind for d in judged(documents, movements, frame)[0])


def codes(documents: Sequence[Document], movements: Sequence[Movement], frame: Frame = FRAME) -> list[str]:
    return sorted(u.code for u in judged(documents, movements, frame)[1])
