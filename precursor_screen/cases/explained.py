"""A flag in full, in words: what `explain` prints of it, and what stands in a bundle of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from precursor_screen.core.model import Rule
from precursor_screen.core.report import MARKS, legal_basis

_MOST_WINDOW_LINES = 20  # lines of a window that are shown with what is filed in them
Lines = Mapping[str, Mapping[str, Any]]  # line_id -> source_file, source_row, cells


def explain_lines(flag: Mapping[str, Any], lines: Lines, rule: Rule | None) -> list[str]:
    """The lines of the explanation.

    Args:
        flag: FLAG with parsed evidence; besides perhaps `recorded`, `verdicts`, `title`, `legal_basis`.
        lines: those of which the cells are kept.
        rule: as it is now; None: there is none any more.
    """
    score = "" if flag.get("score") is None else f", score {flag['score']:g}"
    filed = lines.get(flag["line_id"], {})
    return [
        f"{flag['level'].upper()}  {flag['because']}",
        f"  flag {flag['flag_id']}, {flag['state']}, confidence {flag['confidence']}{score}",
        *_recorded(flag),
        *(_verdict(v, flag["line_id"]) for v in flag.get("verdicts", ())),
        *_rule(flag, rule),
        f"  shipment {flag['shipment_id']}, line {flag['line_id']}: {flag['source_file']}, row {flag['source_row']}",
        "  evidence:",
        *(f"    {e['field']}: {e['as_written']}{_match(e)}" for e in flag["evidence"]),
        "  the line as filed:" if filed else "  The line as filed is not kept here.",
        *(f"    {name}: {value}" for name, value in filed.get("cells", {}).items()),
        *_window_lines(flag["window_line_ids"] or [], lines),
    ]


def _match(item: Mapping[str, Any]) -> str:
    """Where a match stands, and as what it was compared."""
    if "candidate" not in item:
        return ""
    place = f", characters {item['start'] + 1} to {item['end']}" if item["start"] is not None else ""
    return f"{place}, compared as {item['compared_as']} with {item['candidate']}, by {item['method']}, {item['score']:g}"


def _recorded(flag: Mapping[str, Any]) -> list[str]:
    """When the ledger's runs met the flag."""
    runs = flag.get("recorded")
    if not runs:
        return []
    over = f", resolved by the run of {runs['resolved']}" if runs["resolved"] else ""
    return [f"  first raised by the run of {runs['first']}, last by that of {runs['last']}{over}"]


def _verdict(verdict: Mapping[str, Any], line_id: str) -> str:
    until = f" until {verdict['until']}" if verdict["until"] else ""
    other = "" if verdict["line_id"] == line_id else ", of an earlier content of the line"
    text = f": {verdict['text']}" if verdict["text"] else ""
    who = f"{verdict['officer']} and {verdict['second']}" if verdict.get("second") else verdict["officer"]
    return f"  {verdict['verdict']}{until} by {who}, {verdict['at'][:10]} ({verdict['reason']}{text}){other}"


def _rule(flag: Mapping[str, Any], rule: Rule | None) -> list[str]:
    basis = flag.get("legal_basis") or (legal_basis(rule) if rule else [])
    title = flag.get("title") or (rule.title if rule else "a rule that is not applied any more")
    now = f" (now {rule.version})" if rule and rule.version != flag["rule_version"] else ""
    return [
        f"  rule {flag['rule_id']} {flag['rule_version']}{now}: {title}",
        *(f"  basis: {', '.join(t for t in (b['title'], b['note']) if t)} ({MARKS.get(b['mark'], b['mark'])})" for b in basis),
        *(f"  innocent explanation: {text}" for text in (rule.falsepositives if rule else ())),
        *([f"  action: {rule.action}"] if rule and rule.action else []),
    ]


def _window_lines(line_ids: list[str], lines: Lines) -> list[str]:
    """The other lines of the window, each in one line."""
    if not line_ids:
        return []
    places = sorted((str(lines[i]["source_file"]), int(lines[i]["source_row"] or 0), i) for i in line_ids if i in lines)
    shown = [
        f"    {file}, row {row} ({line_id}): " + "; ".join(f"{n}: {v}" for n, v in lines[line_id]["cells"].items())
        for file, row, line_id in places[:_MOST_WINDOW_LINES]
    ]
    unknown = [i for i in line_ids if i not in lines]
    more = len(line_ids) - len(shown) - len(unknown)
    return [
        f"  with {len(line_ids):,} other {'line' if len(line_ids) == 1 else 'lines'}:",
        *shown,
        *([f"    and {more:,} more"] if more else []),
        *(f"    line {i}, whose cells are not kept here" for i in unknown[:_MOST_WINDOW_LINES]),
        *(
            [f"    and {len(unknown) - _MOST_WINDOW_LINES:,} more of which no cells are kept"]
            if len(unknown) > _MOST_WINDOW_LINES
            else []
        ),
    ]
