"""However the lines of a run are cut, and by whichever thread a part is judged, the report is the same to the byte."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.app import gather_inputs, stream
from precursor_screen.app.inputs import Source
from precursor_screen.app.reconcile_inputs import gather_manifests
from precursor_screen.app.run_settings import Settings
from precursor_screen.app.stream import run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reporting.interface import write_report
from tests.conftest import ROOT
from tests.screening import STARTED, table

CUT = "GOODS OF SOME KIND AND NUMBER OF THEM IN BAG"
ROWS = [
    *(
        {"bill of lading": bill, "description of goods": text, "hs code": code, "consignee": name, "notify party": "Orveto Ltd"}
        | {"net weight kg": "300", "currency": "ZZZ", "value": "5", "country of destination": "TR"}
        for bill, text, code, name in (
            ("B1", "ACETONE", "291411", "TO ORDER"),
            ("B2", "", "", "..."),
            ("B1", "ceramic tiles", "690721", "TO ORDER OF SHIPPER"),
            ("B3", "POTASSIUM PERMANGANATE", "390720", "Firm A"),
            ("B3", "drums", "390720", "Firm A"),
            ("B2", "ACETIC ANHYDRIDE", "291524", "Forwarding Bank"),
            ("B4", "ceramic tiles", "690721", "Firm B"),
            ("B5", "floor tiles", "690790", "A. TO ORDER"),
            ("B6", "floor tiles", "480100", "Firm B"),
        )
    ),
    *({"bill of lading": f"C{n}", "description of goods": f"{CUT}{n}", "consignee": "Firm C"} for n in range(6)),
]
FILES = (Source("1.csv", content=table(ROWS)), Source("2.csv", content=table([*ROWS[::-1], {"consignee": "Firm D"}])))


def written(folder, name, sources, reference, **options):
    made = run(sources, ReadOptions(), reference, started=STARTED, sample=Decimal(1), **options)
    for kind in ("json", "csv"):
        write_report(made.report, folder / f"{name}.{kind}")
    return [(folder / f"{name}.{kind}").read_bytes() for kind in ("json", "csv")], made


@pytest.fixture
def small(monkeypatch):
    """Sets how many lines a part has; then everything goes to disk."""

    def cut(size):
        monkeypatch.setattr(stream, "PART", size)
        monkeypatch.setattr(gather_inputs, "WRITTEN_TOGETHER", 1)

    return cut


@pytest.mark.parametrize(("size", "jobs"), [(1, 1), (2, 2), (5, 1), (13, 2)])
def test_however_lines_are_cut_the_report_is_the_same(reference, tmp_path, small, size, jobs):
    whole, made = written(tmp_path, "whole", FILES, reference)
    codes = {issue["code"] for issue in made.report.issues.to_pylist()}
    assert {"cut-text", "to-order", "unknown-edition", "repeated-line", "no-description"} <= codes
    assert {spot["code"] for spot in made.report.coverage["blind_spots"]} >= {"no-rate", "unknown-law"}
    small(size)
    parts, cut = written(tmp_path, "parts", FILES, reference, jobs=jobs)
    assert parts == whole
    assert cut.screened.resolved.lines.num_rows < made.screened.resolved.lines.num_rows
    assert cut.report.particulars.equals(made.report.particulars)
    assert cut.report.goods.equals(made.report.goods)


@pytest.mark.slow
def test_the_sample_is_reported_alike_in_parts_of_64_lines(reference, tmp_path, small):
    sources = tuple(Source(path.name, path) for path in sorted((ROOT / "sample_data").glob("*.csv")))
    whole, _ = written(tmp_path, "whole", sources, reference)
    small(64)
    assert written(tmp_path, "parts", sources, reference, jobs=2)[0] == whole


def test_all_lines_stay_as_they_were_resolved_where_they_are_wanted(reference, small):
    small(2)
    every = run(FILES, ReadOptions(), reference, started=STARTED, every_line=True).screened.resolved
    assert every.lines.num_rows == len(ROWS) + 1


def test_movements_for_a_comparison_are_the_same_in_parts(tmp_path, small):
    rows = [
        {**row, "description of goods": f"{row['description of goods']} under LIC-470{n}", "date": "2026-03-01"}
        for n, row in enumerate(ROWS)
    ]
    (tmp_path / "year.csv").write_bytes(table(rows))
    settings = Settings(home=tmp_path / "home", jurisdiction="EU")
    numbers = {"permit_reference": frozenset(f"LIC470{n}" for n in range(9))}
    whole = gather_manifests(settings, (str(tmp_path / "year.csv"),), numbers=numbers)
    assert {m.permit for m in whole.movements} >= {"LIC-4700", "LIC-4703", "LIC-4705"}
    small(2)
    parts = gather_manifests(settings, (str(tmp_path / "year.csv"),), numbers=numbers)
    assert parts.movements == whole.movements
    assert parts.unjudged == whole.unjudged
