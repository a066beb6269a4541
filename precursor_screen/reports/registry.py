"""All presenters in one place; the suffix of the path picks one."""

from __future__ import annotations

from pathlib import Path

from precursor_screen.errors import UsageError, Where
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.reports.html import HtmlPresenter
from precursor_screen.reports.interface import PRIVATE, Presenter, whole_file
from precursor_screen.reports.json_report import JsonLinesPresenter, JsonPresenter
from precursor_screen.reports.report import Report
from precursor_screen.reports.tables import CsvPresenter, ParquetPresenter
from precursor_screen.reports.text import TextPresenter
from precursor_screen.reports.xlsx import XlsxPresenter

PRESENTERS: tuple[Presenter, ...] = (
    HtmlPresenter(),
    XlsxPresenter(),
    CsvPresenter(),
    JsonPresenter(),
    JsonLinesPresenter(),
    ParquetPresenter(),
    TextPresenter(),
)


def presenter_for(path: Path) -> Presenter:
    """The presenter of a path's suffix.

    Raises:
        UsageError: no presenter has it.
    """
    suffixes = {p.suffix: p for p in PRESENTERS}
    found = suffixes.get(path.suffix.lower())
    if found is None:
        remedy = did_you_mean(path.suffix.lower(), suffixes) or f"Known: {', '.join(suffixes)}."
        raise UsageError(f"no report format has the suffix {path.suffix or 'none'!r}", where=Where(str(path)), remedy=remedy)
    return found


def write_report(report: Report, path: Path, mode: int = PRIVATE) -> None:
    """Writes a report in the format of the path's suffix, with some permissions; the file is whole or does not change.

    Raises:
        UsageError: unknown suffix, or the place cannot be written to.
    """
    presenter = presenter_for(path)
    with whole_file(path, mode) as stream:
        presenter.write(report, stream)
