"""Which entries of watchlists a name matches, with what else is known of the party, as the object of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.matching.party.contradictions import Attributes, attributes_of, compare_attributes, gender_of, weigh
from precursor_screen.matching.party.explain import explain_party
from precursor_screen.matching.party.index import DEFAULT_CUT, PartyMatches
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.text.codes import plain_number
from precursor_screen.text.party import normalise_party
from precursor_screen.text.party_name_parts import name_parts

NAME_ALONE: Final = Attributes()
_OF_WORDS: Final = ("words", "score", "letters")  # rows of an explanation that say what the words come to


def match(name: str, watchlists: Sequence[Watchlist], as_of: date, known: Attributes = NAME_ALONE) -> dict[str, Any]:
    """Which entries a name matches.

    Args:
        name: as filed: a cell may hold an address, a branch or a number behind the name.
        watchlists: from `open_watchlists`.
        as_of: entries de-listed by that day do not count.
        known: of the party besides its name; empty: nothing. An entry that bears one of its numbers matches whatever its name is.

    Returns:
        `name`, `matches` (by falling score), `suppressed` (the same, of those that what contradicts keeps below the cut, each with its
        `reason`), `screenable`.
    """
    return next(match_each([name], watchlists, as_of, known))


def match_each(
    names: Sequence[str], watchlists: Sequence[Watchlist], as_of: date, known: Attributes = NAME_ALONE
) -> Iterator[dict[str, Any]]:
    """The same of several names, in their order, which are held against each list at once."""
    # Bytes that are not UTF-8 come as lone surrogates, which fit into no table of names; no letter is lost with them.
    parts = [name_parts(name.encode("utf-8", "replace").decode()) for name in names]
    asked = list(chain.from_iterable(parts))
    rows = [_rows_by_name(watchlist.index.match_names(asked, as_of=as_of, workers=1)) for watchlist in watchlists]
    for name, mine in zip(names, parts, strict=True):
        found = [
            one
            for watchlist, by_name in zip(watchlists, rows, strict=True)
            for one in _match_list([row for part in mine for row in by_name.get(part, ())], mine[0], watchlist, as_of, known)
        ]
        found.sort(key=lambda m: (-m["score"], m["list_id"], m["entry_id"]))
        yield {
            "name": name,
            "matches": [one for one in found if "reason" not in one],
            "suppressed": [one for one in found if "reason" in one],
            "screenable": normalise_party(name).screenable,
        }


def _rows_by_name(found: PartyMatches) -> dict[str, list[dict[str, Any]]]:
    return grouped((row["value"], row) for row in (*found.matches.to_pylist(), *found.suppressed.to_pylist()))


def _match_list(
    rows: Sequence[dict[str, Any]], name: str, watchlist: Watchlist, as_of: date, known: Attributes
) -> Iterator[dict[str, Any]]:
    """What matches of one list: of each entry the best part of the cell, else its number."""
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["entry_id"] not in best or row["score"] > best[row["entry_id"]]["score"]:
            best[row["entry_id"]] = row
    for entry_id, row in best.items():
        yield _answer(row["value"], row, watchlist, watchlist.entry(entry_id), known)
    for kind, number in known.numbers:
        for entry_id in watchlist.numbers.get(plain_number(number), ()):
            entry = watchlist.entry(entry_id)
            in_force = entry.delisted is None or entry.delisted > as_of
            if entry_id not in best and in_force and (kind != "imo" or entry.kind == "vessel"):
                best[entry_id] = {}
                yield _by_number(name, number, watchlist, entry, known)


def _by_number(name: str, number: str, watchlist: Watchlist, entry: WatchlistEntry, known: Attributes) -> dict[str, Any]:
    row = {
        "list_id": watchlist.list_id,
        "entry_id": entry.entry_id,
        "entry_name": entry.primary_name,
        "matched_name": entry.primary_name,
        "name_kind": "primary",
        "score": 100.0,
        "informative_tokens": 0,
        "entry_kind": entry.kind,
    }
    answer = _answer(name, row, watchlist, entry, known)
    explained = answer["explain"]
    explained["score"] = row["score"]
    explained["sentence"] = f"{number} is the number of {entry.primary_name!r}, whatever the name: {name!r}."
    about = [one for one in explained["table"] if one["what"] not in _OF_WORDS]
    explained["table"] = [
        *about,
        {"what": "score", "name": "", "entry_name": "", "says": "100 points, for the number alone decides"},
    ]
    return answer


def _answer(name: str, row: dict[str, Any], watchlist: Watchlist, entry: WatchlistEntry, known: Attributes) -> dict[str, Any]:
    ours, theirs = (gender_of(normalise_party(n).tokens) for n in (name, row["matched_name"]))
    filed = known if known.gender or theirs else replace(known, gender=ours)  # titles of both are compared with the names
    evidence = compare_attributes(filed, attributes_of(entry))
    explained = explain_party(
        name,
        row["matched_name"],
        name_kind=row["name_kind"],
        informative_tokens=row["informative_tokens"],
        entry_kind=row["entry_kind"],
        index=watchlist.index,
        own_names=[n.name for n in entry.names if not n.name.isascii()],
        known=evidence,
    )
    score = weigh(row["score"], evidence)
    answer = {
        "list_id": row["list_id"],
        "entry_id": row["entry_id"],
        "name": row["entry_name"],
        "matched_name": row["matched_name"],
        "name_kind": row["name_kind"],
        "score": round(score, 1),
        "programmes": list(entry.programmes),
        "explain": {**explained, "list_date": watchlist.snapshot.list_date.isoformat()},
    }
    if score < DEFAULT_CUT:
        reasons = (
            f"{c['what']} {c['name']}, listed {c['entry_name']} ({c['points']:g} points)" for c in explained["contradictions"]
        )
        answer["reason"] = "; ".join(reasons)
    return answer
