"""Reports that are printed as text, as lines of goods."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read

FIELDS = ("bill_of_lading", "consignor_name", "consignee_name", "description", "packages", "gross_mass_kg")


def lines_of(text: str, *fields: str, encoding: str = "utf-8"):
    found = read(text.encode(encoding), "m.txt")
    return [
        (
            line["source_row"],
            *(float(value) if "mass" in field and (value := line.get(field)) else line.get(field) for field in fields),
        )
        for tables in found
        for line in tables.lines.to_pylist()
    ]


def texts_of(text: str) -> set[str]:
    found = [tables.out_of_table_texts for tables in read(text.encode(), "m.txt")]
    return {one for texts in found if texts is not None for cell in texts.column("other_texts").to_pylist() for one in cell}


PAGE = """\
PORT OF MARENTO                     CARGO MANIFEST                            PAGE {page:3}
VESSEL: MV CALDERA          VOYAGE: 114N

B/L NO       SHIPPER             CONSIGNEE           DESCRIPTION OF GOODS   PKGS     GROSS WT
                                                                                          {unit}

{rows}"""
ROWS = """\
MRT001       Solvex Ltd          Pinto Paints SA     ACETONE IN DRUMS         80    14,240.00
MRT002       Grano SA            Bakers Union        WHEAT FLOUR             400    20,080.50
MRT003       Solvex Ltd          Tanner Bros         FORMIC ACID              20     1,300.00
"""
MORE = "MRT004       Mill Works          Steel Depot         STEEL COILS               4    48,000.00\n"
TOTAL = (
    "TOTAL                                                                        504    83,620.50\n   *** END OF REPORT ***\n"
)
GOODS = [
    ("MRT001", "Solvex Ltd", "Pinto Paints SA", "ACETONE IN DRUMS", 80, 14240.0),
    ("MRT002", "Grano SA", "Bakers Union", "WHEAT FLOUR", 400, 20080.5),
    ("MRT003", "Solvex Ltd", "Tanner Bros", "FORMIC ACID", 20, 1300.0),
    ("MRT004", "Mill Works", "Steel Depot", "STEEL COILS", 4, 48000.0),
]


def pages(*rows: str, unit: str = "KGS", between: str = "") -> str:
    return between.join(PAGE.format(page=number, rows=some, unit=unit) for number, some in enumerate(rows, start=1))


@pytest.mark.parametrize("between", ["", "\f", "\n\n", "(CONTINUED ON NEXT PAGE)\n\f"])
def test_pages_of_columns_that_blanks_part_are_one_table(between: str) -> None:
    text = pages(ROWS, MORE + "\n" + TOTAL, between=between)
    assert [line[1:] for line in lines_of(text, *FIELDS)] == GOODS
    (found,) = read(text.encode(), "m.txt")
    assert set(found.lines["vessel"].to_pylist()) == {"MV CALDERA"}
    assert found.issues["code"].to_pylist().count("read-from-print") == 1
    assert {"*** END OF REPORT ***", "CARGO MANIFEST"} <= texts_of(text)


def test_rows_keep_the_numbers_of_their_lines() -> None:
    assert [row for row, *_ in lines_of(pages(ROWS, MORE))] == [7, 8, 9, 16]


def test_pounds_of_the_header_become_kilograms() -> None:
    assert lines_of(pages(ROWS, unit="LBS"), "gross_mass_kg")[2][1] == pytest.approx(589.67, abs=0.01)


RULED = """\
GULL BONDED STORES              BONDED GOODS REGISTER             PAGE 1

 ENTRY    DESCRIPTION OF GOODS             PKGS   GROSS WT LBS   ORIGIN
          OWNER / REMARKS
 ======== ============================== ====== ============== ========
 B-10441  ACETONE, 4X4L                      60        2,268.0     US
          OWNER: Acme Lab                BAY 7-E
 B-10442  GREEN COFFEE                      250       38,250.0     CO
          OWNER: Old Roasters            BAY 4-B
 ======== TOTAL                             310       40,518.0
"""
BILLS = """\
SISTEMA ADUANERO                 MANIFIESTO DE CARGA                        Hoja 1
==================================================================================
Conocimiento    Exportador              Consignatario           Contenedor
   Bultos Tp  Descripcion de la mercancia              Partida       Peso bruto Kg
==================================================================================
SAN0001         Quimicos Alba SA        Curtidos Beta Ltda      ABCU1234560
      300 BI  ACIDO FORMICO 85 %                       291511           11,040.000
      200 SC  SULFATO DE SODIO                         283311            5,030.000
