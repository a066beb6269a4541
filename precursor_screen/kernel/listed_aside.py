"""Substances of Table I or II of the 1988 Convention in texts beside tables, which are no shipments, and in tables read from print.

Of these somebody is told by name, whatever band they have: no score rests on a text, and a table that is read from print may be misread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with, tuples_of
from precursor_screen.core.grouped import grouped
from precursor_screen.core.schema import BY_NAME, LISTED_ASIDE, with_columns
from precursor_screen.kernel.legal_status import law_table
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.resolve.quantities import CANDIDATE_COLUMNS, NAMED, quantify
from precursor_screen.kernel.screen import Screened
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import DIRECTIONS

PRINT, WORDS = "print", "words"  # how it was read: a table of printed pages, or words that stand in no table
_CONVENTION: Final = "UN1988"
_TABLES: Final = ("I", "II")
_ASKED: Final = (
    *("substance_id", "substance_name", "control", "match_strength", "form", "matched_text", "largest_mass_kg"),
    *("threshold_kg", "regulated_kg", "threshold_counts"),
)
_CANDIDATE: Final = pa.schema([(LINE_NO, pa.int64()), *((name, BY_NAME[name].arrow) for name in _ASKED)])
_PLACE: Final = ("line_id", "shipment_id", "source_file", "source_row", "as_of_date")
_NAMED: Final = pa.list_(pa.struct([("substance_id", pa.string()), ("start", pa.int64()), ("end", pa.int64())]))
_FACTS: Final = pa.schema(
    [
        *((name, BY_NAME[name].arrow) for name in (*CANDIDATE_COLUMNS, "description") if name != NAMED),
        (NAMED, _NAMED),
    ]
)


def find_listed_aside(screened: Screened, printed: Collection[str], texts_beside: pa.Table, reference: Reference) -> pa.Table:
    """What is to be told by name: where the mass is not below the threshold, or one of both is not known.

    A threshold is asked of all lines of a shipment, and of all texts of a file, together: neither is cleared by being cut up.

    Args:
        screened: with the lines of texts beside tables among its lines.
        printed: names of the inputs whose tables were read from print.
        texts_beside: TEXTS_BESIDE.
        reference: that was screened against.

    Returns:
        LISTED_ASIDE, the largest mass first, those of unknown mass last; without lines of which an earlier run told.
    """
    beside = {row["line_id"]: row for row in texts_beside.to_pylist()}
    lines = screened.resolved.lines
    ids = pc.is_in(lines.column("line_id"), pa.array(beside, pa.string()))
    mine = lines.filter(pc.or_(ids, pc.is_in(lines.column("source_file"), pa.array(sorted(printed), pa.string()))))
    if not mine.num_rows:
        return LISTED_ASIDE.empty_table()
    known = _told_before(screened)
    places = {row[LINE_NO]: row for row in mine.select([LINE_NO, *_PLACE]).to_pylist() if row["line_id"] not in known}
    candidates = with_columns(rows_with(screened.resolved.substances, LINE_NO, mine.column(LINE_NO)), _CANDIDATE).to_pylist()
    candidates = _with_least_threshold(candidates, places, reference)
    of_text = [row for row in candidates if row[LINE_NO] in places and places[row[LINE_NO]]["line_id"] in beside]
    masses = _masses_in_texts(of_text, {number: beside.get(place["line_id"]) for number, place in places.items()}, reference)
    rows = [
        _row(row, places[row[LINE_NO]], beside.get(places[row[LINE_NO]]["line_id"]), masses)
        for row in candidates
        if row[LINE_NO] in places and _table_of(row) and row["match_strength"] != "weak" and row["form"] != "article"
    ]
    return pa.Table.from_pylist(sorted(_not_below(rows), key=_order), schema=LISTED_ASIDE)


def _told_before(screened: Screened) -> set[str]:
    """The lines whose flags are all of earlier runs, in a shipment that has not risen."""
    states = defaultdict(set)
    for line_id, shipment_id, state in tuples_of(screened.flags, "line_id", "shipment_id", "state"):
        states[line_id].add("new" if shipment_id in screened.news else state)
    return {line_id for line_id, of_line in states.items() if of_line <= {"existing", "resolved", "suppressed"}}


def _with_least_threshold(
    candidates: Sequence[Mapping[str, Any]], places: Mapping[int, Mapping[str, Any]], reference: Reference
) -> list[Mapping[str, Any]]:
    """The candidates; where a direction decides the threshold and none is stated, with the smallest of all directions."""
    lacking = {row["substance_id"] for row in candidates if row["regulated_kg"] is None and _table_of(row)}
    limits = grouped((row["substance_id"], row) for row in rows_with(law_table(reference), "substance_id", lacking).to_pylist())
    found = []
    for row in candidates:
        day = places[row[LINE_NO]]["as_of_date"] if row[LINE_NO] in places else None
        of_day = (
            [law for law in limits.get(row["substance_id"], ()) if day and _holds(law, day)]
            if row["regulated_kg"] is None
            else []
        )
        known = [law for law in of_day if law["direction"] in DIRECTIONS and law["regulated_kg"] is not None]
        if len(known) == len(DIRECTIONS):
            least = min(known, key=lambda law: law["regulated_kg"])
            row = {**row, **{name: least[name] for name in ("threshold_kg", "regulated_kg", "threshold_counts")}}
        found.append(row)
    return found


def _holds(law: Mapping[str, Any], day: date) -> bool:
    """Whether a row of the law is of the substance itself, and in force on a day."""
    since, until = law["since"] or date.min, law["until"] or date.max
    return law["goods_class"] is None and since <= day < until


def _table_of(row: Mapping[str, Any]) -> str:
    """The table of the Convention that lists a candidate on its day; empty: none does."""
    schedules = {c["schedule"] for c in row["control"] or () if c["instrument"] == _CONVENTION}
    return next((table for table in _TABLES if table in schedules), "")


def _text_of(row: Mapping[str, Any], beside: Mapping[str, Any]) -> tuple[str, str]:
    """The longest text that says what was recognised, as a row has its cells one by one and as one text; and where it stands."""
    pairs = list(zip(beside["other_texts"], beside["other_columns"], strict=True))
    saying = [pair for pair in pairs if row["matched_text"] and row["matched_text"] in pair[0]]
    return max(saying or pairs, key=lambda pair: len(pair[0]))


def _masses_in_texts(
    candidates: Sequence[Mapping[str, Any]], beside: Mapping[int, Mapping[str, Any] | None], reference: Reference
) -> dict[tuple[int, str], Decimal | None]:
    """The mass that a text states of each substance in it, by line and substance: as of a description, though no rule weighs it."""
    others = grouped((row[LINE_NO], row) for row in candidates)
    facts, keys = [], []
    for row in candidates:
        text = beside[row[LINE_NO]]
        if text is None or not _table_of(row):
            continue
        said, _ = _text_of(row, text)
        named = [
            {"substance_id": other["substance_id"], "start": at, "end": at + len(other["matched_text"])}
            for other in others[row[LINE_NO]]
            if other["matched_text"] and (at := said.find(other["matched_text"])) >= 0
        ]
        facts.append({**row, "matched_field": "description", "description": said, NAMED: named})
        keys.append((row[LINE_NO], row["substance_id"]))
    table = pa.Table.from_pylist([{name: fact[name] for name in _FACTS.names} for fact in facts], schema=_FACTS)
    return dict(zip(keys, quantify(table, reference).column("largest_mass_kg").to_pylist(), strict=True))


def _row(
    row: Mapping[str, Any],
    place: Mapping[str, Any],
    beside: Mapping[str, Any] | None,
    masses: Mapping[tuple[int, str], Decimal | None],
) -> dict[str, Any]:
    stated = row["largest_mass_kg"]
    return {
        **{name: row[name] for name in ("substance_id", "substance_name", "threshold_kg")},
        **{name: place[name] for name in ("line_id", "source_file", "source_row")},
        "together": place["source_file" if beside else "shipment_id"],
        "regulated_kg": row["regulated_kg"],
        "place": _text_of(row, beside)[1] if beside else "",
        "read_from": WORDS if beside else PRINT,
        "table": _table_of(row),
        "mass_kg": masses.get((row[LINE_NO], row["substance_id"])) if beside and stated is None else stated,
    }


def _not_below(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of goods that are not below their threshold together, each with the mass that they come to as far as it is known."""
    for same in grouped(((row["together"], row["substance_id"], row["read_from"]), row) for row in rows).values():
        masses, least = [row["mass_kg"] for row in same], same[0]["regulated_kg"]
        known = [mass for mass in masses if mass is not None]
        total = sum(known, Decimal(0)) if known else None
        if least is None or len(known) < len(masses) or (total is not None and total >= least):
            yield from ({**row, "total_kg": total} for row in same)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    mass = row["mass_kg"]
    return mass is None, -(mass or Decimal(0)), row["source_file"], row["source_row"] or 0, row["place"], row["substance_id"]
