"""Verdicts as people state them."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.app.verdict_files import export_tables
from precursor_screen.cases.review import VerdictDraft, add_verdicts, check_second, import_verdicts
from precursor_screen.cases.targets import find, find_flags
from precursor_screen.core.errors import ErrorGroup, UsageError, Where
from precursor_screen.history.store import open_ledger
from tests.cases.verdicts import NOW, add, fill
from tests.examples import examples
from tests.history.rows import CELLS, cells, flag, flags, judged, run


def test_a_verdict_gets_what_it_does_not_say(ledger):
    done = add(
        ledger,
        VerdictDraft("abcdef01", "cleared", "licensed"),
        VerdictDraft("abcdef02", "confirmed", "other", officer="O. Other"),
    )
    assert (done.added, done.repeated) == (2, 0)
    first, second = ledger.verdicts()
    assert (first.line_id, first.officer, first.at, first.until) == (
        "abcdef01",
        "N. Officer",
        "2026-11-25T08:30:00+00:00",
        "2027-11-25",
    )
    assert (second.officer, second.until) == ("O. Other", "")


BAD = [
    (VerdictDraft("abcdef01", "clear", "licensed"), "'clear' is not a verdict"),
    (VerdictDraft("abcdef01", "cleared", "Because!"), "is not a reason code"),
    (VerdictDraft("abcdef01", "cleared", ""), "is not a reason code"),
    (VerdictDraft("abcdef01", "cleared", "other", until="tomorrow"), "not a date"),
    (VerdictDraft("abcdef01", "cleared", "other", until="2026-11-24"), "would end on 2026-11-24"),
    (VerdictDraft("abcdef01", "confirmed", "other", until="2027-01-01"), "cannot have a last day"),
    (VerdictDraft("abcdef01", "confirmed", "other", at="noon"), "is not a time"),
    (VerdictDraft("abcdef01", "confirmed", "other", at="2026-11-25T08:30:00"), "no time zone"),
    (VerdictDraft("abcdef01", "confirmed", "other", text="x" * 10_001), "10,001 characters"),
    (VerdictDraft("abcdef", "confirmed", "other"), "2 flags begin with"),
    (VerdictDraft("ab", "confirmed", "other"), "at least 3 characters"),
    (VerdictDraft("nothing", "confirmed", "other"), "no flag, shipment, bill or party 'nothing'"),
    (VerdictDraft("1.2E+31", "confirmed", "other"), "is no longer the id of a flag"),
    (VerdictDraft("abcdef01", "confirmed", "other", line_id="elsewhere"), "was never about line 'elsewhere'"),
    (VerdictDraft("abcdef01", "confirmed", "other", at="2026-11-26T08:30:01+00:00"), "is in the future"),
    (VerdictDraft("abcdef01", "confirmed", "other", officer="x" * 201), "201 characters"),
]


@pytest.mark.parametrize(("draft", "message"), BAD)
def test_what_is_no_verdict(ledger, draft, message):
    with pytest.raises(UsageError, match=message) as caught:
        add(ledger, VerdictDraft("abcdef01", "confirmed", "other"), draft)
    assert str(caught.value.where) == "v.csv, row 3"
    assert caught.value.remedy
    assert ledger.verdicts() == []


def test_all_errors_at_once(ledger):
    with pytest.raises(ErrorGroup) as caught:
        add(ledger, *(draft for draft, _ in BAD))
    assert len(caught.value.errors) == len(BAD)


def test_the_whole_id_wins_over_longer_ones(ledger):
    assert find_flags(ledger, "abcdef01").name == "abcdef01"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_as_files(ledger, tmp_path, kind):
    import pyarrow.parquet as pq

    folder = tmp_path / "out"
    counts = export_tables(ledger, folder, kind)
    assert counts == {
        "runs": 1,
        "files": 0,
        "movements": 1,
        "flags": 3,
        "cited_lines": 1,
        "dispositions": 0,
        "chain": 2,
        "counts": 0,
    }
    assert sorted(p.name for p in folder.iterdir()) == sorted(f"{name}.{kind}" for name in counts)
    if kind == "csv":
        with (folder / "movements.csv").open(encoding="utf-8-sig", newline="") as stream:
            (row,) = csv.DictReader(stream)
        assert (row["description"], row["substance_mass_kg"], row["container_numbers"]) == ("'=cmd", "12.500000", '["-1"]')
    else:
        (row,) = pq.read_table(folder / "movements.parquet").to_pylist()
        assert (row["description"], row["container_numbers"]) == ("=cmd", ["-1"])
    with pytest.raises(UsageError, match="exists"):
        export_tables(ledger, folder, kind)
    Path(tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be created"):
        export_tables(ledger, tmp_path / "file" / "out", kind)


# Clearing what is critical


def critical(ledger):
    found = [flag("PS-PTY-001", k, flag_id=k, level="critical", shipment_id="S-crit") for k in ("c0ffee01", "c0ffee02")]
    judgement = judged("c0ffee01", "c0ffee02")
    with ledger.begin(run(2)) as transaction:
        transaction.record_flags(transaction.compare_flags(flags(*found), judgement), cells("c0ffee01"), judgement)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("", "can be cleared only with a second officer"),
        ("n officer", "'n officer' is the first"),
        ("Ｎ. OFFICER", "is the first"),
    ],
)
def test_one_officer_alone_does_not_clear_what_is_critical(ledger, second, message):
    critical(ledger)
    with pytest.raises(UsageError, match=message) as caught:
        add(ledger, VerdictDraft("c0ffee01", "cleared", "licensed", second=second))
    assert "--second NAME" in caught.value.remedy
    assert ledger.verdicts() == []


def test_two_officers_do_and_other_verdicts_take_one(ledger):
    critical(ledger)
    add(
        ledger,
        VerdictDraft("c0ffee01", "cleared", "licensed", second="O. Other"),
        VerdictDraft("c0ffee02", "referred", "referred"),
    )
    assert [(d.officer, d.second) for d in ledger.verdicts()] == [("N. Officer", "O. Other"), ("N. Officer", "")]
    assert ledger.verify() == []
    states = {f["flag_id"]: f["state"] for f in ledger.flags(shipment_id="S-crit").to_pylist()}
    assert states == {"c0ffee01": "suppressed", "c0ffee02": "new"}


def test_the_level_below_critical_takes_one(ledger):
    assert add(ledger, VerdictDraft("abcdef01", "cleared", "licensed")).added == 1


# A file, row by row


def test_a_file_is_taken_row_by_row(ledger):
    critical(ledger)
    rows = [
        VerdictDraft("abcdef01", "cleared", "licensed"),
        VerdictDraft("c0ffee01", "cleared", "licensed"),
        VerdictDraft("fedcba", "referred", "other"),
    ]
    done = import_verdicts(ledger, [(Where("v.csv", n), d) for n, d in enumerate(rows, 2)], "N. Officer", NOW)
    assert (done.added, done.repeated) == (1, 0)
    assert [(e.where.row, str(e).split(": ")[1][:4], bool(e.remedy)) for e in done.refused] == [
        (3, "flag", True),
        (4, "no f", True),
    ]
    assert [d.flag_id for d in ledger.verdicts()] == ["abcdef01"]


def test_rows_that_contradict_one_another_are_refused_both(ledger):
    rows = [
        VerdictDraft("abcdef01", "cleared", "licensed"),
        VerdictDraft("abcdef02", "referred", "other"),
        VerdictDraft("abcdef01", "confirmed", "other"),
    ]
    done = import_verdicts(ledger, [(Where("v.csv", n), d) for n, d in enumerate(rows, 2)], "N", NOW)
    assert (done.added, [e.where.row for e in done.refused]) == (1, [2, 4])
    assert "row 4 gives it 'confirmed'" in str(done.refused[0])
    stated = [(Where("v.csv", n), replace(d, at=f"2026-11-24T0{n}:00:00+00:00")) for n, d in enumerate(rows, 2)]
    assert import_verdicts(ledger, stated, "N", NOW).added == 3  # at stated times it is a history
    again = import_verdicts(ledger, stated, "N", NOW)
    assert (again.added, again.repeated, again.kinds) == (0, 3, {})


@pytest.mark.parametrize(("days", "again"), [(0, 0), (365, 0), (366, 1)])
def test_a_file_without_times_is_taken_once_until_its_clearance_has_ended(ledger, days, again):
    rows = [(Where("v.csv", 2), VerdictDraft("abcdef01", "cleared", "licensed"))]
    assert import_verdicts(ledger, rows, "N", NOW).added == 1
    done = import_verdicts(ledger, rows, "N", NOW + timedelta(days=days))
    assert (done.added, done.repeated) == (again, 1 - again)


def test_a_verdict_on_an_earlier_content_is_kept_and_said(ledger):
    with ledger.begin(run(2)) as transaction:
        judgement = judged(("abcdef01", "changed"))
        found = flags(flag("PS-CHEM-001", "abcdef01", flag_id="abcdef01", line_id="changed"))
        transaction.record_flags(transaction.compare_flags(found, judgement), cells("changed"), judgement)
    rows = [(Where("v.csv", 2), VerdictDraft("abcdef01", "cleared", "licensed", line_id="abcdef01"))]
    done = import_verdicts(ledger, rows, "N", NOW)
    assert (done.added, done.earlier) == (1, 1)
    assert [f["state"] for f in ledger.flags(flag_id="abcdef01").to_pylist()] != ["suppressed"]


def test_open_takes_a_verdict_back(ledger):
    add(ledger, VerdictDraft("abcdef01", "cleared", "licensed"))
    assert [f["state"] for f in ledger.flags(flag_id="abcdef01").to_pylist()] == ["suppressed"]
    add(ledger, VerdictDraft("shipment:S-abcdef01", "open", "data-error"))
    assert [f["state"] for f in ledger.flags(flag_id="abcdef01").to_pylist()] == ["existing"]
    with pytest.raises(UsageError, match="shipment S-abcdef01 has no cleared flag"):
        add(ledger, VerdictDraft("S-abcdef01", "open", "data-error"))


# What is named


NAMED = [
    ("abcdef01", "flag", 1),
    ("abcdef0", None, 0),
    ("=su", "flag", 1),
    ("=s", None, -1),
    ("flag:abcdef01", "flag", 1),
    ("S-abcdef02", "shipment", 1),
    ("shipment:S-abcdef02", "shipment", 1),
    ("BILL-77", "bill", 2),
    ("bill-77", "bill", 2),
    ("bill:BILL-77", "bill", 2),
    ("Larkfield Laboratory Supply", "party", 2),
    ("LARKFIELD LABORATORY SUPPLY LTD.", "party", 2),
    ("party:larkfield laboratory supply", "party", 2),
    ("Larkfield", None, -1),
    ("Bill", None, -1),
    ("", None, -1),
    ("party:", None, -1),
]


@pytest.fixture
def filed(ledger):
    """Two lines of one bill, with a consignee."""
    found = [flag("PS-CHEM-001", k, flag_id=k) for k in ("11aa", "22bb")]
    rows = [
        {"line_id": k, "source_file": "m.csv", "source_row": 3, "shipment_id": f"S-{k}", "cells": json.dumps(filed)}
        for k in ("11aa", "22bb")
        for filed in [{"Bill": "BILL-77", "To": "Larkfield Laboratory Supply Limited", "Goods": "a Larkfield thing " * 3}]
    ]
    judgement = judged("11aa", "22bb")
    with ledger.begin(run(2)) as transaction:
        transaction.record_flags(
            transaction.compare_flags(flags(*found), judgement), pa.Table.from_pylist(rows, CELLS), judgement
        )
    return ledger


@pytest.mark.parametrize(("text", "kind", "count"), NAMED)
def test_what_a_name_means(filed, text, kind, count):
    if count == 0:
        with pytest.raises(
            UsageError, match=r"2 flags begin with 'abcdef0': abcdef01 \(PS-CHEM-001, shipment S-abcdef01\); abcdef02"
        ) as caught:
            find(filed, text)
        assert caught.value.remedy == "Give more of the id."
    elif count < 0:
        assert find(filed, text) is None
    else:
        found = find(filed, text)
        assert (found.kind, len(found.flags)) == (kind, count)


def test_a_name_with_two_meanings_asks_which(filed):
    with filed.begin(run(3)) as transaction:
        judgement = judged("33cc")
        found = flags(flag("PS-CHEM-001", "33cc", flag_id="33cc", shipment_id="11a"))
        transaction.record_flags(transaction.compare_flags(found, judgement), cells("33cc"), judgement)
    with pytest.raises(UsageError, match="is a shipment, and also the beginning of 11aa") as caught:
        find(filed, "11a")
    assert caught.value.remedy == "Write shipment:11a or flag:11a."
    assert find(filed, "flag:11a").flags[0]["flag_id"] == "11aa"
    assert find(filed, "shipment:11a").flags[0]["flag_id"] == "33cc"


def test_a_verdict_on_a_bill_is_one_on_each_open_flag_of_it(filed):
    add(filed, VerdictDraft("11aa", "cleared", "licensed"))
    done = add(filed, VerdictDraft("BILL-77", "referred", "referred"))
    assert [v.flag_id for v in done.verdicts] == ["22bb"]


def test_a_name_that_means_several_shipments_asks_first(filed):
    with pytest.raises(UsageError, match="bill BILL-77 has 2 flags in 2 shipments") as caught:
        add_verdicts(filed, [(Where(), VerdictDraft("BILL-77", "cleared", "licensed"))], "N", NOW, many=False)
    assert "--yes" in caught.value.remedy
    assert add_verdicts(filed, [(Where(), VerdictDraft("S-11aa", "cleared", "licensed"))], "N", NOW, many=False).added == 1
    assert add_verdicts(filed, [(Where(), VerdictDraft("BILL-77", "cleared", "licensed"))], "N", NOW, many=False).added == 1


ROWS = st.builds(
    VerdictDraft,
    flag=st.sampled_from(["abcdef01", "abcdef02", "abcdef", "=sum(9)", "c0ffee01", "ghost", ""]),
    verdict=st.sampled_from(["cleared", "referred", "confirmed", "inconclusive", "open", "maybe", ""]),
    reason=st.sampled_from(["licensed", "other", "Because!", ""]),
    text=st.sampled_from(["", "seen", "=1+1", "<script>", "\u202e", "x" * 10_001]),
    until=st.sampled_from(["", "2027-01-01", "31.12.2026", "2020-01-01"]),
    second=st.sampled_from(["", "O. Other", "N. OFFICER"]),
    at=st.sampled_from(["", "2026-11-24T08:00:00+00:00", "noon"]),
)


@examples(8, 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drafts=st.lists(ROWS, max_size=6))
def test_every_row_is_taken_or_refused_with_a_remedy_and_a_second_import_adds_nothing(tmp_path_factory, drafts):
    with open_ledger(f"sqlite:///{tmp_path_factory.mktemp('l') / 'ledger.sqlite'}") as opened:
        fill(opened)
        critical(opened)
        rows = [(Where("v.csv", n), d) for n, d in enumerate(drafts, 2)]
        done = import_verdicts(opened, rows, "N. Officer", NOW)
        refused = {e.where.row for e in done.refused}
        assert len(refused) == len(done.refused)
        taken = {d for w, d in rows if w.row not in refused}
        assert len(done.verdicts) <= len(taken) <= len(rows)
        assert bool(taken) == bool(done.verdicts)
        assert all(e.remedy for e in done.refused)
        assert done.added == len(opened.verdicts()) == sum(done.kinds.values())
        assert [
            d for d in opened.verdicts() if d.flag_id.startswith("c0ffee") and d.verdict == "cleared" and d.second != "O. Other"
        ] == []
        before = opened.verdicts()
        again = import_verdicts(opened, rows, "N. Officer", NOW)
        assert (again.added, opened.verdicts()) == (0, before)
        assert opened.verify() == []


@pytest.mark.parametrize(
    ("one", "other", "may_be_one"),
    [
        ("A. Mwangi", "Mwangi A.", True),
        ("Asha Mwangi", "MWANGI, A.", True),
        ("Mwangi", "Asha Mwangi", True),
        ("Asha M.", "A. Mwangi", True),
        ("A. M.", "M. A.", True),
        ("A. K. Mwangi", "A. J. Mwangi", False),
        ("राम कुमार", "रमेश कुमार", False),
        ("山田", "山口", False),
        ("\ufe70. Mwangi", "Juma Mwangi", True),  # a sign that folds to nothing
        ("Asha Mwangi", "Juma Mwangi", False),
        ("A. Mwangi", "A. Otieno", False),
        ("officer 1", "officer 2", False),
        ("N. Officer", "O. Other", False),
    ],
)
def test_two_officers_are_two_persons(one, other, may_be_one):
    if may_be_one:
        with pytest.raises(UsageError, match="may be the first officer"):
            check_second(one, other, "it is critical")
    else:
        check_second(one, other, "it is critical")
