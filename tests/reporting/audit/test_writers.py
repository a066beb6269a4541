"""The page, the workbook, the JSON and the terminal: whole, bounded, and harmless whatever a manifest says."""

from __future__ import annotations

import io
import json
import re
import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pytest

from precursor_screen.app.audit import rank_all
from precursor_screen.cases.audit import partners
from precursor_screen.cases.audit.findings import Audit, ExporterAudit, draw, find
from precursor_screen.cases.frames import row as named
from precursor_screen.reporting.audit import axes, document, plots
from precursor_screen.reporting.audit.plots import great_circle, project, world
from precursor_screen.reporting.interface import presenter_of
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS, schema_of
from tests.cases.audit.rows import OWN, flag, limits, moved, population, row

RUN = {"tool_version": "1", "started": "2026-11-27T08:00:00+00:00", "options": {}}
OTHER = "Quillon Reagents Corp"
HOSTILE = "<script>alert(1)</script>\x1b[31m=cmd|' /C calc'!A0"


def audit(*rows: dict[str, Any], asked: str = OWN, **values: Any) -> Audit:
    profile = population(*rows, **values).profile(asked)
    return Audit(RUN, (ExporterAudit(profile, find(profile)),))


def written(suffix: str, made: Audit) -> bytes:
    stream = io.BytesIO()
    presenter_of(document.document_of(made), Path(f"audit{suffix}"))(stream)
    return stream.getvalue()


def page(made: Audit) -> str:
    return written(".html", made).decode()


TRADE = tuple(row(str(n), date(2026, n, 3), kg=str(60 + 5 * n), permit_reference="P") for n in range(1, 10))


def test_the_page_says_findings_first_and_what_was_not_seen_last() -> None:
    text = page(audit(*TRADE))
    order = re.findall(r"<h2>([^<]*)</h2>", text)
    assert order[:3] == ["Which names were taken for this exporter", "Findings, worst first", "Volumes"]
    assert order[-2:] == ["What this audit could not see", "Lines that the findings cite"]
    for part in ("4 of 9 movements of Acetone (44%)", 'id="x1-', "may.csv:4", 'id="world"', 'href="#world"', ">250 kg<"):
        assert part in text
    assert "<script" not in text


@pytest.mark.parametrize("field", ["sender", "receiver", "description", "source_file", "shipment_id", "permit_reference", "hs6"])
def test_nothing_that_a_manifest_says_becomes_code(field: str) -> None:
    said: dict[str, Any] = {field: HOSTILE}
    rows = [row(str(n), kg="90", **said) for n in range(1, 5)]
    made = audit(*rows, asked=HOSTILE if field == "sender" else OWN, raised=[flag("R", "1", because=HOSTILE)])
    text = page(made)
    assert "<script" not in text
    assert "\x1b" not in text
    assert b"\x1b" not in written(".txt", made)
    for sheet in openpyxl.load_workbook(io.BytesIO(written(".xlsx", made))):
        assert not any(cell.data_type == "f" for cells in sheet for cell in cells)


def test_every_plot_is_well_formed_and_says_what_it_shows() -> None:
    rows = (row("20", receiver='Nettle & "Sons" <GmbH>', transit_countries=["SG", "ZZ"], country_of_destination="NZ"), *TRADE)
    figures = re.findall(r"<figure>.*?</figure>", page(audit(*rows)), re.DOTALL)
    assert len(figures) == 5  # months, receivers, routes, thresholds, prices
    for figure in figures:
        root = ElementTree.fromstring(figure)
        svg = root.find("svg")
        assert svg is not None
        assert svg.get("aria-label") == root.findtext("figcaption")


def test_the_same_audit_is_the_same_bytes() -> None:
    for suffix in (".html", ".xlsx", ".json", ".txt"):
        assert written(suffix, audit(*TRADE)) == written(suffix, audit(*reversed(TRADE)))


def test_many_partners_are_cut_in_the_page_and_counted() -> None:
    rows = [row(str(n), date(2026, 1, 2) + timedelta(days=n % 300), receiver=f"Buyer {n} SA") for n in range(2_000)]
    made = audit(*rows)
    text = page(made)
    assert "1,700 more rows stand in the workbook and the JSON." in text
    assert "1,970 smaller receivers are not in this matrix." in text
    assert len(text) < 1_500_000
    book = openpyxl.load_workbook(io.BytesIO(written(".xlsx", made)), read_only=True)
    assert book["Receivers"].max_row == 2_001


