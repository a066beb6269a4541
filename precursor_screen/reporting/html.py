"""One self-contained HTML page: nothing from elsewhere, every text escaped, whole on paper and without JavaScript.

Rows and cases are rendered here once, by one template. With JavaScript they are unpacked as they are looked at, so that 20,000 flags open
at once; without it the first of them stand in the page as they are. The content policy names the page's own script and style
by their digests, so that nothing a manifest says can ever run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core import model
from precursor_screen.core.arrow import rows_with
from precursor_screen.core.grouped import grouped
from precursor_screen.core.json_text import dump
from precursor_screen.core.model import BANDS
from precursor_screen.core.report import Report, records, show_basis, show_blind_spot, show_pack
from precursor_screen.core.words import clip, printable
from precursor_screen.reporting import case, pages
from precursor_screen.reporting.listed_aside import MOST_IN_FULL, named_aside
from precursor_screen.reporting.pages import score_bar
from precursor_screen.reporting.shipment import Shipment, shipments_in_words
from precursor_screen.reporting.texts_beside import texts_beside

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_SHIPMENTS = 20_000  # a page of more is no longer read; the rest is counted and stands in the JSON
MOST_PLAIN = 1_000  # shipments that stand in the page for whoever runs no script
MOST_PLAIN_CHARACTERS = 12_000_000
MOST_PACKED = 24_000_000  # characters of cases
MOST_ISSUES = 500
BLOCK = 50  # cases that are packed together
COLUMNS = (
    *(("n", "Score"), ("bo", "Band"), ("d", "Shipment"), ("w", "From, to"), ("o", "Route")),
    *(("g", "Goods"), ("m", "Mass"), ("y", "Why"), ("z", "State")),
)
# Verdict, reason that is chosen with it, name, key. What is taken back in the page was never recorded.
VERDICTS = (
    ("cleared", "", "Cleared", "c"),
    ("referred", "", "Referred", "r"),
    ("confirmed", "", "Confirmed", "f"),
    ("inconclusive", "", "Inconclusive", "?"),
)


def write(report: Report, stream: BinaryIO) -> None:
    """Writes the report as a page that opens anywhere and prints."""
    pages.write(_environment(), "report.html.jinja", _context(report), stream)


@cache
def _environment() -> Environment:
    environment = pages.environment("precursor_screen.reporting")
    environment.filters["clipped"] = case.shorten
    environment.filters["short"] = lambda text, longest=60: printable(clip(str(text), longest))
    environment.filters["words"] = lambda name: str(name).replace("_", " ").replace("-", " ")
    environment.filters["basis"] = show_basis
    environment.filters["pack"] = show_pack
    environment.globals["anchor"] = lambda kind, name: f"{kind}{slug(name)}"
    environment.globals["link"] = lambda kind, name: quote(f"{kind}{slug(name)}", safe="")
    return environment


def slug(name: str) -> str:
    """A shipment as an anchor: without blanks, which none may hold, and short; what is changed so is told apart by a digest."""
    plain = re.sub(r"\s", "_", printable(name))[:80]
    return plain if plain == name else f"{plain}~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _context(report: Report) -> dict[str, Any]:
    flagged, texts = report.listed, texts_beside(report)
    rows, blocks, plain = _pack(report, flagged.slice(0, MOST_SHIPMENTS))
    rules = sorted(pc.unique(report.open_flags.column("rule_id")).to_pylist())
    index = {
        "rows": rows,
        "size": BLOCK,
        "key": hashlib.sha256("".join(blocks).encode()).hexdigest()[:16],
        "columns": len(COLUMNS),
        "verdictColumns": model.COLUMNS,
        "titles": {i: report.rules[i].title for i in rules},
    }
    return {
        "report": report,
        "coverage": report.coverage,
        "provenance": report.provenance,
        "bands": report.band_counts(),
        "levels": report.level_counts(),
        "blind_spots": [(show_blind_spot(s), s["remedy"]) for s in report.coverage["blind_spots"]],
        "columns": COLUMNS,
        "total": flagged.num_rows,
        "more_shipments": flagged.num_rows - len(rows),
        "plain": plain,
        "left_out": len(rows) - len(plain),
        "index": _packed(index),
        "blocks": blocks,
        "rules": [report.rules[i] for i in rules],
        "verdicts": VERDICTS,
        "reasons": model.REASONS,
        "issues": list(records(report.issues.slice(0, MOST_ISSUES))),
        "more_issues": max(0, report.issues.num_rows - MOST_ISSUES),
        "states": report.state_counts(),
        "closed": _closed(report),
        "named_aside": named_aside(report, MOST_IN_FULL),
        "texts_beside": texts[:MOST_ISSUES],
        "more_texts": max(0, len(texts) - MOST_ISSUES),
        "script": pages.inline(_environment(), "report.js"),
        "style": pages.inline(_environment(), "report.css"),
    }


def _pack(report: Report, shown: pa.Table) -> tuple[list[dict[str, Any]], list[str], list[dict[str, Any]]]:
    """The shipments of a page: rows for the index, cases in blocks, and those that stand in the page as they are."""
    macros = _environment().get_template("case.html.jinja").module
    filed = filed_of(report)
    index: list[dict[str, Any]] = []
    blocks: list[str] = []
    plain: list[dict[str, Any]] = []
    waiting: list[str] = []
    room, packed = MOST_PLAIN_CHARACTERS, 0
    for shipment in shipments_in_words(report, shown):
        row = str(macros.row(shipment))  # type: ignore[attr-defined]
        lines, more = case.lines_as_filed(shipment, filed)
        subjects = case.show_subjects(shipment, filed)
        whole = str(macros.case(shipment, subjects, score_bar(shipment.parts, shipment.score), lines, more))  # type: ignore[attr-defined]
        index.append(_entry(shipment, row))
        waiting.append(whole)
        if len(plain) == len(index) - 1 and len(plain) < MOST_PLAIN and len(whole) < room:
            room -= len(whole)
            plain.append({"shipment": shipment, "row": row, "case": whole})
        if len(waiting) == BLOCK:
            blocks.append(_packed(waiting))
            packed += len(blocks[-1])
            waiting = []
            if packed > MOST_PACKED:
                break
    if waiting:
        blocks.append(_packed(waiting))
    return index, blocks, plain


def filed_of(report: Report) -> case.Filed:
    """What a case shows of lines, by their ids: its own, and those of earlier runs that flags cite."""
    return case.Filed(
        lines={row["line_id"]: row for table in (report.earlier, report.particulars) for row in records(table)},
        cells={row["line_id"]: json.loads(row["cells"]) for row in records(report.cells)},
        goods=grouped((row["line_id"], row) for row in records(report.goods)),
        entries=report.entries,
        list_dates={w["list_id"]: w["list_date"] or "" for w in report.provenance["watchlists"]},
        rules=report.rules,
    )


_BAND_ORDER = {band: rank for rank, band in enumerate(("unscreenable", *BANDS))}


def _entry(shipment: Shipment, row: str) -> dict[str, Any]:
    """A shipment as the page finds, filters and sorts it; x: its flags, which a verdict is about."""
    flags = shipment.flags
    lines = shipment.lines
    parties = _known(line[f"{side}_name"] for line in lines for side in ("sender", "receiver"))
    numbers = [n for _, some in shipment.references for n in some]
    searched = (
        *(shipment.shipment_id, shipment.case, shipment.question, shipment.route, *shipment.substances, *parties, *numbers),
        *_known(line[name] for line in lines for name in ("description", "hs_code", "source_file")),
        *(f["because"] for f in flags),
        *(f["rule_id"] for f in flags),
        *(f["flag_id"] for f in flags),
    )
    return {
        "h": row,
        "id": slug(shipment.shipment_id),
        "n": shipment.score,
        "b": shipment.band,
        "bo": _BAND_ORDER[shipment.band],
        "d": shipment.day,
        "w": shipment.parties.casefold(),
        "o": shipment.route,
        "g": shipment.goods.casefold(),
        "m": float(shipment.mass_kg) if shipment.mass_kg is not None else None,
        "y": shipment.why,
        "z": shipment.state,
        "l": _known(f["level"] for f in flags),
        "r": _known(f["rule_id"] for f in flags),
        "f": _known(f["family"] for f in flags),
        "s": list(shipment.substances),
        "p": [printable(clip(p)) for p in parties],
        "c": [printable(clip(c)) for c in _known(line[name] for line in lines for name in _COUNTRIES)],
        "st": shipment.state,
        "fi": [printable(clip(f)) for f in _known(line["source_file"] for line in lines)],
        "t": printable("\n".join(clip(str(text), 400) for text in searched)).lower(),
        "x": [[f["flag_id"], f["line_id"]] for f in flags],
    }


_COUNTRIES = ("country_of_dispatch", "country_of_destination", "country_of_origin", "sender_country", "receiver_country")


def _known(values: Iterator[Any] | Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(str(v) for v in values if v))


def _packed(value: Any) -> str:
    return base64.b64encode(zlib.compress(dump(value).encode(), 6)).decode()


def _closed(report: Report) -> list[dict[str, Any]]:
    """Flags that are suppressed or resolved, with the reason: they stay visible."""
    reasons = {s["flag_id"]: s for s in records(report.suppressed)}
    closed = rows_with(report.flags, "state", ["suppressed", "resolved"])
    return [{**f, "suppressed": reasons.get(f["flag_id"])} for f in records(closed.slice(0, MOST_ISSUES))]
