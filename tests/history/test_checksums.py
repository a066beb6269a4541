"""What somebody changes past the program is found: by `verify` always, by a run where it reads it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from precursor_screen.core.errors import LedgerError
from precursor_screen.history import chain, migrations, verify
from precursor_screen.history.database import connected, create_database, parse_url
from precursor_screen.history.migrations import MIGRATIONS
from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import Verdict
from tests.history.rows import DAY, cells, day, flag, flags, judged, look, movement, record, run, table

A = "PS-CHEM-001/A"


@pytest.fixture
def large(monkeypatch):
    """As if the file were too large to be checked in full by every run."""
    monkeypatch.setattr(verify, "SMALL", -1)


@pytest.fixture
def filled(ledger):
    with ledger.begin(run(1)) as transaction:
        compared = transaction.compare_flags(flags(flag("PS-CHEM-001", "A", score=97.25)), judged("A", "B"))
        transaction.record_movements(
            table(movement("A"), movement("B", consignee_key="other"), movement("C", as_of_date=day(-99)))
        )
        transaction.record_flags(compared, cells("A"), judged("A", "B"))
    ledger.add_verdicts([Verdict(A, "A", "confirmed", "other", "x", "N", "2026-03-02T08:00:00+00:00")])
    return ledger


def test_the_digest_of_a_row_is_what_it_was():
    """Pinned: it is in every ledger there is."""
    assert chain.digest_of((1, "a\u00e9", None, 97.25)).hex() == "0f3946888be7da00fc9e701f8e479892"
    assert chain.digest_of((1, "a", None)) == chain.digest_of((1, "a")) != chain.digest_of((1, None, "a"))
    assert chain.digest_of((1,)) != chain.digest_of(("1",))


EDITS = [
    ("update movements set substance_mass_kg = '99.000000' where movement_key = 'A'", "rows of movements .* movements 1 (run 1)"),
    ("update movements set consignee_key = 'x' where movement_key = 'B'", "movements 2 (run 1)"),
    ("update flags set state = 'resolved'", f"flags {A} (run 1)"),
    ("update flags set evidence = '[]'", f"flags {A} (run 1)"),
    ("update cited_lines set cells = '{}'", "cited_lines A (run 1)"),
    ("update runs set rules_sha256 = 'x'", "runs 1"),
    ("delete from movements where movement_key = 'B'", "movements has 2 rows, not the 3"),
    ("update runs set delivered = null", "runs 1"),
    ("update chain set state = replace(state, '1', '2') where number = 2", "the chain is broken at link 2 (run,"),
    ("delete from chain where number = 2", "the chain is broken at link 3 (verdicts,"),
]


@pytest.mark.parametrize(("edit", "says"), EDITS)
def test_verify_names_what_was_changed(filled, sql, edit, says):
    assert filled.verify() == []
    sql(edit)
    assert any(all(part in p for part in says.split(" .* ")) for p in filled.verify()), filled.verify()


def test_a_run_that_was_changed_is_named_once(filled, sql):
    sql("update runs set rules_sha256 = 'x'")
    (problem,) = [p for p in filled.verify() if "runs 1" in p]
    assert "(run 1)" not in problem


@pytest.mark.parametrize("edit", ["verdict = 'cleared'", "second = 'N. Other'", "officer = 'N. Other'", "until = '2099-01-01'"])
def test_verdicts_are_covered(filled, sql, edit):
    name = "dispositions_no_change on dispositions" if filled.path is None else "dispositions_no_update"
    sql(f"drop trigger {name}")
    sql(f"update dispositions set {edit}")
    problems = filled.verify()
    assert any("rows of dispositions that are not what was recorded: dispositions 1" in p for p in problems)
    assert any("as they were made: dispositions_no_update" in p for p in problems) == (filled.path is not None)


def test_a_row_that_bears_a_right_digest_and_was_never_recorded(filled, sql):
    sql("update movements set id = 9 where movement_key = 'B'")
    with connected(filled.engine, writes=True) as connection:
        for row in list(chain.read_rows(connection, "movements t where t.id = 9")):
            connection.execute(text("update movements set digest = :d where id = 9"), {"d": row.now})
    assert "movements holds rows that were never recorded" in filled.verify()


READS = [
    ("update movements set substance_mass_kg = '99.000000' where movement_key = 'A'", "look"),
    ("update movements set shipment_id = 'x' where movement_key = 'A'", "look"),
    ("update flags set state = 'suppressed'", "compare"),
    ("update runs set movements_added = 9", "begin"),
    ("delete from chain where number = 3", "begin"),
    ("update chain set at = 'x' where number = 3", "begin"),
    ("update cited_lines set cells = '{}'", "lines"),
    ("update flags set because = 'x'", "flags"),
]


@pytest.mark.parametrize(("edit", "where"), READS)
def test_a_run_refuses_what_it_reads(filled, sql, large, edit, where):
    sql(edit)

    def use() -> None:
        if where == "flags":
            filled.flags()
        if where == "lines":
            filled.cited_lines(["A"])
        with filled.begin(run(2)) as transaction:
            look(transaction, movement("Z"))
            transaction.compare_flags(flags(flag("PS-CHEM-001", "A")), judged("A"))

    with pytest.raises(LedgerError, match="is damaged: ") as caught:
        use()
    assert (caught.value.exit_code, "Restore the last backup" in caught.value.remedy) == (4, True)
    assert filled.info().runs == 1


def test_a_large_ledger_is_not_read_in_full(filled, sql, large):
    """What a run does not need it does not read; `verify` does."""
    sql("update cited_lines set cells = '{}'")
    with filled.begin(run(2)) as transaction:
        look(transaction, movement("Z"))
    assert filled.verify()


def test_a_small_file_is_read_in_full_by_every_run(filled, sql):
    sql("update cited_lines set cells = '{}'")
    if filled.path is None:
        pytest.skip("a server has no file")
    with pytest.raises(LedgerError, match=r"1 rows of cited_lines that are not what was recorded: cited_lines A"):
        filled.begin(run(2))


def test_a_change_is_not_made_good_by_what_is_recorded_over_it(filled, sql, large):
    sql("update movements set substance_mass_kg = '99.000000' where movement_key = 'A'")
    with pytest.raises(LedgerError, match=r"movements 1 \(run 1\) is not what was recorded"):
        record(filled, 2, movement("A", message_function="cancellation"))
    sql("update flags set because = 'x'")
    with pytest.raises(LedgerError, match=f"flags {A} "):
        filled.add_verdicts([Verdict(A, "A", "cleared", "other", "x", "N", "2026-03-03T08:00:00+00:00")])


def test_prune_starts_the_chain_anew_and_refuses_damage(filled, sql):
    filled.prune(400, DAY)
    assert filled.prune(50, DAY).movements == 1
    assert filled.verify() == []
    kinds = [kind for (kind,) in sql("select kind from chain order by number")]
    assert kinds == ["new", "run", "verdicts", "pruned", "pruned"]
    with connected(filled.engine) as connection:
        assert [link.number for link in chain.read_chain(connection)] == [4, 5]
    sql("update movements set hs6 = '1' where movement_key = 'A'")
    with pytest.raises(LedgerError, match="movements 1"):
        filled.prune(1, day(400))
    assert sql("select count(*) from movements") == [(2,)]


def test_who_reckons_everything_anew_is_not_found(filled, sql):
    """It is no signature, and the documentation says so."""
    sql("update flags set state = 'resolved'")
    with connected(filled.engine, writes=True) as connection:
        opened = chain.open_checksums(connection, "")
        opened.rehash("flags", "flags t")
        chain.add_link(connection, chain.RUN, opened.tables, 1)
    assert filled.verify() == []


@pytest.mark.parametrize("step", [1, 2, 3, 20_000])
def test_a_ledger_of_version_1(url, sql, monkeypatch, step):
    """Its rows get digests, however many are read at once, and what was before is marked unverified; nothing else changes."""
    engine = create_database(parse_url(url), 1)
    with connected(engine, writes=True) as connection:
        monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:1])
        migrations.migrate(connection, 0, "")
        monkeypatch.undo()
        monkeypatch.setattr(migrations, "STEP", step)
        row = {**run(1).columns(1), "finished": "2026-03-02T07:00:00+00:00", "movements_added": 2, "flags_added": 1}
        marks = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"insert into runs ({', '.join(row)}) values ({marks})"), row)
        for number, key in ((1, "A"), (2, "B")):
            connection.exec_driver_sql(
                "insert into movements (id, added_run, movement_key, line_id, as_of_date, consignee_key, substance_id)"
                f" values ({number}, 1, '{key}', '{key}', '2026-03-01', 'marrow ltd', 'ephedrine')"
            )
        connection.exec_driver_sql(
            "insert into flags (flag_id, first_run, last_run, state, movement_key, movement_keys, rule_id, line_id)"
            f" values ('{A}', 1, 1, 'new', 'A', '[\"A\"]', 'PS-CHEM-001', 'A')"
        )
        connection.exec_driver_sql(f"insert into dispositions values (1, '{A}', 'A', 'confirmed', 'other', '', 'N', '2026', '')")
    engine.dispose()
    with open_ledger(url) as ledger:
        info = ledger.info()
        assert (info.version, info.unverified_runs, info.undelivered, info.links) == (MIGRATIONS[-1].number, 1, 0, 2)
        assert (ledger.verify(), sql("select kind from chain")) == ([], [("unverified",), ("migrated",)])
        with ledger.begin(run(2)) as transaction:
            assert sorted(look(transaction, movement("Z")).movements.column("line_id").to_pylist()) == ["A", "B"]
            (found,) = transaction.compare_flags(flags(flag("PS-CHEM-001", "A")), judged("A")).flags.to_pylist()
            assert found["state"] == "existing"  # version 1 recorded last of all
        with pytest.raises(LedgerError, match="only ever added"), connected(ledger.engine, writes=True) as connection:
            connection.exec_driver_sql("delete from dispositions")
        assert (ledger.info().unverified_runs, ledger.verify()) == (1, [])
        sql("update movements set hs6 = '1' where id = 2")
        assert "1 rows of movements that are not what was recorded: movements 2 (run 1)" in ledger.verify()


def test_rows_are_checked_each_time_and_new_ones_get_their_digest(filled):
    source = "movements t where t.id = ?"
    with connected(filled.engine, writes=True) as connection:
        opened = chain.open_checksums(connection, "shown")
        opened.check("movements", source, (1,))
        connection.execute(text("update movements set hs6 = '9' where id in (1, 2)"))
        for number in (1, 2):
            with pytest.raises(LedgerError, match=rf"shown is damaged: movements {number} \(run 1\) is not what was recorded"):
                opened.check("movements", source, (number,))
        assert opened.rehash("movements", "movements t") == 0
        opened.check("movements", source, (1,))
        connection.execute(text("update movements set digest = null where id = 1"))
        rows = opened.tables["movements"].rows
        assert opened.rehash("movements", "movements t cross join (select 1 union all select 2) twice") == 1
        assert opened.tables["movements"].rows == rows + 1
        connection.rollback()


def test_a_table_with_a_row_too_few_is_named_with_both_numbers(filled):
    with connected(filled.engine) as connection:
        opened = chain.open_checksums(connection, "shown")
        opened.check_all("movements")
        opened.tables["movements"].add(bytes(16))
        with pytest.raises(LedgerError, match="movements has 3 rows, not the 4 that were recorded"):
            opened.check_all("movements")
