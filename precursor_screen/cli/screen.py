"""`screen`: manifests in, reports out."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from precursor_screen.cli import common
from precursor_screen.cli.numbers import Whole
from precursor_screen.core.model import SCREENED_TIERS
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.app.run_settings import Settings
    from precursor_screen.app.site_settings import Value
    from precursor_screen.app.stream import Run
    from precursor_screen.core.report import Report

# Options that are settings as they are given.
_SETTINGS = (
    *("jurisdiction", "watchlists", "mapping", "encoding", "fail_on", "ledger", "wait", "rates"),
    *("rule_dirs", "only_rules", "require_fresh", "structure", "jobs", "master"),
)
_OUTPUT = (
    "Report file; the suffix picks the format: .html .xlsx .csv .json .jsonl .parquet .txt; - for standard output. Repeatable."
)
_FORMATS = ("json", "jsonl", "csv", "html", "txt")
_FORMAT = f"Format of the report on standard output (-o -): {', '.join(_FORMATS)} [default: json]."
_RESOLVED = "Every line with what was recognised in it, flagged or not (.csv or .parquet)."
_WATCHLIST = (
    "Watchlist to screen against; `none`; `sample` is the fictional list that ships. Repeatable [default: all that are imported]."
)
_RATES = "Rates of currencies (CSV: currency, date, usd) [default: those that ship]."
_FRESH = "Stale reference data is exit code 4, not a warning; all of it is checked in full."
_CAPACITY = "How many shipments the terminal shows; without it no more than fit into 40 lines [default: 20]."
_SAMPLE = (
    "Also show this share of the shipments without a flag (1%), drawn by chance and labelled, so that misses can be measured."
)
_ENGINE = "What reads and judges: this machine, or a Spark cluster (needs the extra `spark`, and Java); reports are the same."
_MASTER = "The cluster, with --engine spark: spark://HOST:7077, yarn, local[2] ..."
_STRUCTURE = "Read systematic names as structures as well (needs the extra `structure`, and Java)."


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@common.outputs_option(help=_OUTPUT)
@common.file_option("--issues", "issues_path", help="Every issue, one row each (.csv or .parquet).")
@common.file_option("--resolved", "resolved_path", help=_RESOLVED)
@common.jurisdiction_option(help="Whose law to screen by (US, EU, FR, AU ...): thresholds and directions.")
@click.option(
    "--tiers",
    metavar="LIST",
    help=f"Which kinds of control are screened for: {', '.join(SCREENED_TIERS)} [default: convention,national].",
)
@common.rules_option(help="Folder of rules, added to those that ship. Repeatable.")
@click.option("--only-rules", is_flag=True, help="Use the rules of --rules instead of those that ship.")
@common.watchlist_option(help=_WATCHLIST)
@common.mapping_option(help="Column map for tabular input, or guess [default: guessed, and reported].")
@common.file_option("--rates", metavar="PATH", help=_RATES)
@common.encoding_option(help="Encoding of text input [default: decided by content, and reported].")
@common.fail_on_option("none")
@common.as_of_option(help="Date used for list ages and for lines without a date [default: today].")
@click.option("--ledger", "ledger", metavar="PATH|URL|home", help="Remember, and look back: a file, postgresql://... or home.")
@click.option("--no-ledger", is_flag=True, help="Use no ledger, even if a setting names one.")
@common.wait_option("Seconds to wait for another run that holds the ledger; 0 gives up at once.")
@click.option("--require-fresh", is_flag=True, help=_FRESH)
@click.option("--capacity", type=Whole(min=1), help=_CAPACITY)
@click.option("--sample", metavar="SHARE", help=_SAMPLE)
@click.option("--structure", is_flag=True, help=_STRUCTURE)
@common.jobs_option
@click.option("--engine", type=click.Choice(("local", "spark")), default="local", show_default=True, help=_ENGINE)
@click.option("--master", metavar="URL", default="", help=_MASTER)
@common.mode_option
@click.option("-q", "--quiet", is_flag=True, help="No summary on the terminal.")
@click.option("-v", "--verbose", is_flag=True, help="Flags, points and counts of each shipment on the terminal.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help=_FORMAT)
@click.option("--json", "as_json", is_flag=True, help="The JSON report on standard output: short for -o - --format json.")
@click.option("--timing", is_flag=True, help="Say on standard error how long each step took.")
def command(inputs: tuple[str, ...], outputs: tuple[Path, ...], **given: Any) -> int:
    """Screen manifests and write reports.

    INPUT is a file, a folder, a pattern, or - for a table or pasted text on standard input. Without -o a summary goes to the terminal.

    \b
    Examples:
      precursor-screen screen manifest.xlsx --jurisdiction US
      precursor-screen screen inbox/ -o report.html -o flags.csv --fail-on high
      pbpaste | precursor-screen screen -

    \b
    Exit codes: 0 all screened, 1 something new at or above --fail-on, 2 usage,
    3 some input set aside or unscreenable, 4 could not screen, 5 locked.
    """
    from precursor_screen.app.inputs import find_sources, looks_binary, wants_stdin
    from precursor_screen.app.session import open_session
    from precursor_screen.reporting.interface import check_places, check_report, check_suffix

    values = common.settings()
    outputs, printed = _split(outputs, given)
    given["mode"] = common.file_mode(values, given["mode"])
    tables = tuple(given[name] for name in ("issues_path", "resolved_path") if given[name])
    for path in outputs:
        check_report(path)
    for path in tables:
        check_suffix(path, (".csv", ".parquet"), "tables")
    stdin = sys.stdin.buffer.read() if wants_stdin(inputs) else None
    sources = find_sources(inputs, stdin)
    check_places((*outputs, *tables), tuple(s.path for s in sources if s.path is not None))
    if any(looks_binary(s) for s in sources):
        from precursor_screen.formats.table import start_early

        start_early()  # it gets ready while lists and rules are loaded
    settings = _merge_options(values, given)
    clock = _Clock(given["timing"], given["quiet"])

    def present(result: Run) -> None:
        clock.step("")
        if printed:
            _print(result.report, printed)
        else:
            _show(result.report, outputs, given)

    session = open_session(settings, clock.step, common.fault_keeper())
    result = session.run(
        sources, lambda result: _write(result, outputs, given), present, every_line=given["resolved_path"] is not None
    )
    clock.step("")
    return int(result.report.exit_code)


def _split(outputs: tuple[Path, ...], given: Mapping[str, Any]) -> tuple[tuple[Path, ...], str]:
    """The files to write, and the format of what goes to standard output; empty: the summary."""
    from precursor_screen.core.errors import UsageError

    if given["as_json"] and given["form"] not in (None, "json"):
        raise UsageError("--json and --format cannot be combined", remedy="Give only one of them.")
    files = tuple(path for path in outputs if str(path) != "-")
    if not (given["as_json"] or given["form"] or len(files) < len(outputs)):
        return outputs, ""
    if given["verbose"]:
        raise UsageError(
            "-v adds to the summary, which is not shown when the report goes to standard output", remedy="Leave -v out."
        )
    return files, given["form"] or "json"


def _merge_options(values: dict[str, Value], given: dict[str, Any]) -> Settings:
    from precursor_screen.app.run_settings import merge_options
    from precursor_screen.app.sampling import read_share
    from precursor_screen.core.errors import UsageError

    if given["no_ledger"] and given["ledger"]:
        raise UsageError("--ledger and --no-ledger cannot be combined", remedy="Give only one of them.")
    if (given["engine"] == "spark") != bool(given["master"]):
        raise UsageError(
            "--engine spark and --master belong together", remedy="Pass both: --engine spark --master spark://HOST:7077."
        )
    if given["master"] and given["jobs"]:
        raise UsageError(
            "--jobs has no effect on a cluster, which decides itself how many tasks run at once", remedy="Leave --jobs out."
        )
    settings = merge_options(
        values,
        tiers=tuple(t.strip() for t in given["tiers"].split(",") if t.strip()) if given["tiers"] else (),
        as_of=common.parse_day(given["as_of"], "--as-of"),
        cache=True,
        sample=read_share(given["sample"]),
        **{name: given[name] for name in _SETTINGS},
    )
    return replace(settings, ledger="") if given["no_ledger"] else settings


def _show(report: Report, outputs: tuple[Path, ...], given: dict[str, Any]) -> None:
    """The summary on the terminal; of a report in files only its notices, what was written, and the counts."""
    if given["quiet"]:
        return
    if outputs:
        from precursor_screen.reporting.console import count_found

        common.say(report.notices, "! ", err=True)
        click.echo(f"wrote {printable(', '.join(map(str, outputs)))}: {count_found(report)}", err=True)
        return
    from rich.console import Console

    class Terminal(Console):
        """A console that leaves it to `reader_may_leave` when nobody reads any more: rich ends the process with exit code 1."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    terminal = Terminal(highlight=False, soft_wrap=not sys.stdout.isatty())
    with common.reader_may_leave():  # and the exit code stays what the screening found
        if given["verbose"]:
            from precursor_screen.reporting.console import MOST_SHIPMENTS, print_report

            print_report(report, terminal, given["capacity"] or MOST_SHIPMENTS)
        else:
            from precursor_screen.reporting.brief import print_brief

            print_brief(report, terminal, given["capacity"])


