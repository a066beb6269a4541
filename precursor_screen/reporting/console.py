"""The report for a terminal: shipments worst first, then counts, then what could not be screened. What goes on hangs below itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with
from precursor_screen.core.model import STATE_WORDS
from precursor_screen.core.report import Report, records, show_blind_spot, show_parts
from precursor_screen.core.words import clip, counted, first_few, printable
from precursor_screen.reporting.shipment import Shipment, shipments_in_words
from precursor_screen.reporting.texts_beside import HEAD, count_texts_beside, texts_beside

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MOST_SHIPMENTS = 20
MOST_BLIND_SPOTS = 5
MOST_FLAGS = 4  # a shipment
_LONGEST = 1_000  # characters of a sentence: more than any source of a threshold, which must not be cut
STYLES = {"hold": "bold white on red", "review": "bold yellow", "low": "cyan", "none": "dim", "unscreenable": "magenta"}
_SHORT = {"informational": "info"}
_LEVELS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "informational": "dim"}
StyledText = str | tuple[str, str]  # a text, or a text and its style
Line = tuple[Sequence[StyledText], Sequence[StyledText]]  # its head, and what goes on below itself
_INDENT = (" " * 12,)
_NOTHING: Line = ([], [])


def print_report(report: Report, console: Console, most: int = MOST_SHIPMENTS) -> None:
    """Prints a report; `most` shipments at the most, saying how many more there are."""
    from rich.text import Text

    for head, body in lines_of(report, most):
        _hang(console, Text.assemble(*head), Text.assemble(*body))


def _hang(console: Console, head: Text, body: Text) -> None:
    """Prints a line; where it is wider than the console, it goes on below its body. Into a pipe it stays one line."""
    from rich.text import Text

    lines = list(body.wrap(console, max(console.width - head.cell_len, 1))) if not console.soft_wrap else [body]
    for number, line in enumerate(lines or [body]):
        line.rstrip()
        console.print((head if not number else Text(" " * head.cell_len)) + line, no_wrap=True, overflow="ignore", crop=False)


def lines_of(report: Report, most: int) -> Iterator[Line]:
    """What is printed: notices and what could not be seen before what was, shipments, counts, gaps."""
    for notice in report.notices:
        style = "bold red" if "NOT" in notice else "yellow"
        yield [("! ", style)], [(printable(notice), style)]
    blind_spots = report.coverage["blind_spots"]
    for blind_spot in blind_spots[:MOST_BLIND_SPOTS]:
        yield [("? ", "dim")], [(f"{printable(show_blind_spot(blind_spot))} {blind_spot['remedy']}", "dim")]
    if len(blind_spots) > MOST_BLIND_SPOTS:
        yield (
            [("? ", "dim")],
            [(f"and {counted(len(blind_spots) - MOST_BLIND_SPOTS, 'more blind spot')}, in the full report", "dim")],
        )
    if law := report.provenance.get("law"):
        yield [("  ", "dim")], [(printable(law), "dim")]
    yield from _shipments(report, most)
    yield from _texts_beside(report, most)
    yield from _sample(report, most)
    yield _NOTHING
    yield from (([f"{label}: "], [printable(said)]) for label, said in counts_in_words(report))
    gaps = gaps_in_words(report)
    if any(code for _, code, *_ in gaps):
        yield _NOTHING
        yield [], ["Could not be screened, or not in full:"]
    for count, code, what, example in gaps:
        said = show_gap(what, example)
        yield [f"  {count:>8,}  "], [printable(f"{code:<20} {said}" if code else said)]


def _shipments(report: Report, most: int) -> Iterator[Line]:
    flagged = report.opened
    if flagged.num_rows == 0:
        yield [], ["No shipment is flagged." if report.coverage["lines_read"] else "Nothing was screened."]
        return
    shown = flagged.slice(0, most)
    flags, size = _flags_of(report, shown), report.short_length()
    for row, said in zip(records(shown), shipments_in_words(report, shown), strict=True):
        yield from _shipment(row, said, flags[row["shipment_id"]], size)
    if flagged.num_rows > most:
        more = f"{counted(flagged.num_rows - most, 'more flagged shipment')}: see the full report (-o report.html)"
        yield ["  "], [(more, "dim")]


def _shipment(row: Mapping[str, Any], said: Shipment, flags: list[dict[str, Any]], size: int) -> Iterator[Line]:
    label = f"{counted(row['lines'], 'line')}, {counted(len(row['flags']), 'flag')}"
    case = (f", {printable(said.case)}" if said.case else "", "dim")
    head: list[StyledText] = [(f" {said.band.upper():<7}", STYLES[said.band]), f" {row['score']:>3}  "]
    yield head, [(printable(row["shipment_id"]), "bold"), (f"  {label}", "dim"), case]
    yield _INDENT, [printable(said.question)]
    if said.parts:
        yield _INDENT, [(printable(show_parts(said.parts)), "dim")]
    yield from (_flag(flag, size) for flag in flags[:MOST_FLAGS])
    if len(flags) > MOST_FLAGS:
        yield _INDENT, [(f"and {len(flags) - MOST_FLAGS} more", "dim")]


def _flag(flag: Mapping[str, Any], size: int) -> Line:
    """A flag: level, short id, rule, why and where. `explain` and `review add` take the id."""
    said = clip(printable(flag["because"]), _LONGEST)
    word = STATE_WORDS.get(flag["state"], "")
    known = (f"  ({word})" if word else "", "dim")
    place = (f"  [{printable(flag['source_file'])}:{flag['source_row']}]", "dim")
    level = (f"{_SHORT.get(flag['level'], flag['level']):<9}", _LEVELS[flag["level"]])
    return ["     ", level], [(f"{flag['flag_id'][:size]}  {flag['rule_id']}  ", "dim"), said, known, place]


def _texts_beside(report: Report, most: int) -> Iterator[Line]:
    """The texts beside tables that name something, each with its flags."""
    texts = texts_beside(report)
    if not texts:
        return
    yield _NOTHING
    yield [], [f"{HEAD}: {count_texts_beside(texts)}"]
    size = report.short_length()
    for one in texts[:most]:
        yield _INDENT, [(f"{one.where}: ", "dim"), one.says]
        yield from (_flag(flag, size) for flag in one.flags[:MOST_FLAGS])
        if len(one.flags) > MOST_FLAGS:
            yield _INDENT, [f"and {len(one.flags) - MOST_FLAGS} more"]
    if len(texts) > most:
        yield ["  "], [(f"{counted(len(texts) - most, 'more text')}: see the full report (-o report.html)", "dim")]


def _sample(report: Report, most: int) -> Iterator[Line]:
    """The shipments drawn by chance, apart from the flagged ones."""
    if not report.sampled:
        return
    yield _NOTHING
    yield [], [f"Drawn by chance: {sample_in_words(report)}"]
    for said in shipments_in_words(report, report.drawn.slice(0, most)):
        yield [(" SAMPLE      ", "dim")], [(printable(said.shipment_id), "bold")]
        yield _INDENT, [printable(said.question)]
    if len(report.sampled) > most:
        yield ["  "], [(f"{len(report.sampled) - most:,} more of the sample: see the full report", "dim")]


def _flags_of(report: Report, shown: Any) -> dict[str, list[dict[str, Any]]]:
    """The flags of some shipments, worst first."""
    ids = pc.unique(shown.column("shipment_id"))
    order = list(report.level_counts())
    found: dict[str, list[dict[str, Any]]] = {i: [] for i in ids.to_pylist()}
    for flag in records(rows_with(report.open_flags, "shipment_id", ids)):
        found[flag["shipment_id"]].append(flag)
    return {key: sorted(flags, key=lambda f: order.index(f["level"])) for key, flags in found.items()}


def count_found(report: Report) -> str:
    """`174 shipments: 7 hold, 14 review; 207 flags, 3 of them new; 2 files set aside`, in one line."""
    bands = ", ".join(f"{count:,} {band}" for band, count in report.band_counts().items() if count and band != "none")
    new, flags = report.news_count, report.open_flags.num_rows
    files = report.coverage["files_set_aside"]
    said = counted(report.shipments.num_rows, "shipment") + (f": {bands}" if bands else "") + f"; {counted(flags, 'flag')}"
    said += f", {new:,} of them new" if new != flags else ""
    return said + (f"; {counted(files, 'file')} set aside" if files else "")


def sample_in_words(report: Report) -> str:
    """`12 of 1,180 shipments without a flag`."""
    return f"{len(report.sampled):,} of {counted(report.coverage['sample']['unflagged'], 'shipment')} without a flag"


def counts_in_words(report: Report) -> list[tuple[str, str]]:
    """What a report comes to, as label and words."""
    coverage = report.coverage
    files = coverage["files_set_aside"]
    by_codes = coverage["screened_by_codes"]
    screened = f"{coverage['screened_by_texts']:,} screened"
    screened += f" + {by_codes:,} screened by their codes alone" if by_codes else ""
    lines = f"{coverage['lines_read']:,} read = {screened} + {coverage['unscreenable_lines']:,} unscreenable"
    lines += f" + {coverage['lines_set_aside']:,} set aside" + (f"; besides, {counted(files, 'file')} set aside" if files else "")
    found = [("Lines", lines)]
    if "lines_known" in coverage:
        # New are those that were screened, or were to be, and that no earlier run has received.
        new = coverage["screened"] + coverage["unscreenable_lines"] - coverage["lines_known"]
        found.append(("Of the lines read", f"{coverage['lines_known']:,} known, {new:,} new"))
    found.append(("Shipments", ", ".join(f"{count:,} {band}" for band, count in report.band_counts().items() if count) or "none"))
    levels = (f"{count:,} {level}" for level, count in report.level_counts().items() if count)
    found.append(("Flags", ", ".join(levels) or "none"))
    if coverage["not_raised"]:
        found.append(("Not raised", not_raised_in_words(report)))
    if "sample" in coverage:
        found.append(("Sample", sample_in_words(report)))
    states = report.state_counts()
    if set(states) - {"new"}:
        found.append(("Of all flags", ", ".join(f"{count:,} {state}" for state, count in states.items())))
    for name, ids in (("expired", report.expired_exceptions), ("unused", report.unused_exceptions)):
        if ids:
            found.append((f"Exceptions {name}", ", ".join(ids)))
    return found


def not_raised_in_words(report: Report) -> str:
    """How many weak signs stood alone."""
    quiet = report.coverage["not_raised"]
    rules = f"{counted(len(quiet), 'rule')} ({', '.join(q['rule_id'] for q in quiet)})"
    return f"{counted(sum(q['count'] for q in quiet), 'weak sign')} with no other sign on the line, by {rules}"


def show_gap(what: str, example: str) -> str:
    """What could not be screened, with an example."""
    return what + (f"  (such as {example})" if example else "")


def gaps_in_words(report: Report) -> list[tuple[int, str, str, str]]:
    """What could not be screened, or not in full: how often, code, what, an example; last, without a code, what could not be judged."""
    coverage = report.coverage
    found = []
    for gap in (*coverage["set_aside"], *coverage["unscreenable"], *coverage["degraded"]):
        example = gap["examples"][0] if gap["examples"] else {}
        place = f"{example.get('source_file') or ''}:{example.get('source_row') or ''}" if example.get("source_file") else ""
        shown = " ".join(p for p in (place, str(example.get("value") or example.get("message") or "")[:70]) if p)
        found.append((gap["count"], gap["code"], gap["title"], shown))
    if coverage["not_evaluable"]:
        rules = sorted({u["rule_id"] for u in coverage["not_evaluable"]})
        total = sum(u["count"] for u in coverage["not_evaluable"])
        said = f"{counted(len(rules), 'rule')} could not be checked on some lines because data is missing ({first_few(rules, 4)})"
        found.append((total, "", said, ""))
    return found
