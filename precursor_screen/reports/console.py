"""The report for a terminal, and the same as plain text: shipments worst first, then counts, then what could not be screened."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow.compute as pc

from precursor_screen.reports.printable import printable
from precursor_screen.reports.report import Report, records, show_parts, show_spot
from precursor_screen.reports.shipment import shipments_in_words

if TYPE_CHECKING:
    from rich.console import Console

MOST_SHIPMENTS = 20
MOST_SPOTS = 5
MOST_FLAGS = 4  # a shipment
_STYLES = {"hold": "bold white on red", "review": "bold yellow", "low": "cyan", "none": "dim", None: "magenta"}
_SHORT = {"informational": "info"}
_LEVELS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "informational": "dim"}


class TextPresenter:
    """The terminal summary as a text file, without colour."""

    suffix = ".txt"

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the summary with all shipments that have a flag."""
        from rich.console import Console

        text = io.StringIO()
        print_report(report, Console(file=text, width=120, color_system=None, legacy_windows=False), most=10_000)
        stream.write(text.getvalue().encode("utf-8", "backslashreplace"))


def print_report(report: Report, console: Console, most: int = MOST_SHIPMENTS) -> None:
    """Prints a report; `most` shipments at the most, saying how many more there are."""
    from rich.text import Text

    for notice in report.notices:
        console.print(Text("! " + printable(notice), style="bold red" if "NOT" in notice else "yellow"))
    _print_blind_spots(report, console)
    _print_shipments(report, console, most)
    _print_counts(report, console)
    _print_gaps(report, console)


def _print_blind_spots(report: Report, console: Console) -> None:
    """What could not be seen, before what was."""
    from rich.text import Text

    spots = report.coverage["blind_spots"]
    for spot in spots[:MOST_SPOTS]:
        console.print(Text(f"? {printable(show_spot(spot))} {spot['remedy']}", style="dim"))
    if len(spots) > MOST_SPOTS:
        console.print(Text(f"? and {len(spots) - MOST_SPOTS} more blind spots, in the full report", style="dim"))


def _print_shipments(report: Report, console: Console, most: int) -> None:
    from rich.text import Text

    flagged = report.shipments.filter(pc.greater(pc.list_value_length(report.shipments.column("flags")), 0))
    if flagged.num_rows == 0:
        console.print("No shipment is flagged." if report.coverage["lines_read"] else "Nothing was screened.")
        return
    shown = flagged.slice(0, most)
    flags = _flags_of(report, shown)
    for shipment, words in zip(records(shown), shipments_in_words(report, shown), strict=True):
        band = shipment["band"]
        line = Text()
        line.append(f" {(band or 'unscreenable').upper():<7}", style=_STYLES[band])
        line.append(f" {shipment['score']:>3}  ")
        line.append(printable(shipment["shipment_id"]), style="bold")
        line.append(f"  {_count(shipment['lines'], 'line')}, {_count(len(shipment['flags']), 'flag')}", style="dim")
        console.print(line)
        console.print(Text(f"            {printable(words.question)}"))
        if words.parts:
            console.print(Text(f"            {printable(show_parts(words.parts))}", style="dim"))
        mine = flags[shipment["shipment_id"]]
        for flag in mine[:MOST_FLAGS]:
            console.print(_flag_line(flag))
        if len(mine) > MOST_FLAGS:
            console.print(Text(f"            and {len(mine) - MOST_FLAGS} more", style="dim"))
    if flagged.num_rows > most:
        console.print(
            Text(
                f"  {_count(flagged.num_rows - most, 'more flagged shipment')}: see the full report (-o report.html)", style="dim"
            )
        )


