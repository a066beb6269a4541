"""A run: provenance, what is set aside, notices, exit codes."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace

from precursor_screen.app import gather_inputs
from precursor_screen.app.compose_report import resolved_table
from precursor_screen.app.coverage import decide_exit_code
from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.errors import ErrorGroup, ExitCode, UnreadableManifest
from precursor_screen.readers.interface import ReadOptions
from tests.screening import STARTED, screen_rows, table, with_rules

GOOD = table([{"description of goods": "ACETONE", "hs code": "291411"}])


@pytest.fixture(scope="module")
def reference(reference):
    return with_rules(reference, "PS-CHEM-001")


def run_of(reference, *contents: bytes, **options):
    sources = tuple(Source(f"{n}.csv", content=c) for n, c in enumerate(contents, 1))
    return run(sources, ReadOptions(), reference, started=STARTED, **options)


def test_provenance_names_every_input_with_its_digest(reference):
    report = run_of(reference, GOOD, table([{"bill of lading": "B2"}])).report
    first, _ = report.provenance["inputs"]
    assert (first["name"], first["lines"], first["bytes"]) == ("1.csv", 1, len(GOOD))
    assert first["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert ["description of goods", "description"] in first["mapping"]
    assert report.provenance["as_of"] == "2026-11-25"
    assert [w["list_id"] for w in report.provenance["watchlists"]] == ["sample"]
    assert report.provenance["rules"]["sha256"] == reference.rules_sha256


def test_an_input_that_cannot_be_read_is_set_aside_and_the_others_are_screened(reference):
    report = run_of(reference, b"", GOOD, b"<html></html>").report
    assert report.flags.num_rows > 0
    assert report.exit_code == ExitCode.SET_ASIDE
    assert report.coverage["files_set_aside"] == 2
    issues = {i["source_file"]: i["code"] for i in report.issues.to_pylist()}
    assert issues["1.csv"] == "unreadable-file"
    assert issues["3.csv"] == "unknown-format"
    assert "1.csv was NOT screened: is empty" in report.notices
    assert report.coverage["lines_read"] == 1


def test_many_unread_inputs_are_counted(reference):
    report = run_of(reference, GOOD, *[b""] * 9).report
    assert sum("was NOT screened" in n for n in report.notices) == 5
    assert "4 more inputs were NOT screened; the full report names them" in report.notices


def test_one_error_alone_is_raised_as_it_is_and_several_together(reference):
    with pytest.raises(UnreadableManifest, match=r"1\.csv is empty"):
        run_of(reference, b"")
    with pytest.raises(ErrorGroup) as caught:
        run_of(reference, b"", b"colour\nred\n")
    assert str(caught.value).count("\n") == 1
    assert caught.value.exit_code == ExitCode.NOT_SCREENED


def test_an_input_without_lines_does_not_claim_to_lack_descriptions(reference):
    report = run_of(reference, GOOD, b"description of goods,hs code\n").report
    assert not any("no column of goods descriptions" in n for n in report.notices)
    codes = run_of(reference, b"hs code\n291411\n").report
    assert any("1.csv" in n and "only codes are screened" in n for n in codes.notices)


NOTES = b"# Of last week\n\nForty drums of PHENYL-2-PROPANONE go to Orveto.\n"


def test_a_text_that_is_no_table_is_to_be_opened_by_hand_where_it_names_something(reference):
    few = with_rules(reference, "PS-CHEM-001")
    goods = Source("goods.csv", content=table([{"description of goods": "COTTON YARN"}]))
    others = (Source("notes.md", content=NOTES), Source("plain.md", content=b"# Of last week\n\nNothing but rain.\n"))
    report = run((goods, *others), ReadOptions(), few, started=STARTED).report
    issues = [i for i in report.issues.to_pylist() if i["code"] == "set-aside-text-names"]
    assert [(i["source_file"], i["source_row"], i["count"]) for i in issues] == [("notes.md", 3, 1)]
    assert (report.flags.num_rows, report.shipments.num_rows, report.exit_code) == (0, 1, ExitCode.SET_ASIDE)


def test_a_text_alone_says_that_it_names_something(reference):
    with pytest.raises(UnreadableManifest, match="; it names a precursor or a listed party in 1 row: open it by hand"):
        run((Source("notes.md", content=NOTES),), ReadOptions(), reference, started=STARTED)


def test_each_of_two_equal_texts_says_that_it_names_something(reference):
    with pytest.raises(ErrorGroup) as caught:
        run(tuple(Source(name, content=NOTES) for name in ("a.md", "b.md")), ReadOptions(), reference, started=STARTED)
    assert str(caught.value).count("in 1 row: open it by hand") == 2


def test_where_nothing_is_refused_a_run_without_lines_has_a_report(reference):
    sources = (Source("notes.md", content=NOTES), Source("none.pdf", content=b"%PDF-1.4"))
    report = run(sources, ReadOptions(), reference, started=STARTED, refuse_empty=False).report
    assert (report.shipments.num_rows, report.coverage["lines_read"] > 0, report.exit_code) == (0, True, ExitCode.NOT_SCREENED)
    assert {i["source_file"] for i in report.issues.to_pylist()} == {"notes.md", "none.pdf"}
    assert not any(spot["code"] == "no-descriptions" for spot in report.coverage["blind_spots"])


def test_options_and_start_stand_in_the_block_run(reference):
    report = run_of(reference, GOOD, shown_options={"fail_on": "high"}, fail_on="high").report
    assert report.run["options"] == {"fail_on": "high"}
    assert report.run["started"] == "2026-11-25T12:00:00+00:00"


def test_progress_is_told_in_order(reference):
    said: list[str] = []
    run_of(reference, GOOD, progress=said.append)
    assert said[0] == "reading 1.csv"
    assert said[-1] == "writing the report"


def test_cited_lines_keep_their_own_cells(reference):
    report = run_of(reference, GOOD).report
    (line,) = report.cell_records()
    assert line["cells"]["description of goods"] == "ACETONE"
    assert line["source_row"] == 2


@pytest.fixture(scope="module")
def ephedrine(reference):
    return screen_rows([{"description of goods": "EPHEDRINE HYDROCHLORIDE", "hs code": "293941"}], reference)


@pytest.mark.parametrize("many", [1, 2, 3, 1 << 17])
def test_lines_of_many_small_files_are_put_together_in_their_order(reference, monkeypatch, many):
    names = ["ACETONE", "ERGOMETRINE", "TILES", "EPHEDRINE", "TOLUENE"]
    files = [table([{"description of goods": name, "bill of lading": f"B{n}"}]) for n, name in enumerate(names)]
    monkeypatch.setattr(gather_inputs, "_MANY", many)
    report = run_of(reference, *files).report
    cells = list(report.cell_records())
    assert len({line["source_file"] for line in cells}) == len(cells) == 4  # all but tiles
    for line in cells:
        assert names[int(line["source_file"][0]) - 1] == line["cells"]["description of goods"]


@pytest.mark.parametrize(
    ("changes", "wanted", "fail_on", "code"),
    [
        ({}, False, "none", ExitCode.CLEAR),
        ({"set_aside": [{"code": "broken-row", "count": 1}]}, False, "none", ExitCode.SET_ASIDE),
        ({"set_aside": [{"code": "repeated-line", "count": 1}]}, False, "none", ExitCode.CLEAR),
        ({"unscreenable": [{"count": 1}]}, False, "none", ExitCode.SET_ASIDE),
        ({"set_aside": [{"code": "broken-row", "count": 1}]}, False, "medium", ExitCode.FLAGGED),
        ({"set_aside": [{"code": "broken-row", "count": 1}]}, True, "medium", ExitCode.NOT_SCREENED),
        ({"screened": 0}, False, "medium", ExitCode.NOT_SCREENED),
    ],
)
def test_the_order_of_exit_codes(reference, ephedrine, changes, wanted, fail_on, code):
    coverage = {**ephedrine.report.coverage, "set_aside": [], "unscreenable": [], **changes}
    bare = replace(reference, watchlists=(), parties_wanted=wanted)
    assert decide_exit_code(ephedrine.screened, coverage, bare, ephedrine.report.rules, fail_on) == code


def test_every_line_stands_in_the_resolved_table(reference):
    rows = [
        {"description of goods": "ACETONE", "hs code": "291411"},
        {"consignee": "Quimeralda Reactivos SA de CV"},
        {"marks": "X"},
    ]
    lines = resolved_table(screen_rows(rows, reference).screened).to_pylist()
    assert [line["source_row"] for line in lines] == [2, 3, 4]
    assert lines[0]["substances"].startswith("acetone (name, strong, substance)")
    assert lines[1]["parties"].startswith("consignee: sample S001 (100.0, primary)")
    assert lines[2]["substances"] is lines[2]["parties"] is None
