"""Verdicts as people state them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from precursor_screen.casework.export import export_tables
from precursor_screen.casework.review import Draft, add_verdicts, find_flag, read_verdicts, write_verdicts
from precursor_screen.errors import ErrorGroup, UsageError, Where
from precursor_screen.ledger.store import open_ledger
from tests.ledger.rows import cells, flag, flags, judged, movement, run, table

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    """With the flags abcdef01, abcdef02 and =sum(9)."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        fill(opened)
        yield opened


def fill(ledger):
    found = [flag("PS-CHEM-001", k, flag_id=k) for k in ("abcdef01", "abcdef02", "=sum(9)")]
    judgement = judged("abcdef01", "abcdef02", "=sum(9)")
    with ledger.begin(run(1)) as transaction:
        transaction.record_movements(table(movement("abcdef01", description="=cmd", container_numbers=["-1"])))
        transaction.record_flags(transaction.compare_flags(flags(*found), judgement), cells("abcdef01"), judgement)


def add(ledger, *drafts):
    return add_verdicts(ledger, [(Where("v.csv", n), d) for n, d in enumerate(drafts, 2)], "N. Officer", NOW)


def test_a_verdict_gets_what_it_does_not_say(ledger):
    done = add(ledger, Draft("abcdef01", "cleared", "licensed"), Draft("abcdef02", "confirmed", "other", officer="O. Other"))
    assert (done.added, done.repeated) == (2, 0)
    first, second = ledger.dispositions()
    assert (first.line_id, first.officer, first.at, first.until) == (
        "abcdef01",
        "N. Officer",
        "2026-11-25T08:30:00+00:00",
        "2027-11-25",
    )
    assert (second.officer, second.until) == ("O. Other", "")


BAD = [
    (Draft("abcdef01", "clear", "licensed"), "'clear' is no verdict"),
    (Draft("abcdef01", "cleared", "Because!"), "no reason code"),
    (Draft("abcdef01", "cleared", ""), "no reason code"),
    (Draft("abcdef01", "cleared", "other", until="tomorrow"), "no date"),
    (Draft("abcdef01", "cleared", "other", until="2026-11-24"), "would have ended on 2026-11-24"),
    (Draft("abcdef01", "confirmed", "other", until="2027-01-01"), "has no last day"),
    (Draft("abcdef01", "confirmed", "other", at="noon"), "no time"),
    (Draft("abcdef01", "confirmed", "other", at="2026-11-25T08:30:00"), "no time zone"),
    (Draft("abcdef01", "confirmed", "other", text="x" * 10_001), "10,001 characters"),
    (Draft("abcdef", "confirmed", "other"), "2 flags begin with"),
    (Draft("abc", "confirmed", "other"), "too short"),
    (Draft("nothing", "confirmed", "other"), "no flag 'nothing'"),
]


@pytest.mark.parametrize(("draft", "message"), BAD)
def test_what_is_no_verdict(ledger, draft, message):
    with pytest.raises(UsageError, match=message) as caught:
        add(ledger, Draft("abcdef01", "confirmed", "other"), draft)
    assert str(caught.value.where) == "v.csv, row 3"
    assert caught.value.remedy
    assert ledger.dispositions() == []


def test_all_errors_at_once(ledger):
    with pytest.raises(ErrorGroup) as caught:
        add(ledger, *(draft for draft, _ in BAD))
    assert len(caught.value.errors) == len(BAD)


def test_the_whole_id_wins_over_longer_ones(ledger):
    assert find_flag(ledger, "abcdef01")["flag_id"] == "abcdef01"


def test_out_and_back_is_the_same(ledger, tmp_path):
    add(
        ledger,
        Draft("=sum(9)", "cleared", "other", text='=1+1, "quoted"\nand more', officer="@x"),
        Draft("abcdef01", "confirmed", "licensed", text="'tis"),
    )
    path = tmp_path / "out.csv"
    assert write_verdicts(ledger, path) == 2
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [cell for row in rows for cell in row if cell.startswith(("=", "@"))] == []
    before = ledger.dispositions()
    assert add_verdicts(ledger, read_verdicts(path), "nobody", NOW).repeated == 2
    assert ledger.dispositions() == before
    with open_ledger(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        fill(other)
        assert add_verdicts(other, read_verdicts(path), "nobody", NOW).added == 2
        assert other.dispositions() == before


FILES = [
    (b"flag_id,verdict\nabcdef01,cleared\n", "lacks the column reason"),
    (b"", "lacks the column flag_id"),
    (b"flag_id,verdict,reason,colour\n", "has a column 'colour'"),
    (b"flag_id,verdict,reason\nabcdef01,cleared,other,more\n", "more cells than the header"),
    (b"flag_id,verdict,reason\n\xff\xfe,x,y\n", "no CSV in UTF-8"),
    (b"flag_id,verdict,reason\n" + b"x" * 200_000 + b",x,y\n", "more than 100,000 characters"),
    (None, "cannot be read"),
]


@pytest.mark.parametrize(("content", "message"), FILES)
def test_files_that_are_no_verdicts(tmp_path, content, message):
    path = tmp_path / "v.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_verdicts(path)


def test_a_short_row_and_blanks(ledger, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("reason, verdict\n")
    with pytest.raises(UsageError, match="lacks the column"):
        read_verdicts(path)
    path.write_text("flag_id,reason,verdict,text\n abcdef01 ,other,confirmed\n")
    assert add_verdicts(ledger, read_verdicts(path), "n", NOW).added == 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_as_files(ledger, tmp_path, kind):
    import pyarrow.parquet as pq

    folder = tmp_path / "out"
    counts = export_tables(ledger, folder, kind)
    assert counts == {
        "runs": 1,
        "files": 0,
        "movements": 1,
        "flags": 3,
        "cited_lines": 1,
        "dispositions": 0,
        "chain": 2,
        "counts": 0,
    }
    assert sorted(p.name for p in folder.iterdir()) == sorted(f"{name}.{kind}" for name in counts)
    if kind == "csv":
        with (folder / "movements.csv").open(encoding="utf-8-sig", newline="") as stream:
            (row,) = csv.DictReader(stream)
        assert (row["description"], row["substance_mass_kg"], row["container_numbers"]) == ("'=cmd", "12.500000", '["-1"]')
    else:
        (row,) = pq.read_table(folder / "movements.parquet").to_pylist()
        assert (row["description"], row["container_numbers"]) == ("=cmd", ["-1"])
    with pytest.raises(UsageError, match="exists"):
        export_tables(ledger, folder, kind)
    Path(tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        export_tables(ledger, tmp_path / "file" / "out", kind)
