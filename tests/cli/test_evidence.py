"""`evidence`: from a manifest to a bundle, and back."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from precursor_screen.cli.main import run
from tests.cases.evidence.test_sign import make_key, needs_ssh_keygen
from tests.cli.conftest import ACETONE, LISTED, working_in
from tests.screening import table

RUN = ("--watchlist", "sample", "--jurisdiction", "US", "--as-of", "2026-11-25")
pytestmark = pytest.mark.usefixtures("few_rules")
EVIL = {"description of goods": 'ACETONE <img src=x onerror="alert(1)">', "marks": "=1+1", "bill of lading": "EVIL-1"}


@pytest.fixture(scope="session")
def screened_folder(tmp_path_factory, few_folder):
    """A folder with a manifest that was screened, its report, and the home with the ledger."""
    folder = tmp_path_factory.mktemp("screened")
    with working_in(folder, few_folder):
        Path("manifest.csv").write_bytes(table([{**LISTED, "bill of lading": "B1"}, {**ACETONE, "bill of lading": "B2"}, EVIL]))
        words = ["screen", "manifest.csv", *RUN, "--ledger", "home", "-o", "report.json", "--quiet"]
        assert run(words) in (0, 3)
    return folder


@pytest.fixture
def screened(home, screened_folder):
    """A copy of that folder to work in; the ids of its flags by rule and bill."""
    shutil.copytree(screened_folder, ".", dirs_exist_ok=True)
    flags = json.loads(Path("report.json").read_bytes())["flags"]
    return {(f["rule_id"], f["shipment_id"]): f["flag_id"] for f in flags}


def members(path: str) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def test_from_the_ledger_and_back(ps, screened):
    flag_id = screened["PS-PTY-001", "B1"]
    answer = ps("evidence", flag_id[:8])
    assert (answer.code, answer.out.split(":")[0]) == (0, f"evidence-{flag_id[:12]}.zip")
    held = members(f"evidence-{flag_id[:12]}.zip")
    assert sorted(held) == ["SHA256SUMS", "evidence.json", "explanation.txt", "index.html", "rules/PS-PTY-001.yml", "sealed.json"]
    explained = ps("explain", flag_id).out
    assert explained.strip() in held["explanation.txt"].decode()
    answer = ps("evidence", "verify", f"evidence-{flag_id[:12]}.zip", "--inputs", ".")
    assert (answer.code, "1 of 1 flag raised again with the same level and evidence\n" in answer.out) == (0, True), answer.out
    assert ps("evidence", flag_id).code == 2  # it replaces nothing


def test_a_shipment_from_a_report(ps, screened):
    assert ps("evidence", "B2", "--report", "report.json", "-o", "case.zip").code == 0
    document = json.loads(members("case.zip")["evidence.json"])
    assert document["shipments"][0]["parts"]
    assert document["source"]["kind"] == "report"
    assert ps("evidence", "seal", "B2", "--report", "report.json", "--ledger", "home", "-o", "both.zip").code == 0
    document = json.loads(members("both.zip")["evidence.json"])
    assert document["shipments"][0]["parts"]
    assert document["chain"]["head"]["number"] > 0


def test_the_page_runs_nothing(ps, screened):
    assert ps("evidence", "EVIL-1", "-o", "case.zip").code == 0
    page = members("case.zip")["index.html"].decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=" in page
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page.replace("https://www", "")


def test_other_inputs_other_lists(ps, screened, manifest):
    flag_id = screened["PS-CHEM-001", "B2"]
    assert ps("evidence", flag_id, "-o", "case.zip").code == 0
    manifest({**ACETONE, "bill of lading": "B2"})
    answer = ps("evidence", "verify", "case.zip", "--inputs", ".")
    assert (answer.code, "no file below . has its SHA-256" in answer.out) == (3, True)
    answer = ps("evidence", "verify", "case.zip", "--inputs", "none")
    assert (answer.code, "is not a folder" in answer.err) == (2, True)


def test_a_flag_that_is_not_raised_again(ps, screened):
    """The document says a rule and a level that the inputs do not bear out, in a bundle that was made anew throughout."""
    from precursor_screen.reporting.evidence.seal import seal

    flag_id = screened["PS-CHEM-001", "B2"]
    assert ps("evidence", flag_id, "-o", "case.zip").code == 0
    held = members("case.zip")
    document = json.loads(held["evidence.json"])
    document["flags"][0]["level"] = "critical"
    rules = {n: c for n, c in held.items() if n.startswith("rules/")}
    Path("forged.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    answer = ps("evidence", "verify", "forged.zip")  # digests do not find who makes everything anew
    assert (answer.code, "forged.zip: unchanged since it was made; unsigned" in answer.out) == (0, True)
    answer = ps("evidence", "verify", "forged.zip", "--inputs", ".")
    assert (answer.code, "raised again, with other level" in answer.out) == (1, True)
    document["flags"][0]["level"] = "low"
    document["flags"][0]["evidence"][0]["as_written"] = "ACETONE, 2 KG"
    Path("quoted.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    assert "with other evidence" in ps("evidence", "verify", "quoted.zip", "--inputs", ".").out
    document = json.loads(held["evidence.json"])
    document["flags"][0]["because"] = "Something else."
    Path("said.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    answer = ps("evidence", "verify", "said.zip", "--inputs", ".")  # the same rule and program say the same
    assert (answer.code, "raised again, with other because" in answer.out) == (1, True)
    document["reference"]["tool_version"] = "0.0.1"
    Path("older.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    answer = ps("evidence", "verify", "older.zip", "--inputs", ".")
    assert (answer.code, ", 1 of them in other words" in answer.out) == (0, True), answer.out
    document["flags"][0] |= {"flag_id": "0" * 32, "line_id": "0" * 32}
    Path("invented.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    answer = ps("evidence", "verify", "invented.zip", "--inputs", ".")
    assert (answer.code, "not raised again" in answer.out) == (1, True)


def test_what_is_otherwise_here_is_named(ps, screened):
    from precursor_screen.reporting.evidence.seal import seal

    assert ps("evidence", screened["PS-PTY-001", "B1"], "-o", "case.zip").code == 0
    held = members("case.zip")
    document = json.loads(held["evidence.json"])
    document["reference"]["rules_sha256"] = "0" * 64
    document["reference"]["substances"] = {"edition": "e", "sha256": "1" * 64}
    document["entries"][0]["raised_with"]["list_date"] = "2020-01-01"
    document["flags"][0]["rule_version"] = "0.0.1"
    document["flags"][0]["because"] = "The name stands on a list."
    document["rules"][0]["raised_by"] = ["0.0.1"]
    rules = {n: c for n, c in held.items() if n.startswith("rules/")}
    Path("older.zip").write_bytes(seal(document, rules, "2026-01-01T00:00:00+00:00"))
    answer = ps("evidence", "verify", "older.zip", "--inputs", ".")
    assert answer.code == 0
    for said in (
        "1 of 1 flag raised again with the same level and evidence, 1 of them in other words",
        "PS-PTY-001: ",
        "rules: SHA-256",
        "substance tables: ",
        "list sample: of 2026-01-15 here, of 2020-01-01 then",
    ):
        assert said in answer.out


def test_inputs_that_were_screened_by_a_column_map_are_read_by_it_again(ps, home):
    Path("own.csv").write_bytes(b"K1;K2;K3\nB1;ACETONE;291411\n")
    Path("map.yml").write_text("columns: {K1: bill_of_lading, K2: description, K3: hs_code}\n", encoding="utf-8")
    assert ps("screen", "own.csv", "--mapping", "map.yml", "--watchlist", "none", "--ledger", "home").code == 0
    assert ps("evidence", "B1", "-o", "case.zip").code == 0
    answer = ps("evidence", "verify", "case.zip", "--inputs", ".", "--mapping", "map.yml")
    assert (answer.code, "raised again with the same level and evidence\n" in answer.out) == (0, True), answer.out
    answer = ps("evidence", "verify", "case.zip", "--inputs", ".")
    assert (answer.code, "pass it: --mapping MAP.yaml" in answer.out) == (3, True)


def test_redacted(ps, screened):
    assert ps("review", "add", "B2", "--verdict", "referred", "--reason", "referred", "--officer", "N. Officer").code == 0
    answer = ps("evidence", "B2", "--redact", "-o", "case.zip")
    assert (answer.code, "case.full.zip" in answer.out) == (0, True)
    assert b"N. Officer" not in Path("case.zip").read_bytes()
    assert b"N. Officer" in Path("case.full.zip").read_bytes()
    answer = ps("evidence", "verify", "case.zip", "--full", "case.full.zip", "--inputs", ".")
    assert (
        answer.code,
        "each proved by the whole bundle" in answer.out,
        "raised again with the same level and evidence\n" in answer.out,
    ) == (
        0,
        True,
        True,
    ), answer.out
    assert ps("evidence", "verify", "case.full.zip", "--full", "case.zip").code == 2
    assert ps("evidence", "verify", "case.zip", "--full", "report.json").code == 2
    assert ps("evidence", "B1", "--redact", "-o", "other.zip").code == 0
    answer = ps("evidence", "verify", "case.zip", "--full", "other.full.zip")
    assert (answer.code, "the digest is not that" in answer.out) == (1, True)


@needs_ssh_keygen
def test_signed(ps, screened, tmp_path):
    key, other = (make_key(tmp_path / n) for n in ("key", "other"))
    answer = ps("evidence", "B2", "--sign", key, "-o", "case.zip")
    assert (answer.code, answer.out.rstrip().endswith("signed")) == (0, True)
    answer = ps("evidence", "verify", "case.zip", "--signer", f"{key}.pub")
    assert (answer.code, "case.zip: unchanged since it was made; signed" in answer.out) == (0, True)
    answer = ps("evidence", "verify", "case.zip", "--signer", f"{other}.pub")
    assert (answer.code, "another key" in answer.out) == (1, True)
    assert ps("evidence", "B2", "--sign", tmp_path / "none", "-o", "x.zip").code == 2
    assert not Path("x.zip").exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("ftm", "out.jsonl"), ("pen", "out.csv"), ("pen", "out.json"), ("incident", "out.csv"), ("selectivity", "out.csv")],
)
def test_as_others_take_it(ps, screened, kind, name):
    told = ps("evidence", "B2", "--as", kind)
    assert (told.code, bool(told.out)) == (0, True)
    assert ps("evidence", "B2", "--as", kind, "-o", name).code == 0
    assert Path(name).stat().st_size > 100
    answer = ps("evidence", "B2", "--as", kind, "-o", "out.docx")
    assert (answer.code, "is not a format of this export" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("evidence", "nothing-like-it"), 2, "is in the ledger"),
        (("evidence", "nothing-like-it", "--report", "report.json"), 2, "is in the report"),
        (("evidence", "B2", "--report", "manifest.csv"), 2, "is not a JSON report"),
        (("evidence", "B2", "-o", "no/such/case.zip"), 2, "cannot be written"),
        (("evidence", "verify", "none.zip"), 2, "cannot be read"),
        (("evidence", "verify", "."), 2, "cannot be read"),
        (("evidence", "verify", "report.json"), 1, "is not a whole zip"),
        (("evidence", "verify", "report.json", "--signer", "manifest.csv"), 2, "not an SSH public key"),
        (("evidence", "B2", "--ledger", "sqlite:///none.sqlite"), 4, "does not exist"),
        (("evidence",), 2, "seal"),
    ],
)
def test_wrong_turns(ps, screened, words, code, said):
    answer = ps(*words)
    assert (answer.code, said in answer.out + answer.err) == (code, True), answer.out + answer.err
    assert "Traceback" not in answer.err


def test_a_truncated_and_a_poisoned_bundle(ps, screened):
    assert ps("evidence", "B2", "-o", "case.zip").code == 0
    whole = Path("case.zip").read_bytes()
    Path("cut.zip").write_bytes(whole[: len(whole) // 2])
    assert ps("evidence", "verify", "cut.zip").code == 1
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("\x1b[31m../../etc/cron.d/x", "")
    Path("bad.zip").write_bytes(out.getvalue())
    answer = ps("evidence", "verify", "bad.zip")
    assert (answer.code, "leads out of its folder" in answer.out, "\x1b" in answer.out) == (1, True, False)
    assert "ask whoever sent it" in answer.err


def test_inputs_that_are_packed_are_screened_again(ps, screened):
    flag_id = screened["PS-CHEM-001", "B2"]
    assert ps("evidence", flag_id, "-o", "case.zip").code == 0
    name = json.loads(members("case.zip")["evidence.json"])["inputs"][0]["name"]
    Path("archive").mkdir()
    with zipfile.ZipFile("archive/2026.zip", "w") as archive:
        archive.write(name)
    answer = ps("evidence", "verify", "case.zip", "--inputs", "archive")
    assert (answer.code, "1 of 1 flag raised again with the same level and evidence\n" in answer.out) == (0, True), answer.out
    Path("archive/2026.zip").write_bytes(Path("archive/2026.zip").read_bytes()[:-40])
    answer = ps("evidence", "verify", "case.zip", "--inputs", "archive")
    assert (answer.code, "could not be looked into: 2026.zip" in answer.out) == (3, True), answer.out


@pytest.mark.parametrize(
    ("entries", "kind", "said"),
    [
        ({"../../outside.txt": b"x"}, zipfile.ZIP_STORED, "leads out of its folder"),
        ({"/tmp/outside.txt": b"x"}, zipfile.ZIP_STORED, "leads out of its folder"),
        ({f"{n:02}": bytes(9 << 20) for n in range(9)}, zipfile.ZIP_DEFLATED, "unpacks to far more"),
        ({}, zipfile.ZIP_STORED, "is missing"),
    ],
)
def test_a_file_that_is_no_bundle_is_a_problem_and_writes_nothing(ps, entries, kind, said):
    with zipfile.ZipFile("bad.zip", "w", kind) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    before = sorted(str(p) for p in Path("..").rglob("*"))
    answer = ps("evidence", "verify", "bad.zip")
    assert (answer.code, said in answer.out, "Traceback" in answer.out + answer.err) == (1, True, False), answer
    assert sorted(str(p) for p in Path("..").rglob("*")) == before


def test_inputs_that_are_a_bomb_are_named(ps, screened):
    flag_id = screened["PS-CHEM-001", "B2"]
    assert ps("evidence", flag_id, "-o", "case.zip").code == 0
    Path("archive").mkdir()
    with zipfile.ZipFile("archive/bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", bytes(300_000_000))
    answer = ps("evidence", "verify", "case.zip", "--inputs", "archive")
    assert (answer.code, "bomb.zip unpacks to far more" in answer.out) == (3, True), answer.out


def test_the_ledger_tells_editions_and_the_parts_are_those_of_the_report(ps, screened):
    assert ps("evidence", "B2", "-o", "case.zip").code == 0
    document = json.loads(members("case.zip")["evidence.json"])
    then = document["reference"]
    assert then["substances"] == then["now"]["substances"]
    assert [w["list_id"] for w in then["watchlists"]]
    assert not any("which edition" in n for n in document["notes"])
    assert any("keeps no score" in n for n in document["notes"])
    (shipment,) = document["shipments"]
    report = json.loads(Path("report.json").read_text("utf-8"))
    (other,) = [s for s in report["shipments"] if s["shipment_id"] == shipment["shipment_id"]]
    assert shipment["reckoned"] is True
    assert shipment["parts"] == [p for p in other["parts"] if p["part"] != "standing"]
    assert {"licit use", "quantity"} <= {p["part"] for p in shipment["parts"]}
    assert "Reckoned again when this was sealed" in members("case.zip")["index.html"].decode()
    assert ps("evidence", "verify", "case.zip", "--inputs", ".").code == 0
