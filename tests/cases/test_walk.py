"""One case at a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from precursor_screen.cases.walk import Officers, gather, walk
from precursor_screen.core.model import OPEN
from precursor_screen.history.store import open_ledger
from tests.history.rows import cells, flag, flags, judged, run

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
# flag, shipment, level, weight; in no order
FLAGS = [("aaa1", "S1", "medium", 30), ("bbb1", "S2", "critical", 5), ("bbb2", "S2", "low", 5), ("ccc1", "S3", "medium", 31)]


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        found = flags(*(flag("PS-CHEM-001", f, flag_id=f, shipment_id=s, level=lv, weight=w) for f, s, lv, w in FLAGS))
        judgement = judged(*(f for f, *_ in FLAGS))
        with opened.begin(run(1)) as transaction:
            transaction.record_flags(transaction.compare_flags(found, judgement), cells(*(f for f, *_ in FLAGS)), judgement)
        yield opened


class Script:
    """Answers in a row; then the input ends, or whoever answers presses Ctrl-C."""

    def __init__(self, *answers, end=EOFError):
        self.answers, self.end, self.said = list(answers), end, []

    def say(self, text):
        self.said.append(text)

    def key(self, prompt):
        return self.line(prompt)[:1]

    def second(self, prompt):
        return self.line(prompt)

    def line(self, prompt):
        self.said.append(prompt)
        if not self.answers:
            raise self.end
        return self.answers.pop(0)


def go(ledger, *answers, second="", may_clear=(), kind=None, **options):
    script = (kind or Script)(*answers, **options)
    cases = gather(ledger.flags(states=OPEN).to_pylist())
    return walk(ledger, cases, Officers("N. Officer", second, may_clear), script, lambda: NOW), script


def said(ledger):
    return [(d.flag_id, d.verdict, d.reason, d.text, d.second) for d in ledger.verdicts()]


def test_the_worst_comes_first(ledger):
    assert [c.shipment_id for c in gather(ledger.flags().to_pylist())] == ["S2", "S3", "S1"]
    assert [f["flag_id"] for f in gather(ledger.flags().to_pylist())[0].flags] == ["bbb1", "bbb2"]


def test_every_key(ledger):
    done, script = go(ledger, "c", "1", "seen", "O. Other", "r", "", "", "?", "sampled", "")
    assert (done.decided, done.skipped, done.left, done.flags, done.ended) == (3, 0, 0, 4, "all cases were shown")
    assert said(ledger) == [
        ("bbb1", "cleared", "licensed", "seen", "O. Other"),
        ("bbb2", "cleared", "licensed", "seen", "O. Other"),
        ("ccc1", "referred", "referred", "", ""),
        ("aaa1", "inconclusive", "sampled", "", ""),
    ]
    assert "1 of 3  shipment S2" in script.said
    assert ledger.verify() == []


def test_confirm_skip_and_quit(ledger):
    done, _ = go(ledger, "s", "f", "", "", "q", "never read")
    assert (done.decided, done.skipped, done.left, done.ended) == (1, 1, 1, "quit")
    assert said(ledger) == [("ccc1", "confirmed", "other", "", "")]


@pytest.mark.parametrize(("end", "word"), [(EOFError, "the input ended"), (KeyboardInterrupt, "interrupted")])
@pytest.mark.parametrize("answers", [(), ("c",), ("c", "1"), ("c", "1", "text"), ("c", "1", "text", "O. Other")])
def test_whatever_ends_it_what_was_decided_is_kept_and_nothing_else(ledger, end, word, answers):
    done, _ = go(ledger, *answers, end=end)
    assert (done.ended, done.decided, done.left) == (word, len(answers) // 4, 3 - len(answers) // 4)
    assert len(said(ledger)) == 2 * done.decided


def test_what_is_refused_is_asked_again(ledger):
    done, script = go(ledger, "c", "1", "", "", "x", "", "c", "9", "0", "1", "", "n. officer", "c", "Because!", "", "O", "q")
    assert (done.decided, done.ended) == (0, "quit")
    refusals = [text for text in script.said if text.startswith("Not recorded")]
    assert [
        "can be cleared only with a second officer" in refusals[0],
        "is the first" in refusals[1],
        "is not a reason code" in refusals[2],
    ] == [True] * 3
    assert script.said.count("Name of the second officer (Enter: nobody, it stays open): ") == 3
    assert "'x' is none of the keys." in script.said
    assert "Press one of the keys." in script.said
    assert script.said.count("Give a number from 1 to 8, or a code of your own.") == 2
    assert said(ledger) == []


class Written(Script):
    """Answers that were written down before: nobody reads a prompt."""

    def second(self, prompt):
        self.said.append(prompt)
        return ""


def test_a_later_answer_is_never_the_second_officer(ledger):
    done, script = go(ledger, "c", "1", "licence seen", "s", "q", kind=Written)
    assert (done.decided, done.skipped, done.ended, said(ledger)) == (0, 1, "quit", [])
    assert any("can be cleared only with a second officer" in text for text in script.said if text.startswith("Not recorded"))


def test_the_second_officer_may_be_named_before(ledger):
    done, script = go(ledger, "c", "1", "seen", "q", second="O. Other", kind=Written)
    assert (done.decided, {one[-1] for one in said(ledger)}) == (1, {"O. Other"})
    assert not any(text.startswith("Name of the second") for text in script.said)


@pytest.mark.parametrize("second", ["s", "?", "N. Officer", "n officer", "-"])
def test_a_slip_or_the_first_officer_is_no_second_one(ledger, second):
    done, _ = go(ledger, "c", "1", "seen", second, "q")
    assert (done.decided, said(ledger)) == (0, [])


def test_only_those_who_may_clear_clear(ledger):
    may_clear = ("O. Other", "P. Person")
    done, script = go(ledger, "c", "1", "", "O. Other", "r", "", "", "q", may_clear=may_clear)
    assert (done.decided, {one[1] for one in said(ledger)}) == (1, {"referred"})
    assert any("'N. Officer' is not among the names that may clear" in text for text in script.said)


def test_a_long_cell_is_cut(ledger, monkeypatch):
    from precursor_screen.cases.walk import _clip

    assert _clip("x" * 120) == "x" * 120
    assert (_clip("x" * 121), _clip("a\n\tb")) == ("x" * 119 + "…", "a b")


def test_no_cases(ledger):
    done = walk(ledger, [], Officers("N. Officer"), Script(), lambda: NOW)
    assert (done.decided, done.left) == (0, 0)
