"""The correlations of rules: groups of a shipment's lines, and windows over movements (`kernel.judge.windows` puts them into queries).

A group is what shares the keys; a window is the movements of a group within a span of days, both ends included, or from the
beginning of a calendar period on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.core.schema import BY_NAME, LINE
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.atoms import AtomError, Scope, operand
from precursor_screen.rulebook.correlation import AGGREGATES, COMPARED, MOST_LINKS, days_of, sides_of
from precursor_screen.rulebook.expression import NUMERIC, Expression, Field, columns_in

# The correlation of a shipment rule: how its lines are grouped, and what must be true of a group.

SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DISTINCT = ("event_count", "value_count")  # aggregates that count what differs


class Measure(Struct, frozen=True):
    """What is computed over a group or window and compared.

    of: the value of a row; None: its cargo. limits: (sign of the comparison, limit) each; of limits that differ within a group the lowest.
    """

    aggregate: str
    of: Expression | None
    limits: tuple[tuple[str, Expression], ...]

    @property
    def is_lower_bound(self) -> bool:
        """Whether what could not be judged can only make it truer: sums and counts that must reach something."""
        return self.aggregate in (*DISTINCT, "value_sum", "reconcile") and all(sign in (">", ">=") for sign, _ in self.limits)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it reads of each row."""
        return (*([self.of] if self.of else []), *(limit for _, limit in self.limits))


