"""`ledger` and `review`."""

from __future__ import annotations

import getpass
import json
import re
import shlex
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from precursor_screen.history.migrations import MIGRATIONS
from precursor_screen.history.store import open_ledger
from tests.history.rows import cells, flag, flags, judged, movement, run, table
from tests.releases.ledgers import unpack

NAMES = "The names are recorded, not authenticated."
KEYS = ("abcdef01", "abcdef02")


@pytest.fixture
def recorded(home):
    """A ledger under home with two flags, and its path."""
    path = home / "ledger.sqlite"
    with open_ledger(f"sqlite:///{path}") as ledger, ledger.begin(run(1)) as transaction:
        transaction.record_movements(table(*(movement(k) for k in KEYS)))
        found = flags(*(flag("PS-CHEM-001", k, flag_id=k, because=f"\x1b[31mbecause of {k}") for k in KEYS))
        compared = transaction.compare_flags(found, judged(*KEYS))
        transaction.record_flags(compared, cells(*KEYS), judged(*KEYS))
    return path


def test_info(ps, recorded):
    answer = ps("ledger", "info")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith(f"{recorded}: version {MIGRATIONS[-1].number}, ")
    assert lines[1].startswith("  runs        1, the last ended 20")
    assert lines[2:] == [
        "  movements   2 that count, 2026-03-01 to 2026-03-01; kept beside them: 0 superseded, 0 cancelled",
        "  flags       new 2, existing 0, escalated 0, suppressed 0, resolved 0",
        "  verdicts    0, of them clearances that hold today 0",
        lines[5],
    ]
    assert re.fullmatch(r"  verifiable  since 20\S+; 2 links, head [0-9a-f]{16}", lines[5])
    (found,) = ps("ledger", "info", "--json").objects
    assert (found["movements"], found["flags"]["new"], found["first_day"]) == (2, 2, "2026-03-01")


@pytest.mark.parametrize("words", [["ledger", "info"], ["ledger", "verify"], ["review", "list"], ["ledger", "prune", "--yes"]])
def test_without_a_ledger(ps, home, words):
    answer = ps(*words)
    assert (answer.code, "does not exist" in answer.err) == (4, True)
    assert not home.exists()


def test_which_ledger(ps, recorded, tmp_path, monkeypatch):
    other = tmp_path / "other.sqlite"
    with open_ledger(f"sqlite:///{other}"):
        pass
    assert str(other) in ps("ledger", "info", "--ledger", f"sqlite:///{other}").out
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER", f"sqlite:///{other}")
    assert str(other) in ps("ledger", "info").out
    assert str(recorded) in ps("ledger", "info", "--ledger", "home").out


def test_verify(ps, recorded):
    answer = ps("ledger", "verify")
    assert (answer.code, answer.out) == (0, f"{recorded}: sound\n")
    import sqlite3

    connection = sqlite3.connect(recorded)
    connection.execute("update runs set movements_added = 9")
    connection.commit()
    connection.close()
    answer = ps("ledger", "verify")
    assert answer.code == 1
    assert "1 runs whose movements are not those they recorded" in answer.out


def test_backup_and_export(ps, recorded, tmp_path):
    answer = ps("ledger", "backup", "copy.sqlite")
    assert (answer.code, answer.out.startswith("copy.sqlite: ")) == (0, True)
    assert ps("ledger", "backup", "copy.sqlite").code == 4
    assert ps("ledger", "verify", "--ledger", "sqlite:///copy.sqlite").code == 0
    answer = ps("ledger", "export", "out", "--format", "csv")
    assert (answer.code, "out/movements.csv: 2 rows" in answer.out) == (0, True)
    assert ps("ledger", "export", "out", "--format", "csv").code == 2


def permissions(*names):
    return [oct(Path(n).stat().st_mode & 0o777) for n in names]