----------------------------------------------------------------------------------
SAN0002         Maquinas Gama SA        Talleres Delta          ABCU1234576
        1 CJ  TORNO USADO                              845819            3,120.500
----------------------------------------------------------------------------------
TOTAL CONOCIMIENTOS: 2        TOTAL BULTOS: 501         TOTAL PESO:     19,190.500
*** FIN ***
"""
BOXED = """\
MANIFESTE    N° 12        Navire : ETOILE
┌────────┬──────────────────┬──────────────────┬─────────────────────┬───────┬───────────┐
│ Titre  │ Expéditeur       │ Destinataire     │ Désignation         │ Colis │   Brut kg │
├────────┼──────────────────┼──────────────────┼─────────────────────┼───────┼───────────┤
│ D-1    │ Solvants SA      │ Peintures SARL   │ Acétone             │    64 │ 11 392,00 │
├────────┼──────────────────┼──────────────────┼─────────────────────┼───────┼───────────┤
│ D-2    │ Meunerie SA      │ Boulangerie      │ Farine de blé, sacs de 50 kg│   440 │ 22 088,00 │
│        │                  │                  │ type 55             │       │           │
└────────┴──────────────────┴──────────────────┴─────────────────────┴───────┴───────────┘
Total : 2 titres     504 colis
"""
SAP = """\
24.06.2026                 Dynamische Listausgabe                      1
------------------------------------------------------------------------
Absender                   Tannberg Labor AG
Warenempfänger             Laborzentrum Süd GmbH

------------------------------------------------------------------------
|Pos.  |Material |Bezeichnung          |Stat.Nr.|  Nettogew.|Bruttogew.|
------------------------------------------------------------------------
|000010|LB-30021 |Aceton z.A. 2,5 l    |29141100|    237,300|   312,000|
|000020|LB-30440 |Toluol z.A. 2,5 l    |29023000|    104,280|   138,000|
|000030|LB-90001 |Spitzen 1000 µl      |39269097|     33,750|    48,000|
------------------------------------------------------------------------
|*     |         |                     |        |    375,330|   498,000|
------------------------------------------------------------------------
"""
SUPPRESSED = """\
OUTTURN REPORT                                                PAGE 1
--------------------------------------------------------------------
BILL NO   CONSIGNEE           GOODS              HS CODE   GROSS KG
--------------------------------------------------------------------
TQ-1001   Orban Paints Kft    ACETONE            291411    2,000.00
                              TOLUENE            290230    1,500.00
TQ-1002   Bella Textil        COTTON SHIRTS      620520      310.40
                                                          ---------
                              TOTAL                        3,810.40
"""
HEADINGS = """\
INWARD CARGO LIST               MV HALYARD                                SHEET 1
=================================================================================
 MARKS        DESCRIPTION                       PACKAGES        WEIGHT KG
=================================================================================
B/L No : HLY100          Shipper : Norte Ltd          Consignee : Paint Union Ltd
 NQ 1-40      ACETONE                           40 DRUMS         7,120.0
B/L No : HLY101          Shipper : Lana SRL           Consignee : Woolcomb & Co
 LS           GREASY WOOL                      100 BALES        18,400.0
"""
DETAILS = """\
BONDED STOCK LIST                                            PAGE 1

ITEM   GOODS                          QTY PKGS    GROSS KG    ORIGIN
---------------------------------------------------------------------
00001  ACETIC ANHYDRIDE                   20      4,400.00    CN
       CONSIGNEE: ARDEN CHEMICALS LTD
00002  PORCELAIN PLATES                  300      2,100.00    PT
       CONSIGNEE: TABLE & HOME PLC
"""
WRAPPED = """\
MANIFEST
 BL NUMBER    SHIPPER               CONSIGNEE             CARGO DESCRIPTION            GROSS KGS
 ==========   ===================   ===================   ========================   ===========
 ABC100001    Kemi AB               Solvent House Ltd     ACETONE, UN 1090,             14,240.0
              Hamngatan 4           12 Dock Road          80 DRUMS
              Goteborg              Leeds
 ABC100002    Timber AB             Wood Mart             SAWN PINE                     22,000.0
3 rows selected.
"""
QUERY = """\
 bill    |      goods       | hs_code | gross_kg
---------+------------------+---------+----------
 ZX-1    | acetone          | 291411  |  1200.50
 ZX-2    | shirts, cotton   | 620520  |   300.00
