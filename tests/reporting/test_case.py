"""A case: matched letters marked, a party beside the entry of a list."""

from __future__ import annotations

import pytest

from precursor_screen.reporting.case import MOST_CHARACTERS, label, mark, shorten, show_subjects
from precursor_screen.reporting.html import filed_of
from precursor_screen.reporting.shipment import shipments_in_words


def span(text, start, end):
    return {"as_written": text, "start": start, "end": end}


@pytest.mark.parametrize(
    ("text", "found", "pieces"),
    [
        ("PMK-OIL 180 KG", span("PMK-OIL", 0, 7), [("PMK-OIL", True), (" 180 KG", False)]),
        ("DRUMS OF ACETONE", span("ACETONE", 9, 16), [("DRUMS OF ", False), ("ACETONE", True)]),
        ("DRUMS OF ACETONE", span("ACETON E", None, None), [("ACETON E", True)]),
        ("another text", span("ACETONE", 0, 7), [("ACETONE", True)]),
    ],
)
def test_what_matched_is_marked_where_the_text_says_it(text, found, pieces):
    assert [(p.text, p.marked) for p in mark(text, found)] == pieces


def test_of_a_long_text_the_surroundings_of_the_match_are_shown():
    text = "x" * 50_000 + "ACETONE" + "y" * 50_000
    pieces = mark(text, span("ACETONE", 50_000, 50_007))
    assert pieces[1].marked
    assert sum(len(p.text) for p in pieces) < 2 * MOST_CHARACTERS
    assert "50,000 characters" in pieces[2].text


def test_a_long_text_says_how_long_it_is():
    assert shorten("a" * 3_000).endswith("… (3,000 characters; all of them are in the JSON report)")
    assert shorten("short") == "short"


def test_fields_are_told_in_words():
    assert label("substance_mass_kg") == "substance mass, kg"
    assert label("concentration_pct") == "concentration, per cent"
    assert label("hs_code") == "HS code"
    assert label("Marks & Nos") == "Marks & Nos"


@pytest.fixture(scope="module")
def panels(sample):
    filed = filed_of(sample)
    return {
        s.shipment_id: [p for subject in show_subjects(s, filed) for p in subject.panels]
        for s in shipments_in_words(sample, sample.shipments)
    }


def test_a_party_stands_beside_the_entry_word_by_word(panels):
    (panel,) = panels["SMPL032"]
    assert panel.place == "consignee, list sample, entry S001, list of 2026-01-15"
    assert panel.words[:2] == (("quimeralda", "quimeralda", 100.0), ("reactivos", "reactivos", 100.0))
    rows = {what: (ours, theirs, agrees) for what, ours, theirs, agrees in panel.rows}
    assert rows["Country"] == ("MX", "MX", "yes")
    assert rows["Address"][2] == "compare"
    assert rows["Numbers"] == ("", "tax number QRE000101AB1", "")
    assert panel.verdict == "Besides the name there agrees: country."


def test_two_flags_on_one_entry_share_a_panel(panels):
    assert len(panels["SMPL070"]) == 1


def test_a_name_alone_may_be_a_namesake(panels):
    alone = [p for some in panels.values() for p in some if "may be a namesake" in p.verdict]
    assert alone
