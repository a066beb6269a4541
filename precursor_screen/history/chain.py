"""The chain: what the ledger held after each thing that was done to it, each link a hash over the one before.

A link says what was done, by which run, when, and how many rows each table held then with the sum of their digests (`seals`). The
last one, the head, tells what the tables must hold now. Links are only ever added. Where nothing that came before has to be read any
more (a new ledger, one of an earlier version, rows that were pruned, tables that were changed) a link is a checkpoint: a run
follows the chain from the last one, `verify` from the beginning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from precursor_screen.core.errors import LedgerError
from precursor_screen.history.seals import RESTORE, Checksum, Seals, from_state, to_state
from precursor_screen.history.transfer import fetch_rows, insert_rows

CHAIN = "chain"
NEW, UNVERIFIED, RUN, DELIVERED, VERDICTS, PRUNED, MIGRATED = (
    *("new", "unverified", "run", "delivered", "verdicts", "pruned", "migrated"),
)
CHECKPOINTS = (NEW, UNVERIFIED, PRUNED, MIGRATED)
COLUMNS = ("number", "kind", "run_no", "at", "state", "link")
CREATE = """create table chain (
    number integer primary key, kind text not null, run_no integer, at text not null, state text not null, link text not null)"""
_SELECT = f"select {', '.join(COLUMNS)} from {CHAIN}"


class Link(Struct, frozen=True):
    """A row of the chain. run_no: of `run` and `delivered`. state: see `seals.to_state`. link: SHA-256, hexadecimal."""

    number: int
    kind: str
    run_no: int | None
    at: str
    state: str
    link: str

    def follows(self, before: str) -> bool:
        """Whether its hash is that of its content and of the link before."""
        return bool(self.link == _hash(before, (self.number, self.kind, self.run_no, self.at, self.state)))


def _hash(before: str, content: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps([before, *content], default=repr).encode()).hexdigest()


def read_chain(connection: Connection, *, whole: bool = False) -> list[Link]:
    """The links in order: all, or from the one before the last checkpoint on."""
    kinds = ", ".join(f"'{kind}'" for kind in CHECKPOINTS)
    start = "" if whole else f" where number >= (select coalesce(max(number), 1) - 1 from {CHAIN} where kind in ({kinds}))"
    return [Link(*row) for _, rows in fetch_rows(connection, f"{_SELECT}{start} order by number") for row in rows]


def find_break(links: Iterable[Link]) -> str:
    """Where links do not follow one another; empty: they do. The first is believed unless it is that of the whole chain."""
    before: Link | None = None
    for link in links:
        first = before is None
        if not first or link.number == 1:
            number, text = (1, "") if before is None else (before.number + 1, before.link)
            if link.number != number or not link.follows(text):
                return f"the chain is broken at link {link.number} ({link.kind}, {link.at})"
        before = link
    return "" if before else "the chain is empty"


def open_seals(connection: Connection, shown: str) -> Seals:
    """Follows the chain from the last checkpoint to its head, and takes what the tables must hold from there.

    Raises:
        LedgerError: the chain is broken.
    """
    try:
        links = read_chain(connection)
        problem = find_break(links)
        checksums = from_state(links[-1].state) if not problem else {}
    except (ValueError, TypeError) as error:
        problem, checksums = f"the chain cannot be read ({error})", {}
    if problem:
        raise LedgerError(f"{shown} is damaged: {problem}", remedy=RESTORE)
    return Seals(connection, shown, checksums)


def add_link(connection: Connection, kind: str, checksums: Mapping[str, Checksum], run_no: int | None = None) -> None:
    """Adds what was done.

    Args:
        connection: in a transaction that writes, in which the chain was followed (`open_seals`).
        kind: of what was done.
        checksums: what the tables hold now.
        run_no: of the run that did it.
    """
    query = f"{_SELECT} order by number desc limit 1"
    last = [Link(*row) for _, rows in fetch_rows(connection, query) for row in rows]
    number, before = (last[0].number + 1, last[0].link) if last else (1, "")
    content = (number, kind, run_no, datetime.now(UTC).isoformat(timespec="seconds"), to_state(checksums))
    insert_rows(connection, CHAIN, COLUMNS, [(*content, _hash(before, content))])
