"""The pictures of README: the page of the sample, light and dark, and the summary on a terminal.

    python docs/pictures.py

The page needs Chromium; without it the pictures stay as they are. Pictures are not compared with what is written here: fonts and versions
of browsers differ from machine to machine.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.report import Report
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reporting.brief import print_brief
from precursor_screen.reporting.interface import write_report

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCHEMES = {"dark": 0, "light": 1}  # as Chromium numbers what a reader prefers


def sample() -> Report:
    """The sample, as README screens it."""
    day = date(2026, 11, 25)
    reference = load_reference(watchlists=["sample"], jurisdiction="US", as_of=day)
    path = ROOT / "sample_data" / "manifest.csv"
    return run((Source(path.name, path),), ReadOptions(), reference, started=datetime(2026, 11, 25, 9, tzinfo=UTC)).report


def draw_terminal(report: Report) -> None:
    """The summary as SVG."""
    console = Console(record=True, file=io.StringIO(), width=120, force_terminal=True, highlight=False)
    console.print("$ precursor-screen screen manifest.csv --jurisdiction US --watchlist sample --capacity 6", style="bold")
    print_brief(report, console, 6)
    console.save_svg(str(PICTURES / "terminal.svg"), title="precursor-screen", unique_id="terminal")


def draw_page(report: Report) -> None:
    """The page as PNG."""
    if CHROMIUM is None:
        print("Chromium is not installed: the pictures of the page stay as they are")
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_report(report, page)
        for name, scheme in SCHEMES.items():
            options = (
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                "--window-size=1200,1120",
                f"--blink-settings=preferredColorScheme={scheme}",
            )
            picture = PICTURES / f"page-{name}.png"
            subprocess.run(
                [CHROMIUM, *options, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True, timeout=120
            )


if __name__ == "__main__":
    report = sample()
    draw_terminal(report)
    draw_page(report)
