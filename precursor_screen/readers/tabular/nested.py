"""Names of nested values (`shipper.address.country`): a leaf that says nothing by itself is read with the words before it.

JSON names a value by its path. `description` says what it is wherever it is; `value`, `unit` or `country` do not: of a mass the value is
the mass, and the country in a shipper's address is the shipper's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.formats.sheet import JoinedLists
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.paper_headers import words_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NESTED: Final = re.compile(r"[^\W\d][\w -]*(?:\.[^\W\d][\w -]*)+(?: \(\d+\))?")
_NUMBERED: Final = re.compile(r" \(\d+\)$")
# What a parent holds, told by the parent alone: `grossWeight.value` is the gross weight.
_CONTENT: Final = _words("value values amount text name code content description measure quantity number no")
UNITS: Final = _words("unit units uom unitcode unitofmeasure measureunit unitqualifier")
_LEAVES: Final = frozenset((*_CONTENT, *UNITS, "id", "identifier", "country", "address", "type", "city", "currency")) - {
    "description",
    "quantity",
}
# Words of lists of lines: what stands right in one belongs to the line.
_RECORDS: Final = _words("""
    item items line lines goods good product products commodity commodities shipment shipments consignment consignments
    record records row rows data declaration declarations bill bills of lading house master manifest manifests entry entries
    article articles cargo details list container containers package packages position positions result results document
    documents
    """)
# Words between a party and what is stated of it that name nothing of it themselves.
_WITHIN: Final = _words("""
    address addresses postal location contact contacts detail details info information party organisation organization
    company data attributes entity person physical registered mailing business
    """)
_GOODS: Final = _words("item items goods good product products commodity commodities article articles cargo")
_WITH_UNITS: Final = ("gross_mass", "net_mass", "quantity")

Words = tuple[str, ...]


def read_path(header: str, split: Callable[[str], Words], look_up: Callable[[Words], str]) -> tuple[str, str] | None:
    """The field of a nested name and how it was found; empty: of none; None: its last part says what it is.

    Args:
        header: the path, its parts parted by dots.
        split: gives the words of a part.
        look_up: gives the field of some words; empty: not known.
    """
    parts = [split(part) for part in _NUMBERED.sub("", header.strip()).split(".")]
    parents, leaf = parts[:-1], parts[-1]
    bare = "".join(leaf)
    of_party = look_up(leaf).partition("_")[0] in ("consignor", "consignee", "importer", "exporter", "notify")
    party = _party(parents)
    if party is not None and (bare in _LEAVES or of_party or words_of("part").issuperset(leaf)):
        found = next(filter(None, map(look_up, _of_party(party, leaf))), "")
        return found, "what it is of the party before it" if found else ""
    if bare not in _LEAVES:
        return None
    found = next(filter(None, map(look_up, _of_parents(parents, leaf))), "")
    return found, "known spelling with the words before it" if found else ""


def _party(parents: Sequence[Words]) -> list[Words] | None:
    """The nearest parent that is a party, and those behind it; None: there is none, or something else stands between."""
    for at in range(len(parents) - 1, -1, -1):
        if not words_of("role").isdisjoint(parents[at]):
            return list(parents[at:])
        if not all(word in _WITHIN or word in words_of("part") for word in parents[at]):
            return None
    return None


def _of_party(party: Sequence[Words], leaf: Words) -> Iterator[Words]:
    role, between = party[0], [part for part in party[1:] if not _WITHIN.issuperset(part)]
    inner = tuple(word for part in between for word in part)
    if not between or "".join(leaf) not in _CONTENT | {"id"}:
        yield (*role, *inner, *leaf)
    if between and "".join(leaf) in _CONTENT | {"id"}:
        yield (*role, *inner)
    if len(party) > 1 and "".join(leaf) in ("text", "value", "content") and "address" in party[-1]:
        yield (*role, "address")


def _of_parents(parents: Sequence[Words], leaf: Words) -> Iterator[Words]:
    bare = "".join(leaf)
    named = ("unit",) if bare in UNITS else leaf
    for count in range(1, len(parents) + 1):
        words = tuple(word for part in parents[-count:] for word in part)
        yield (*words, *named)
        yield (*(word.removesuffix("s") for word in words), *named)
        if bare in _CONTENT and not _RECORDS.issuperset(words):
            yield words
    if all(_RECORDS.issuperset(part) for part in parents):
        if bare in ("text", "name") and not _GOODS.isdisjoint(parents[-1]):
            yield ("description",)
        yield leaf


def with_units(table: pa.Table, guesses: Sequence[Guess]) -> pa.Table:
    """The table with the unit of each mass in its cell (`1200 KGM`), where the table has several columns of units, each of one mass."""
    at = {guess.header.strip().casefold(): guess.position for guess in guesses}
    pairs = [
        (guess.position, at[f"{path}.{leaf}"])
        for guess in guesses
        if guess.field in _WITH_UNITS
        for path in [guess.header.strip().casefold().rpartition(".")[0]]
        for leaf in UNITS
        if path and f"{path}.{leaf}" in at
    ]
    if len(pairs) < 2:
        return table
    for number, unit in pairs:
        figures, units = table.column(number), pc.fill_null(table.column(unit), "")
        bare = pc.fill_null(pc.match_substring_regex(figures, r"^[\s\d.,]*\d[\s\d.,]*$"), False)
        joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(figures, units, " "))
        table = table.set_column(number, table.schema.field(number), pc.if_else(bare, joined, figures))
    return table


# Fields of which a line has one: several values in a cell are of several goods.
_OF_ONE_LINE: Final = frozenset(
    ("description", "description_extra", "hs_code", "quantity", "gross_mass", "net_mass", "packages", "value")
)


def note_joined(lists: Iterable[JoinedLists], guesses: Sequence[Guess], issues: IssueList) -> None:
    """Lists that stand side by side: which mass or text belongs to which goods is not known, and each is an issue."""
    fields = {guess.header: guess.field for guess in guesses}
    for one in lists:
        found = [name for name in one.names if fields.get(name) in _OF_ONE_LINE]
        if len(found) + bool(one.opened) < 2:
            continue
        for name in found:
            others = ", ".join([*([one.opened] if one.opened else []), *(n for n in found if n != name)])
            issues.add_one_of_many(
                "side-by-side-lists",
                f"{name} is a list beside {others}, and the record does not say which value belongs to which goods; all were read as one text",
                row=one.row,
                field=fields[name],
                value=name,
            )
