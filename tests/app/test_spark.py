"""On a cluster the report is the same to the byte, however many tasks there are, and whichever of them die."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.app import spark as run
from precursor_screen.app import spark_tasks as tasks
from precursor_screen.app.inputs import Source
from precursor_screen.app.spark_tasks import KnownLists, Plan, Row, Unforeseen, digests_of
from precursor_screen.cli.main import cli
from precursor_screen.core.arrow import pack_table, unpack_table
from precursor_screen.core.errors import ChangedWhileRead, MissingExtra, UsageError, WatchlistError, WorkerDied
from precursor_screen.kernel.match import match, merge_matches
from precursor_screen.kernel.resolve.distinct import LINE_NO
from tests.app.test_parts import FILES, ROWS, written
from tests.conftest import ROOT
from tests.screening import table

NOTES = b"# Of last week\n\nForty drums of PHENYL-2-PROPANONE go to Orveto.\n"
BESIDE = b"Consignment of EPHEDRINE HYDROCHLORIDE for Quimeralda Reactivos\n\n" + table([*ROWS[:2], {"marks": "X"}])
SOURCES = (
    *FILES,
    Source("notes.md", content=NOTES),
    Source("page.html", content=b"<html></html>"),
    Source("beside.csv", content=BESIDE),
    Source("manifest.csv", ROOT / "sample_data" / "manifest.csv"),
)

leaves_sockets = pytest.mark.filterwarnings("default")  # as PySpark does, until they are collected


@pytest.fixture(scope="module")
def context():
    """A cluster of two cores here, where each task is tried four times."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    cloudpickle = pytest.importorskip("pyspark.cloudpickle")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # tasks cannot import tests
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    try:
        with run.open_cluster("local[2,4]") as opened:
            yield opened
        gc.collect()
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def here(reference, tmp_path_factory):
    return written(tmp_path_factory.mktemp("here"), "here", SOURCES, reference)


def on_cluster(context, folder, reference, tasks_wanted, lines):
    engine = partial(run.judge_on_spark, context, lines_a_task=-(-lines // tasks_wanted))
    return written(folder, "cluster", SOURCES, reference, engine=engine)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 5, 16])
@leaves_sockets
def test_on_a_cluster_the_report_is_the_same(context, here, reference, tmp_path, count):
    whole, made = here
    codes = {issue["code"] for issue in made.report.issues.to_pylist()}
    assert {"cut-text", "repeated-line", "set-aside-text-names", "unknown-format"} <= codes
    assert any(row["message_type"] for row in made.screened.resolved.lines.select(["message_type"]).to_pylist())
    report, there = on_cluster(context, tmp_path, reference, count, made.screened.resolved.lines.num_rows)
    assert report == whole
    assert there.report.particulars.equals(made.report.particulars)
    assert there.report.goods.equals(made.report.goods)


def die_once(work, *given):
    """The process of a task is killed at its first attempt, when it is half done."""
    from pyspark import TaskContext

    for number, row in enumerate(work(*given)):
        if number == 1 and not TaskContext.get().attemptNumber():
            os.kill(os.getpid(), signal.SIGKILL)
        yield row


@pytest.mark.slow
@leaves_sockets
def test_a_task_that_dies_and_is_tried_again_changes_nothing(context, here, reference, tmp_path, monkeypatch):
    for name in ("read_files", "cut_texts", "cut_lines"):
        monkeypatch.setattr(tasks, name, partial(die_once, getattr(tasks, name)))
    assert on_cluster(context, tmp_path, reference, 5, here[1].screened.resolved.lines.num_rows)[0] == here[0]


def fail(rows):
    for _ in rows:
        raise ValueError("no such thing")
    yield from ()


def stumble(read, options, keep_fault, rows):
    for row in rows:
        if row.key and keep_fault is tasks.leave_to_driver:
            yield row._replace(kind="error", content=tasks.pack(Unforeseen("a fault")))
        else:
            yield from read(options, keep_fault, [row])


@pytest.mark.slow
@leaves_sockets
def test_a_file_that_a_task_stumbles_over_is_read_here(context, here, reference, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "read_files", partial(stumble, tasks.read_files))
    assert on_cluster(context, tmp_path, reference, 1, 500)[0] == here[0]


@pytest.mark.slow
@leaves_sockets
def test_a_task_that_fails_each_time_ends_the_run_with_its_own_words(context):
    with pytest.raises(WorkerDied, match="ValueError: no such thing"):
        run.bring(run.each(run.make_rows(context, [Row("", 0, 0, b"")]), fail))


def tell_what_is_frozen(rows):
    yield from (row._replace(first=gc.get_freeze_count()) for row in rows)


