"""OFAC's three XML layouts."""

from datetime import date

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference.watchlists.registry import check_content
from tests.reference.watchlists.watchlist_parsing import names, parse, reasons

LEGACY = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://x.example/{namespace}"><publshInformation><Publish_Date>03/28/2025</Publish_Date>
<Record_Count>{count}</Record_Count></publshInformation>
<sdnEntry><uid>101</uid><firstName>Eustasio</firstName><lastName>VELADRO</lastName><sdnType>Individual</sdnType>
<remarks>(Linked To: ZORVAN)</remarks><programList><program>SDNTK</program><program>ILLICIT-DRUGS-EO14059</program></programList>
<idList><id><idType>Passport</idType><idNumber>X17</idNumber><idCountry>Mexico</idCountry></id>
<id><idType>Gender</idType><idNumber>Male</idNumber></id></idList>
<akaList><aka><type>a.k.a.</type><category>weak</category><lastName>EL TRUENO</lastName></aka>
<aka><type>f.k.a.</type><category>strong</category><lastName>VELADRO</lastName><firstName>E.</firstName></aka>
<aka><type>a.k.a.</type><category>strong</category></aka></akaList>
<addressList><address><address1>17 Calle Fabula</address1><city>Puerto Fabula</city><country>Mexico</country></address>
<address><country>Nowhereland</country></address></addressList>
<nationalityList><nationality><country>Cuba</country></nationality></nationalityList>
<dateOfBirthList><dateOfBirthItem><dateOfBirth>1960</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry>
<sdnEntry><uid>102</uid><lastName>QUILLON 7</lastName><sdnType>Vessel</sdnType><programList><program>DEMO</program></programList>
<idList><id><idType>Vessel Registration Identification</idType><idNumber>IMO 0000017</idNumber></id></idList>
<vesselInfo><callSign>CALL17</callSign><vesselType>Cargo</vesselType><vesselFlag>Panama</vesselFlag></vesselInfo></sdnEntry>
<sdnEntry><uid>103</uid><lastName>XZ-QFB</lastName><sdnType>Aircraft</sdnType></sdnEntry>
</sdnList>"""


def legacy(count: int = 3, namespace: str = "a") -> str:
    return LEGACY.format(count=count, namespace=namespace)


def test_legacy(tmp_path):
    parsed = parse(tmp_path, "sdn.xml", legacy(), "ofac-legacy-xml")
    person, vessel, aircraft = parsed.entries
    assert (parsed.content, parsed.list_date, parsed.declared_count) == ("ofac-sdn", date(2025, 3, 28), 3)
    assert names(person) == [("VELADRO, Eustasio", "primary"), ("EL TRUENO", "weak"), ("VELADRO, E.", "former")]
    assert person.programmes == ("SDNTK", "ILLICIT-DRUGS-EO14059", "narcotics")
    assert (person.identifiers, person.countries) == ((("passport", "X17"),), ("MX", "CU"))
    assert person.addresses == ("17 Calle Fabula, Puerto Fabula, Mexico",)
    assert person.note == "Gender Male; DOB 1960; (Linked To: ZORVAN)"
    assert (vessel.kind, vessel.identifiers, vessel.countries) == (
        "vessel",
        (("imo", "0000017"), ("call_sign", "CALL17")),
        ("PA",),
    )
    assert aircraft.kind == "aircraft"
    assert reasons(parsed.skipped) == {"alias without a name": 1}
    assert reasons(parsed.notes) == {"address that is only a country: kept as country": 1, "country not known": 1}


def test_legacy_with_another_namespace_or_none_and_a_wrong_count(tmp_path):
    assert parse(tmp_path, "a.xml", legacy(namespace="b"), "ofac-legacy-xml").entries
    bare = legacy().replace(' xmlns="http://x.example/a"', "")
    assert len(parse(tmp_path, "b.xml", bare, "ofac-legacy-xml").entries) == 3
    with pytest.raises(WatchlistError, match="states 4 entries, but 3 were read"):
        check_content(parse(tmp_path, "c.xml", legacy(4), "ofac-legacy-xml"), "x", "c.xml")
    with pytest.raises(WatchlistError, match=r"line \d+, column"):
        parse(tmp_path, "d.xml", legacy()[:-40], "ofac-legacy-xml")


ENHANCED = """<?xml version="1.0" encoding="utf-8"?><sanctionsData xmlns="http://x.example/e"><publicationInfo>
<dataAsOf>2025-01-10T00:00:00</dataAsOf><filters>FILTERS</filters></publicationInfo><entities>
<entity id="101"><generalInfo><entityType refId="601">Entity</entityType></generalInfo>
<sanctionsLists><sanctionsList datePublished="2021-06-03">SDN List</sanctionsList></sanctionsLists>
<sanctionsPrograms><sanctionsProgram>SDNT</sanctionsProgram></sanctionsPrograms><names>
<name><isPrimary>false</isPrimary><aliasType>A.K.A.</aliasType><isLowQuality>true</isLowQuality><translations><translation>
<isPrimary>true</isPrimary><script>Latin</script><formattedFullName>ZM</formattedFullName></translation></translations></name>
<name><isPrimary>true</isPrimary><isLowQuality>false</isLowQuality><translations><translation><isPrimary>true</isPrimary>
<script>Latin</script><formattedFullName>ZORVAN MIRAGE</formattedFullName></translation><translation><isPrimary>false</isPrimary>
<script>Chinese Simplified</script><formattedFullName>幻影公司</formattedFullName></translation></translations></name>
<name><isPrimary>false</isPrimary><aliasType>F.K.A.</aliasType><isLowQuality>false</isLowQuality><translations><translation>
<isPrimary>true</isPrimary><script>Latin</script><formattedFullName>ZORVANIA</formattedFullName></translation></translations></name>
</names><addresses><address><country>China</country><translations><translation><addressParts><addressPart><type>ADDRESS1</type>
<value>17 Fable Road</value></addressPart></addressParts></translation></translations></address><address/></addresses>
<features><feature><type>Website</type><value>zorvan.example</value></feature><feature><type>Birthdate</type><value>1990</value>
</feature><feature><type>Nationality Country</type><value>Panama</value></feature></features><identityDocuments><identityDocument>
<type>Registration Number</type><documentNumber>0017</documentNumber></identityDocument></identityDocuments>
<relationships><relationship><type>Owned or Controlled By</type><relatedEntity>QUILLON</relatedEntity></relationship></relationships>
</entity></entities></sanctionsData>"""
SDN = "<sanctionsLists><sanctionsList>SDN List</sanctionsList></sanctionsLists>"


def test_enhanced(tmp_path):
    parsed = parse(tmp_path, "sdn.xml", ENHANCED.replace("FILTERS", SDN), "ofac-enhanced-xml")
    (entry,) = parsed.entries
    assert (parsed.content, parsed.list_date, parsed.refusal) == ("ofac-sdn", date(2025, 1, 10), "")
    assert parsed.by_source == (("SDN List", 1),)
    assert names(entry) == [
        ("ZORVAN MIRAGE", "primary"),
        ("幻影公司", "original_script"),
        ("ZM", "weak"),
        ("ZORVANIA", "former"),
    ]
    assert entry.addresses == ("17 Fable Road, China",)
    assert entry.countries == ("CN", "PA")
    assert entry.identifiers == (("registration_number", "0017"), ("website", "zorvan.example"))
    assert (entry.programmes, entry.listed) == (("SDNT", "narcotics"), date(2021, 6, 3))
    assert entry.note == "DOB 1990; Owned or Controlled By QUILLON"


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (SDN + "<sanctionsPrograms><sanctionsProgram>DEMO</sanctionsProgram></sanctionsPrograms>", "sanctionsPrograms = DEMO"),
        ("<sanctionsLists><sanctionsList>FSE List</sanctionsList></sanctionsLists>", "sanctionsLists = FSE List"),
    ],
)
def test_a_filtered_file_is_no_full_list(tmp_path, filters, says):
    parsed = parse(tmp_path, "sdn.xml", ENHANCED.replace("FILTERS", filters), "ofac-enhanced-xml")
    assert says in parsed.refusal
    with pytest.raises(WatchlistError, match="is filtered"):
        check_content(parsed, "mine", "sdn.xml")


ADVANCED = """<?xml version="1.0"?><Sanctions xmlns="http://x.example/s"><DateOfIssue><Year>2026</Year><Month>5</Month><Day>4</Day>
</DateOfIssue><ReferenceValueSets>
<AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1401">F.K.A.</AliasType><AliasType ID="1403">Name</AliasType>
</AliasTypeValues><AreaCodeValues><AreaCode ID="7" CountryID="11" Description="Panama">PA</AreaCode></AreaCodeValues>
<CountryValues><Country ID="11">Panama</Country></CountryValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="25">Location</FeatureType>
<FeatureType ID="10">Nationality Country</FeatureType><FeatureType ID="3">Vessel Call Sign</FeatureType></FeatureTypeValues>
<IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType></IDRegDocTypeValues>
<ListValues><List ID="1550">SDN List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType></NamePartTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType></PartyTypeValues>
<PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType><PartySubType ID="1" PartyTypeID="2">Vessel</PartySubType>
</PartySubTypeValues><SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues></ReferenceValueSets>
<Locations><Location ID="15"><LocationAreaCode AreaCodeID="7"/><LocationPart><LocationPartValue><Value>17 Calle Fabula</Value>
</LocationPartValue></LocationPart></Location></Locations>
<IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="4"><IDRegistrationNo>X17</IDRegistrationNo></IDRegDocument>
</IDRegDocuments><DistinctParties>
<DistinctParty FixedRef="36"><Profile ID="36" PartySubTypeID="4"><Identity ID="4" Primary="true">
<Alias AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName><DocumentedNamePart>
<NamePartValue NamePartGroupID="100" ScriptID="215">EL TRUENO</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName><DocumentedNamePart>
<NamePartValue NamePartGroupID="100" ScriptID="215">VELADRO</NamePartValue></DocumentedNamePart><DocumentedNamePart>
<NamePartValue NamePartGroupID="101" ScriptID="215">Eustasio</NamePartValue></DocumentedNamePart></DocumentedName>
<DocumentedName><DocumentedNamePart><NamePartValue NamePartGroupID="100" ScriptID="220">Веладро</NamePartValue></DocumentedNamePart>
</DocumentedName></Alias><NamePartGroups><MasterNamePartGroup><NamePartGroup ID="100" NamePartTypeID="1520"/></MasterNamePartGroup>
<MasterNamePartGroup><NamePartGroup ID="101" NamePartTypeID="1521"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature FeatureTypeID="25"><FeatureVersion><VersionLocation LocationID="15"/></FeatureVersion></Feature>
<Feature FeatureTypeID="8"><FeatureVersion><VersionDetail>1960</VersionDetail></FeatureVersion></Feature></Profile></DistinctParty>
<DistinctParty FixedRef="37"><Profile ID="37" PartySubTypeID="1"><Identity ID="5"><Alias AliasTypeID="1403" Primary="true"><DocumentedName>
<DocumentedNamePart><NamePartValue NamePartGroupID="102">QUILLON 7</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>
<Feature FeatureTypeID="3"><FeatureVersion><VersionDetail>CALL17</VersionDetail></FeatureVersion></Feature></Profile></DistinctParty>
<DistinctParty FixedRef="38"/></DistinctParties><SanctionsEntries>
<SanctionsEntry ProfileID="36" ListID="1550"><EntryEvent><Date><Year>2020</Year><Month>1</Month><Day>2</Day></Date></EntryEvent>
<SanctionsMeasure SanctionsTypeID="1"><Comment>SDNTK</Comment></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ProfileID="37" ListID="1550"/><SanctionsEntry ProfileID="99" ListID="1550"/></SanctionsEntries></Sanctions>"""


def test_advanced(tmp_path):
    parsed = parse(tmp_path, "sdn_advanced.xml", ADVANCED, "ofac-advanced-xml")
    person, vessel = parsed.entries
    assert (parsed.content, parsed.list_date, parsed.by_source) == ("ofac-sdn", date(2026, 5, 4), (("SDN List", 2),))
    assert (person.entry_id, person.kind, person.listed) == ("36", "person", date(2020, 1, 2))
    assert names(person) == [("VELADRO, Eustasio", "primary"), ("Веладро", "original_script"), ("EL TRUENO", "weak")]
    assert person.programmes == ("SDNTK", "narcotics")
    assert (person.addresses, person.countries) == (("17 Calle Fabula, Panama",), ("PA",))
    assert (person.identifiers, person.note) == ((("passport", "X17"),), "Birthdate 1960")
    assert (vessel.kind, vessel.primary_name, vessel.identifiers) == ("vessel", "QUILLON 7", (("call_sign", "CALL17"),))
    assert reasons(parsed.skipped) == {
        "party without number or profile": 1,
        "sanction on a party that is not in the list": 1,
    }


@pytest.mark.parametrize(
    ("also", "content"),
    [
        (("36",), "ofac-sdn"),  # all stand on the first list, one on the other as well
        (("36", "37"), "ofac-sdn"),
        (("36", "37", "-37"), "ofac-cons"),
        (("36", "-36"), "ofac-sdn and ofac-cons"),
    ],
)
def test_advanced_of_two_lists_is_the_one_that_holds_all(tmp_path, also, content):
    both = ADVANCED.replace('<List ID="1550">', '<List ID="1560">Consolidated List</List><List ID="1550">')
    for profile in also:
        if profile.startswith("-"):
            both = both.replace(
                f'<SanctionsEntry ProfileID="{profile[1:]}" ListID="1550"', '<SanctionsEntry ProfileID="99" ListID="1550"'
            )
        else:
            both = both.replace(
                "</SanctionsEntries>", f'<SanctionsEntry ProfileID="{profile}" ListID="1560"/></SanctionsEntries>'
            )
    assert parse(tmp_path, "both.xml", both, "ofac-advanced-xml").content == content
