"""`screen`: exit codes and their order, watchlists, options, outputs, inputs."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import ACETONE, LISTED, VAGUE
from tests.conftest import ROOT
from tests.reference.watchlists.watchlist_files import UN

pytestmark = pytest.mark.usefixtures("few_rules")

SAMPLED = ("--watchlist", "sample", "--jurisdiction", "US", "--as-of", "2026-11-25")


# Exit codes


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ([{}], ["sample"], 0),
        ([ACETONE], ["sample"], 0),
        ([ACETONE], ["sample", "--fail-on", "low"], 1),
        ([ACETONE], ["sample", "--fail-on", "medium"], 0),
        ([LISTED], ["sample", "--fail-on", "critical"], 1),
        ([{}, VAGUE], ["sample"], 3),
        ([LISTED, VAGUE], ["sample", "--fail-on", "high"], 1),  # 1 before 3
        ([VAGUE], ["sample"], 4),  # no usable description and no HS code in any input
        ([{}], [], 4),  # no watchlist is imported
        ([ACETONE, VAGUE], [None, "--fail-on", "low"], 4),  # 4 before 1 and 3
        ([{}], ["none"], 0),
        ([ACETONE, VAGUE], ["none", "--fail-on", "low"], 1),
        ([{}], ["no-such-list"], 4),
        ([{}], ["sample", "--as-of", "yesterday"], 2),
        ([{}], ["no-such-list", "--as-of", "yesterday"], 2),  # 2 before 4
        ([ACETONE], ["sample", "--rules", "no-such-folder", "--fail-on", "low"], 2),  # 2 before 1
    ],
)
def test_exit_codes(ps, manifest, rows, options, code):
    options = [*(["--watchlist", options[0]] if options[:1] not in ([], [None]) else []), *options[1:]]
    assert ps("screen", manifest(*rows), *options).code == code


def test_the_exit_code_is_the_same_for_every_format(ps, manifest):
    names = [f"r.{suffix}" for suffix in ("html", "xlsx", "csv", "json", "jsonl", "parquet", "txt")]
    outputs = [part for name in names for part in ("-o", name)]
    answer = ps("screen", manifest(LISTED), "--watchlist", "sample", "--fail-on", "high", *outputs)
    assert answer.code == 1
    assert all(Path(name).stat().st_size > 0 for name in names)
    assert answer.out == ""
    assert sorted(os.listdir()) == sorted([*names, "manifest.csv"])


# Watchlists


def test_without_a_watchlist_the_first_line_says_so_and_the_full_report_is_written(ps, manifest):
    path = manifest(ACETONE)
    answer = ps("screen", "-v", path)
    assert answer.code == 4
    assert answer.out.startswith("! parties NOT screened: no watchlist imported")
    assert "PS-CHEM-001" in answer.out
    assert ps("screen", "-v", path, "-o", "r.json").code == 4
    report = json.loads(Path("r.json").read_text())
    assert report["notices"][0].startswith("parties NOT screened: no watchlist imported")
    assert [u["code"] for u in report["coverage"]["unscreenable"]] == ["no-watchlist"]
    assert "none" not in {s["band"] for s in report["shipments"]}
    assert len(report["flags"]) > 0


def test_no_watchlist_can_be_wanted(ps, manifest):
    answer = ps("screen", "-v", manifest(), "--watchlist", "none")
    assert answer.code == 0
    assert answer.out.startswith("! parties NOT screened: --watchlist none")


def test_none_stands_alone(ps, manifest):
    answer = ps("screen", manifest(), "--watchlist", "none", "--watchlist", "sample")
    assert (answer.code, answer.err) == (
        2,
        "error: --watchlist none cannot be combined with other lists. Leave out either none or the others.\n",
    )


def test_the_sample_list_says_that_it_is_one(ps, manifest):
    assert "built-in SAMPLE list" in ps("screen", "-v", manifest(), "--watchlist", "sample").out.splitlines()[0]


def test_an_imported_list_is_used_and_one_that_is_lost_is_exit_4(ps, manifest, home):
    path = manifest(LISTED)
    from precursor_screen.reference import shipped

    ours = shipped.watchlists_folder() / "sample-list.csv"
    assert ps("watchlists", "import", "my-list", ours, "--date", "2026-11-01").code == 0
    answer = ps("screen", "-v", path, "--fail-on", "critical")
    assert answer.code == 1
    assert "of my-list" in answer.out
    (home / "watchlists" / "my-list" / "current").unlink()
    lost = ps("screen", "-v", path, "-o", "r.json")
    assert lost.code == 4
    assert "my-list" in lost.err
    assert not Path("r.json").exists()


def test_a_list_can_be_a_file(ps, manifest):
    Path("mine.csv").write_text("entry_id,kind,name\nX1,organisation,Quimeralda Reactivos\n")
    answer = ps("screen", "-v", manifest(LISTED), "--watchlist", "mine.csv", "--fail-on", "low")
    assert answer.code == 1
    assert "of mine" in answer.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("<html><body>404</body></html>", "web page"),
        ("a,b\n1,2\n", "Unknown column"),
        ("entry_id,kind,name\n", ""),
    ],
)
def test_a_list_that_is_none_is_exit_4(ps, manifest, content, says):
    path = manifest()
    Path("mine.csv").write_text(content)
    answer = ps("screen", path, "--watchlist", "mine.csv", "-o", "r.json")
    assert answer.code == 4
    assert answer.err.startswith("error: mine.csv")
    assert says in answer.err
    assert not Path("r.json").exists()


def test_require_fresh(ps, manifest):
    path = manifest()
    Path("un.xml").write_text(UN)  # of 2026-02-27
    assert ps("watchlists", "import", "un-sc", "un.xml").code == 0
    assert ps("screen", path, "--as-of", "2026-02-28", "--require-fresh").code == 0
    refused = ps("screen", path, "--as-of", "2036-02-27", "--require-fresh", "-o", "r.json")
    assert refused.code == 4
    assert "watchlist un-sc of 2026-02-27 is 3652 days old" in refused.err
    assert not Path("r.json").exists()
    warned = ps("screen", path, "--as-of", "2036-02-27")
    assert warned.code == 0
    assert "! watchlist un-sc of 2026-02-27 is 3652 days old" in warned.out


# Inputs


def test_a_folder_a_pattern_and_files_are_screened_together(ps, manifest):
    Path("inbox/deep").mkdir(parents=True)
    manifest(ACETONE, name="inbox/a.csv")
    manifest({"bill of lading": "B2"}, name="inbox/deep/b.csv")
    manifest({"bill of lading": "B3"}, name="inbox/.hidden.csv")
    manifest({"bill of lading": "B4"}, name="c-1.csv")
    answer = ps("screen", "inbox", "c-*.csv", "--watchlist", "none", "-o", "r.json")
    assert answer.code == 0
    inputs = json.loads(Path("r.json").read_text())["provenance"]["inputs"]
    assert [i["name"] for i in inputs] == ["a.csv", "deep/b.csv", "c-1.csv"]


def test_the_same_file_is_read_once_and_lines_of_an_equal_one_are_told_of(ps, manifest):
    path = manifest(ACETONE)
    assert "Lines: 1 read" in ps("screen", path, f"./{path}", path.resolve(), "--watchlist", "none").out
    manifest(ACETONE, name="copy.csv")
    answer = ps("screen", path, "copy.csv", "--watchlist", "none")
    assert answer.code == 0  # everything in it was screened
    assert "Lines: 2 read = 1 screened + 0 unscreenable + 1 set aside" in answer.out


def test_files_of_one_name_are_told_apart(ps, manifest):
    for folder in ("a", "b"):
        Path(folder).mkdir()
        manifest({**ACETONE, "bill of lading": folder}, name=f"{folder}/m.csv")
    ps("screen", "a/m.csv", "b/m.csv", "--watchlist", "none", "-o", "r.json")
    flags = json.loads(Path("r.json").read_text())["flags"]
    assert {f["source_file"] for f in flags} == {"a/m.csv", "b/m.csv"}


def test_a_table_on_standard_input(ps, manifest):
    content = manifest(ACETONE).read_bytes()
    answer = ps("screen", "-v", "-", "-", "--watchlist", "none", stdin=content)
    assert answer.code == 0
    assert "[standard input:2]" in answer.out
    assert "Lines: 1 read" in answer.out


def test_nothing_on_standard_input_is_exit_4(ps):
    answer = ps("screen", "-", "--watchlist", "none")
    assert (answer.code, answer.err.startswith("error: standard input is empty. Check where it comes from: ")) == (4, True)


# Options


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "yesterday"], "--as-of 'yesterday' is not a date. Write it as 2026-11-25."),
        (["--as-of", "2026-02-30"], "is not a date"),
        (["--fail-on", "dire"], "'dire' is not one of"),
        (["--encoding", "klingon"], "'klingon' is not the name of an encoding. Try utf-8"),
        (["--tiers", "conventoin"], "Did you mean 'convention'?"),
        (["--jurisdiction", "Atlantis"], "'ATLANTIS' is not a jurisdiction. Use EU or an ISO 3166 code"),
        (["--capacity", "0"], "'0' is not a whole number from 1"),
        (["--mapping", "missing.yml"], "missing.yml cannot be read"),
        (["--rules", "missing"], "missing is not a folder"),
        (
            ["--only-rules"],
            "--only-rules leaves out the rules that ship, and no rules of your own are given. Name the folder that holds yours: --rules FOLDER.",
        ),
        (["-o", "r.docx"], "r.docx: .docx is not a format of reports"),
        (["-o", "no/such/r.json"], "no/such/r.json cannot be written: no such folder"),
        (["-o", "manifest.csv"], "manifest.csv: the report would overwrite an input file"),
        (["-o", "r.csv", "--issues", "r.csv"], "r.csv is named twice as an output"),
        (["--issues", "i.json"], "i.json: .json is not a format of tables. Use .csv or .parquet."),
        (["--resolved", "resolved"], "resolved has no suffix that says the format"),
    ],
)
def test_a_wrong_option_is_exit_2_and_nothing_is_written(ps, manifest, options, says):
    path = manifest(ACETONE)
    before = path.read_bytes()
    answer = ps("screen", "-v", path, "--watchlist", "none", *options, "--quiet", "-o", "other.json")
    assert answer.code == 2
    assert says in answer.err
    assert os.listdir() == ["manifest.csv"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("columns:\n  description of goods: descriptin\n", "'descriptin' is not a field. Did you mean 'description'?"),
        ("columns:\n  no such column: description\n", "names the column 'no such column', which the table does not have"),
        ("colums:\n  description of goods: description\n", "unknown key 'colums'. Did you mean 'columns'?"),
        ("columns: [\n", "is not valid YAML"),
        ("", "is not a column map"),
    ],
)
def test_a_wrong_mapping_is_exit_2(ps, manifest, content, says):
    path = manifest(ACETONE)
    Path("map.yml").write_text(content)
    answer = ps("screen", path, "--watchlist", "none", "--mapping", "map.yml", "-o", "r.json")
    assert answer.code == 2
    assert says in answer.err
    assert not Path("r.json").exists()


def test_a_mapping_names_the_columns(ps):
    Path("m.csv").write_text("goods,stuff\nACETONE,TILES\n")
    Path("map.yml").write_text("columns:\n  goods: ignore\n  stuff: description\n")
    assert "No shipment is flagged." in ps("screen", "-v", "m.csv", "--watchlist", "none", "--mapping", "map.yml").out
    Path("map.yml").write_text("columns:\n  goods: description\n  stuff: ignore\n")
    assert "PS-CHEM-001" in ps("screen", "-v", "m.csv", "--watchlist", "none", "--mapping", "map.yml").out


def test_an_encoding_is_obeyed(ps):
    Path("m.csv").write_bytes("description of goods\nАЦЕТОН\n".encode("cp1251"))
    assert "PS-CHEM-001" in ps("screen", "-v", "m.csv", "--watchlist", "none", "--encoding", "cp1251").out
    assert "PS-CHEM-001" not in ps("screen", "-v", "m.csv", "--watchlist", "none", "--encoding", "latin-1").out


def test_tiers_are_a_list_and_decide_what_counts(ps, manifest):
    path = manifest(ACETONE)
    assert "PS-CHEM-001" in ps("screen", "-v", path, "--watchlist", "none", "--tiers", "national, convention").out
    assert "PS-CHEM-001" not in ps("screen", "-v", path, "--watchlist", "none", "--tiers", "national").out


def test_only_rules(ps, manifest):
    path = manifest({**ACETONE, "hs code": "320890"})
    Path("mine").mkdir()
    rule = ROOT / "rules" / "ps-chem-003.yml"
    Path("mine", rule.name).write_bytes(rule.read_bytes())
    answer = ps("screen", "-v", path, "--watchlist", "none", "--rules", "mine", "--only-rules")
    assert "PS-CHEM-003" in answer.out
    assert "PS-CHEM-001" not in answer.out
    Path("mine/ps-chem-001.yml").write_bytes((ROOT / "rules" / "ps-chem-001.yml").read_bytes())
    assert "which the rule in" in ps("screen", "-v", path, "--watchlist", "none", "--rules", "mine").err  # its id is taken


def test_issues_and_resolved(ps, manifest):
    path = manifest(ACETONE, VAGUE, LISTED)
    for suffix in ("csv", "parquet"):
        ps("screen", path, "--watchlist", "sample", "--quiet", "--issues", f"i.{suffix}", "--resolved", f"r.{suffix}")
    with open("i.csv", encoding="utf-8-sig", newline="") as stream:
        issues = list(csv.DictReader(stream))
    assert [i["code"] for i in issues] == ["vague-description"] == pq.read_table("i.parquet").column("code").to_pylist()
    with open("r.csv", encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == 3
    assert lines[0]["substances"].startswith("acetone (name, strong")
    assert lines[1]["substances"] == lines[1]["parties"] == ""
    assert lines[2]["parties"].startswith("consignee: sample S001 (100.0")
    assert pq.read_table("r.parquet").num_rows == 3


def test_quiet_says_nothing_and_capacity_cuts_the_list(ps, manifest):
    path = manifest(*({**ACETONE, "bill of lading": f"B{n}"} for n in range(3)))
    assert ps("screen", path, "--watchlist", "none", "--quiet").out == ""
    answer = ps("screen", path, "--watchlist", "none", "--capacity", "1")
    assert "2 more flagged shipments" in answer.out
    quiet = ps("screen", path, "--watchlist", "none", "--quiet", "-o", "r.txt")
    assert (quiet.out, quiet.err) == ("", "")


def test_notices_reach_standard_error_where_reports_go_to_files(ps, manifest):
    Path("empty.csv").touch()
    answer = ps("screen", manifest(), "empty.csv", "--watchlist", "none", "-o", "flags.csv")
    assert answer.code == 3
    assert "! parties NOT screened: --watchlist none\n" in answer.err
    assert "! empty.csv was NOT screened: is empty\n" in answer.err


def test_timing_goes_to_standard_error(ps, manifest):
    answer = ps("screen", manifest(), "--watchlist", "none", "--quiet", "--timing")
    assert answer.out == ""
    assert re.search(r"^ +\d+\.\d\d s .*reading$", answer.err, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d\d s .*writing the report$", answer.err, re.MULTILINE)


def test_equal_calls_give_equal_files(ps, manifest):
    path = manifest(ACETONE, LISTED, VAGUE)
    for folder in ("one", "two"):
        Path(folder).mkdir()
        outputs = [part for name in ("r.json", "r.csv", "r.parquet", "r.txt") for part in ("-o", f"{folder}/{name}")]
        ps("screen", path, *SAMPLED, "--quiet", *outputs)
    for name in ("r.csv", "r.parquet", "r.txt"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()
    one, two = (json.loads(Path(folder, "r.json").read_text()) for folder in ("one", "two"))
    assert {**one, "run": None} == {**two, "run": None}


def test_settings_stand_behind_options(ps, manifest):
    path = manifest(ACETONE)
    Path("precursor-screen.toml").write_text('watchlists = ["none"]\nfail_on = "low"\njurisdiction = "us"\n')
    assert ps("screen", path).code == 1
    assert ps("screen", path, "--fail-on", "critical").code == 0
    Path("precursor-screen.toml").write_text('fail-on = "low"\n')
    wrong = ps("screen", path)
    assert wrong.code == 2
    assert "unknown setting 'fail-on'. Did you mean 'fail_on'?" in wrong.err


def test_grades_of_a_site_are_read_by_each_run(ps, manifest):
    path = manifest(ACETONE)
    Path("precursor-screen.toml").write_text('watchlists = ["none"]\n[rules]\nconcern = "concern.csv"\n')
    head, grades = "substance_id,licit_use,small_kg,large_kg\n", Path("concern.csv")
    grades.write_text(f"{head}acetone,A,1,2\n")
    assert ps("screen", path).code == 0
    grades.write_text(f"{head}acetone,Z,1,2\n")
    wrong = ps("screen", path)
    assert wrong.code == 4
    assert "licit_use 'Z' is none of" in wrong.err


def test_structures_that_cannot_be_read_are_said_before_the_work(home, tmp_path, capsys, monkeypatch):
    from precursor_screen.cli.main import run
    from precursor_screen.matching.structure import reading as structure_reading

    monkeypatch.setattr(structure_reading, "why_unavailable", lambda: "no Java")
    (tmp_path / "m.csv").write_text("description,hs code\nchairs,940360\n")
    assert run(["screen", "m.csv", "--watchlist", "none", "--structure", "-o", "r.json"]) == 2
    assert "structures not checked: no Java" in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()


def test_reports_in_files_are_named_with_their_counts(ps, manifest):
    words = ("screen", manifest(LISTED), "--watchlist", "sample", "--jurisdiction", "US", "-o", "r.json", "-o", "f.csv")
    answer = ps(*words)
    assert answer.out == ""
    assert re.fullmatch(r"wrote r\.json, f\.csv: 1 shipment: 1 review; \d+ flags?", answer.err.splitlines()[-1])
    assert ps(*words, "--quiet").err == ""


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (("--json",), "{"),
        (("-o", "-"), "{"),
        (("--format", "csv"), "\ufeffflag_id,"),
        (("-o", "-", "--format", "txt"), "precursor-screen: "),
    ],
)
def test_the_report_goes_to_standard_output(ps, manifest, options, begins):
    answer = ps("screen", manifest(ACETONE), "--watchlist", "none", *options)
    assert (answer.code, answer.out.startswith(begins)) == (0, True)
    assert "Full report" not in answer.out


def test_what_is_printed_is_what_a_file_holds_and_files_are_written_beside_it(ps, manifest):
    answer = ps("screen", manifest(ACETONE), "--watchlist", "none", "-o", "-", "-o", "r.json", "--format", "json")
    written = Path("r.json").read_text(encoding="utf-8")
    assert [line for line in answer.out.splitlines() if '"run":' not in line] == [
        x for x in written.splitlines() if '"run":' not in x
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--json", "--format", "csv"), "--json and --format cannot be combined"),
        (("--json", "-v"), "-v adds to the summary"),
    ],
)
def test_what_cannot_be_printed_together(ps, manifest, options, says):
    answer = ps("screen", manifest(ACETONE), "--watchlist", "none", *options)
    assert (answer.code, says in answer.err, answer.out) == (2, True, "")


def test_the_summary_is_short_and_verbose_is_not(ps, manifest):
    path = manifest(
        *(
            {**ACETONE, "bill of lading": f"B{n}", "description of goods": "ACETIC ANHYDRIDE", "hs code": "291524"}
            for n in range(60)
        )
    )
    short, long = (ps("screen", path, "--watchlist", "none", *options).out.splitlines() for options in ((), ("-v",)))
    assert short[0].startswith("Parties NOT screened. 60 lines, ")
    assert len(short) <= 40 < len(long)
