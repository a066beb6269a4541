"""What stands in the sheets of a workbook: a report in, rows of plain values out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from precursor_screen.model import LEVELS
from precursor_screen.reports.report import Report, records, show_basis, show_parts
from precursor_screen.reports.shipment import Shipment, shipments_in_words

# Kinds of columns: how a value is shown, or what an officer is to fill in.
CODE, WRITTEN, NUMBER, DAY, LEVEL = "code", "written", "number", "day", "level"
VERDICT, REASON, SAID, UNTIL = "verdict", "reason", "said", "until"
ENTRIES = (VERDICT, REASON, SAID, UNTIL)
MOST_EVIDENCE = 100_000  # rows: beyond it a workbook takes minutes to open, and the JSON report has all


class Column(Struct, frozen=True):
    """A column. exact: its text is written as it is, since it is read back."""

    name: str
    width: int
    kind: str = CODE
    exact: bool = False


class Sheet(Struct, frozen=True):
    """A sheet.

    Attributes:
        rows: as long as `columns`; None and empty texts leave a cell empty.
        frozen: columns that stay in sight.
        printed: of the columns; 0: all.
        rest: rows that are left out.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    frozen: int = 0
    printed: int = 0
    rest: int = 0
    has_head: bool = True


# Read back by `review import`, by these names.
_ENTRIES = (
    Column("verdict", 13, VERDICT),
    Column("reason", 17, REASON),
    Column("text", 32, SAID),
    Column("until", 12, UNTIL),
    Column("officer", 14, SAID),
    Column("second", 14, SAID),
)
_EMPTY = (None,) * len(_ENTRIES)
_SHIPMENTS = (
    *(Column("shipment_id", 22), Column("band", 12, LEVEL), Column("score", 7, NUMBER)),
    *(Column("sender", 28, WRITTEN), Column("receiver", 28, WRITTEN), Column("route", 18, WRITTEN), Column("goods", 34, WRITTEN)),
    *(Column("mass_kg", 11, NUMBER), Column("value", 16), Column("day", 11, DAY), Column("question", 60, WRITTEN)),
    *_ENTRIES,
)
_SHIPMENTS_BESIDE = (
    *(Column("state", 9), Column("references", 34, WRITTEN), Column("hs_codes", 14), Column("parts", 60, WRITTEN)),
    *(Column("families", 24), Column("flags", 7, NUMBER), Column("lines", 7, NUMBER), Column("incomplete", 11)),
    Column("case_id", 22),
)
_FLAGS = (
    *(Column("short", 10), Column("shipment_id", 22), Column("level", 13, LEVEL), Column("state", 11), Column("rule_id", 13)),
    *(Column("because", 80, WRITTEN), *_ENTRIES),
)
_FLAGS_BESIDE = (
    *(Column("rule", 40, WRITTEN), Column("substance_id", 22), Column("party_role", 14), Column("list_id", 12)),
    *(Column("entry_id", 12), Column("score", 8, NUMBER), Column("confidence", 11), Column("source_file", 22)),
    *(Column("source_row", 10, NUMBER), Column("flag_id", 34, exact=True), Column("line_id", 34, exact=True)),
    Column("legal_basis", 50, WRITTEN),
)
_EVIDENCE = (
    *(
        Column("short", 10),
        Column("shipment_id", 22),
        Column("rule_id", 13),
        Column("field", 24),
        Column("as_written", 70, WRITTEN),
    ),
    *(Column("compared_as", 34, WRITTEN), Column("candidate", 30, WRITTEN), Column("method", 14), Column("score", 8, NUMBER)),
)
_PARTIES = (
    *(Column("party", 40, WRITTEN), Column("role", 14), Column("level", 13, LEVEL), Column("list_id", 12)),
    *(Column("entry_id", 12), Column("entry", 40, WRITTEN), Column("programmes", 24, WRITTEN), Column("list_date", 11, DAY)),
    *(Column("score", 8, NUMBER), Column("flags", 7, NUMBER), Column("shipments", 40, WRITTEN)),
)
_COVERAGE = (
    *(Column("kind", 16), Column("code", 24), Column("count", 10, NUMBER), Column("what", 70, WRITTEN)),
    *(Column("remedy", 60, WRITTEN), Column("example", 50, WRITTEN)),
)
_SHOWN = 10  # shipments of a party that are named


