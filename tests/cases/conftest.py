"""The ledger that verdicts are given on."""

from __future__ import annotations

import pytest

from precursor_screen.history.store import open_ledger
from tests.cases.verdicts import fill


@pytest.fixture
def ledger(tmp_path):
    """With the flags abcdef01, abcdef02 and =sum(9)."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        fill(opened)
        yield opened