def test_the_workbook_holds_the_lines_of_every_figure() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(".xlsx", audit(*TRADE, row("20", kg="")))))
    assert book.sheetnames[0] == "Findings"
    volumes = list(book["Volumes"].iter_rows(min_row=2, values_only=True))
    assert volumes[2] == (OWN, "Acetone", "2026-03", "DE", 75, 2, 1, "3-4")
    assert book["Figures"].max_row == 1
    lines = list(book["Lines"].iter_rows(min_row=2, values_only=True))
    assert [r[1] for r in lines] == list(range(1, 11))
    assert [r[2:4] for r in lines[2:4]] == [("may.csv", 20), ("may.csv", 3)]


def test_every_column_of_every_sheet_is_filled_by_something() -> None:
    schema = schema_of(PERMITS)
    held = {"reference": "P-1", "substance_id": "acetone", "quantity_kg": Decimal(100), "status": "valid"}
    objected = {"reference": "PEN-1", "substance_id": "acetone", "status": "objected", "country": "DE", "importer_key": "marrow"}
    objected |= {
        "exporter": OWN,
        "exporter_key": "laboratory larkfield supply",
        "importer": "Marrow GmbH",
        "sent": date(2026, 2, 1),
    }
    registers = {
        PERMITS: pa.Table.from_pylist([{**dict.fromkeys(schema.names), **held}], schema=schema),
        NOTIFICATIONS: pa.Table.from_pylist([objected], schema=schema_of(NOTIFICATIONS)),
    }
    rows = [row(f"1{n}", date(2025, n, 1), kg="60") for n in range(1, 13)]
    rows += [row(f"2{n}", date(2026, n, 3), kg="90", receiver="MARROW G.M.B.H.", pen_reference="N") for n in (1, 2, 9)]
    rows += [row(f"3{n}", date(2026, 2, 1 + n), kg="50", usd="20", transit_countries=["NL", "BE"]) for n in range(1, 9)]
    rows += [
        row("40", date(2026, 3, 3), kg="120", permit_reference="P-1", country_of_destination="CH", goods_mass_kg=Decimal(200))
    ]
    rows += [
        row("41", date(2026, 3, 3), kg="120", usd="4800", country_of_destination="CH"),
        row("42", date(2026, 3, 3), kg="120", usd="4800"),
    ]
    rows += [row("43", date(2026, 3, 5), kg="", receiver="Nettle SARL", receiver_country="FR"), row("44", kg="1", sender=OTHER)]
    rows += [row(f"5{n}", kg="85", sender=OTHER, address="9 Elm Street") for n in range(6)]
    raised = [
        flag("R-3", "21", list_id="un-sc", entry_id="E7", party_role="consignee", score=96.4),
        flag("R-4", "22", window_line_ids=["line-21"]),
    ]
    one = population(*rows, registers=registers, raised=raised, said={"R-4-22": "confirmed"}).profile(OWN)
    made = Audit(RUN, (ExporterAudit(one, find(one), draw(one.table, 20, "s"), "s"),))
    empty = {"answer", "answered_by", "answered_on", "found", "remark", "exporter", "sheet", "row", "line"}
    book = openpyxl.load_workbook(io.BytesIO(written(".xlsx", made)))
    for sheet in book:
        columns = list(zip(*sheet.iter_rows(values_only=True), strict=True))
        blank = {head for head, *cells in columns if not any(cell is not None for cell in cells)} - empty
        assert blank <= ({"lines"} if sheet.title in ("Names", "Years", "Peers") else set()), sheet.title
    assert [r[:2] for r in book["Not seen"].iter_rows(min_row=2, values_only=True) if r[1]][-1] == (OWN, "gap")
    assert {r[3] for r in book["Routes"].iter_rows(min_row=2, values_only=True)} == {"DE", "CH"}
    assert "NL, BE" in {r[2] for r in book["Routes"].iter_rows(values_only=True)}


def test_a_figure_of_more_lines_than_a_cell_holds_is_on_a_sheet_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_MOST_CITED", 3)
    book = openpyxl.load_workbook(io.BytesIO(written(".xlsx", audit(*TRADE, row("20", kg="", country_of_destination="FR")))))
    (row_number,) = (n for n, r in enumerate(book["Substances"].values, 1) if r[-1] == "10 lines: see the sheet Figures")
    figures = [r for r in book["Figures"].iter_rows(min_row=2, values_only=True) if r[1] == "Substances"]
    assert figures == [(OWN, "Substances", row_number, n) for n in range(1, 11)]


@pytest.mark.parametrize(("lines", "text"), [((), ""), ((4,), "4"), ((1, 2, 3, 7, 9, 10), "1-3, 7, 9-10")])
def test_lines_that_follow_each_other_are_put_together(lines: tuple[int, ...], text: str) -> None:
    assert document.spans(lines) == text


