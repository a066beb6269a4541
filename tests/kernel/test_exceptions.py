"""Exceptions suppress what they say and nothing else; what they suppress stays in the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.exceptions import RuleException, load_exceptions
from tests.screening import screen_rows, with_rules

TEMPLATE = "- {{id: EX, {target}, reason: audited, author: me, since: 2026-11-01, until: {until}}}"
ROW = {"description of goods": "ACETIC ANHYDRIDE", "hs code": "291524", "net weight kg": "2000"}


@pytest.fixture(scope="module")
def reference(reference: Reference) -> Reference:
    return with_rules(reference, "PS-CHEM-001", "PS-CHEM-003", "PS-QTY-001", "PS-PTY-001")


def exceptions(tmp_path: Path, target: str, reference: Reference, until: str = "2027-01-01") -> tuple[RuleException, ...]:
    path = tmp_path / "exceptions.yml"
    path.write_text(TEMPLATE.format(target=target, until=until))
    return load_exceptions(path, frozenset(r.rule.id for r in reference.rules), reference.lists)


@pytest.mark.parametrize(
    ("target", "covers"),
    [
        ("rules: [PS-CHEM-001], when: {gross_mass_kg|exists: false}", True),
        ("rules: [PS-CHEM-003], when: {gross_mass_kg|exists: false}", False),
        ("party: ZENITH IMPORTS INC.", True),
        ("party: Zenith Chemicals Inc", False),
        ("rules: [PS-CHEM-001], when: {consignee_name|contains: zenith}", True),
        ("rules: [PS-CHEM-001], when: {consignee_name|contains: nobody}", False),
        ("rules: [PS-CHEM-001], when: {consignee_country: NG}", False),
    ],
)
def test_an_exception_covers_what_it_says(tmp_path, reference, target, covers):
    held = exceptions(tmp_path, target, reference)
    report = screen_rows([ROW], replace(reference, exceptions=held)).report
    flag = next(f for f in report.flags.to_pylist() if f["rule_id"] == "PS-CHEM-001")
    assert (flag["state"] == "suppressed") is covers
    assert (report.unused_exceptions == ("EX",)) is not covers
    suppressed = report.suppressed.to_pylist()
    if covers:
        assert {**suppressed[0], "flag_id": ""} == {
            "flag_id": "",
            "by": "exception EX",
            "reason": "audited (me)",
            "until": date(2027, 1, 1),
        }
        assert flag["flag_id"] in [s["flag_id"] for s in suppressed]


def test_one_flag_alone_scores_nothing_when_it_is_suppressed(tmp_path, reference):
    before = screen_rows([ROW], reference)
    flag_id = next(f["flag_id"] for f in before.report.flags.to_pylist() if f["rule_id"] == "PS-CHEM-001")
    held = exceptions(tmp_path, f"flag: {flag_id}", reference)
    after = screen_rows([ROW], replace(reference, exceptions=held), fail_on="medium")
    gone = {f["flag_id"] for f in after.report.open_flags.to_pylist()} ^ {f["flag_id"] for f in before.report.flags.to_pylist()}
    assert gone == {flag_id}
    assert after.report.shipments.column("score")[0].as_py() < before.report.shipments.column("score")[0].as_py()


def test_an_expired_exception_suppresses_nothing_and_is_named(tmp_path, reference):
    held = exceptions(tmp_path, "rules: [PS-CHEM-001], when: {hs6: '291524'}", reference, until="2026-11-02")
    report = screen_rows([ROW], replace(reference, exceptions=held, as_of=date(2026, 11, 3))).report
    assert report.state_counts() == {"new": report.flags.num_rows}
    assert report.expired_exceptions == ("EX",)


def test_an_exception_for_the_notify_party_does_not_silence_the_others(tmp_path, reference):
    row = {**ROW, "shipper": "Quimeralda Reactivos SA de CV", "notify party": "Steady Forwarding Ltd"}
    held = exceptions(tmp_path, "party: Steady Forwarding Ltd", reference)
    report = screen_rows([row], replace(reference, exceptions=held)).report
    assert "PS-PTY-001" in {f["rule_id"] for f in report.open_flags.to_pylist()}
    assert report.suppressed.num_rows == 0
