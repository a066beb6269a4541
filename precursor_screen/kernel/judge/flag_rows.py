"""FLAG rows of what a rule is true of: identity, level, sentence, evidence, and what a flag rests on that nobody has checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import BY_NAME, FLAG, LINE, PARTY, SUBSTANCE
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows, whole
from precursor_screen.rulebook.expression import Apply, Expression, Field, Literal, Operator, Outcome, Text, apply, columns_in
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.windows import Grouping

# Where a match stands, beside what the rule shows: names in the evidence -> columns.
_SPANS = {
    SUBSTANCE: {
        "field": "matched_field",
        "as_written": "matched_text",
        "start": "matched_start",
        "end": "matched_end",
        "compared_as": "matched_as",
        "candidate": "matched_name",
        "method": "match_method",
        "score": "match_score",
    },
    PARTY: {
        "field": "party_role",
        "as_written": "party_name",
        "start": "party_start",
        "end": "party_end",
        "compared_as": "party_compared",
        "candidate": "matched_entry_name",
        "method": "",
        "score": "watchlist_score",
    },
}
_COLUMN_OF_SPAN = {SUBSTANCE: "matched_column", PARTY: "party_column"}  # of the text in which it stands, where one is known
# Columns of FLAG that tell the candidates of a line apart -> columns of the candidate.
_CANDIDATE = {
    LINE: {},
    SUBSTANCE: {"substance_id": "substance_id"},
    PARTY: {"party_role": "party_role", "list_id": "list_id", "entry_id": "entry_id"},
}
_BY = ("substance_id", "party_role", "list_id", "entry_id")


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Only these levels bar the band `none` when they could not be judged.
BARRING = ("high", "critical")
# Every flag names its place, whatever the rule asks for.
PLACE = ("line_id", "movement_key", "shipment_id", "source_file", "source_row")


def doubt_tests(rule: CompiledRule) -> list[tuple[str, Expression]]:
    """[(what the flag rests on that nobody has checked, true when it is so)]."""
    if rule.rule.subject != SUBSTANCE:
        return []
    found = [
        ("membership unverified", _is_false("membership_verified")),
        ("unknown whether listed on that day", _is_false("listing_known")),
    ]
    if any(name.startswith(("threshold_", "regulated_")) for name in rule.columns):
        found.append(("threshold unverified", _is_false("threshold_verified")))
    return found


def _is_false(column: str) -> Expression:
    return apply(Operator.NOT, Field(column))


def columns_shown(rule: CompiledRule) -> frozenset[str]:
    """The columns that a rule's flags are weighed by, and those that they show."""
    shown = (rule.sentence, *(fact.as_written for fact in rule.facts))
    weighed = (*(when for when, _, _ in rule.levels), *(test for _, test in doubt_tests(rule)))
    return columns_in((*shown, *weighed)) | set(PLACE)


def columns_of_rule(rule: CompiledRule) -> frozenset[str]:
    """The columns that judging a history rule and showing its flags need."""
    verified = {"membership_verified", "listing_known", "threshold_verified"} if rule.rule.subject == SUBSTANCE else set()
    return rule.columns | verified | {"substance_id"}


def flags_of(
    rule: CompiledRule,
    rows: Rows,
    identity: Sequence[Texts | pa.Array],
    given: Mapping[str, pa.Array] | None = None,
    outcomes: Mapping[str, Texts] | None = None,
    more_evidence: Sequence[Sequence[Mapping[str, Any]]] | None = None,
) -> pa.Table:
    """FLAG rows, one a row, in their order.

    Args:
        rule: that is true of each row.
        rows: with the columns of `columns_told`.
        identity: what makes a flag the same tomorrow, beside the rule: never a row number, a score or a wording.
        given: columns of FLAG beyond those that every flag has; others are null.
        outcomes: for `Wording`.
        more_evidence: for each row, what follows the rule's own evidence.
    """
    levels, weights = _levels(rule, rows)
    r = rule.rule
    same = {"rule_id": r.id, "rule_version": r.version, "confidence": r.confidence, "state": "new", "family": r.family}
    columns = {
        **{name: rows.column(name) for name in PLACE if name in FLAG.names},
        **{name: pa.repeat(pa.scalar(value, pa.string()), rows.count) for name, value in same.items()},
        "flag_id": _flag_ids(r.id, identity),
        "level": levels,
        "weight": weights,
        **_texts(rule, rows, outcomes, more_evidence),
        "window_line_ids": pa.array([[]] * rows.count, FLAG.field("window_line_ids").type),
        **(given or {}),
    }
    return pa.table([columns.get(f.name, pa.nulls(rows.count, f.type)).cast(f.type) for f in FLAG], schema=FLAG)


