"""Nothing that a release recorded has vanished or means something else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.reference import shipped
from tests.cli.conftest import FEW, cut_rules, read_tables_once
from tests.releases import relied_on, workday
from tests.releases.ledgers import releases
from tests.releases.shapes import lost_fields, lost_shape, schema_of, shape_of

HERE = Path(__file__).parent
RELEASES = releases("commands.json")


def recorded(release: str, part: str) -> Any:
    return json.loads((HERE / release / f"{part}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the commands write now, with a few rules."""
    few = cut_rules(tmp_path_factory.mktemp("few") / "rules", *FEW, "ps-chem-003.yml", "ps-qty-005.yml")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shipped, "rules_folder", lambda: few)
        read_tables_once(patched)
        return workday.work(tmp_path_factory.mktemp("work"))


@pytest.mark.parametrize("release", RELEASES)
def test_commands_options_and_their_values_are_there(release: str) -> None:
    assert list(relied_on.lost_commands(recorded(release, "commands"), relied_on.commands())) == []


@pytest.mark.parametrize("release", RELEASES)
def test_settings_are_there(release: str) -> None:
    assert list(relied_on.lost_settings(recorded(release, "settings"), relied_on.settings())) == []


@pytest.mark.parametrize("release", RELEASES)
def test_ids_codes_fields_and_signatures_are_there(release: str) -> None:
    assert list(relied_on.lost_names(recorded(release, "names"), relied_on.names())) == []


@pytest.mark.slow
def test_what_commands_end_with_and_what_they_write_holds(seen: Any) -> None:
    """One test for all releases: the commands run once."""
    now = seen["exit_codes"]
    assert [(now[line], line) for _, line in workday.expected()] == workday.expected()
    lost = []
    for release in RELEASES:
        codes = recorded(release, "exit_codes").items()
        lost += [f"{release}: {line}: exit {now.get(line)}, was {code}" for line, code in codes if now.get(line) != code]
        for name, shape in recorded(release, "files").items():
            lost += lost_shape(shape, seen["files"].get(name), f"{release}: {name}")
        lost += lost_fields(recorded(release, "report.schema"), seen["report.schema"], f"{release}: report")
    assert lost == []


def test_tables_of_a_ledger_are_told_with_what_is_within_their_columns() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table t (a text, n integer)")
        connection.execute("insert into t values ('{\"b\": 1}', 1), (null, 2), ('no JSON', 3)")
        content = connection.serialize()
    connection.close()
    wanted = {"columns": {"a": "TEXT", "n": "INTEGER"}, "within": KEPT["within"]}
    assert shape_of("ledger.sqlite", content) == {"tables": {"t": wanted}}


def option(*names: str, **more: Any) -> dict[str, Any]:
    return {"names": list(names), "takes": 1, **more}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([option("-o", "--output")], [option("-o", "--output"), option("--new")], []),
        ([option("-o", "--output")], [option("--output")], ["c -o: is gone"]),
        ([option("--a", default="x")], [option("--a", default="y")], ["c --a: default was 'x', is 'y'"]),
        ([option("--a", choices=["x", "y"])], [option("--a", choices=["z", "y"])], ["c --a: value x: is gone"]),
        ([option("--a", choices=["x"])], [option("--a")], []),
        ([option("--a")], [option("--a", choices=["x"])], ["c --a: took any value, now one of x"]),
        ([option("--a", multiple=True)], [option("--a")], ["c --a: multiple was True, is None"]),
        ([{"names": ["--a"]}], [option("--a")], ["c --a: takes a value now"]),
        ([option("--a")], [option("--a", required=True)], ["c --a: is asked for now"]),
        ([], [option("--a", required=True)], ["c --a: is asked for now"]),
        ([{"argument": "x", "takes": -1}], [{"argument": "x", "takes": 1}], ["c x: takes was -1, is 1"]),
    ],
)
def test_what_a_user_would_miss_of_a_command_is_told(before: Any, now: Any, told: list[str]) -> None:
    assert list(relied_on.lost_commands({"c": before}, {"c": now})) == told
    assert list(relied_on.lost_commands({"c": before}, {"d": now})) == ["c: the command is gone"]


KEPT = {"columns": {"a": "TEXT"}, "within": {"a": schema_of([{"b": 1}])}}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"columns": ["a", "b"]}, {"columns": ["a", "b", "c"]}, 0),
        ({"columns": ["a", "b"]}, {"columns": ["a", "c", "b"]}, 1),
        ({"columns": {"a": "string"}}, {"columns": {"a": "int64"}}, 1),
        ({"sheets": {"S": ["a"]}}, {"sheets": {"R": [], "S": ["a"]}}, 0),
        ({"sheets": {"S": ["a"], "T": []}}, {"sheets": {"S": ["b"]}}, 2),
        ({"members": ["a"]}, {"members": ["b"]}, 1),
        ({"columns": ["a"]}, None, 1),
        ({"tables": {"t": KEPT}}, {"tables": {"t": KEPT, "u": KEPT}}, 0),
        ({"tables": {"t": KEPT}}, {"tables": {"u": KEPT}}, 1),
        ({"tables": {"t": KEPT}}, {"tables": {"t": {"columns": {"a": "BLOB"}, "within": {}}}}, 1),
        ({"tables": {"t": KEPT}}, {"tables": {"t": KEPT | {"within": {"a": schema_of([{"c": 1}])}}}}, 1),
    ],
)
def test_what_a_user_would_miss_of_a_file_is_told(before: Any, now: Any, told: int) -> None:
    assert len(list(lost_shape(before, now, "f"))) == told


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([{"a": 1}], [{"a": 2, "b": "x"}], []),
        ([{"a": 1}], [{"b": 1}], ["f.a: is gone"]),
        ([{"a": 1}], [{"a": 1}, {}], ["f.a: is no longer always there"]),
        ([{"a": 1}, {}], [{"b": 1}], []),
        ([{"a": 1}], [{"a": "1"}], ["f.a: was integer, is string"]),
        ([{"a": 1.5}], [{"a": 1}], []),
        ([{"a": 1}], [{"a": None}, {"a": 1}], []),
        ([{"a": None}], [{"a": 1}], []),
        ([{"a": [{"b": 1}]}], [{"a": [{"c": 1}]}], ["f.a[].b: is gone"]),
        ([{"cells": {"x": "1"}}], [{"cells": {"y": "1"}}], []),
        ([{"cells": {"x": "1"}}], [{"cells": {"y": 1}}], ["f.cells[]: was string, is integer"]),
    ],
)
def test_what_a_user_would_miss_of_a_document_is_told(before: Any, now: Any, told: list[str]) -> None:
    assert list(lost_fields(schema_of(before), schema_of(now), "f")) == told
