import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.builder import country_code
from precursor_screen.reference.watchlists.interface import ListFile
from precursor_screen.reference.watchlists.registry import IMPORTERS, OFFICIAL_IDS, find_importer

SOURCES = Path(__file__).parents[3] / "watchlists" / "sources.toml"
DATA = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")


def test_every_official_list_has_a_source() -> None:
    lists = tomllib.loads(SOURCES.read_text("utf-8"))["list"]
    assert [source["id"] for source in lists] == list(OFFICIAL_IDS)
    formats = {importer.name for importer in IMPORTERS}
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
            *(("Iranian", "IR"), ("Mexican citizen", "MX"), ("St. Vincent and the Grenadines", "VC"), ("Georgia", "GE")),
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


@pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real lists")
@pytest.mark.parametrize(
    ("path", "layout", "entries"),
    [
        ("ofac/cons_legacy_2025-03.xml", "ofac-legacy-xml", 443),
        ("ofac/cons_enhanced_2025-01-14.zip", "ofac-enhanced-xml", 443),
        ("csl/csl_2022-05-16.csv.gz", "csl-csv", 14_077),
        ("other/bis_dpl_2022-09.txt", "bis-tsv", 459),
        ("other/canada_sema_2025-03.xml", "canada-xml", 4_759),
        ("other/canada_sema_2020_old_tags.xml", "canada-xml", 1_369),
        ("other/dfat_2024-11.xlsx", "dfat-xlsx", 3_062),
        ("other/uk_ofsi_2016_cp1252.csv", "uk-conlist-csv", 463),
        ("other/opensanctions_targets.simple_sample.csv", "opensanctions-simple-csv", 5),
        ("other/opensanctions_targets.nested_sample.json", "opensanctions-json", 5),
    ],
)
def test_real_layouts(path: str, layout: str, entries: int) -> None:
    offered = [ListFile.of(Path(DATA or "") / "watchlists" / path)]
    importer = find_importer(offered)
    parsed = importer.parse(offered, "x")
    assert (importer.name, len(parsed.entries), parsed.refusal) == (layout, entries, "")
    assert parsed.declared_count in (None, entries)


@pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real lists")
def test_real_steps(tmp_path: Path) -> None:
    store = WatchlistStore(tmp_path)
    counts = []
    for day in ("2024-05-02", "2024-05-03", "2024-06"):
        path = Path(DATA or "") / "watchlists" / "ofac" / f"sdn_{day}.csv"
        store.import_list("ofac-sdn", [path], date.fromisoformat(day if len(day) > 7 else "2024-06-27"))
        if len(store.snapshots("ofac-sdn")) > 1:
            found = store.diff("ofac-sdn")
            counts.append((len(found.added), len(found.removed), len(found.changed)))
    assert counts == [(0, 8, 0), (450, 13, 571)]


@pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real lists")
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("ofac/sdn_enhanced_irgc_2024-08.xml", "is filtered"),
        ("csl/csl_2023-11_repeated_header.csv", "cut short"),
        ("other/seco_sample.xml", "not a full list"),
        ("ofac/dataspec_2023-09-25.txt", "layout of this list is not known"),
    ],
)
def test_real_files_that_are_no_whole_list(tmp_path: Path, path: str, says: str) -> None:
    with pytest.raises(WatchlistError, match=says):
        WatchlistStore(tmp_path).import_list("x", [Path(DATA or "") / "watchlists" / path], date(2026, 1, 1))
