"""Rows of registers as documents that goods may travel under, in one shape whatever the register."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.tables import meanings_of, pattern_of, words_of
from precursor_screen.reference.thresholds import ReplyPeriod, reply_period
from precursor_screen.rulebook.registers import CONFIRMATIONS, LICENCES, NOTIFICATIONS, PERMITS, REQUIREMENTS
from precursor_screen.text.codes import plain_reference
from precursor_screen.text.party_cells import party_key
from precursor_screen.text.text import late

# A register of notifications states no last day. So long after its day one is held to be used up or given up (own proposal).
NOTIFICATION_DAYS = 180
EXPORT, IMPORT, DOMESTIC = "export", "import", "domestic"
# Statuses under which goods may travel; `expired` may once have been.
USABLE = frozenset(("valid", "sent", "accepted", "expired"))
LIVE = frozenset(("valid", "sent", "accepted"))


class Party(Struct, frozen=True, order=True):
    """A name as written, and its comparable key (`text.party`)."""

    key: str
    name: str


class Document(Struct, frozen=True):
    """What a register says that may move, or did.

    Attributes:
        number: the reference without case, blanks and punctuation.
        kg: for how much; None: the register does not say.
        holder: of a permit whose direction is not known, and of a licence; else exporter or importer is told.
        country: the other country; of a requirement the country whose it is.
        first, last: days within which goods may move, both included; None: not stated.
        stated_last: whether the register states `last`.
        sent: of a notification.
        reply_ends: the first day on which goods may leave without an answer; of a permit that is a declaration by law, the first day on which
            they may leave under it. None: not known.
        authority: who issued it, as written: two authorities may use one number. version: as written.
        versions: how many rows of the register are versions of it.
        stated: the quantity as the register writes it, where it is not plain kilograms.
        status_from: the first day on which the status holds; None: not stated, so it is taken to have held ever since.
        bill, notification: of a confirmation what it says that it confirms, besides its own number; as written.
        permit: of a notification the export permit that it was sent for; as written.
        issued: of a permit the day of issue, where the register states it beside the first day.
        base: whether the quantity is that of the anhydrous base, also of a salt.
        renamed: what the importer has been called since.
    """

    register: str
    reference: str
    number: str
    substance_id: str
    kg: Decimal | None = None
    exporter: Party | None = None
    importer: Party | None = None
    holder: Party | None = None
    country: str | None = None
    direction: str | None = None
    first: date | None = None
    last: date | None = None
    stated_last: bool = True
    status: str = "valid"
    single_use: bool | None = False
    sent: date | None = None
    reply_ends: date | None = None
    authority: str = ""
    version: str = ""
    versions: int = 1
    stated: str = ""
    status_from: date | None = None
    bill: str = ""
    notification: str = ""
    permit: str = ""
    issued: date | None = None
    base: bool = False
    renamed: Party | None = None

    def status_on(self, day: date) -> str:
        """The status that goods of a day met: one that began later was none yet."""
        if self.status_from is None or day >= self.status_from:
            return self.status
        if self.register == NOTIFICATIONS:
            return "sent"  # until the answer came
        return self.status if self.status in LIVE else "valid"

    @property
    def contradicting(self) -> bool:
        """Whether the last day lies before the first."""
        return self.stated_last and self.first is not None and self.last is not None and self.last < self.first

    @property
    def numbers(self) -> tuple[str, ...]:
        """All plain numbers by which goods may name it."""
        others = map(plain_reference, (self.bill, self.notification, self.permit))
        return tuple(dict.fromkeys((self.number, *(n for n in others if is_number(n)))))

    @property
    def authority_key(self) -> str:
        """The authority, comparably."""
        return plain_reference(self.authority)

    @property
    def version_no(self) -> int | None:
        """The number of the version; None: none is stated, or it is not a number."""
        digits = re.sub(r"\D", "", self.version)
        return int(digits) if digits and len(digits) < 10 else None

    @property
    def parties(self) -> tuple[Party, ...]:
        """Who is named."""
        return tuple(p for p in (self.holder, self.exporter, self.importer) if p is not None)

    @property
    def rank(self) -> tuple[Any, ...]:
        """Orders documents by number, then by all else, so that their order in a register never counts."""
        days, kg = (self.first or date.min, self.last or date.max), self.kg if self.kg is not None else Decimal(-1)
        goods = (*days, kg, self.status, self.country or "", self.direction or "", bool(self.single_use))
        paper = (self.reference, self.authority, self.version, self.status_from or date.min, self.bill, self.notification)
        parties = tuple(sorted(self.parties))
        return (self.number, self.substance_id, *goods, parties, *paper, self.permit, self.issued or date.min, self.base)


def is_number(plain: str) -> bool:
    """Whether a number of a document is one: TBA, PENDING and 0000 are none (as in PS-DOC-001)."""
    return any(c.isnumeric() and c != "0" for c in plain)


def read_documents(
    register: str,
    table: pa.Table,
    jurisdiction: str = "",
    periods: tuple[ReplyPeriod, ...] = (),
    notification_days: int = NOTIFICATION_DAYS,
    declared: bool = False,
) -> tuple[Document, ...]:
    """The documents of a register.

    Args:
        register: a key of `rulebook.registers.REGISTERS`.
        table: see `rulebook.registers.schema_of`.
        jurisdiction: whose period of reply counts; empty: none is known.
        periods: of reply.
        notification_days: how long a notification counts.
        declared: whether export permits are declarations by the law of the jurisdiction, which precede the export by its period.

    Returns:
        In the order of their rank.
    """
    made = (_document(register, row, jurisdiction, periods, notification_days) for row in table.to_pylist())
    if declared and register == PERMITS:
        rows = zip(table.to_pylist(), made, strict=True)
        made = (d if _WAIVED.search(row.get("remarks") or "") else _declared(d, jurisdiction, periods) for row, d in rows)
    return tuple(sorted(made, key=lambda d: d.rank))


def conjunctions() -> tuple[str, ...]:
    """Words that say no more than that something follows: names are the same with and without them."""
    return words_of("paper_words", "conjunction")


# The words of a role as a pattern: those who read it write that a paper says so.
paper_words: Final = partial(pattern_of, "paper_words")

# A remark that a party was renamed, and the new name; that a quantity is that of the base; that the period before an export was waived
# (own proposals).
_RENAMED = late(
    lambda: (
        rf"\b{paper_words('renamed')}(?: to| as)?[:\s]+([^;,()\n]+?)"
        rf"(?=\s+{paper_words('since a day')}\s+[\d(]|\s*[;,()\n]|\s*$)"
    ),
    re.I,
)
_BASE = late(lambda: rf"\b{paper_words('before base')}\s+base\b|\bbase {paper_words('behind base')}\b|^\s*base\s*$", re.I)
_WAIVED = late(lambda: rf"\b{paper_words('waived')}\b", re.I)


def _declared(document: Document, jurisdiction: str, periods: tuple[ReplyPeriod, ...]) -> Document:
    period = reply_period(periods, jurisdiction, document.issued) if document.issued and document.direction == EXPORT else None
    return replace(document, reply_ends=period.ends(document.issued)) if period and document.issued else document


def _renamed(row: Mapping[str, Any]) -> Party | None:
    found = _RENAMED.search(row.get("remarks") or "")
    return Party(party_key(found[1]), found[1].strip()) if found else None


def _party(row: Mapping[str, Any], name: str) -> Party | None:
    key = row.get(f"{name}_key")
    return Party(key, row[name] or key) if key else None


def _document(
    register: str, row: Mapping[str, Any], jurisdiction: str, periods: tuple[ReplyPeriod, ...], notification_days: int
) -> Document:
    common = {
        "register": register,
        "substance_id": row["substance_id"],
        "kg": row["quantity_kg"],
        "country": row.get("country"),
        "status": row.get("status") or "valid",
        "authority": row.get("authority") or "",
        "version": row.get("version") or "",
        "stated": row.get("quantity_as_written") or "",
        "status_from": row.get("status_from"),
        "renamed": _renamed(row),
        "base": any(_BASE.search(row.get(name) or "") for name in ("basis", "remarks")),
    }
    if register == REQUIREMENTS:
        year, reference = row["year"], f"{row['country']} {row['year']}"
        common |= {"first": date(year, 1, 1), "last": date(year, 12, 31)}
        return Document(reference=reference, number=plain_reference(reference), **common)
    common |= {"reference": row["reference"], "number": plain_reference(row["reference"])}
    if register == NOTIFICATIONS:
        sent = row["sent"]
        period = reply_period(periods, jurisdiction, sent) if sent else None
        due = row.get("reply_due")
        ends = due + timedelta(days=1) if due else period.ends(sent) if period and sent else None
        last = sent + timedelta(days=notification_days) if sent else None
        common |= {"exporter": _party(row, "exporter"), "importer": _party(row, "importer"), "direction": EXPORT, "sent": sent}
        return Document(first=sent, last=last, stated_last=False, reply_ends=ends, permit=row.get("permit") or "", **common)
    if register == CONFIRMATIONS:
        common |= {"bill": row.get("bill") or "", "notification": row.get("notification") or ""}
        return Document(importer=_party(row, "importer"), direction=EXPORT, first=row["date"], stated_last=False, **common)
    holder = _party(row, "holder")
    common |= {"first": row["valid_from"], "last": row["valid_to"]}
    if register == LICENCES:
        return Document(holder=holder, **common)
    direction = read_direction(row["direction"])
    if direction == IMPORT:
        common["country"] = row.get("dispatch_country") or common["country"]
    elif direction is None:
        common["country"] = common["country"] or row.get("dispatch_country")
    made = Document(direction=direction, single_use=row["single_use"], issued=row.get("issued"), **common)
    exporter, importer = _party(row, "exporter"), _party(row, "consignee")
    if direction == EXPORT:
        return replace(made, exporter=holder or exporter, importer=importer)
    if direction == IMPORT:
        return replace(made, exporter=exporter, importer=holder or importer)
    return replace(made, holder=holder, exporter=exporter, importer=importer)


def read_direction(text: str | None) -> str | None:
    """`import` or `export` from what a register writes (Import permit, EXP, Ausfuhr); None: neither."""
    word = (text or "").strip().casefold()
    found = [full for full, words in meanings_of("paper_words", "direction").items() if any(w in word for w in words)]
    return found[0] if len(found) == 1 else None


def unread_directions(register: str, table: pa.Table) -> list[str]:
    """References of permits that state a direction that is neither import nor export."""
    if register != PERMITS:
        return []
    rows: Iterable[Mapping[str, Any]] = table.select(["reference", "direction"]).to_pylist()
    return sorted(r["reference"] for r in rows if r["direction"] and read_direction(r["direction"]) is None)