def _print(report: Report, form: str) -> None:
    """The whole report on standard output."""
    from precursor_screen.reporting.interface import document_of, presenter_of

    with common.reader_may_leave():
        presenter_of(document_of(report), Path(f"report.{form}"))(sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _write(result: Run, outputs: tuple[Path, ...], given: dict[str, Any]) -> None:
    from precursor_screen.app.compose_report import resolved_table
    from precursor_screen.reporting.interface import write_report
    from precursor_screen.reporting.tables import write_table

    for path in outputs:
        write_report(result.report, path, given["mode"])
    if given["issues_path"]:
        write_table(result.report.issues, given["issues_path"], given["mode"])
    if given["resolved_path"]:
        write_table(resolved_table(result.screened), given["resolved_path"], given["mode"])


class _Clock:
    """Says what is being done, and how long it took."""

    def __init__(self, timing: bool, quiet: bool) -> None:
        self.timing, self.quiet = timing, quiet
        self.at, self.doing = self._now(), ""

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def step(self, doing: str) -> None:
        """Says how long the last stage took, and what comes next: a stage, and after a colon how far it is. Without a word it clears the line
        for what is printed."""
        stage = "reading" if doing.startswith("reading ") else doing.partition(":")[0]
        if stage != self.doing:
            if self.timing and self.doing:
                wall, cpu = (now - before for now, before in zip(self._now(), self.at, strict=True))
                click.echo(f"{wall:8.2f} s {cpu:8.2f} CPU-s  {self.doing}", err=True)
            self.at, self.doing = self._now(), stage
        common.show_progress(doing, self.quiet)
