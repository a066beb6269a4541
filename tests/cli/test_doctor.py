"""`doctor` names what is missing, stale or wrong, with what cures it; `completion` prints what the shell asks for."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.conftest import LISTED
from tests.reference.watchlists.watchlist_files import PRIVATE
from tests.screening import table


def findings(answer):
    return {f["what"]: f for f in json.loads(answer.out)["findings"]}


def test_a_first_day(ps, home):
    first = ps("doctor", "--json")
    assert first.code == 0
    found = findings(first)
    assert {what: f["state"] for what, f in found.items() if f["state"] != "ok"} == {
        "watchlists": "missing",
        "jurisdiction": "missing",
        "registers": "missing",
    }
    assert json.loads(first.out)["next"] == "precursor-screen watchlists update un-sc"
    (home.parent / "mine.csv").write_text(PRIVATE, "utf-8")
    ps("watchlists", "import", "mine", str(home.parent / "mine.csv"), "--date", "2001-01-01")
    stale = findings(ps("doctor", "--json"))["watchlist mine"]
    assert (stale["state"], stale["to_do"]) == ("stale", "precursor-screen watchlists import mine FILE")
    assert "list of 2001-01-01" in stale["said"]


def test_it_says_the_same_to_a_person(ps, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_JURISDICTION", "US")
    answer = ps("doctor")
    assert "missing  watchlists                 none: parties are NOT screened\n" in answer.out
    assert "ok       jurisdiction               US" in answer.out
    assert answer.out.endswith("\nNext: precursor-screen watchlists update un-sc\n")


def test_what_is_wrong_comes_first_and_exits_4(ps, monkeypatch, home):
    (home.parent / "folder.sqlite").mkdir()
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER", str(home.parent / "folder.sqlite"))
    answer = ps("doctor", "--json")
    assert answer.code == 4
    assert findings(answer)["ledger"]["state"] == "WRONG"
    assert json.loads(answer.out)["next"].startswith("Write the name of the file, such as ")


def test_a_damaged_list_is_wrong(ps, home):
    (home.parent / "mine.csv").write_text(PRIVATE, "utf-8")
    ps("watchlists", "import", "mine", str(home.parent / "mine.csv"), "--date", "2026-11-01")
    for path in (path for path in home.rglob("*") if path.is_file() and path.stat().st_size > 2000):
        path.write_bytes(b"")
    answer = ps("doctor", "--json")
    assert (answer.code, findings(answer)["watchlist mine"]["state"]) == (4, "WRONG")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold for root")
def test_a_home_that_may_not_be_written_to(ps, home):
    home.mkdir(exist_ok=True)
    home.chmod(0o500)
    assert findings(ps("doctor", "--json"))["home"]["state"] == "WRONG"


@pytest.mark.parametrize("ledger", ["home", "sqlite:///later.sqlite"])
def test_a_ledger_that_the_first_run_makes(ps, monkeypatch, ledger, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER", ledger)
    assert findings(ps("doctor", "--json"))["ledger"]["said"].endswith("(made by the first run)")
    ps("screen", "-", "--watchlist", "none", stdin=table([LISTED]))
    assert "1 run, " in findings(ps("doctor", "--json"))["ledger"]["said"]


@pytest.mark.parametrize(
    ("shell", "says"), [("bash", "complete -o nosort"), ("zsh", "#compdef precursor-screen"), ("fish", "complete --no-files")]
)
def test_completion(ps, shell, says):
    answer = ps("completion", shell)
    assert answer.code == 0
    assert says in answer.out
    assert "_PRECURSOR_SCREEN_COMPLETE" in answer.out