@pytest.mark.slow
@leaves_sockets
def test_a_task_does_not_look_for_garbage_among_what_was_loaded(context):
    (row,) = run.bring(run.each(run.make_rows(context, [Row("", 0, 0, b"")]), tell_what_is_frozen))
    assert row.first > 10_000


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 6), st.sets(st.integers(0, 5))), min_size=1, max_size=4))
def test_line_numbers_lead_back_to_the_rows_that_are_kept(tables):
    schema = pa.schema([("input_id", pa.string()), ("row", pa.int64())])
    lengths = {key: length for key, (length, _) in enumerate(tables)}
    dropped = {
        key: np.array(sorted(rows)) for key, (length, all_) in enumerate(tables) if (rows := {r for r in all_ if r < length})
    }
    plan = Plan(schema, lengths, {}, dropped)
    kept = [(key, row) for key in lengths for row in range(lengths[key]) if row not in dropped.get(key, ())]
    assert plan.total == len(kept)
    found = [(key, row) for key in lengths for row in plan.rows_of(key, np.arange(-1, plan.total + 1)).tolist()]
    assert found == kept
    for key, length in lengths.items():
        for first in range(0, length, 2):
            rows = range(first, min(first + 2, length))
            piece = pa.table([pa.array(["" for _ in rows]), pa.array(rows, pa.int64())], schema=schema)
            numbered = tasks.number_lines(_Given(plan), Row("lines", key, first, pack_table(piece)))
            for row, number in zip(numbered.column("row").to_pylist(), numbered.column(LINE_NO).to_pylist(), strict=True):
                assert kept[number] == (key, row)


@settings(max_examples=50)
@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)), st.sets(st.integers(0, 19)), st.integers(1, 4))
def test_lines_and_cells_of_some_numbers_are_found_in_whichever_piece(dropped, dropped_too, wanted, size):
    schema = pa.schema([("input_id", pa.string()), ("cell", pa.int64())])
    plan = Plan(schema, {7: 10, 9: 10}, {}, {7: np.array(sorted(dropped), int), 9: np.array(sorted(dropped_too), int)})
    cells = {7: pa.array(range(10)), 9: pa.array(range(10, 20))}
    tables = [(key, pa.table([pa.array([""] * 10), some], schema=schema)) for key, some in cells.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "_CHUNK", size)
        pieces = [row for key, one in tables for row in tasks.chunks_of("lines", key, one)]
        kept = [n for n in range(20) if n not in dropped | {n + 10 for n in dropped_too}]
        numbers = np.array(sorted(n for n in wanted if n < len(kept)), int)
        taken = [unpack_table(row.content) for row in tasks.take_lines(_Given(plan), numbers, iter(pieces))]
        places = {key: plan.rows_of(key, numbers) for key in (7, 9)}
        shown = [tasks.unpack(row) for row in tasks.show_rows({k: v for k, v in places.items() if len(v)}, iter(pieces))]
    expected = [kept[n] for n in numbers]
    assert [cell for one in taken for cell in one.column("cell").to_pylist()] == expected
    assert [n for one in taken for n in one.column(LINE_NO).to_pylist()] == numbers.tolist()
    assert [json.loads(text)["cell"] for one in shown for text in one.values()] == expected


def test_matching_has_fewer_tasks_than_judging_but_leaves_no_core_idle():
    cluster_lines = run.ClusterLines(SimpleNamespace(context=SimpleNamespace(defaultParallelism=6)), None, 40)
    assert cluster_lines.few == 10
    assert replace(cluster_lines, task_count=8).few == 6
    assert replace(cluster_lines, task_count=3).few == 3


class _Given:
    def __init__(self, value):
        self.value = value


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1), min_size=1, max_size=3), st.integers(1, 4))
def test_lines_met_again_are_those_whose_ids_occur_twice_in_whichever_files(files, count):
    schema = pa.schema([(name, pa.string()) for name in ("line_id", "input_id", "source_file")])
    plan = _Given(Plan(schema, {n: len(ids) for n, ids in enumerate(files)}, {}))
    pieces = [Row("lines", n, 0, pack_table(pa.table([ids, ids, ids], schema=schema))) for n, ids in enumerate(files)]
    sent = list(tasks.cut_ids(plan, count, iter(pieces)))
    found = [tasks.unpack(row) for n in range(count) for row in tasks.find_repeated_ids(iter([r for r in sent if r.key == n]))]
    every = [one for ids in files for one in ids]
    assert sorted(np.concatenate(found).tolist()) == [n for n, one in enumerate(every) if every.count(one) > 1]


def test_a_file_that_is_another_one_when_it_is_read_again_is_refused():
    schema = pa.schema([("input_id", pa.string()), ("source_file", pa.string())])
    piece = Row("lines", 0, 0, pack_table(pa.table([["second"], ["a.csv"]], schema=schema)))
    with pytest.raises(ChangedWhileRead, match=r"a\.csv"):
        tasks.number_lines(_Given(Plan(schema, {0: 1}, {0: "first"})), piece)


