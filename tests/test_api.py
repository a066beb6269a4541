"""The Python entry points: lazy, typed, the same flags as the command line."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

import precursor_screen
from precursor_screen.api import open_watchlists
from precursor_screen.core.errors import MappingError, UnreadableManifest, UsageError, WatchlistError
from tests.conftest import ROOT
from tests.screening import table, with_rules

SAMPLE = ROOT / "sample_data" / "manifest.csv"


@pytest.fixture(scope="module")
def reference(reference):
    """With a few rules about a line, and one about a shipment: that every format is flagged alike by all is tested with the samples."""
    return with_rules(reference, "PS-CHEM-001", "PS-CHEM-003", "PS-CHEM-025", "PS-PTY-001", "PS-QTY-001")


@pytest.fixture(scope="module")
def report(reference):
    return precursor_screen.screen(SAMPLE, reference)


def flag_ids(report) -> list[str]:
    return sorted(report.flags.column("flag_id").to_pylist())


def test_importing_the_package_loads_nothing_heavy_and_changes_nothing():
    code = (
        "import sys, os, logging, warnings\n"
        "before = (dict(os.environ), os.getcwd(), list(logging.root.handlers), list(warnings.filters))\n"
        "import precursor_screen\n"
        "assert (dict(os.environ), os.getcwd(), list(logging.root.handlers), list(warnings.filters)) == before\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('pandas', 'pyarrow', 'duckdb', 'rich', 'click', 'numpy')))\n"
        "print(sorted(m for m in sys.modules if m.startswith('precursor_screen')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["[]", "['precursor_screen', 'precursor_screen.version']"]


def test_every_name_resolves_and_no_other():
    for name in precursor_screen.__all__:
        assert getattr(precursor_screen, name)
    assert set(precursor_screen.__all__) >= {"screen", "lookup", "match", "load_reference"}
    with pytest.raises(AttributeError, match="no_such_name"):
        precursor_screen.no_such_name  # noqa: B018


def test_a_path_may_be_text(report, reference):
    assert flag_ids(precursor_screen.screen(str(SAMPLE), reference)) == flag_ids(report)
    assert len(flag_ids(report)) > 50


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".jsonl"])
def test_the_same_shipments_in_another_format_get_the_same_flags(report, reference, suffix):
    other = precursor_screen.screen(SAMPLE.with_suffix(suffix), reference)
    assert flag_ids(other) == flag_ids(report)
    bands = [{s["shipment_id"]: (s["band"], s["score"]) for s in r.shipments.to_pylist()} for r in (report, other)]
    assert bands[0] == bands[1]


def test_an_arrow_table_gets_the_same_flags_as_its_file(report, reference):
    text = pyarrow.csv.ConvertOptions(column_types={name: pa.string() for name in pyarrow.csv.read_csv(SAMPLE).column_names})
    assert flag_ids(precursor_screen.screen(pyarrow.csv.read_csv(SAMPLE, convert_options=text), reference)) == flag_ids(report)
    typed = pq.read_table(SAMPLE.with_suffix(".parquet"))
    assert flag_ids(precursor_screen.screen(typed, reference)) == flag_ids(report)


class Stream:
    """A table of another library, of which only its stream is known, with the texts as polars has them."""

    def __init__(self, cells: pa.Table) -> None:
        self.cells = cells.cast(pa.schema([pa.field(name, pa.string_view()) for name in cells.column_names]))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.cells.__arrow_c_stream__(requested_schema)


def test_whatever_hands_out_an_arrow_stream_gets_the_same_flags(report, reference):
    frame = pandas.read_csv(SAMPLE, dtype=str, keep_default_na=False)
    assert flag_ids(precursor_screen.screen(frame, reference)) == flag_ids(report)
    assert flag_ids(precursor_screen.screen(frame.astype("category").set_index(frame.index[::-1]), reference)) == flag_ids(report)
    assert flag_ids(precursor_screen.screen(Stream(pa.Table.from_pandas(frame)), reference)) == flag_ids(report)


@pytest.mark.parametrize("what", [{"description": ["ACETONE"]}, ["ACETONE"], 7, None, b"ACETONE"])
def test_what_is_neither_a_path_nor_a_table_is_refused(reference, what):
    with pytest.raises(UsageError, match="is neither a path nor a table"):
        precursor_screen.screen(what, reference)


def test_the_tables_of_a_report_go_to_pandas(report):
    assert list(report.to_pandas().flag_id) == report.worst_first.column("flag_id").to_pylist()
    assert list(report.to_pandas("shipments").shipment_id) == report.shipments.column("shipment_id").to_pylist()
    assert list(report.to_pandas("issues").columns) == report.issues.column_names
    with pytest.raises(ValueError, match="'lines' is not a table of a report"):
        report.to_pandas("lines")


def test_a_notebook_shows_the_result_and_the_first_ten_shipments(report, reference):
    shown = report._repr_html_()
    assert shown.startswith("<p><strong>200 lines, 172 shipments: ")
    assert shown.count("<tr>") == 11
    assert f"<p>{report.opened.num_rows - 10} more flagged shipments: report.shipments</p>" in shown
    hostile = [
        {"description of goods": "ACETIC ANHYDRIDE <script>alert(1)</script>", "bill of lading": "<b>&", "consignee": "'\"><img>"}
    ]
    page = precursor_screen.screen(pa.Table.from_pylist(hostile), reference)._repr_html_()
    assert "<script" not in page
    assert "&lt;b&gt;&amp;" in page
    assert "<img" not in page
    dull = precursor_screen.screen(
        pa.Table.from_pylist([{"description of goods": "COTTON YARN", "hs code": "520512"}]), reference
    )
    assert "<table>" not in dull._repr_html_()


def test_tables_go_to_pandas_in_one_call(report):
    frame = report.flags.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert sorted(frame["flag_id"]) == flag_ids(report)
    assert len(report.shipments.to_pandas()) == report.shipments.num_rows


def test_options_of_the_reference_can_be_given_directly(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes(table([{"description of goods": "ACETONE", "hs code": "291411"}]))
    report = precursor_screen.screen(path, watchlists=None, jurisdiction="US", fail_on="low")
    assert report.provenance["jurisdiction"] == "US"
    assert report.exit_code == 1
    with pytest.raises(UsageError, match="jurisdiction cannot be combined with reference="):
        precursor_screen.screen(path, precursor_screen.load_reference(watchlists=None), jurisdiction="US")


@pytest.mark.parametrize(
    ("what", "options", "error"),
    [
        ("missing.csv", {}, UsageError),
        ("", {}, UsageError),
        ("empty.csv", {}, UnreadableManifest),
        ("columns.csv", {}, UnreadableManifest),
        ("good.csv", {"encoding": "klingon"}, UsageError),
        ("good.csv", {"mapping": Path("missing.yml")}, MappingError),
        (pa.table({"description": pa.array([], pa.string())}), {}, UnreadableManifest),
        (pa.table({}), {}, UnreadableManifest),
    ],
)
def test_errors_are_those_of_the_command_line(reference, tmp_path, monkeypatch, what, options, error):
    monkeypatch.chdir(tmp_path)
    Path("empty.csv").touch()
    Path("columns.csv").write_text("colour\nred\n")
    Path("good.csv").write_bytes(table([{}]))
    with pytest.raises(error) as caught:
        precursor_screen.screen(what, reference, **options)
    assert caught.value.message


def test_rule_folders_are_checked(tmp_path):
    with pytest.raises(UsageError, match="is not a folder"):
        precursor_screen.load_reference(watchlists=None, rule_dirs=[tmp_path / "missing"])
    with pytest.raises(UsageError, match="leaves out the rules that ship, and no rules of your own are given"):
        precursor_screen.load_reference(watchlists=None, only_rules=True)


def test_lookup_takes_any_text(reference):
    found = precursor_screen.lookup("20 drums acetone, \ud800\x00", reference)
    assert [m["substance_id"] for m in found["matches"]] == ["acetone"]
    assert found["text"][found["matches"][0]["start"] : found["matches"][0]["end"]] == "acetone"
    assert (
        precursor_screen.lookup("acetone")["matches"]
        == precursor_screen.lookup("acetone", replace(reference, as_of=date.today()))["matches"]
    )


def test_match_takes_any_text(reference):
    found = precursor_screen.match("Quimeralda Reactivos \ud800", reference.watchlists)
    assert found["name"] == "Quimeralda Reactivos \ud800"
    assert found["matches"][0]["entry_id"] == "S001"
    assert precursor_screen.match("\ud800", reference.watchlists) == {
        "name": "\ud800",
        "matches": [],
        "suppressed": [],
        "screenable": False,
    }


def test_watchlists_are_opened_by_name_path_or_all(home, tmp_path):
    assert open_watchlists((), home) == ()
    (sample,) = open_watchlists(["sample"], home)
    assert sample.list_id == "sample"
    path = tmp_path / "Mine.csv"
    path.write_text("entry_id,kind,name\nX1,organisation,Quimeralda\n")
    assert [w.list_id for w in open_watchlists([str(path), "sample"], home)] == ["mine", "sample"]
    with pytest.raises(WatchlistError, match="never imported"):
        open_watchlists(["no-such-list"], home)


def test_without_a_reference_the_settings_of_the_site_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("precursor-screen.toml").write_text('jurisdiction = "US"\nwatchlists = ["none"]\nfail_on = "low"\n')
    Path("m.csv").write_bytes(table([{"description of goods": "ACETONE", "hs code": "291411"}]))
    report = precursor_screen.screen("m.csv", home=tmp_path)
    assert (report.provenance["jurisdiction"], report.exit_code) == ("US", 1)
    assert precursor_screen.screen("m.csv", home=tmp_path, jurisdiction="EU", fail_on="none").exit_code == 0
    with pytest.raises(UsageError, match="tier is not an option"):
        precursor_screen.screen("m.csv", home=tmp_path, tier=["national"])
