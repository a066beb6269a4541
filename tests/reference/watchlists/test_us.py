"""The US Consolidated Screening List and the Denied Persons List."""

import json
from datetime import date

import pytest

from precursor_screen.core.errors import WatchlistError
from tests.reference.watchlists.watchlist_parsing import gzipped, names, parse, reasons

HEADER = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,"
    "license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,"
    "remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids\n"
)
SDN, DPL = "Specially Designated Nationals (SDN) - Treasury", "Denied Persons List (DPL) - Bureau"


def row(**cells: str) -> str:
    return ",".join('"' + cells.get(c, "").replace('"', '""') + '"' for c in HEADER.strip().split(",")) + "\n"


CSL = (
    HEADER
    + HEADER
    + row(
        source=SDN,
        entity_number="101",
        type="Individual",
        programs="SDNTK; DEMO",
        name=" VELADRO,  Eustasio",
        addresses="17 Calle Fabula, MX; IR",
        alt_names="VELADRO, E.; EUSTASIO",
        nationalities="CU",
        dates_of_birth="1960",
        ids="Passport, X17, MX; MX, 0000017, R.F.C.; Male, Gender",
    )
    + row(
        source=SDN,
        entity_number="102",
        type="Vessel",
        name="QUILLON 7",
        call_sign="CALL17",
        ids="IMO 0000017, Vessel Registration Identification",
    )
    + row(source=DPL, name="ZORVAN\nMIRAGE", addresses="1 Fable Way, US", start_date="2020-01-02", end_date="2030-01-02")
    + row(source=DPL, name="ZORVAN MIRAGE", addresses="2 Fable Way, US", end_date="2031-01-02")
    + row(source=DPL, name="QUILLON", end_date="2024-01-02")
    + row(source=DPL, name="QUILLON")
    + row(source=DPL)
)


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzipped(text.encode())])
def test_csl_csv(tmp_path, pack):
    parsed = parse(tmp_path, "csl.csv", pack(CSL), "csl-csv")
    person, vessel, denied, open_end = parsed.entries
    assert (parsed.content, parsed.list_date) == ("us-csl", None)
    assert parsed.by_source == ((DPL, 2), (SDN, 2))
    assert (person.entry_id, person.kind) == ("SDN:101", "person")
    assert names(person) == [("VELADRO, Eustasio", "primary"), ("VELADRO, E.", "strong"), ("EUSTASIO", "strong")]
    assert (person.addresses, person.countries) == (("17 Calle Fabula, MX",), ("MX", "IR", "CU"))
    assert person.identifiers == (("passport", "X17"), ("tax_number", "0000017"))
    assert "narcotics" in person.programmes
    assert (vessel.kind, vessel.identifiers) == ("vessel", (("imo", "0000017"), ("call_sign", "CALL17")))
    assert (denied.entry_id, denied.listed, denied.delisted) == ("DPL:ZORVAN MIRAGE", date(2020, 1, 2), date(2031, 1, 2))
    assert len(denied.addresses) == 2
    assert open_end.delisted is None
    assert reasons(parsed.skipped) == {"header repeated among the rows": 1, "record without source or name": 1}
    assert reasons(parsed.notes)["record with the number or name of another: joined"] == 2


@pytest.mark.parametrize("cut", [2, 40, 120])
def test_csl_csv_cut_short_is_refused(tmp_path, cut):
    text = HEADER + row(source=SDN, entity_number="1", name="ZORVAN") + row(source=SDN, name="QUILLON " * 30)
    with pytest.raises(WatchlistError, match="cut short"):
        parse(tmp_path, "csl.csv", text[:-cut], "csl-csv")


def test_csl_json(tmp_path):
    results = [
        {
            "id": "x",
            "source": SDN,
            "entity_number": 101,
            "type": "Individual",
            "programs": ["SDNTK"],
            "name": "VELADRO, Eustasio",
            "alt_names": ["EUSTASIO \ud800"],
            "addresses": [{"address": "17 Calle Fabula", "city": None, "country": "MX"}],
            "nationalities": None,
            "ids": [{"type": "Passport", "number": "X17"}, "odd"],
            "end_date": None,
        },
        "odd",
    ]
    parsed = parse(tmp_path, "csl.json", json.dumps({"total": 2, "results": results}), "csl-json")
    (entry,) = parsed.entries
    assert (entry.entry_id, names(entry)) == ("SDN:101", [("VELADRO, Eustasio", "primary"), ("EUSTASIO \ufffd", "strong")])
    assert (entry.addresses, entry.identifiers) == (("17 Calle Fabula, MX",), (("passport", "X17"),))
    assert reasons(parsed.skipped) == {"result that is not an object": 1}
    assert parse(tmp_path, "list.json", json.dumps(results), "csl-json").entries == parsed.entries
    with pytest.raises(WatchlistError, match="2 of 20 results: it is a page"):
        parse(tmp_path, "page.json", json.dumps({"total": 20, "results": results}), "csl-json")
    with pytest.raises(WatchlistError, match="cut short"):
        parse(tmp_path, "cut.json", json.dumps({"results": results})[:-5], "csl-json")
    with pytest.raises(WatchlistError, match="no list of results"):
        parse(tmp_path, "odd.json", json.dumps({"results": {}, "like": results[0]}), "csl-json")


def test_denied_persons(tmp_path):
    header = "Name Street_Address City State Country Postal_Code Effective_Date Expiration_Date Standard_Order Last_Update Action FR_Citation"
    rows = [
        header.split(),
        [
            "ZORVAN  MIRAGE",
            "1 Fable Way",
            "FABLE",
            "TX",
            "US",
            "75001",
            "06/19/2003",
            "06/29/2056",
            "Y",
            "3017-08-22",
            "",
            "68 F.R.",
        ],
        ["ZORVAN MIRAGE", "2 Fable Way", "FABLE", "TX", "US", "75001", "06/19/2001", "06/29/2040", "Y", "2017-08-22", "", ""],
        ["QUILLON", "", "", "", "US", "", "19/06/2001", "", "Y", "2017-08-22", "", ""],
        ["", "", "", "", "US", "", "06/19/2001", "", "Y", "", "", ""],
    ]
    text = "\n".join("\t".join(f'"{cell}"' for cell in cells) for cells in rows) + "\n"
    parsed = parse(tmp_path, "dpl.txt", text, "bis-tsv")
    first, second = parsed.entries
    assert (parsed.content, parsed.list_date) == ("us-dpl", None)
    assert (first.entry_id, first.listed, first.delisted) == ("ZORVAN MIRAGE", date(2001, 6, 19), date(2056, 6, 29))
    assert first.addresses == ("1 Fable Way, FABLE, TX, 75001, US", "2 Fable Way, FABLE, TX, 75001, US")
    assert (second.listed, second.delisted, second.addresses, second.countries) == (None, None, (), ("US",))
    assert reasons(parsed.skipped) == {"order without a name": 1}
    assert reasons(parsed.notes)["effective date not readable"] == 1
