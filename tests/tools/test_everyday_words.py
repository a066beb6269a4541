"""Words that are taken for misspelt names: found by the recogniser itself, and none left of those that the table holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.reference.recogniser import known_index
from tests.matching.substance.test_index import TABLES
from tests.matching.substance.test_near import substance
from tools.everyday_words import collisions, main


def test_words_an_edit_off_a_name_are_found_and_the_name_itself_is_not() -> None:
    index = SubstanceIndex((substance("zorvanquil"), substance("zorvanquilu", substance_id="case")))
    words = ["zorvamquil", "Zorvanquil", "zorvanquilu", "zorvänqil", "wool", "zorvamquil"]
    assert list(collisions(words, index)) == [("zorvamquil", "zorvanquil"), ("zorvanqil", "zorvanquil")]


def test_none_is_left_of_the_everyday_words_of_the_table() -> None:
    with (TABLES / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        words = [r["word"] for r in csv.DictReader(file) if r["kind"] not in ("chemical", "medicine")]
    assert len(words) > 250
    assert list(collisions(words, known_index())) == []


def test_lists_are_read_up_to_the_tab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one").write_text("toluone\t4.2\nwool\n\n", encoding="utf-8")
    (tmp_path / "two").write_text("acetonu\n", encoding="utf-8")
    main([str(tmp_path / name) for name in ("one", "two")])
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["acetonu", "toluone"]
