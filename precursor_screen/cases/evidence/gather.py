"""What a bundle of evidence tells of a flag, an episode or a shipment, as one plain document: out of the ledger, or out of a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from msgspec.structs import asdict

from precursor_screen.cases.evidence.document import FORMAT, TO_SCORE, Document, Row
from precursor_screen.cases.evidence.facts import facts_of, field_of, stands_in
from precursor_screen.cases.targets import TargetResult, find_flags
from precursor_screen.core.errors import UsageError
from precursor_screen.core.model import OPEN
from precursor_screen.history.provenance import Behind
from precursor_screen.history.store import Ledger
from precursor_screen.history.values import REFERENCE
from precursor_screen.version import __version__

_AT_ONCE = 1_000  # lines


def from_ledger(ledger: Ledger, text: str) -> Document:
    """What a ledger keeps of a flag, an episode, a shipment or a bill.

    Args:
        ledger: that holds the flags.
        text: as `explain` and `review` take it.

    Raises:
        UsageError: nothing is called so, it may mean several things, or it is a party.
        LedgerError: the ledger is damaged.
    """
    found = find_flags(ledger, text)
    if found.kind == "party" or (found.kind == "bill" and _is_party(ledger, found)):
        raise UsageError(
            f"{text!r} is a party", remedy="Name one of its flags or shipments: `precursor-screen explain` lists them."
        )
    notes: list[str] = []
    flags = {f["flag_id"]: f for f in found.flags}
    behind = ledger.behind(list(flags), [])
    for kept in sorted({f["alias_of"] for f in behind.flags if f["flag_id"] in flags and f["alias_of"]} - set(flags)):
        part = [f["flag_id"] for f in behind.flags if f["alias_of"] == kept and f["flag_id"] in flags]
        notes.append(f"{', '.join(part)} has become a part of the episode {kept}, under which it goes on; both are here.")
        flags |= {f["flag_id"]: f for f in ledger.flags(flag_id=kept).to_pylist()}
    known = {f["flag_id"]: f for f in ledger.behind(list(flags), []).flags}
    cited = _cited(flags.values(), known)
    lines = _lines(ledger, cited)
    behind = ledger.behind(list(flags), cited)
    missing = [i for i in cited if i not in {line["line_id"] for line in lines}]
    if missing:
        notes.append(
            f"Of {len(missing):,} of the {len(cited):,} lines that belong to it the ledger keeps no cells (they were pruned, or it never "
            "kept them): what is known of them stands under what was recognised."
        )
    shipments = sorted({f["shipment_id"] for f in flags.values() if f["shipment_id"]})
    return {
        **head_of(found.kind, found.name, {"kind": "ledger"}),
        "notes": notes,
        "flags": [_flag(ledger, flag, known) for flag in flags.values()],
        "lines": lines,
        "missing_lines": missing,
        "facts": facts_of(lines, {}, behind.movements, list(flags.values())),
        "shipments": [{"shipment_id": s} for s in shipments],
        "inputs": _inputs(behind, lines),
        "reference": _reference(behind),
        "runs": [{k: v for k, v in run.items() if k != "inputs"} for run in behind.runs],
        "chain": {"head": behind.head, "verdicts": behind.verdicts},
        TO_SCORE: [_to_score(ledger, shipment_id) for shipment_id in shipments],
    }


def _to_score(ledger: Ledger, shipment_id: str) -> tuple[str, pa.Table, list[Row]]:
    """Of a shipment all open flags and the movements of their lines: what its score is reckoned from, when the document is completed."""
    flags = ledger.flags(shipment_id=shipment_id, states=OPEN)
    ids = sorted({i for i in flags.column("line_id").to_pylist() if i})
    movements = [m for start in range(0, len(ids), _AT_ONCE) for m in ledger.behind([], ids[start : start + _AT_ONCE]).movements]
    return shipment_id, flags, movements


def _is_party(ledger: Ledger, found: TargetResult) -> bool:
    """Whether what was found by a cell of its own text is the name of a party, not a reference."""
    lines = _lines(ledger, sorted({f["line_id"] for f in found.flags if f["line_id"]}))
    fields = {field_of(h) for line in lines for h, text in line["cells"].items() if text.upper() == found.name.upper()}
    return bool(fields) and all(field.endswith("_name") for field in fields)


def head_of(kind: str, name: str, source: Mapping[str, Any]) -> Document:
    """The first keys of a document."""
    return {
        "format": FORMAT,
        "tool_version": __version__,
        "redacted": False,
        "subject": {"kind": kind, "name": name},
        "source": dict(source),
    }


def _cited(flags: Iterable[Row], known: Mapping[str, Row]) -> list[str]:
    """Ids of all lines of flags and of their episodes, each once, in their order."""
    ids: dict[str, None] = {}
    for flag in flags:
        members = [row[0] for row in (known[flag["flag_id"]]["episode"] or ())]
        ids |= dict.fromkeys(i for i in (flag["line_id"], *(flag["window_line_ids"] or ()), *members) if i)
    return list(ids)


def _lines(ledger: Ledger, ids: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows += ledger.cited_lines(ids[start : start + _AT_ONCE]).to_pylist()
    return in_order([{**row, "cells": json.loads(row["cells"])} for row in rows])


def in_order(lines: Iterable[Row]) -> list[Row]:
    """Lines by file and row."""
    return sorted(lines, key=lambda line: (str(line["source_file"]), line["source_row"] or 0, line["line_id"]))


def _flag(ledger: Ledger, flag: Row, known: Mapping[str, Row]) -> Row:
    own = known[flag["flag_id"]]
    return {
        **flag,
        "evidence": json.loads(flag["evidence"] or "[]"),
        "window_line_ids": flag["window_line_ids"] or [],
        "recorded": ledger.history_of(flag["flag_id"]),
        "verdicts": [asdict(v) for v in ledger.verdicts(flag["flag_id"])],
        "alias_of": own["alias_of"] or "",
        "aliases": sorted(i for i, row in known.items() if row["alias_of"] == flag["flag_id"]),
        "episode": own["episode"],
    }


def _inputs(behind: Behind, lines: Sequence[Row]) -> list[Row]:
    """The inputs in which the lines stand, else all of their runs: each once."""
    runs = {run["run_no"]: run for run in behind.runs}
    of_line = {line["line_id"]: line["run_no"] for line in behind.lines}
    found: dict[tuple[str, str], Row] = {}
    for line in lines:
        inputs = runs[of_line[line["line_id"]]]["inputs"]
        mine = [i for i in inputs if stands_in(line["source_file"], i["name"])]
        found |= {(i["name"], i["sha256"]): i for i in mine or inputs}
    return [found[key] for key in sorted(found)]


def _reference(behind: Behind) -> Row:
    """What the last of the runs judged with, as far as the ledger keeps it."""
    last: Row = behind.runs[-1] if behind.runs else {}
    options = last.get("options", {})
    held = options.get(REFERENCE, {})
    return {
        "as_of": last.get("as_of", ""),
        "jurisdiction": last.get("jurisdiction", ""),
        "tiers": options.get("tiers", []),
        "watchlists_named": options.get("watchlists", []),
        "rules_sha256": last.get("rules_sha256", ""),
        "tool_version": last.get("tool_version", ""),
        "substances": held.get("substances"),
        "watchlists": held.get("watchlists", []),
    }


def with_report(document: Document, report: Document) -> Document:
    """A document from a ledger, with what only a report holds of it: the parts of the scores, the editions, how columns were mapped.

    Args:
        document: from `from_ledger`.
        report: of the same flags, from `report_source.from_report`.
    """
    scores = {s["shipment_id"]: s for s in report["shipments"]}
    inputs = {i["sha256"]: i for i in report["inputs"]}
    shared = [name for name in ("substances", "watchlists") if report["reference"].get(name)]
    return {
        **document,
        "source": {**document["source"], "report": report["source"]},
        "shipments": [scores.get(s["shipment_id"], s) for s in document["shipments"]],
        "inputs": [inputs.get(i["sha256"], i) for i in document["inputs"]],
        "reference": {**document["reference"], **{name: report["reference"][name] for name in shared}},
    }
