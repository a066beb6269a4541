"""What the two layouts of the EU's consolidated list have in common."""

from __future__ import annotations

from precursor_screen.reference.watchlists.draft import Draft
from precursor_screen.reference.watchlists.interface import Tally

CONTENT = "eu-fsf"
KINDS = {"person": "person", "p": "person", "enterprise": "organisation", "e": "organisation"}
_IDENTIFIERS = {
    "passport": "passport",
    "id": "national_id",
    "ssn": "national_id",
    "regnumber": "registration_number",
    "registrationnumber": "registration_number",
    "fiscalcode": "tax_number",
    "tin": "tax_number",
    "imo": "imo",
    "bic": "swift",
    "swiftbic": "swift",
    "lei": "lei",
}


def add_alias(draft: Draft, name: str, strong: str) -> bool:
    """Add a name; the first one that is strong is the primary name."""
    weak = strong.strip().lower() in ("false", "0")
    has_primary = "primary" in draft.names.values()
    return draft.add_name(name, "weak" if weak else "strong" if has_primary else "primary")


def add_document(draft: Draft, code: str, number: str, known_false: str, notes: Tally) -> None:
    """Add an identification, unless the list says that it is false."""
    if known_false.strip().lower() in ("true", "1"):
        notes.add("identification known to be false: left out", f"{draft.entry_id} {number}")
        return
    label = code.strip().lower()
    draft.add_identifier(_IDENTIFIERS.get(label, label or "document"), number)
