"""The case as documents and bundles."""

from __future__ import annotations

import pytest

from precursor_screen.app.session import open_watchlists
from precursor_screen.cases.evidence.gather import from_ledger
from precursor_screen.cases.evidence.redact import redact
from precursor_screen.cases.evidence.sources import Installed, complete
from precursor_screen.history.store import open_ledger
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.reference.site_tables import load_concern
from precursor_screen.reference.substances import load_substances
from precursor_screen.reporting.evidence.seal import plain, seal
from tests.cases.evidence.cases import SECRET, record_case

WHEN = "2026-03-04T09:00:00+00:00"


def shipped_concern():
    folder = shipped.substances_folder()
    return load_concern(folder, load_substances(folder).substances)


@pytest.fixture(scope="session")
def installed():
    """The rules that ship and the sample list."""
    (sample,) = open_watchlists(["sample"])
    tables = {"edition": "fictional", "sha256": "cd" * 32}
    names = {"acetic-anhydride": "Acetic anhydride"}
    return Installed(load_rulebook(rule_folders()), rule_folders(), tables, names, lambda _: sample, shipped_concern())


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


@pytest.fixture(scope="session")
def completed(installed, tmp_path_factory):
    """Document and rules of shipment S-L1."""
    path = tmp_path_factory.mktemp("evidence") / "ledger.sqlite"
    with open_ledger(f"sqlite:///{path}") as opened:
        record_case(opened)
        document, rules = complete(from_ledger(opened, "S-L1"), installed)
    return plain(document), rules


@pytest.fixture(scope="session")
def document(completed):
    return completed[0]


@pytest.fixture(scope="session")
def bundle_bytes(completed):
    return seal(*completed, WHEN, SECRET)


@pytest.fixture(scope="session")
def redacted(document):
    return plain(redact(document, SECRET))
