"""Ports that messages state by the schedules of the United States."""

from __future__ import annotations

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

PLACES = ("port_of_loading", "port_of_discharge", "place_of_delivery", "country_of_dispatch", "country_of_destination")


def told(tables: InputTables) -> dict[str, str]:
    (line,) = tables.lines.to_pylist()
    return {name: line[name] for name in PLACES if line.get(name)}


def unknown(tables: InputTables) -> list[str]:
    return [i["value"] for i in tables.issues.to_pylist() if i["code"] == "unknown-code"]


def x12(kind: str, *segments: str) -> InputTables:
    (tables,) = read("~".join((f"ST*{kind}*0001", *segments, f"SE*{len(segments) + 2}*0001~")).encode(), "m")
    return tables


def manifest(lading: str, discharge: str, *more: str) -> InputTables:
    head = ("M10*BLUE*O*PA*1*SEA HERON", f"P4*{discharge}*20260305", "LX*1", f"M11*B1*{lading}*90*DRM*5*K")
    return x12("309", *head, *more, "N10*90*TOYS")


@pytest.mark.parametrize(
    ("lading", "discharge", "found", "issues"),
    [
        (
            *("57035", "2704"),
            {
                "port_of_loading": "57035 Shanghai (Schedule K)",
                "port_of_discharge": "2704 Los Angeles, CA (Schedule D)",
                "country_of_dispatch": "CN",
                "country_of_destination": "US",
            },
            [],
        ),
        (
            *("57099", "9999"),
            {"port_of_loading": "57099 (Schedule K)", "port_of_discharge": "9999", "country_of_dispatch": "CN"},
            ["9999", "57099"],
        ),
        ("99999", "2704", None, ["99999"]),
        ("CNSHA", "USLAX", {
            "port_of_loading": "CNSHA", "port_of_discharge": "USLAX", "country_of_dispatch": "CN", "country_of_destination": "US",
        }, []),
        ("SHANGHAI", "20199", {"port_of_loading": "SHANGHAI", "port_of_discharge": "20199"}, []),
    ],
)  # fmt: skip
def test_a_manifest_states_the_foreign_port_by_k_and_its_own_by_d(lading, discharge, found, issues):
    tables = manifest(lading, discharge)
    assert found is None or told(tables) == found
    assert sorted(unknown(tables)) == sorted(issues)


def test_ports_stand_as_filed_beside_the_line():
    raw = {cell for column in manifest("57035", "2704").raw.columns for cell in column.to_pylist()}
    assert {"57035", "2704"} <= raw
    assert not any("Schedule" in (cell or "") for cell in raw)


def test_a_stated_country_stands_before_that_of_the_port():
    tables = x12("601", "BA1**1*S*MX*F1**US", "P5*L*D*1803", "P5*D*K*57035", "L13*A*291411*KG*5*X*900*1")
    assert told(tables)["country_of_destination"] == "MX"
    assert told(tables)["port_of_discharge"] == "57035 Shanghai (Schedule K)"


@pytest.mark.parametrize(
    ("segment", "found"),
    [
        ("M12*61*123**", {}),
        ("M12*61*123*3901", {"place_of_delivery": "3901 Chicago, IL (Schedule D)", "country_of_destination": "US"}),
        ("M12*62*123*2304*20199", {"place_of_delivery": "20199 Veracruz (Schedule K)", "country_of_destination": "MX"}),
        ("M12*62*123*402*", {}),  # the number of a Canadian office
        ("M12*61*123***" + "*".join(f"WORD{at}" for at in range(5, 16)), {}),
    ],
)
def test_goods_in_bond_go_on_to_the_last_port_that_is_stated(segment, found):
    expected = told(manifest("57035", "9999")) | found
    tables = manifest("57035", "9999", segment)
    assert told(tables) == expected
    raw = " ".join(str(cell) for column in tables.raw.columns for cell in column.to_pylist())
    assert all(text in raw for text in segment.split("*")[1:] if text)


@pytest.mark.parametrize(
    ("qualifier", "code", "name", "port", "country"),
    [
        ("K", "57035", "", "57035 Shanghai (Schedule K)", "CN"),
        ("K", "57035", "YANGSHAN", "57035 Shanghai (Schedule K)", "CN"),
        ("D", "2704", "", "2704 Los Angeles, CA (Schedule D)", "US"),
        ("UN", "CNSHA", "", "CNSHA", "CN"),
        ("UN", "57035", "", "57035", None),
        ("ZZ", "2704", "", "2704", None),
        ("", "57035", "", "57035", None),
    ],
)
def test_the_qualifier_of_a_port_names_its_schedule(qualifier, code, name, port, country):
    tables = x12("310", "B3**F1*B1*PP**20260302", f"R4*L*{qualifier}*{code}*{name}", "LX*1", "L0*1***500*G***9*DRM", "L5*1*TOYS")
    assert told(tables) == {"port_of_loading": port, **({"country_of_dispatch": country} if country else {})}


def test_a_port_on_the_way_tells_its_country():
    tables = x12("310", "B3**F1*B1*PP**20260302", "R4*T*K*22518", "LX*1", "L0*1***500*G***9*DRM", "L5*1*TOYS")
    assert tables.lines.column("transit_countries").to_pylist() == [["PA"]]


@pytest.mark.parametrize(
    ("loc", "port", "country"),
    [
        ("LOC+9+57035:78", "57035 Shanghai (Schedule K)", "CN"),
        ("LOC+9+80107:277", "80107 Ontario (Schedule K)", "CA"),
        ("LOC+9+57035:139:6", "57035", None),
        ("LOC+9+CNSHA:78", "CNSHA", "CN"),
    ],
)
def test_a_list_of_codes_that_is_schedule_k_is_read_by_it(loc, port, country):
    text = f"UNH+1+CUSCAR:D:96B:UN'BGM+85+M1+9'CNI+1+B1'{loc}'GID+1+5:CT'FTX+AAA+++TOYS'UNT+7+1'"
    (tables,) = read(text.encode(), "m")
    assert told(tables) == {"port_of_loading": port, **({"country_of_dispatch": country} if country else {})}
