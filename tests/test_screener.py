"""The Python entry points: typed results, options that cannot be wrong, and the page about them as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import precursor_screen
from precursor_screen import Screener, errors, screen
from precursor_screen.core.errors import PrecursorScreenError
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def screener(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    return Screener(jurisdiction="US", watchlists=["sample"], home=tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tiers": "convention"}, "is not a sequence"),
        ({"tiers": ("nonsense",)}, "'nonsense' is not a value of tiers"),
        ({"watchlists": "sample"}, "is not a sequence"),
        ({"fail_on": "hihg"}, "Did you mean 'high'"),
        ({"jurisdiction": "Narnia"}, "is not a jurisdiction"),
        ({"jobs": "two"}, "is not a whole number"),
        ({"jobs": -1}, "jobs"),
        ({"as_of": "2026-11-01"}, "is not a date"),
        ({"registers": "yes"}, "is not True or False"),
    ],
)
def test_an_option_that_is_wrong_is_refused_in_the_words_of_the_command(options: dict[str, Any], said: str, tmp_path: Path):
    with pytest.raises(errors.UsageError, match=re.escape(said)):
        Screener(home=tmp_path, **options)


@pytest.mark.parametrize("options", [{"tiers": "convention"}, {"tiers": ()}, {"fail_on": "hihg"}, {"tiers": ("nonsense",)}])
def test_the_functions_refuse_the_same(options: dict[str, Any], tmp_path: Path):
    with pytest.raises(errors.UsageError):
        screen(ROOT / "sample_data" / "manifest.csv", home=tmp_path, **options)


def test_results_are_typed(screener: Screener):
    found = screener.lookup("ACETONE, 4 DRUMS")
    assert [(one.substance_id, one.strength, one.start, one.end) for one in found.matches] == [("acetone", "strong", 0, 7)]
    assert {"UN1988", "US"} <= {c.instrument for c in found.matches[0].control}
    assert all(one.reason for one in screener.lookup("ACETONE FREE").suppressed)
    (first, *_) = screener.match("Quimeralda Reactivos")
    assert (first.list_id, first.score > 85) == ("sample", True)
    assert screener.match("Larnmoor Ceramics") == []


def test_site_settings_count_as_they_do_for_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    config = tmp_path / "own.toml"
    config.write_text('jurisdiction = "EU"\nwatchlists = ["none"]\n')
    screener = Screener(config=config, home=tmp_path)
    assert (screener.settings.jurisdiction, screener.settings.watchlists) == ("EU", ("none",))


def test_every_error_of_the_tree_is_exported():
    assert all(issubclass(getattr(errors, name), Exception) for name in errors.__all__)
    assert issubclass(errors.UsageError, PrecursorScreenError)
    assert set(precursor_screen.__all__) >= {"Screener", "screen", "lookup", "match", "load_reference"}


@pytest.mark.slow
def test_the_blocks_of_the_page_run_as_they_stand(tmp_path: Path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    environment = {"PRECURSOR_SCREEN_HOME": str(tmp_path / "home"), "PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "acetic-anhydride" in done.stdout
    assert "is not a sequence" in done.stdout


@pytest.mark.slow
def test_mypy_refuses_a_wrong_option(tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(
        'from precursor_screen import Screener\n\nScreener(jurisdicton="US")\nScreener(tiers=3)\nScreener(jobs="two")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line] == ["3", "4", "5"], done.stdout