def test_copies_are_for_their_owner_unless_a_mode_says_otherwise(ps, recorded, monkeypatch):
    ps("ledger", "backup", "a.sqlite")
    ps("ledger", "export", "a", "--format", "csv")
    ps("review", "export", "a.csv")
    assert permissions("a.sqlite", "a/runs.csv", "a/chain.csv", "a.csv") == ["0o600"] * 4
    monkeypatch.setenv("PRECURSOR_SCREEN_MODE", "0640")
    ps("ledger", "backup", "b.sqlite")
    ps("ledger", "export", "b")
    ps("review", "export", "b.csv")
    assert permissions("b.sqlite", "b/runs.parquet", "b.csv") == ["0o640"] * 3
    assert ps("ledger", "backup", "c.sqlite", "--mode", "644").code == 0
    assert permissions("c.sqlite") == ["0o644"]
    for words in (("backup", "d.sqlite"), ("export", "d")):
        answer = ps("ledger", *words, "--mode", "7")
        assert (answer.code, answer.err.startswith("error: --mode: '7' does not say who may open the reports.")) == (2, True)
    monkeypatch.setenv("PRECURSOR_SCREEN_MODE", "rw")
    assert "error: mode, from PRECURSOR_SCREEN_MODE: 'rw' does not say who may open" in ps("ledger", "backup", "d.sqlite").err
    assert not Path("d.sqlite").exists()


def test_prune_asks_and_counts(ps, recorded):
    answer = ps("ledger", "prune")
    assert (answer.code, "Pass --yes" in answer.err) == (2, True)
    assert ps("ledger", "prune", stdin=b"n\n").out == "Nothing was removed.\n"
    days = str((date.today() - date(2026, 3, 1)).days + 1000)
    assert ps("ledger", "prune", "--yes", "--days", days).out.splitlines()[1].endswith("0 open flags, 0 flags with a verdict")
    with open_ledger(f"sqlite:///{recorded}") as ledger:
        assert ledger.prune(1, date(2026, 3, 1) + timedelta(days=100)).movements == 2


def test_a_locked_ledger(ps, recorded):
    with open_ledger(f"sqlite:///{recorded}") as ledger, ledger.begin(run(2)):
        answer = ps("review", "add", KEYS[0], "--verdict", "confirmed", "--reason", "other")
        assert answer.code == 5
        assert "is in use by process" in answer.err
        assert ps("review", "list").code == 0


def test_list(ps, recorded):
    answer = ps("review", "list")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "high          abcdef01  \ufffd[31mbecause of abcdef01",
        "              new; PS-CHEM-001, shipment S-abcdef01",
        "high          abcdef02  \ufffd[31mbecause of abcdef02",
        "              new; PS-CHEM-001, shipment S-abcdef02",
        "2 flags",
    ]
    assert ps("review", "list", "--state", "resolved").out == "No such flag is recorded.\n"
    assert [f["flag_id"] for f in ps("review", "list", "--json", "--shipment", "S-abcdef02").objects] == ["abcdef02"]
    assert ps("review", "list", "--rule", "ps-chem-001").out.endswith("2 flags\n")


def test_add_then_list(ps, recorded):
    last = (date.today() + timedelta(days=9)).isoformat()
    words = ("--verdict", "cleared", "--reason", "licensed", "--text", "seen", "--until", last, "--officer", "N. Officer")
    answer = ps("review", "add", *KEYS, *words)
    assert (answer.code, answer.out.splitlines()) == (0, [*(f"{k}: cleared until {last}, by N. Officer" for k in KEYS), NAMES])
    assert ps("review", "list").out == "No such flag is recorded.\n"
    lines = ps("review", "list", "--state", "suppressed").out.splitlines()
    assert lines[2].strip() == f"cleared until {last} (licensed) by N. Officer, {date.today()}" or "cleared until" in lines[2]
    (one, _) = ps("review", "list", "--state", "all", "--json").objects
    assert (one["state"], one["dispositions"][0]["officer"], one["evidence"][0]["field"]) == (
        "suppressed",
        "N. Officer",
        "description",
    )


def test_who_says_so(ps, recorded, monkeypatch):
    words = ("review", "add", KEYS[0], "--verdict", "inconclusive", "--reason", "other")
    assert f"by {getpass.getuser()}" in ps(*words).out
    monkeypatch.setenv("PRECURSOR_SCREEN_OFFICER", "From The Settings")
    assert "by From The Settings" in ps(*words).out


def test_a_wrong_flag_changes_nothing(ps, recorded):
    answer = ps("review", "add", KEYS[0], "nothing-like-it", "--verdict", "confirmed", "--reason", "other")
    assert (answer.code, "no flag, shipment, bill or party 'nothing-like-it'" in answer.err) == (2, True)
    assert ps("review", "list", "--json").objects[0]["dispositions"] == []


