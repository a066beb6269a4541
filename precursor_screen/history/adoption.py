"""A flag keeps the id under which it was first raised, also when the key of its item is another today.

An item without a number is known by its line, so that a later version of it has another key, and so have lines that earlier versions
of the program keyed by their goods. The flag is the same where rule, line (or the line that it amends) and candidate are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.history.seals import Seals
from precursor_screen.history.transfer import fetch, fetch_texts, stage

_TEXT = pa.string()
_ABOUT = ("line_id", "rule_id", "substance_id", "party_role", "list_id", "entry_id")
_RECORDED = pa.schema([("flag_id", _TEXT), *((n, _TEXT) for n in _ABOUT)])
_Place = tuple[str | None, ...]


def adopt_ids(seals: Seals, flags: pa.Table, amends: Mapping[str, str]) -> pa.Table:
    """The flags, those about what was flagged before under the id that they had.

    Args:
        seals: of a transaction.
        flags: FLAG of a run.
        amends: line_id -> the line that it amends.

    Raises:
        LedgerError: a flag on one of the lines is not what was recorded.
    """
    connection = seals.connection
    if not flags.num_rows or connection.exec_driver_sql("select 1 from flags limit 1").first() is None:
        return flags
    own = pc.unique(flags.column("flag_id"))
    stage(connection, "own_ids", pa.table([own], names=["flag_id"]), ["flag_id"])
    known = set(fetch_texts(connection, "select o.flag_id from own_ids o cross join flags f where f.flag_id = o.flag_id"))
    columns = [flags.column(n).to_pylist() for n in _ABOUT]
    ids = flags.column("flag_id").to_pylist()
    asked: dict[_Place, str] = {}
    times: Counter[_Place] = Counter()
    for number, flag_id in enumerate(ids):
        if flag_id not in known:
            line, *about = (column[number] for column in columns)
            for one in {line, amends.get(line or "")} - {None}:
                asked[(one, *about)] = flag_id
                times[(one, *about)] += 1
    if not asked:
        return flags
    lines = pa.table([pa.array(sorted({str(place[0]) for place in asked}), _TEXT)], names=["line_id"])
    stage(connection, "flagged_before", lines, ["line_id"])
    source = "flagged_before b cross join flags t where t.line_id = b.line_id"
    seals.check("flags", source)
    found: dict[_Place, list[str]] = {}
    for row in fetch(connection, f"select {', '.join(f't.{n}' for n in _RECORDED.names)} from {source}", _RECORDED).to_pylist():
        if row["flag_id"] not in known:  # those are raised under their own id
            found.setdefault(tuple(row[n] for n in _ABOUT), []).append(row["flag_id"])
    # One flag of each kind on a line, or nobody can say which is which.
    same = {
        asked[place]: before[0]
        for place, before in sorted(found.items(), key=lambda p: p[1])
        if _alone(place, before, asked, times)
    }
    if not same:
        return flags
    return flags.set_column(flags.column_names.index("flag_id"), "flag_id", pa.array([same.get(i, i) for i in ids], _TEXT))


def _alone(place: _Place, before: list[str], asked: Mapping[_Place, str], times: Mapping[_Place, int]) -> bool:
    return place in asked and times[place] == 1 and len(before) == 1
