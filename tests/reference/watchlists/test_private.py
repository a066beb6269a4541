from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.reference.watchlists.interface import (
    ListFile,
    ParsedList,
    content_hash,
    from_table,
    tag_programmes,
    to_table,
)
from precursor_screen.reference.watchlists.opened import open_private_csv
from precursor_screen.reference.watchlists.private_csv import COLUMNS
from precursor_screen.reference.watchlists.registry import find_importer
from tests.reference.watchlists import watchlist_files as files

SAMPLE = Path(__file__).parents[3] / "watchlists" / "sample-list.csv"


def parse(folder: Path, text: str) -> ParsedList:
    offered = [ListFile.of(path) for path in files.write(folder, list_csv=text)]
    importer = find_importer(offered)
    assert importer.name == "private-csv"
    return importer.parse(offered, "mine")


def test_entries_that_are_numbered_are_not_rows_of_another_list(tmp_path: Path) -> None:
    header = ",".join(COLUMNS)
    (entry,) = parse(tmp_path, f"{header}\n1,organisation,Zorvan Mirage,primary,AE,,,,X,,,\n").entries
    assert (entry.entry_id, [name.name for name in entry.names], entry.countries) == ("1", ["Zorvan Mirage"], ("AE",))


def test_rows_of_one_id_make_one_entry(tmp_path: Path) -> None:
    first, second = parse(tmp_path, files.PRIVATE).entries
    assert first == WatchlistEntry(
        list_id="mine",
        entry_id="A1",
        kind="organisation",
        names=(
            WatchlistName("Zorvan Mirage", "primary"),
            WatchlistName("Zorvania", "former"),
            WatchlistName("Zorvan Two", "strong"),
        ),
        countries=("MX",),
        addresses=("17 Calle Fabula", "18 Calle Fabula"),
        identifiers=(("tax_number", "0017"),),
        programmes=("narcotics",),
        listed=date(2026, 1, 15),
        note="first; second",
    )
    assert (second.kind, second.delisted) == ("person", date(2026, 2, 1))


def test_columns_in_any_order_with_a_byte_order_mark(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "\ufeffName,Entry ID\nZorvan,A1\n")
    assert parsed.entries[0].primary_name == "Zorvan"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("entry_id,name,adress", "Did you mean 'address'"),
        ("entry_id,nmae,kind", "Did you mean 'name'"),
        ("entry_id,name,colour", "Unknown column 'colour'"),
        ("entry_id,kind", "'name' is missing"),
        ("entry_id,name,name", "twice"),
    ],
)
def test_a_wrong_header_is_refused_with_a_hint(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(WatchlistError, match=said):
        parse(tmp_path, header + "\n")


def test_what_was_left_out_or_changed_is_counted(tmp_path: Path) -> None:
    text = "entry_id,name,kind,country,listed\nA1,Zorvan,firm,Nowhereland,15.01.2026\nA2,Short\n,Nobody,,,\n\n"
    parsed = parse(tmp_path, text)
    assert [(r.reason, r.count) for r in parsed.skipped] == [("row without 5 cells", 1), ("row without entry_id or name", 1)]
    assert [r.reason for r in parsed.notes] == [
        "kind not known: taken as organisation",
        "country not known",
        "listed is not an ISO date",
    ]
    assert len(parsed.entries) == 1


def test_other_encodings_and_broken_quotes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"entry_id,name\nA1,Caf\xe9\n")
    with pytest.raises(WatchlistError, match="not UTF-8"):
        open_private_csv(path)
    path.write_bytes(b"entry_id,name,country\nA1,Zorvan,MX\nA2,Zor")
    with pytest.raises(WatchlistError, match="last row is cut short"):
        open_private_csv(path)
    path.write_bytes(b'entry_id,name\nA1,"Zorvan\n')
    with pytest.raises(WatchlistError, match="cut short"):
        open_private_csv(path)


def test_something_else_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="layout of this list is not known") as caught:
        find_importer([ListFile.of(path) for path in files.write(tmp_path, a_csv="x,y\nfoo,bar\n")])
    assert "entry_id" in caught.value.remedy


def test_the_narcotics_tag_goes_by_prefix() -> None:
    assert tag_programmes(["ILLICIT-DRUGS-EO14059", "SDGT", "SDGT", ""]) == ("ILLICIT-DRUGS-EO14059", "SDGT", "narcotics")
    assert tag_programmes(["SDGT"]) == ("SDGT",)


def test_entries_survive_the_table_and_changes_change_the_hash(tmp_path: Path) -> None:
    entries = parse(tmp_path, files.PRIVATE).entries
    assert tuple(from_table(to_table(entries), "mine")) == entries
    first = entries[0]
    turned = WatchlistEntry(
        "mine", "A1", first.kind, first.names[::-1], (), first.addresses[::-1], first.identifiers, first.programmes
    )
    assert content_hash(turned) == content_hash(first)
    assert content_hash(WatchlistEntry("mine", "A1", first.kind, first.names[1:])) != content_hash(first)


def test_the_sample_list_that_ships() -> None:
    sample = open_private_csv(SAMPLE)
    assert sample.list_id == "sample"
    assert len(sample) == 40
    assert not sample.snapshot.skipped
    assert not sample.snapshot.notes
    assert sample.index.unscreenable_names == 0
    assert [e.entry_id for e in sample if "narcotics" in e.programmes] == ["S001", "S002"]
    assert {e.kind for e in sample} == {"person", "organisation", "vessel", "aircraft"}
    for entry in sample:
        for name in entry.names:
            assert any(m["entry_id"] == entry.entry_id for m in sample.index.match(name.name)), name


def test_the_readme_lists_the_columns() -> None:
    text = SAMPLE.with_name("README.md").read_text("utf-8")
    assert all(f"`{column}`" in text for column in COLUMNS)


def test_the_same_draft_as_other_layouts(tmp_path: Path) -> None:
    text = (
        "entry_id,name,name_kind,identifier_type,identifier,country\n"
        "A1,  Zorvan   Mirage ,,imo,IMO 1234567,Mexico\n"
        "A1,زرفان,strong,,,Nowhereland\n"
        "A1,Zorvan Mirage,weak,,,\n"
    )
    parsed = parse(tmp_path, text)
    (entry,) = parsed.entries
    assert entry.names == (WatchlistName("Zorvan Mirage", "primary"), WatchlistName("زرفان", "original_script"))
    assert (entry.identifiers, entry.countries) == ((("imo", "1234567"),), ("MX",))
    assert [(n.reason, n.examples) for n in parsed.notes] == [("country not known", ("A1 Nowhereland",))]