def _texts(
    rule: CompiledRule,
    rows: Rows,
    outcomes: Mapping[str, Texts] | None,
    more_evidence: Sequence[Sequence[Mapping[str, Any]]] | None,
) -> dict[str, pa.Array]:
    """Sentence and evidence of each row."""
    wording = Wording(rows, outcomes)
    because = wording.texts(rule.sentence)
    for doubt, test in doubt_tests(rule):
        because = [
            f"{text} ({doubt})" if is_so and text is not None else text
            for text, is_so in zip(because, rows.true(test), strict=True)
        ]
    evidence = _evidence(rule, wording, rows.count)
    for mine, more in zip(evidence, more_evidence, strict=True) if more_evidence is not None else ():
        mine.extend(more)
    return {"because": pa.array(because, pa.string()), "evidence": pa.array([compact(one) for one in evidence], pa.string())}


def _flag_ids(rule_id: str, identity: Sequence[Texts | pa.Array]) -> pa.Array:
    """The first half of a SHA-256 of each row's key, the rule and what else makes the flag."""
    key, *others = (pa.array(part, pa.string()) for part in identity)
    named = pc.binary_join_element_wise(key, rule_id, *others, "\x1f", null_handling="replace", null_replacement="")
    return pa.array([hashlib.sha256(one).hexdigest()[:32] for one in named.cast(pa.binary()).to_pylist()], pa.string())


def _levels(rule: CompiledRule, rows: Rows) -> tuple[pa.Array, pa.Array]:
    """Level and weight of each row: of the first of the rule's levels that holds; at most medium where something is in doubt."""
    levels, weights = np.full(rows.count, rule.rule.level, object), np.full(rows.count, rule.rule.weight)
    for when, level, weight in reversed(rule.levels):
        holds = rows.true(when)
        levels[holds], weights[holds] = level, weight
    for _, test in doubt_tests(rule):
        levels[rows.true(test) & np.isin(levels, BARRING)] = "medium"
    return pa.array(levels, pa.string()), pa.array(weights, pa.int64())


def _evidence(rule: CompiledRule, wording: Wording, count: int) -> list[list[Mapping[str, Any]]]:
    """{subject, field, as_written} of each fact that has a value."""
    found: list[list[Mapping[str, Any]]] = [[] for _ in range(count)]
    for fact in rule.facts:
        for mine, text in zip(found, wording.texts(fact.as_written), strict=True):
            if text is not None:
                mine.append({"subject": fact.subject, "field": fact.field, "as_written": text})
    return found


def flags_of_rows(rule: CompiledRule, rows: Rows, at: npt.NDArray[np.int64]) -> pa.Table:
    """FLAG rows of a rule that is true of some rows, each by itself."""
    subject = rule.rule.subject
    candidate = _CANDIDATE[subject]
    shown = {*candidate.values(), *_SPANS.get(subject, {}).values(), _COLUMN_OF_SPAN.get(subject, "")} - {""}
    mine = rows.take(at, columns_shown(rule) | shown)
    given = {name: mine.column(column) for name, column in candidate.items()}
    if subject != LINE:
        given["score"] = mine.column(_SPANS[subject]["score"])
    none = pa.nulls(mine.count, pa.string())
    identity = [mine.column("movement_key"), *(given.get(name, none) for name in _BY)]
    return flags_of(rule, mine, identity, given, more_evidence=_spans(subject, mine))


def _spans(subject: str, rows: Rows) -> list[list[dict[str, Any]]] | None:
    """Of rules about a substance or a party: where the match stands."""
    if subject not in _SPANS:
        return None
    columns = _SPANS[subject]
    values = {name: rows.column(column).to_pylist() if column else ["name"] * rows.count for name, column in columns.items()}
    stands = rows.column(_COLUMN_OF_SPAN[subject]).to_pylist()
    values["field"] = [column if column is not None else field for column, field in zip(stands, values["field"], strict=True)]
    return [[{"subject": subject, **dict(zip(values, row, strict=True))}] for row in zip(*values.values(), strict=True)]