class Grouping(Struct, frozen=True):
    """A shipment rule's correlation: the columns to group by, and what must be true of a group; the first of several is told."""

    keys: tuple[str, ...]
    unnested: frozenset[str]  # keys that are lists: one group an element
    measures: tuple[Measure, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it reads of each row, beside the keys."""
        return tuple(e for measure in self.measures for e in measure.expressions)


def read_keys(spec: Mapping[str, Any], scope: Scope) -> tuple[tuple[str, ...], frozenset[str]]:
    """The fields that group, and those of them that are lists.

    Raises:
        AtomError: a name that is not a field, several lists, or a field named twice.
    """
    keys = tuple(str(k) for k in spec.get("group-by") or ())
    for key in keys:
        if key not in BY_NAME:
            raise AtomError(f"{key!r} cannot group: it is not a field", did_you_mean(key, BY_NAME))
    unnested = frozenset(k for k in keys if scope.column(k).kind == "texts")
    if len(unnested) > 1 or len(set(keys)) < len(keys):
        raise AtomError("one list at most can group, and each field once", "Leave out the others.")
    return keys, unnested


def blocks_of(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The condition of a correlation, and the one that `and` joins to it."""
    return [spec, *([spec["and"]] if "and" in spec else [])]


def parse_grouping(spec: Mapping[str, Any], scope: Scope) -> tuple[Grouping, list[str]]:
    """Reads a correlation of scope shipment that has passed `check_correlation`.

    Returns:
        The grouping, and the fields without which a line is in no group.

    Raises:
        AtomError: a field, parameter or limit that is not known, or of the wrong kind.
    """
    keys, unnested = read_keys(spec, scope)
    blocks = blocks_of(spec)
    measures = tuple(_measure(block, scope, Field("line_id")) for block in blocks)
    return Grouping(keys, unnested, measures), [*keys, *(str(b["field"]) for b in blocks if "field" in b)]


def _measure(block: Mapping[str, Any], scope: Scope, counted: Expression | None) -> Measure:
    """What a condition measures: the field that it names, else `counted`."""
    kind = str(block["type"])
    of = scope.column(str(block["field"])) if "field" in block else counted
    if of is not None and kind not in DISTINCT and of.kind not in NUMERIC:
        raise AtomError(f"{kind} needs a number, and {block['field']!r} is {of.kind}")
    return Measure(kind, of, limits_of(block, scope))


def limits_of(block: Mapping[str, Any], scope: Scope) -> tuple[tuple[str, Expression], ...]:
    """What an aggregate is compared with, each with the sign of the comparison: a number or a field.

    Raises:
        AtomError: a limit that is neither.
    """
    try:
        limits = scope.resolve(block.get("condition") or {})
        return tuple((SIGNS[key], operand(limit, "number", scope)) for key, limit in limits.items())
    except AtomError as error:
        error.part = "condition"
        raise
    except ValueError as error:
        raise AtomError(str(error), part="condition") from error


class Chain(Struct, frozen=True):
    """How movements follow each other: the end of one is the beginning of the next.

    ends, begins: the fields of both sides. gap: days between one and the next, at most. links: the most. closes: whether the last
    must come back to where the first began. carried: what must be comparable, each with the one before; the greater of two is at most
    (1 + tolerance) times the other. shown: what is said of each link.
    """

    ends: tuple[str, ...]
    begins: tuple[str, ...]
    gap: int
    links: int
    closes: bool
    carried: Expression | None
    tolerance: float
    shown: tuple[Expression, ...] = ()


class Window(Struct, frozen=True):
    """A correlation of scope history.

    days: span, or None; period: month or year, or ''. steps: the selections, in order; of first_seen the movements that are asked. changes: what must differ between the
    first and the last step. min_history: movements (baseline) or days (first_seen). matched: (a movement's value, column of the
    register). named_by: the text that `{group_members}` lists. unseen: days in which a value must not have been seen before, to be
    counted. silence: days without a movement before the first of the window; known: in how many days there was one earlier still.
    """

    kind: str
    keys: tuple[str, ...]
    unnested: frozenset[str]
    emit: str
    days: int | None = None
    period: str = ""
    measures: tuple[Measure, ...] = ()
    steps: tuple[Expression, ...] = ()
    changes: tuple[Expression, ...] = ()
    min_history: int = 0
    method: str = "ratio"
    register: str = ""
    matched: tuple[tuple[Expression, str], ...] = ()
    against: str = ""
    tolerance: float = 0.0
    named_by: Expression | None = None
    unseen: int = 0
    silence: int = 0
    known: int = 0
    chain: Chain | None = None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it reads of every movement to judge it; what it only names (`named_by`) is not among them."""
        measured = (e for m in self.measures for e in m.expressions)
        linked = (*map(Field, (*self.chain.ends, *self.chain.begins)), self.chain.carried) if self.chain else ()
        matched = (value for value, _ in self.matched)
        return (*map(Field, self.keys), *measured, *self.steps, *self.changes, *matched, *filter(None, linked))

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the schema that it reads."""
        return columns_in((*self.expressions, *self.naming))

    @property
    def naming(self) -> tuple[Expression, ...]:
        """What a sentence, and the evidence, name of the others of a window."""
        return (*((self.named_by,) if self.named_by else ()), *(self.chain.shown if self.chain else ()))

    @property
    def groupings(self) -> tuple[tuple[str, ...], ...]:
        """What a movement shares with those that it can be in a window with; `a>b`: its `a` is the other's `b`."""
        if self.chain is None:
            return (self.keys,)
        onward = [f"{end}>{begin}" for end, begin in zip(self.chain.ends, self.chain.begins, strict=True)]
        back = [f"{begin}>{end}" for end, begin in zip(self.chain.ends, self.chain.begins, strict=True)]
        alike = [self.chain.ends, self.chain.begins] if not self.chain.closes else [(*self.chain.ends, *self.chain.begins)]
        return ((*self.keys, *onward), (*self.keys, *back), *((*self.keys, *some) for some in alike))

    @property
    def reach(self) -> int | None:
        """How many days of history a movement can be judged with; None: all there is."""
        if self.period:
            return {"month": 31, "year": 366}[self.period]
        if self.kind in ("first_seen", "reconcile") and self.days is None:
            return None
        return (self.days or 0) + self.before

    @property
    def grows(self) -> bool:
        """Whether windows that overlap are one episode; an outlier, a first time and a missing document are each their own."""
        return self.kind in (*AGGREGATES, "temporal", "temporal_ordered", "chain")

    @property
    def before(self) -> int:
        """How many days before its span bear on a window."""
        return max(self.unseen, self.silence, self.known)


def parse_window(spec: Mapping[str, Any], scope: Scope, selection: Callable[[str], Expression]) -> tuple[Window, list[str]]:
    """Reads a correlation of scope history that has passed `check_correlation`.

    Args:
        spec: the block.
        scope: fields, parameters and lists of the rule.
        selection: a selection by its name.

    Returns:
        The window, and the fields that must be there for a movement to enter it.

    Raises:
        AtomError: a field, parameter or selection that is not known, or of the wrong kind.
    """
    kind = str(spec["type"])
    keys, unnested = read_keys(spec, scope)
    needed = list(keys)
    measures = []
    for block in blocks_of(spec) if kind in COMPARED else ():
        measures.append(_measure(block, scope, None))
        limits = scope.resolve(block.get("condition") or {}).values()
        compared = [limit["field"] for limit in limits if isinstance(limit, Mapping)]
        needed += [str(name) for name in (block.get("field"), *compared) if name is not None]
    if kind == "first_seen":
        if asked := limits_of(spec, scope):
            measures.append(Measure("event_count", None, asked))
        needed += [str(f) for f in spec.get("differs") or ()]
    match = spec.get("match") or {}
    for field in match:
        if scope.column(field).kind != "text":
            raise AtomError(f"match compares texts, and {field!r} is none")
    needed += match
    chain, linked = _chain(spec, scope) if kind == "chain" else (None, [])
    needed += linked
    min_history = scope.resolve(spec.get("min_history", 0))
    alone = kind in _BY_THEMSELVES or (kind == "first_seen" and "differs" in spec)
    window = Window(
        kind=kind,
        keys=keys or tuple(match),
        unnested=unnested,
        emit=str(spec.get("emit", "trigger" if alone else "crossing")),
        days=chain.gap * (chain.links - 1) if chain else days_of(scope.resolve(spec["timespan"])) if "timespan" in spec else None,
        period=str(spec.get("calendar", "")),
        measures=tuple(measures),
        steps=tuple(selection(name) for name in spec.get("selections") or ([spec["only"]] if "only" in spec else [])),
        changes=tuple(scope.column(str(f)) for f in spec.get("differs") or ()),
        min_history=min_history if isinstance(min_history, int) else days_of(min_history) or 0,
        method=str(spec.get("method", "ratio")),
        register=str(spec.get("register", "")),
        matched=tuple((scope.column(field), str(column)) for field, column in match.items()),
        against=str(spec.get("against", "")),
        tolerance=_tolerance(scope.resolve(spec.get("tolerance", 0))),
        named_by=_named_by(spec, scope),
        **{name: days_of(scope.resolve(spec.get(name))) or 0 for name in ("unseen", "silence", "known")},
        chain=chain,
    )
    return window, needed


_BY_THEMSELVES = ("absence", "baseline")  # every movement carries its own flag
_MOST_TOLERANCE = 10


def _tolerance(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_TOLERANCE:
        raise AtomError(f"tolerance {value!r} is not a share of at most {_MOST_TOLERANCE}", "tolerance: 0.05")
    return float(value)


def _chain(spec: Mapping[str, Any], scope: Scope) -> tuple[Chain, list[str]]:
    """The chain of a correlation, and the fields without which a movement is no link."""
    ends, begins = sides_of(spec)
    for name in (*ends, *begins):
        if scope.column(name).kind not in ("text", "date", *NUMERIC) or not isinstance(scope.column(name), Field):
            raise AtomError(f"{name!r} is nothing that two movements can share", "Use a key, a place or a number.", part="chain")
    carried = scope.column(str(spec["field"])) if "field" in spec else None
    if carried is not None and carried.kind not in NUMERIC:
        raise AtomError(f"chain compares numbers, and {spec['field']!r} is {carried.kind}", part="field")
    closes, links = spec.get("closes", False), scope.resolve(spec.get("links", 2))
    if type(links) is not int or not 2 <= links <= (MOST_LINKS if closes else 2):
        most = f"from 2 to {MOST_LINKS}" if closes else "2 where it does not close"
        raise AtomError(f"links {links!r} is not a number of links", f"Write {most}.", part="links")
    shown = [name for name in ("as_of_date", "sender_name", "receiver_name") if scope.allowed is None or name in scope.allowed]
    chain = Chain(
        ends=tuple(ends),
        begins=tuple(begins),
        gap=days_of(scope.resolve(spec["gap"])) or 1,
        links=links,
        closes=closes,
        carried=carried,
        tolerance=_tolerance(scope.resolve(spec.get("tolerance", 0))),
        shown=(*map(scope.column, shown), *((carried,) if carried else ())),
    )
    return chain, [*ends, *begins, *([str(spec["field"])] if carried else [])]


def _named_by(spec: Mapping[str, Any], scope: Scope) -> Expression | None:
    """What tells an officer what is in the group: names rather than keys."""
    counted = (str(b.get("field", "")) for b in blocks_of(spec) if b.get("type") == "value_count")
    field = next(counted, "substance_id")
    if "chain" in spec:
        field = "sender_name"
    named = f"{field.removesuffix('_id').removesuffix('_key')}_name"
    for name in (named, field, "substance_name"):
        if name in BY_NAME and BY_NAME[name].kind == "text" and BY_NAME[name].subject in (LINE, scope.subject):
            return scope.column(name)
    return None
