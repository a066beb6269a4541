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
SECTIONS = """\
  MANIFESTO DE CARGA                                         Folha: 1
  Navio: ATLANTICO   Viagem: 221
  ========================================================================
  CONHECIMENTO: BRS0001      EMBARCADOR: Quimica Leste Ltda
  NOTIFICAR: Despachante Rio
  ------------------------------------------------------------------------
  ITEM  MERCADORIA                       NCM         VOLUMES    PESO BRUTO KG
  01    ACETONA EM TAMBORES              29141100         80        14.240,500
  02    TOLUENO                          29023000         10         1.780,500
  ------------------------------------------------------------------------
  CONHECIMENTO: BRS0002      EMBARCADOR: Moveis Sul Ltda
  ------------------------------------------------------------------------
  ITEM  MERCADORIA                       NCM         VOLUMES    PESO BRUTO KG
  01    CADEIRAS DE MADEIRA              94016100        200         3.000,000
  ------------------------------------------------------------------------
  TOTAL GERAL                                            290        19.021,000
"""
BOX_OVER_BOX = """\
REGISTER
+------------+----------------------+----------------------+
| B/L        | Shipper              | Consignee            |
+------------+----------------------+----------------------+
| KLM-55001  | Solvex Ltd           | Pinto Paints SA      |
+------------+-------+--------------+----------+-----------+
             | Pkgs  | Goods        | HS       | Gross kg  |
             +-------+--------------+----------+-----------+
             |    80 | Acetone      | 291411   | 14,240.00 |
             |    10 | Toluene      | 290230   |  1,780.50 |
             +-------+--------------+----------+-----------+
"""
EXCLAMATION = """\
! Отчет склада ! лист 1 !
Отправитель: ООО Химпром        Получатель: ЗАО Лак
------------------------------------------------------------
! N  ! Наименование товара       ! Код ТН ВЭД ! Брутто кг !
------------------------------------------------------------
! 1  ! Ангидрид уксусный         ! 2915240000 !   8800,00 !
! 2  ! Рубашки хлопковые         ! 6205200000 !    170,50 !
------------------------------------------------------------
!    ! ИТОГО                     !            !   8970,50 !
------------------------------------------------------------
"""
CONTROLS = """\
1PGM: CMR0210                    HARBOR SYSTEM                    DATE: 03/14/26
0
 ENTRY NO       IMPORTER                   COMMODITY               WEIGHT KG
 -------------  -------------------------  ----------------------  ---------
 886-1200001-2  KESTREL COATINGS INC       METHYL ETHYL KETONE      14,640.5
0TOTAL ENTRIES   1                                                  14,640.5
1PGM: CMR0210                    HARBOR SYSTEM                    DATE: 03/14/26
0
 ENTRY NO       IMPORTER                   COMMODITY               WEIGHT KG
 -------------  -------------------------  ----------------------  ---------
 886-1200004-6  GRAINSAFE PRODUCTS         PIPERONYL BUTOXIDE        2,260.0
"""
SPANNED = """\
              LOADING LIST                      RUN DATE 2026-03-02 07:11
Exporter: Castor Chemicals BV              Importer: Lindqvist AB
          Havenweg 12                                Kajgatan 8
Reference: EXP-2026-0042    Vessel: NORDSTAR

                                                     WEIGHT (KG)
LINE  DESCRIPTION                                 GROSS         NET
   1  DIETHYL ETHER STABILISED                 1,240.00    1,100.00
   2  BUTANONE (METHYL ETHYL KETO                360.50      330.00
      NE) IN DRUMS
                                             ----------  ----------
      TOTAL                                    1,600.50    1,430.00
"""
FORM = """\
SHIPMENT REPORT
---------------
ITEM NO      : 1
DESCRIPTION  : ACETONE
GROSS WEIGHT : 1,200.50 KG

ITEM NO      : 2
DESCRIPTION  : COTTON SHIRTS
GROSS WEIGHT : 300.50 KG
"""
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
        (
            SECTIONS,
            ("bill_of_lading", "consignor_name", "notify_party_name", "vessel", "description", "gross_mass_kg"),
            [
                (8, "BRS0001", "Quimica Leste Ltda", "Despachante Rio", "ATLANTICO", "ACETONA EM TAMBORES", 14240.5),
                (9, "BRS0001", "Quimica Leste Ltda", "Despachante Rio", "ATLANTICO", "TOLUENO", 1780.5),
                (14, "BRS0002", "Moveis Sul Ltda", None, "ATLANTICO", "CADEIRAS DE MADEIRA", 3000.0),
            ],
        ),
        (BOX_OVER_BOX, ("bill_of_lading", "consignee_name", "description", "packages"), [(9, "KLM-55001", "Pinto Paints SA", "Acetone", 80), (10, "KLM-55001", "Pinto Paints SA", "Toluene", 10)]),
        (EXCLAMATION, ("consignor_name", "description", "gross_mass_kg"), [(6, "ООО Химпром", "Ангидрид уксусный", 8800.0), (7, "ООО Химпром", "Рубашки хлопковые", 170.5)]),
        (CONTROLS, ("declaration_id", "description", "gross_mass_kg"), [(5, "886-1200001-2", "METHYL ETHYL KETONE", 14640.5), (11, "886-1200004-6", "PIPERONYL BUTOXIDE", 2260.0)]),
        (
            SPANNED,
            ("exporter_address", "importer_address", "vessel", "description", "gross_mass_kg", "net_mass_kg"),
            [
                (8, "Havenweg 12", "Kajgatan 8", "NORDSTAR", "DIETHYL ETHER STABILISED", 1240.0, 1100.0),
                (9, "Havenweg 12", "Kajgatan 8", "NORDSTAR", "BUTANONE (METHYL ETHYL KETO\nNE) IN DRUMS", 360.5, 330.0),
            ],
        ),
        (FORM, ("item_number", "description", "gross_mass_kg"), [(3, "1", "ACETONE", 1200.5), (7, "2", "COTTON SHIRTS", 300.5)]),
    ],
    ids=["ruled", "bills", "boxed", "SAP", "suppressed", "headings", "details", "wrapped", "query", "tabbed", "Chinese", "sections", "box over box", "exclamation marks", "controls", "spanned", "form"],
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