def flags_of_groups(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, rows: Rows, at: npt.NDArray[np.int64]) -> pa.Table:
    """A flag for each group that meets the test, about its first line; the others are named beside it."""
    grouping = rule.grouping
    assert grouping is not None
    shown = columns_shown(rule) | {*grouping.keys} | columns_in(grouping.expressions)
    members = {"substance_name"} & rule.columns
    mine = rows.take(at, shown | members)
    found = groups_of(connection, grouping, mine, bool(members))
    first = mine.take(found.column("place").to_numpy(), shown)
    keys = {key: found.column(f"key_{key}").to_pylist() for key in grouping.keys}
    if (
        grouping.unnested
    ):  # a list among the keys is one group an element: the sentence names that element, not the first line's list
        first = first.with_columns({key: pa.array([[v] for v in keys[key]], BY_NAME[key].arrow) for key in grouping.unnested})
    identity = [keys.pop("shipment_id") if "shipment_id" in keys else first.column("shipment_id").to_pylist(), *keys.values()]
    outcomes = {name: found.column(name).to_pylist() for name in ("correlation_value", "group_members")}
    return flags_of(rule, first, identity, {"window_line_ids": whole(found.column("others"))}, outcomes)


_AGGREGATES = {
    "event_count": "count(distinct {})",
    "value_count": "count(distinct {})",
    "value_sum": "sum({})",
    "value_avg": "avg({})",
    "value_median": "median({})",
}


def _parts_of(grouping: Grouping) -> Iterator[tuple[str, Expression]]:
    """What is added up or counted of each row, and its limits: names of columns of `selected`, and what they hold."""
    for i, measure in enumerate(grouping.measures):
        assert measure.of is not None
        yield f"value_{i}", measure.of
        yield from ((f"limit_{i}_{j}", limit) for j, (_, limit) in enumerate(measure.limits))


def groups_of(connection: duckdb.DuckDBPyConnection, grouping: Grouping, rows: Rows, has_members: bool = False) -> pa.Table:
    """The groups of some rows that meet the test.

    Returns:
        key_... of its keys, correlation_value as text, group_members, place of its first row, others: its other lines.
    """
    names = ("line_id", "source_file", "source_row", *grouping.keys, *(["substance_name"] if has_members else []))
    parts = {name: rows.value(part) for name, part in _parts_of(grouping)}
    places = {"place": np.arange(rows.count)}
    connection.register("selected", pa.table({**{n: rows.column(n) for n in dict.fromkeys(names)}, **parts, **places}))
    found: pa.Table = connection.sql(_groups(grouping, has_members)).to_arrow_table()
    connection.unregister("selected")
    return found


def _groups(grouping: Grouping, has_members: bool) -> str:
    columns = {k: f"unnest({identifier(k)})" if k in grouping.unnested else identifier(k) for k in grouping.keys}
    keys = ", ".join(f"key_{k}" for k in columns)
    members = "array_to_string(list_sort(list(distinct substance_name)), ', ')" if has_members else "cast(null as varchar)"
    computed = [_AGGREGATES[m.aggregate].format(f"value_{i}") for i, m in enumerate(grouping.measures)]
    tests = [
        f"{computed[i]} {sign} min(limit_{i}_{j})"
        for i, m in enumerate(grouping.measures)
        for j, (sign, _) in enumerate(m.limits)
    ]
    order = "source_file, source_row, line_id"
    return f"""
        with grouped as (
            select {keys}, cast({computed[0]} as varchar) as correlation_value, coalesce({members}, {literal(NOT_STATED)}) as group_members,
                   list_sort(list(distinct line_id)) as line_ids, first(place order by {order}) as place,
                   first(line_id order by {order}) as line_id, first(source_file order by {order}) as source_file, first(source_row order by {order}) as source_row
            from (select *, {", ".join(f"{sql} as key_{k}" for k, sql in columns.items())} from selected)
            where {" and ".join(f"key_{k} is not null" for k in columns)} group by {keys} having {" and ".join(tests)})
        select {keys}, correlation_value, group_members, place, list_filter(line_ids, lambda x: x <> line_id) as others
        from grouped order by {order}, {keys}"""


# --- what a flag says: few rows, so in Python

LONGEST = 160  # characters of a cell shown in a sentence; the whole cell is in the evidence
_WHOLE: Final = frozenset(
    {Field("threshold_source")}
)  # from the tables of the law, so not for a manifest to lengthen: half of it says something else
NOT_STATED = "not stated"

Texts = Sequence[str | None]

_UN_NUMBER: Final = re.compile(r"\d{4}", re.ASCII)
_BEFORE_DIGITS: Final = re.compile(r"^\D+(?=\d)", re.ASCII)
_NUMBERED: Final = {"cas": "CAS number", "ec_number": "EC number", "cus": "CUS code"}


