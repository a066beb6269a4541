"""How much is left of each document: what moved under it so far, in this run and before, against the quantity that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.engine import ask
from precursor_screen.core.grouped import grouped
from precursor_screen.core.history_seam import HistoryQuery, columns_of
from precursor_screen.kernel.movements import READ_OF_CARGO, count_once
from precursor_screen.kernel.papers.allocate import allocate, without_codes
from precursor_screen.kernel.papers.book import Allocation, wrong_time
from precursor_screen.kernel.papers.differences import NOT_VISIBLE, show_kg
from precursor_screen.kernel.papers.documents import DOMESTIC, USABLE, Document
from precursor_screen.kernel.papers.facts import TOLERANCE
from precursor_screen.kernel.papers.movements import READ, Movement, read_movements, with_witnesses
from precursor_screen.kernel.papers.principals import GoBetweens, wrong_principals
from precursor_screen.kernel.papers.similar_names import expand_aliases
from precursor_screen.rulebook.registers import PERMITS

_LONGEST = 3660  # days back that a document may reach: as far as rules may ask
_SHORTEST = 366
_PLACES = Decimal("0.000001")
_ASKED = tuple(dict.fromkeys((*READ, *READ_OF_CARGO)))
BaseShare = Callable[[Movement], Decimal | None]


class Balance(Struct, frozen=True):
    """What stands under a document when goods move under it.

    Attributes:
        used: what moved under it so far, these goods included, as a share of its quantity; None: one of the two is not known.
        again: whether it is good for one shipment and another one used it before.
        sentence: what moved, and what it is for.
    """

    used: Decimal | None
    again: bool
    sentence: str


NOTHING = Balance(Decimal(0), False, "")


def query_of(registers: Iterable[Sequence[Document]]) -> HistoryQuery:
    """The movements of before that may have used the same documents: of the same parties, or of the same numbers."""
    spans = ((d.last - d.first).days for documents in registers for d in documents if d.first and d.last)
    groupings = (
        *(("sender_key", "substance_id"), ("receiver_key", "substance_id"), ("permit_reference", "substance_id")),
        ("pen_reference", "substance_id"),
    )
    return HistoryQuery(groupings, min(max((*spans, _SHORTEST)), _LONGEST), columns_of(_ASKED))


def find_balances(
    register: str,
    documents: Sequence[Document],
    moved: Sequence[Movement],
    asked: frozenset[tuple[str, str]],
    go_betweens: GoBetweens,
    base_share: BaseShare,
) -> dict[tuple[str, str], Balance]:
    """The balance of the documents of a register at each movement.

    Args:
        register: of permits or notifications.
        documents: as they stand.
        moved: what moved, in the run and before, each line and substance once.
        asked: line and substance of the movements that it is asked of.
        go_betweens: who acts for others: what moves under a document of somebody else uses up none of it.
        base_share: of goods the share that is the base; None: not known.

    Returns:
        Line and substance -> the worst balance. Those under no document are left out.
    """
    between = go_betweens.beside(documents)
    some = [m for m in expand_aliases(moved, documents) if m.direction != DOMESTIC and not m.returned]
    allocated = allocate(register, some, documents, TOLERANCE).allocations
    usable = (a for a in allocated if a.document.status in USABLE)
    own = [a for a in usable if set(wrong_principals(a.document, a.movement, between)) <= {NOT_VISIBLE}]
    found: dict[tuple[str, str], Balance] = {}
    for of_document in grouped((id(a.document), a) for a in own).values():
        for at, balance in _running(of_document, base_share):
            if at in asked:
                found[at] = max(found.get(at, NOTHING), balance, key=lambda b: (b.used is None, b.used or Decimal(0), b.again))
    return found


def _running(allocations: Sequence[Allocation], base_share: BaseShare) -> Iterable[tuple[tuple[str, str], Balance]]:
    """The balance of one document after each movement, in the order in which they moved; what moved on one day stands together."""
    document = allocations[0].document
    total, known, before = Decimal(0), True, ""
    for of_day in grouped((a.movement.day, a) for a in sorted(allocations, key=lambda a: a.movement.rank)).values():
        named = [a for a in of_day if _uses_up(a)]
        masses = [_counted(a, base_share) for a in named]
        known = known and None not in masses
        total += sum(filter(None, masses), Decimal(0))
        for one in of_day:
            shipment = one.movement.shipment_id
            before = before or shipment
            own = Decimal(0) if _uses_up(one) else _counted(one, base_share)
            moved = total + own if own is not None else None
            used = (moved / document.kg).quantize(_PLACES) if known and moved is not None and document.kg else None
            again = bool(document.single_use) and shipment != before
            yield (one.movement.line_id, one.movement.substance_id), Balance(used, again, _sentence(document, moved or total))


def _uses_up(one: Allocation) -> bool:
    """Whether goods surely moved under a document: they name it, or it is a permit in force. A notification is of one consignment: of others
    that name none, nobody knows whether they had one of their own."""
    return one.by_number or (one.document.register == PERMITS and wrong_time(one.document, one.movement.day) is None)


def _counted(one: Allocation, base_share: BaseShare) -> Decimal | None:
    share = base_share(one.movement) if one.document.base else None
    return one.kg if share is None or one.kg is None else one.kg * share


def _sentence(document: Document, total: Decimal) -> str:
    basis = " as anhydrous base" if document.base else ""
    return f"{show_kg(total.quantize(Decimal('0.001')))}{basis} of {show_kg(document.kg)} under {document.reference}"


def movements_of(live: pa.Table, recorded: Sequence[pa.Table]) -> list[Movement]:
    """Movements of a run and of before, each line and substance once, and each mass; what a ledger holds of a line of the run is the
    run's."""
    own = live.select(_ASKED)
    earlier = ask(
        f"select {', '.join(_ASKED)} from before anti join own using (line_id, substance_id)",
        before=pa.concat_tables(t.select(_ASKED) for t in recorded),
        own=own,
    )
    return with_witnesses(without_codes(read_movements(count_once(pa.concat_tables([own, earlier.cast(own.schema)])))))
