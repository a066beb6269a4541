"""The shape of a rule's correlation: what is grouped, over which span, and what must be true of the group.

What the parts mean in SQL is `windows` (scope history) and `compile` (scope shipment).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from precursor_screen.errors import WindowError
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.located import Complaints
from precursor_screen.rulebook.registers import REGISTERS, schema_of

AGGREGATES = ("event_count", "value_sum", "value_count", "value_avg", "value_median")
COMPARED = (*AGGREGATES, "baseline", "reconcile")  # types whose outcome is a number that is compared
TYPES = (*COMPARED, "temporal", "temporal_ordered", "first_seen", "absence")
EMITS = ("crossing", "trigger", "group")
PERIODS = ("month", "year")
METHODS = ("ratio", "robust_z")
LONGEST = 3660  # days: ten years; the ledger keeps far less

# What a type must have and may have, beside type, group-by and emit.
_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **{t: (frozenset({"condition", "field"}), frozenset({"and", "timespan", "calendar"})) for t in AGGREGATES},
    "event_count": (frozenset({"condition"}), frozenset({"and", "timespan", "calendar"})),
    "baseline": (frozenset({"condition", "field", "timespan", "min_history"}), frozenset({"method"})),
    "temporal": (frozenset({"selections", "timespan"}), frozenset()),
    "temporal_ordered": (frozenset({"selections", "timespan"}), frozenset({"differs"})),
    "first_seen": (frozenset({"min_history"}), frozenset({"timespan"})),
    "absence": (frozenset({"register", "match"}), frozenset()),
    "reconcile": (frozenset({"register", "match", "field", "against"}), frozenset({"tolerance", "calendar"})),
}
_SPAN = re.compile(r"(\d{1,5})d")


def days_of(value: Any) -> int | None:
    """`30d` as a number of days; None if it is not written so, or is no span at all."""
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    days = int(found.group(1)) if found else 0
    return days if 0 < days <= LONGEST else None


def _one_of(value: Any, allowed: Collection[str]) -> bool:
    """Whether a value is one of some words; a list or mapping in its place is none."""
    return isinstance(value, str) and value in allowed


def _texts(value: Any, least: int = 1) -> bool:
    return isinstance(value, list) and len(value) >= least and all(isinstance(v, str) for v in value)


def check_correlation(data: Mapping[str, Any], complaints: Complaints) -> None:
    """Checks the block `correlation` of a rule against its `scope`; complains of everything that is wrong."""
    spec, scope = data.get("correlation"), data.get("scope")
    if scope == "line" and spec is not None:
        complaints.add(("correlation",), "a line rule has no correlation", "Use scope shipment or history.", WindowError)
        return
    if scope == "shipment" and not isinstance(spec, Mapping):
        complaints.add(("scope",), "a shipment rule needs a correlation", "Add type, group-by and condition.", WindowError)
    if data.get("subject") == "party" and scope == "history":
        complaints.add(("subject",), "a history rule judges lines or substances", "Use subject line.", WindowError)
    if not isinstance(spec, Mapping):
        return
    kind = spec.get("type")
    if not _one_of(kind, TYPES):
        remedy = did_you_mean(str(kind), TYPES) or f"Use one of {', '.join(TYPES)}."
        complaints.add(("correlation", "type"), f"type {kind!r} is not known", remedy, WindowError)
        return
    _check_keys(spec, str(kind), complaints)
    if scope == "shipment":
        _check_shipment(spec, str(kind), complaints)
    else:
        _check_span(spec, str(kind), complaints, data.get("params") or {})
    _check_parts(spec, str(kind), complaints)


def _check_keys(spec: Mapping[str, Any], kind: str, complaints: Complaints) -> None:
    needed, allowed = _KEYS[kind]
    known = {"type", "group-by", "emit", *needed, *allowed}
    for key in spec:
        if key not in known:
            remedy = did_you_mean(key, known) or f"Known for {kind}: {', '.join(sorted(known))}."
            complaints.add(("correlation", key), f"unknown key {key!r} in a correlation of type {kind}", remedy)
    for key in sorted(needed - set(spec)):
        complaints.add(("correlation",), f"{kind} needs {key}", f"Add `{key}:`.", WindowError)


def _check_shipment(spec: Mapping[str, Any], kind: str, complaints: Complaints) -> None:
    if kind not in AGGREGATES:
        complaints.add(("correlation", "type"), f"{kind} looks back in time", "Use scope history.", WindowError)
    for key in ("timespan", "calendar", "emit"):
        if key in spec:
            complaints.add(("correlation", key), f"a shipment rule has no {key}", "Use scope history.", WindowError)
    if not _texts(spec.get("group-by")) or "shipment_id" not in spec["group-by"]:
        complaints.add(("correlation", "group-by"), "a shipment rule groups by shipment_id", "group-by: [shipment_id].")


def _check_span(spec: Mapping[str, Any], kind: str, complaints: Complaints, params: Mapping[str, Any]) -> None:
    if kind in AGGREGATES and ("timespan" in spec) == ("calendar" in spec):
        complaints.add(("correlation",), "needs either a timespan or a calendar period", "timespan: 30d", WindowError)
    for key in ("timespan", "min_history"):
        value = spec.get(key)
        if isinstance(value, str) and value.startswith("$"):
            value = params.get(value[1:], value)
        counts = key == "min_history" and kind == "baseline"  # a number of earlier lines, not of days
        if counts and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            if value is not None:
                complaints.add(("correlation", key), "min_history is a number of earlier lines", "min_history: 5", WindowError)
        elif not counts and value is not None and days_of(value) is None:
            remedy = f"Write a number of days from 1d to {LONGEST}d."
            complaints.add(("correlation", key), f"{value!r} is no span of time", remedy, WindowError)
    if not _one_of(spec.get("calendar", "month"), PERIODS):
        complaints.add(
            ("correlation", "calendar"), f"calendar {spec['calendar']!r} is not known", "Use month or year.", WindowError
        )
    if not _one_of(spec.get("emit", "trigger"), EMITS):
        complaints.add(
            ("correlation", "emit"), f"emit {spec['emit']!r} is not known", f"Use one of {', '.join(EMITS)}.", WindowError
        )
    keys = spec.get("group-by")
    needs = kind not in ("absence", "reconcile")  # those are grouped by what they match
    if (needs or keys is not None) and not _texts(keys):
        complaints.add(("correlation",), "needs group-by", "group-by: [consignee_key, substance_id]", WindowError)


def _check_parts(spec: Mapping[str, Any], kind: str, complaints: Complaints) -> None:
    if "condition" in spec:
        _check_condition(spec["condition"], ("correlation", "condition"), complaints)
    if "field" in spec and not isinstance(spec["field"], str):
        complaints.add(("correlation", "field"), "field is the name of a column")
    joined = spec.get("and")
    if joined is not None:
        if (
            not isinstance(joined, Mapping)
            or not _one_of(joined.get("type"), AGGREGATES)
            or set(joined) - {"type", "field", "condition"}
        ):
            complaints.add(
                ("correlation", "and"), "the second condition needs type, field and condition", f"type: {', '.join(AGGREGATES)}"
            )
        else:
            if joined["type"] != "event_count" and not isinstance(joined.get("field"), str):
                complaints.add(("correlation", "and"), f"{joined['type']} needs a field")
            _check_condition(joined.get("condition"), ("correlation", "and"), complaints)
    if kind.startswith("temporal"):
        if not _texts(spec.get("selections"), least=2):
            complaints.add(
                ("correlation", "selections"), "names at least two selections", "selections: [first, second]", WindowError
            )
        if "differs" in spec and not _texts(spec["differs"]):
            complaints.add(("correlation", "differs"), "differs is a list of columns", "differs: [vessel_key]", WindowError)
    if kind == "baseline" and not _one_of(spec.get("method", "ratio"), METHODS):
        complaints.add(
            ("correlation", "method"), f"method {spec['method']!r} is not known", "Use ratio or robust_z.", WindowError
        )
    if kind in ("absence", "reconcile"):
        _check_register(spec, complaints)


def _check_register(spec: Mapping[str, Any], complaints: Complaints) -> None:
    """What is matched are columns of text of the register, what is compared is a column of numbers."""
    register, match = spec.get("register"), spec.get("match")
    if not isinstance(match, Mapping) or not match:
        complaints.add(
            ("correlation", "match"), "match maps fields to columns of the register", "match: {pen_reference: reference}"
        )
        match = {}
    if not isinstance(register, str) or register not in REGISTERS:
        remedy = did_you_mean(str(register), REGISTERS) or f"Use one of {', '.join(REGISTERS)}."
        complaints.add(("correlation", "register"), f"register {register!r} is not known", remedy, WindowError)
        return
    columns = {field.name: _kind(field.type) for field in schema_of(register)}
    for key, name, kind in [
        *(("match", name, "text") for name in match.values()),
        *([("against", spec["against"], "number")] if "against" in spec else []),
    ]:
        if not _one_of(name, columns):
            remedy = did_you_mean(str(name), columns) or f"Columns: {', '.join(columns)}."
            complaints.add(("correlation", key), f"{register} has no column {name!r}", remedy, WindowError)
        elif columns[name] != kind:
            remedy = f"Columns: {', '.join(n for n, k in columns.items() if k == kind)}."
            complaints.add(("correlation", key), f"{name!r} of {register} is no column of {kind}s", remedy, WindowError)


def _kind(type_: pa.DataType) -> str:
    return "text" if pa.types.is_string(type_) else "number" if pa.types.is_decimal(type_) else "other"


def _check_condition(condition: Any, key: tuple[str, ...], complaints: Complaints) -> None:
    if not isinstance(condition, Mapping) or not condition or set(condition) - {"gt", "gte", "lt", "lte"}:
        complaints.add(key, "needs a condition such as {gte: 2}", "Comparisons: gt, gte, lt, lte.")
