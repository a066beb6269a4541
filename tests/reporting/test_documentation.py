"""docs/reports.md names every field that a program can meet."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from precursor_screen.core.schema import FLAG, ISSUE, SHIPMENT, SUPPRESSED
from precursor_screen.reporting.interface import PRESENTERS
from precursor_screen.reporting.tables import FLAG_COLUMNS, SHIPMENT_COLUMNS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))
# Free maps: their keys are a user's headers, parameters and the like.
FREE = {"cells", "parameters", "options", "mapping"}


def fields(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(fields(v) for k, v in value.items() if k not in FREE))
    return set().union(*map(fields, value)) if isinstance(value, list) else set()


def test_every_field_of_the_json_report_is_on_the_page():
    report = json.loads((Path(__file__).parent / "golden" / "report.json").read_text(encoding="utf-8"))
    of_sources = {"note", "mark", "message", "value", "field"}  # explained in words
    assert fields(report) - NAMED - of_sources == set()


def test_every_column_of_the_tables_behind_it_is_on_the_page():
    assert {n for schema in (FLAG, ISSUE, SHIPMENT, SUPPRESSED) for n in schema.names} - NAMED == set()


def test_every_form_and_the_head_of_the_csv_are_on_the_page():
    assert PRESENTERS.keys() <= NAMED
    head = re.findall(r"`(\w+)`", PAGE[PAGE.index("CSV has a fixed head") :])
    assert head[: len(FLAG_COLUMNS) + len(SHIPMENT_COLUMNS)] == [*FLAG_COLUMNS, *SHIPMENT_COLUMNS]