def test_another_version_of_the_program_is_refused():
    with pytest.raises(UsageError, match="another version of the program"):
        list(tasks.on_rows(lambda rows: rows, "another", iter([Row("", 0, 0, b"")])))


def test_other_watchlists_than_the_drivers_are_refused(reference):
    assert KnownLists(reference, digests_of(reference)).opened() is reference
    with pytest.raises(WatchlistError, match="differ from those of the driver"):
        KnownLists(reference, ("another",)).opened()


def test_texts_that_are_matched_apart_give_the_matches_of_all(reference):
    texts = [
        "ACETONE",
        "drums for Quimeralda Reactivos",
        "",
        "...",
        "EPHEDRINE",
        "Quimeralda Reactivos SA de CV",
        "Forwarding Bank",
    ]
    columns = {
        "description": texts,
        "consignee_name": texts[::-1],
        "other_parties": [[t] for t in texts],
        "hs_code": ["291411"] * 7,
    }
    lines = pa.table({"source_file": ["a"] * 7, **columns})
    whole = match(lines, reference)
    rows = [row for key in (0, 1) for row in tasks.cut_texts(_Given(_plan(lines)), 4, iter([_piece(lines, key)])) if not row.kind]
    parts = [
        tasks.unpack(row)
        for key in range(4)
        for row in tasks.match_values(
            _Given(KnownLists(reference, digests_of(reference))), iter([row for row in rows if row.key == key])
        )
    ]
    joined = merge_matches(parts, {})
    for name in ("substances", "parties", "mentions"):
        assert _rows(getattr(joined, name)) == _rows(getattr(whole, name)), name
        assert getattr(whole, name).num_rows
    assert set(joined.unscreenable) == set(whole.unscreenable)
    assert joined.keepers == whole.keepers != frozenset()
    assert match(lines.drop_columns(["source_file"]), reference).cut_at == {}


def _plan(lines):
    return Plan(lines.append_column("input_id", pc.cast(pa.nulls(7), pa.string())).schema, {0: 7, 1: 7}, {})


def _piece(lines, key):
    return Row("lines", key, 0, pack_table(lines.append_column("input_id", pa.array([""] * 7))))


def _rows(matches):
    return sorted(map(repr, matches.to_pylist()))


def test_lines_are_judged_in_the_order_of_the_run_in_whichever_order_they_come(monkeypatch):
    monkeypatch.setattr(tasks, "judge_part", lambda lines, **_: lines)
    schema = pa.schema([(name, pa.string()) for name in ("input_id", "shipment_id")])
    plan = _Given(Plan(schema, {0: 3, 1: 4}, {}))
    pieces = [
        row for n in (1, 0) for row in tasks.chunks_of("lines", n, pa.table([["i"] * (3 + n), ["s"] * (3 + n)], schema=schema))
    ]
    cut = tasks.cut_lines(plan, 2, iter(pieces))
    (judged,) = tasks.judge_lines(_Given({}), _Given(KnownLists(SimpleNamespace(watchlists=()), ())), False, cut)
    assert tasks.unpack(judged)[0].column(LINE_NO).to_pylist() == [0, 1, 2, 3, 4, 5, 6]


def test_a_slice_travels_without_its_table_and_compressed():
    table_ = pa.table({"a": list(range(100_000))})
    assert len(tasks.pack({"part": table_.slice(7, 2)})) < 2_000
    (piece,) = tasks.chunks_of("lines", 0, table_.slice(0, 10_000))
    assert len(piece.content) < table_.slice(0, 10_000).nbytes / 2
    assert tasks.unpack(Row("", 0, 0, tasks.pack(table_.slice(7, 2)))) == table_.slice(7, 2)


def test_a_pipe_is_refused_with_a_remedy(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=r"the cluster cannot read\. Save the data in a file"):
        run._as_seen_everywhere(0, Source("pipe", tmp_path / "pipe"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "spark"], "--engine spark and --master belong together"),
        (["--master", "local[2]"], "--engine spark and --master belong together"),
        (["--engine", "spark", "--master", "local[2]", "--jobs", "2"], "--jobs has no effect on a cluster"),
    ],
)
def test_options_that_do_not_go_together_are_refused(home, options, said):
    result = CliRunner().invoke(cli, ["screen", str(ROOT / "sample_data" / "manifest.csv"), *options])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


def test_an_address_of_no_cluster_is_refused():
    with pytest.raises(UsageError, match="is not an address of a cluster"), run.open_cluster("nonsense://x"):
        pass


def test_without_java_or_the_extra_the_remedy_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MissingExtra, match="needs Java, which is not installed"), run.open_cluster("local[2]"):
        pass
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch(0o755)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtra, match=r"precursor-screen\[spark\]"), run.open_cluster("local[2]"):
        pass
