"""How processes are measured, and how history and page keep what was measured. Nothing here says how fast anything is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import history
import measure
import page
import plain
import pytest
import suite
from manifests import write_manifest

CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(80_000_000); import time; time.sleep(.3)'])"
TIMING = """    0.32 s     0.24 CPU-s  reading manifest.parquet
    1.05 s     1.21 CPU-s  looking back
! a list is old
"""


def test_memory_of_a_process_includes_what_it_starts() -> None:
    found = measure.run([sys.executable, "-c", CHILD])
    assert found.peak_mb > 80
    assert found.wall > 0.3
    assert found.cpu > 0


def test_a_command_that_fails_is_an_error_with_what_it_said() -> None:
    with pytest.raises(measure.CommandFailed, match="ended with 7: woe"):
        measure.run([sys.executable, "-c", "import sys; sys.stderr.write('woe'); sys.exit(7)"])
    assert measure.run([sys.executable, "-c", "import sys; sys.exit(7)"], fine=(7,)).error == ""


def test_stages_name_no_file() -> None:
    assert measure.stages_of(TIMING) == [["reading", 0.32, 0.24], ["looking back", 1.05, 1.21]]


def test_figures_are_medians() -> None:
    runs = [measure.Measured(wall, cpu, peak, "") for wall, cpu, peak in ((2, 1, 50), (4, 3, 70), (3, 9, 60))]
    assert measure.figures(runs) == {"cpu": 3, "wall": 3, "cores": 1.0, "peak_mb": 60, "runs": 3}


def a_row(label: str = "", suite_name: str = "full", cpu: float = 2.0, **others: object) -> history.Row:
    found = {"cpu": cpu, "wall": 1.0, "cores": cpu, "peak_mb": 30.0, "runs": 1}
    big = {**found, "lines": 1_000_000, "flags": 7, "stages": [["reading", 1.0, 2.0]]}
    names = {"cpu": 90.0, "compared": 10, "of": 1000}
    figures = {"--help": found, suite.MILLIONS[0].name: big, f"cdist: {suite.MILLIONS[0].name}": names}
    about = {"watchlist": "35,000 synthetic names", "memory": "process tree"}
    return {**history.row(suite_name, label, "abc", about, figures), **others}


def test_history_keeps_rows_and_finds_the_last_of_the_same_machine(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert history.read(path) == []
    rows = [a_row(cpu=1), a_row(cpu=2), a_row(cpu=3, watchlist="another"), a_row(cpu=4, machine={"cpu": "another"})]
    for row in rows:
        history.append(row, path)
    assert history.read(path) == json.loads(json.dumps(rows))
    found = history.last_like(history.read(path), a_row(), "--help")
    assert found is not None
    assert found["figures"]["--help"]["cpu"] == 2
    assert history.last_like(rows, a_row(), "rules test") is None


def test_history_that_is_committed_names_no_place() -> None:
    for row in history.read():
        assert set(row) == {"date", "commit", "suite", "label", "machine", "watchlist", "memory", "figures"}
        assert set(row["machine"]) == {"cpu", "cores", "system", "python"}
        assert "/" not in json.dumps([row["label"], row["machine"], list(row["figures"])])


def test_page_shows_three_states_and_large_runs() -> None:
    rows = [a_row(page.RELEASED), a_row(page.BEFORE), a_row(cpu=1.5), a_row("", "quick", cpu=77), a_row("", "large")]
    text = page.render_runs(rows)
    assert "| | 0.1.0 | before the rework | last run |" in text
    assert "| `--help` | 2.00, 30 | 2.00, 30 | 1.50, 30 |" in text
    assert "77" not in text
    assert "5 million lines" in text
    assert page.render_runs([]) == ""


def test_a_section_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# Title\n\n<!-- begin a -->\nold\n<!-- end a -->\n\nkept\n", encoding="utf-8")
    page.renew_section("a", "new\n", path)
    page.renew_section("b", "added", path)
    assert path.read_text(encoding="utf-8") == (
        "# Title\n\n<!-- begin a -->\nnew\n<!-- end a -->\n\nkept\n\n<!-- begin b -->\nadded\n<!-- end b -->\n"
    )


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_plainer_ways_read_all_rows_and_compare_some_names(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"manifest.{suffix}"
    write_manifest(path, 300, coherent=True, columns=10, listed=["x"])
    assert plain.read_pyarrow(str(path)) == plain.read_pandas(str(path)) == 300
    row_by_row, distinct = (way(str(path), ["alder trading"]) for way in plain.MATCHERS.values())
    assert row_by_row["of"] == 600
    assert distinct["of"] < 600
