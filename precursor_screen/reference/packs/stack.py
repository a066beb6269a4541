"""Packs stacked on the tables that ship, and whether the tables that come of it hold together.

A row of a pack adds what the tables below it do not say. Where it speaks of the same thing and says otherwise, it is refused, for it could
loosen the law; unless it is a newer edition, or the own law of a country that had none. What ships may be overridden for a reason that reports print;
another pack may not. Each row says in its source which pack it is from.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where, raise_all
from precursor_screen.core.model import ABOVE, OWN_LIST, SURVEILLANCE
from precursor_screen.core.tables import Row, read_rows
from precursor_screen.reference import substance_checks as checks
from precursor_screen.reference.equipment import load_equipment
from precursor_screen.reference.packs.pack import KEYS, OWN_PACK, Pack, columns_of, refused, table_path, table_text
from precursor_screen.reference.permit_law import load_permit_law
from precursor_screen.reference.recogniser import index_of
from precursor_screen.reference.shipped import LawTables
from precursor_screen.reference.site_tables import load_concern
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.table_rows import at_once, read_span
from precursor_screen.reference.thresholds import ANY_DIRECTION, LATER, check_thresholds, load_reply_periods, load_thresholds

_OVERRIDE: Final = "Correct the row; or import it with --override REASON, which every report prints."
_CORRECT: Final = "Correct the row, and make the pack again."
# Facts that codes, quantities and values of a line are compared with: one more of a substance that has some could excuse the line.
_COMPARED: Final = ("hs.csv", "solutions.csv", "usual_prices.csv")
Places = Mapping[tuple[str, int], Where]  # (file, row) of a stacked table -> where the row is from


class Stacked(Struct, frozen=True):
    """The stacked tables, and where their rows are from."""

    law: LawTables
    places: Places


def stack(base: LawTables, packs: Sequence[Pack], folder: Path) -> Stacked:
    """Writes the tables that ship, with the rows of packs on them, into an empty folder.

    Raises:
        SubstanceTableError, ErrorGroup: rows that may not stand in a pack, contradict what ships, or what another pack says.
    """
    ordered = sorted(packs, key=lambda p: (p.info.id == OWN_PACK, p.info.day, p.info.id))
    law = LawTables(folder / "substances", folder / "law", tuple(p.info for p in ordered))
    shutil.copytree(base.substances, law.substances, copy_function=shutil.copyfile)
    shutil.copytree(base.law, law.law, copy_function=shutil.copyfile)
    errors: list[PrecursorScreenError] = [error for pack in ordered for error in _check_rows(pack)]
    places: dict[tuple[str, int], Where] = {}
    for name in KEYS:
        if any(name in pack.tables for pack in ordered):
            columns = columns_of(base, name)
            rows = _merge(name, tuple(read_rows(table_path(base, name), columns)), ordered, errors)
            table_path(law, name).write_bytes(table_text(columns, (row.cells for row in rows)))
            places |= {(name, number): row.where for number, row in enumerate(rows, start=2)}
    raise_all(errors)
    return Stacked(law, places)


def _check_rows(pack: Pack) -> Iterator[SubstanceTableError]:
    for row in pack.tables.get("editions.csv", ()):
        if row["checked"] > pack.info.day:
            yield refused(row, f"was compared after {pack.info.day}, the day of the pack", _CORRECT, "checked")
    for name, column, what in (("controls", "instrument", "listings"), ("thresholds", "jurisdiction", "thresholds")):
        for row in pack.tables.get(f"{name}.csv", ()):
            if (row[column] == OWN_LIST) != (pack.info.id == OWN_PACK):
                problem = f"the pack {OWN_PACK!r} holds {what} of {OWN_LIST}, the office's own list, and no other pack does"
                yield refused(row, problem, _CORRECT, column)


def _merge(name: str, below: Sequence[Row], packs: Sequence[Pack], errors: list[PrecursorScreenError]) -> list[Row]:
    rows = {_key(name, row): row for row in below}
    shipped = dict(rows)
    for pack in packs:
        mine: set[tuple[str, ...]] = set()
        for row in pack.tables.get(name, ()):
            key = _key(name, row)
            known = rows.get(key)
            if key in mine:
                errors.append(refused(row, "a second row of the same pack speaks of the same thing", _CORRECT))
            elif known is not None and not _differ(known, row):
                continue
            elif known is not None and known is not shipped.get(key) and not _may_replace(name, known, row):
                errors.append(refused(row, f"differs from {known.where}", "Keep one of the two packs."))
            elif problem := _against(name, known, row, shipped) if not pack.info.override else "":
                errors.append(refused(row, problem, _OVERRIDE))
            elif name == "jurisdictions.csv" and (none := rows.get((row["code"], ""))) is not None and _begins(none, row):
                rows[_key(name, none)] = Row({**none.cells, "until": row["since"]}, none.where)
            mine.add(key)
            rows[key] = _marked(row, pack)
    return list(rows.values())


def _begins(none: Row, row: Row) -> bool:
    """Whether a row says from which day on a country has its own law, of which the tables, without a day, had none."""
    return bool(row["since"]) and not none["until"] and _may_replace("jurisdictions.csv", none, row)


def _key(name: str, row: Row) -> tuple[str, ...]:
    return tuple(row.cells[column] for column in KEYS[name])


def _differ(known: Row, row: Row) -> list[str]:
    """The columns in which a row says something else than another; an empty cell of a column that older packs lack says nothing."""
    said = (c for c in row.cells if c != "source" and (row.cells[c] or c not in LATER))
    return [c for c in said if row.cells[c] != known.cells[c]]


def _marked(row: Row, pack: Pack) -> Row:
    """A row that says which pack it is from."""
    said = "source" if "source" in row.cells else "notes"
    return Row({**row.cells, said: f"{pack.info.id}: {row.cells[said]}"}, row.where)


def _against(name: str, known: Row | None, row: Row, shipped: Mapping[tuple[str, ...], Row]) -> str:
    """Why a row contradicts what ships, or could loosen it; empty: it does not."""
    if known is not None and not _may_replace(name, known, row):
        if name == "editions.csv":
            return f"is an older edition than the one that ships, which was compared on {known.cells['checked'] or 'no day'}"
        wrong = ", ".join(f"{c} ({known[c] or 'empty'} there)" for c in _differ(known, row))
        return f"differs from the row that ships ({known.where}) in {wrong}"
    if name in _COMPARED and any(other.cells["substance_id"] == row.cells["substance_id"] for other in shipped.values()):
        return f"what ships has its own rows for {row.cells['substance_id']}"
    if name == "thresholds.csv" and (other := next((o for o in shipped.values() if _loosens(o, row)), None)):
        return f"is a higher threshold than what ships ({other.where})"
    return ""


def _may_replace(name: str, known: Row, row: Row) -> bool:
    """Whether a row is a newer edition, or the own law of a country that had none in the tables."""
    old, new = known.cells, row.cells
    if name == "editions.csv":
        return old["checked"] <= new["checked"] and _number(new["max_age_days"]) <= _number(old["max_age_days"])
    if name != "jurisdictions.csv" or old["customs_union"] != new["customs_union"]:
        return False
    return not old["law"] and new["law"] == new["code"]


def _number(cell: str) -> float:
    return float(cell) if cell.isascii() and cell.isdigit() else float("inf")


def _loosens(known: Row, row: Row) -> bool:
    """Whether a threshold is higher than another one of the same jurisdiction, substance, direction and time."""
    old, new = known.cells, row.cells
    if any(old[c] != new[c] for c in ("jurisdiction", "substance_id")):
        return False
    try:
        apart = not at_once(read_span(known, "valid_from", "valid_to"), read_span(row, "valid_from", "valid_to"))
        more = not new["kg"] or (old["kg"] != "" and _regulated(new) > _regulated(old))
    except (ValueError, InvalidOperation):  # the reader of the table says what is wrong with it
        return False
    return more and not apart and (old["direction"] == new["direction"] or ANY_DIRECTION in (old["direction"], new["direction"]))


def _regulated(cells: Mapping[str, str]) -> tuple[Decimal, bool]:
    return Decimal(cells["kg"]), cells["applies"] == ABOVE


def check_stacked(stacked: Stacked, name: str) -> None:
    """Checks that stacked tables hold together, as those that ship do.

    Args:
        stacked: from `stack`.
        name: of the pack that came last, for what is not of one row.

    Raises:
        SubstanceTableError, ErrorGroup: they do not.
    """
    folder = stacked.law.substances
    try:
        table = load_substances(folder)
        thresholds = load_thresholds(folder)
        load_concern(folder, table.substances)
        load_reply_periods(folder)
        load_equipment(stacked.law.law)
        load_permit_law(stacked.law.law, table.substances, thresholds)
    except PrecursorScreenError as error:
        found = error.errors if isinstance(error, ErrorGroup) else (error,)
        raise ErrorGroup([_placed(e, stacked.places, name) for e in found]) from error
    instruments = frozenset({SURVEILLANCE, *(e.instrument for e in table.editions)})
    problems = [
        *checks.check_hs(table.substances),
        *checks.check_listings(table.substances, instruments),
        *checks.check_formulas(table.substances),
        *check_thresholds(thresholds, table.substances),
    ]
    raise_all(SubstanceTableError(problem, where=name, remedy="Correct the pack.") for problem in problems)


def _placed(error: PrecursorScreenError, places: Places, name: str) -> PrecursorScreenError:
    """An error with the place in the pack, not in the stacked table."""
    there = places.get((Path(error.where.file).name, error.where.row or 0), Where(name))
    return SubstanceTableError(error.message, where=there, remedy=_CORRECT)


def check_names(pack: Pack, base: LawTables) -> None:
    """Checks that no name of a pack holds one of another substance: the longest name counts, so that it would hide that substance.

    Raises:
        SubstanceTableError, ErrorGroup: one does.
    """
    index = index_of(base.substances)
    errors: list[PrecursorScreenError] = []
    for row in pack.tables.get("names.csv", ()) if not pack.info.override else ():
        hidden = {m.substance_id for m in index.match(row["name"]) if m.suppressed is None} - {row["substance_id"]}
        if hidden:
            errors.append(refused(row, f"the name {row['name']!r} would hide {', '.join(sorted(hidden))}", _OVERRIDE, "name"))
    raise_all(errors)
