import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.errors import WatchlistError
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.countries import country_code
from precursor_screen.reference.watchlists.registry import IMPORTERS, OFFICIAL_IDS

SOURCES = Path(__file__).parents[2] / "watchlists" / "sources.toml"
DATA = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")


def test_every_official_list_has_a_source() -> None:
    lists = tomllib.loads(SOURCES.read_text("utf-8"))["list"]
    assert [source["id"] for source in lists] == list(OFFICIAL_IDS)
    formats = {importer.name for importer in IMPORTERS} | {"not read yet"}
    for source in lists:
        assert {"id", "title", "url", "format", "licence", "max_age_days", "verified", "user_agent"} <= source.keys()
        assert source["format"] in formats
        assert source["max_age_days"] > 0


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(
            ("Korea, North", "KP"),
            ("Burma", "MM"),
            ("Türkiye", "TR"),
            ("Turkey", "TR"),
            ("Bosnia and Herzegovina", "BA"),
            ("mx", "MX"),
        ),
        *(
            ("Region: Gaza", "PS"),
            ("Cote d Ivoire", "CI"),
            ("Iran (Islamic Republic of)", "IR"),
            ("Nowhereland", ""),
            ("", ""),
            ("QQ", ""),
        ),
        *(
            ("China, Hong Kong Special Administrative Region", "HK"),
            ("Saint Kitts and Nevis", "KN"),
            ("Russian Federation", "RU"),
        ),
    ],
)
def test_countries(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real lists")
def test_real_lists(tmp_path: Path) -> None:
    lists = Path(DATA or "") / "watchlists"
    store = WatchlistStore(tmp_path)
    ofac = [lists / "ofac" / f for f in ("sdn_2024-06.csv", "alt_2025-02.csv", "add_2024-06.csv", "sdn_comments_2025-12.csv")]
    assert store.import_list("ofac-sdn", ofac, date(2024, 6, 27)).entries == 15_402
    first = [lists / "ofac" / f for f in ("sdn_2022-01.csv", "alt_2022-01.csv", "add_2022-01.csv")]
    assert store.import_list("ofac-2022", first, date(2022, 1, 31)).entries == 9_043
    cons = [lists / "ofac" / f"cons_{part}_2025-12.csv" for part in ("prim", "alt", "add", "comments")]
    assert store.import_list("ofac-cons", cons, date(2025, 12, 1)).entries == 442
    assert dict(store.import_list("un-sc", [lists / "un" / "un_2025-11-20.xml"]).by_source) == {
        "individuals": 727,
        "entities": 273,
    }
    assert dict(store.import_list("un-sc", [lists / "un" / "un_2026-02-27.xml"]).by_source) == {
        "individuals": 730,
        "entities": 273,
    }
    for list_id, path in (("ofac-sdn", "ofac/sdn_2024-05-04_empty.csv"), ("un-sc", "un/un_2025-08_not_well_formed.xml")):
        with pytest.raises(WatchlistError):
            store.import_list(list_id, [lists / path], date(2026, 3, 1) if list_id == "ofac-sdn" else None)
    assert sum("narcotics" in e.programmes for e in store.open_list("ofac-sdn")) == 1_932
