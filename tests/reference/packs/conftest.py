"""Packs made of a few cells, on tables with few names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from precursor_screen.reference import shipped
from precursor_screen.reference.packs.pack import ABOUT, columns_of, make_pack, read_pack
from precursor_screen.reference.packs.store import PackStore
from precursor_screen.reference.shipped import LawTables
from tests.thin import thin_tables

SAID = {"source": "gazette 7 of 2026", "verified": "true"}
# A substance that no table has, listed in a law that no table has.
NEW = {
    "substances.csv": [{"substance_id": "phantomol", "name": "Phantomol", "covers_salts": "false", "covers_isomers": "false"}],
    "names.csv": [{"substance_id": "phantomol", "name": "Phantomol", "language": "en", "kind": "usual", "strength": "strong"}],
    "controls.csv": [
        {"substance_id": "phantomol", "instrument": "CH", "schedule": "A", "since": "2026-03-01", "since_verified": "true"}
    ],
    "concern.csv": [{"substance_id": "phantomol", "licit_use": "A", "small_kg": "1", "large_kg": "100"}],
    "editions.csv": [
        {"instrument": "CH", "edition": "BetmVV-EDI, 2026", "count": "1", "checked": "2026-10-01", "max_age_days": "400"}
    ],
}


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    return LawTables(thin_tables(tmp_path_factory.mktemp("base") / "substances"), shipped.base_law().law)


@pytest.fixture(autouse=True)
def thin_base(base, monkeypatch):
    """What ships has few names: to read all of them takes two seconds."""
    monkeypatch.setattr(shipped, "base_law", lambda: base)
    monkeypatch.setattr(shipped, "_find_law", [lambda: base])


@pytest.fixture
def members(base) -> Callable[..., dict[str, bytes]]:
    """The files of a pack: tables as dictionaries of cells, what is left out filled; about: cells of pack.toml."""

    def write(tables, **about):
        said = {"id": "ch", "edition": "2026-10", "day": "2026-10-05", "source": "gazette 7 of 2026", **about}
        files = {ABOUT: "".join(f'{k} = "{v}"\n' for k, v in said.items()).encode()}
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, columns_of(base, name), restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows({**SAID, **row} for row in rows)
            files[name] = text.getvalue().encode()
        return files

    return write


@pytest.fixture
def made(base, members):
    """A pack as read: as `members`."""

    def make(tables, **about):
        return read_pack(make_pack(members(tables, **about), base), "pack.zip", base)

    return make


@pytest.fixture
def store(tmp_path) -> PackStore:
    return PackStore(tmp_path / "home")
