"""The lists of the EU, the United Kingdom and Switzerland."""

from datetime import date

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference.watchlists.registry import check_content
from tests.reference.watchlists.watchlist_parsing import names, parse, reasons

EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://x.example/fsd" generationDate="2026-07-28T11:43:32.000+02:00" globalFileId="1">
<sanctionEntity logicalId="13" euReferenceNumber="EU.1.1" designationDate="2003-07-07"><remark>A remark</remark>
<regulation programme="DEMO" numberTitle="1/2003"/><subjectType code="person" classificationCode="P"/>
<nameAlias wholeName="Eustasio Veladro" strong="true" nameLanguage="EN" function="Head of nothing"/>
<nameAlias wholeName="Эустасио Веладро" strong="true" nameLanguage="RU"/><nameAlias wholeName="El Trueno" strong="false"/>
<nameAlias firstName="E." lastName="Veladro" wholeName="" strong="true"/><nameAlias wholeName="" strong="true"/>
<citizenship countryIso2Code="MX"/><citizenship countryIso2Code="00" countryDescription="UNKNOWN"/>
<birthdate birthdate="1960-01-01" year="1960"/>
<address street="17 Calle Fabula" city="Puerto Fabula" countryIso2Code="MX"/><address countryIso2Code="CS"/>
<identification number="X17" identificationTypeCode="passport" knownFalse="false"/>
<identification number="X18" identificationTypeCode="passport" knownFalse="true"/></sanctionEntity>
<sanctionEntity logicalId="14"><subjectType code="enterprise"/><nameAlias wholeName="Zorvan Mirage" strong="true"/></sanctionEntity>
<sanctionEntity logicalId="15"><subjectType code="enterprise"/></sanctionEntity></export>"""


def test_eu_xml(tmp_path):
    parsed = parse(tmp_path, "eu.xml", EU, "eu-fsf-xml")
    person, company = parsed.entries
    assert (parsed.content, parsed.list_date) == ("eu-fsf", date(2026, 7, 28))
    assert (person.entry_id, person.kind, person.listed) == ("EU.1.1", "person", date(2003, 7, 7))
    assert names(person) == [
        ("Eustasio Veladro", "primary"),
        ("Эустасио Веладро", "original_script"),
        ("El Trueno", "weak"),
        ("E. Veladro", "strong"),
    ]
    assert (person.countries, person.addresses) == (("MX",), ("17 Calle Fabula, Puerto Fabula, MX",))
    assert person.identifiers == (("passport", "X17"),)
    assert person.programmes == ("DEMO",)
    assert (company.entry_id, company.kind) == ("14", "organisation")
    assert reasons(parsed.skipped) == {"alias without a name": 1, "entity without a reference or name": 1}
    assert reasons(parsed.notes) == {
        "address that is only a country: kept as country": 1,
        "country not known": 1,
        "identification known to be false: left out": 1,
    }


EU_COLUMNS = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;Entity_Remark;"
    "Entity_SubjectType;Entity_Regulation_Programme;NameAlias_WholeName;NameAlias_Strong;Address_Street;Address_City;"
    "Address_CountryIso2Code;Identification_Number;Identification_TypeCode;Citizenship_CountryIso2Code"
)
EU_ROWS = (
    "28/07/2026;13;EU.1.1;2003-07-07;remark;P;DEMO;Eustasio Veladro;true;;;;;;",
    "28/07/2026;13;EU.1.1;2003-07-07;remark;P;DEMO;El Trueno;false;;;;;;",
    "28/07/2026;13;EU.1.1;2003-07-07;remark;P;DEMO;;;17 Calle Fabula;Puerto Fabula;MX;;;",
    "28/07/2026;13;EU.1.1;2003-07-07;remark;P;DEMO;;;;;;X17;passport;",
    '28/07/2026;14;EU.1.2;2003-07-07;"two\nlines";E;DEMO;"Zorvan; ""Mirage""";true;;;;;;MX',
    '28/07/2026;15;EU.1.3;2003-07-07;;E;DEMO;Quillon "Lines;true;;;;;;',
    "28/07/2026;16;EU.1.4;2003-07-07;;E;DEMO;Sernova;true;;;;;;",
)


def test_eu_csv_with_a_quote_that_is_never_closed(tmp_path):
    text = "\ufeff" + "\r\n".join((EU_COLUMNS, *EU_ROWS)) + "\r\n"
    parsed = parse(tmp_path, "eu.csv", text, "eu-fsf-csv")
    assert (parsed.content, parsed.list_date, parsed.skipped) == ("eu-fsf", date(2026, 7, 28), ())
    assert [e.primary_name for e in parsed.entries] == ["Eustasio Veladro", 'Zorvan; "Mirage"', 'Quillon "Lines', "Sernova"]
    person = parsed.entries[0]
    assert names(person) == [("Eustasio Veladro", "primary"), ("El Trueno", "weak")]
    assert (person.addresses, person.identifiers) == (("17 Calle Fabula, Puerto Fabula, MX",), (("passport", "X17"),))
    assert parsed.entries[1].countries == ("MX",)


