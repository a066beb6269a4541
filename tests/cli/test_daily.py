"""`daily` as a scheduled job meets it: one day after another, and all that goes wrong on the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.app.daily import run as daily_run
from precursor_screen.history.database import hold_file
from precursor_screen.history.store import open_ledger
from precursor_screen.reference.refresh import refresh_list
from precursor_screen.reference.sources import ListSource
from precursor_screen.reference.store import WatchlistStore
from tests.app.remembered import LARGE, write_rules
from tests.cli.conftest import ACETONE, LISTED, VAGUE, Answer
from tests.formats.pdfs import grid, pdf
from tests.reference.watchlists import watchlist_files as files
from tests.reference.watchlists.watchlist_server import publisher
from tests.releases.ledgers import unpack
from tests.screening import table
from tests.warm import start

pytestmark = pytest.mark.usefixtures("few_rules")
PLAIN = ("--jurisdiction", "US", "--watchlist", "sample", "--settle", "0", "--format", "json", "--jobs", "1")
ALIVE = "precursor-screen: alive, nothing new"


@pytest.fixture
def inbox(home: Path) -> Path:
    Path("out").mkdir()
    folder = Path("inbox")
    folder.mkdir()
    return folder


@pytest.fixture
def daily(ps, inbox) -> Callable[..., Answer]:
    """A run on a day of November 2026."""

    def run(day: int, *options: object) -> Answer:
        return ps("daily", "inbox", "--out", "out", *PLAIN, "--as-of", f"2026-11-{day:02}", *options)

    return run


def put(name: str, *rows: dict[str, Any]) -> Path:
    path = Path("inbox", name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(table(rows))
    return path


def goods(number: int, **more: Any) -> dict[str, Any]:
    return {"bill of lading": f"B{number}", "house bill of lading": "", "declaration id": f"D{number}", **more}


def folders() -> list[str]:
    return sorted(p.name for p in Path("out").iterdir() if p.name[0].isdigit())


def record(folder: str = "latest") -> dict[str, Any]:
    return json.loads(Path("out", folder, "run.json").read_text())


def files_of(folder: str = "latest") -> dict[str, str]:
    return {f["name"]: f["outcome"] for f in record(folder)["files"]}


def last_code() -> int:
    return int(re.search(r"last_exit_code (\d+)$", Path("out/metrics.prom").read_text(), re.MULTILINE)[1])


# Days as they should be


def test_each_file_is_screened_once_and_each_day_has_a_folder(daily):
    put("monday.csv", goods(1, **LISTED))
    answer = daily(23)
    assert (answer.code, answer.err, folders()) == (1, "", ["2026-11-23"])
    subject, *body = answer.out.splitlines()
    assert subject == "precursor-screen: 1 review (2026-11-23, US)"
    assert body[5].startswith("REVIEW")
    assert "Quimeralda Reactivos SA de CV" in body[5]
    assert len(body) < 20
    assert sorted(p.name for p in Path("out/latest").iterdir()) == ["report.json", "run.json", "summary.txt"]
    assert (Path("out/summary.txt").read_text() + "\n") == answer.out == Path("out/latest/summary.txt").read_text() + "\n"
    assert (last_code(), os.readlink("out/latest")) == (1, "2026-11-23")
    assert daily(24).out == ""  # nothing new, and told in this week
    assert daily(24).code == 0
    assert (folders(), last_code()) == (["2026-11-23"], 0)
    put("tuesday.csv", goods(2, **ACETONE))
    assert (daily(24).code, folders()) == (0, ["2026-11-23", "2026-11-24"])
    assert files_of() == {"tuesday.csv": "screened"}
    put("more.csv", goods(3, **ACETONE))
    daily(24)
    assert (folders()[-1], os.readlink("out/latest"), files_of()) == ("2026-11-24-2", "2026-11-24-2", {"more.csv": "screened"})


def test_the_mail_has_two_lines_for_each_review_counts_of_the_rest_and_where_the_report_is(daily):
    (rule,) = write_rules(Path("rules"), LARGE).iterdir()
    rule.write_text(rule.read_text().replace("weight: 35", "weight: 1"))  # high in a shipment that stays low
    bulk = {"description of goods": "ACETONE", "hs code": "291411", "net weight kg": 60}
    put("a.csv", goods(1, **LISTED), goods(2, **bulk), goods(3, **ACETONE), VAGUE)
    answer = daily(23, "--rules", "rules")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "precursor-screen: 1 review, 1 line not screened (2026-11-23, US)")
    first, why = answer.out.splitlines()[6:8]
    assert re.fullmatch(r"REVIEW +\d+  B1  .*Quimeralda Reactivos SA de CV.*", first)
    assert re.fullmatch(r" {12}Consignor or consignee matches a watchlist.*\. Compare .* \[[0-9a-f]{6}\]", why)
    assert "B2" not in answer.out
    assert answer.out.count("in band none or low with a new flag of level high or critical: see the report.\n") == 1
    assert "  1 vague-description: The description could hide anything" in answer.out
    assert answer.out.rstrip().endswith(f"Report: {Path('out').absolute()}/2026-11-23/report.json")


def test_the_same_content_under_another_name_is_nothing_new(daily):
    first = put("a.csv", goods(1))
    put("b.csv", goods(1))
    assert daily(23).code == 0
    assert files_of() == {"a.csv": "screened"}
    first.rename("inbox/c.csv")
    put("sub/d.csv", goods(1))
    daily(24)
    assert folders() == ["2026-11-23"]
    put("b.csv", goods(1, **LISTED))  # the same name with other content is
    assert daily(25).code == 1
    assert files_of() == {"b.csv": "screened"}


def test_an_archive_is_screened_once(daily):
    with zipfile.ZipFile("inbox/all.zip", "w") as archive:
        archive.writestr("one.csv", table([goods(1)]))
        archive.writestr("two.pdf", b"%PDF-1.4 nothing")
    shutil.copy("inbox/all.zip", "inbox/copy.zip")
    assert daily(23).code == 3
    assert files_of() == {"all.zip": "screened"}
    assert (daily(24).code, folders()) == (0, ["2026-11-23"])


def test_an_empty_inbox_is_silent_but_for_a_word_a_week(daily):
    answer = daily(2)
    assert (answer.code, answer.out.splitlines()[0]) == (0, f"{ALIVE} (2026-11-02, US)")
    assert "There has been no report yet." in answer.out
    assert [daily(day).out.startswith(ALIVE) for day in (3, 8, 9, 10)] == [False, False, True, False]
    assert "precursor_screen_daily_files" in Path("out/metrics.prom").read_text()
    assert folders() == []


def test_a_word_a_week_says_what_happened(daily):
    put("a.csv", goods(1, **ACETONE), goods(2))
    answer = daily(23)
    assert (answer.code, answer.out.splitlines()[0]) == (0, "precursor-screen: alive, nothing to look at (2026-11-23, US)")
    assert "! This run: 1 file screened, 2 lines; flagged shipments: 1 in band none." in answer.out.splitlines()
    put("b.csv", goods(3, **ACETONE))
    assert daily(25).out == ""
    Path("inbox/c.csv.part").write_text("half")
    lines = daily(30).out.splitlines()
    assert lines[0] == "precursor-screen: alive, nothing new (2026-11-30, US)"
    assert "! This run: 0 files screened, 0 lines; flagged shipments: none." in lines
    assert "! The last 7 days: 1 file, 1 line; flagged shipments: 1 in band none." in lines
    assert "! In the inbox: 2 screened, 0 set aside, 1 still being written." in lines


def test_a_ledger_that_is_held_is_noticed_before_the_work(daily, home, monkeypatch):
    put("a.csv", goods(1))
    with open_ledger(f"sqlite:///{home / 'ledger.sqlite'}"):
        pass
    monkeypatch.setattr(daily_run, "open_session", lambda *_: pytest.fail("it worked"))
    with hold_file(home / "ledger.sqlite", 0):
        answer = daily(23, "--wait", "0")
    assert (answer.code, "is in use by process" in answer.err) == (5, True)


def test_a_ledger_of_an_older_version_is_brought_up_to_date_and_the_copy_named(daily, home):
    home.mkdir(exist_ok=True)
    unpack("0.1.0", home)
    answer = daily(23, "--check")
    assert (answer.code, "The first run brings it up to date" in answer.out, len(list(home.glob("ledger.sqlite.*")))) == (
        0,
        True,
        0,
    )
    assert f"what it was before is {home / 'ledger.sqlite.version-2'}." in daily(23).out
    assert "what it was before" not in daily(30).out


def test_a_site_sets_it_all_in_a_file(ps, inbox):
    put("a.csv", goods(1, **LISTED))
    Path("ps.toml").write_text(
        'jurisdiction = "EU"\nwatchlists = ["sample"]\nledger = "sqlite:///own.sqlite"\nmode = "0640"\n'
        '[daily]\ninbox = "inbox"\nout = "out"\nformats = ["txt"]\nsettle = 0\nkeep_days = 400\n'
    )
    answer = ps("daily", "--config", "ps.toml", "--as-of", "2026-11-23", "--fail-on", "none")
    assert (answer.code, answer.err) == (0, "")
    assert sorted(p.name for p in Path("out/latest").iterdir()) == ["report.txt", "run.json", "summary.txt"]
    assert Path("own.sqlite").exists()
    assert oct(Path("out/2026-11-23").stat().st_mode)[-3:] == "750"
    assert oct(Path("out/latest/report.txt").stat().st_mode)[-3:] == "640"
    assert ps("daily", "--config", "ps.toml", "--settle", "x").code == 2


def test_two_ledgers_of_one_inbox_give_equal_reports(daily, ps):
    put("a.csv", goods(1, **LISTED), goods(2, **ACETONE))
    daily(23)
    Path("out2").mkdir()
    ps("daily", "inbox", "--out", "out2", *PLAIN, "--as-of", "2026-11-23", "--ledger", "sqlite:///other.sqlite")
    reports = [json.loads(Path(f"{out}/latest/report.json").read_text()) for out in ("out", "out2")]
    for report in reports:
        del report["run"]
    assert reports[0] == reports[1]
    assert Path("out/latest/summary.txt").read_text().replace("out/", "") == Path("out2/latest/summary.txt").read_text().replace(
        "out2/", ""
    )


def test_verdicts_are_taken_from_a_folder_once_and_what_is_refused_is_mailed(daily, home, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_DAILY_VERDICTS", "said")
    assert "said is not a folder" in daily(23).err
    Path("said").mkdir()
    put("a.csv", goods(1, **ACETONE), goods(2, **LISTED))
    daily(23)
    flags = {f["shipment_id"]: f["flag_id"] for f in json.loads(Path("out/latest/report.json").read_text())["flags"]}
    head = "flag_id,verdict,reason,officer\n"
    Path("said/verdicts-2026-11-23.csv").write_text(f"{head}{flags['B1']},cleared,licensed,N. Officer\n")
    Path("said/other.csv").write_text(f"{head}{flags['B2']},referred,other,N. Officer\n")
    answer = daily(24)
    assert (answer.code, answer.out) == (0, "")
    assert json.loads(Path("out/run.json").read_text())["remarks"] == ["Verdicts in verdicts-2026-11-23.csv: 1 added (1 cleared)"]
    with open_ledger(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        assert [(d.flag_id, d.officer) for d in ledger.verdicts()] == [(flags["B1"], "N. Officer")]
    Path("said/verdicts-2.csv").write_text(
        f"{head}{flags['B1']},cleared,licensed,N. Officer\nffffff,cleared,licensed,N. Officer\n"
    )
    Path("said/broken.xlsx").write_bytes(b"PK nothing")
    answer = daily(25)
    assert (
        answer.code,
        "Verdicts in verdicts-2.csv: 0 added, 1 recorded already, 1 refused: said/verdicts-2.csv, row 3" in answer.out,
    ) == (3, True)
    assert "Verdicts in broken.xlsx were NOT taken" in answer.out
    assert daily(26).code == 0


def test_verdicts_in_the_inbox_would_be_screened(daily, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_DAILY_VERDICTS", "inbox/said")
    Path("inbox/said").mkdir()
    answer = daily(23)
    assert (answer.code, "is inside the inbox" in answer.err) == (2, True)


# What cannot be read, or not yet


def test_what_is_not_finished_waits(daily, inbox):
    put("a.csv", goods(1))
    for name in ("b.csv.part", "~$c.xlsx", "d.TMP"):
        Path(inbox, name).write_text("half")
    Path(inbox, ".hidden.csv").write_text("half")
    daily(23)
    assert files_of() == {"a.csv": "screened"}
    assert json.loads(Path("out/run.json").read_text())["waiting"] == ["b.csv.part", "d.TMP", "~$c.xlsx"]
    assert "Still being written" in Path("out/summary.txt").read_text()
    Path("inbox/b.csv.part").write_bytes(table([goods(2)]))
    Path("inbox/b.csv.part").rename("inbox/b.csv")
    daily(24)
    assert files_of() == {"b.csv": "screened"}


def test_a_file_that_changes_while_it_is_watched_waits(daily, monkeypatch):
    path = put("a.csv", goods(1))
    monkeypatch.setattr(daily_run.time, "sleep", lambda _: path.write_bytes(table([goods(1), goods(2)])))
    daily(23, "--settle", "3600")
    assert (folders(), json.loads(Path("out/run.json").read_text())["waiting"]) == ([], ["a.csv"])
    monkeypatch.setattr(daily_run.time, "sleep", lambda _: None)
    daily(23, "--settle", "3600")
    assert record()["counts"]["lines"]["read"] == 2


def test_what_cannot_be_read_is_set_aside_named_and_not_tried_again_until_it_changes(daily, ps):
    put("good.csv", goods(1))
    bad = Path("inbox/bad.xlsx")
    bad.write_bytes(b"PK\x03\x04 broken")
    answer = daily(23)
    assert answer.code == 3
    assert answer.out.splitlines()[0] == "precursor-screen: 1 file set aside (2026-11-23, US)"
    assert files_of() == {"bad.xlsx": "set-aside", "good.csv": "screened"}
    assert any(line.startswith("  bad.xlsx ") for line in answer.out.splitlines())
    assert daily(24).code == 0
    assert (folders(), 'set_aside_before"} 1' in Path("out/metrics.prom").read_text()) == (["2026-11-23"], True)
    assert daily(24, "--retry").code == 3
    bad.write_bytes(table([goods(2, **LISTED)]))
    assert daily(25).code == 1
    assert files_of() == {"bad.xlsx": "screened"}


def test_a_day_with_nothing_but_a_bad_file_has_a_folder_too(daily):
    Path("inbox/bad.pdf").write_bytes(b"%PDF-1.4 " + bytes(range(256)))
    answer = daily(23)
    assert (answer.code, answer.out.splitlines()[0]) == (3, "precursor-screen: 1 file set aside (2026-11-23, US)")
    assert sorted(p.name for p in Path("out/latest").iterdir()) == ["report.json", "run.json", "summary.txt"]
    assert "Could not be screened:" not in answer.out
    assert [i["source_file"] for i in json.loads(Path("out/latest/report.json").read_text())["issues"]] == ["bad.pdf"]
    assert f"Report: {Path('out').absolute()}/2026-11-23/report.json" in answer.out.splitlines()
    assert (daily(24).code, folders()) == (0, ["2026-11-23"])


def test_what_does_not_change_by_itself_is_told_once_and_each_week_while_it_lies_there(daily, inbox):
    Path(inbox, "nowhere.csv").symlink_to("gone.csv")
    os.mkfifo("inbox/pipe.csv")
    Path("inbox/bad.pdf").write_bytes(b"%PDF-1.4 " + bytes(range(256)))
    answer = daily(23)
    told = ("  nowhere.csv is a link that leads nowhere", "  pipe.csv is a pipe", "  bad.pdf is a damaged PDF (PDFSyntaxError). ")
    assert answer.code == 3
    assert all(sum(line.startswith(start) for line in answer.out.splitlines()) == 1 for start in told)
    report = json.loads(Path("out/latest/report.json").read_text())
    assert {"nowhere.csv", "pipe.csv", "bad.pdf"} == {i["source_file"] for i in report["issues"]}
    put("a.csv", goods(1))
    assert [(a.code, a.out) for a in (daily(24), daily(29))] == [(0, ""), (0, "")]
    again = daily(30)
    assert (again.code, again.out.splitlines()[0]) == (3, "precursor-screen: 3 files still set aside (2026-11-30, US)")
    assert all(sum(line.startswith(start) for line in again.out.splitlines()) == 1 for start in told)
    Path("inbox/nowhere.csv").unlink()
    Path("inbox/nowhere.csv").symlink_to("elsewhere.csv")
    assert daily(30).code == 0
    assert daily(30, "--retry").code == 3


@pytest.mark.skipif(os.getuid() == 0, reason="root may open everything")
def test_a_file_that_may_not_be_opened_is_told_of_every_day(daily):
    put("a.csv", goods(1)).chmod(0)
    assert [daily(day).code for day in (23, 24)] == [3, 3]


def test_a_text_file_that_names_a_precursor_is_told_beside_tables_and_is_no_shipment(daily):
    put("a.csv", goods(1))
    Path("inbox/notes.md").write_text("# Of last week\n\nWe send 40 drums of PHENYL-2-PROPANONE to Orveto.\n")
    answer = daily(23)
    assert (answer.code, files_of()) == (1, {"a.csv": "screened", "notes.md": "set-aside"})
    assert "1 text beside tables" in answer.out.splitlines()[0]
    assert "Texts beside tables, no shipments:\n  high  notes.md:3 " in answer.out
    (said,) = [line for line in answer.out.splitlines() if line.startswith("  notes.md ")]
    assert said.endswith(" It names a precursor or a listed party in 1 text.")
    report = json.loads(Path("out/latest/report.json").read_text())
    assert [f["rule_id"] for f in report["flags"] if f["source_file"] == "notes.md"]
    assert [text["source_file"] for text in report["texts_beside"]] == ["notes.md"]
    assert len(report["shipments"]) == 1
    assert daily(24).code == 0  # once


def test_a_text_alone_in_the_inbox_reaches_fail_on(daily):
    Path("inbox/notes.md").write_text("# Of last week\n\nWe send 40 drums of PHENYL-2-PROPANONE to Orveto.\n")
    assert daily(23, "--fail-on", "medium").code == 1


ASIDE = "Table I and II substances at or above their threshold, or of unknown mass, beside tables or read from print:"


def test_listed_goods_outside_tables_or_in_print_are_in_the_first_lines_of_the_mail_once(daily):
    put("a.csv", goods(1, **LISTED))
    Path("inbox/offer.txt").write_text("We will ship 102 kg ephedrine hydrochloride next week.\n")
    head = ("Description of goods", "HS code", "Net weight kg", "Bill of lading")
    rows = [head, ("acetic anhydride", "29152400", "1800", "B8"), ("wool", "510111", "5", "B9")]
    Path("inbox/bill.pdf").write_bytes(pdf(grid(rows, (150, 80, 80, 80))))
    answer = daily(23)
    said = [
        ASIDE,
        "  1,800 kg Acetic anhydride (Table I, threshold 1,023 kg)  bill.pdf:2: read from print",
        "  102 kg Ephedrine (Table I, any mass counts)  offer.txt:1 (row of a sheet that could not be screened): only its words were screened",
    ]
    assert (answer.code, answer.out.splitlines()[2:5]) == (1, said)
    assert record()["counts"]["listed_aside"] == 2
    put("b.csv", goods(2, **LISTED))
    assert ASIDE not in daily(24).out


def test_listed_goods_of_which_no_rule_makes_a_flag_are_mailed_too(daily):
    Path("inbox/a.csv").write_text(
        "Also aboard: 40 boxes of pseudoephedrine tablets 60 mg\nbill of lading,description of goods,hs code,net weight kg\nB1,WOOL,510111,5\n"
    )
    answer = daily(23)
    assert json.loads(Path("out/latest/report.json").read_text())["flags"] == []
    assert (answer.code, answer.out.splitlines()[2]) == (3, ASIDE)
    assert "Pseudoephedrine (Table I, any mass counts)  a.csv:1" in answer.out.splitlines()[3]


def test_lines_that_cannot_be_screened_are_exit_3_and_a_file_of_such_lines_exit_4_once(daily):
    put("a.csv", goods(1), VAGUE)
    assert daily(23).code == 3
    put("b.csv", VAGUE | {"bill of lading": "B7"})
    assert daily(24).code == 4
    assert daily(25).code == 0


# What hinders a run


def test_no_watchlist_is_exit_4_and_takes_nothing(ps, daily):
    put("a.csv", goods(1))
    answer = ps("daily", "inbox", "--out", "out", "--settle", "0", "--as-of", "2026-11-23")
    assert (answer.code, "no watchlist is imported" in answer.err, folders()) == (4, True, [])
    assert Path("out/summary.txt").read_text().startswith("precursor-screen: could NOT screen (2026-11-23)\n\nno watchlist")
    assert last_code() == 4
    assert not Path("out/heartbeat").exists()
    daily(24)
    assert files_of() == {"a.csv": "screened"}


def test_folders_that_are_not_there(ps, daily, inbox):
    for arguments, says in (
        (("nowhere", "--out", "out"), "nowhere is not a folder"),
        (("inbox", "--out", "nowhere"), "nowhere is not a folder. Create it, or mount its disk; nothing was screened."),
        (("inbox", "--out", "inbox"), "is the inbox, or contains it"),
        (("inbox", "--out", "inbox/out"), "is not a folder"),
        (("inbox",), "--out is not given"),
        ((), "INBOX is not given"),
    ):
        answer = ps("daily", *arguments, *PLAIN)
        assert (answer.code, says in answer.err, answer.err.count("\n")) == (2, True, 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_out_folder_is_exit_4(daily):
    put("a.csv", goods(1))
    Path("out").chmod(0o500)
    answer = daily(23)
    Path("out").chmod(0o700)
    assert (answer.code, "cannot be written to" in answer.err) == (4, True)


def test_a_report_that_cannot_be_written_is_exit_4_and_the_next_run_does_it_all(daily, monkeypatch):
    put("a.csv", goods(1, **LISTED))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("precursor_screen.reporting.tables.write_json", full)
        answer = daily(23)
    assert (answer.code, answer.err.count("\n"), "No space left" in answer.err) == (4, 1, True)
    assert (folders(), last_code()) == ([], 4)
    assert (daily(24).code, files_of()) == (1, {"a.csv": "screened"})
    with open_ledger(f"sqlite:///{Path('home/ledger.sqlite').absolute()}") as ledger:
        assert (ledger.verify(), ledger.info().runs) == ([], 1)


def test_the_clock_goes_backwards(daily):
    put("a.csv", goods(1))
    daily(23)
    put("b.csv", goods(2))
    answer = daily(20, "--keep-days", "1")
    assert (answer.code, folders(), os.readlink("out/latest")) == (0, ["2026-11-20", "2026-11-23"], "2026-11-20")
    assert "! The clock says 2026-11-20, and there are reports of 2026-11-23. Check it" in answer.out
    assert daily(24).code == 0
    assert folders() == ["2026-11-20", "2026-11-23"]


@pytest.fixture
def agency(ps, inbox) -> Callable[..., Answer]:
    """A run on a day of November 2026 with a list that was imported: the copy of 2026-01-01 is past its limit of 315 days on the 13th."""

    def import_list(day: str) -> None:
        Path("list.csv").write_text(f"entry_id,name,kind\n1,Nobody of {day} Ltd,organisation\n")
        imported = ps("watchlists", "import", "agency", "list.csv", "--date", day, "--max-age", "315")
        assert imported.code == 0, imported.err

    def run(day: int, *options: object, renew: str = "") -> Answer:
        if renew:
            import_list(renew)
        words = ("--jurisdiction", "US", "--settle", "0", "--as-of", f"2026-11-{day:02}", "--format", "json", "--jobs", "1")
        return ps("daily", "inbox", "--out", "out", *words, *options)

    import_list("2026-01-01")
    return run


STALE = "watchlist agency of 2026-01-01 is {} days old; its limit is 315"


def test_a_list_past_its_limit_is_mailed_on_the_first_run_and_then_once_a_week(agency):
    put("a.csv", goods(1))
    answer = agency(12)
    assert (answer.code, "past its limit" in answer.out) == (0, False)  # 315 days: not past it
    answer = agency(13)
    assert (answer.code, answer.out.splitlines()[0]) == (3, "precursor-screen: 1 list past its limit (2026-11-13, US)")
    said = f"! {STALE.format(316)}. Bring a newer copy: precursor-screen watchlists import agency FILE"
    assert [line for line in answer.out.splitlines() if "agency" in line] == [said]
    assert 'watchlist_stale{list="agency"} 1' in Path("out/metrics.prom").read_text()
    codes = {day: agency(day).code for day in (13, 14, 16, 19, 20, 21, 26, 29, 30)}
    assert {day: code for day, code in codes.items() if code} == {20: 3, 29: 3}
    assert json.loads(Path("out/run.json").read_text())["overdue"] == []


def test_on_other_days_a_list_past_its_limit_is_in_what_is_sent_anyway_and_moves_nothing(agency):
    assert agency(13).code == 3
    put("a.csv", goods(1, **ACETONE))
    answer = agency(14)
    assert (answer.code, answer.out) == (0, "")
    assert STALE.format(317) in " ".join(json.loads(Path("out/latest/report.json").read_text())["notices"])
    put("b.csv", VAGUE)
    answer = agency(15)
    assert (answer.code, f"! {STALE.format(318)}" in answer.out.splitlines()) == (4, True)
    assert "past its limit" not in answer.out.splitlines()[0]


def test_a_list_past_its_limit_is_told_beside_what_is_new(agency):
    put("a.csv", goods(1, **ACETONE))
    answer = agency(13, "--fail-on", "low")
    assert (answer.code, answer.out.splitlines()[0].endswith("1 list past its limit (2026-11-13, US)")) == (1, True)
    assert answer.out.count("watchlist agency") == 1


def test_a_list_that_was_renewed_and_is_past_its_limit_again_is_told_at_once(agency):
    assert [agency(13).code, agency(14).code] == [3, 0]
    assert agency(15, renew="2026-01-02").code == 3  # a copy that is past it already, though no run has seen it fresh
    assert agency(16, renew="2026-10-01").code == 0
    assert agency(17).code == 0


def test_what_a_failed_run_would_have_told_is_told_by_the_next(agency):
    put("a.csv", goods(1))
    answer = agency(13, "--require-fresh")
    assert (answer.code, STALE.format(316) in answer.err, folders()) == (4, True, [])
    assert agency(13).code == 3


def test_a_note_of_a_wrong_clock_or_a_damaged_one_keeps_nothing_back(agency):
    assert agency(28).code == 3
    assert agency(13).code == 3
    for damaged in ('{"agency": "x"}', '{"agency": [1, 2, 3]}', '{"agency": ["2026-01-01", "x"]}', "["):
        Path("out/.daily/stale-lists.json").write_text(damaged)
        assert agency(14).code == 3


# Rules and lists that change


@pytest.fixture
def changed(daily) -> None:
    put("a.csv", goods(1))
    daily(23)
    write_rules(Path("rules"), LARGE)


RULES = ("--rules", "rules")


def test_changed_rules_are_told_of_and_new_files_are_screened_with_them(daily, changed):
    put("b.csv", goods(2, **LISTED))
    answer = daily(24, *RULES)
    told = "! Changed since the run of 2026-11-23: rules. What was screened before was not screened again (1 file in the inbox"
    assert (answer.code, told in answer.out, folders()) == (1, True, ["2026-11-23", "2026-11-24"])
    put("c.csv", goods(3, **LISTED))
    assert "Changed" not in daily(25, *RULES).out


def test_rules_that_are_worded_otherwise_are_told_of_and_nothing_is_screened_again_or_asked(daily):
    (rule,) = write_rules(Path("rules"), LARGE).iterdir()
    put("a.csv", goods(1))
    daily(23, *RULES)
    put("b.csv", goods(2, **LISTED))
    rule.write_text(re.sub(r"(?m)^title: .*$", "title: In other words", rule.read_text()), encoding="utf-8")
    assert "Changed" in daily(24, *RULES, "--check").out
    answer = daily(24, *RULES, "--on-change", "ask")
    assert "Changed since the run of 2026-11-23: rules (wording only). The same lines are flagged." in answer.out
    assert folders() == ["2026-11-23", "2026-11-24"]
    put("c.csv", goods(3))
    assert "Changed" not in daily(25, *RULES, "--on-change", "ask").out
    answer = daily(26, *RULES, "--on-change", "rescreen")
    assert "Nothing is screened again: all 3 files in the inbox" in answer.out


def test_rescreen_takes_what_is_there_into_a_folder_of_its_own(daily, changed):
    put("b.csv", goods(2, **LISTED))
    put("gone.csv", goods(4))
    old = Path("inbox/gone.csv")
    daily(23, "--format", "json")
    old.unlink()
    daily(24, *RULES, "--on-change", "rescreen")
    mail = Path("out/2026-11-24-rescreen/summary.txt").read_text()
    assert folders() == ["2026-11-23", "2026-11-23-2", "2026-11-24-rescreen"]
    assert "2 files of the last 30 days screened again" in mail
    assert mail.startswith("precursor-screen: screened again, ")
    assert (files_of("2026-11-24-rescreen"), os.readlink("out/latest")) == (
        {"a.csv": "screened", "b.csv": "screened"},
        "2026-11-23-2",
    )
    daily(25, *RULES, "--on-change", "rescreen")
    assert folders()[-1] == "2026-11-24-rescreen"  # done with


def test_the_mail_says_how_to_screen_again_and_that_does_it_also_when_new_files_came_in_between(daily, changed):
    put("b.csv", goods(2, **LISTED))
    assert "run the same command once with --on-change rescreen" in daily(24, *RULES).out
    answer = daily(25, *RULES, "--on-change", "rescreen")
    assert (answer.code, files_of("2026-11-25-rescreen")) == (0, {"a.csv": "screened"})
    assert "Changed since the run of 2026-11-23: rules. 1 file of the last 30 days screened again" in answer.out
    none = daily(26, *RULES, "--on-change", "rescreen")
    assert (none.code, folders()[-1]) == (0, "2026-11-25-rescreen")
    assert "Nothing is screened again: all 2 files in the inbox were screened with these rules" in none.out


def test_files_that_are_too_old_to_be_screened_again_are_counted(daily, changed):
    os.utime("inbox/a.csv", (1, 1))
    answer = daily(24, *RULES, "--on-change", "rescreen")
    assert "0 files of the last 30 days screened again, in a folder of their own; 1 older file left out" in answer.out
    assert folders() == ["2026-11-23"]


def test_ask_asks_every_day_until_somebody_answers(daily, changed):
    asked = "Should what was screened before (1 file in the inbox) be screened again?"
    for day in (24, 25):
        answer = daily(day, *RULES, "--on-change", "ask")
        assert (answer.code, asked in answer.out) == (0, True)
    put("b.csv", goods(2))
    assert "Should what" in daily(25, *RULES, "--on-change", "ask").out
    daily(26, *RULES, "--on-change", "new")
    assert daily(27, *RULES, "--on-change", "ask").out == ""


# Retention


def test_old_reports_are_deleted_after_they_were_named_and_what_was_set_aside_stays_so(daily):
    Path("inbox/bad.xlsx").write_bytes(b"PK\x03\x04 broken")
    for day in (1, 6, 12):
        put(f"{day}.csv", goods(day))
        daily(day)
    Path("out/2026-11-02").mkdir()  # somebody else's
    assert "reports to be deleted: 2026-11-01" in daily(13, "--keep-days", "10", "--check").out
    assert folders() == ["2026-11-01", "2026-11-02", "2026-11-06", "2026-11-12"]
    daily(13, "--keep-days", "10")
    assert "Deleted at the end of this run, being older than 10 days: 2026-11-01." in Path("out/summary.txt").read_text()
    assert folders() == ["2026-11-02", "2026-11-06", "2026-11-12"]
    assert daily(14, "--keep-days", "10").code == 0  # bad.xlsx is not tried again
    daily(30, "--keep-days", "1")
    assert len(folders()) == 3  # after more than a week without a run the clock may be wrong


# --check


def test_check_says_what_would_be_done_and_does_nothing(daily, ps):
    put("a.csv", goods(1))
    Path("inbox/b.part").write_text("x")
    answer = daily(23, "--check")
    assert (answer.code, answer.err) == (0, "")
    assert "1 new file, 0 known, 0 set aside before" in answer.out
    assert "  new: a.csv" in answer.out
    assert "  not finished, or changed a moment ago: b.part" in answer.out
    assert list(Path("out").iterdir()) == []
    assert not Path("home").exists()
    daily(23)
    assert "0 new files, 1 known" in daily(24, "--check").out
    wrong = ps("daily", "inbox", "--out", "nowhere", "--check")
    assert (wrong.code, wrong.out.count("WRONG: ")) == (2, 2)  # no watchlist, no folder


# Others, and sudden ends


def test_another_run_is_exit_5_and_says_who_and_since_when(daily):
    daily(23)
    code = "import sys\nfrom pathlib import Path\nfrom precursor_screen.history.database import hold_file\nwith hold_file(Path('out/.daily/run'), 0):\n    print('held', flush=True)\n    sys.stdin.readline()"
    with start(code, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == "held\n"
        answer = daily(24, "--wait", "0")
        assert (answer.code, answer.out) == (5, "")
        assert re.search(rf"is in use by process {holder.pid} of \S+ on \S+ since 20", answer.err)
        assert last_code() == 0  # it was not ours to say
        holder.stdin.write("\n")
    with hold_file(Path("out/.daily/run"), 0):
        pass
    assert daily(24).code == 0


class Killed(SystemExit):
    """Ends a run as a signal would: nothing that it passes may tidy up."""


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool) -> None:
    real = getattr(owner, name)

    def deadly(*arguments: Any, **named: Any) -> Any:
        if after:
            real(*arguments, **named)
        raise Killed

    monkeypatch.setattr(owner, name, deadly)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["write_record", "keep", "publish", "point_latest", "delivered", "write_last"])
def test_wherever_a_run_ends_the_next_one_finishes_it_once(ps, daily, monkeypatch, step, after):
    from precursor_screen.app.daily.out_folder import OutFolder
    from precursor_screen.app.daily.run import _Run
    from precursor_screen.history.transaction import Transaction

    put("a.csv", goods(1, **LISTED))
    owner = Transaction if step in ("keep", "delivered") else _Run if step == "write_last" else OutFolder
    with monkeypatch.context() as patched:
        kill_at(patched, owner, step, after=after)
        with pytest.raises(Killed):
            daily(23)
    ps("--version")  # takes what was told until then
    assert all(Path("out", f, "report.json").exists() for f in folders())
    before = folders()
    recorded = (step, after) in {
        ("keep", True),
        ("publish", False),
        ("publish", True),
        *(("point_latest", x) for x in (False, True)),
    }
    Path("inbox/a.csv").rename("elsewhere.csv")  # what is recorded does not need it any more
    answer = daily(24)
    if before or recorded:
        assert folders() == ["2026-11-23"]
        untold = recorded or (step, after) == ("delivered", False)
        assert answer.code == (1 if untold else 0)
        assert answer.out.startswith("precursor-screen: 1 review (2026-11-23, US)") == untold
    else:
        assert (folders(), answer.code) == ([], 0)
    Path("elsewhere.csv").rename("inbox/a.csv")
    assert daily(25).code == (0 if before or recorded else 1)
    assert len(folders()) == 1
    assert os.readlink("out/latest") == folders()[0]
    assert [p for p in Path("out/.daily").iterdir() if p.is_dir()] == []
    with open_ledger(f"sqlite:///{Path('home/ledger.sqlite').absolute()}") as ledger:
        assert (ledger.verify(), ledger.broken_off()) == ([], set())


def test_days_are_dates_of_the_calendar(ps, inbox):
    put("a.csv", goods(1))
    ps("daily", "inbox", "--out", "out", *PLAIN)
    assert folders() == [date.today().isoformat()]


def test_a_failed_run_leaves_nothing_behind_that_the_next_would_suspect(daily, monkeypatch):

    put("a.csv", goods(1))
    with monkeypatch.context() as patched:
        patched.setattr(
            "precursor_screen.reporting.tables.write_json",
            lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
        )
        daily(23)
    assert sorted(p.name for p in Path("out/.daily").iterdir()) in ([*("run.lock",)], ["digests.json", "run.lock"])


# Lists that are fetched first


def test_lists_are_updated_first_and_one_that_fails_keeps_its_good_copy(daily, ps, home, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with publisher() as site:
        urls = [
            site.put("/SDN.CSV", files.SDN, etag='"s"'),
            site.put("/ALT.CSV", files.ALT, etag='"a"'),
            site.put("/ADD.CSV", files.ADD, etag='"d"'),
        ]
        source = ListSource("ofac-sdn", "Title", urls[0], "licence", 14, False, companions=tuple(urls[1:]))
        monkeypatch.setattr("precursor_screen.app.daily.run.load_sources", lambda _: {"ofac-sdn": source})
        refresh_list(WatchlistStore(home), source)
        put("a.csv", goods(1))
        assert "could not be updated" not in daily(2, "--update").out
        site.put("/SDN.CSV", files.SDN.replace("QUILLON", "QUELLON"), etag='"t"')
        put("b.csv", goods(2))
        asked = len(site.asked)
        daily(3)
        assert len(site.asked) == asked  # nothing is fetched unless it is said
        put("d.csv", goods(4))
        assert "Watchlist ofac-sdn was updated" in daily(4, "--update").out + Path("out/summary.txt").read_text()
        site.pages.clear()
        put("c.csv", goods(3))
        failed = daily(5, "--update")
        assert "Watchlist ofac-sdn could not be updated, its last good copy is used" in failed.out
        assert files_of()["c.csv"] == "screened"
        assert "could not be updated" in Path("out/run.json").read_text()