def test_a_long_report_of_ragged_rows_loses_none() -> None:
    goods = ["ACETONE", "WHEAT FLOUR", "STEEL COILS  GRADE 2", "TOLUENE IN DRUMS, UN 1294, CLASS 3"]
    rows = [
        f"MRT{n:<6}{' ' * (n % 2)}{'Firm ' + str(n % 97) + ' Ltd':<18}{goods[n % 4]:<36}{n % 500 + 1:>7}{n * 37 % 90000 + 0.5:>12,.1f}\n"
        for n in range(1, 4001)
    ]
    header = "CARGO LIST                                     PAGE {}\n\nB/L NO   SHIPPER           DESCRIPTION OF GOODS                   PKGS    GROSS KG\n"
    text = "\f".join(header.format(at // 50 + 1) + "".join(rows[at : at + 50]) for at in range(0, len(rows), 50))
    found = lines_of(text, "bill_of_lading", "description", "packages", "gross_mass_kg")
    assert [(bill, " ".join(text.split()), *rest) for _, bill, text, *rest in found] == [
        (f"MRT{n}", " ".join(goods[n % 4].split()), n % 500 + 1, n * 37 % 90000 + 0.5) for n in range(1, 4001)
    ]


BILL_OVER_GOODS = """\
BILL          SHIPPER             CONSIGNEE
------------- ------------------- -------------------
B-{0}           {1:<19} {2}

LOT     GOODS                PKGS     NET KG
------- -------------------- ----- ---------
L{0}      ACETONE                 20     900.0
L{0}      RICE                    10   4,000.0
"""


@pytest.mark.parametrize("between", ["\n", "\n\fLIST OF BILLS\n\n", "\fLIST OF BILLS\n"])
def test_a_bill_in_a_box_holds_for_the_goods_below_it_and_for_no_others(between: str) -> None:
    bills = [("1", "Acme Ltd", "Birch Ltd"), ("2", "Carr SA", "Dock Ltd"), ("3", "Elm SA", "Fir Ltd")]
    text = "LIST OF BILLS\n\n" + between.join(BILL_OVER_GOODS.format(*bill) for bill in bills)
    assert [line[1:] for line in lines_of(text, "consignor_name", "consignee_name", "description")] == [
        (*parties, goods) for _, *parties in bills for goods in ("ACETONE", "RICE")
    ]


RECEIPT = """\
 MARENTO BONDED STORES CO                                 PRINTED 16/10/26
 DOCK ROAD, 4, MARENTO                                    PAGE  1/2

 DEPOSITOR ........ : SOLVEX LTD
                      KAY STREET, 76, BORDIN
 CONSIGNEE ........ : PINTO PAINTS SA
 CONTAINER ........ : MSCU1234566

 ITEM 01  ACETONE, PURE,
          IN STEEL DRUMS
          HS CODE : 2914110000      PACKAGES : 30 DRUMS
          NET WEIGHT :   4,800.0 KG    GROSS WEIGHT :   5,220.0 KG    ORIGIN : BELGIUM
 -----------------------------------------------------------------------------
 ITEM 02  TOLUENE
          HS CODE : 2902300000      PACKAGES : 12 DRUMS
          NET WEIGHT :   2,592.0 KG    GROSS WEIGHT :   2,844.0 KG    ORIGIN : FRANCE
 -----------------------------------------------------------------------------
 CARRIED FORWARD                       GROSS WEIGHT :   8,064.0 KG
 MARENTO BONDED STORES CO     SAFROLE IN THE YARD         PAGE  2/2
 BROUGHT FORWARD                       GROSS WEIGHT :   8,064.0 KG
 ITEM 03  WHEAT FLOUR
          HS CODE : 1101000000      PACKAGES : 3 PALLETS
          NET WEIGHT :     300.0 KG    GROSS WEIGHT :     340.0 KG    ORIGIN : SPAIN

 TOTALS : 45 PACKAGES  NET WEIGHT : 7,692.0 KG   GROSS WEIGHT : 8,404.0 KG
"""


def test_a_report_of_labels_without_a_table_is_read_block_by_block() -> None:
    said = ("consignor_name", "consignor_address", "consignee_name", "container_numbers")
    assert lines_of(RECEIPT, "description", "hs_code", "packages", "net_mass_kg", "gross_mass_kg", "country_of_origin") == [
        (9, "ACETONE, PURE, IN STEEL DRUMS", "2914110000", 30, 4800.0, 5220.0, "BE"),
        (14, "TOLUENE", "2902300000", 12, 2592.0, 2844.0, "FR"),
        (21, "WHEAT FLOUR", "1101000000", 3, 300.0, 340.0, "ES"),
    ]
    assert {line[1:4] for line in lines_of(RECEIPT, *said)} == {("SOLVEX LTD", "KAY STREET, 76, BORDIN", "PINTO PAINTS SA")}
    assert any("SAFROLE" in text for text in texts_of(RECEIPT))  # words that stand nowhere else are screened


def test_a_report_of_labels_may_be_longer_than_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("precursor_screen.readers.tabular.letters._MOST_LINES", 5)
    assert len(lines_of(RECEIPT)) == 3


SIDE_BY_SIDE = """\
MARENTO SUPPLY CO                               PACKING LIST                          PAGE   {page}
RPT DL20                                     SHIPMENT 4711                   RUN 08/24/26 16:42:07

SHIPPER     MARENTO SUPPLY CO INC               CONSIGNEE   PINTO PAINTS SA
            9100 DOCK RD DOOR 14                            KAY STREET 13
                                                NOTIFY      DOCK AGENTS LTD
INVOICE NO  MSC-0452217                         INV DATE    08/24/2026
CONTAINER   MSCU1234566                         SEAL        UL-7740126
VESSEL      CALDERA 061W                        PORTS       BORDIN / MARENTO

{rule} LN  DESCRIPTION                       HTS CODE        PKGS TYP      NET WT LB   GROSS WT LB
{rule}  1  ACETONE 99.5% TECH GRADE          2914.11.5000      12 DR        4,356.00      4,824.00
     55 GAL STEEL DRUM
  2  PEANUT BUTTER, SMOOTH             2008.11.1500      50 CT          600.00        685.00
"""


@pytest.mark.parametrize("rule", ["-" * 95 + "\n", "\n"])
@pytest.mark.parametrize("pages", [1, 2])
def test_labels_without_a_colon_side_by_side_over_the_table_are_none_of_its_rows(rule: str, pages: int) -> None:
    text = "".join(SIDE_BY_SIDE.format(page=page + 1, rule=rule) for page in range(pages))
    text += "\n\nTOTAL 62 PACKAGES   NET 4,956.00 LB   GROSS 5,509.00 LB (2,498.8 KG)\n"
    said = ("description", "packages", "consignor_name", "consignee_name", "consignee_address", "notify_party_name")
    parties = ("MARENTO SUPPLY CO INC", "PINTO PAINTS SA", "KAY STREET 13", "DOCK AGENTS LTD")
    goods = [("ACETONE 99.5% TECH GRADE\n55 GAL STEEL DRUM", 12, *parties), ("PEANUT BUTTER, SMOOTH", 50, *parties)]
    assert [line[1:] for line in lines_of(text, *said)] == goods * pages
    (date,) = {str(one) for _, one in lines_of(text, "date")}
    ((_, number, containers), *_) = lines_of(text, "stated_shipment_id", "container_numbers")
    assert (date, number, containers) == ("2026-08-24", "MSC-0452217", ["MSCU1234566"])


@pytest.mark.parametrize(
    ("more", "tables"),
    [("", 1), ("B-2           Carr SA             Dock Ltd\n", 2), ("B-2           Carr SA             Dock Ltd\n" * 2, 1)],
)
def test_three_rows_without_figures_over_another_table_are_labels(more: str, tables: int) -> None:
    box = f"BILL          SHIPPER             CONSIGNEE\nB-1           Acme Ltd            Birch Ltd\n{more}\n"
    goods = "LOT     GOODS                PKGS     NET KG\n\nL1      ACETONE                 20     900.0\nL2      RICE                    10   4,000.0\n"
    assert len(read((box + goods).encode(), "m.txt")) == tables


def test_a_sum_that_says_what_it_is_of_is_no_row() -> None:
    rows = "ACETONE                12     900.0\nRICE                   10   4,000.0\n"
    text = f"GOODS                PKGS     NET KG\n\n{rows}TOTAL 22 PACKAGES   NET 4,900.0 KG\n"
    assert [line[1] for line in lines_of(text, "description")] == ["ACETONE", "RICE"]