def test_eu_csv_with_quotes_in_a_cell_that_quote_nothing(tmp_path):
    rows = (EU_ROWS[6].replace("Sernova", 'Ser"nova'), EU_ROWS[5].replace("EU.1.3", "EU.1.5"), EU_ROWS[0])
    parsed = parse(tmp_path, "eu.csv", "\n".join((EU_COLUMNS, *rows)) + "\n", "eu-fsf-csv")
    assert [e.primary_name for e in parsed.entries] == ['Ser"nova', 'Quillon "Lines', "Eustasio Veladro"]
    assert not parsed.skipped


@pytest.mark.parametrize("cell", ["Ser\rnova", 'Ser"no\rva'])
def test_eu_csv_with_a_damaged_row_is_refused_with_its_line(tmp_path, cell):
    text = "\n".join((EU_COLUMNS, *EU_ROWS[:6], EU_ROWS[6].replace("Sernova", cell), EU_ROWS[5]))
    with pytest.raises(WatchlistError, match="is damaged") as caught:
        parse(tmp_path, "eu.csv", text + "\n", "eu-fsf-csv")
    assert (caught.value.where.file, caught.value.where.row) == ("eu.csv", 9)
    assert caught.value.remedy


def test_eu_csv_with_a_long_cell(tmp_path):
    text = "\n".join((EU_COLUMNS, EU_ROWS[6].replace("Sernova", "Sernova " * 20_000)))
    assert len(parse(tmp_path, "eu.csv", text + "\n", "eu-fsf-csv").entries) == 1


def test_eu_csv_cut_short(tmp_path):
    text = "\n".join((EU_COLUMNS, *EU_ROWS))
    with pytest.raises(WatchlistError, match="cut short"):
        parse(tmp_path, "eu.csv", text[:-20], "eu-fsf-csv")
    odd = parse(tmp_path, "odd.csv", "\n".join((EU_COLUMNS, "1;2", *EU_ROWS)), "eu-fsf-csv")
    assert reasons(odd.skipped) == {"row without 15 cells": 1}


UK_COLUMNS = (
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,Alias strength,"
    "Name non-latin script,Regime Name,KIND,Sanctions Imposed,Address Line 1,Address Country,Nationality(/ies),"
    "Passport number,IMO number,Current believed flag of ship,Date Designated,D.O.B"
)
UK_ROWS = (
    "x,DEM0001,1,,VELADRO,Eustasio,,,,,Primary Name,,Эустасио,Demo,Individual,Asset freeze|Travel ban,17 Fable Road,Mexico,(1) Cuba (2) Mexico,(1) X17 (2) X18,,,02/03/2022,1960",
    "x,DEM0001,1,,VELADRO,E.,,,,,Alias,,,Demo,Individual,,18 Fable Road,Mexico,,,,,02/03/2022,",
    "x,DEM0001,1,,El Trueno,,,,,,Alias,Low quality a.k.a,,Demo,Individual,,,,,,,,,",
    "x,DEM0002,2,,ZORVAN &amp; SONS,,,,,,Primary Name,,,Demo,Entity,,,,,,,,,",
    "x,DEM0003,3,,QUILLON 7,,,,,,Primary Name,,,Demo,Ship,,,,,,0000017,Panama,,",
    "x,,3,,NOBODY,,,,,,Primary Name,,,Demo,Ship,,,,,,,,,",
)


@pytest.mark.parametrize("kind", ["Designation Type", '"Individual, Entity, Ship"'])
def test_uk_list(tmp_path, kind):
    text = "\n".join(("Report Date: 02-Oct-2026", UK_COLUMNS.replace("KIND", kind), *UK_ROWS)) + "\n"
    parsed = parse(tmp_path, "uk.csv", text, "uk-sl-csv")
    person, company, ship = parsed.entries
    assert (parsed.content, parsed.list_date) == ("uk-sl", date(2026, 10, 2))
    assert names(person) == [
        ("Eustasio VELADRO", "primary"),
        ("Эустасио", "original_script"),
        ("E. VELADRO", "strong"),
        ("El Trueno", "weak"),
    ]
    assert person.countries == ("MX", "CU")
    assert person.identifiers == (("passport", "X17"), ("passport", "X18"))
    assert (person.listed, len(person.addresses)) == (date(2022, 3, 2), 2)
    assert "Sanctions Asset freeze, Travel ban" in person.note
    assert company.primary_name == "ZORVAN & SONS"
    assert (ship.kind, ship.identifiers, ship.countries) == ("vessel", (("imo", "0000017"),), ("PA",))
    assert reasons(parsed.skipped) == {"row without a unique id": 1}


CONLIST = (
    "Last Updated,12/02/2016\n"
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,Nationality,Passport Details,Position,Address 1,Address 6,"
    "Post/Zip Code,Country,Other Information,Group Type,Alias Type,Regime,Listed On,Last Updated,Group ID\n"
    'VELADRO,Jos\xe9,,,,,,1960,Mexican,,,"17 Calle\nFabula",,,Mexico (at time of listing),,Individual,AKA,Demo,24/04/2002,,7\n'
    "VELADRO,Eustasio,,,,,,,,,,,,,,,Individual,Prime Alias,Demo,24/04/2002,,7\n"
    "ZORVANIA,,,,,,,,,,,,,,,,Entity,FKA,Demo,,,8\n"
)


