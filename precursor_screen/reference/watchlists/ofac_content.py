"""What OFAC's layouts have in common: kinds of entries and aliases, and which of its two lists a file is."""

from __future__ import annotations

from collections.abc import Collection

from precursor_screen.reference.watchlists.draft import EntryBuilder, tidy

KINDS = {"individual": "person", "entity": "organisation", "": "organisation", "vessel": "vessel", "aircraft": "aircraft"}
ALIAS_KINDS = {"aka": "strong", "nka": "strong", "fka": "former"}
# A third of the non-SDN list's entries carry one of these, and next to none of the SDN list's.
_NON_SDN_PROGRAMMES = frozenset(("NS-PLC", "CMIC-EO13959", "NS-CMIC"))
_NON_SDN_SHARE = 0.1


def decide_content(entries: Collection[EntryBuilder]) -> str:
    """ofac-sdn or ofac-cons, by the programmes of the entries: the lists circulate under each other's names."""
    non_sdn = sum(not _NON_SDN_PROGRAMMES.isdisjoint(map(tidy, entry.programmes)) for entry in entries)
    return "ofac-cons" if non_sdn > _NON_SDN_SHARE * len(entries) else "ofac-sdn"


def alias_kind(label: str, weak: bool) -> str:
    """The kind of a name, from its label (`a.k.a.`, `F.K.A.`) and whether the list calls it weak."""
    return "weak" if weak else ALIAS_KINDS.get(label.lower().replace(".", ""), "strong")


def join_person(last: str, first: str) -> str:
    """A person's name as OFAC's CSV writes it, `LAST, First`; the one part where the other is missing."""
    return f"{last}, {first}" if last and first else last or first
