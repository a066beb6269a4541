"""One party, one finding: entries that are copies of one another, within a list or over lists, are folded into the best of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.resolve.resolved import LINE_NO
from precursor_screen.names.identifiers import plain_number
from precursor_screen.names.party import party_key
from precursor_screen.reference.bundle import Reference

_TEXTS = pa.list_(pa.string())


def fold_copies(candidates: pa.Table, reference: Reference) -> pa.Table:
    """Leaves the best candidate of each party and listed party, and names the others in `copies`.

    Two entries are copies where their primary names are equal after normalising and they share an identifier or a programme: the same
    decision stands in OFAC's list and in the consolidated one. What agrees with any of them agrees with the party.

    Args:
        candidates: PARTY_CANDIDATE with LINE_NO, without `copies`.
        reference: the watchlists with their entries.

    Returns:
        Rows in the same order, with `copies`: "Name (list entry)", best first.
    """
    nothing = pa.nulls(candidates.num_rows, _TEXTS)
    same = candidates.select([LINE_NO, "party_role", "party_name", "party_column"])
    sizes = same.group_by(same.column_names).aggregate([([], "count_all")])
    if not candidates.num_rows or pc.max(sizes.column("count_all")).as_py() == 1:
        return candidates.append_column("copies", nothing)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for number, row in enumerate(candidates.to_pylist()):
        key = (row[LINE_NO], row["party_role"], row["party_name"], row["party_column"], party_key(row["entry_name"]))
        groups.setdefault(key, []).append({**row, "row": number, "copies": None})
    numbers = _Numbers(reference)
    kept: list[dict[str, Any]] = []
    for rows in groups.values():
        rows.sort(key=_rank)
        while rows:
            best, *others = rows
            copies = [r for r in others if _are_copies(best, r, numbers)]
            rows = [r for r in others if r not in copies]
            kept.append(_joined(best, copies))
    kept.sort(key=lambda r: r["row"])
    schema = candidates.schema.append(pa.field("copies", _TEXTS))
    return pa.Table.from_pylist(kept, schema=schema)


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["name_kind"] == "weak",
        -len(row["corroboration"] or ()),
        -row["watchlist_score"],
        row["list_id"],
        row["entry_id"],
    )


class _Numbers:
    """The plain numbers of entries, each looked up once."""

    def __init__(self, reference: Reference) -> None:
        self._lists = {w.list_id: w for w in reference.watchlists}
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, row: dict[str, Any]) -> frozenset[str]:
        key = row["list_id"], row["entry_id"]
        if key not in self._known:
            entry = self._lists[key[0]].entry(key[1])
            self._known[key] = frozenset(plain_number(value) for _, value in entry.identifiers) - {""}
        return self._known[key]


def _are_copies(best: dict[str, Any], other: dict[str, Any], numbers: _Numbers) -> bool:
    return bool(set(best["programmes"] or ()) & set(other["programmes"] or ()) or numbers.of(best) & numbers.of(other))


def _joined(best: dict[str, Any], copies: list[dict[str, Any]]) -> dict[str, Any]:
    if not copies:
        return best
    every = [best, *copies]
    return {
        **best,
        "corroboration": list(dict.fromkeys(c for r in every for c in r["corroboration"] or ())),
        "programmes": list(dict.fromkeys(p for r in every for p in r["programmes"] or ())),
        "copies": [f"{r['entry_name']} ({r['list_id']} {r['entry_id']})" for r in copies],
    }