(2 rows)
"""
TABBED = "Consignee:\tBolt SA\n\nNo\tGoods\t\t\tPkgs\tGross kg\n--\t-----\t\t\t----\t--------\n1\tAcetone\t\t\t20\t3560.0\n2\tPotassium chlorate 9\t10\t262.5\n"
CHINESE = """\
发货人：东海化工有限公司      收货人：Pinto Paints SA
-------------------------------------------------------
序号  品名               HS编码        件数    毛重(KG)
-------------------------------------------------------
1     丙酮               2914110000      80    14240.00
2     甲苯 工业级        2902300000      20     3560.00
"""


@pytest.mark.parametrize(
    ("text", "fields", "lines"),
    [
        (RULED, ("declaration_id", "description", "packages", "country_of_origin"), [(6, "B-10441", "ACETONE, 4X4L", 60, "US"), (8, "B-10442", "GREEN COFFEE", 250, "CO")]),
        (
            BILLS,
            ("bill_of_lading", "exporter_name", "description", "packages", "hs_code", "gross_mass_kg"),
            [
                (7, "SAN0001", "Quimicos Alba SA", "ACIDO FORMICO 85 %", 300, "291511", 11040.0),
                (8, "SAN0001", "Quimicos Alba SA", "SULFATO DE SODIO", 200, "283311", 5030.0),
                (11, "SAN0002", "Maquinas Gama SA", "TORNO USADO", 1, "845819", 3120.5),
            ],
        ),
        (
            BOXED,
            ("consignor_name", "description", "packages", "gross_mass_kg", "vessel"),
            [
                (5, "Solvants SA", "Acétone", 64, 11392.0, "ETOILE"),
                (7, "Meunerie SA", "Farine de blé, sacs de 50 kg\ntype 55", 440, 22088.0, "ETOILE"),
            ],
        ),
        (
            SAP,
            ("consignor_name", "consignee_name", "description", "net_mass_kg", "gross_mass_kg"),
            [
                (9, "Tannberg Labor AG", "Laborzentrum Süd GmbH", "Aceton z.A. 2,5 l", 237.3, 312.0),
                (10, "Tannberg Labor AG", "Laborzentrum Süd GmbH", "Toluol z.A. 2,5 l", 104.28, 138.0),
                (11, "Tannberg Labor AG", "Laborzentrum Süd GmbH", "Spitzen 1000 µl", 33.75, 48.0),
            ],
        ),
        (
            SUPPRESSED,
            ("bill_of_lading", "consignee_name", "description", "gross_mass_kg"),
            [
                (5, "TQ-1001", "Orban Paints Kft", "ACETONE", 2000.0),
                (6, "TQ-1001", "Orban Paints Kft", "TOLUENE", 1500.0),
                (7, "TQ-1002", "Bella Textil", "COTTON SHIRTS", 310.4),
            ],
        ),
        (
            HEADINGS,
            ("bill_of_lading", "consignee_name", "description", "packages", "gross_mass_kg"),
            [(6, "HLY100", "Paint Union Ltd", "ACETONE", 40, 7120.0), (8, "HLY101", "Woolcomb & Co", "GREASY WOOL", 100, 18400.0)],
        ),
        (
            DETAILS,
            ("consignee_name", "description", "gross_mass_kg"),
            [(5, "ARDEN CHEMICALS LTD", "ACETIC ANHYDRIDE", 4400.0), (7, "TABLE & HOME PLC", "PORCELAIN PLATES", 2100.0)],
        ),
        (
            WRAPPED,
            ("bill_of_lading", "consignee_address", "description", "gross_mass_kg"),
            [(4, "ABC100001", "12 Dock Road, Leeds", "ACETONE, UN 1090,\n80 DRUMS", 14240.0), (7, "ABC100002", None, "SAWN PINE", 22000.0)],
        ),
        (QUERY, ("bill_of_lading", "description", "gross_mass_kg"), [(3, "ZX-1", "acetone", 1200.5), (4, "ZX-2", "shirts, cotton", 300.0)]),
        (TABBED, ("consignee_name", "description", "packages", "gross_mass_kg"), [(5, "Bolt SA", "Acetone", 20, 3560.0), (6, "Bolt SA", "Potassium chlorate 9", 10, 262.5)]),
        (CHINESE, ("consignee_name", "description", "hs_code", "gross_mass_kg"), [(5, "Pinto Paints SA", "丙酮", "2914110000", 14240.0), (6, "Pinto Paints SA", "甲苯 工业级", "2902300000", 3560.0)]),
    ],
    ids=["ruled", "bills", "boxed", "SAP", "suppressed", "headings", "details", "wrapped", "query", "tabbed", "Chinese"],
)  # fmt: skip
def test_a_report_is_read_with_what_belongs_to_each_line(
    text: str, fields: tuple[str, ...], lines: list[tuple[object, ...]]
) -> None:
    assert lines_of(text, *fields) == lines


@pytest.mark.parametrize(("text", "encoding"), [(SAP, "cp1252"), (BOXED.replace("° ", " "), "cp850"), (CHINESE, "gb18030")])
def test_a_report_in_its_code_page_is_read_alike(text: str, encoding: str) -> None:
    fields = ("consignor_name", "description", "gross_mass_kg")
    assert lines_of(text, *fields, encoding=encoding) == lines_of(text, *fields)


def test_what_is_not_a_row_is_screened_as_text() -> None:
    assert {"BONDED GOODS REGISTER", "TOTAL"} <= texts_of(RULED)
    assert {"*** FIN ***", "MANIFIESTO DE CARGA"} <= texts_of(BILLS)
    assert any("TOTAL PESO" in text for text in texts_of(BILLS))
    assert {"(2 rows)"} <= texts_of(QUERY)
    assert {"3 rows selected.", "MANIFEST"} <= texts_of(WRAPPED)


BILL = """\
FREIGHT LIST - MV ORLANDA                                   PAGE {page}
BILL OF LADING : {bill}
SHIPPER        : {shipper}
{notify}
 PKGS KIND      DESCRIPTION                     HS CODE      GROSS KG
 ---- --------- ------------------------------- --------- -----------
   20 DRUMS     {goods:<31} 291411        3,560.0
