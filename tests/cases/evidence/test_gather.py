"""What a document tells, and what it says it does not know."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace

from precursor_screen.cases.evidence.gather import from_ledger, with_report
from precursor_screen.cases.evidence.sources import complete, reckon
from precursor_screen.core.errors import UsageError, WatchlistError
from tests.cases.evidence.cases import EVIDENCE, GOODS, LINES, PARTY, record_case
from tests.history.rows import flag, flags, movement, table
from tests.history.test_aliases import JOINED, WINDOW, apart, screen, verdict


def test_a_shipment_with_all_that_stands_behind_it(document, completed):
    assert document["subject"] == {"kind": "shipment", "name": "S-L1"}
    assert [f["flag_id"] for f in document["flags"]] == ["bbbb0002", "aaaa0001"]
    assert [f["evidence"] for f in document["flags"]] == [EVIDENCE[PARTY], EVIDENCE[GOODS]]
    assert {line["line_id"]: line["cells"] for line in document["lines"]} == LINES
    assert [(v["verdict"], v["officer"]) for v in document["flags"][1]["verdicts"]] == [("referred", "N. Officer")]
    assert [i["name"] for i in document["inputs"]] == ["manifest.csv"]  # the run read another, which no line stands in
    assert (document["runs"][0]["jurisdiction"], document["reference"]["as_of"]) == ("US", "2026-03-02")
    head = document["chain"]["head"]
    assert (head["kind"], len(head["link"]), len(head["before"])) == ("verdicts", 64, 64)
    assert [len(v["digest"]) for v in document["chain"]["verdicts"]] == [32]
    texts = completed[1]
    assert sorted(texts) == ["rules/PS-PTY-001.yml", "rules/PS-QTY-004.yml"]
    assert {r["member"]: r["sha256"] for r in document["rules"]} == {n: hashlib.sha256(t).hexdigest() for n, t in texts.items()}
    (entry,) = document["entries"]
    assert entry["entry"]["names"][0]["name"].startswith("Quimeralda")
    assert entry["raised_with"]["list_date"] == entry["taken_from"]["list_date"] == "2026-01-15"
    assert document["missing_lines"] == []


def test_a_shipment_that_a_splitting_joins_with_others_is_reckoned_by_itself(installed):
    about = {"shipment_id": "S-1", "substance_id": "acetic-anhydride"}
    raised = flags(flag("PS-QTY-002", "A", family="quantity", window_line_ids=["A", "B", "C"], **about))
    moved = table(movement("A", **about), movement("B", **{**about, "shipment_id": "S-2"})).to_pylist()
    found = reckon("S-1", raised, moved, installed)
    assert (found["shipment_id"], found["families"], found["reckoned"]) == ("S-1", ["quantity"], True)
    assert {"licit use", "quantity"} <= {part["part"] for part in found["parts"]}


def test_the_chain_can_be_reckoned_again(document):
    import json

    head = document["chain"]["head"]
    content = [head["before"], head["number"], head["kind"], head["run_no"], head["at"], head["state"]]
    assert hashlib.sha256(json.dumps(content).encode()).hexdigest() == head["link"]


def test_what_differs_from_then_is_named(document):
    said = " ".join(document["notes"])
    assert "PS-QTY-004 is here as version" in said
    assert "rules of this installation" in said
    assert "does not keep which edition" in said
    assert "keeps no score" in said


@pytest.mark.parametrize("text", ["aaaa0001", "aaa", "flag:AAAA", "shipment:S-L1", "BL-7", "bill:BL-7"])
def test_what_may_be_named(ledger, text):
    record_case(ledger)
    assert "aaaa0001" in [f["flag_id"] for f in from_ledger(ledger, text)["flags"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zzzz", "is in the ledger"),
        ("bill:BL-6", "is in the ledger"),
        ("Orveto SA", "is a party"),
        ("party:ORVETO", "is a party"),
        ("ab", "at least 3"),
    ],
)
def test_what_may_not(ledger, text, said):
    record_case(ledger)
    with pytest.raises(UsageError, match=said):
        from_ledger(ledger, text)


def test_lines_that_were_pruned_are_told_and_do_no_harm(ledger, installed):
    record_case(ledger, keep_cells=False)
    document, _ = complete(from_ledger(ledger, "aaaa0001"), installed)
    assert (document["lines"], document["missing_lines"]) == ([], ["L1", "L2"])
    assert "keeps no cells" in document["notes"][0]
    assert document["facts"][0]["fields"]["consignee_name"] == "Orveto SA"  # of the movement
    assert {i["name"] for i in document["inputs"]} == set()


def test_an_alias_brings_the_episode_that_it_is_a_part_of(ledger):
    apart(ledger)
    screen(ledger, 3, ("L", JOINED))
    ledger.add_verdicts([verdict("B")])
    document = from_ledger(ledger, f"{WINDOW}/B")
    kept = {f["flag_id"]: f for f in document["flags"]}
    assert set(kept) == {f"{WINDOW}/B", f"{WINDOW}/D"}
    assert kept[f"{WINDOW}/B"]["alias_of"] == f"{WINDOW}/D"
    assert kept[f"{WINDOW}/D"]["aliases"] == [f"{WINDOW}/B"]
    assert f"{WINDOW}/B has become a part of the episode {WINDOW}/D" in document["notes"][0]
    assert [v["verdict"] for v in kept[f"{WINDOW}/D"]["verdicts"]] == ["cleared"]
    assert from_ledger(ledger, f"flag:{WINDOW}/D")["flags"][0]["aliases"] == [f"{WINDOW}/B"]


def test_a_list_and_a_rule_that_are_not_here(ledger, installed):
    record_case(ledger)

    def none(list_id):
        raise WatchlistError(f"no list {list_id}")

    empty = replace(installed.book, rules=(), compiled=())
    document, rules = complete(from_ledger(ledger, "bbbb0002"), replace(installed, book=empty, open_list=none))
    said = " ".join(document["notes"])
    assert "The list sample is not here" in said
    assert "PS-PTY-001 is not among the rules" in said
    assert (rules, document["entries"][0]["entry"]) == ({}, None)


def test_a_report_adds_what_only_it_holds(ledger):
    record_case(ledger)
    tables = {"edition": "e", "sha256": "f"}
    report = {
        "shipments": [{"shipment_id": "S-L1", "score": 61, "band": "review", "parts": []}],
        "inputs": [{"name": "manifest.csv", "sha256": "0" * 64, "mapping": []}],
        "reference": {"substances": tables, "watchlists": []},
        "source": {"kind": "report", "name": "r.json", "sha256": "9"},
    }
    document = with_report(from_ledger(ledger, "S-L1"), report)
    assert document["shipments"] == report["shipments"]
    assert document["reference"]["substances"] == tables
    assert document["source"]["report"]["sha256"] == "9"
    assert not any("no score" in n for n in document["notes"])
