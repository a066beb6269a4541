"""Named lists and typologies: data files whose faults are named."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.rulebook.lists import load_lists
from precursor_screen.rulebook.packs import load_typologies

LIST = "id: orders\ntitle: t\nsource: s\ndate: 2026-11-25\nterms: [to order]\n"
TYPOLOGY = """id: T
title: t
score:
  caps: {chemical: 60, quantity: 60, party: 80, routing: 50, document: 80, packaging: 20, timing: 20, cover: 45}
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("terms: [to order]", "terms: [no]"), "YAML reads them as booleans"),
        (("date: 2026-11-25", "date: yesterday"), "date must be a date"),
        (("date: 2026-11-25", "date: 2026-11-25 10:00:00"), "date must be a date"),
        (("title: t", "title: t\nmax_age_days: old"), "max_age_days 'old' is not a number of days"),
        (("title: t", "titel: t"), "Did you mean 'title'?"),
        (("source: s\n", ""), "has no 'source'"),
        (("id: orders", "id: other"), "in a file of another name"),
    ],
)
def test_a_wrong_list_is_refused(tmp_path, change, expected):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "orders.yml").write_text(LIST.replace(*change))
    with pytest.raises(ErrorGroup, match=expected.replace("?", r"\?")):
        load_lists([tmp_path])


def test_a_good_list_knows_its_terms_and_digest(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "orders.yml").write_text(LIST)
    named = load_lists([tmp_path])["orders"]
    assert named.terms == ("to order",)
    assert len(named.sha256) == 64


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("chemical: 60, ", ""), "no cap for chemical"),
        (("chemical: 60", "chemcal: 60"), "Did you mean 'chemical'?"),
        (("chemical: 60", "chemical: much"), "is not a whole number"),
        (("id: T", "bands: {low: 1}\nid: T"), "unknown key 'bands'"),
        (("id: T", "applies: {substance_id: [x]}\nid: T"), "0 typologies without `applies`"),
        (("id: T", "floor: {PS-DOC-001: holdd}\nid: T"), "Did you mean 'hold'?"),
    ],
)
def test_a_wrong_typology_is_refused(tmp_path, change, expected):
    (tmp_path / "typologies").mkdir()
    (tmp_path / "typologies" / "t.yml").write_text(TYPOLOGY.replace(*change))
    with pytest.raises(ErrorGroup, match=expected.replace("?", r"\?")):
        load_typologies([tmp_path])
