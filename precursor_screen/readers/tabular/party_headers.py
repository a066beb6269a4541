"""Headers of parties that no spelling is known of, word by word: "Indian Importer", "Shpr Name", "RUC_IMPORTER_ID".

A header is understood only where every word of it is: one role, what of the party is stated, and words that say nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

from precursor_screen.readers.fields import KINDS

ROLES: Final = frozenset(("importer", "exporter", "consignee", "consignor", "notify_party"))
_NAMES: Final = {"declarant": "declarant_name", "carrier": "carrier_name", "other": "other_parties"}
_PARTS: Final = ("name", "address", "country", "identifier")


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, str]]:
    """Word -> its kind and meaning, from `layouts/party_words.csv`."""
    text = resources.files("precursor_screen.readers.tabular.layouts").joinpath("party_words.csv").read_text("utf-8")
    return {row["word"]: (row["kind"], row["meaning"]) for row in csv.DictReader(text.splitlines())}


def party_field(words: Sequence[str]) -> str:
    """The field that the words of a header mean; empty where one of them is not known, or they mean no field.

    Args:
        words: in small letters, without accents.
    """
    known = _words()
    roles, parts = set(), set()
    for word in words:
        kind, meaning = known.get(word, ("", ""))
        if not kind and not (word.isdigit() and len(word) == 1):
            return ""
        if kind == "role":
            roles.add(meaning)
        elif kind == "part":
            parts.add(meaning)
    if len(roles) != 1 or "none" in parts:
        return ""
    (role,) = roles
    # The address stands with the name in one cell: it is the name that is screened.
    part = "identifier" if "identifier" in parts else next((p for p in _PARTS if p in parts), "name")
    if role not in ROLES:
        return _NAMES[role] if part == "name" else ""
    field = f"{role}_{part}"
    return field if field in KINDS else ""
