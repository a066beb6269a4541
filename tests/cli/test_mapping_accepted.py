"""`mapping accept`, `list` and `forget`, and the runs that read by what was accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("few_rules")

TABLE = """Stuff,Code,Firm Q,Net Weight KG,Date
acetic anhydride,29152400,Mingbei Bright Toys,180,2026-11-02
wool,51011100,Acme Ltd,5,2026-11-03
"""
SITE = ("--watchlist", "sample", "--jurisdiction", "US", "--as-of", "2026-11-25")
MAP = "columns: {Stuff: description, Code: hs_code, Firm Q: consignor_name}\n"


@pytest.fixture
def accepted(ps, home) -> str:
    """The digest of a layout that was accepted with a map."""
    Path("m.csv").write_text(TABLE)
    Path("map.yml").write_text(MAP)
    answer = ps("mapping", "accept", "m.csv", "--mapping", "map.yml")
    assert (answer.code, answer.out.split("  ", 1)[1]) == (0, "m.csv: 5 of 5 columns are mapped\n")
    return answer.out.split()[0]


def report_of(ps, *words: str) -> dict:
    ps("screen", "m.csv", *SITE, "-o", "report.json", *words)
    return json.loads(Path("report.json").read_text())


def flags_of(report: dict) -> list[tuple]:
    return [(f["rule_id"], f["line_id"], f["level"], f["source_row"], f["evidence"]) for f in report["flags"]]


def test_a_layout_that_was_accepted_is_read_by_its_map_and_provenance_says_so(ps, accepted):
    by_accepted, by_map = report_of(ps), report_of(ps, "--mapping", "map.yml")
    assert flags_of(by_accepted) == flags_of(by_map) != []
    (one,) = by_accepted["provenance"]["inputs"]
    (other,) = by_map["provenance"]["inputs"]
    stated = one.pop("accepted_map")
    assert one == other
    assert stated["digest"].startswith(accepted)
    assert len(stated["day"]) == 10


def test_guess_leaves_accepted_maps_out(ps, accepted):
    guessed = report_of(ps, "--mapping", "guess")
    assert "accepted_map" not in guessed["provenance"]["inputs"][0]
    assert ["Firm Q", "consignor_name"] not in guessed["provenance"]["inputs"][0]["mapping"]
    ps("mapping", "forget", accepted)
    assert report_of(ps)["provenance"]["inputs"] == guessed["provenance"]["inputs"]


def test_a_map_given_once_is_not_kept(ps, home):
    Path("m.csv").write_text(TABLE)
    Path("map.yml").write_text(MAP)
    report_of(ps, "--mapping", "map.yml")
    ps("mapping", "check", "m.csv", "--mapping", "map.yml")
    assert ps("mapping", "list", "--json").out == ""
    assert not Path(home, "mappings").exists()


def test_daily_reads_by_it_too(ps, accepted):
    wanted = {(f["rule_id"], f["line_id"]) for f in report_of(ps)["flags"]}
    Path("inbox").mkdir()
    Path("out").mkdir()
    Path("inbox/m.csv").write_text(TABLE)
    ps("daily", "inbox", "--out", "out", "--settle", "0", *SITE)
    report = json.loads(Path("out/latest/report.json").read_text())
    assert {(f["rule_id"], f["line_id"]) for f in report["flags"]} == wanted
    assert report["provenance"]["inputs"][0]["accepted_map"]["digest"].startswith(accepted)


def test_audit_reads_by_it_too(ps, accepted):
    words = ("audit", "Mingbei Bright Toys", "--manifest", "m.csv", "--jurisdiction", "US", "--to", "2026-11-25")
    by_accepted, by_map, guessed = (ps(*words, *more) for more in ((), ("--mapping", "map.yml"), ("--mapping", "guess")))
    assert (by_accepted.code, by_accepted.out) == (by_map.code, by_map.out)
    assert by_accepted.code != 2
    assert "180" in by_accepted.out
    assert guessed.out != by_accepted.out


def test_accepted_maps_are_listed_and_forgotten(ps, accepted):
    listed = ps("mapping", "list").out.splitlines()[-1]
    assert listed.startswith(f"accepted {accepted} on ")
    assert listed.endswith("Stuff: description, Code: hs_code, Firm Q: consignor_name, Net Weight KG: net_mass, Date: date")
    (one,) = ps("mapping", "list", "--json").objects
    assert one["headers"] == ["Stuff", "Code", "Firm Q", "Net Weight KG", "Date"]
    assert f"`mapping forget {accepted}` drops it" in ps("mapping", "list", "m.csv").out
    assert ps("mapping", "forget", accepted).out == f"forgot {accepted}\n"
    assert ps("mapping", "list", "--json").out == ""


def test_what_is_accepted_again_replaces_the_map(ps, accepted):
    assert ps("mapping", "accept", "m.csv").out.startswith(accepted)
    (one,) = ps("mapping", "list", "--json").objects
    assert [c["field"] for c in one["columns"]].count("consignor_name") == 0


def test_the_two_best_fields_of_each_column_with_reasons(ps, home):
    Path("m.csv").write_text(TABLE)
    assert (
        "      6.0 net_mass: its header says net, mass, kg; 100 % of its cells are numbers\n      2.0 gross_mass: "
        in ps("mapping", "list", "m.csv").out
    )
    (table,) = ps("mapping", "list", "m.csv", "--json").objects
    last = table["columns"][3]
    assert (last["field"], last["unit"], [b["field"] for b in last["best"]]) == ("net_mass", "KGM", ["net_mass", "gross_mass"])
    assert last["best"][0]["score"] > last["best"][1]["score"]
    assert all(len(column["best"]) <= 2 for column in table["columns"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("wool,51011100,Acme Ltd\ntin,80011000,Zenith Ltd\n", "has no header"),
        ("Colour,Size\nred,4\n", "has no column of goods"),
        ("UNB+UNOA:1+A+B+1:1+1'UNZ+0+1'", ""),
    ],
)
def test_what_would_not_be_known_again_is_not_accepted(ps, home, content, says):
    Path("x.csv").write_text(content)
    answer = ps("mapping", "accept", "x.csv")
    assert answer.code == 4
    assert says in answer.err
    assert not Path(home, "mappings").exists()


def test_a_map_that_does_not_fit_is_not_accepted(ps, home):
    Path("m.csv").write_text(TABLE)
    Path("map.yml").write_text("columns: {Gods: description}")
    answer = ps("mapping", "accept", "m.csv", "--mapping", "map.yml")
    assert (answer.code, "which the table does not have" in answer.err) == (2, True)
    assert not Path(home, "mappings").exists()


DAMAGE = {
    "cut": lambda text: text[:100],
    "empty": lambda text: "",
    "another file": lambda text: '{"a": 1}',
    "not text": lambda text: "\udcff\udcfe",
    "another field": lambda text: text.replace("consignor_name", "consignee_name"),
    "more keys": lambda text: text.replace('"day"', '"more": 1, "day"'),
    "deep": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_or_foreign_map_is_a_clear_error_and_can_be_dropped(ps, home, accepted, how):
    (path,) = Path(home, "mappings").iterdir()
    path.write_text(DAMAGE[how](path.read_text()), errors="surrogateescape")
    for words in (("screen", "m.csv"), ("mapping", "list"), ("mapping", "list", "m.csv")):
        answer = ps(*words)
        assert answer.code == 2
        assert "is an accepted column map, but damaged" in answer.err
        assert f"mapping forget {accepted}" in answer.err
        assert "Traceback" not in answer.err
    assert ps("screen", "m.csv", "--mapping", "guess", "--watchlist", "sample").code in (0, 3)
    assert ps("mapping", "forget", accepted).code == 0
    assert ps("mapping", "list").code == 0


def test_a_map_under_another_name_is_an_error(ps, home, accepted):
    (path,) = Path(home, "mappings").iterdir()
    path.rename(path.with_name("0" * 64 + ".json"))
    assert "is an accepted column map, but damaged" in ps("screen", "m.csv").err
    assert ps("mapping", "forget", "0").code == 0


@pytest.mark.parametrize("words", [(), ("f" * 12,), ("abc", "--all")])
def test_forget_needs_one_map_or_all(ps, home, words):
    assert ps("mapping", "forget", *words).code == 2


def test_forget_all_drops_all(ps, accepted):
    Path("n.csv").write_text("Goods,HS Code\nwool,51011100\n")
    ps("mapping", "accept", "n.csv")
    assert len(ps("mapping", "list", "--json").objects) == 2
    assert ps("mapping", "forget", "").code == 2
    assert len(ps("mapping", "forget", "--all").out.splitlines()) == 2
    assert ps("mapping", "list", "--json").out == ""


def test_the_beginning_of_a_digest_must_be_of_one_map(ps, home):
    folder = Path(home, "mappings")
    folder.mkdir(parents=True)
    for name in ("ab" * 32, "ac" * 32):
        (folder / f"{name}.json").write_text("damaged")
    answer = ps("mapping", "forget", "a")
    assert (answer.code, "fits the digests of several accepted maps" in answer.err) == (2, True)
    assert ps("mapping", "forget", "ab").out == "forgot abababababab\n"
    assert [path.name[:4] for path in folder.iterdir()] == ["acac"]