def test_import_and_export(ps, recorded):
    Path("in.csv").write_text("flag_id,verdict,reason,text\nabcdef01,confirmed,referred,=1\nabcdef02,cleared,licensed,\n")
    assert ps("review", "import", "in.csv", "--officer", "N").out == f"2 verdicts added: 1 cleared, 1 confirmed\n{NAMES}\n"
    assert ps("review", "export", "out.csv").out == "out.csv: 2 verdicts\n"
    answer = ps("review", "import", "out.csv")
    assert answer.out.splitlines() == ["0 verdicts added", "2 were recorded already"]
    Path("in.csv").write_text("flag_id,verdict,reason\nabcdef01,maybe,other\nxyzxyz,cleared,other\n")
    answer = ps("review", "import", "in.csv")
    assert (answer.code, answer.out) == (4, "0 verdicts added\n")
    assert [line.split(": ")[0] for line in answer.err.splitlines()] == ["2 refused:", "  in.csv, row 2", "  in.csv, row 3"]
    Path("in.csv").write_text("flag_id,verdict,reason\nabcdef01,referred,other\nxyzxyz,cleared,other\nabcdef02,,\n")
    answer = ps("review", "import", "in.csv")
    assert (answer.code, answer.out) == (3, f"1 verdicts added: 1 referred\n1 rows state no verdict\n{NAMES}\n")
    assert "no flag, shipment, bill or party 'xyzxyz' is in the ledger. `precursor-screen review list" in answer.err


def test_walk_takes_its_answers_from_lines(ps, recorded):
    answer = ps("review", "walk", "--officer", "N. Officer", stdin=b"c\n1\nlicence seen\nreferred\n")
    assert answer.code == 0
    assert "1 of 2  shipment S-abcdef01" in answer.out
    assert answer.out.endswith("\nthe input ended: 1 decided (1 flags), 0 skipped, 1 left\n")
    (first, second) = ps("review", "list", "--state", "all", "--json").objects
    assert [d["reason"] for f in (first, second) for d in f["dispositions"]] == ["licensed"]
    answer = ps("review", "walk", "S-abcdef02", stdin=b"q\n")
    assert answer.out.endswith("quit: 0 decided (0 flags), 0 skipped, 1 left\n")
    assert ps("review", "walk", "--rule", "PS-NO-001").out == "No case is open.\n"
    assert ps("ledger", "verify").code == 0


def test_the_example_of_the_page_records_what_it_says_and_no_key_as_a_name(ps, home):
    page = (Path(__file__).parents[2] / "docs" / "review.md").read_text()
    examples = re.findall(r"printf '(.*)' \| precursor-screen (review walk .*)", page)
    assert len(examples) == 2
    for number, (answers, words) in enumerate(examples):
        url = f"sqlite:///{home / f'{number}.sqlite'}"
        with open_ledger(url) as ledger, ledger.begin(run(1)) as transaction:
            critical = flag("PS-PTY-001", "abcdef01", flag_id="abcdef01", level="critical")
            found = flags(critical, flag("PS-CHEM-001", "abcdef02", flag_id="abcdef02"))
            compared = transaction.compare_flags(found, judged(*KEYS))
            transaction.record_flags(compared, cells(*KEYS), judged(*KEYS))
        answer = ps(*shlex.split(words), "--ledger", url, stdin=answers.encode().decode("unicode_escape").encode())
        assert "Name of the second officer" in answer.out or "--second" in words
        with open_ledger(url) as ledger:
            recorded = [(d.flag_id, d.verdict, d.officer, d.second) for d in ledger.verdicts()]
        assert recorded == ([("abcdef01", "cleared", "N. Officer", "O. Other")] if "--second" in words else [])
    assert "The names are recorded, not authenticated." in answer.out


@pytest.mark.parametrize("second", ["s", "N. Officer"])
def test_a_second_officer_that_is_none_is_refused_before_the_walk(ps, recorded, second):
    answer = ps("review", "walk", "--officer", "N. Officer", "--second", second, stdin=b"")
    assert (answer.code, "can be cleared only with a second officer, and" in answer.err) == (2, True)


def test_the_same_verdict_again_is_recorded_once(ps, recorded):
    words = ("review", "add", "abcdef01", "--verdict", "cleared", "--reason", "licensed", "--officer", "N. Officer")
    assert "The names are recorded, not authenticated." in ps(*words).out
    assert "1 were recorded already" in ps(*words).out
    assert len(ps("review", "list", "abcdef01", "--state", "all", "--json").objects[0]["dispositions"]) == 1
    ps(*words, "--text", "seen")
    assert len(ps("review", "list", "abcdef01", "--state", "all", "--json").objects[0]["dispositions"]) == 2


