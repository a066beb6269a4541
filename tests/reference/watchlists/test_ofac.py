from pathlib import Path

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList
from precursor_screen.reference.watchlists.ofac_csv import IMPORTER, read_remarks
from precursor_screen.reference.watchlists.registry import find_importer
from tests.reference.watchlists import watchlist_files as files


def parse(folder: Path, **texts: str) -> ParsedList:
    offered = [ListFile.of(path) for path in files.write(folder, **texts)]
    assert find_importer(offered).name == "ofac-csv"
    return IMPORTER.parse(offered, "ofac-sdn")


def by_id(parsed: ParsedList) -> dict[str, WatchlistEntry]:
    return {e.entry_id: e for e in parsed.entries}


@pytest.fixture
def whole(tmp_path: Path) -> ParsedList:
    return parse(tmp_path, c_csv=files.COMMENTS, a_csv=files.ADD, b_csv=files.ALT, d_csv=files.SDN)


def test_entries_and_names(whole: ParsedList) -> None:
    entries = by_id(whole)
    assert whole.content == "ofac-sdn"
    assert [e.kind for e in whole.entries] == ["organisation", "person", "vessel", "aircraft"]
    assert entries["101"].names == (
        WatchlistName("ZORVAN MIRAGE CO., LTD.", "primary"),
        *(WatchlistName("ZORVAN", "weak"), WatchlistName("'FOOPIE'", "weak")),
        *(WatchlistName("ZORVAN MIRAGE", "strong"), WatchlistName("ZORVANIA", "former")),
    )
    assert entries["101"].programmes == ("SDNTK", "ILLICIT-DRUGS-EO14059", "narcotics")
    assert entries["102"].programmes == ("DEMO",)


def test_remarks_are_joined_and_what_can_be_compared_is_lifted(whole: ParsedList) -> None:
    entries = by_id(whole)
    assert entries["102"].identifiers == (("passport", "X17"), ("national_id", "0000018"))
    assert WatchlistName("ABU-'UMAR", "weak") in entries["102"].names
    assert "Cedula No. 0000018" in entries["102"].note
    assert entries["102"].countries == ("MX",)
    assert entries["103"].identifiers == (("imo", "0000017"), ("mmsi", "000000017"), ("call_sign", "CALL17"))
    assert entries["103"].countries == ("KP",)
    assert entries["101"].identifiers == (("tax_number", "0000017"),)
    assert "Linked To: QUILLON" in entries["101"].note


def test_addresses_and_what_was_left_out(whole: ParsedList) -> None:
    entries = by_id(whole)
    assert entries["101"].addresses == ("17 Calle Fabula, Puerto Fabula, Mexico",)
    assert entries["101"].countries == ("MX", "IR")
    assert {r.reason: r.count for r in whole.skipped} == {"alias of an entry that is not in the list": 1, "empty address": 1}
    assert {r.reason: r.examples for r in whole.notes} == {
        "address that is only a country: kept as country": ("101 Iran",),
        "country not known": ("103 Nowhereland",),
    }


def test_copies_without_quotes_line_ends_or_with_a_header_are_read(tmp_path: Path) -> None:
    header = "ent_num,SDN_Name,SDN_Type,Program,Title,Call_Sign,Vess_type,Tonnage,GRT,Vess_flag,Vess_owner,Remarks\n"
    text = header + "104,XZ-QFB,aircraft,DEMO," + "-0- ," * 7 + "-0-\n"
    parsed = parse(tmp_path, sdn_csv=text)
    assert [e.primary_name for e in parsed.entries] == ["XZ-QFB"]
    assert [r.reason for r in parsed.skipped] == ["header row of SDN.CSV"]


def test_a_number_given_to_two_entries_loses_neither_name(tmp_path: Path) -> None:
    row = '104,"{}",-0- ,"DEMO",' + "-0- ," * 7 + "-0- \n"
    parsed = parse(tmp_path, sdn_csv=row.format("ALFA") + row.format("BETA"))
    assert [n.name for n in parsed.entries[0].names] == ["ALFA", "BETA"]
    assert parsed.notes[0].count == 1


def test_broken_rows_are_counted(tmp_path: Path) -> None:
    parsed = parse(tmp_path, sdn_csv=files.SDN.replace("104,", "104,surplus,"))
    assert [(r.reason, r.count) for r in parsed.skipped] == [("row of SDN.CSV without 12 columns and a number", 1)]


@pytest.mark.parametrize("cut", [20, 60, 200])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    text = files.SDN.removesuffix("\x1a\r\n")
    with pytest.raises(WatchlistError, match="cut short"):
        parse(tmp_path, sdn_csv=text[:-cut])


def test_the_non_sdn_list_is_told_apart_by_content(tmp_path: Path) -> None:
    assert parse(tmp_path, sdn_csv=files.CONS).content == "ofac-cons"


def test_a_set_needs_its_main_file_once(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="no main file"):
        parse(tmp_path / "a", alt_csv=files.ALT)
    with pytest.raises(WatchlistError, match="Both"):
        parse(tmp_path / "b", one_csv=files.SDN, two_csv=files.SDN)


@pytest.mark.parametrize(
    ("remarks", "aliases"),
    [
        ("a.k.a. 'X'.", ("X",)),
        ("a.k.a. 'X'", ("X",)),
        ("DOB 1960; a.k.a. 'AL-'UMAR'; f.k.a. 'OLD'; Linked To: Y.", ("AL-'UMAR", "OLD")),
        ("a.k.a. 'J. R. X'; a.k.a. 'Y'.", ("J. R. X", "Y")),
        ("Linked To: 'X'.", ()),
        ("", ()),
    ],
)
def test_weak_aliases(remarks: str, aliases: tuple[str, ...]) -> None:
    assert read_remarks(remarks).weak_aliases == aliases


@pytest.mark.parametrize(
    ("remarks", "identifier"),
    [
        ("Identification Number IMO 0000017", ("imo", "0000017")),
        ("R.F.C. QRE-000101AB1 (Mexico)", ("tax_number", "QRE-000101AB1")),
        ("NIT # 900000017-1 (Colombia)", ("tax_number", "900000017-1")),
        ("Passport 00 0000042 (Russia) expires 01 Jan 2030", ("passport", "00 0000042")),
        ("Email Address a@b.example.", ("email", "a@b.example")),
        ("Legal Entity Number 00000000000000000017", ("lei", "00000000000000000017")),
    ],
)
def test_identifiers(remarks: str, identifier: tuple[str, str]) -> None:
    assert read_remarks(remarks).identifiers == (identifier,)
