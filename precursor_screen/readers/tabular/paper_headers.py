"""Headers of the numbers of permits that no spelling is known of: "Permit / Licence ref.", "Genehmigung Nr.", "N.º de autorización"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_PAPERS: Final = frozenset(
    [
        "permit",
        "permits",
        "licence",
        "licences",
        "license",
        "licenses",
        "authorisation",
        "authorisations",
        "authorization",
        "authorizations",
        "genehmigung",
        "genehmigungen",
        "genehmigungsnummer",
        "genehmigungsnr",
        "ausfuhrgenehmigung",
        "einfuhrgenehmigung",
        "erlaubnis",
        "erlaubnisnummer",
        "autorisation",
        "autorisations",
        "licencia",
        "licencias",
        "permiso",
        "permisos",
        "autorizacion",
        "autorizaciones",
        "licenca",
        "licencas",
        "autorizacao",
        "autorizzazione",
        "licenza",
        "vergunning",
        "vergunningsnummer",
        "zezwolenie",
        "izin",
        "разрешение",
        "лицензия",
        "许可证",
        "许可证号",
    ]
)
# With one of these the column tells something of a permit, not which.
_OF_IT: Final = frozenset(
    [
        "date",
        "datum",
        "fecha",
        "data",
        "дата",
        "expiry",
        "expires",
        "expiration",
        "valid",
        "validity",
        "until",
        "from",
        "to",
        "issued",
        "gültig",
        "ablauf",
        "type",
        "kind",
        "art",
        "tipo",
        "holder",
        "name",
        "inhaber",
        "titular",
        "country",
        "status",
        "state",
        "quantity",
        "qty",
        "menge",
        "cantidad",
        "kg",
        "mass",
        "value",
        "fee",
        "amount",
        "required",
        "exempt",
        "needed",
        "yes",
        "remarks",
    ]
)


def paper_field(words: Sequence[str]) -> str:
    """`permit_reference` where the words of a header name a permit and nothing of it but its number.

    Args:
        words: in small letters, without accents.
    """
    said = set(words)
    return "permit_reference" if said & _PAPERS and not said & _OF_IT else ""