def sheets_of(report: Report, most_rows: int) -> Iterator[Sheet]:
    """The sheets in their order; what goes beyond `most_rows` is counted."""
    size = report.short_length()
    words = list(itertools.islice(shipments_in_words(report, report.listed), most_rows))
    pair = (Column("", 34), Column("", 90, WRITTEN))
    yield Sheet("Summary", pair, summary_rows(report), has_head=False)
    yield _shipments(report, words, most_rows)
    yield _flags(report, size, most_rows)
    yield _evidence(report, size, min(most_rows, MOST_EVIDENCE))
    parties = _parties(report)
    yield Sheet("Parties", _PARTIES, parties[:most_rows], frozen=1, rest=max(0, len(parties) - most_rows))
    yield Sheet("Coverage", _COVERAGE, list(_coverage(report)), frozen=1)
    yield Sheet("Run", pair, list(_run(report)), has_head=False)


def _shipments(report: Report, words: Sequence[Shipment], most_rows: int) -> Sheet:
    listed = report.listed
    rows = [_shipment(row, said) for row, said in zip(records(listed.slice(0, most_rows)), words, strict=True)]
    columns = (*_SHIPMENTS, *_SHIPMENTS_BESIDE)
    return Sheet("Shipments", columns, rows, frozen=2, printed=len(_SHIPMENTS), rest=listed.num_rows - len(rows))


def _shipment(row: Mapping[str, Any], said: Shipment) -> list[Any]:
    numbers = "; ".join(f"{kind} {', '.join(some)}" for kind, some in said.references)
    codes = ", ".join(dict.fromkeys(line["hs_code"] for line in said.lines if line["hs_code"]))
    shown = [row["shipment_id"], said.band, row["score"], said.sender, said.receiver, said.route, said.goods, said.mass_kg]
    shown += [said.value, day_of(said.day), said.question, *_EMPTY, said.state, numbers, codes, show_parts(row["parts"])]
    return [*shown, ", ".join(row["families"]), len(row["flags"]), row["lines"], row["incomplete"], row["case_id"]]


def _flags(report: Report, size: int, most_rows: int) -> Sheet:
    flags = report.worst_first
    beside = ("substance_id", "party_role", "list_id", "entry_id", "score", "confidence", "source_file", "source_row", "flag_id")
    rows = []
    for f in records(flags.slice(0, most_rows)):
        rule = report.rules[f["rule_id"]]
        row = [f["flag_id"][:size], f["shipment_id"], f["level"], f["state"], f["rule_id"], f["because"], *_EMPTY, rule.title]
        rows.append([*row, *(f[c] for c in beside), f["line_id"], show_basis(rule)])
    columns = (*_FLAGS, *_FLAGS_BESIDE)
    return Sheet("Flags", columns, rows, frozen=1, printed=len(_FLAGS), rest=flags.num_rows - len(rows))


def _evidence(report: Report, size: int, most_rows: int) -> Sheet:
    rows: list[list[Any]] = []
    total = 0
    for f in records(report.worst_first):
        items = json.loads(f["evidence"])
        total += len(items)
        for e in items[: most_rows - len(rows)]:
            row = [f["flag_id"][:size], f["shipment_id"], f["rule_id"], e.get("field"), _text(e.get("as_written"))]
            rows.append([*row, *(_text(e.get(c)) for c in ("compared_as", "candidate", "method")), e.get("score")])
    return Sheet("Evidence", _EVIDENCE, rows, frozen=1, rest=total - len(rows))


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _parties(report: Report) -> list[list[Any]]:
    """A row a party as filed and an entry, worst first."""
    dates = {w["list_id"]: w["list_date"] for w in report.provenance["watchlists"]}
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for flag in records(report.open_flags):
        if flag["list_id"]:
            filed = next((e["as_written"] for e in json.loads(flag["evidence"]) if e["field"] == "party_name"), "")
            found.setdefault((filed or "", flag["party_role"] or "", flag["list_id"], flag["entry_id"] or ""), []).append(flag)
    rows = []
    for (filed, role, list_id, entry_id), flags in found.items():
        entry = report.entries.get((list_id, entry_id))
        level = max((f["level"] for f in flags), key=LEVELS.index)
        shipments = list(dict.fromkeys(f["shipment_id"] for f in flags))
        named = ", ".join(str(s) for s in shipments[:_SHOWN]) + (
            f" and {len(shipments) - _SHOWN:,} more" if shipments[_SHOWN:] else ""
        )
        said = [
            filed,
            role,
            level,
            list_id,
            entry_id,
            entry.primary_name if entry else "",
            ", ".join(entry.programmes) if entry else "",
        ]
        score = max((f["score"] for f in flags if f["score"] is not None), default=None)
        rows.append([*said, day_of(dates.get(list_id)), score, len(flags), named])
    return sorted(rows, key=lambda r: (-LEVELS.index(r[2]), -(r[8] or 0), *r[:2], *r[3:5]))


