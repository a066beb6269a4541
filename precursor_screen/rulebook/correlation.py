"""The shape of a rule's correlation: what is grouped, over which span, and what must be true of the group.

What the parts mean in SQL is `windows` (scope history) and `compile` (scope shipment).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from precursor_screen.core.errors import WindowError
from precursor_screen.core.located import Complaints
from precursor_screen.core.schema import COLUMNS
from precursor_screen.core.shape import Choice, Items, Record, Shape, Value
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.registers import REGISTERS, schema_of

AGGREGATES = ("event_count", "value_sum", "value_count", "value_avg", "value_median")
COMPARED = (*AGGREGATES, "baseline", "reconcile")  # types whose outcome is a number that is compared
TYPES = (*COMPARED, "temporal", "temporal_ordered", "first_seen", "absence", "chain")
EMITS = ("crossing", "trigger", "group")
PERIODS = ("month", "year")
METHODS = ("ratio", "robust_z")
LONGEST = 3660  # days: ten years; the ledger keeps far less
MOST_LINKS = 3  # of a chain: with a fourth, firms that trade with many would be on too many ways round

# Schemas that editors see of parts whose meaning is checked when a rule is compiled.
TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
FIELDS = tuple(sorted(c.name for c in COLUMNS))
_FIELD = {"enum": list(FIELDS)}
_SPAN = {"type": "string", "pattern": r"^(\d{1,5}d|\$[a-z_]+)$"}
_LIMIT = {
    "anyOf": [{"type": "number"}, TEXT, {"type": "object", "properties": {"field": _FIELD, "times": {}}, "required": ["field"]}]
}

_field = Value(kinds=("string",), fault="field is the name of a column")
_condition = Record(
    fields=dict.fromkeys(("gt", "gte", "lt", "lte"), Shape(hint=_LIMIT)),
    least=1,
    fault="needs a condition such as {{gte: 2}}",
    remedy="Comparisons: gt, gte, lt, lte.",
)
_names = Value(kinds=("string",), hint=_FIELD)
CORRELATION = Record(
    fields={
        "type": Choice(of=TYPES),
        "group-by": Items(of=_names, least=1, fault="needs group-by", remedy="group-by: [consignee_key, substance_id]"),
        "field": _field,
        "timespan": Shape(hint=_SPAN),
        "calendar": Choice(of=PERIODS),
        "condition": _condition,
        "and": Record(
            fields={"type": Choice(of=AGGREGATES), "field": _field, "condition": _condition},
            required=("type", "condition"),
            fault="the second condition needs type, field and condition",
            remedy=f"type: {', '.join(AGGREGATES)}",
        ),
        "emit": Choice(of=EMITS),
        "selections": Items(
            of=Value(kinds=("string",)), least=2, fault="names at least two selections", remedy="selections: [first, second]"
        ),
        "differs": Items(of=_names, least=1, fault="differs is a list of columns", remedy="differs: [vessel_key]"),
        "min_history": Shape(hint={"anyOf": [_SPAN, {"type": "integer", "minimum": 1}]}),
        "unseen": Shape(hint=_SPAN),
        "silence": Shape(hint=_SPAN),
        "only": Value(kinds=("string",), fault="only is the name of a selection"),
        "known": Shape(hint=_SPAN),
        "method": Choice(of=METHODS),
        "register": Choice(of=tuple(REGISTERS)),
        "match": Record(
            others=Shape(hint=TEXT),
            names=_FIELD,
            least=1,
            fault="match maps fields to columns of the register",
            remedy="match: {pen_reference: reference}",
        ),
        "against": Shape(hint=TEXT),
        "tolerance": Shape(),
        "chain": Items(
            of=Record(fields={"by": Shape(hint={"anyOf": [_FIELD, {"type": "array", "items": _FIELD}]})}, required=("by",)),
            least=2,
            fault="chain names the end of one movement and the beginning of the next",
            remedy="chain: [{by: receiver_key}, {by: sender_key}]",
        ),
        "gap": Shape(hint=_SPAN),
        "closes": Value(kinds=("boolean",), fault="closes is true or false"),
        "links": Shape(hint={"anyOf": [{"type": "integer", "minimum": 2, "maximum": MOST_LINKS}, TEXT]}),
    },
    required=("type",),
)
# What a type must have and may have, beside type, group-by and emit.
_KEYS: dict[str, tuple[set[str], set[str]]] = {
    **{t: ({"condition", "field"}, {"and", "timespan", "calendar", "silence", "known"}) for t in AGGREGATES},
    "value_count": ({"condition", "field"}, {"and", "timespan", "calendar", "silence", "known", "unseen"}),
    "event_count": ({"condition"}, {"and", "timespan", "calendar", "silence", "known"}),
    "baseline": ({"condition", "field", "timespan", "min_history"}, {"method"}),
    "temporal": ({"selections", "timespan"}, set()),
    "temporal_ordered": ({"selections", "timespan"}, {"differs"}),
    "first_seen": ({"min_history"}, {"timespan", "differs", "condition", "only"}),
    "absence": ({"register", "match"}, set()),
    "reconcile": ({"register", "match", "field", "against"}, {"tolerance", "calendar"}),
    "chain": ({"chain", "gap"}, {"field", "tolerance", "closes", "links"}),
}


_DAYS = re.compile(r"(\d{1,5})d")


def days_of(value: Any) -> int | None:
    """`30d` as a number of days; None if it is not written so, or is no span at all."""
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    days = int(found.group(1)) if found else 0
    return days if 0 < days <= LONGEST else None


def check_correlation(data: Mapping[str, Any], complaints: Complaints) -> None:
    """Checks what the parts of the block `correlation` mean together, with the `scope` and `params` of the rule.

    A part that its shape complains of already may be missing here: only what is well shaped is asked for its meaning.
    """

    def complain(key: str, message: str, remedy: str = "") -> None:
        complaints.add(("correlation", key) if key else ("correlation",), message, remedy, WindowError)

    spec, scope = data.get("correlation"), data.get("scope")
    if scope == "line" and spec is not None:
        complain("", "a line rule has no correlation", "Use scope shipment or history.")
        return
    if scope == "shipment" and not isinstance(spec, Mapping):
        complaints.add(("scope",), "a shipment rule needs a correlation", "Add type, group-by and condition.", WindowError)
    if data.get("subject") == "party" and scope == "history":
        complaints.add(("subject",), "a history rule judges lines or substances", "Use subject line.", WindowError)
    if not isinstance(spec, Mapping) or CORRELATION.fields["type"].faults(spec.get("type"), ("type",)):
        return
    kind = str(spec["type"])
    needed, allowed = _KEYS[kind]
    known = {"type", "group-by", "emit", *needed, *allowed}
    for key in spec:
        if key in CORRELATION.fields and key not in known:
            complain(key, f"a correlation of type {kind} has no {key}", f"Known for {kind}: {', '.join(sorted(known))}.")
        if spec[key] is None:
            complain(key, f"{key} has no value", "Write one, or leave it out.")
    for key in sorted(needed - set(spec)):
        complain("", f"{kind} needs {key}", f"Add `{key}:`.")
    joined = spec.get("and")
    if isinstance(joined, Mapping) and joined.get("type") != "event_count" and joined.get("field") is None:
        complain("and", f"{joined.get('type')} needs a field")
    if scope == "shipment":
        _check_shipment(spec, kind, complain)
    else:
        params = data.get("params")
        _check_span(spec, kind, complain, params if isinstance(params, Mapping) else {})
    if kind in ("absence", "reconcile"):
        _check_register(spec, complain)
    if kind == "chain":
        _check_chain(spec, complain)


Complain = Callable[..., None]


def _check_shipment(spec: Mapping[str, Any], kind: str, complain: Complain) -> None:
    if kind not in AGGREGATES:
        complain("type", f"{kind} looks back in time", "Use scope history.")
    for key in ("timespan", "calendar", "emit", "unseen", "silence", "known"):
        if key in spec:
            complain(key, f"a shipment rule has no {key}", "Use scope history.")
    keys = spec.get("group-by")
    if not isinstance(keys, list) or "shipment_id" not in keys:
        complain("group-by", "a shipment rule groups by shipment_id", "group-by: [shipment_id].")


def _check_span(spec: Mapping[str, Any], kind: str, complain: Complain, params: Mapping[str, Any]) -> None:
    if kind in AGGREGATES and ("timespan" in spec) == ("calendar" in spec):
        complain("", "needs either a timespan or a calendar period", "timespan: 30d")
    for key in ("unseen", "silence", "known"):
        if key in spec and "timespan" not in spec:
            complain(key, f"{key} lies before a timespan", "timespan: 30d")
    if spec.get("known") is not None and "silence" not in spec:
        complain("known", "known is said of a silence", "silence: 365d")
    for key in ("condition", "only"):
        if kind == "first_seen" and key in spec and "differs" not in spec:
            complain(key, f"{key} is said of movements that differ within a group", "differs: [country_of_dispatch]")
    for key in ("timespan", "min_history", "unseen", "silence", "known", "gap"):
        value = spec.get(key)
        if isinstance(value, str) and value.startswith("$"):
            value = params.get(value[1:], value)
        if value is None:
            continue
        if key == "min_history" and kind == "baseline":  # a number of earlier lines, not of days
            if type(value) is not int or value < 1:
                complain(key, "min_history is a number of earlier lines", "min_history: 5")
        elif days_of(value) is None:
            complain(key, f"{value!r} is not a span of time", f"Write a number of days from 1d to {LONGEST}d.")
    if kind not in ("absence", "reconcile") and spec.get("group-by") is None:  # those are grouped by what they match
        complain("", "needs group-by", "group-by: [consignee_key, substance_id]")


def sides_of(spec: Mapping[str, Any]) -> list[list[str]]:
    """The fields of the two sides of a chain: of the end of one movement, and of the beginning of the next."""
    sides = [side.get("by") for side in spec["chain"]]
    return [[str(name) for name in side] if isinstance(side, list) else [str(side)] for side in sides]


def _check_chain(spec: Mapping[str, Any], complain: Complain) -> None:
    """Two sides of as many fields; what does not come back to where it began is a chain of two links."""
    shape = CORRELATION.fields["chain"]
    if "chain" not in spec or shape.faults(spec["chain"], ("chain",)):
        return
    sides = sides_of(spec)
    if len(sides) != 2 or len(sides[0]) != len(sides[1]) or not all(sides):
        complain("chain", "a chain has two sides of as many fields", "chain: [{by: receiver_key}, {by: sender_key}]")
    elif set(sides[0]) & set(sides[1]):
        complain("chain", "the two sides of a chain are different fields", "chain: [{by: receiver_key}, {by: sender_key}]")
    if "tolerance" in spec and "field" not in spec:
        complain("tolerance", "tolerance is said of a field", "field: substance_mass_kg")


def _check_register(spec: Mapping[str, Any], complain: Complain) -> None:
    """What is matched are columns of text of the register, what is compared is a column of numbers."""
    register, match = spec.get("register"), spec.get("match")
    if not isinstance(register, str) or register not in REGISTERS:
        return
    columns = {field.name: _kind(field.type) for field in schema_of(register)}
    named = [("match", name, "text") for name in (match.values() if isinstance(match, Mapping) else ())]
    for key, name, kind in [*named, *([("against", spec["against"], "number")] if "against" in spec else [])]:
        if not isinstance(name, str) or name not in columns:
            remedy = did_you_mean(str(name), columns) or f"Columns: {', '.join(columns)}."
            complain(key, f"{register} has no column {name!r}", remedy)
        elif columns[name] != kind:
            remedy = f"Columns: {', '.join(n for n, k in columns.items() if k == kind)}."
            complain(key, f"{name!r} of {register} is not a column of {kind}s", remedy)


def _kind(type_: pa.DataType) -> str:
    return "text" if pa.types.is_string(type_) else "number" if pa.types.is_decimal(type_) else "other"
