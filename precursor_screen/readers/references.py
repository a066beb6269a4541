"""Cells that stand for no reference: two bills that both read NA are not one shipment.

Only columns of references are asked; NA under a country is Namibia.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

REFERENCES: Final = frozenset(
    [
        *("stated_shipment_id", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "bill_issuer"),
        *("declaration_id", "item_number", "container_numbers", "permit_reference", "pen_reference"),
        *(f"{role}_identifier" for role in ("consignor", "consignee", "notify_party", "exporter", "importer")),
    ]
)
# In the languages that forms are filled in; with blanks and punctuation around. Of figures only those of one sign over and over.
_NOTHING: Final = (
    r"(?i)^[\s\pP]*(?:"
    r"n\W{0,2}a|n\W{0,2}d|n\W{0,2}r|s\W{0,2}n|s\W{0,2}d|s\W{0,2}r|b\W?n|b\W?h|t\W?b\W?[acdn]|nil|nill|none|null|nan|no|x+|0+(?:[.,]0+)?|9{6,}|z{3,}"
    r"|not? ?(?:applicable|available|number|no|ref(?:erence)?|stated|given|known|declared|required|assigned)|unknown|unk|undefined"
    r"|pending|to (?:follow|be (?:advised|announced|confirmed|determined|notified))|tbadvised|later|blank|empty|missing|same|as above|ditto|various|multiple"
    r"|sin (?:dato|datos|numero|número|informacion|información|documento)|no (?:aplica|tiene|disponible|informa|registra)|ninguno|ninguna|varios"
    r"|sem (?:numero|número|informacao|informação)|nao (?:aplicavel|informado)|não (?:aplicável|informado)|nenhum"
    r"|aucun|neant|néant|sans|non (?:applicable|disponible)|inconnu"
    r"|keine?|entfällt|ohne|unbekannt|нет|б/н|отсутствует|без номера|не указан|немає|yok|mevcut degil|mevcut değil|tidak ada|không|khong|khong co|không có|無|无|不详|没有|なし|없음|لا يوجد"
    r")?[\s\pP]*$"
)
# Where goods are packed in no container, the column of containers says so.
_NO_CONTAINER: Final = (
    r"(?i)^[\s\pP]*(?:lcl|fcl|loose(?: cargo)?|bulk|break ?bulk|general cargo|ro ?ro|air(?: ?freight| cargo)?|no (?:container|cntr)s?"
    r"|non containeri[sz]ed|uncontaineri[sz]ed|carga suelta|granel|a granel|vrac|truck|not containeri[sz]ed)[\s\pP]*$"
)
_TELLING: Final = frozenset("12345678")  # none of the words for nothing holds one of these
_FEW: Final = 64  # cells, for which making the pattern ready takes longer than looking at them
_NONE: Final = pa.scalar(None, pa.string())


def without_fillers(column: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    """A clean column of references without the cells that stand for none.

    Args:
        column: clean text.
        field: canonical field; columns of other fields come back as they are.
    """
    if field not in REFERENCES:
        return column
    if len(column) <= _FEW and not any(text and _TELLING.isdisjoint(text) for text in column.to_pylist()):
        return column
    for pattern in (_NOTHING, _NO_CONTAINER) if field == "container_numbers" else (_NOTHING,):
        nothing = pc.fill_null(pc.match_substring_regex(column, pattern), False)
        if pc.any(nothing).as_py():
            column = pc.if_else(nothing, _NONE, column)
    return column
