"""`substances status, import, add, pack, remove`, `diff current PACK`, and what reports say of packs."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from precursor_screen.reference import shipped
from tests.cases.evidence.test_sign import make_key, needs_ssh_keygen, public_of

TABLES = {
    "pack.toml": 'id = "ch"\nedition = "BetmVV-EDI 2026"\nday = "2026-10-05"\nsource = "AS 2026 77"\n',
    "substances.csv": "phantomol,Phantomol,,,,false,false,,,,,,,",
    "names.csv": "phantomol,Phantomol,en,usual,strong,AS 2026 77,true",
    "controls.csv": "phantomol,US,A,2026-03-01,,true,,,AS 2026 77,true",
    "concern.csv": "phantomol,A,1,100,,,AS 2026 77,true",
}
OWN = """substance_id,name,other_names,cas,hs6,schedule,since,licit_use,small_kg,large_kg,source
office-ketal,Zorbenyl ketal,,,293299,watch,,B,1,100,letter of March
"""
GOODS = [
    {"description of goods": "PHANTOMOL", "hs code": "", "net mass": "200 kg", "bill of lading": "B1"},
    {"description of goods": "ZORBENYL KETAL", "hs code": "", "net mass": "200 kg", "bill of lading": "B2"},
    {"description of goods": "COTTON SHIRTS", "hs code": "", "net mass": "200 kg", "bill of lading": "B3"},
]
SCREEN = ("screen", "manifest.csv", "--watchlist", "none", "--jurisdiction", "US", "--as-of", "2026-11-25", "--quiet")


@pytest.fixture
def folder(home):
    """A folder that is to become a pack."""
    place = Path("law")
    place.mkdir()
    for name, row in TABLES.items():
        head = (shipped.base_law().substances / name).read_text("utf-8").partition("\n")[0] if name != "pack.toml" else ""
        (place / name).write_text(f"{head}\n{row}\n".lstrip(), encoding="utf-8")
    return place


@pytest.fixture
def changed(folder):
    """The same with one grade that ships lowered."""
    table = folder / "concern.csv"
    table.write_text(table.read_text() + "p-2-p,E,1,100,,,AS 2026 77,true\n")
    return folder


def rows_of(sheet):
    return CalamineWorkbook.from_path("report.xlsx").get_sheet_by_name(sheet).to_python()


def screened(ps, *options):
    ps(*options, *SCREEN, "-o", "report.json", "-o", "flags.csv")
    report = json.loads(Path("report.json").read_bytes())
    run = report.pop("run")
    assert set(run) == {"tool_version", "started", "options"}
    return report, Path("flags.csv").read_bytes()


@needs_ssh_keygen
def test_a_pack_made_in_one_place_gives_the_same_reports_in_another(ps, manifest, folder, tmp_path):
    manifest(*GOODS)
    key = make_key(tmp_path / "key")
    without, _ = screened(ps)
    assert "law_packs" not in without["provenance"]
    assert not [f for f in without["flags"] if f["substance_id"]]
    made = ps("substances", "pack", folder, "-o", "ch.zip", "--sign", key)
    assert "signed, SHA-256" in made.out
    found = []
    for place in ("here", "there"):
        home = tmp_path / place
        home.mkdir()
        (home / "allowed_signers").write_text(f"law@ministry.example {public_of(key).read_text()}")
        stick = Path(shutil.copy("ch.zip", tmp_path / f"{place}.zip"))
        answer = ps("--home", home, "substances", "import", stick)
        assert answer.out == "ch: 4 rows of 2026-10-05 imported, signed by law@ministry.example: BetmVV-EDI 2026\n"
        found.append(screened(ps, "--home", home))
    assert found[0] == found[1]
    (pack,) = found[0][0]["provenance"]["law_packs"]
    assert {key: pack[key] for key in pack if key != "sha256"} == {
        "id": "ch",
        "edition": "BetmVV-EDI 2026",
        "day": "2026-10-05",
        "source": "AS 2026 77",
        "signer": "law@ministry.example",
    }
    assert f"SHA-256 {pack['sha256']}" in made.out
    assert {f["shipment_id"] for f in found[0][0]["flags"] if f["substance_id"] == "phantomol"} == {"B1"}


def test_workers_work_with_the_same_law(ps, manifest, folder):
    manifest(*GOODS * 50)
    ps("substances", "pack", folder, "-o", "ch.zip")
    ps("substances", "import", "ch.zip")
    alone, flags = screened(ps)
    ps(*SCREEN, "--jobs", "2", "-o", "report.json", "-o", "flags.csv")
    assert Path("flags.csv").read_bytes() == flags
    assert any(f["substance_id"] == "phantomol" for f in alone["flags"])


def test_every_flag_on_the_offices_own_list_says_so(ps, manifest):
    manifest(*GOODS)
    Path("own.csv").write_text(OWN)
    assert ps("substances", "add", "own.csv", "--date", "2026-11-20").out.startswith("own: 1 rows of 2026-11-20 imported")
    report, _ = screened(ps)
    mine = [f for f in report["flags"] if f["substance_id"] == "office-ketal"]
    assert {f["rule_id"] for f in mine} >= {"PS-CHEM-022"}
    for flag in mine:
        assert {"subject": "substance", "field": "own_list", "as_written": "OWN watch"} in flag["evidence"]
    assert any("watch (the office's own list)" in f["because"] for f in mine)
    assert ps("lookup", "zorbenyl ketal").out.count("office-ketal")


def test_the_amount_of_an_own_substance_is_a_threshold(ps, manifest):
    manifest(*GOODS, {**GOODS[1], "net weight kg": "20", "bill of lading": "B4"})
    head, row = OWN.splitlines()
    Path("own.csv").write_text(f"{head},quantity,unit,direction,period,counts\n{row},25,kg,any,transaction,goods\n")
    ps("substances", "add", "own.csv", "--date", "2026-11-20")
    report, _ = screened(ps)
    over = [f for f in report["flags"] if f["rule_id"] == "PS-QTY-001"]
    assert [f["shipment_id"] for f in over] == ["B2"]
    assert "25 kg" in over[0]["because"]
    assert "own: letter of March" in over[0]["because"]


def test_what_a_pack_would_change(ps, manifest, folder):
    manifest(*GOODS)
    ps("substances", "pack", folder, "-o", "ch.zip")
    compared = ("substances", "diff", "current", "ch.zip", "--inputs", "manifest.csv", "--jurisdiction", "US")
    (found,) = ps(*compared, "--json").objects
    assert [c["substance_id"] for c in found["added"]] == ["phantomol"]
    assert (found["shipments"], [b["shipment_id"] for b in found["bands"]]) == (3, ["B1"])
    assert found["bands"][0]["old"] != found["bands"][0]["new"]
    said = ps(*compared).out
    assert "Shipments whose band changes: 1 of 3\n  B1  none -> " in said
    assert "Shipments" not in ps("substances", "diff", "current", "ch.zip").out
    assert ps("substances", "status", "--json").objects[0]["packs"] == []  # nothing was imported
    wrong = ps("substances", "diff", "2024-12-02", "2024-12-04", "--inputs", "manifest.csv")
    assert (wrong.code, "--inputs works only where a pack is compared" in wrong.err) == (2, True)


def test_a_pack_against_what_ships_needs_a_reason_that_reports_print(ps, manifest, changed):
    manifest(*GOODS)
    made = ps("substances", "pack", changed, "-o", "ch.zip")
    assert (made.code, "concern.csv, row 3 differs from the row that ships" in made.err, Path("ch.zip").exists()) == (
        4,
        True,
        False,
    )
    assert ps("substances", "pack", changed, "-o", "ch.zip", "--override", "order 12").code == 0
    refused = ps("substances", "import", "ch.zip")
    assert refused.code == 4
    assert "ch.zip!concern.csv, row 3 differs from the row that ships" in refused.err
    assert ps("substances", "import", "ch.zip", "--override", "order 12 of the ministry").code == 0
    report, _ = screened(ps)
    assert report["provenance"]["law_packs"][0]["override"] == "order 12 of the ministry"
    assert "the pack of law ch (BetmVV-EDI 2026) differs from what ships: order 12 of the ministry" in report["notices"]
    ps(*SCREEN, "-o", "report.html", "-o", "report.xlsx")
    said = "BetmVV-EDI 2026, of 2026-10-05, not signed, SHA-256 "
    assert f"<dt>Pack of law ch</dt><dd>{said}" in Path("report.html").read_text("utf-8")
    cells = [c for sheet in CalamineWorkbook.from_path("report.xlsx").sheet_names for row in rows_of(sheet) for c in row]
    assert [c for c in cells if str(c).startswith(said)]
    assert "differs from what ships: order 12" in ps("substances", "status").out


def test_status_says_how_old_the_law_is(ps, folder):
    fresh = ps("substances", "status", "--as-of", "2026-11-30", "--require-fresh")
    assert (fresh.code, "STALE" in fresh.out) == (0, False)
    stale = ps("substances", "status", "--as-of", "2029-01-01")
    assert stale.code == 0
    assert "EU           base       compared 2026-11-29, 764 days ago STALE (limit 200)" in stale.out
    assert ps("substances", "status", "--as-of", "2029-01-01", "--require-fresh").code == 4
    soon = ("--as-of", "2027-08-01", "--require-fresh")  # past the limit of the Union, within the others'
    assert [ps("substances", "status", *soon, "--jurisdiction", code).code for code in ("FR", "US")] == [4, 0]
    ps("substances", "pack", folder, "-o", "ch.zip")
    ps("substances", "import", "ch.zip")
    (shown,) = ps("substances", "status", "--json", "--as-of", "2026-02-01").objects
    assert [p["id"] for p in shown["packs"]] == ["ch"]
    assert {e["pack"] for e in shown["editions"]} == {"base"}
    assert all(a["since"] > "2026-02-01" for a in shown["announced"])


def test_files_are_not_replaced_and_packs_not_removed_unasked(ps, folder):
    Path("ch.zip").write_bytes(b"mine")
    assert ps("substances", "pack", folder, "-o", "ch.zip").code == 2
    assert Path("ch.zip").read_bytes() == b"mine"
    ps("substances", "pack", folder, "-o", "new.zip")
    ps("substances", "import", "new.zip")
    assert ps("substances", "remove", "ch").code == 2
    assert ps("substances", "status", "--json").objects[0]["packs"]
    assert ps("substances", "remove", "hc", "--yes").code == 2
    assert ps("substances", "remove", "ch", "--yes").out == "ch: removed\n"
    assert ps("substances", "status", "--json").objects[0]["packs"] == []


def test_a_bundle_is_checked_by_the_packs_of_its_run_or_names_the_one_that_is_missing(ps, manifest, folder, tmp_path):
    manifest(*GOODS)
    ps("substances", "pack", folder, "-o", "ch.zip")
    ps("substances", "import", "ch.zip")
    report, _ = screened(ps)
    ps(*SCREEN, "--ledger", "home")
    flag_id = next(f["flag_id"] for f in report["flags"] if f["substance_id"] == "phantomol")
    ps("evidence", flag_id, "--report", "report.json", "-o", "case.zip")
    ps("evidence", flag_id, "-o", "kept.zip")
    (pack,) = report["provenance"]["law_packs"]
    for case in ("case.zip", "kept.zip"):
        assert ps("evidence", "verify", case, "--inputs", ".").code == 0
        elsewhere = ps("--home", tmp_path / "elsewhere", "evidence", "verify", case, "--inputs", ".")
        said = f"not checked: the pack of law ch (BetmVV-EDI 2026, of 2026-10-05, SHA-256 {pack['sha256']}) is not installed here"
        assert (elsewhere.code, said in elsewhere.out) == (3, True), elsewhere.out
        assert "not raised by these inputs alone; a pack of law is not here" in elsewhere.out
        unasked = ps("--home", tmp_path / "elsewhere", "evidence", "verify", case)
        assert (unasked.code, "the pack of law ch (BetmVV-EDI 2026" in unasked.out) == (0, True)
    # Of a later pack of that id the bundle knows nothing: it is checked by its own, which is kept.
    later = (folder / "pack.toml").read_text().replace("2026-10-05", "2026-10-06")
    (folder / "pack.toml").write_text(later)
    listing = (folder / "controls.csv").read_text().replace("phantomol,US,A", "phantomol,US,B")
    (folder / "controls.csv").write_text(listing)
    ps("substances", "pack", folder, "-o", "later.zip")
    ps("substances", "import", "later.zip")
    assert screened(ps)[0]["flags"] != report["flags"]
    answer = ps("evidence", "verify", "case.zip", "--inputs", ".")
    assert (answer.code, "here otherwise" in answer.out) == (0, False), answer.out


def test_a_bundle_that_names_packs_otherwise_than_a_run_does_is_a_problem(ps, manifest, folder):
    from precursor_screen.reporting.evidence.seal import seal

    manifest(*GOODS)
    ps("substances", "pack", folder, "-o", "ch.zip")
    ps("substances", "import", "ch.zip")
    report, _ = screened(ps)
    ps("evidence", report["flags"][0]["flag_id"], "--report", "report.json", "-o", "case.zip")
    with zipfile.ZipFile("case.zip") as archive:
        held = {n: archive.read(n) for n in archive.namelist()}
    rules = {n: c for n, c in held.items() if n.startswith("rules/")}
    document = json.loads(held["evidence.json"])
    for packs, code in (("ch", 1), ([{"id": "../ch"}], 1), ([{**document["reference"]["law_packs"][0], "id": "../law/ch"}], 0)):
        document["reference"]["law_packs"] = packs
        Path("forged.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
        answer = ps("evidence", "verify", "forged.zip")
        assert (answer.code, "pack" in answer.out) == (code, True), answer.out
        document = json.loads(held["evidence.json"])