def test_the_json_holds_every_figure_and_its_lines() -> None:
    one = json.loads(written(".json", audit(*TRADE)))["exporters"][0]
    assert one["exporter"] == OWN
    assert one["totals"][0]["kg"] == "765.000000"  # 65 + 70 ... + 105
    assert {line["line"] for line in one["lines"]} == set(one["totals"][0]["lines"]) == set(range(1, 10))
    assert one["just_under"][0]["near"] == 4  # 80, 85, 90, 95
    assert one["findings"][0]["sentence"]


def test_the_terminal_shows_names_findings_and_what_was_not_seen() -> None:
    text = "\n".join(document.present(audit(*TRADE)))
    for part in (f"{OWN}: the name asked for", "Findings, worst first", "[may.csv:4", "What this audit could not see:"):
        assert part in text


def test_a_ranking_is_written_in_every_format() -> None:
    made = Audit(RUN, ranking=rank_all(population(*TRADE, row("30", sender=HOSTILE)), 1))
    assert "1 of 2 exporters" in page(made)
    assert "<script" not in page(made)
    assert json.loads(written(".json", made))["ranking"]["total"] == 2
    rows = list(openpyxl.load_workbook(io.BytesIO(written(".xlsx", made)))["Ranking"].values)
    assert rows[1][:2] == (1, OWN)
    assert next(iter(document.present(made))).startswith("1 of 2 exporters")


def test_the_map_knows_countries_large_and_small() -> None:
    places = world().places
    assert len(places) > 230
    for country, (x, y) in {
        "DE": (10, 51),
        "SG": (104, 1),
        "US": (-100, 40),
        "FR": (2, 47),
        "NO": (14, 64),
        "MT": (14, 36),
    }.items():
        assert abs(places[country][0] - x) < 3
        assert abs(places[country][1] - y) < 3


def test_a_way_over_the_edge_of_the_map_is_drawn_in_two_pieces() -> None:
    pieces = great_circle((170.0, 10.0), (-170.0, 10.0))
    assert len(pieces) == 2
    assert pieces[0][0] == project((170.0, 10.0))
    assert great_circle((5.0, 5.0), (5.0, 5.0)) == []
    assert len(great_circle((0.0, 0.0), (180.0, 0.0))) >= 1


def test_routes_that_cannot_be_placed_are_counted() -> None:
    def route(*stops: str) -> Any:
        return named(dispatch=stops[0], transit=stops[1:-1], destination=stops[-1], kg=1, movements=1)

    assert "1 of 3 routes" in plots.route_map([route("US", "DE"), route("US", "ZZ"), route("", "DE")])
    assert "2 more with fewer than two countries" in plots.route_map([route("US", "DE"), route("US", "ZZ"), route("", "DE")])
    assert plots.route_map([route("US", "ZZ")]) == ""


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
BEYOND = """[...document.querySelectorAll('svg text')].map(t => [t.textContent, t.getBoundingClientRect()])
    .filter(([, box]) => box.left < 0 || box.right > 400).map(([said]) => said)"""


@pytest.mark.skipif(not CHROMIUM, reason="no browser here")
def test_the_browser_shows_the_page_without_complaint(tmp_path: Any) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    path = tmp_path / "audit.html"
    path.write_bytes(written(".html", audit(*TRADE, row("20", receiver=HOSTILE))))
    with sync_api.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1200, "height": 900})
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(path.as_uri())
        wide = opened.evaluate(WIDER)
        land = opened.evaluate("document.querySelector('use[href=\"#world\"]').getBoundingClientRect().width > 100")
        opened.set_viewport_size({"width": 400, "height": 900})
        narrow = opened.evaluate(WIDER)
        beyond = opened.evaluate(BEYOND)
        small = opened.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height))"
        )
        browser.close()
    assert complaints == []
    assert not wide
    assert not narrow
    assert land
    assert beyond == []
    assert small > 9


def test_a_plot_says_the_most_of_a_month_not_the_height_of_its_line() -> None:
    (quiet,) = partners.months(moved(row("1", substance_mass_kg=Decimal(250))), limits())
    year = axes.Calendar(2026 * 12, 2026 * 12 + 11)
    under = plots.months("Ephedrine", [quiet._replace(limit_kg=Decimal(500), regulated_kg=Decimal(500))], year)
    assert "250 kg at most; 0 months at or over the threshold of 500 kg" in under
    assert 'class="bar over"' not in under
    reached = plots.months("Ephedrine", [quiet._replace(limit_kg=Decimal(250))], year)
    assert "250 kg at most; 1 month at or over the threshold of 250 kg" in reached
    assert 'class="bar over"' in reached
