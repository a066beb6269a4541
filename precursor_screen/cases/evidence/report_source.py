"""A JSON report as the source of evidence. It is a file that anybody may have edited: what it does not hold as it should is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from precursor_screen.cases.evidence.document import Document, Row
from precursor_screen.cases.evidence.facts import facts_of, stands_in
from precursor_screen.cases.evidence.gather import head_of, in_order
from precursor_screen.cases.explained import explain_lines
from precursor_screen.cases.targets import LEAST, choose, is_referred_to, split_name
from precursor_screen.core.errors import UsageError, Where
from precursor_screen.core.schema import FLAG

_REMEDY = "Write the report anew with `screen -o report.json`, and do not edit it."
_TEXTS = ("flag_id", "rule_id", "rule_version", "level", "because")
_ITEM = ("subject", "field", "as_written")
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
        notes.append(f"Of {len(missing):,} of the {len(dict.fromkeys(cited)):,} lines that it cites the report holds no cells.")
    return {
        **head_of(kind, name, {"kind": "report", "name": path.name, "sha256": sha256}),
        "notes": notes,
        "flags": [{**f, "window_line_ids": f["window_line_ids"] or [], **_NOT_OF_A_REPORT} for f in flags],
        "lines": lines,
        "missing_lines": missing,
        "facts": facts_of(lines, mappings, [], flags),
        "shipments": [s for s in content["shipments"] if s["shipment_id"] in shipments],
        "inputs": mine or inputs,
        "reference": _reference(content),
        "runs": [],
        "chain": None,
    }


def _read(path: Path) -> tuple[Any, str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=Where(str(path)), remedy="Check the path.") from error
    try:
        return json.loads(raw, parse_constant=_no_number), hashlib.sha256(raw).hexdigest()
    except (ValueError, RecursionError) as error:
        raise _none(path, str(error)) from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number of JSON")


def _none(path: Path, problem: str) -> UsageError:
    return UsageError(f"is not a JSON report of this program ({problem})", where=Where(str(path)), remedy=_REMEDY)


def _check(content: Any, path: Path) -> None:
    """That what evidence is made of is there, of the right kind, and does not contradict itself.

    Raises:
        UsageError: the first thing that is not.
    """
    if not isinstance(content, dict):
        raise _none(path, "no object")
    for name in ("flags", "lines", "shipments"):
        if not isinstance(content.get(name), list) or not all(isinstance(row, dict) for row in content[name]):
            raise _none(path, f"no list {name}")
    provenance = content.get("provenance")
    if not isinstance(provenance, dict) or not isinstance(provenance.get("inputs"), list):
        raise _none(path, "no provenance")
    if not all(
        isinstance(i, dict) and isinstance(i.get("name"), str) and isinstance(i.get("sha256"), str) for i in provenance["inputs"]
    ):
        raise _none(path, "an input without name or sha256")
    if not all(_is_mapping(i.get("mapping", [])) for i in provenance["inputs"]):
        raise _none(path, "an input of which the mapping is no list of headers and fields")
    for number, flag in enumerate(content["flags"], 1):
        if problem := _problem_of_flag(flag):
            raise _none(path, f"flag {number}: {problem}")
    for number, line in enumerate(content["lines"], 1):
        cells = line.get("cells")
        sound = isinstance(cells, dict) and all(isinstance(v, str) for v in cells.values())
        if not sound or not all(isinstance(line.get(n), str) for n in ("line_id", "source_file")):
            raise _none(path, f"line {number}: no id, file or cells")
    _check_once([f["flag_id"] for f in content["flags"]], "flag", path)
    _check_once([line["line_id"] for line in content["lines"]], "line", path)
    known = {f["flag_id"] for f in content["flags"]}
    for number, shipment in enumerate(content["shipments"], 1):
        parts, flags = shipment.get("parts"), shipment.get("flags")
        if not isinstance(shipment.get("shipment_id"), str) or not isinstance(parts, list) or not isinstance(flags, list):
            raise _none(path, f"shipment {number}: no id, parts or flags")
        if not all(isinstance(p, dict) and {"part", "points", "because"} <= set(p) for p in parts):
            raise _none(path, f"shipment {number}: a part without points or reason")
        if not all(isinstance(i, str) and i in known for i in flags):
            raise _none(path, f"shipment {number} names a flag that is not in the report")


def _is_mapping(pairs: Any) -> bool:
    sound = isinstance(pairs, list) and all(isinstance(p, list) and len(p) == 2 for p in pairs)
    return sound and all(isinstance(text, str) for pair in pairs for text in pair)


def _problem_of_flag(flag: Mapping[str, Any]) -> str:
    missing = [n for n in FLAG.names if n not in flag]
    if missing:
        return f"no {missing[0]}"
    untold = [n for n in _TEXTS if not isinstance(flag[n], str)]
    if untold:
        return f"{untold[0]} is no text"
    texts = [f.name for f in FLAG if f.type == pa.string() and f.name != "evidence"]
    wrong = [n for n in texts if flag[n] is not None and not isinstance(flag[n], str)]
    if wrong:
        return f"{wrong[0]} is no text"
    evidence, others = flag["evidence"], flag["window_line_ids"]
    if not isinstance(evidence, list) or not all(
        isinstance(e, dict) and all(isinstance(e.get(n), str) for n in _ITEM) for e in evidence
    ):
        return "an item of evidence without subject, field or text"
    if others is not None and not (isinstance(others, list) and all(isinstance(i, str) for i in others)):
        return "window_line_ids is no list of ids"
    score = flag["score"]
    if score is not None and not isinstance(score, int | float):
        return "score is not a number"
    try:
        explain_lines(flag, {}, None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"cannot be explained ({error!r})"
    return ""


def _check_once(ids: Sequence[str], what: str, path: Path) -> None:
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise _none(path, f"{what} {twice} stands there twice")


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
        where=Where(str(path)),
        remedy="Check the id: `screen -o report.csv` lists them.",
    )


def _reference(content: Mapping[str, Any]) -> Row:
    provenance = content["provenance"]
    run = content["run"] if isinstance(content.get("run"), dict) else {}
    rules = provenance["rules"] if isinstance(provenance.get("rules"), dict) else {}
    options = run.get("options")
    return {
        "as_of": provenance.get("as_of", ""),
        "jurisdiction": provenance.get("jurisdiction", ""),
        "tiers": provenance.get("tiers", []),
        "watchlists_named": options.get("watchlists", []) if isinstance(options, dict) else [],
        "rules_sha256": rules.get("sha256", ""),
        "tool_version": run.get("tool_version", ""),
        "substances": provenance.get("substances"),
        "watchlists": provenance.get("watchlists", []),
        "registers": provenance.get("registers", []),
    }
