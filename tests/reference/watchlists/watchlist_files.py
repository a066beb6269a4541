"""Small fictional lists in the layouts that are read."""

from pathlib import Path

SDN = (
    '101,"ZORVAN MIRAGE CO., LTD.",-0- ,"SDNTK] [ILLICIT-DRUGS-EO14059",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"Tax ID No. 0000017 (Mexico); a.k.a. 'ZORVAN'; a.k.a. ''FOOPIE''; Linked To: QUILLON.\"\r\n"
    '102,"VELADRO QUINTANAR, Eustasio","individual","DEMO","Head of nothing",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 01 Jan 1960; nationality Mexico; alt. Passport X17 (Mexico) issued 01 Jan 2020; Ced"\r\n'
    '103,"QUILLON 7","vessel","DEMO",-0- ,"CALL17","General Cargo","1,000","500","Korea, North","Quillon Lines",'
    '"Vessel Registration Identification IMO 0000017; MMSI 000000017."\r\n'
    '104,"XZ-QFB","aircraft","DEMO",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    "\x1a\r\n"
)
ALT = '101,1,"aka","ZORVAN MIRAGE",-0- \r\n101,2,"fka","ZORVANIA",-0- \r\n999,3,"aka","NOBODY",-0- \r\n\x1a\r\n'
ADD = (
    '101,1,"17 Calle Fabula","Puerto Fabula","Mexico",-0- \r\n101,2,-0- ,-0- ,"Iran",-0- \r\n'
    '102,3,-0- ,-0- ,-0- ,-0- \r\n103,4,"Pier 1",-0- ,"Nowhereland",-0- \r\n\x1a\r\n'
)
COMMENTS = "102,\"ula No. 0000018 (Mexico); a.k.a. 'ABU-'UMAR'.\"\r\n\x1a\r\n"
CONS = "".join(
    f'{9000 + i},"PERSON {name}, Given","individual","NS-PLC",{"-0- ," * 7}"DOB 1960."\r\n'
    for i, name in enumerate(["ALFA", "BETA", "GAMMA"])
)
UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>Tariq </FIRST_NAME><SECOND_NAME>Sulaymun</SECOND_NAME>
<THIRD_NAME>Al Wahmi</THIRD_NAME><UN_LIST_TYPE>Demo</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.000</REFERENCE_NUMBER>
<LISTED_ON>2012-12-31</LISTED_ON><NAME_ORIGINAL_SCRIPT>طارق سليمون</NAME_ORIGINAL_SCRIPT><COMMENTS1>A remark</COMMENTS1>
<NATIONALITY><VALUE>Yemen</VALUE><VALUE>Nowhereland</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tarik Wahmi; Tareq Wahmy</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Falcon</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ADDRESS><COUNTRY>Oman</COUNTRY></INDIVIDUAL_ADDRESS>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>W17</NUMBER></INDIVIDUAL_DOCUMENT></INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>Zahirah Falcon Trading</FIRST_NAME><UN_LIST_TYPE>Demo</UN_LIST_TYPE>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>ZFT</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Falcon Oasis</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ADDRESS><STREET>17 Souk</STREET><CITY>Ras Wahmi</CITY><COUNTRY>United Arab Emirates</COUNTRY></ENTITY_ADDRESS></ENTITY>
<ENTITY><DATAID>3</DATAID><FIRST_NAME/></ENTITY></ENTITIES></CONSOLIDATED_LIST>
"""
PRIVATE = """entry_id,kind,name,name_kind,country,address,identifier_type,identifier,programme,listed,delisted,note
A1,organisation,Zorvan Mirage,primary,mx,17 Calle Fabula,Tax_Number,0017,narcotics,2026-01-15,,first
A1,,Zorvania,former,,,,,,,,second
A1,,Zorvan Two,,,18 Calle Fabula,,,,,,
A2,person,"Veladro, Eustasio",,,,,,DEMO,,2026-02-01,
"""


def write(folder: Path, **files: str) -> list[Path]:
    """Write texts as UTF-8 files (`sdn_csv` becomes `sdn.csv`) and return their paths, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(text.encode("utf-8"))
        paths.append(path)
    return paths
