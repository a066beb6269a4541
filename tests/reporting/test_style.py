"""What docs/style.md says of sentences holds of every rule that ships."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from precursor_screen.reference.bundle import load_rulebook, rule_folders

RULES = {r.id: r for r in load_rulebook(rule_folders()).rules}
STYLE = (Path(__file__).resolve().parents[2] / "docs" / "style.md").read_text(encoding="utf-8")
NEVER = re.compile(r"\b(hit|alert|violation|suspect|suspicious|criminal|illegal|fraud)s?\b|not stated", re.IGNORECASE)
ID_OR_COLUMN = re.compile(r"\bPS-[A-Z]+-\d+|\b[a-z]+_[a-z_]+\b")
FIELD = re.compile(r"\{([a-z_0-9]+)(?::[^}]*)?\}")
CLAUSE = re.compile(r"\[[^\[\]]*\]")
OUTCOMES = {"correlation_value", "window", "window_lines", "group_members"}
# What every line, match or movement has that a rule flags; a code is known wherever its chapter is judged.
ALWAYS = {
    *("description", "substance_name", "matched_text", "matched_name", "match_score", "control", "as_of_date", "misfit_noun"),
    *("party_name", "party_column", "list_id", "entry_id", "entry_name", "matched_entry_name", "watchlist_score"),
    *("hs_code", "hs6", "hs_chapter", "objected_country", "objected_reference"),
}


def sentences(rule):
    return (rule.title, rule.action, *rule.falsepositives, FIELD.sub("x", rule.explain))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_words_of_a_rule_name_no_id_and_no_column_and_accuse_nobody(rule):
    for text in sentences(rule):
        assert not ID_OR_COLUMN.search(text), text
        assert not NEVER.search(text), text


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_title_is_a_clause_and_what_to_do_is_a_sentence(rule):
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.action[0].isupper()
    assert rule.action.endswith(".")


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_field_that_may_be_empty_stands_in_brackets(rule):
    judged = json.dumps([rule.applies, rule.requires, rule.selections, rule.correlation, rule.derive], default=str)
    named = set(FIELD.findall(CLAUSE.sub("", rule.explain))) - set(rule.params) - set(rule.derive) - OUTCOMES - ALWAYS
    if "sender_receiver_score" in judged:  # which takes both names
        named -= {"sender_name", "receiver_name"}
    known = {
        f
        for f in named
        for column in (f, f.replace("_name", "_key"), f.replace("_name", "_id"))
        if re.search(rf"\b{column}\b", judged)
    }
    assert named - known == set()


def test_the_page_of_words_names_what_it_forbids():
    assert all(word in STYLE for word in ("suspect", "hit, alert, violation", "criminal", "illegal", "fraud"))
