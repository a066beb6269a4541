"""Numbers of papers compare by Unicode's form NFKC, the same in Python, in queries and in columns."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from precursor_screen.core.engine import connect
from precursor_screen.kernel.judge.windows.groups import plain_references
from precursor_screen.rulebook import sql
from precursor_screen.text.codes import plain_reference


def queried(texts: list[str]) -> list[str | None]:
    with connect() as connection:
        query = f"select {sql.plain_reference('t')} from (select unnest(?::varchar[]) as t)"
        return [text for (text,) in connection.execute(query, [texts]).fetchall()]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＰＥＮ－２０２６／１７", "PEN202617"),  # as an input method for Chinese or Japanese writes it
        ("P-12/é", "P12É"),
        ("P-12/e\u0301", "P12É"),
        ("№ 7ж", "7Ж"),
        ("ﬁ-1", "FI1"),
        ("P②", "P2"),
        (" ‐ — ", ""),
    ],
)
def test_another_form_of_the_same_signs_is_the_same_number(written, plain):
    assert plain_reference(written) == plain
    assert queried([written]) == [plain or None]


@given(st.lists(st.text("Pp-/ 1２Ａｂ№é\u0301ﬁ½①ª한\u1112\u1161カﾞ¨", max_size=12), max_size=8))
@example(["½", "\u0301", "カ\u3099", "ﾞ"])
def test_queries_and_columns_read_numbers_as_python_does(texts):
    plain = [plain_reference(text) or None for text in texts]
    assert queried(texts) == plain
    assert plain_references(pa.array(texts, pa.string())).to_pylist() == plain
