"""The tables of several messages that are built together are those of each message by itself."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.messages import build
from precursor_screen.readers.messages.build import build_tables
from precursor_screen.readers.registry import read, read_contents

HEAD = "UNB+UNOC:3+SENDER OF GOODS+CUSTOMS+261125:0900+1'"


def iftmin(*items: str, head: str = "RFF+BM:B1'") -> str:
    goods = "".join(f"GID+{number}+10:DR'{item}" for number, item in enumerate(items, 1))
    return f"UNH+1+IFTMIN:D:04A:UN'BGM+340++9'{head}{goods}UNT+9+1'"


def declaration(*items: str) -> str:
    goods = "".join(f"CST+{number}{item}" for number, item in enumerate(items, 1))
    return f"UNH+1+CUSDEC:D:96B:UN'BGM+929++9'RFF+BM:B1'UNS+D'{goods}UNS+S'UNT+9+1'"


ACETONE = "FTX+AAA+++ACETONE'"
# What one message says, and another that would be read otherwise, or be told of, if the lines of the first stood beside its own.
PAIRS = {
    "equal lines": (iftmin(ACETONE), iftmin(ACETONE)),
    "order of day and month": (iftmin(ACETONE, head="DTM+137:13/04/2026'"), iftmin(ACETONE, head="DTM+137:03/04/2026'")),
    "a nought that a code has lost": (declaration("+2915240000:122'" + ACETONE), declaration("+101210000:122'" + ACETONE)),
    "equal cells that say nothing": (iftmin(ACETONE + "LOC+27+XQ'" * 1), iftmin(ACETONE + "LOC+27+XQ'", ACETONE + "LOC+27+XQ'")),
    "negative": (iftmin(ACETONE + "MEA+AAE+G+KGM:-5'"), iftmin(ACETONE, ACETONE + "MEA+AAE+G+KGM:-5'")),
    "a mass that is none": (iftmin(ACETONE + "MEA+AAE+G+KGM:12'"), iftmin(ACETONE + "MEA+AAE+G+KGM:HEAVY'")),
    "who pays the freight": (
        iftmin(ACETONE + "MOA+64:PREPAID'"),
        iftmin(ACETONE + "MOA+64:12'", ACETONE + "MOA+64:PREPAID'", ACETONE + "MOA+64:COLLECT'"),
    ),
    "a unit in the cell": (iftmin(ACETONE + "QTY+47:5 LTR'"), iftmin(ACETONE + "QTY+47:5'")),
    "words in a field of codes": (
        iftmin(ACETONE + "SGP+ACETIC ANHYDRIDE IN DRUMS'"),
        iftmin(ACETONE + "LOC+9+HIDDEN PLACE OF GOODS'" + "SGP+PHENYLACETONE IN DRUMS'"),
    ),
    "elements without a field": (
        iftmin(ACETONE + "HAN+SAFROLE OIL'" + "QVR+EPHEDRINE POWDER'"),
        iftmin(ACETONE + "QVR+PIPERONAL CRYSTALS'" + "HAN+KEEP UPRIGHT ALWAYS'", ACETONE),
    ),
    "parties in other roles": (
        iftmin(ACETONE, head="NAD+ZZ+++FIRST TRADING'NAD+ZY+++SECOND TRADING'"),
        iftmin(ACETONE, head="NAD+ZZ+++THIRD TRADING'"),
    ),
    "what is stated of several lines": (iftmin(ACETONE, ACETONE, head="MEA+AAE+G+KGM:500'"), iftmin(ACETONE)),
    "other columns": (iftmin(ACETONE, head="TDT+20+012E+1'"), declaration("+29152400:122:::::'" + ACETONE)),
    "a direction that is unknown": (iftmin(ACETONE + "GIS+23'"), iftmin(ACETONE + "GIS+77'")),
    "an envelope with words": (HEAD + iftmin(ACETONE) + "UNZ+1+1'", HEAD + iftmin("FTX+AAA+++TOLUENE'") + "UNZ+1+1'"),
    "an element without a field that is too long": (iftmin(ACETONE), iftmin(ACETONE, ACETONE + f"HAN+{'ÄTHER ' * 150_001}'")),
    "a cell that is too long": (iftmin(ACETONE), iftmin(ACETONE + f"LOC+7+{'ÄTHER ' * 150_001}'", head="")),
}


def plain(tables: InputTables) -> list[Any]:
    of_input = asdict(tables.input)
    found = (tables.lines, tables.raw, tables.issues, tables.out_of_table_texts)
    return [of_input, *(None if table is None else (table.schema, table.to_pylist()) for table in found)]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_message_reads_the_same_beside_another(pair: tuple[str, str], turned: bool):
    texts = pair[::-1] if turned else pair
    alone = [plain(tables) for n, text in enumerate(texts) for tables in read(text.encode(), f"m{n}")]
    together = build_tables(content for n, text in enumerate(texts) for content in read_contents(text.encode(), f"m{n}"))
    assert list(map(plain, together)) == alone


def test_all_of_them_read_the_same_together_and_tables_among_them_stay_as_they_are():
    texts = [text for pair in PAIRS.values() for text in pair]
    texts.insert(3, "consignee,description\nA Ltd,ACETONE\n")
    alone = [plain(tables) for n, text in enumerate(texts) for tables in read(text.encode(), f"m{n}")]
    together = build_tables(content for n, text in enumerate(texts) for content in read_contents(text.encode(), f"m{n}"))
    assert list(map(plain, together)) == alone


@pytest.mark.parametrize(
    ("text", "column", "supplied"),
    [
        (iftmin(ACETONE + "MEA+AAE+G+KGM:HEAVY'"), "gross_mass_kg", True),
        (iftmin(ACETONE + "MEA+AAE+N+KGM:HEAVY'"), "net_mass_kg", True),
        (iftmin(ACETONE), "gross_mass_kg", False),
        (iftmin(ACETONE, head="NAD+ZZ+++N/A'"), "other_parties", True),
        (iftmin(ACETONE), "other_parties", False),
        (iftmin(ACETONE + "GIS+99'"), "direction", False),
        (iftmin(ACETONE + "GIS+23'"), "direction", True),
    ],
)
@pytest.mark.parametrize(
    "beside", [[], [iftmin(ACETONE + "MEA+AAE+G+KGM:5'MEA+AAE+N+KGM:4'GIS+22'", head="NAD+ZZ+++SOMEONE LTD'")]]
)
def test_what_a_message_states_is_supplied_though_it_cannot_be_read(text: str, column: str, supplied: bool, beside: list[str]):
    found = build_tables(content for one in (text, *beside) for content in read_contents(one.encode(), "m"))[0]
    assert (column in found.input.supplied) == supplied
    assert (column in found.lines.column_names) == supplied


def test_small_messages_share_one_table_and_large_ones_have_their_own(monkeypatch):
    built = []
    monkeypatch.setattr(build, "_build", lambda drafts: built.append(len(drafts)) or real(drafts))
    monkeypatch.setattr(build, "_LARGE", 2)
    texts = [iftmin(*[ACETONE] * lines) for lines in (1, 3, 2)]
    build_tables(content for text in texts for content in read_contents(text.encode(), "m"))
    assert built == [2, 1]


real = build._build
