"""What errors say: never who logs in, and with what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import LedgerError, Where, mask_urls


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://screening:secret@db.example/ledger: refused", "postgresql://***@db.example/ledger: refused"),
        ("postgresql+psycopg://u:p@ss/w:rd@h/d and more", "postgresql+psycopg://***@h/d and more"),
        ("postgresql://u@h/d", "postgresql://***@h/d"),
        ("see https://me:token@lists.example/a?x=1&token=abc&y=2.", "see https://***@lists.example/a?x=1&token=***&y=2."),
        ("postgresql://h/d?user=me&password=secret", "postgresql://h/d?user=***&password=***"),
        ("sqlite:////srv/a@b/ledger.sqlite", "sqlite:////srv/a@b/ledger.sqlite"),
        ("https://lists.example/a@b", "https://lists.example/a@b"),
        ("nobody@example.org", "nobody@example.org"),
    ],
)
def test_users_and_passwords_of_urls_are_masked(text, shown):
    assert mask_urls(text) == shown


def test_an_error_shows_none_wherever_it_stands():
    url = "postgresql://screening:secret@h/d"
    error = LedgerError(f"{url} cannot be reached", where=Where(url), remedy="Check it.")
    assert "secret" not in f"{error} {error.message}"
    assert "screening" not in f"{error} {error.message}"


@given(st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1))
def test_no_password_of_a_database_survives(password):
    assert mask_urls(f"postgresql://me:{password}@host/d ends") == "postgresql://***@host/d ends"
