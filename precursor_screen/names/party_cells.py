"""A cell that holds more than a name: bills of lading write name, address and telephone into one."""

from __future__ import annotations

import re

# What stands behind these belongs to no name; behind the first kind stands another party.
_OTHER_PARTY = re.compile(r"\b(?:also notify|notify party|notify|consignee|shipper)\s*[:;]", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\b(?:tel|telephone|phone|mobile|fax|e-?mail|tax id|vat(?: no)?|eori|tin|rfc|nit|ruc|attn|zip)\b\s*[.:#;]?", re.IGNORECASE
)
# Without one of these there is nothing to part: most cells are done here.
_MORE = re.compile(
    r"[\r\n:;]|,.*\d|\d.*,|\b(?:tel|telephone|phone|mobile|fax|e-?mail|tax id|vat|eori|tin|rfc|nit|ruc|attn|zip)\b", re.IGNORECASE
)
# For RE2, on ASCII cells: everything that `_MORE` finds, and little else; a column of cells is searched at once. Without word
# borders, since RE2 has another idea of them.
MAY_HOLD_MORE = r"(?i)[\r\n:;]|,.*[0-9]|[0-9].*,|tel|phone|mobile|fax|e-?mail|tax id|vat|eori|tin|rfc|nit|ruc|attn|zip"
_MOST_PARTS = 8
_MOST_LETTERS = 200


def name_parts(cell: str) -> list[str]:
    """What in a cell may be a name: the whole, and where an address follows, what stands before it.

    A cell without a line break, a label or an address (a comma and a figure) is one part: `SURNAME, Given` stays whole.
    """
    if not _MORE.search(cell):
        return [cell]
    parts = [cell]
    pieces = [p for p in _OTHER_PARTY.split(cell) if p.strip()]
    for piece in pieces:
        lines = [line.strip(" ,;") for line in piece.splitlines() if line.strip(" ,;")]
        head = _NO_NAME.split(piece, maxsplit=1)[0]
        candidates = [*lines, head] if len(lines) > 1 or len(pieces) > 1 or head != piece else []
        for text in [*candidates, piece]:
            segments = [s.strip() for s in text.split(",")]
            if len(segments) > 1 and any(c.isdigit() for c in text):
                # "CO., LTD., 9 ROAD": the second comma may still be inside the name.
                candidates += [segments[0], ", ".join(segments[:2])]
        parts += [c for c in candidates if any(ch.isalpha() for ch in c) and len(c) <= _MOST_LETTERS]
    return list(dict.fromkeys(p for p in parts if p.strip()))[:_MOST_PARTS] or [cell]
