"""`explain`, `substances`, `watchlists`, `rules`, `config`, `mapping`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from precursor_screen.app.site_settings import SETTINGS
from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.reference import shipped
from tests.cli.conftest import ACETONE, LISTED, VAGUE
from tests.reference.watchlists.watchlist_files import PRIVATE

# explain


@pytest.mark.parametrize(
    ("identifier", "says"),
    [
        ("PS-CHEM-003", ["PS-CHEM-003", "Why: ", "Basis: ", "Innocent explanation: ", "Action: "]),
        ("ps-chem-003", ["PS-CHEM-003"]),
        ("acetic-anhydride", ["Acetic anhydride  [acetic-anhydride]", "UN1988 I (", "CAS 108-24-7", "HS 2915.24"]),
        ("sample:S001", ["Quimeralda Reactivos S.A. de C.V.  [sample S001]", "name (strong): ", "programmes: narcotics"]),
    ],
)
def test_explain(ps, identifier, says):
    answer = ps("explain", identifier)
    assert answer.code == 0
    assert [s for s in says if s not in answer.out] == []


@pytest.mark.parametrize("code", ISSUE_CODES)
def test_explain_every_issue_code(ps, code):
    out = ps("explain", code).out
    assert out.startswith(f"{code} ({ISSUE_CODES[code].effect})")
    assert f"Remedy: {ISSUE_CODES[code].remedy}" in out


@pytest.mark.parametrize(
    ("identifier", "code", "says"),
    [
        ("PS-CHEM-03", 2, "Did you mean 'PS-CHEM-003'?"),
        ("acetic-anhydrid", 2, "Did you mean 'acetic-anhydride'?"),
        ("unparsed-quantty", 2, "Did you mean 'unparsed-quantity'?"),
        ("sample:S999", 2, "no flag, rule, substance, list entry or issue code has the id 'sample:S999'"),
        ("no-such-list:1", 4, "no-such-list was never imported"),
        ("0123456789abcdef", 2, "--report report.json"),
        ("\x1b[31m", 2, "has the id '\\x1b[31m'"),
    ],
)
def test_explain_of_what_is_nothing(ps, identifier, code, says):
    answer = ps("explain", identifier)
    assert answer.code == code
    assert says in answer.err
    assert "\x1b" not in answer.err


@pytest.mark.usefixtures("few_rules")
def test_explain_a_shipment_of_a_report_and_of_the_ledger(ps, manifest):
    path = manifest({"description of goods": "ACETIC ANHYDRIDE", "hs code": "291524", "net weight kg": "400"})
    ps("screen", path, "-o", "r.json", "--ledger", "home", "--watchlist", "sample", "--quiet")
    told = ps("explain", "B1", "--report", "r.json")
    assert told.code == 0
    assert told.out.startswith("Shipment B1: low, score ")
    for part in (
        "licit use     8  Acetic anhydride: D, an industrial reagent",
        "quantity      8  400 kg; 5 kg is small, 5,000 kg is large; 8 of 16 points, as no other evidence supports it",
    ):
        assert part in told.out
    assert "PS-CHEM-001" in told.out
    recorded = ps("explain", "B1")
    assert recorded.out.startswith("Shipment B1: ")
    assert "PS-CHEM-001" in recorded.out
    assert "--report report.json" in recorded.out
    assert ps("explain", "B2", "--report", "r.json").code == 2


@pytest.mark.usefixtures("few_rules")
def test_explain_a_flag_of_a_report(ps, manifest):
    ps("screen", manifest({**ACETONE, "marks": "\x1b[31mLOT"}, LISTED), "--watchlist", "sample", "--quiet", "-o", "r.json")
    for flag in json.loads(Path("r.json").read_text())["flags"]:
        answer = ps("explain", flag["flag_id"], "--report", "r.json")
        assert answer.code == 0
        assert answer.out.startswith(f"{flag['level'].upper()}  {flag['because']}")
        assert f"rule {flag['rule_id']}" in answer.out
        assert "    consignee: " in answer.out  # the line as filed
        assert all(c.isprintable() or c == "\n" for c in answer.out)
        assert ps("explain", flag["flag_id"][:8], "--report", "r.json").out == answer.out
    assert ps("explain", "0" * 32, "--report", "r.json").code == 2
    assert ps("explain", flag["flag_id"][:2], "--report", "r.json").code == 2  # too short to mean one


def test_a_beginning_that_several_flags_share_is_refused(ps):
    flag = {"level": "low", "because": "", "state": "new", "confidence": "low", "rule_id": "R", "rule_version": "1", "title": ""}
    flag |= {"legal_basis": [], "shipment_id": "S", "line_id": "L", "source_file": "f", "source_row": 1}
    flag |= {"window_line_ids": [], "evidence": []}
    flags = [{**flag, "flag_id": f"abcdef{n}"} for n in range(2)]
    Path("r.json").write_text(json.dumps({"flags": flags, "lines": []}))
    assert "2 flags begin with 'abcdef'" in ps("explain", "abcdef", "--report", "r.json").err
    assert ps("explain", "abcdef1", "--report", "r.json").code == 0


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "1", '{"flags": 1}', '{"flags": [1], "lines": []}', '{"flags": [{}], "lines": []}']
)
def test_a_report_that_is_none_is_exit_2(ps, content):
    Path("r.json").write_text(content)
    for name in ("r.json", "missing.json"):
        answer = ps("explain", "0123456789", "--report", name)
        assert answer.code == 2
        assert (
            f"{name} is not a JSON report of this program. Write one: precursor-screen screen FILE -o report.json" in answer.err
        )


# substances


def test_substances_list_has_every_substance(ps):
    table = ps("substances", "list", "--json").objects
    assert len(table) > 40
    assert len(ps("substances", "list").out.splitlines()) == len(table)
    assert {"substance_id", "name", "names", "cas", "ec", "hs", "un_numbers", "control", "tier"} == set(table[0])


def test_substances_show(ps):
    assert "Acetone  [acetone]" in ps("substances", "show", "acetone").out
    (record,) = ps("substances", "show", "acetone", "--json").objects
    assert record["cas"][0]["number"] == "67-64-1"
    wrong = ps("substances", "show", "aceton")
    assert wrong.code == 2
    assert "Did you mean 'acetone'?" in wrong.err


def test_substances_verify(ps):
    answer = ps("substances", "verify")
    assert answer.code == 0
    assert answer.out.endswith(": 0 problems\n")


# watchlists


def test_watchlists_import_and_status(ps):
    assert ps("watchlists", "status").out == "No watchlist is imported.\n"
    Path("list.csv").write_text(PRIVATE)
    answer = ps("watchlists", "import", "my-list", "list.csv", "--date", "2026-11-01")
    assert answer.code == 0
    assert answer.out.startswith("my-list: 2 entries, ")
    status = ps("watchlists", "status", "--as-of", "2026-11-25")
    assert status.code == 0
    assert "list of 2026-11-01, 24 days old" in status.out


def test_a_refused_import_is_exit_4_and_the_last_good_copy_stays(ps):
    Path("list.csv").write_text(PRIVATE)
    ps("watchlists", "import", "my-list", "list.csv", "--date", "2026-11-01")
    for content, says in {
        "": "empty",
        "<html></html>": "web page",
        PRIVATE[: PRIVATE.index("A2,")]: "worse",
        "\0\1\2": "",
    }.items():
        Path("new.csv").write_text(content)
        answer = ps("watchlists", "import", "my-list", "new.csv", "--date", "2026-11-02")
        assert answer.code == 4, content
        assert "Import refused" in answer.err
        assert says in answer.err
        assert "The copy of 2026-11-01 (2 entries) stays in use." in answer.err
    status = ps("watchlists", "status")
    assert status.code == 0
    assert "last import refused" in status.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["my-list", "missing.csv"], 2, "missing.csv does not exist"),
        (["my-list", "list.csv", "--date", "soon"], 2, "--date 'soon' is not a date"),
        (["My List", "list.csv"], 4, "'My List' is not a list id"),
        (["../up", "list.csv"], 4, "is not a list id"),
        (["my-list"], 2, "Missing argument"),
    ],
)
def test_an_import_that_cannot_be(ps, home, arguments, code, says):
    Path("list.csv").write_text(PRIVATE)
    answer = ps("watchlists", "import", *arguments)
    assert answer.code == code
    assert says in answer.err
    assert not list(home.rglob("manifest.json"))


def test_a_damaged_list_is_exit_4_in_the_status(ps, home):
    Path("list.csv").write_text(PRIVATE)
    ps("watchlists", "import", "my-list", "list.csv", "--date", "2026-11-01")
    (home / "watchlists" / "my-list" / "1" / "manifest.json").write_text("{")
    answer = ps("watchlists", "status")
    assert answer.code == 4
    assert "NOT usable" in answer.out


# rules


def test_rules_list_and_show(ps):
    lines = ps("rules", "list").out.splitlines()
    files = sorted(p.stem.upper() for p in shipped.rules_folder().glob("*.yml"))
    assert [line.split()[0] for line in lines] == files
    assert "Tests: " in ps("rules", "show", "ps-chem-003").out
    wrong = ps("rules", "show", "PS-CHEM-03")
    assert wrong.code == 2
    assert "Did you mean 'PS-CHEM-003'?" in wrong.err


def test_the_rules_that_ship_are_clean(ps):
    answer = ps("rules", "lint")
    assert answer.code == 0
    assert answer.out.endswith(": 0 errors\n")


@pytest.mark.parametrize("command", ["list", "lint", "test", "show"])
def test_every_error_of_a_broken_folder_is_named_with_file_and_line(ps, command):
    Path("mine").mkdir()
    Path("mine/ps-chem-900.yml").write_text("id: PS-CHEM-900\nlevel: dire\n")
    Path("mine/ps-chem-901.yml").write_text("id: [\n")
    Path("mine/ps-chem-902.yml").write_text("")
    answer = ps("rules", command, *(["PS-CHEM-900"] if command == "show" else []), "--rules", "mine", "--only-rules")
    assert answer.code == 2
    assert answer.out == ""
    places = {line.split(":")[1].strip() for line in answer.err.splitlines()}
    assert places == {"ps-chem-900.yml", "ps-chem-901.yml", "ps-chem-902.yml"}
    assert "error: ps-chem-900.yml:2:" in answer.err  # the level, where it stands
    assert len(answer.err.splitlines()) > 5


@pytest.mark.parametrize("command", ["list", "lint", "test"])
@pytest.mark.parametrize("options", [["--rules", "missing"], ["--only-rules"]])
def test_no_rules_at_all_are_exit_2(ps, command, options):
    assert ps("rules", command, *options).code == 2


def test_rules_test_runs_the_inline_tests_and_fails_with_them(ps):
    Path("mine").mkdir()
    text = (shipped.rules_folder() / "ps-chem-003.yml").read_text()
    Path("mine/ps-chem-003.yml").write_text(text)
    assert "of 1 rules: 0 failed" in ps("rules", "test", "--rules", "mine", "--only-rules").out
    rule = yaml.safe_load(text)
    flagging = next(t for t in rule["tests"] if t["expect"])
    flagging["expect"] = []
    Path("mine/ps-chem-003.yml").write_text(yaml.safe_dump(rule, sort_keys=False, allow_unicode=True))
    failed = ps("rules", "test", "--rules", "mine", "--only-rules")
    assert failed.code == 1
    assert f"FAILED PS-CHEM-003, {flagging['name']}" in failed.err


def test_rules_test_mutate_names_what_no_test_notices_and_fails_below_a_share(ps):
    Path("mine").mkdir()
    rule = yaml.safe_load((shipped.rules_folder() / "ps-chem-003.yml").read_text())
    rule["tests"] = [t for t in rule["tests"] if t["expect"] or t.get("not_evaluable")]
    Path("mine/ps-chem-003.yml").write_text(yaml.safe_dump(rule, sort_keys=False, allow_unicode=True))
    folder = ("--rules", "mine", "--only-rules")
    told = ps("rules", "test", "--mutate", *folder)
    assert told.code == 0
    assert "  survives: applies.form: dropped\n" in told.out
    assert told.out.splitlines()[-1].startswith(f"{told.out.splitlines()[1].split()[1]} of ")
    assert ps("rules", "test", "--mutate", "--at-least", "1", *folder).code == 0
    failed = ps("rules", "test", "--mutate", "--at-least", "100", *folder)
    assert failed.code == 1
    assert "fewer than 100 %" in failed.err
    assert "Add --mutate, or leave --at-least out." in ps("rules", "test", "--at-least", "90", *folder).err
    assert ps("rules", "test", "--at-least", "90", *folder).code == 2


# config


def test_config_show_names_every_setting_and_where_it_came_from(ps, monkeypatch):
    Path("precursor-screen.toml").write_text('jurisdiction = "EU"\ntiers = ["convention"]\n')
    monkeypatch.setenv("PRECURSOR_SCREEN_FAIL_ON", "high")
    answer = ps("--home", "elsewhere", "config", "show")
    assert answer.code == 0
    lines = dict(zip((s.key for s in SETTINGS), answer.out.splitlines(), strict=True))
    for key, value, source in (
        ("home", "elsewhere", "--home"),
        ("jurisdiction", "EU", "precursor-screen.toml"),
        ("tiers", "convention", "precursor-screen.toml"),
        ("fail_on", "high", "PRECURSOR_SCREEN_FAIL_ON"),
        ("mapping", "-", "(default"),
    ):
        assert lines[key].startswith(f"{key:<20} {value} ")
        assert source in lines[key]


# mapping


@pytest.mark.usefixtures("few_rules")
def test_a_guessed_mapping_can_be_given_back(ps, manifest):
    path = manifest(ACETONE, VAGUE)
    guessed = ps("mapping", "guess", path)
    assert guessed.code == 0
    Path("map.yml").write_text(guessed.out)
    assert yaml.safe_load(guessed.out)["columns"]["description of goods"] == "description"
    plain, mapped = (ps("screen", path, "--watchlist", "none", *o).out for o in ([], ["--mapping", "map.yml"]))
    assert plain == mapped


def test_every_table_has_a_map_of_its_own_and_no_header_breaks_it(ps):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Description of goods", 'HS: "code" #1\n', "{x}"])
    book.active.append(["ACETONE", "291411", "y"])
    book.create_sheet("more").append(["Description of goods", "Shipper"])
    book["more"].append(["TILES", "Acme"])
    book.save("m.xlsx")
    answer = ps("mapping", "guess", "m.xlsx")
    assert answer.code == 0
    first, second = yaml.safe_load_all(answer.out)
    assert first["columns"]["Description of goods"] == second["columns"]["Description of goods"] == "description"


def test_mapping_guess_reads_standard_input_and_says_what_is_wrong(ps):
    assert "description" in ps("mapping", "guess", "-", stdin=b"description of goods\nACETONE\n").out
    assert ps("mapping", "guess", "-").code == 4
    assert ps("mapping", "guess", "missing.csv").code == 2
