"""Which entries of watchlists a name matches, with what else is known of the party, as the object of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from precursor_screen.core.model import WatchlistEntry
from precursor_screen.matching.party.contradictions import Attributes, attributes_of, compare_attributes, gender_of, weigh
from precursor_screen.matching.party.explain import explain_party
from precursor_screen.matching.party.index import DEFAULT_CUT
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.text.party import normalise_party

NAME_ALONE: Final = Attributes()


def match(name: str, watchlists: Sequence[Watchlist], as_of: date, known: Attributes = NAME_ALONE) -> dict[str, Any]:
    """Which entries a name matches.

    Args:
        name: as filed.
        watchlists: from `open_watchlists`.
        as_of: entries de-listed by that day do not count.
        known: of the party besides its name; empty: nothing.

    Returns:
        `name`, `matches` (by falling score), `suppressed` (the same, of those that what contradicts keeps below the cut, each with its
        `reason`), `screenable`.
    """
    # Bytes that are not UTF-8 come as lone surrogates, which fit into no table of names; no letter is lost with them.
    comparable = name.encode("utf-8", "replace").decode()
    found = [one for watchlist in watchlists for one in _match_list(name, comparable, watchlist, as_of, known)]
    found.sort(key=lambda m: (-m["score"], m["list_id"], m["entry_id"]))
    matches = [one for one in found if "reason" not in one]
    return {
        "name": name,
        "matches": matches,
        "suppressed": [one for one in found if "reason" in one],
        "screenable": normalise_party(name).screenable,
    }


def _match_list(name: str, comparable: str, watchlist: Watchlist, as_of: date, known: Attributes) -> Iterator[dict[str, Any]]:
    found = watchlist.index.match_names([comparable], as_of=as_of, workers=1)
    for table in (found.matches, found.suppressed):
        for row in table.to_pylist():
            yield _answer(name, row, watchlist, watchlist.entry(row["entry_id"]), known)


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
        "explain": {**explained, "list_date": watchlist.manifest.list_date.isoformat()},
    }
    if score < DEFAULT_CUT:
        told = (
            f"{c['what']} {c['name']}, listed {c['entry_name']} ({c['points']:g} points)" for c in explained["contradictions"]
        )
        answer["reason"] = "; ".join(told)
    return answer
