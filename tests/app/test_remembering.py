"""Whole runs with a ledger, through the real runner: what each day's report says in the light of the days before it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from precursor_screen.core.errors import ExitCode
from precursor_screen.history.store import open_ledger
from precursor_screen.reference.bundle import Reference
from precursor_screen.reporting.case import show_subjects
from precursor_screen.reporting.html import filed_of
from precursor_screen.reporting.shipment import shipments_in_words
from tests.app.remembered import (
    ABSENT,
    DAY,
    LARGE,
    SHARED,
    SUM,
    UNKNOWN,
    Desk,
    Office,
    ids,
    line,
    notifications,
    of_rule,
    play_together,
    states,
)

VAGUE = line(99, "", description_of_goods="GENERAL CARGO", hs_code="")


@pytest.fixture
def office(request, tmp_path, reference: Reference) -> Office:
    """With a rule about a line and one over time, unless a test names others."""
    rules = getattr(request, "param", (LARGE, SUM))
    return Office(f"sqlite:///{tmp_path / 'ledger.sqlite'}", reference, tmp_path / "rules", *rules)


def with_rules(*rules: str) -> pytest.MarkDecorator:
    """An office that has these rules."""
    return pytest.mark.parametrize("office", [rules], indirect=True, ids=["_".join(rules)])


SCENARIOS: dict[str, Callable[[Desk], None]] = {}


def scenario(play: Callable[[Desk], None]) -> Callable[[Desk], None]:
    """What says nothing of a run as a whole: it is played together with others, in the runs of one ledger."""
    SCENARIOS[play.__name__] = play
    return play


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def amended(number: int, kg: float, day=DAY, version: str = "2"):
    """A later version of a line."""
    return {**line(number, kg, day), "version": version}


def continued(flag) -> list[str]:
    return [e["as_written"] for e in json.loads(flag["evidence"]) if e["field"] == "continues"]


def told(result) -> dict[str, tuple[object, ...]]:
    """What a report says of each flag, but for its state and the file in which the line stands."""
    return {
        f["flag_id"]: (f["because"], f["evidence"], f["line_id"], f["window_line_ids"]) for f in result.report.flags.to_pylist()
    }


@pytest.mark.parametrize("first", [date(1965, 3, 1), date(1969, 12, 20), date(2026, 3, 1)])
@with_rules(SUM)
def test_an_episode_is_remembered_whatever_its_year(office: Office, first: date) -> None:
    """Mistyped years and the first days of spreadsheets are dates too."""
    for days in ((0, 5), (15,), (40,), (20,)):
        office.screen(*(line(n, day=first + timedelta(days=n)) for n in days))
    with office.ledger() as ledger:
        assert ledger.flags(rule_id=SUM).num_rows == 1


# Lines sent again, amended, cancelled


def test_a_file_sent_again_tells_the_same_flags_and_none_of_them_is_new(office):
    rows = (line(1), line(2, day=day(3)), line(3, 20, day(4)))
    first = office.screen(*rows)
    again = office.screen(*rows)
    assert states(first) == [(LARGE, "new"), (LARGE, "new"), (SUM, "new")]
    assert states(again) == [(LARGE, "existing"), (LARGE, "existing"), (SUM, "existing")]
    assert told(again) == told(first)
    bands = [[(s["shipment_id"], s["band"], s["score"]) for s in r.report.shipments.to_pylist()] for r in (first, again)]
    assert bands[0] == bands[1]
    assert (first.report.exit_code, again.report.exit_code) == (ExitCode.FLAGGED, ExitCode.CLEAR)
    with office.ledger() as ledger:
        assert (ledger.info().movements, ledger.verify()) == (3, [])


@scenario
def part_of_a_file_sent_again(desk):
    desk.screen(line(1), line(2, day=day(3)))
    assert states(desk.screen(line(1))) == [(LARGE, "existing")]
    assert states(desk.screen(line(2, day=day(3)))) == [(LARGE, "existing"), (SUM, "existing")]


def test_an_amended_line_no_longer_over_the_threshold_resolves_its_flags_once(office):
    first = office.screen(line(1), line(2, day=day(3)))
    second = office.screen(amended(2, 10, day(3)))
    assert states(second) == [(LARGE, "resolved"), (SUM, "resolved")]
    assert ids(second.report.flags.to_pylist()) <= ids(first.report.flags.to_pylist())
    assert second.report.exit_code == ExitCode.CLEAR
    assert [s["band"] for s in second.report.shipments.to_pylist()] == ["none"]
    assert states(office.screen(amended(2, 10, day(3)))) == []
    back = office.screen(amended(2, 61, day(3), "3"))  # raised again, it is new
    assert states(back) == [(LARGE, "new"), (SUM, "new")]


def test_the_old_version_of_an_amended_line_leaves_the_sums(office):
    office.screen(line(1, 45), line(2, 45, day(1)))
    assert states(office.screen(amended(1, 20))) == []
    assert states(office.screen(line(3, 30, day(2)))) == []  # 95 kg; 120 with the old version
    assert states(office.screen(amended(1, 49, version="3"))) == [(SUM, "new")]  # 124 kg, and not 144 with what it replaces
    with office.ledger() as ledger:
        (flag,) = ledger.flags(rule_id=SUM).to_pylist()
        assert flag["because"].startswith("124 kg of Ephedrine")
        assert (ledger.info().movements, ledger.info().superseded) == (3, 2)


def test_two_originals_of_one_version_both_stay_and_the_larger_mass_counts(office):
    office.screen(line(1, 60), line(2, 20, day(1)))
    contradicting = office.screen(line(1, 70))
    assert states(contradicting) == [(LARGE, "existing")]
    (issue,) = (i for i in contradicting.report.issues.to_pylist() if i["code"] == "version-conflict")
    assert (issue["source_file"], issue["source_row"]) == ("run-2.csv", 2)
    assert states(office.screen(line(3, 5, day(2)))) == []  # 95 kg, and not 155
    assert states(office.screen(line(4, 5, day(3)))) == [(SUM, "new")]
    with office.ledger() as ledger:
        assert (ledger.info().movements, ledger.verify()) == (5, [])


@scenario
def an_amendment_may_be_what_reaches_the_threshold(desk):
    desk.screen(line(1, 45), line(2, 45, day(1)))
    (flag,) = of_rule(desk.screen(amended(2, 49, day(1))), SUM) or [None]
    assert flag is None
    (flag,) = of_rule(desk.screen(amended(2, 55, day(1), "3")), SUM)
    assert (flag["state"], flag["shipment_id"]) == ("new", "B2")


def test_an_old_version_sent_once_more_changes_nothing(office):
    office.screen(line(1, 60))
    office.screen(amended(1, 20))
    office.screen(line(1, 60))
    assert states(office.screen(line(2, 49, day(1)))) == []
    with office.ledger() as ledger:
        assert (ledger.info().movements, ledger.verify()) == (2, [])


def test_a_cancelled_movement_resolves_its_flags_and_leaves_the_sums(office):
    office.screen(line(1), line(2, 60, day(3)))
    cancellation = line(2, "", "", message_function="cancellation", description_of_goods="", hs_code="")
    assert states(office.screen(line(3, 5, day(40)), cancellation)) == [(LARGE, "resolved"), (SUM, "resolved")]
    assert states(office.screen(line(4, 5, day(40)), cancellation)) == []
    assert of_rule(office.screen(line(5, 39, day(4))), SUM) == []  # 99 kg
    with office.ledger() as ledger:
        assert (ledger.info().cancelled, ledger.verify()) == (1, [])


@scenario
def a_cancellation_that_repeats_its_goods_flags_none_of_them(desk):
    desk.screen(line(1), line(2, 60, day(3)))
    cancellation = line(2, 60, day(3), message_function="cancellation")
    assert states(desk.screen(cancellation, line(3, 5, day(40)))) == [(LARGE, "resolved"), (SUM, "resolved")]
    assert states(desk.screen(cancellation, line(3, 5, day(40)))) == []


@with_rules(SHARED)
def test_a_shipment_rule_is_resolved_by_all_its_lines_only(office):
    two = (line(1, 5, house_bill_of_lading="H1"), line(1, 5, item_number="2", description_of_goods="ACETONE", hs_code="291411"))
    two[1]["house bill of lading"] = "H1"
    assert (SHARED, "new") in states(office.screen(*two))
    assert [s for s in states(office.screen(two[0])) if s[0] == SHARED] == []
    tiles = {**two[1], "version": "2", "description of goods": "CERAMIC TILES", "hs code": "690721"}
    assert (SHARED, "resolved") in states(office.screen(two[0], tiles))


def test_a_cumulative_file_tells_what_is_new_and_is_no_failure(office):
    rows = [line(n, 5, day(n), consignee=f"Works of {chr(65 + n)}ra Ltd") for n in range(20)]
    tiles = [line(50 + n, 5, description_of_goods="CERAMIC TILES", hs_code="690721") for n in range(20)]
    office.screen(*rows, *tiles)
    again = office.screen(*rows, *tiles, line(70, 60), line(71, 5, description_of_goods="CERAMIC TILES", hs_code="690721"))
    assert again.report.coverage["lines_known"] == 40
    assert states(again) == [(LARGE, "new")]
    quiet = office.screen(*rows, *tiles, line(72, 5, day(60)))
    assert (quiet.report.exit_code, quiet.report.coverage["lines_known"]) == (ExitCode.CLEAR, 40)
    assert quiet.report.issues.num_rows == 0


# Windows


def test_a_late_manifest_tips_the_window_it_completes(office):
    recorded = office.screen(line(1, day=day(20)))
    late = office.screen(line(2, 45, day(5)))
    (flag,) = of_rule(late, SUM)
    assert (flag["state"], flag["shipment_id"]) == ("new", "B2")
    assert flag["window_line_ids"] == recorded.screened.resolved.lines.column("line_id").to_pylist()
    assert flag["because"] == "105 kg of Ephedrine reach Zenith Imports Inc within 30 days (2026-11-07 to 2026-11-22)."
    assert of_rule(office.screen(line(3, 45, day(60))), SUM) == []


def one_cargo_in_two_runs_counts_once(desk, *, declaration_first):
    declaration = line(1, house_bill_of_lading="H1")
    bill = {**line(1, house_bill_of_lading="H1"), "declaration id": "", "item number": ""}
    for row in (declaration, bill) if declaration_first else (bill, declaration):
        result = desk.screen(row)
    assert of_rule(result, SUM) == []
    assert of_rule(desk.screen(line(2, 39, day(2))), SUM) == []  # 99 kg
    assert len(of_rule(desk.screen(line(3, 5, day(3))), SUM)) == 1
    other = {**bill, "house bill of lading": "H2", "bill of lading": "B7", "consignee": "Other Works Ltd"}
    assert of_rule(desk.screen(other, {**other, "house bill of lading": "H3", "bill of lading": "B8"}), SUM) != []


# What a declaration and a house bill say of one cargo, whichever comes first.
SCENARIOS["a_declaration_and_its_house_bill"] = partial(one_cargo_in_two_runs_counts_once, declaration_first=True)
SCENARIOS["a_house_bill_and_its_declaration"] = partial(one_cargo_in_two_runs_counts_once, declaration_first=False)


@scenario
def a_later_run_that_continues_an_episode_keeps_its_flag(desk):
    (first,) = of_rule(desk.screen(line(1), line(2, day=day(3)), line(3, 20, day(4))), SUM)
    assert continued(first) == []
    (second,) = of_rule(desk.screen(line(4, 5, day(10)), line(5, 5, day(11))), SUM)
    assert (second["flag_id"], second["state"], continued(second)) == (first["flag_id"], "existing", [])  # 150 kg after 140
    (third,) = of_rule(desk.screen(line(6, 5, day(12))), SUM)
    again = of_rule(desk.screen(line(4, 5, day(10)), line(6, 5, day(12))), SUM)
    assert [(f["flag_id"], f["state"]) for f in (third, *again)] == [(first["flag_id"], "existing")] * 2
    assert desk.kept(SUM) == [first["flag_id"]]


@scenario
def what_is_over_or_about_something_else_is_not_continued(desk):
    acetone = {"description_of_goods": "ACETONE", "hs_code": "291411"}
    desk.screen(line(1, 200, **acetone), line(2, 150, consignee="Other Works Ltd"))
    assert [continued(f) for f in of_rule(desk.screen(line(3, 150, day(2))), SUM)] == [[]]
    desk.screen(amended(3, 5, day(2)))  # resolved
    (flag,) = of_rule(desk.screen(line(4, 150, day(3))), SUM)
    assert (flag["state"], continued(flag)) == ("new", [])
    assert [continued(f) for f in of_rule(desk.screen(line(5, 150, day(60))), SUM)] == [[]]  # another episode


def window(flag) -> dict[str, str]:
    return {e["field"]: e["as_written"] for e in json.loads(flag["evidence"]) if e["subject"] == "window"}


@scenario
def an_episode_is_told_of_again_when_it_has_doubled(desk):
    (first,) = of_rule(desk.screen(line(1, 150)), SUM)
    days = [of_rule(desk.screen(line(2 + n, 30, day(1 + n))), SUM)[0] for n in range(6)]
    assert [f["state"] for f in days] == ["existing"] * 4 + ["new", "existing"]  # 180 to 270, 300, 330 kg
    assert [window(f).get("told") for f in days] == ["150"] * 4 + [None, "300"]
    assert [window(f).get("escalated") for f in days] == [None] * 4 + ["high, 150", None]
    assert window(days[3])["episode"] == first["flag_id"]
    assert window(days[5])["episode"] == days[4]["flag_id"]


@scenario
def a_clearance_covers_an_episode_until_it_has_doubled(desk):
    (first,) = of_rule(desk.screen(line(1, 150)), SUM)
    desk.clear(first)
    result = desk.screen(line(2, 5, day(2)))
    (second,) = of_rule(result, SUM)
    assert (second["flag_id"], second["state"]) == (first["flag_id"], "suppressed")
    assert [s["reason"] for s in result.report.suppressed.to_pylist() if s["flag_id"] == second["flag_id"]] == ["licensed: seen"]
    again = of_rule(desk.screen(line(2, 5, day(2))), SUM)  # sent again, judged no more
    assert [f["state"] for f in again] == ["suppressed"]
    (third,) = of_rule(desk.screen(line(3, 5, day(3))), SUM)
    assert (third["state"], window(third)["episode"]) == ("suppressed", first["flag_id"])
    (fourth,) = of_rule(desk.screen(line(4, 140, day(4))), SUM)
    assert (fourth["state"], window(fourth)["escalated"]) == ("new", "high, 150")


@scenario
def a_clearance_in_the_middle_of_an_episode_covers_what_follows(desk):
    desk.screen(line(1, 150))
    (second,) = of_rule(desk.screen(line(2, 5, day(1))), SUM)
    assert second["state"] == "existing"
    desk.clear(second)
    assert [f["state"] for n in (2, 3) for f in of_rule(desk.screen(line(1 + n, 5, day(n))), SUM)] == ["suppressed"] * 2


@scenario
def after_a_clearance_has_expired_the_episode_is_told_of_again(desk):
    (first,) = of_rule(desk.screen(line(1, 150)), SUM)
    desk.clear(first, until="2026-11-01")
    (second,) = of_rule(desk.screen(line(2, 5, day(1))), SUM)
    assert second["state"] == "new"


@scenario
def an_amended_line_of_an_episode_changes_its_flag_and_raises_no_other(desk):
    (first,) = of_rule(desk.screen(line(1, 150)), SUM)
    (second,) = of_rule(desk.screen(line(2, 5, day(2))), SUM)
    desk.screen(line(3, 5, day(3)))
    flags = of_rule(desk.screen(amended(2, 6, day(2))), SUM)
    assert second["flag_id"] == first["flag_id"]
    assert [(f["flag_id"], f["state"]) for f in flags] == [(first["flag_id"], "existing")]


# Verdicts


def test_a_clearance_suppresses_until_its_last_day(office):
    rows = (line(1, 150),)
    for flag in office.screen(*rows).report.flags.to_pylist():
        office.clear(flag, until=day(2).isoformat())
    cleared = office.screen(*rows, as_of=day(2))
    assert states(cleared) == [(LARGE, "suppressed"), (SUM, "suppressed")]
    assert {(s["by"], s["reason"], s["until"]) for s in cleared.report.suppressed.to_pylist()} == {
        ("N. Officer", "licensed: seen", day(2))
    }
    assert cleared.report.exit_code == ExitCode.CLEAR
    assert [s["band"] for s in cleared.report.shipments.to_pylist()] == ["none"]
    over = office.screen(*rows, as_of=day(3))
    assert (LARGE, "new") in states(over)
    assert over.report.exit_code == ExitCode.FLAGGED


@scenario
def a_clearance_of_a_line_lapses_when_its_content_changes_that_of_an_episode_until_it_has_doubled(desk):
    for flag in desk.screen(line(1, 150)).report.flags.to_pylist():
        desk.clear(flag)
    assert states(desk.screen(line(1, 150))) == [(LARGE, "suppressed"), (SUM, "suppressed")]
    assert states(desk.screen(amended(1, 151))) == [(LARGE, "new"), (SUM, "suppressed")]
    assert states(desk.screen(amended(1, 301, version="3"))) == [(LARGE, "existing"), (SUM, "new")]


# Registers


@with_rules(ABSENT, UNKNOWN)
def test_a_notification_recorded_later_resolves_an_absence_although_its_line_is_not_sent_again(office):
    found = office.screen(line(1, 5, pen_reference="N-17/26"), line(2, 5, pen_reference="N-18"), registers=notifications("X"))
    assert states(found) == [(UNKNOWN, "new"), (UNKNOWN, "new"), (ABSENT, "new"), (ABSENT, "new")]
    later = office.screen(line(3, 5, day(1)), registers=notifications("X", "n 1726"))
    (resolved,) = later.report.flags.to_pylist()
    assert (resolved["rule_id"], resolved["state"], resolved["shipment_id"]) == (ABSENT, "resolved", "B1")
    assert later.report.exit_code == ExitCode.CLEAR
    assert states(office.screen(line(4, 5, day(1)), registers=notifications("X", "n 1726"))) == []
    with office.ledger() as ledger:
        assert [(f["shipment_id"], f["state"]) for f in ledger.flags(rule_id=ABSENT).to_pylist()] == [
            ("B1", "resolved"),
            ("B2", "new"),
        ]
        assert ledger.verify() == []


@with_rules(ABSENT, UNKNOWN)
def test_an_absence_on_a_line_sent_again(office):
    row = line(1, 5, pen_reference="N1")
    office.screen(row, registers=notifications("X"))
    assert states(office.screen(row, registers=notifications("X"))) == [(UNKNOWN, "existing"), (ABSENT, "existing")]
    # A rule about a row judges the line again; that of type absence asks the register what it has learnt.
    assert states(office.screen(row, registers=notifications("X", "N1"))) == [(UNKNOWN, "resolved"), (ABSENT, "resolved")]
    assert states(office.screen(row, registers=notifications("X", "N1"))) == []


@with_rules(ABSENT, UNKNOWN)
def test_an_absence_stays_without_its_register_or_its_rule_and_where_it_was_cleared(office):
    office.screen(line(1, 5, pen_reference="N1"), registers=notifications("X"))
    there = notifications("N1")
    assert states(office.screen(line(2, 5), registers={})) == []
    without = tuple(r for r in office.reference.rules if r.rule.id != ABSENT)
    assert states(office.screen(line(3, 5), registers=there, rules=without)) == []
    with office.ledger() as ledger:
        (flag,) = ledger.flags(rule_id=ABSENT).to_pylist()
        assert flag["state"] == "new"
    office.clear(flag)
    assert states(office.screen(line(4, 5), registers=there)) == []


# Exit codes and failures


def test_the_exit_code_follows_what_is_new(office):
    rows = (line(1),)
    codes = [office.screen(*some).report.exit_code for some in (rows, rows, (*rows, VAGUE), (VAGUE,), (*rows, line(2), VAGUE))]
    assert codes == [ExitCode.FLAGGED, ExitCode.CLEAR, ExitCode.SET_ASIDE, ExitCode.NOT_SCREENED, ExitCode.FLAGGED]


@with_rules(LARGE)
def test_a_band_counts_when_a_shipment_is_new_in_it_or_has_risen_into_it(office):
    runs = ([line(1, 51)], [amended(1, 2_000)], [amended(1, 2_000, version="3")], [amended(1, 60, version="4")], [line(4, 10)])
    seen = [office.screen(*rows, fail_on="review").report for rows in runs]
    assert [[s["band"] for s in r.shipments.to_pylist()] for r in seen] == [["review"], ["hold"], ["hold"], ["review"], ["none"]]
    assert [r.flags.column("state").to_pylist() for r in seen] == [["new"], ["existing"], ["existing"], ["existing"], []]
    assert [(sorted(r.news), r.exit_code) for r in seen] == [(["B1"], 1), (["B1"], 1), ([], 0), ([], 0), ([], 0)]
    rows = [amended(1, 2_000, version="5")], [line(2, 51)], [line(3, 3_000)]
    assert [office.screen(*some, fail_on="hold").report.exit_code for some in rows] == [1, 0, 1]


@with_rules(LARGE)
def test_a_shipment_is_news_again_when_its_clearance_has_ended(office):
    (flag,) = office.screen(line(1, 3_000)).report.flags.to_pylist()
    office.clear(flag, until="2026-11-05")
    codes = [office.screen(line(1, 3_000), as_of=day(n), fail_on="hold").report.exit_code for n in (1, 9, 10)]
    assert codes == [ExitCode.CLEAR, ExitCode.FLAGGED, ExitCode.CLEAR]


def test_a_run_that_fails_before_its_end_is_not_remembered(office, monkeypatch):
    office.screen(line(1))
    with open_ledger(office.url) as ledger:
        before = ledger.info()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("precursor_screen.history.store.Transaction.record_files", fail)
        with pytest.raises(ZeroDivisionError):
            office.screen(line(2))
    with office.ledger() as ledger:
        assert ledger.info().runs == before.runs == 1
        assert (ledger.info().movements, ledger.info().flags, ledger.verify()) == (1, before.flags, [])
    assert (LARGE, "new") in states(office.screen(line(2)))


# Versions and cancellations, in whatever order they come


def notes(result) -> list[tuple[str, int, int]]:
    """What is said of lines that raise no flag since another message holds."""
    told = [i for i in result.report.issues.to_pylist() if i["code"] == "overtaken-message"]
    return [(i["source_file"], i["source_row"], i["count"]) for i in told]


def versioned(number: int, kg: float, version: str = "", function: str = "") -> dict[str, str]:
    return {**line(number, kg), "version": version, "message function": function}


def test_an_older_version_that_comes_later_changes_nothing(office):
    (flag,) = of_rule(office.screen(versioned(1, 150, "2", "replacement")), SUM)
    older = office.screen(versioned(1, 400, "1"))
    assert [(f["flag_id"], f["state"]) for f in older.report.flags.to_pylist()] == [(flag["flag_id"], "existing")]
    assert notes(older) == [("run-2.csv", 2, 1)]
    assert older.report.exit_code == ExitCode.CLEAR
    again = office.screen(versioned(1, 150, "2", "replacement"))
    assert [(f["flag_id"], f["state"]) for f in of_rule(again, SUM)] == [(flag["flag_id"], "existing")]
    assert states(office.screen(versioned(1, 10, "3", "replacement"))) == [(LARGE, "resolved"), (SUM, "resolved")]
    with office.ledger() as ledger:
        assert ledger.verify() == []


def test_a_cancellation_waits_for_its_original(office):
    assert states(office.screen(versioned(1, 150, "", "cancellation"))) == []
    cancelled = office.screen(versioned(1, 150))
    assert (states(cancelled), notes(cancelled), cancelled.report.exit_code) == ([], [("run-2.csv", 2, 1)], ExitCode.CLEAR)
    assert states(office.screen(line(2, 60, day(1)))) == [(LARGE, "new")]  # 60 kg, and not 210
    assert states(office.screen(versioned(1, 150))) == []
    with office.ledger() as ledger:
        assert ledger.verify() == []


@scenario
def a_cancellation_takes_back_no_later_version(desk):
    assert states(desk.screen(versioned(1, 150, "3"))) == [(LARGE, "new"), (SUM, "new")]
    assert states(desk.screen(versioned(1, 150, "2", "cancellation"))) == []
    assert states(desk.screen(line(2, 5, day(1)))) == [(SUM, "existing")]  # it still counts
    assert ("resolved" in dict(map(reversed, states(desk.screen(versioned(1, 150, "", "cancellation")))))) is True


def test_a_number_used_again_after_a_quarter_is_not_what_was_cancelled(office):
    office.screen(versioned(1, 150, "", "cancellation"))
    later = {**versioned(1, 150), "date": day(120).isoformat()}
    assert (SUM, "new") in states(office.screen(later, as_of=day(121)))


# What a report shows of earlier runs


def test_a_window_shows_the_lines_of_earlier_runs_that_it_cites(office):
    office.screen(line(1), line(7, 3, day(-90)))
    result = office.screen(line(2, day=day(3)))
    (flag,) = of_rule(result, SUM)
    report = result.report
    (earlier,) = report.earlier.to_pylist()
    assert earlier["line_id"] in flag["window_line_ids"]
    assert earlier["line_id"] not in report.cells.column("line_id").to_pylist()
    assert (earlier["as_of_date"], earlier["description"], earlier["source_row"]) == (DAY, "EPHEDRINE", 2)
    (case,) = (s for s in shipments_in_words(report, report.listed) if s.shipment_id == flag["shipment_id"])
    shown = [f for subject in show_subjects(case, filed_of(report)) for f in subject.flags if f.flag_id == flag["flag_id"]]
    assert [(o["as_of_date"], o["kg"], o["description"]) for o in shown[0].others] == [(DAY, 60.0, "EPHEDRINE")]
    assert shown[0].others_more == 0
    assert case.mass_kg == 60, "what is shown of earlier runs is no part of the shipment"


def test_without_a_window_nothing_of_earlier_runs_is_shown(office):
    office.screen(line(1))
    assert office.screen(line(1)).report.earlier.num_rows == 0
    assert office.screen(line(3, 1, day(-200))).report.earlier.num_rows == 0


# Scenarios, all of them together


@pytest.fixture(scope="session")
def faults(tmp_path_factory, reference: Reference) -> dict[str, BaseException | None]:
    folder = tmp_path_factory.mktemp("together")
    office = Office(f"sqlite:///{folder / 'ledger.sqlite'}", reference, folder / "rules", LARGE, SUM)
    found = play_together(office, SCENARIOS)
    with office.ledger() as ledger:
        assert ledger.verify() == []
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_over_several_runs(faults, name):
    if (fault := faults[name]) is not None:
        raise fault
    assert name in faults
