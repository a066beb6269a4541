"""Verdicts out into a file and back, and files as people leave them."""

from __future__ import annotations

import csv

import pytest

from precursor_screen.app.verdict_files import read_verdicts, write_verdicts
from precursor_screen.cases.review import VerdictDraft, import_verdicts
from precursor_screen.core.errors import UsageError
from precursor_screen.history.store import open_ledger
from tests.cases.verdicts import NOW, add, fill


def test_out_and_back_is_the_same(ledger, tmp_path):
    add(
        ledger,
        VerdictDraft("=sum(9)", "cleared", "other", text='=1+1, "quoted"\nand more', officer="@x"),
        VerdictDraft("abcdef01", "confirmed", "licensed", text="'tis"),
    )
    path = tmp_path / "out.csv"
    assert write_verdicts(ledger, path) == 2
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [cell for row in rows for cell in row if cell.startswith(("=", "@"))] == []
    before = ledger.verdicts()
    assert import_verdicts(ledger, read_verdicts(path).drafts, "nobody", NOW).repeated == 2
    assert ledger.verdicts() == before
    with open_ledger(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        fill(other)
        assert import_verdicts(other, read_verdicts(path).drafts, "nobody", NOW).added == 2
        assert other.verdicts() == before


FILES = [
    (b"flag_id,verdict\nabcdef01,cleared\n", "does not have the column reason"),
    (b"", "does not have the column flag_id"),
    (b"flag_id,verdict,reason,colour\n", "has a column 'colour'"),
    (b"flag_id,verdict,reason\nabcdef01,cleared,other,more\n", "more cells than the header"),
    (b"flag_id,verdict,reason\n\xff\xfe,x,y\n", "is not CSV in UTF-8"),
    (b"flag_id,verdict,reason\n" + b"x" * 200_000 + b",x,y\n", "more than 100,000 characters"),
    (None, "cannot be read"),
]


@pytest.mark.parametrize(("content", "message"), FILES)
def test_files_that_are_no_verdicts(tmp_path, content, message):
    path = tmp_path / "v.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_verdicts(path)


def test_a_short_row_and_blanks(ledger, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("reason, verdict\n")
    with pytest.raises(UsageError, match="does not have the column"):
        read_verdicts(path)
    path.write_text("flag_id,reason,verdict,text\n abcdef01 ,other,confirmed\n")
    assert import_verdicts(ledger, read_verdicts(path).drafts, "n", NOW).added == 1


def test_files_as_people_leave_them(ledger, tmp_path):
    path = tmp_path / "v.csv"
    path.write_bytes(
        "\ufeffFLAG_ID;Verdict;Reason;text;because\r\nABCDEF01;Cleared;End use confirmed;a, b;x\r\n;;;;\r\nabcdef02;;;;x\r\n".encode()
    )
    stated = read_verdicts(path)
    assert stated.undecided == 1
    assert import_verdicts(ledger, stated.drafts, "N", NOW).added == 1
    (one,) = ledger.verdicts()
    assert (one.flag_id, one.reason, one.text) == ("abcdef01", "end-use-confirmed", "a, b")


def test_what_means_harm_is_stored_as_it_is_and_stays_a_text(ledger, tmp_path):
    text = "<script>x</script> \u202e=1+1\x00\ud800"
    add(ledger, VerdictDraft("abcdef01", "referred", "other", text=text, officer="=cmd"))
    path = tmp_path / "v.csv"
    write_verdicts(ledger, path)
    assert '"\'=cmd"' in path.read_text("utf-8-sig")
    assert ledger.verdicts()[0].text == "<script>x</script> \u202e=1+1\ufffd?"
    assert import_verdicts(ledger, read_verdicts(path).drafts, "N", NOW).repeated == 1