def test_uk_consolidated_list_in_its_old_encoding(tmp_path):
    parsed = parse(tmp_path, "ConList.csv", CONLIST.encode("cp1252"), "uk-conlist-csv")
    person, company = parsed.entries
    assert (parsed.content, parsed.list_date) == ("uk-conlist", date(2016, 2, 12))
    assert names(person) == [("Eustasio VELADRO", "primary"), ("José VELADRO", "strong")]
    assert (person.countries, person.addresses) == (("MX",), ("17 Calle Fabula, Mexico",))
    assert (person.listed, names(company)) == (date(2002, 4, 24), [("ZORVANIA", "former")])
    assert any("closed on 28 January 2026" in note.reason for note in parsed.notes)
    with pytest.raises(WatchlistError, match="this is uk-conlist, not uk-sl"):
        check_content(parsed, "uk-sl", "ConList.csv")


SECO = """<?xml version="1.0" encoding="UTF-8"?><swiss-sanctions-list list-type="TYPE" date="2026-01-17">
<sanctions-program ssid="1"><program-key lang="ger">DEMO-G</program-key><program-key lang="eng">DEMO</program-key>
<sanctions-set ssid="11" lang="eng">Annex</sanctions-set></sanctions-program>
<target ssid="21"><sanctions-set-id>11</sanctions-set-id><individual><identity ssid="2" main="false">
<name name-type="primary-name" quality="good"><name-part order="1"><value>Other Name</value></name-part></name></identity>
<identity ssid="1" main="true">
<name name-type="alias" quality="low"><name-part order="1"><value>El Trueno</value></name-part></name>
<name name-type="primary-name" quality="good"><name-part order="2"><value>Veladro</value><spelling-variant lang="rus" script="Cyrl">Веладро
</spelling-variant></name-part><name-part order="1"><value>Eustasio</value><spelling-variant lang="rus" script="Cyrl">Эустасио
</spelling-variant></name-part></name><nationality><country iso-code="MX">Mexico</country></nationality>
<address place-id="31"><address-details>17 Calle Fabula</address-details></address><day-month-year day="1" month="2" year="1960"/>
<identification-document document-type="passport"><number>X17</number></identification-document></identity></individual>
<modification modification-type="listed" effective-date="2020-01-02"/><modification modification-type="amended" effective-date="2021-01-02"/>
</target>
<target ssid="22"><object object-type="vessel"><identity main="true"><name name-type="primary-name"><name-part order="1"><value>Quillon 7
</value></name-part></name></identity><other-information>IMO: 0000017</other-information></object></target>
<target ssid="23"><entity><identity main="true"><name name-type="primary-name"><name-part order="1"><value>Gone Ltd</value></name-part>
</name></identity></entity><modification modification-type="de-listed" effective-date="2022-01-01"/>
<modification modification-type="listed" effective-date="2020-01-01"/></target>
<target ssid="24"><entity><identity main="true"><name name-type="primary-name"><name-part order="1"><value>Back Ltd</value></name-part>
</name></identity></entity><modification modification-type="de-listed" effective-date="2022-01-01"/>
<modification modification-type="listed" effective-date="2023-01-01"/></target>
<place ssid="31"><location>Puerto Fabula</location><country iso-code="MX">Mexico</country></place></swiss-sanctions-list>"""


def test_swiss_list_without_those_who_were_de_listed(tmp_path):
    parsed = parse(tmp_path, "seco.xml", SECO.replace("TYPE", "full-de-duplicated-consolidated"), "seco-xml")
    person, vessel, back = parsed.entries
    assert (parsed.content, parsed.list_date, parsed.refusal) == ("ch-seco", date(2026, 1, 17), "")
    assert names(person) == [
        ("Eustasio Veladro", "primary"),
        ("El Trueno", "weak"),
        ("Эустасио Веладро", "original_script"),
        ("Other Name", "strong"),
    ]
    assert (person.addresses, person.countries) == (("17 Calle Fabula, Puerto Fabula, MX",), ("MX",))
    assert (person.programmes, person.identifiers) == (("DEMO",), (("passport", "X17"),))
    assert (person.listed, person.note) == (date(2020, 1, 2), "DOB 1960-2-1")
    assert (vessel.kind, vessel.identifiers, back.primary_name) == ("vessel", (("imo", "0000017"),), "Back Ltd")
    assert reasons(parsed.skipped) == {"target that was de-listed": 1}


def test_a_swiss_amendment_is_no_list(tmp_path):
    parsed = parse(tmp_path, "seco.xml", SECO.replace("TYPE", "amendment"), "seco-xml")
    with pytest.raises(WatchlistError, match="changes to a list, not a full list"):
        check_content(parsed, "ch-seco", "seco.xml")
