from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistName
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList
from precursor_screen.reference.watchlists.registry import find_importer
from tests.reference.watchlists import watchlist_files as files


def parse(folder: Path, text: str) -> ParsedList:
    offered = [ListFile.of(path) for path in files.write(folder, list_xml=text)]
    importer = find_importer(offered)
    assert importer.name == "un-xml"
    return importer.parse(offered, "un-sc")


def test_entries(tmp_path: Path) -> None:
    parsed = parse(tmp_path, files.UN)
    person, entity = parsed.entries
    assert (parsed.content, parsed.list_date) == ("un-sc", date(2026, 2, 27))
    assert parsed.by_source == (("individuals", 1), ("entities", 1))
    assert (person.entry_id, person.kind, person.listed) == ("1", "person", date(2012, 12, 31))
    assert person.names == (
        WatchlistName("Tariq Sulaymun Al Wahmi", "primary"),
        *(WatchlistName("Tarik Wahmi", "strong"), WatchlistName("Tareq Wahmy", "strong"), WatchlistName("Abu Falcon", "weak")),
        WatchlistName("طارق سليمون", "original_script"),
    )
    assert person.countries == ("YE", "OM")
    assert person.addresses == ()
    assert person.identifiers == (("passport", "W17"),)
    assert person.note == "Reference QDi.000; A remark"
    assert [(n.name, n.kind) for n in entity.names][1:] == [("ZFT", "strong"), ("Falcon Oasis", "former")]
    assert entity.addresses == ("17 Souk, Ras Wahmi, United Arab Emirates",)
    assert entity.programmes == ("Demo",)


def test_what_was_left_out_is_counted(tmp_path: Path) -> None:
    parsed = parse(tmp_path, files.UN)
    assert {r.reason: r.count for r in parsed.skipped} == {"alias without a name": 1, "entry without DATAID or name": 1}
    assert {r.reason: r.examples for r in parsed.notes} == {
        "country not known": ("1 Nowhereland",),
        "address that is only a country: kept as country": ("1 Oman",),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (files.UN[:-40], r"line \d+, column \d+"),
        (files.UN.replace("A remark", "A \x01 remark"), r"line \d+, column \d+"),
        (files.UN.replace("2026-02-27T", "27.02.2026T"), "own date is not a date"),
    ],
)
def test_a_damaged_list_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WatchlistError, match=said):
        parse(tmp_path, text)


def test_two_lists_at_once_are_refused(tmp_path: Path) -> None:
    offered = [ListFile.of(path) for path in files.write(tmp_path, one_xml=files.UN, two_xml=files.UN)]
    with pytest.raises(WatchlistError, match="The layout of this list is not known"):
        find_importer(offered)
