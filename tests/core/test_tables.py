"""The reader of tables that ship: rows and words with their places, and an error for each row that is not right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from precursor_screen.core.errors import SubstanceTableError
from precursor_screen.core.tables import (
    DATA,
    WORD_COLUMNS,
    Words,
    meanings_of,
    read_boolean,
    read_rows,
    read_words,
    spellings_of,
    whole_rows,
    words_of,
)

HEADER = ",".join(WORD_COLUMNS) + "\n"


def table(folder: Path, content: str) -> Path:
    path = folder / "words.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_words_are_read_with_role_meaning_and_language(tmp_path):
    path = table(tmp_path, HEADER + "unit,KGM,,kg|kilo,ours\nunit,LTR,es,litro,ours\n")
    assert read_words(path) == (Words("unit", "KGM", "", ("kg", "kilo")), Words("unit", "LTR", "es", ("litro",)))


@pytest.mark.parametrize(
    "row", [",KGM,,kg,ours", "unit,KGM,,kg||kilo,ours", "unit,KGM,,,ours", "unit,KGM,kg,ours", "unit,KGM,,kg,ours,more", ""]
)
def test_a_row_that_is_not_right_is_an_error_that_says_where(tmp_path, row):
    with pytest.raises(SubstanceTableError) as caught:
        read_words(table(tmp_path, HEADER + "unit,KGM,,kg,ours\n" + row + "\n"))
    assert (caught.value.where.row, Path(caught.value.where.file).name) == (3, "words.csv")
    assert "install the package again" in caught.value.remedy


@pytest.mark.parametrize("read", [read_words, lambda path: list(read_rows(path, WORD_COLUMNS))])
def test_other_columns_and_a_missing_file_are_errors(tmp_path, read):
    for content in ("", "role,words\n", "role,meaning,language,source,words\n"):
        with pytest.raises(SubstanceTableError, match="columns should be role, meaning, language, words, source"):
            read(table(tmp_path, content))
    with pytest.raises(SubstanceTableError, match="cannot be read"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize("path", sorted((DATA / "names").glob("*_words.csv")), ids=lambda path: path.stem)
def test_every_table_of_words_that_ships_has_a_source_and_no_word_twice_in_a_row(path):
    assert all(row["source"] for row in read_rows(path, WORD_COLUMNS))
    assert [row for row in read_words(path) if len(row.words) != len(set(row.words))] == []


def test_words_of_a_role_are_found_by_meaning_by_spelling_and_all_together():
    forms = meanings_of("party_words", "legal form")
    assert spellings_of("party_words", "legal form")["gmbh"] == "llc"
    assert set(words_of("party_words", "legal form")) == {word for words in forms.values() for word in words}
    with pytest.raises(KeyError):
        words_of("party_words", "no such role")


def test_a_row_that_is_not_whole_is_an_error_where_the_table_has_to_be_right(tmp_path):
    path = table(tmp_path, HEADER + "unit,KGM,,kg,ours\nunit,KGM\n")
    assert [row.whole for row in read_rows(path, WORD_COLUMNS)] == [True, False]
    with pytest.raises(SubstanceTableError, match="row 3: the row has a different number of cells than the header"):
        list(whole_rows(path, WORD_COLUMNS))


def test_a_cell_that_is_no_number_is_an_error_that_names_column_and_cell(tmp_path):
    (row,) = whole_rows(table(tmp_path, HEADER + "unit,12,x,kg,ours\n"), WORD_COLUMNS)
    assert (row.read("meaning", int), row.read("meaning", Decimal)) == (12, Decimal(12))
    for kind in (int, Decimal, read_boolean):
        with pytest.raises(SubstanceTableError, match=r"words\.csv, row 2: language 'x' cannot be read"):
            row.read("language", kind)
