"""A document that was edited, and a manifest made anew."""

from __future__ import annotations

import pytest

from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence.verify import verify


def resealed(content: bytes, **texts: bytes) -> bytes:
    names = {"evidence": bundle.EVIDENCE, "sealed": bundle.SEALED}
    members = {**bundle.unpack(content), **{names[n]: t for n, t in texts.items()}}
    return bundle.pack({**members, bundle.SUMS: bundle.sums_of(members)})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"250 kg reach", b"25 kg reach", "does not say what evidence.json says"),
        (b'"level": "high"', b'"level":  "high"', "written in another way"),
        (b'"redacted": false', b'"redacted": false, "redacted": true', "written in another way"),
        (b"precursor-screen evidence 1", b"precursor-screen evidence 9", "newer version"),
        (b'"rules": [', b'"rulez": [', "lacks rules"),
        (b'"flags": [{', b'"flags": [null, {', "does not hold what evidence holds"),
        (b'"rule_id": "PS-PTY-001"', b'"rule_id": "PS-NONE-1"', "does not hold what evidence holds"),
        (b"{", b"[", "cannot be read"),
        (b'"sha256": "', b'"sha256": "0', "not the text that the document names"),
    ],
)
def test_a_document_that_was_edited_and_sealed_anew(bundle_bytes, before, after, said):
    text = bundle.unpack(bundle_bytes)[bundle.EVIDENCE]
    assert before in text
    changed = text.replace(before, after) if before == b'"sha256": "' else text.replace(before, after, 1)
    (*_, problem) = verify(resealed(bundle_bytes, evidence=changed)).problems
    assert any(said in p for p in verify(resealed(bundle_bytes, evidence=changed)).problems), problem


@pytest.mark.parametrize("text", [b"[]", b'{"sealed": 1}', b'{\n "sealed": "now",\n "secret": "xyz"\n}\n', b"\xff"])
def test_what_is_said_of_the_sealing(bundle_bytes, text):
    assert verify(resealed(bundle_bytes, sealed=text)).problems


def test_nested_beyond_reason(bundle_bytes):
    assert verify(resealed(bundle_bytes, evidence=b"[" * 200_000)).problems


def test_more_values_than_any_evidence(bundle_bytes, monkeypatch):
    monkeypatch.setattr("precursor_screen.reporting.evidence.verify._MOST_VALUES", 100)
    (problem,) = verify(bundle_bytes).problems
    assert "JSON bomb" in problem


def test_a_bundle_of_another_version_of_the_program(bundle_bytes, monkeypatch):
    monkeypatch.setattr("precursor_screen.reporting.evidence.verify.__version__", "99")
    found = verify(bundle_bytes)
    assert found.problems == []
    assert "index.html" in found.unknown[0]


def test_without_a_signature(bundle_bytes):
    assert "not signed" in verify(bundle_bytes).checked[1]
    assert verify(bundle_bytes, signer=b"key").problems == ["bears no signature"]
