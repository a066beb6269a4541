"""Officers' verdicts: rows that are only ever added. The last one on a flag and a line stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa
from msgspec.structs import replace
from sqlalchemy import Connection, text

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.model import OPEN
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.values import CLEARED, EXISTING, SUPPRESSED, Verdict

_COLUMNS = ("flag_id", "line_id", "verdict", "reason", "text", "officer", "at", "until", "second")
# Verdicts of earlier versions have no second officer.
_SELECT = f"select {', '.join(f'd.{c}' for c in _COLUMNS[:-1])}, coalesce(d.second, '') from dispositions d"


def add(seals: RowChecksums, verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Adds verdicts; one that is there already, word for word, is not added again.

    The flag's state follows at once where the verdict is about the content that the flag is about now.

    Returns:
        How many were added, and how many were there already.

    Raises:
        LedgerError: a flag that is not in the ledger, or not what was recorded; nothing is added then.
    """
    connection = seals.connection
    added = repeated = 0
    for one in verdicts:
        row = {name: getattr(one, name) for name in _COLUMNS}
        seals.check("flags", "flags t where t.flag_id = ?", (one.flag_id,))
        # What is said of a part of an episode is said of the episode.
        part_of = connection.execute(text("select alias_of from flags where flag_id = :flag_id"), row).scalar()
        row["flag_id"] = part_of or one.flag_id
        one = replace(one, flag_id=row["flag_id"])
        seals.check("flags", "flags t where t.flag_id = ?", (one.flag_id,))
        flag = connection.execute(text("select line_id, state from flags where flag_id = :flag_id"), row).one_or_none()
        if flag is None:
            raise LedgerError(
                f"flag {one.flag_id} is not in the ledger", remedy="`precursor-screen review list` shows those that are."
            )
        same = " and ".join([*(f"d.{c} = :{c}" for c in _COLUMNS[:-1]), "coalesce(d.second, '') = :second"])
        if connection.execute(text(f"{_SELECT} where {same}"), row).first() is not None:
            repeated += 1
            continue
        number = int(connection.execute(text("select coalesce(max(id), 0) + 1 from dispositions")).scalar_one())
        seals.insert("dispositions", pa.Table.from_pylist([{**row, "second": one.second or None, "id": number}]))
        added += 1
        if flag.line_id == one.line_id:
            _follow(seals, one, str(flag.state))
    return added, repeated


def _follow(seals: RowChecksums, verdict: Verdict, state: str) -> None:
    follows = {CLEARED: SUPPRESSED if state in OPEN else state}.get(verdict.verdict, EXISTING if state == SUPPRESSED else state)
    if follows != state:
        seals.connection.execute(
            text("update flags set state = :state where flag_id = :flag_id"), {"state": follows, "flag_id": verdict.flag_id}
        )
        seals.rehash("flags", "flags t where t.flag_id = ?", (verdict.flag_id,))


def standing_clearances(connection: Connection, day: date) -> dict[tuple[str, str], Verdict]:
    """The clearances that hold on a day, by flag and line: the last verdict on both, and not past its last day."""
    query = f"""{_SELECT} where d.verdict = '{CLEARED}' and (d.until = '' or d.until >= :day) and d.id =
        (select max(e.id) from dispositions e where e.flag_id = d.flag_id and e.line_id = d.line_id)"""
    found = (Verdict(*row) for row in connection.execute(text(query), {"day": day.isoformat()}))
    return {(one.flag_id, one.line_id): one for one in found}


def read(connection: Connection, flag_id: str = "") -> Iterator[Verdict]:
    """All verdicts, or those on one flag and on what has become a part of it, in the order in which they were added."""
    where = " where d.flag_id in (select flag_id from flags where flag_id = :flag_id or alias_of = :flag_id)" if flag_id else ""
    rows: Any = connection.execute(text(f"{_SELECT}{where} order by d.id"), {"flag_id": flag_id})
    for row in rows:
        yield Verdict(*row)