def test_who_may_clear_is_a_setting(ps, recorded, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_REVIEW_MAY_CLEAR", "O. Other, P. Person")
    words = ("review", "add", "abcdef01", "--reason", "licensed", "--officer")
    answer = ps(*words, "N. Officer", "--verdict", "cleared")
    assert (answer.code, "'N. Officer' is not among the names that may clear" in answer.err) == (2, True)
    assert ps(*words, "N. Officer", "--verdict", "referred").code == 0
    assert ps(*words, "o. other", "--verdict", "cleared").code == 0


def test_stats(ps, recorded):
    assert ps("review", "stats").out == "No verdict is recorded.\n"
    ps("review", "add", *KEYS, "--verdict", "cleared", "--reason", "licensed")
    lines = ps("review", "stats").out.splitlines()
    assert lines[0].split() == ["rule", "decided", "confirmed", "share", "95", "%", "from,", "to", "referred", "unclear", "title"]
    assert lines[1].split()[:8] == ["PS-CHEM-001", "2", "0", "0%", "0.0%,", "65.8%", "0", "0"]
    assert lines[-1] == "  1 of 1 rules: no change; --json says why of each"
    (one,) = ps("review", "stats", "--json").objects
    assert (one["rule_id"], one["share"], one["proposed"]) == ("PS-CHEM-001", 0.0, None)


def test_a_flag_is_named_by_three_characters_where_that_is_enough(ps, recorded):
    answer = ps("explain", "abc")
    assert (answer.code, "2 flags begin with 'abc': abcdef01 (PS-CHEM-001, shipment S-abcdef01); abcdef02" in answer.err) == (
        2,
        True,
    )
    assert "flag abcdef02, new" in ps("explain", "ABCDEF02").out
    assert "flag abcdef02, new" in ps("explain", "flag:abcdef02").out
    assert ps("explain", "shipment:S-abcdef02").out.startswith("Shipment S-abcdef02: 1 recorded flag\n")
    assert ps("review", "list", "S-abcdef02").out.endswith("\n1 flags\n")
    assert ps("review", "add", "S-abcdef02", "--verdict", "referred", "--reason", "referred").out.startswith("abcdef02: referred")


def test_settings_show_both(ps, home):
    out = ps("config", "show").out
    assert "PRECURSOR_SCREEN_LEDGER" in out
    assert "PRECURSOR_SCREEN_OFFICER" in out


def test_settings_and_messages_show_no_user_and_no_password(ps, home, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER", "postgresql://screening:s3cret@[::1]:1/ledger")
    answers = [ps("config", "show"), ps("ledger", "info"), ps("review", "list")]
    said = "".join(a.out + a.err for a in answers)
    assert ("s3cret" in said, "screening:" in said, "postgresql://***@[::1]:1/ledger" in answers[0].out) == (False, False, True)


def test_a_ledger_may_be_named_by_its_path(ps, recorded):
    assert ps("ledger", "info", "--ledger", recorded).out == ps("ledger", "info").out
    answer = ps("ledger", "info", "--ledger", "mydata")
    assert (
        answer.code,
        "'mydata' does not name a ledger. Write a file name with its ending, such as ledger.sqlite" in answer.err,
    ) == (4, True)


def test_upgrade_is_said_and_done_once(ps, home):
    home.mkdir()
    unpack("0.1.0", home)
    answer = ps("review", "list")
    assert (answer.code, "Run `precursor-screen ledger upgrade`" in answer.err) == (4, True)
    answer = ps("ledger", "upgrade")
    assert answer.out.splitlines() == [
        f"{home / 'ledger.sqlite'}: version {MIGRATIONS[-1].number}",
        f"  copy from before: {home / 'ledger.sqlite.version-2'}",
    ]
    assert (ps("review", "list").code, ps("ledger", "upgrade").code, len(list(home.glob("*.version-*")))) == (0, 0, 1)


@pytest.mark.parametrize("words", [["--help"], ["ledger", "--help"], ["review", "--help"], ["review", "add", "--help"]])
def test_help_imports_no_database(words):
    code = f"import sys; from precursor_screen.cli.main import run; code = run({words!r}); "
    code += "print(sorted({m.split('.')[0] for m in sys.modules} & {'sqlalchemy', 'pyarrow', 'numpy', 'filelock', 'sqlite3', 'duckdb'}), code)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr
    assert "Example" in done.stdout


def test_json_is_one_object_a_line(ps, recorded):
    for line in ps("review", "list", "--json").out.splitlines():
        assert json.loads(line)["state"] == "new"