class Wording:
    """Sentences and evidence of some rows.

    Args:
        rows: that a rule is true of.
        outcomes: what judging a group or window gives to its sentence, by name, a text a row.
    """

    def __init__(self, rows: Rows, outcomes: Mapping[str, Texts] | None = None) -> None:
        self._rows = rows
        self._outcomes = outcomes or {}
        self._values: dict[Expression, list[Any]] = {}

    def texts(self, node: Expression) -> Texts:
        """A text for each row; null where a part of it is."""
        match node:
            case Literal(value):
                return [str(value)] * self._rows.count
            case Outcome(_, name):
                return self._outcomes[name]
            case Text(value, shown, percent):
                show = _shown(value.kind, percent) if shown and value not in _WHOLE else _PLAIN.get(value.kind, str)
                return [show(v) if v is not None else (NOT_STATED if shown else None) for v in self.values(value)]
            case Apply(Operator.JOINED, parts):
                return [None if None in some else "".join(some) for some in zip(*map(self.texts, parts), strict=True)]
            case Apply(Operator.WORDS, (text,)):
                return [None if t is None else t.replace("_", " ") for t in self.texts(text)]
            case Apply(Operator.CLAUSE, (test, said)):
                return [text if true else "" for true, text in zip(self._known(test), self.texts(said), strict=True)]
            case Apply(Operator.LIMIT, (value, shown, regulated)):
                return list(map(_limit, self.values(value), self.texts(shown), self.values(regulated)))
            case Apply(Operator.SAID, (text, method)):
                return [_said(t, m) for t, m in zip(self.texts(text), self.values(method), strict=True)]
        raise TypeError(f"{node!r} is not a text")

    def _known(self, test: Expression) -> Sequence[bool]:
        """Whether the texts that a clause names are all there and not blank."""
        match test:
            case Apply(Operator.AND, parts):
                return [all(some) for some in zip(*map(self._known, parts), strict=True)]
            case Apply(Operator.NOT, (Apply(Operator.EMPTY_TEXT, (text,)),)):
                return [t is not None and t.strip(" ") != "" for t in self.texts(text)]
        raise TypeError(f"{test!r} is not the test of a clause")

    def values(self, node: Expression) -> list[Any]:
        """The value of an expression in each row."""
        if node not in self._values:
            self._values[node] = self._rows.value(node).to_pylist()
        return self._values[node]


def _limit(threshold: Decimal | None, text: str | None, regulated: Decimal | None) -> str:
    """A threshold in words that are true of what is at it, too."""
    if threshold is None:
        return f"the threshold is {text}"
    if threshold == 0:
        return "any quantity counts"
    return f"more than {text} kg counts" if regulated is not None and regulated > threshold else f"the threshold is {text} kg"


def _said(text: str | None, method: str | None) -> str | None:
    """What it is that matched: "UN number 1789", "the name ACETONE"."""
    if text is None:
        return None
    if method == "un_number":
        found = _UN_NUMBER.search(text)
        return f"UN number {found.group() if found else text}"
    if method == "hs":
        return f"HS code {text}"
    return f"{_NUMBERED[method]} {_BEFORE_DIGITS.sub('', text)}" if method in _NUMBERED else f"the name {text}"


def _shown(kind: str, percent: bool) -> Callable[[Any], str]:
    """How a value is shown to a person: numbers without idle zeros, lists joined, long texts cut."""
    if percent:
        return lambda value: f"{_half_away(float(value) * 100):g}"
    plain = _PLAIN.get(kind, str)
    if kind in ("texts", "controls"):
        return lambda value: _cut(plain(value)) or "none"
    return lambda value: _cut(plain(value)) if kind == "text" else plain(value)


def _half_away(number: float) -> float:
    """Rounded to one place, half away from zero, as the engine rounds in rules."""
    return (1 if number >= 0 else -1) * int(abs(number) * 10 + 0.5) / 10


def _cut(text: str) -> str:
    return f"{text[: LONGEST - 3]}..." if len(text) > LONGEST else text


def number_text(value: Decimal | float) -> str:
    """A number without idle zeros."""
    text = format(value, "f") if isinstance(value, Decimal) else repr(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


_PLAIN: Final[Mapping[str, Callable[[Any], str]]] = {
    "number": number_text,
    "score": lambda value: f"{value:.1f}",
    "text": str,
    "texts": lambda value: ", ".join(text for text in value if text is not None),
    "controls": lambda value: ", ".join(f"{one['instrument']} {one['schedule']}" for one in value),
    "boolean": lambda value: "true" if value else "false",
}
