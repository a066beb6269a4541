"""What becomes of movements that a history rule is sure of, or cannot judge: FLAG and UNJUDGED rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import take_rows
from precursor_screen.core.engine import fetch
from precursor_screen.core.schema import LINE, SUBSTANCE
from precursor_screen.kernel.judge.flag import count_unjudged
from precursor_screen.kernel.judge.flag_rows import NOT_STATED, Texts, columns_shown, flags_of
from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.kernel.judge.windows.history import WindowInput, derive, give
from precursor_screen.kernel.resolve.distinct import all_rows
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows, whole


class Fresh(Struct, frozen=True):
    """The new movements that are flagged or cannot be judged, with all that is shown of them.

    Attributes:
        rows: one a movement.
        numbers: row_no of each, ascending.
    """

    rows: Rows
    numbers: Numbers

    def unjudged(self, rule: CompiledRule, numbers: Numbers, field: str = "") -> pa.Table:
        """UNJUDGED rows of movements, by row_no, that a rule cannot judge. `field`: what was missing, if it is not a field of them."""
        at = np.searchsorted(self.numbers, numbers)
        fields = pa.repeat(pa.scalar(field), len(at)) if field else self.rows.missing(rule, at)
        # A line bars only where a substance is recognised in it; a candidate is one by itself.
        is_of_goods = rule.rule.subject in (LINE, SUBSTANCE)
        recognised = pc.is_valid(self.rows.column("substance_id").take(at)) if is_of_goods else None
        return count_unjudged(rule, fields, self.rows.column("shipment_id").take(at), recognised)

    def lines(self, numbers: Numbers) -> pa.Array:
        """The lines of some movements, by row_no."""
        return self.rows.column("line_id").take(np.searchsorted(self.numbers, numbers))


def read_fresh(connection: duckdb.DuckDBPyConnection, window_input: WindowInput, numbers: Iterable[Numbers]) -> Fresh:
    """Some new movements, by row_no, with all that is shown of them."""
    wanted = all_rows(numbers)
    rows = np.flatnonzero(np.isin(whole(window_input.own.column("row_no")).to_numpy(), wanted))
    give(connection, "asked", take_rows(window_input.own, rows))
    shown = derive("shown", f"select * from {window_input.fresh} order by row_no", window_input.fresh)
    return Fresh(Rows.of(fetch(connection, shown.sql)), wanted)


class WindowFlags(NamedTuple):
    """FLAG rows, and which movement carries each, of which group."""

    flags: pa.Table
    carriers: pa.Table


FLAGGED = pa.schema(
    [
        *(("row_no", pa.int64()), ("own_key", pa.string()), ("group_key", pa.string()), ("correlation_value", pa.float64())),
        *(("window_line_ids", pa.list_(pa.string())), ("window_lines", pa.int64()), ("group_members", pa.string())),
        *(("window_text", pa.string()), ("links", pa.string()), ("unknown", pa.int64()), ("key_values", pa.list_(pa.string()))),
    ]
)


def by_themselves(sure: Numbers) -> pa.Table:
    """FLAGGED of movements, by row_no, that a rule flags without looking further."""
    same = {"window_lines": 1, "unknown": 0, "group_key": "", "window_text": "", "window_line_ids": [], "key_values": []}
    repeated = {f.name: pa.repeat(pa.scalar(same.get(f.name), f.type), len(sure)) for f in FLAGGED}
    return pa.table({**repeated, "row_no": pa.array(sure, pa.int64())}, schema=FLAGGED)


def raise_flags(rule: CompiledRule, flagged: pa.Table, fresh: Fresh, sure: Numbers) -> WindowFlags:
    """FLAG rows of what is flagged; of several with one id the first.

    Args:
        rule: whose flags they are.
        flagged: FLAGGED.
        fresh: the new movements.
        sure: row_no of those that the rule is sure of by themselves; of others nothing is raised.

    Returns:
        carriers: flag_id, row_no, group_key.
    """
    flagged = flagged.filter(pa.array(np.isin(flagged.column("row_no").to_numpy(), sure)))
    places = np.searchsorted(fresh.numbers, flagged.column("row_no").to_numpy())
    subject = set() if rule.rule.subject == LINE else {"substance_id"}
    rows = fresh.rows.take(places, columns_shown(rule) | subject)
    shown = {name: flagged.column(name).to_pylist() for name in _SHOWN}
    given = {name: rows.column(name) for name in subject} | {"window_line_ids": whole(flagged.column("window_line_ids"))}
    substances = rows.column("substance_id").to_pylist() if subject else [None] * rows.count
    own = pc.coalesce(whole(flagged.column("own_key")), rows.column("movement_key")).to_pylist()
    identity = [own, substances, _keys_in(rule, shown["key_values"])]
    of_window = (
        [_of_window(dict(zip(shown, row, strict=True))) for row in zip(*shown.values(), strict=True)] if rule.window else None
    )
    flags = flags_of(rule, rows, identity, given, _outcomes(shown), of_window)
    first = _first_of_each(flags)
    flags = flags.take(first)
    carried = {"flag_id": flags.column("flag_id"), **{n: flagged.column(n).take(first) for n in ("row_no", "group_key")}}
    return WindowFlags(flags, pa.table(carried))


def _first_of_each(flags: pa.Table) -> pa.Array:
    """Where the first row of each id stands, by place."""
    order = pc.sort_indices(flags, [(name, "ascending") for name in ("source_file", "source_row", "line_id", "flag_id")])
    places: dict[str, int] = {}
    for flag_id, place in zip(flags.column("flag_id").take(order).to_pylist(), order.to_pylist(), strict=True):
        places.setdefault(flag_id, place)
    return pa.array(places.values(), pa.int64())


_SEPARATOR = "\x1e"
_SHOWN = ("correlation_value", "window_text", "links", "window_lines", "unknown", "group_members", "key_values")


def _keys_in(rule: CompiledRule, keys: Sequence[Sequence[str | None]]) -> Texts:
    """What a flag's id holds of its group, where one movement is in several."""
    if rule.window is None or not (rule.window.unnested or rule.window.chain):
        return [None] * len(keys)
    return [_SEPARATOR.join(key for key in some if key is not None) for some in keys]


def _outcomes(shown: Mapping[str, Sequence[Any]]) -> Mapping[str, Texts]:
    return {
        "correlation_value": [_rounded(value, 3) for value in shown["correlation_value"]],
        "window": shown["window_text"],
        "window_lines": [str(lines) for lines in shown["window_lines"]],
        "group_members": [NOT_STATED if members is None else members for members in shown["group_members"]],
    }


def _of_window(shown: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the evidence says of a window."""
    texts = {
        "correlation_value": _rounded(shown["correlation_value"], 6),
        "window": shown["window_text"] or None,
        "links": shown["links"],
        "window_lines": str(shown["window_lines"]),
        "not_evaluable_lines": str(shown["unknown"]) if shown["unknown"] else None,
    }
    return [{"subject": "window", "field": name, "as_written": text} for name, text in texts.items() if text is not None]


def _rounded(value: float | None, places: int) -> str | None:
    return None if value is None else f"{value:.{places}f}".rstrip("0").rstrip(".")