def count_found(report: Report) -> str:
    """`174 shipments: 7 hold, 14 review; 207 flags, 3 of them new; 2 files set aside`, in one line."""
    bands = ", ".join(f"{count:,} {band}" for band, count in report.band_counts().items() if count and band != "none")
    states = report.state_counts()
    new, flags = states.get("new", 0), report.open_flags.num_rows
    files = report.coverage["files_set_aside"]
    return "".join(
        (
            _count(report.shipments.num_rows, "shipment"),
            f": {bands}" if bands else "",
            f"; {_count(flags, 'flag')}",
            f", {new:,} of them new" if new != flags else "",
            f"; {_count(files, 'file')} set aside" if files else "",
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _flags_of(report: Report, shown: Any) -> dict[str, list[dict[str, Any]]]:
    """The flags of some shipments, worst first."""
    ids = pc.unique(shown.column("shipment_id"))
    order = list(report.level_counts())
    found: dict[str, list[dict[str, Any]]] = {i: [] for i in ids.to_pylist()}
    for flag in records(report.open_flags.filter(pc.is_in(report.open_flags.column("shipment_id"), ids))):
        found[flag["shipment_id"]].append(flag)
    return {key: sorted(flags, key=lambda f: order.index(f["level"])) for key, flags in found.items()}


def _flag_line(flag: dict[str, Any]) -> Any:
    from rich.text import Text

    line = Text("     ")
    line.append(f"{_SHORT.get(flag['level'], flag['level']):<9}", style=_LEVELS[flag["level"]])
    line.append(f"{flag['rule_id']}  ", style="dim")
    line.append(printable(flag["because"]))
    if flag["state"] == "existing":
        line.append("  (known)", style="dim")
    line.append(f"  [{printable(flag['source_file'])}:{flag['source_row']}]", style="dim")
    return line


def _print_counts(report: Report, console: Console) -> None:
    coverage = report.coverage
    files = coverage["files_set_aside"]
    set_aside = sum(s["count"] for s in coverage["set_aside"]) - files
    console.print()
    console.print(
        f"Lines: {coverage['lines_read']:,} read = {coverage['screened']:,} screened + {coverage['unscreenable_lines']:,} unscreenable + {set_aside:,} set aside"
        + (f"; besides, {_count(files, 'file')} set aside" if files else "")
    )
    if "lines_known" in coverage:
        console.print(f"Of the lines read: {coverage['lines_known']:,} known, {_new_lines(coverage):,} new")
    console.print("Shipments: " + ", ".join(f"{count:,} {band}" for band, count in report.band_counts().items() if count))
    console.print(
        "Flags: " + (", ".join(f"{count:,} {level}" for level, count in report.level_counts().items() if count) or "none")
    )
    states = report.state_counts()
    if set(states) - {"new"}:
        console.print("Of all flags: " + ", ".join(f"{count:,} {state}" for state, count in states.items()))
    for name, ids in (("expired", report.expired_exceptions), ("unused", report.unused_exceptions)):
        if ids:
            console.print(f"Exceptions {name}: {printable(', '.join(ids))}")


def _new_lines(coverage: Mapping[str, Any]) -> int:
    """Those that were screened, or were to be, and that no earlier run has received."""
    return int(coverage["screened"] + coverage["unscreenable_lines"] - coverage["lines_known"])


def _print_gaps(report: Report, console: Console) -> None:
    from rich.text import Text

    coverage = report.coverage
    gaps = [*coverage["set_aside"], *coverage["unscreenable"], *coverage["degraded"]]
    if gaps:
        console.print()
        console.print("Could not be screened, or not in full:")
        for gap in gaps:
            example = gap["examples"][0] if gap["examples"] else {}
            place = f"{example.get('source_file') or ''}:{example.get('source_row') or ''}" if example.get("source_file") else ""
            shown = " ".join(p for p in (place, str(example.get("value") or example.get("message") or "")[:70]) if p)
            console.print(
                Text(
                    f"  {gap['count']:>8,}  {gap['code']:<20} {gap['title']}"
                    + (f"  (such as {printable(shown)})" if shown else "")
                )
            )
    if coverage["not_evaluable"]:
        total = sum(u["count"] for u in coverage["not_evaluable"])
        rules = sorted({u["rule_id"] for u in coverage["not_evaluable"]})
        console.print(
            Text(
                f"  {total:>8,}  not evaluable: for want of data, in {len(rules)} rules ({', '.join(rules[:4])}{' ...' if len(rules) > 4 else ''})"
            )
        )
