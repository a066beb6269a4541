"""Links of the chain: which follow one another, which are believed, and what a state says."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import LedgerError
from precursor_screen.history import chain
from precursor_screen.history.chain import (
    TABLES,
    Checksum,
    Link,
    add_link,
    find_break,
    from_state,
    open_checksums,
    read_chain,
    to_state,
)
from precursor_screen.history.database import connected
from tests.history.rows import movement, record


def links(ledger, *kinds: str) -> list[Link]:
    """Those of a new ledger with some more."""
    with connected(ledger.engine, writes=True) as connection:
        for kind in kinds:
            add_link(connection, kind, {name: Checksum() for name in TABLES}, 7)
        return read_chain(connection, whole=True)


def test_each_link_follows_the_one_before(ledger):
    found = links(ledger, "run", "delivered", "run")
    assert [(k.number, k.kind, k.run_no) for k in found] == [(1, "new", None), (2, "run", 7), (3, "delivered", 7), (4, "run", 7)]
    assert find_break(found) == ""
    assert len({k.link for k in found}) == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda k: k[:0], "the chain is empty"),
        (lambda k: k[1:], ""),  # the first is believed where it is not that of the whole chain
        (lambda k: [k[0], k[2]], "the chain is broken at link 3 (run,"),
        (lambda k: [k[1], k[0]], "the chain is broken at link 1 (new,"),
        (lambda k: [k[0], k[0]], "the chain is broken at link 1 (new,"),
        (lambda k: [replace(k[0], kind="run"), *k[1:]], "the chain is broken at link 1 (run,"),
        (lambda k: [k[0], replace(k[1], run_no=8), k[2]], "the chain is broken at link 2 (run,"),
        (lambda k: [k[0], replace(k[1], at="then"), k[2]], "the chain is broken at link 2 (run, then)"),
        (lambda k: [k[0], replace(k[1], state="{}"), k[2]], "the chain is broken at link 2 (run,"),
        (lambda k: [k[0], replace(k[1], number=5), k[2]], "the chain is broken at link 5 (run,"),
        (lambda k: [k[0], k[1], replace(k[2], link="0" * 64)], "the chain is broken at link 3 (run,"),
    ],
)  # fmt: skip
def test_a_break_is_told_with_its_place(ledger, change, says):
    found = find_break(change(links(ledger, "run", "run")))
    assert found.startswith(says)
    assert bool(found) is bool(says)


@pytest.mark.parametrize(
    ("kinds", "read"),
    [
        ([], [1]),
        (["run", "run"], [1, 2, 3]),
        (["run", "pruned"], [2, 3]),
        (["run", "pruned", "run"], [2, 3, 4]),
        (["migrated", "verdicts", "unverified"], [3, 4]),
        (["pruned", "pruned", "delivered"], [2, 3, 4]),
    ],
)
def test_a_run_follows_the_chain_from_the_link_before_the_last_checkpoint(ledger, kinds, read):
    links(ledger, *kinds)
    with connected(ledger.engine) as connection:
        assert [k.number for k in read_chain(connection)] == read
        assert [k.number for k in read_chain(connection, whole=True)] == list(range(1, len(kinds) + 2))


def test_what_the_tables_must_hold_is_that_of_the_last_link(ledger):
    record(ledger, 1, movement("A"), movement("B"))
    with connected(ledger.engine) as connection:
        checksums = open_checksums(connection, "x")
    assert (checksums.tables["movements"].rows, checksums.tables["runs"].rows, checksums.tables["flags"]) == (
        2,
        1,
        Checksum(),
    )


@pytest.mark.parametrize("state", ["{}", "[]", "no", '{"runs": [1]}', "null"])
def test_a_state_that_is_none_is_damage(ledger, sql, state):
    sql(f"update chain set state = '{state}'")
    with connected(ledger.engine) as connection, pytest.raises(LedgerError, match="x is damaged: the chain"):
        open_checksums(connection, "x")
    with pytest.raises(ValueError, match=r"no state|Expecting"):
        from_state(state)


def test_a_state_comes_back():
    tallies = {name: Checksum(n, n << 100) for n, name in enumerate(TABLES)}
    assert from_state(to_state(tallies)) == tallies
    one = Checksum(5, 3)
    one.add(b"\x00" * 15 + b"\x04", -1)
    assert (one.rows, one.total) == (4, (1 << 128) - 1)
    one.add(b"\x00" * 15 + b"\x01")
    assert (one.rows, one.total) == (5, 0)
    assert chain.NEW in chain.CHECKPOINTS
