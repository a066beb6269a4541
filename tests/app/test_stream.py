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
from precursor_screen.core.errors import ErrorGroup, ExitCode, InputError, UnreadableManifest
from precursor_screen.core.schema import TEXTS_BESIDE
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reporting.texts_beside import texts_beside
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


def test_a_text_beside_manifests_is_listed_with_its_flags_and_is_no_shipment(reference):
    goods = Source("goods.csv", content=table([{"description of goods": "COTTON YARN"}]))
    others = (
        Source("notes.md", content=NOTES),
        Source("plain.md", content=b"# Of last week\n\nNothing but rain all of the time.\n"),
    )
    report = run((goods, *others), ReadOptions(), reference, started=STARTED).report
    (text,) = texts_beside(report)
    assert (text.source_file, text.source_row, [flag["substance_id"] for flag in text.flags]) == ("notes.md", 3, ["p-2-p"])
    assert (report.flags.num_rows, report.shipments.num_rows, report.exit_code) == (1, 1, ExitCode.SET_ASIDE)
    issues = [(i["code"], i["source_file"], i["source_row"]) for i in report.issues.to_pylist()]
    assert ("set-aside-text-names", "notes.md", 3) in issues
    assert [file for code, file, _ in issues if code == "words-alone"] == ["notes.md", "plain.md"]


@pytest.mark.parametrize(("fail_on", "code"), [("none", 3), ("critical", 3), ("medium", 1), ("low", 1)])
def test_a_text_alone_is_exit_1_where_a_flag_of_it_reaches_the_level_and_else_3(reference, fail_on, code):
    report = run((Source("notes.md", content=NOTES),), ReadOptions(), reference, started=STARTED, fail_on=fail_on).report
    assert (report.exit_code, report.shipments.num_rows, len(texts_beside(report))) == (code, 0, 1)


def test_a_text_alone_that_names_nothing_was_read(reference):
    report = run(
        (Source("a.md", content=b"# Of last week\n\nNothing but rain all of the time.\n"),),
        ReadOptions(),
        reference,
        started=STARTED,
    ).report
    assert (report.exit_code, report.texts_beside.num_rows) == (ExitCode.SET_ASIDE, 0)
    with pytest.raises(UnreadableManifest, match="no column of descriptions"):
        run((Source("a.csv", content=b"colour,size\nred,large\n"),), ReadOptions(), reference)


def test_equal_texts_are_one_finding(reference):
    report = run(
        tuple(Source(name, content=NOTES) for name in ("a.md", "b.md")), ReadOptions(), reference, started=STARTED
    ).report
    assert [one.source_file for one in texts_beside(report)] == ["a.md"]


def test_where_nothing_is_refused_a_run_without_lines_has_a_report(reference):
    sources = (Source("notes.md", content=NOTES), Source("none.pdf", content=b"%PDF-1.4"))
    report = run(sources, ReadOptions(), reference, started=STARTED, refuse_empty=False).report
    assert (report.shipments.num_rows, report.coverage["lines_read"] > 0, report.exit_code) == (0, True, ExitCode.SET_ASIDE)
    assert {i["source_file"] for i in report.issues.to_pylist()} == {"notes.md", "none.pdf"}
    assert not any(spot["code"] == "no-descriptions" for spot in report.coverage["blind_spots"])


UNA = "UNB+UNOA:2+A+B+261102:1000+1'UNH+1+{kind}:D:95B:UN'{segments}'UNT+9+1'UNZ+1+1'"
ISA = (
    "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261102*1000*U*00401*000000001*0*P*>~"
    "GS*IO*A*B*20261102*1000*1*X*004010~ST*358*0001~B2A*00~{segments}~SE*4*0001~GE*1*1~IEA*1*000000001~"
)
MAIL = "From: a@example.org\nTo: b@example.org\nSubject: cargo\nDate: Mon, 02 Nov 2026 10:00:00 +0000\n\n{text}\n"


@pytest.mark.parametrize(
    ("content", "substance"),
    [
        (MAIL.format(text="102 kg of ephedrine will be delivered to Okemadu Mills."), "ephedrine"),
        ("<Manifesto><Partie><Was>Safrole, 20 kg</Was></Partie></Manifesto>", "safrole"),
        ('<Manifesto><Partie Was="Safrole &amp; more, 20 kg"/></Manifesto>', "safrole"),
        ("<Manifesto><!-- safrole within --><Partie><Was>shoes</Was></Partie></Manifesto>", "safrole"),
        ("<Manifesto><Was><![CDATA[20 kg of <safrole>]]></Was></Manifesto>", "safrole"),
        ("<ESADout_CU><Goods><GoodsDescription>ЭФЕДРИНА ГИДРОХЛОРИД</GoodsDescription></Goods></ESADout_CU>", "ephedrine"),
        ("<html><body><p>We ship <b>ephe</b>drine.</p></body></html>", "ephedrine"),
        ('["102 kg of ephedrine"]', "ephedrine"),
        ('{"a": "ephedrine hydrochloride", "b": ', "ephedrine"),
        (UNA.format(kind="BAPLIE", segments="BGM+659+X+9'LOC+147+1::5'FTX+AAA+++EPHEDRINE HYDRO:CHLORIDE"), "ephedrine"),
        (UNA.format(kind="BAPLIE", segments="BGM+659+X+9'EQD+CN+ABCD1234567'DGS+IMD+3+1090"), "acetone"),
        (UNA.format(kind="IFTSTA", segments="BGM+23+X+9'STS+1+21'FTX+AAI+++SAFROLE LEAKS"), "safrole"),
        (UNA.format(kind="APERAK", segments="BGM+313+X+9'FTX+AAO+++SAFROLE: NOT ALLOWED"), "safrole"),
        (ISA.format(segments="L5*1*SAFROLE OIL 200 KG"), "safrole"),
        (ISA.format(segments="H1*1090*D"), "acetone"),
    ],
)
def test_every_text_of_what_is_not_a_table_is_screened(reference, content, substance):
    report = run((Source("m", content=content.encode()),), ReadOptions(), reference, started=STARTED).report
    assert substance in {flag["substance_id"] for text in texts_beside(report) for flag in text.flags}
    assert (report.exit_code, report.shipments.num_rows) == (ExitCode.SET_ASIDE, 0)


def test_a_message_without_goods_beside_others_is_screened(reference):
    both = UNA.format(
        kind="CUSCAR",
        segments="BGM+785+M1+9'CNI+1+B1'GID+1'FTX+AAA+++COTTON YARN'UNT+6+1'UNH+2+IFTSTA:D:95B:UN'FTX+AAI+++SAFROLE",
    )
    report = run((Source("m", content=both.encode()),), ReadOptions(), reference, started=STARTED).report
    assert [text.source_row for text in texts_beside(report)] == [9]
    assert report.shipments.num_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        "<Manifesto><Was>shoes and shirts</Was></Manifesto>",
        "<html><p>nothing at all</p></html>",
        UNA.format(kind="APERAK", segments="BGM+313+X+9"),
    ],
)
def test_what_names_nothing_is_refused_as_ever(reference, content):
    with pytest.raises(InputError):
        run((Source("m", content=content.encode()),), ReadOptions(), reference, started=STARTED)


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
    bare, no_texts = replace(reference, watchlists=(), parties_wanted=wanted), TEXTS_BESIDE.empty_table()
    assert decide_exit_code(ephedrine.screened, coverage, bare, ephedrine.report.rules, fail_on, no_texts) == code


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
