"""Lines drawn at random and filed in every format make one LINE table with the same ids.

A message is compared with a table that states the same, but for what the format has no place for: `no_place.csv` says which fields
these are, and why. Nothing else may differ.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.identity import add_identity
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.text.countries import country_told
from precursor_screen.text.us_ports import us_port
from sample_data.filing import MESSAGES, TABLES, WRITERS
from sample_data.filing.books import SHORT
from sample_data.filing.delimited import HEADERS, write_rows
from sample_data.filing.samples import SHIPMENTS
from sample_data.filing.shipment import Journey, Party, Place, Shipment, figure, single, stated
from sample_data.filing.x12 import PACKAGES
from tests.examples import SOAK, examples

# Where a line stands, what kind of message it is of, and that this one is an original, which a table says by saying nothing.
PLACE = {"source_file", "source_row", "input_id", "message_type", "message_function"}
# Columns in which words stand beside the fields, under the names of each format; those that are in no field are part of the ids.
BESIDE = {"other_texts", "other_columns"}
# A status names no goods, and no table does so either: see below.
COMPARED = [name for name in WRITERS if name != "x12-350.edi"]
IDS = {"line_id", "movement_key", "shipment_id"}
ONE_ITEM_A_BILL = ("fwb.txt", "fhl.txt", "ffm.txt", "xfwb.xml", "xffm.xml")


@lru_cache(maxsize=1)
def no_place() -> Mapping[str, Mapping[str, str]]:
    """Format -> field -> what stands instead."""
    found: dict[str, dict[str, str]] = {name: {} for name in MESSAGES}
    with (Path(__file__).parent / "no_place.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert row["why"]
            for name in row["formats"].split():
                # Of two rows the first one says where the value goes.
                found[name].setdefault(row["field"], row["instead"])
    return found


def row_of(shipment: Shipment, gaps: Mapping[str, str]) -> dict[str, str]:
    """What a table says of a shipment that a message with such gaps states."""
    row, moved = stated(shipment), {}
    places = {
        "port_of_loading": shipment.loading,
        "port_of_discharge": shipment.discharge,
        "place_of_delivery": shipment.delivery,
    }
    for field, instead in gaps.items():
        if field not in row:
            continue
        text = row.pop(field)
        if instead.startswith("-> "):
            moved[instead[3:]] = text
        elif instead.startswith("= "):
            row[field] = instead[2:] if text else ""
        elif instead == "airport":
            row[field] = places[field].airport
        elif instead.startswith("schedule "):
            number = places[field].schedule
            port = us_port(number, instead[-1])
            row[field] = port.text if port else number
            country = "country_of_dispatch" if field == "port_of_loading" else "country_of_destination"
            filed = "" if instead == "schedule K" else row[country]  # a manifest has no element for the country of dispatch
            moved[country] = filed or country_told(row[field])
        elif instead == "x12 package":
            row[field] = PACKAGES[text] if text else ""
        else:
            assert not instead, instead
    return row | moved


def as_table(shipments: Sequence[Shipment], gaps: Mapping[str, str]) -> pa.Table:
    """The lines of a table; its columns are told, as cells that are drawn at random tell nothing."""
    rows = [row_of(shipment, gaps) for shipment in shipments]
    (tables,) = read(write_rows(rows), "table.csv", told(rows, HEADERS))
    return tables.lines


def told(rows: Sequence[Mapping[str, str]], headers: Mapping[str, str]) -> ReadOptions:
    """Each column that is filled is what its header says."""
    filled = {field for row in rows for field, text in row.items() if text}
    masses = {"net_mass_kg": "net_mass", "gross_mass_kg": "gross_mass"}
    return ReadOptions(mapping=ColumnMap({headers[f]: masses.get(f, f) for f in rows[0] if f in filled}, "ymd", "."))


def compared(lines: pa.Table, *, without_texts: bool = False) -> list[dict[str, Any]]:
    """The lines without what belongs to the file; a column in which nothing stands is none."""
    if without_texts:
        lines = add_identity(lines.drop_columns([n for n in lines.column_names if n in IDS | BESIDE | {"message_function"}]))
    return [{k: v for k, v in line.items() if v is not None and k not in PLACE | BESIDE} for line in lines.to_pylist()]


def check(name: str, shipments: Sequence[Shipment], gaps: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a format says, and what it shall say."""
    return beside(name, lines_of(name, shipments), shipments, gaps)


def lines_of(name: str, shipments: Sequence[Shipment]) -> pa.Table:
    """Filed in a format and read again."""
    headers = {f: SHORT[h] for f, h in HEADERS.items() if h in SHORT} if name == "table.dbf" else HEADERS
    options = told([stated(s) for s in shipments], headers) if name in TABLES else None
    tables, *words = read(WRITERS[name](shipments), name, options)
    assert all(one.input.format == "e-mail" for one in words)  # its subject and sender
    assert {i["code"] for i in tables.issues.to_pylist()} <= {"preamble-row"}
    lines: pa.Table = tables.lines
    return lines


