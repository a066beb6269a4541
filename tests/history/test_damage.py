"""A byte of a ledger's file is another: the same result, or exit code 4 with a remedy; never a traceback, never another result.

A sample of bytes; `python -m tests.history.damage` flips every one (an hour), PRECURSOR_SCREEN_TEST_FLIPS makes the sample larger.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from precursor_screen.history import columns, verify
from precursor_screen.history.store import open_ledger
from tests.examples import SOAK
from tests.history.damage import REFUSED, SAME, flipped, make, outcome, use
from tests.history.rows import day, look, movement, record, run

FLIPS = int(os.environ.get("PRECURSOR_SCREEN_TEST_FLIPS", "200" if SOAK else "24"))


@pytest.mark.slow
def test_a_flipped_byte_is_the_same_result_or_exit_4(tmp_path):
    path = tmp_path / "ledger.sqlite"
    content = make(path)
    path.write_bytes(content)
    expected = use(path, True)
    offsets = random.Random(4).sample(range(len(content)), min(FLIPS, len(content)))
    found = {(offset, bits): outcome(tmp_path, damaged, expected) for offset, bits, damaged in flipped(content, offsets)}
    assert {place: what for place, what in found.items() if what not in (SAME, REFUSED)} == {}
    assert set(found.values()) == {SAME, REFUSED}


# What only shows in some bytes: SQLite's header, the text of the tables, texts that are no UTF-8, whole pages.
PLACES = [
    (lambda c: range(100), "header"),
    (lambda c: range(c.index(b"CREATE TABLE runs"), c.index(b"CREATE TABLE runs") + 40), "schema"),
    (lambda c: range(c.index(b"Marrow M07 Ltd"), c.index(b"Marrow M07 Ltd") + 14), "text"),
    (lambda c: range(c.index(b"12.500000"), c.index(b"12.500000") + 9), "mass"),
]


@pytest.mark.parametrize(("where", "name"), PLACES, ids=[name for _, name in PLACES])
def test_flips_where_much_depends_on_it(tmp_path, where, name):
    path = tmp_path / "ledger.sqlite"
    content = make(path)
    path.write_bytes(content)
    expected = use(path, False)
    places = list(where(content))
    step = max(1, len(places) // (15 if SOAK else 6))
    found = {o: outcome(tmp_path, damaged, expected, False) for o, _, damaged in flipped(content, places[::step])}
    assert {o: what for o, what in found.items() if what not in (SAME, REFUSED)} == {}


@pytest.mark.parametrize("end", [0, 1, 100, 4_096, 20_000, -4_096, -1])
def test_a_ledger_that_was_cut_off(tmp_path, end):
    path = tmp_path / "ledger.sqlite"
    content = make(path)
    assert outcome(tmp_path, content[:end], None) == REFUSED


def test_any_byte_of_a_copied_block_is_another(file_url, monkeypatch):
    """It is made anew from the ledger, and nobody notices."""
    monkeypatch.setattr(columns, "BLOCK", 4)
    with open_ledger(file_url) as ledger:
        record(ledger, 1, *(movement(f"M{n}", as_of_date=day(n)) for n in range(4)))
        with ledger.begin(run(2)) as transaction:
            expected = look(transaction, movement("Z")).movements
            (block,) = Path(file_url.removeprefix("sqlite:///") + ".columns").iterdir()
            sound = block.read_bytes()
            rng = random.Random(1)
            for offset in rng.sample(range(len(sound)), 60 if SOAK else 20):
                damaged = bytearray(sound)
                damaged[offset] ^= 1 << rng.randrange(8)
                block.write_bytes(damaged)
                assert look(transaction, movement("Z")).movements == expected
                assert block.read_bytes() == sound


def test_a_small_ledger_is_one_that_fits(monkeypatch, tmp_path):
    path = tmp_path / "ledger.sqlite"
    size = len(make(path))
    looked = []
    monkeypatch.setattr(verify, "check", lambda *_: looked.append(1) or [])
    for limit, times in ((size, 1), (size - 1, 0)):
        monkeypatch.setattr(verify, "SMALL", limit)
        looked.clear()
        with open_ledger(f"sqlite:///{path}") as ledger:
            ledger.verdicts()
            ledger.verdicts()
        assert len(looked) == times
