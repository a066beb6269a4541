"""The data that ships is what was released, or nothing is screened with it."""

from __future__ import annotations

import json
import shutil

import pytest

from precursor_screen.core.errors import ReferenceDataError
from precursor_screen.reference import shipped
from tests.conftest import ROOT


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A copy of what ships, as a wheel lays it out."""
    for name in shipped.CHECKED:
        shutil.copytree(shipped._find(name), tmp_path / "data" / name, dirs_exist_ok=True)
    shutil.copy(shipped.DIGESTS, tmp_path / "data" / "digests.json")
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path)
    monkeypatch.setattr(shipped, "DIGESTS", tmp_path / "data" / "digests.json")
    shipped._find_checked.cache_clear()
    yield tmp_path / "data"
    shipped._find_checked.cache_clear()


def test_what_ships_is_what_was_released(installed):
    assert [shipped.substances_folder(), shipped.rules_folder(), shipped.watchlists_folder()] == [
        installed / name for name in ("substances", "rules", "watchlists")
    ]


@pytest.mark.parametrize(
    "name",
    ["substances/thresholds.csv", "names/units.csv", "rules/ps-chem-001.yml", "rules/packs/packs.yml", "watchlists/sources.toml"],
)
def test_a_byte_that_turned_is_an_error_that_names_the_file(installed, name):
    path = installed / name
    if not path.exists():
        path = next(path.parent.glob("*.yml"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ReferenceDataError, match=f"not what was released: .*{path.name}") as caught:
        shipped._find_checked(name.split("/")[0])
    assert caught.value.exit_code == 4
    assert "Install the package again" in caught.value.remedy


def test_a_file_too_many_or_too_few_is_an_error(installed):
    (installed / "rules" / "ps-own-001.yml").write_text("id: PS-OWN-001\n")
    with pytest.raises(ReferenceDataError, match=r"rules/ps-own-001\.yml"):
        shipped.rules_folder()
    (installed / "substances" / "readings.csv").unlink()
    with pytest.raises(ReferenceDataError, match=r"substances/readings\.csv"):
        shipped.substances_folder()


@pytest.mark.parametrize("damage", [b"", b"[]", b"{"])
def test_damaged_digests_are_an_error(installed, damage):
    (installed / "digests.json").write_bytes(damage)
    with pytest.raises(ReferenceDataError):
        shipped.rules_folder()


def test_line_ends_of_a_checkout_do_not_count(installed):
    path = installed / "substances" / "thresholds.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert shipped.substances_folder()


def test_the_digests_are_in_the_repository():
    names = json.loads((ROOT / "precursor_screen" / "data" / "digests.json").read_text())
    assert {n.split("/")[0] for n in names} == set(shipped.CHECKED)


def test_a_rate_that_turned_is_an_error_that_names_the_file(installed):
    assert shipped.rates_file() == installed / "rates.csv"
    shipped._find_checked.cache_clear()
    path = installed / "rates.csv"
    path.write_bytes(path.read_bytes().replace(b"1.0389", b"1.9389"))
    with pytest.raises(ReferenceDataError, match=r"rates\.csv"):
        shipped.rates_file()
