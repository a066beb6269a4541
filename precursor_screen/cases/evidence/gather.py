"""What a bundle of evidence tells of a flag, an episode or a shipment, as one plain document: out of the ledger, or out of a report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct, ValidationError, convert, defstruct
from msgspec.structs import asdict

from precursor_screen.cases.evidence.document import FORMAT, LAW_PACKS, TO_SCORE, Document, Row, facts_of, field_of, stands_in
from precursor_screen.cases.explained import explain_lines
from precursor_screen.cases.targets import LEAST, TargetResult, choose, find_flags, is_referred_to, split_name
from precursor_screen.core.errors import UsageError, Where, readable
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import FLAG
from precursor_screen.history.store import Ledger
from precursor_screen.history.values import REFERENCE
from precursor_screen.history.verdicts import Behind
from precursor_screen.version import __version__


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
            f"{text!r} is a party, not a flag or a shipment",
            remedy="Name one of its flags or shipments: `precursor-screen explain` lists them.",
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
    return shipment_id, flags, ledger.behind([], ids).movements


def _is_party(ledger: Ledger, found: TargetResult) -> bool:
    """Whether what was found by a cell of its own text is the name of a party, not a reference."""
    lines = _lines(ledger, sorted({f["line_id"] for f in found.flags if f["line_id"]}))
    fields = {field_of(h) for line in lines for h, text in line["cells"].items() if text.upper() == found.name.upper()}
    return bool(fields) and all(field.endswith("_name") for field in fields)


def head_of(kind: str, name: str, source: Mapping[str, Any]) -> Document:
    """The first keys of a document."""
    head = {"format": FORMAT, "tool_version": __version__, "redacted": False}
    return {**head, "subject": {"kind": kind, "name": name}, "source": dict(source)}


def _cited(flags: Iterable[Row], known: Mapping[str, Row]) -> list[str]:
    """Ids of all lines of flags and of their episodes, each once, in their order."""
    ids: dict[str, None] = {}
    for flag in flags:
        members = [row[0] for row in (known[flag["flag_id"]]["episode"] or ())]
        ids |= dict.fromkeys(i for i in (flag["line_id"], *(flag["window_line_ids"] or ()), *members) if i)
    return list(ids)


def _lines(ledger: Ledger, ids: Sequence[str]) -> list[Row]:
    return in_order([{**row, "cells": json.loads(row["cells"])} for row in ledger.cited_lines(ids).to_pylist()])


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
    named = {"tiers": options.get("tiers", []), "watchlists_named": options.get("watchlists", [])}
    return _judged_by({**last, **named, **options.get(REFERENCE, {})})


# What a document says of the rules, tables and lists, and what it says where a report does not name them.
_UNKNOWN: Mapping[str, Any] = {
    "as_of": "",
    "jurisdiction": "",
    "tiers": [],
    "watchlists_named": [],
    "rules_sha256": "",
    "tool_version": "",
    "substances": None,
    "watchlists": [],
}


def _judged_by(stated: Mapping[str, Any]) -> Row:
    packs = {LAW_PACKS: stated[LAW_PACKS]} if stated.get(LAW_PACKS) else {}
    return {name: stated.get(name, unknown) for name, unknown in _UNKNOWN.items()} | packs


def with_report(document: Document, report: Document) -> Document:
    """A document from a ledger, with what only a report holds of it: the parts of the scores, the editions, how columns were mapped.

    Args:
        document: from `from_ledger`.
        report: of the same flags, from `from_report`.
    """
    scores = {s["shipment_id"]: s for s in report["shipments"]}
    inputs = {i["sha256"]: i for i in report["inputs"]}
    shared = [name for name in ("substances", LAW_PACKS, "watchlists") if report["reference"].get(name)]
    return {
        **document,
        "source": {**document["source"], "report": report["source"]},
        "shipments": [scores.get(s["shipment_id"], s) for s in document["shipments"]],
        "inputs": [inputs.get(i["sha256"], i) for i in document["inputs"]],
        "reference": {**document["reference"], **{name: report["reference"][name] for name in shared}},
    }


# A JSON report as the source of evidence. It is a file that anybody may have edited: what it does not hold as it should is
# named.

_REMEDY = "Write it again: precursor-screen screen FILE -o report.json; and do not edit it."


class _Item(Struct):
    subject: str
    field: str
    as_written: str


class _Input(Struct):
    name: str
    sha256: str
    mapping: tuple[tuple[str, str], ...] = ()


class _Provenance(Struct):
    inputs: list[_Input]


class _Line(Struct):
    line_id: str
    source_file: str
    source_row: int | None
    cells: dict[str, str]


class _Part(Struct):
    part: Any
    points: Any
    because: Any


class _Shipment(Struct):
    shipment_id: str
    parts: list[_Part]
    flags: list[str]


_STATED = ("flag_id", "rule_id", "rule_version", "level", "because")
_OF_FLAG = {
    **{f.name: str | None if f.type == pa.string() else Any for f in FLAG},
    **dict.fromkeys(_STATED, str),
    "score": float | None,
    "evidence": list[_Item],
    "window_line_ids": list[str] | None,
}
_Flag: Any = defstruct("_Flag", list(_OF_FLAG.items()))


class _Report(Struct):
    """What evidence is made of; a report holds more."""

    flags: list[_Flag]
    lines: list[_Line]
    shipments: list[_Shipment]
    provenance: _Provenance


# What the ledger alone knows of a flag.
_NOT_OF_A_REPORT: Mapping[str, Any] = {"recorded": {}, "verdicts": [], "alias_of": "", "aliases": [], "episode": None}


def from_report(path: Path, text: str) -> Document:
    """What a report holds of a flag, a shipment or a bill.

    Raises:
        UsageError: the file is none, was edited so that it contradicts itself, or nothing in it is called so.
    """
    content, sha256 = _read(path)
    _check(content, path)
    kind, name, flags = _find(content, text, path)
    cited = [i for f in flags for i in (f["line_id"], *(f["window_line_ids"] or ())) if i]
    held = {line["line_id"]: line for line in content["lines"]}
    lines = in_order(held[i] for i in dict.fromkeys(cited) if i in held)
    missing = [i for i in dict.fromkeys(cited) if i not in held]
    inputs = content["provenance"]["inputs"]
    mine = [i for i in inputs if any(stands_in(line["source_file"], i["name"]) for line in lines)]
    mappings = {i["name"]: dict(i.get("mapping", ())) for i in inputs}
    shipments = {f["shipment_id"] for f in flags}
    notes = ["Officers' verdicts are in the ledger, which this was not made from."]
    if missing:
        notes.append(f"The report has no cells for {len(missing):,} of the {len(dict.fromkeys(cited)):,} lines that it cites.")
    return {
        **head_of(kind, name, {"kind": "report", "name": path.name, "sha256": sha256}),
        "notes": notes,
        "flags": [{**f, "window_line_ids": f["window_line_ids"] or [], **_NOT_OF_A_REPORT} for f in flags],
        "lines": lines,
        "missing_lines": missing,
        "facts": facts_of(lines, mappings, [], flags),
        "shipments": [s for s in content["shipments"] if s["shipment_id"] in shipments],
        "inputs": mine or inputs,
        "reference": _reference_of_report(content),
        "runs": [],
        "chain": None,
    }


def _read(path: Path) -> tuple[Any, str]:
    with readable(path):
        raw = path.read_bytes()
    try:
        return json.loads(raw, parse_constant=_no_number), hashlib.sha256(raw).hexdigest()
    except (ValueError, RecursionError) as error:
        raise _none(path, str(error)) from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number of JSON")


def _none(path: Path, problem: str) -> UsageError:
    return UsageError(f"is not a JSON report of this program ({problem})", where=path, remedy=_REMEDY)


def _check(content: Any, path: Path) -> None:
    """That what evidence is made of is there, of the right kind, and does not contradict itself.

    Raises:
        UsageError: the first thing that is not.
    """
    try:
        convert(content, _Report)
    except ValidationError as error:
        raise _none(path, str(error)) from error
    for number, flag in enumerate(content["flags"], 1):
        try:
            explain_lines(flag, {}, None)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _none(path, f"flag {number} cannot be explained: {error!r}") from error
    _check_once([f["flag_id"] for f in content["flags"]], "flag", path)
    _check_once([line["line_id"] for line in content["lines"]], "line", path)
    known = {f["flag_id"] for f in content["flags"]}
    for number, shipment in enumerate(content["shipments"], 1):
        if not known.issuperset(shipment["flags"]):
            raise _none(path, f"shipment {number} names a flag that is not in the report")


def _check_once(ids: Sequence[str], what: str, path: Path) -> None:
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise _none(path, f"{what} {twice} appears twice")


def _find(content: Mapping[str, Any], text: str, path: Path) -> tuple[str, str, list[Row]]:
    flags: list[Row] = content["flags"]
    only, name = split_name(text, ("flag", "shipment", "bill"))
    if only in ("", "flag") and len(name) >= LEAST:
        begun = [f for f in flags if f["flag_id"].startswith(name)] or [f for f in flags if f["flag_id"].startswith(name.lower())]
        exact = [f for f in begun if f["flag_id"] == name]
        if not only and begun and not exact and any(f["shipment_id"] == name for f in flags):
            raise UsageError(
                f"{name!r} is a shipment, and begins the id of a flag", remedy=f"Write shipment:{name} or flag:{name}."
            )
        one = choose(begun, name if exact else name.lower(), Where(str(path)))
        if one is not None:
            return "flag", one["flag_id"], [one]
    if only in ("", "shipment") and (mine := [f for f in flags if f["shipment_id"] == name]):
        return "shipment", name, mine
    if only in ("", "bill"):
        named = {s["shipment_id"] for s in content["shipments"] if is_referred_to(s, name)}
        if mine := [f for f in flags if f["shipment_id"] in named]:
            return "bill", name, mine
    raise UsageError(
        f"no flag, shipment or bill {name!r} is in the report",
        where=path,
        remedy="Check the id: `screen -o report.csv` lists them.",
    )


def _reference_of_report(content: Mapping[str, Any]) -> Row:
    provenance = content["provenance"]
    run = content["run"] if isinstance(content.get("run"), dict) else {}
    rules = provenance["rules"] if isinstance(provenance.get("rules"), dict) else {}
    options = run["options"] if isinstance(run.get("options"), dict) else {}
    named = {"watchlists_named": options.get("watchlists", []), "rules_sha256": rules.get("sha256", "")}
    judged = _judged_by({**provenance, **named, "tool_version": run.get("tool_version", "")})
    return {**judged, "registers": provenance.get("registers", [])}