def _coverage(report: Report) -> Iterator[list[Any]]:
    coverage = report.coverage
    for spot in coverage["blind_spots"]:
        yield ["blind spot", spot["code"], spot["shipments"], spot["message"], spot["remedy"], ", ".join(spot["rules"])]
    for kind in ("set_aside", "unscreenable", "degraded"):
        for gap in coverage[kind]:
            example: Mapping[str, Any] = next(iter(gap["examples"]), {})
            place = ":".join(str(example[n]) for n in ("source_file", "source_row") if example.get(n))
            shown = " ".join(p for p in (place, str(example.get("value") or example.get("message") or "")) if p)
            yield [kind.replace("_", " "), gap["code"], gap["count"], gap["title"], gap.get("remedy"), shown]
    for unjudged in coverage["not_evaluable"]:
        what = f"for want of {unjudged['field']}"
        yield ["not evaluable", unjudged["rule_id"], unjudged["count"], what, None, None]
    for quiet in coverage["not_raised"]:
        yield ["not raised", quiet["rule_id"], quiet["count"], "a weak sign with no other sign on the line", None, None]


def _run(report: Report) -> Iterator[list[Any]]:
    provenance, run = report.provenance, report.run
    yield ["As of", provenance["as_of"]]
    yield ["Jurisdiction", provenance["jurisdiction"] or "not set"]
    yield ["Tiers", ", ".join(provenance.get("tiers", ()))]
    for i in provenance["inputs"]:
        yield [f"Input: {i['name']}", f"{i['lines']} lines, {i['format']}, SHA-256 {i['sha256']}"]
    yield ["Rules", f"{provenance['rules']['count']} rules, SHA-256 {provenance['rules']['sha256']}"]
    yield ["Substances", f"{provenance['substances']['edition']}, SHA-256 {provenance['substances']['sha256']}"]
    for w in provenance["watchlists"]:
        yield [f"Watchlist: {w['list_id']}", f"{w['entries']} entries of {w['list_date']}, SHA-256 {w['sha256']}"]
    for r in provenance.get("registers", ()):
        yield ["Register", json.dumps(r, ensure_ascii=False, default=str)]
    yield ["Program", f"precursor-screen {run['tool_version']}"]
    yield ["Started", run["started"]]
    yield ["Options", json.dumps(run.get("options", {}), ensure_ascii=False, default=str)]


def day_of(text: str | None) -> datetime | None:
    """A day of the ISO form as a spreadsheet takes it; None: none, or none that it knows (before 1900)."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day) if day.year >= 1900 else None


def summary_rows(report: Report) -> list[list[Any]]:
    """What a report comes to, as label and value; the notices first."""
    coverage = report.coverage
    rows: list[list[Any]] = [["Read first", notice] for notice in report.notices]
    rows += [
        ["Lines read", coverage["lines_read"]],
        ["Screened", coverage["screened_by_texts"]],
        ["Screened by their codes alone", coverage["screened_by_codes"]],
        ["Unscreenable lines", coverage["unscreenable_lines"]],
        ["Lines set aside", coverage["lines_set_aside"]],
        ["Files set aside", coverage["files_set_aside"]],
    ]
    rows += [[f"Shipments: {band}", count] for band, count in report.band_counts().items()]
    rows += [[f"Flags: {level}", count] for level, count in report.level_counts().items()]
    rows += [["As of", report.provenance["as_of"]], ["Jurisdiction", report.provenance["jurisdiction"] or "not set"]]
    rows.append(["Blind spots", "; ".join(s["message"] for s in coverage["blind_spots"]) or "none"])
    rows.append(["How to decide", _HOW])
    return rows


_HOW = (
    "Choose a verdict and a reason in the sheet Shipments, for all open flags of a shipment, or in Flags, for one flag, which then counts"
    " before its shipment's. To clear a critical flag, name a second officer. Save the workbook, then: precursor-screen review import FILE"
)
