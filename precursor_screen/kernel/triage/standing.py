"""What speaks for a shipment: documents in force that cover it, and that the same pair trades such goods all year."""

from __future__ import annotations

from precursor_screen.kernel.triage.goods import Goods

_DOCUMENT = 10
_REGULAR = 15
_MOST = 30
REGULAR = 6  # earlier consignments within a year


def standing_of(goods: Goods, earlier: int) -> tuple[int, str]:
    """Points to take off, at most 30, and the reason. Nothing speaks for a substance that hardly anybody trades lawfully.

    Args:
        goods: that count in the shipment.
        earlier: consignments of the same pair, substance and order of size within a year before, without an open flag of high.
    """
    if goods.grade in ("S", "A"):
        return 0, ""
    reasons = [
        (_DOCUMENT, f"{name} in force covers it") for name in ("permit", "licence", "notification") if getattr(goods, name)
    ]
    if earlier >= REGULAR:
        reasons.append((_REGULAR, f"the same pair traded such a quantity {earlier} times in the year before"))
    return -min(sum(points for points, _ in reasons), _MOST), "; ".join(reason for _, reason in reasons)
