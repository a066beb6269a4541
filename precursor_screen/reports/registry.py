"""All presenters in one place; the suffix of the path picks one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from precursor_screen.errors import UsageError, Where
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.reports.interface import PRIVATE, Presenter, whole_file
from precursor_screen.reports.report import Report

# Where each is: what writes pages and workbooks takes a while to import, and most runs want one of them.
PRESENTERS = {
    ".html": ("html", "HtmlPresenter"),
    ".xlsx": ("xlsx", "XlsxPresenter"),
    ".csv": ("tables", "CsvPresenter"),
    ".json": ("json_report", "JsonPresenter"),
    ".jsonl": ("json_report", "JsonLinesPresenter"),
    ".parquet": ("tables", "ParquetPresenter"),
    ".txt": ("text", "TextPresenter"),
}


def presenter_for(path: Path) -> Presenter:
    """The presenter of a path's suffix.

    Raises:
        UsageError: no presenter has it.
    """
    suffix = path.suffix.lower()
    if suffix not in PRESENTERS:
        remedy = did_you_mean(suffix, PRESENTERS) or f"Known: {', '.join(PRESENTERS)}."
        raise UsageError(f"no report format has the suffix {path.suffix or 'none'!r}", where=Where(str(path)), remedy=remedy)
    module, name = PRESENTERS[suffix]
    presenter: Presenter = getattr(import_module(f"precursor_screen.reports.{module}"), name)()
    return presenter


def write_report(report: Report, path: Path, mode: int = PRIVATE) -> None:
    """Writes a report in the format of the path's suffix, with some permissions; the file is whole or does not change.

    Raises:
        UsageError: unknown suffix, or the place cannot be written to.
    """
    presenter = presenter_for(path)
    with whole_file(path, mode) as stream:
        presenter.write(report, stream)
