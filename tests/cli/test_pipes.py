"""Whoever reads our output may go: that is no fault of ours, and the exit code stays what was found."""

from __future__ import annotations

import pytest

from tests.cli.conftest import OTHER_RULES
from tests.conftest import ROOT
from tests.warm import start

SAMPLE = str(ROOT / "sample_data" / "manifest.csv")


@pytest.mark.parametrize(
    "words",
    [
        ("screen", SAMPLE, "--watchlist", "sample", "--no-ledger", "-v", "--capacity", "500"),
        ("substances", "list"),
        ("rules", "list"),
        ("explain", "acetic-anhydride"),
    ],
    ids=lambda words: words[0],
)
def test_a_reader_who_goes_at_once(words, home, few_folder):
    with start(OTHER_RULES, few_folder, *words, text=False) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode()
        assert (process.wait(timeout=120), said) == (3 if words[0] == "screen" else 0, "")
