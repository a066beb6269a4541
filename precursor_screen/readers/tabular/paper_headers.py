"""Columns of the numbers of papers that no spelling is known of: by words of the header ("Permit / Licence ref.", "Genehmigung Nr.", "N.º de
autorización"), or by numbers that registers know."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from precursor_screen.readers.column_map import KINDS, Guess
from precursor_screen.readers.tabular.content import Content
from precursor_screen.text.codes import plain_reference

# Headers of parties that no spelling is known of, word by word: "Indian Importer", "Shpr Name", "RUC_IMPORTER_ID".

ROLES: Final = frozenset(("importer", "exporter", "consignee", "consignor", "notify_party"))
_NAMES: Final = {"declarant": "declarant_name", "carrier": "carrier_name", "other": "other_parties"}
_PARTS: Final = ("name", "address", "country", "identifier")


LAYOUTS: Final = Path(__file__).parent / "layouts"


def layout_rows(name: str) -> Iterable[dict[str, str]]:
    """The rows of a table of this folder's, `layouts/NAME.csv`."""
    return csv.DictReader((LAYOUTS / f"{name}.csv").read_text("utf-8").splitlines())


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, str]]:
    """Word -> its kind and meaning, from `layouts/party_words.csv`."""
    return {row["word"]: (row["kind"], row["meaning"]) for row in layout_rows("party_words")}


@lru_cache(maxsize=8)
def words_of(kind: str, meaning: str = "") -> frozenset[str]:
    """The words of one kind, and of one meaning where that is given."""
    return frozenset(word for word, (of, means) in _words().items() if of == kind and meaning in ("", means))


def party_field(words: Sequence[str]) -> str:
    """The field that the words of a header mean; empty where one of them is not known, or they mean no field.

    Args:
        words: in small letters, without accents.
    """
    known = _words()
    if not all(word in known or (word.isdigit() and len(word) == 1) for word in words):
        return ""
    said = [known[word] for word in words if word in known]
    # The name of a country is not a party's: EXPORTER_COUNTRY_NAME.
    said = [
        one for before, one in zip((None, *said), said, strict=False) if (before, one) != (("part", "country"), ("part", "name"))
    ]
    roles, parts = ({meaning for kind, meaning in said if kind == one} for one in ("role", "part"))
    if len(roles) != 1 or "none" in parts:
        return ""
    (role,) = roles
    # The address stands with the name in one cell: it is the name that is screened.
    part = "identifier" if "identifier" in parts else next((p for p in _PARTS if p in parts), "name")
    if role not in ROLES:
        return _NAMES[role] if part == "name" else ""
    field = f"{role}_{part}"
    return field if field in KINDS else ""


Papers = Sequence[tuple[str, frozenset[str]]]
# A column is one of papers where so many of its cells, and such a share of them, are numbers of a register (own proposal): then one that
# the register does not know is a number of a paper too.
_CELLS: Final = 3
_SHARE: Final = 0.3

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


def with_papers(guesses: tuple[Guess, ...], contents: Sequence[Content], papers: Papers) -> tuple[Guess, ...]:
    """Columns of unknown headers that hold numbers of papers, for a field that no other column has.

    Args:
        guesses: of all columns.
        contents: what their cells are.
        papers: see `ReadOptions`.
    """
    made = list(guesses)
    for field, numbers in papers:
        free = [g for g in made if g.reason == "unknown header" and contents[g.position].share(lambda cell: True)]
        held = {g.position: _held(contents[g.position], numbers) for g in free}
        best = max(free, key=lambda g: held[g.position], default=None)
        if best is None or not held[best.position] or any(g.field == field for g in made):
            continue
        made[best.position] = replace(best, field=field, reason="numbers of papers that a register knows")
    return tuple(made)


def _held(content: Content, numbers: frozenset[str]) -> float:
    """The share of cells that are numbers of a register; 0 where they are too few."""
    share = content.share(lambda cell: plain_reference(cell) in numbers)
    return share if share >= _SHARE and share * len(content.cells) >= _CELLS else 0.0