def beside(
    name: str, lines: pa.Table, shipments: Sequence[Shipment], gaps: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of a format, and what they shall be with such gaps."""
    given_ = single(shipments) if name in ONE_ITEM_A_BILL else shipments
    without = "other_texts" in gaps
    return compared(lines, without_texts=without), compared(as_table(given_, gaps), without_texts=without)


PLACES = (
    Place("DEHAM", "HAM", "42870"), Place("INBOM", "BOM", "53306"), Place("CNSHA", "PVG", "57035"), Place("USHOU", "IAH", "5301"),
    Place("MXVER", "VER", "20199"), Place("NAWVB", "WVB", "79131"),
)  # fmt: skip
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-"
RICH = PLAIN + "abcdefäöüßñçéÉøŁžИЖЯя化学アαΩ?+:'*~^|;,<>&()/=#%@_\"\\!"


def texts(letters: str, most: int) -> st.SearchStrategy[str]:
    """Words, with one blank between any two."""
    word = st.text(letters.replace(" ", ""), min_size=1, max_size=12)
    return st.lists(word, min_size=1, max_size=6).map(" ".join).map(lambda t: f"GOODS {t}"[:most].strip())


def figures(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals("0.001", most, places=3, allow_nan=False).filter(lambda d: d > 0)


DATES = st.one_of(st.none(), st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31)))
CODES = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=4, max_size=9)
COUNTRIES = st.sampled_from(["DE", "IN", "CN", "US", "MX", "NA"])


@st.composite
def parties(draw: st.DrawFn, letters: str) -> Party:
    if draw(st.integers(0, 4)) == 0:
        return Party()
    street, town = (draw(st.one_of(st.just(""), texts(letters, 35))) for _ in range(2))
    return Party(
        draw(texts(letters, 35)),
        street,
        town,
        draw(st.sampled_from(["", "99998", "47051"])),
        draw(COUNTRIES),
        draw(st.one_of(st.just(""), CODES)),
    )


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    voyage = draw(st.one_of(st.just(""), st.from_regex(r"[0-9]{3}[A-Z]", fullmatch=True)))
    name, mode = draw(st.sampled_from(["", "SAMPLE STAR", "SAMPLE MOON"])), draw(st.sampled_from(["sea", "air", "road", "rail"]))
    return Journey(mode, draw(st.sampled_from(["", "TSTL", "BLUE"])), name, voyage, draw(DATES), draw(DATES), draw(DATES))


@st.composite
def goods(draw: st.DrawFn, bill: Shipment, item: int, letters: str) -> Shipment:
    value = draw(st.one_of(st.none(), figures(99_999)))
    quantity = draw(st.one_of(st.none(), figures(9_999)))
    un = draw(st.sampled_from(["", "1715", "1090", "3077"]))
    return replace(
        bill, item=item, goods=draw(texts(letters, 45)), hs=draw(st.one_of(st.just(""), st.from_regex(r"[1-6][0-9]{5}(?:[0-9]{2}){0,2}", fullmatch=True))),
        cus=draw(st.sampled_from(["", "0011146-5", "0010002-7"])), un=un, danger=draw(st.sampled_from(["", "3", "5.1", "8"])) if un else "",
        quantity=quantity, unit=draw(st.sampled_from(["KGM", "LTR", "MTK", "NMB"])) if quantity is not None else "",
        net=draw(st.one_of(st.none(), figures(9_999))), gross=draw(st.one_of(st.none(), figures(99_999))), packages=draw(st.integers(1, 9_999)),
        marks=draw(st.one_of(st.just(""), texts(letters, 30))), value=value, currency=draw(st.sampled_from(["USD", "EUR"])) if value is not None else "",
        freight=draw(st.one_of(st.none(), figures(999))) if value is not None else None, origin=draw(st.one_of(st.just(""), COUNTRIES)),
    )  # fmt: skip


@st.composite
def manifests(draw: st.DrawFn, letters: str) -> list[Shipment]:
    found: list[Shipment] = []
    for number in range(draw(st.integers(1, 3))):
        loading, discharge, delivery = (draw(st.sampled_from(PLACES)) for _ in range(3))
        bill = Shipment(
            f"999-4{number + 1:06}0", "", master=draw(st.sampled_from(["", "999-50000004"])), direction=draw(st.sampled_from(["import", "export"])),
            journey=draw(journeys()), consignor=draw(parties(letters)), consignee=draw(parties(letters)), notify=draw(parties(letters)), loading=loading, discharge=discharge,
            delivery=delivery, container=draw(st.one_of(st.just(""), st.from_regex(r"[A-Z]{3}U[0-9]{7}", fullmatch=True))), package=draw(st.sampled_from(sorted(PACKAGES))), permit=draw(st.sampled_from(["", "PERMIT-7", "4711-A"])),
        )  # fmt: skip
        found += [draw(goods(bill, item, letters)) for item in range(1, draw(st.integers(1, 3)) + 1)]
    return found


# Every example goes through each format of a family, as drawing one takes longer than reading it.
FAMILIES = {
    "tables": [n for n in COMPARED if n in TABLES],
    "EDIFACT": ["cuscar.edi", "cusdec.edi", "iftmin.edi", "ifcsum.edi"],
    "X12": [n for n in COMPARED if n.startswith("x12")],
    "Cargo-IMP": ["fwb.txt", "fhl.txt", "ffm.txt"],
    "XML": [n for n in COMPARED if n.endswith(".xml")],
    "JSON": [n for n in COMPARED if n in MESSAGES and n.endswith(".json")],
}
# X12 and Cargo-IMP have no way to write the characters that they themselves are made of; cp1252 and DBF have their limits as well.
UNLIMITED = {
    "tables": [n for n in FAMILIES["tables"] if not n.startswith(("semicolon", "table.dbf"))],
    "EDIFACT": FAMILIES["EDIFACT"],
    "XML": FAMILIES["XML"],
    "JSON": FAMILIES["JSON"],
}
# What is drawn of all letters may be of these alone: they are drawn for themselves where others have no place, and in a soak.
LIMITED = {family: [n for n in names if SOAK or n not in UNLIMITED.get(family, ())] for family, names in FAMILIES.items()}
# Without shrinking: an example takes seconds, and says what is wrong as it is.
FEW = examples(3, 12, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))


def test_every_format_is_of_a_family_and_drawn_for() -> None:
    assert {n for families in (LIMITED, UNLIMITED) for names in families.values() for n in names} == set(COMPARED)
    assert sorted(n for names in FAMILIES.values() for n in names) == sorted(COMPARED)


@pytest.mark.slow
@pytest.mark.parametrize("family", [family for family, names in LIMITED.items() if names])
@FEW
@given(manifests(PLAIN))
def test_whatever_is_filed_becomes_the_same_lines(family: str, shipments: list[Shipment]) -> None:
    for name in LIMITED[family]:
        got, wanted = check(name, shipments, no_place().get(name, {}))
        assert got == wanted, name


@pytest.mark.slow
@pytest.mark.parametrize("family", UNLIMITED)
@FEW
@given(manifests(RICH))
def test_letters_and_signs_of_all_kinds_survive(family: str, shipments: list[Shipment]) -> None:
    for name in UNLIMITED[family]:
        got, wanted = check(name, shipments, no_place().get(name, {}))
        assert got == wanted, name


@pytest.mark.parametrize("name", COMPARED)
def test_the_samples_agree(name: str) -> None:
    got, wanted = check(name, SHIPMENTS, no_place().get(name, {}))
    assert got == wanted


FULL = tuple(
    replace(s, master="999-50000004", notify=s.notify if s.notify.name else s.consignor, cus="0011146-5", un=s.un or "1993", danger=s.danger or "3", permit="PERMIT-7", currency="EUR", origin="CN",
            consignor=replace(s.consignor, identifier="AB1234"), consignee=replace(s.consignee, identifier="CD1234"))
    for s in SHIPMENTS
)  # fmt: skip
NOTIFIED = tuple(replace(s, notify=replace(s.notify, identifier="EF1234"), journey=replace(s.journey, mode="rail")) for s in FULL)


@pytest.fixture(scope="module")
def notified(request: pytest.FixtureRequest) -> tuple[str, pa.Table]:
    """A format, and the lines in it, which with all its gaps are those of a table."""
    lines = lines_of(request.param, NOTIFIED)
    got, wanted = beside(request.param, lines, NOTIFIED, no_place()[request.param])
    assert got == wanted
    return request.param, lines


@pytest.mark.parametrize(
    ("notified", "field"), [(n, f) for n, gaps in no_place().items() for f in gaps], indirect=["notified"], scope="module"
)
def test_a_gap_that_is_written_down_is_one(notified: tuple[str, pa.Table], field: str) -> None:
    """Without that row of `no_place.csv` the lines would differ."""
    name, lines = notified
    gaps = {f: instead for f, instead in no_place()[name].items() if f != field}
    got, wanted = beside(name, lines, NOTIFIED, gaps)
    assert got != wanted, f"{name} has a place for {field}"


def test_a_status_names_its_bills() -> None:
    (tables,) = read(WRITERS["x12-350.edi"](SHIPMENTS), "status")
    said = [(line["bill_of_lading"], line["packages"], line["container_numbers"]) for line in tables.lines.to_pylist()]
    assert said == [(s.bill, s.packages, [s.container]) for s in SHIPMENTS]


def test_a_figure_has_no_noughts_behind_it() -> None:
    assert [figure(Decimal(t)) for t in ("1.500", "100", "0.001", "1E+2")] == ["1.5", "100", "0.001", "100"]
