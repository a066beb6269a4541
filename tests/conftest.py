"""What tests share: the reference that ships, the sample list, the flag that renews golden files, real data where it is given."""

from __future__ import annotations

import importlib
import os
import pkgutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

import precursor_screen
from precursor_screen.api import load_reference
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import Reference
from tests.examples import SOAK

# An example takes as long as the machine is busy; what a test may cost is bounded by its number of examples.
# A commit passes or fails the same everywhere; `make soak` draws others each time. Hypothesis also draws the constants of modules that are
# imported, and modules are imported late: each worker imports all, so that what it draws does not hang on the tests that came before.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("soak", deadline=None)
settings.load_profile("soak" if SOAK else "suite")

if "PYTEST_XDIST_WORKER" in os.environ:
    for module in pkgutil.walk_packages(precursor_screen.__path__, "precursor_screen."):
        importlib.import_module(module.name)

AS_OF = date(2026, 11, 25)
ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault(
    "PRECURSOR_SCREEN_CACHE", str(ROOT / ".pytest_cache" / "kept")
)  # shared by all processes, and by later runs


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden reports anew")
    parser.addoption(
        "--every-byte", action="store_true", help="turn every byte of what is kept, not a sample: three minutes more"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages whose commands take half a minute each come first: begun last, they keep one worker busy while the others have nothing left."""
    items.sort(key=lambda item: item.path.name != "test_documents.py")


@pytest.fixture(autouse=True)
def law_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with the law that ships, whatever home the one before it worked with."""
    monkeypatch.setattr(shipped, "_find_law", [shipped.base_law])


@pytest.fixture(scope="session")
def reference() -> Reference:
    """All rules that ship, the fictional sample list, for the United States."""
    return load_reference(watchlists=["sample"], jurisdiction="US", as_of=AS_OF)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no setting from outside."""
    for name in list(os.environ):
        if name.startswith("PRECURSOR_SCREEN_") and name not in ("PRECURSOR_SCREEN_TEST_DATA", "PRECURSOR_SCREEN_CACHE"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("PRECURSOR_SCREEN_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it skip where it is not given."""
    folder = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    if not folder:
        pytest.skip("PRECURSOR_SCREEN_TEST_DATA is not set: no real data to test with")
    return Path(folder)
