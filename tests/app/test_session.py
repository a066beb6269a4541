"""One composition for every way in: where settings come from, and in which order a run is delivered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen import api
from precursor_screen.app import session
from precursor_screen.app.inputs import Source
from precursor_screen.app.run_settings import Settings, merge_options
from precursor_screen.app.session import Session, load, open_lists
from precursor_screen.app.site_settings import Value, load_settings
from precursor_screen.core.errors import LedgerError, LedgerLocked, StaleReference, UsageError
from precursor_screen.history.database import hold_file
from precursor_screen.history.store import open_ledger
from precursor_screen.reference.bundle import Reference
from tests.conftest import ROOT
from tests.screening import table, with_rules

ROWS = [{"bill of lading": "B1", "description of goods": "ACETIC ANHYDRIDE 20 DRUMS", "net weight kg": "4000"}]
SOURCES = (Source("a.csv", content=table(ROWS)),)


@pytest.fixture(scope="module")
def few(reference: Reference) -> Reference:
    """For what is about the order of deeds, and not about rules."""
    return with_rules(reference, "PS-CHEM-001")


def values(folder: Path, text: str = "") -> Mapping[str, Value]:
    (folder / "precursor-screen.toml").write_text(text)
    return load_settings(None, {}, folder)


def test_what_a_command_was_given_goes_before_the_settings_of_the_site(tmp_path: Path) -> None:
    site = values(
        tmp_path, 'jurisdiction = "eu"\ntiers = ["convention"]\nwatchlists = ["sample"]\nledger = "home"\nhome = "/h"\n'
    )
    settled = merge_options(site)
    assert (settled.jurisdiction, settled.tiers, settled.watchlists) == ("EU", ("convention",), ("sample",))
    assert settled.ledger == "sqlite:////h/ledger.sqlite"
    given = merge_options(site, jurisdiction="us", tiers=("national",), watchlists=("none",), ledger="sqlite:///x", jobs=2)
    assert (given.jurisdiction, given.tiers, given.watchlists) == ("US", ("national",), ("none",))
    assert (given.ledger, given.jobs) == ("sqlite:///x", 2)


def test_nothing_given_is_what_is_written_down_as_the_default(tmp_path: Path) -> None:
    settled = merge_options(values(tmp_path), tiers=(), watchlists=(), jurisdiction=None)
    assert (settled.tiers, settled.fail_on, settled.ledger, settled.registers) == (("convention", "national"), "none", "", True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tiers": ("convenient",)}, "--tiers: .*convenient"),
        ({"rule_dirs": ("a\0b",)}, "--rules: .*NUL"),
        ({"watchlists": ("a\0b",)}, "--watchlist: .*NUL"),
    ],
)
def test_a_value_that_is_not_allowed_names_its_option(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        merge_options(values(tmp_path), **given)


def test_none_stands_alone() -> None:
    assert open_lists(Settings(watchlists=("none",))) == ()
    with pytest.raises(UsageError, match="none cannot be combined"):
        open_lists(Settings(watchlists=("none", "sample")))


def test_stale_data_are_refused_where_fresh_ones_are_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "age_notices", lambda reference: ["the list is 99 days old"])
    settings = Settings(home=tmp_path, watchlists=("sample",))
    assert load(settings).watchlists
    with pytest.raises(StaleReference, match="99 days old"):
        load(replace(settings, require_fresh=True))


def test_reports_are_written_then_recorded_then_told_then_marked(tmp_path: Path, few: Reference, monkeypatch: Any) -> None:
    steps: list[str] = []
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"

    def recorded() -> int:
        try:
            with open_ledger(url, create=False) as ledger:
                return int(ledger.flags().num_rows)
        except LedgerError:
            return 0

    def told(step: str) -> Any:
        return lambda _: steps.append(f"{step}: {'recorded' if recorded() else 'not recorded'}")

    flags = Session(Settings(ledger=url), few).run(SOURCES, told("written"), told("told")).report.flags
    assert steps == ["written: not recorded", "told: recorded"]
    assert flags.num_rows
    again = Session(Settings(ledger=url), few).run(SOURCES).report.flags
    assert set(again.column("state").to_pylist()) == {"existing"}
    elsewhere = Session(Settings(ledger=url), few).run(SOURCES, remember=False).report.flags
    assert set(elsewhere.column("state").to_pylist()) == {"new"}


def test_a_run_whose_reports_cannot_be_written_is_not_recorded(tmp_path: Path, few: Reference) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"

    def fail(_: object) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        Session(Settings(ledger=url), few).run(SOURCES, fail)
    with open_ledger(url, create=False) as ledger:
        assert ledger.flags().num_rows == 0


def test_the_python_api_remembers_as_the_command_does(tmp_path: Path, few: Reference) -> None:
    (tmp_path / "a.csv").write_bytes(table(ROWS))
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    states = [set(api.screen(tmp_path / "a.csv", few, ledger=url).flags.column("state").to_pylist()) for _ in range(2)]
    assert states == [{"new"}, {"existing"}]


def test_rules_and_registers_of_a_site_reach_the_python_api(tmp_path: Path, monkeypatch: Any) -> None:
    opened = []
    monkeypatch.setattr(session, "_open_registers", lambda settings: opened.append(settings.registers) or ())
    exceptions = tmp_path / "exceptions.yml"
    exceptions.write_text("[]\n")
    core = api.load_reference(watchlists=None, pack="core", registers=True, exceptions=exceptions)
    whole = api.load_reference(watchlists=None)
    assert opened == [True, False]
    assert 0 < len(core.rules) < len(whole.rules)
    own = api.load_reference(watchlists=None, rule_dirs=[ROOT / "rules"], only_rules=True)
    assert len(own.rules) == len(whole.rules)


def test_other_rules_bring_all_that_belongs_to_them(reference: Reference) -> None:
    from precursor_screen.reference.bundle import SiteRules, load_rulebook, rule_folders

    book = load_rulebook(rule_folders(), SiteRules(pack="core"))
    changed = Session(Settings(), reference).with_rules(book)
    assert changed.reference.rules == book.compiled
    assert changed.reference.rules_sha256 == book.sha256
    assert changed.reference.watchlists == reference.watchlists
    assert changed.settings == Settings(as_of=changed.settings.as_of)


def test_a_ledger_that_is_held_is_noticed_before_any_file_is_read(
    tmp_path: Path, few: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path)):
        pass
    monkeypatch.setattr(session, "run", lambda *_, **__: pytest.fail("it read"))
    with hold_file(path, 0), pytest.raises(LedgerLocked, match="is in use by process"):
        Session(Settings(home=tmp_path, ledger=str(path), wait=0.0), few).run(SOURCES)
