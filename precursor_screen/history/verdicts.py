"""Officers' verdicts, rows that are only ever added, of which the last one on a flag and a line stands; and what stands behind recorded flags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, text

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history import chain
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.values import CLEARED, EXISTING, SUPPRESSED, Verdict

# What stands behind recorded flags: their runs, what they have become, the movements of their lines, and the chain as it is
# now.

_FLAG = pa.schema(
    [
        *((n, pa.string()) for n in ("flag_id", "alias_of", "episode")),
        *((n, pa.int64()) for n in ("first_run", "last_run", "resolved_run")),
    ]
)
_LINE = pa.schema([("line_id", pa.string()), ("run_no", pa.int64())])
_RUN = pa.schema(
    [
        ("run_no", pa.int64()),
        *((n, pa.string()) for n in ("run_id", "started", "finished", "tool_version", "as_of", "jurisdiction")),
        *((n, pa.string()) for n in ("options", "rules_sha256", "inputs")),
    ]
)
_VERDICT = pa.schema([("id", pa.int64()), ("flag_id", pa.string()), ("at", pa.string()), (chain.DIGEST, pa.binary())])
Row = dict[str, Any]


class Behind(Struct, frozen=True):
    """What stands behind some flags.

    Attributes:
        flags: flag_id, alias_of, episode (rows of line, substance, day, value; None: the flag is none), first_run, last_run,
            resolved_run: of the flags and of what has become a part of them.
        runs: those that raised or resolved the flags, or recorded their lines, by number; options and inputs parsed.
        lines: line_id, run_no of the run that recorded the line.
        movements: MOVEMENT of the lines.
        verdicts: id, flag_id, at, digest (hexadecimal) of each verdict on the flags.
        head: of the chain: number, kind, run_no, at, state, link, and `before`, the link that it follows.
    """

    flags: list[Row]
    runs: list[Row]
    lines: list[Row]
    movements: list[Row]
    verdicts: list[Row]
    head: Row


def read_behind(checksums: RowChecksums, flag_ids: Sequence[str], line_ids: Sequence[str]) -> Behind:
    """Reads it.

    Args:
        checksums: of a transaction.
        flag_ids: of recorded flags.
        line_ids: of the lines that they cite.

    Raises:
        LedgerError: a row is not what was recorded.
    """
    flags = checksums.fetch_among("flags", "flag_id in ({0}) or alias_of in ({0})", _FLAG, flag_ids).to_pylist()
    ids = sorted({f["flag_id"] for f in flags})
    lines = checksums.fetch_among("cited_lines", "line_id in ({0})", _LINE, line_ids).to_pylist()
    numbers = sorted({n for f in flags for n in (f["first_run"], f["last_run"], f["resolved_run"]) if n is not None})
    numbers = sorted({*numbers, *(line["run_no"] for line in lines)})
    runs = checksums.fetch_among("runs", "run_no in ({0})", _RUN, numbers).to_pylist()
    # Movements that were superseded stay: a flag may be about what a line said then.
    movements = checksums.fetch_among("movements", "line_id in ({0})", MOVEMENT, line_ids).to_pylist()
    verdicts = checksums.fetch_among("dispositions", "flag_id in ({0})", _VERDICT, ids).to_pylist()
    return Behind(
        sorted(({**f, "episode": json.loads(f["episode"]) if f["episode"] else None} for f in flags), key=lambda f: f["flag_id"]),
        [{**r, "options": json.loads(r["options"]), "inputs": json.loads(r["inputs"])} for r in runs],
        sorted(lines, key=lambda line: str(line["line_id"])),
        sorted(movements, key=lambda m: (str(m["line_id"]), str(m["substance_id"] or ""), str(m["movement_key"]))),
        sorted(({**v, chain.DIGEST: v[chain.DIGEST].hex()} for v in verdicts), key=lambda v: int(v["id"])),
        _head(checksums),
    )


def _head(checksums: RowChecksums) -> Row:
    query = f"select {', '.join(chain.COLUMNS)} from {chain.CHAIN} order by number desc limit 2"
    rows = [dict(zip(chain.COLUMNS, row, strict=True)) for row in checksums.connection.execute(text(query))]
    return {**rows[0], "before": rows[1]["link"] if len(rows) > 1 else ""}


_COLUMNS = ("flag_id", "line_id", "verdict", "reason", "text", "officer", "at", "until", "second")
# Verdicts of earlier versions have no second officer.
_SELECT = f"select {', '.join(f'd.{c}' for c in _COLUMNS[:-1])}, coalesce(d.second, '') from dispositions d"


def add(checksums: RowChecksums, verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Adds verdicts; one that is there already, word for word, is not added again.

    The flag's state follows at once where the verdict is about the content that the flag is about now.

    Returns:
        How many were added, and how many were there already.

    Raises:
        LedgerError: a flag that is not in the ledger, or not what was recorded; nothing is added then.
    """
    connection = checksums.connection
    added = repeated = 0
    for one in verdicts:
        row = {name: getattr(one, name) for name in _COLUMNS}
        checksums.check("flags", "flags t where t.flag_id = ?", (one.flag_id,))
        # What is said of a part of an episode is said of the episode.
        part_of = connection.execute(text("select alias_of from flags where flag_id = :flag_id"), row).scalar()
        row["flag_id"] = part_of or one.flag_id
        one = replace(one, flag_id=row["flag_id"])
        checksums.check("flags", "flags t where t.flag_id = ?", (one.flag_id,))
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
        checksums.insert("dispositions", pa.Table.from_pylist([{**row, "second": one.second or None, "id": number}]))
        added += 1
        if flag.line_id == one.line_id:
            _follow(checksums, one, str(flag.state))
    return added, repeated


def _follow(checksums: RowChecksums, verdict: Verdict, state: str) -> None:
    follows = {CLEARED: SUPPRESSED if state in OPEN else state}.get(verdict.verdict, EXISTING if state == SUPPRESSED else state)
    if follows != state:
        change = text("update flags set state = :state where flag_id = :flag_id")
        checksums.connection.execute(change, {"state": follows, "flag_id": verdict.flag_id})
        checksums.rehash("flags", "flags t where t.flag_id = ?", (verdict.flag_id,))


def clearances_in_force(connection: Connection, day: date) -> dict[tuple[str, str], Verdict]:
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