"""


def test_each_page_keeps_its_own_bill() -> None:
    first = BILL.format(page=1, bill="ORL0001", shipper="Kemi AB", notify="NOTIFY PARTY   : Dock Ltd\n", goods="ACETONE")
    second = BILL.format(page=2, bill="ORL0002", shipper="Timber AB\n                 3 Mill Lane", notify="", goods="BUTANONE")
    fields = ("bill_of_lading", "consignor_name", "consignor_address", "notify_party_name", "description")
    assert [line[1:] for line in lines_of(first + "\f" + second, *fields)] == [
        ("ORL0001", "Kemi AB", None, "Dock Ltd", "ACETONE"),
        ("ORL0002", "Timber AB", "3 Mill Lane", None, "BUTANONE"),
    ]


def test_a_heading_without_the_labels_leaves_what_the_first_one_says() -> None:
    first = BILL.format(page=1, bill="ORL0001", shipper="Kemi AB", notify="", goods="ACETONE")
    second = "FREIGHT LIST - MV ORLANDA                                   PAGE 2\n" + first[first.index(" PKGS KIND") :]
    assert [line[1:] for line in lines_of(first + second, "bill_of_lading", "consignor_name")] == [("ORL0001", "Kemi AB")] * 2


def test_a_page_of_other_columns_is_another_table() -> None:
    text = """\
STOCK MOVEMENTS                                       PAGE 1
ITEM  GOODS                   NET KG   ORIGIN
------------------------------------------------
1     ACETONE                  200.50  DE
2     SUGAR                  1,000.00  BR
\fSTOCK MOVEMENTS                                       PAGE 2
LOT     CONSIGNEE            DESCRIPTION         GROSS KG
-----------------------------------------------------------
L-1     Acme Paints Ltd      TOLUENE               900.00
L-2     Bolt Foods Ltd       RICE                4,000.00
"""
    assert lines_of(text, "description", "net_mass_kg", "gross_mass_kg", "consignee_name") == [
        (4, "ACETONE", 200.5, None, None),
        (5, "SUGAR", 1000.0, None, None),
        (9, "TOLUENE", None, 900.0, "Acme Paints Ltd"),
        (10, "RICE", None, 4000.0, "Bolt Foods Ltd"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "bill,   goods,     kg\nA1,     acetone,   20\nA2,     shirts,    30\n",
        "bill | goods   | kg\nA1   | acetone | 20\nA2   | shirts  | 30\n",
        "bill;  goods;  kg\n-----\nA1;  acetone;  20\nA2;  shirts;  30\n",
        "bill\tgoods\tkg\n----\t-----\t--\nA1\tacetone in drums\t20\nA2\tshirts\t30\n",
        "acetone\ntoluene, 200 l\nshirts\n",
        "Dear all,\nplease find  what we ship.\n1  Acetone   200 kg\n2  Toluene   100 kg\nRegards\n",
        "1   Acetone    200 kg\n2   Toluene    100 kg\n3   Sugar      900 kg\n",
    ],
)
def test_delimited_text_lists_and_running_words_are_not_reports(text: str) -> None:
    (found,) = read(text.encode(), "m.txt")
    assert found.input.format == "CSV"
    assert "read-from-print" not in found.issues["code"].to_pylist()
