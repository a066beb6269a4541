"""What is asked of the past: rules whose windows are about as long ask together, and only for the columns that judge.

One question for all rules read a year, or all that is recorded, for windows of a week, with every column of every rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.history_seam import REFERENCES, HistoryQuery, columns_of
from precursor_screen.core.schema import MOVEMENT_LOOKED_UP
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.legal_status import LISTING
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.expression import Expression, columns_in, smallest_tests
from precursor_screen.rulebook.windows import Window

SPANS = (31, 92, 366, 3660)  # days: a month, a quarter, a year, ten years (the longest that a rule may ask for)
# Groups that name neither a party nor a document hold most of what is recorded: they ask by themselves, for few columns.
_WIDE = frozenset(
    {"substance_id", "country_of_dispatch", "country_of_destination", "country_of_origin", "hs6", "hs_chapter", "direction"}
)
_FOUND_BY = (("permit_single_use", "permit_reference"), ("receiver_telephones", "receiver_address_key"))
GOODS = "goods_key"  # of goods that are watched without a substance
_NEEDED = ("movement_key", "line_id", "as_of_date", "substance_id")


class Needs(Struct, frozen=True):
    """What rules need of movements: columns of MOVEMENT, looked up or of an earlier version.

    Attributes:
        columns: of a new movement, to judge it and to show its flags.
        judging: of a recorded one, to judge it.
        naming: by whose values a sentence names what is in a window.
        tests: `tests_of_law`, which are made once a row of the law -> the name of their outcome.
    """

    columns: frozenset[str]
    judging: frozenset[str]
    naming: frozenset[str]
    tests: Mapping[Expression, str]


def needs_of(rules: Collection[CompiledRule], tests: Mapping[Expression, str]) -> Needs:
    """What some rules need, where the outcomes of some tests are known."""
    return Needs(
        _with_sources(frozenset[str]().union(*map(columns_of_rule, rules))),
        _with_sources(frozenset({"substance_id"}).union(*(columns_read(r, tests) for r in rules))),
        frozenset[str]().union(*map(naming_columns, rules)),
        tests,
    )


def _with_sources(columns: frozenset[str]) -> frozenset[str]:
    """Columns, and those by which a register is asked, or an address searched, for one of them."""
    return columns | {source for found, source in _FOUND_BY if found in columns}


def history_rules(rules: Iterable[CompiledRule]) -> list[CompiledRule]:
    """The rules of scope history, in their fixed order."""
    return sorted((r for r in rules if r.rule.scope == "history"), key=lambda r: r.rule.id)


def judging_columns(rule: CompiledRule) -> frozenset[str]:
    """The columns of a recorded movement that a rule needs; what only a flag shows is read of new movements alone."""
    return columns_read(rule) | naming_columns(rule)


def columns_read(rule: CompiledRule, known: Collection[Expression] = ()) -> frozenset[str]:
    """The columns that judging a movement by a rule reads, but for those of tests whose outcome is known."""
    return columns_in((*rule.tests, *(rule.window.expressions if rule.window else ())), known)


def naming_columns(rule: CompiledRule) -> frozenset[str]:
    """The columns by whose values a flag names what is in a window."""
    return columns_in(rule.window.naming) if rule.window else frozenset()


def tests_of_law(rules: Iterable[CompiledRule]) -> dict[Expression, str]:
    """The tests that ask for nothing but how a substance is listed, each with a name for its outcome: made once a row of the law."""
    found: dict[Expression, str] = {}
    for rule in rules:
        for test in (smallest for one in (*rule.business, *rule.selections.values()) for smallest in smallest_tests(one)):
            if test.columns and test.columns.issubset(LISTING):
                found.setdefault(test, f"law_{len(found)}")
    return found


def plan_queries(rules: Iterable[CompiledRule], registers: Collection[str]) -> list[tuple[HistoryQuery, list[CompiledRule]]]:
    """The questions, each with the rules that it is for; one without groupings is for rules that need not look back.

    Args:
        rules: all compiled rules; those of another scope are passed over.
        registers: that are loaded: without its register a rule judges nothing.
    """

    def kind_of(rule: CompiledRule) -> tuple[int, int, bool, bool]:
        return *_kind(rule.window, registers), is_of_goods(rule), is_of_amended(rule)

    mine = history_rules(rules)
    plan = []
    for kind, some in groupby(sorted(mine, key=lambda r: (kind_of(r), r.rule.id)), key=kind_of):
        those = list(some)
        windows = [r.window for r in those if r.window is not None and kind[0] >= 0]
        reaches = [w.reach for w in windows]
        span = None if None in reaches else max((r for r in reaches if r is not None), default=0)
        needed = _with_sources(frozenset((*_NEEDED, GOODS)).union(*(judging_columns(r) for r in those)))
        if any(c.name in needed for c in MOVEMENT_LOOKED_UP):
            needed |= {"direction"}
        # That two documents may be about one cargo is left unheeded where very much is read and a median or a first day bears it.
        if kind[1] != _BEARS_IT:
            needed |= {*REFERENCES, "substance_mass_kg"}
        plan.append(
            (HistoryQuery(tuple(sorted({keys for w in windows for keys in w.groupings})), span, columns_of(needed)), those)
        )
    return plan


def is_of_goods(rule: CompiledRule) -> bool:
    """Whether a rule is about watched goods without a substance; all others never see those, of which there are many."""
    return GOODS in judging_columns(rule)


def is_of_amended(rule: CompiledRule) -> bool:
    """Whether a rule is about what stands in the place of a first version and no longer names what that one did: watched goods or not."""
    return "dropped_substance_id" in judging_columns(rule)


def are_of_rules(movements: pa.Table, rules: Collection[CompiledRule], amended: pa.Table) -> pa.ChunkedArray:
    """Which movements some rules of one kind are about: watched goods, what amends others, or all but watched goods.

    Args:
        movements: with their keys.
        rules: of one kind.
        amended: AMENDED_MOVEMENT.
    """
    if any(map(is_of_amended, rules)):
        return pc.is_in(movements.column("movement_key"), pc.unique(amended.column("movement_key")))
    watched = pc.is_valid(movements.column(GOODS))
    return watched if any(map(is_of_goods, rules)) else pc.invert(watched)


_NARROW = 0  # groups of a party or a document
_SUMMED = 1  # wide groups whose sums or counts matter
_BEARS_IT = 2  # wide groups that are asked for a median or a first day


def _kind(window: Window | None, registers: Collection[str]) -> tuple[int, int]:
    """Which question a window asks: how far back, and how wide. -1: none."""
    if window is None or window.kind == "absence" or (window.register and window.register not in registers):
        return -1, _NARROW
    reach = window.reach
    span = len(SPANS) if reach is None else next(n for n, s in enumerate(SPANS) if reach <= s)
    if window.chain is not None or not _WIDE.issuperset(window.keys):
        return span, _NARROW
    return span, _BEARS_IT if window.kind in ("baseline", "first_seen") else _SUMMED


def begin_of(live: pa.Table) -> date | None:
    """Where a run that knows no other begins: one twentieth of its movements lie before; a date mistyped by years is not history.

    Watched goods without a substance are used only where there is nothing else: earlier versions did not record them, so they may begin later than the record.
    """
    named = live.filter(pc.is_null(live.column("goods_key")))
    days = (named if named.num_rows else live).column("as_of_date").drop_null().sort()
    first: date | None = days[len(days) // 20].as_py() if len(days) else None
    return first
