"""Applies a site's exceptions to flags. A suppressed flag stays in the report; it scores nothing and moves no exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import rows_with, set_columns
from precursor_screen.core.engine import ask
from precursor_screen.core.schema import ROLES, SUPPRESSED
from precursor_screen.kernel.resolve.distinct import Resolved
from precursor_screen.rulebook.evaluate import Rows, whole
from precursor_screen.rulebook.exceptions import RuleException
from precursor_screen.rulebook.sql import literal


class ExceptionsResult(Struct, frozen=True):
    """flags: FLAG, with the state `suppressed` where an exception holds; suppressed: SUPPRESSED; expired and unused: ids."""

    flags: pa.Table
    suppressed: pa.Table
    expired: tuple[str, ...]
    unused: tuple[str, ...]


def apply_exceptions(
    flags: pa.Table,
    resolved: Resolved,
    exceptions: Sequence[RuleException],
    as_of: date,
    aliases: Mapping[str, str] | None = None,
) -> ExceptionsResult:
    """Marks the flags that an exception in force covers.

    Args:
        flags: FLAG rows.
        resolved: the lines that they are about.
        exceptions: all of the site's.
        as_of: the day on which they must be in force.
        aliases: id that an exception may name -> the flag that it has become a part of.
    """
    live = [e for e in exceptions if e.since <= as_of <= e.until]
    live = [replace(e, flag=(aliases or {}).get(e.flag, e.flag)) if e.flag else e for e in live]
    expired = tuple(e.id for e in exceptions if e.until < as_of)
    if not live or not flags.num_rows:
        return ExceptionsResult(flags, SUPPRESSED.empty_table(), expired, tuple(e.id for e in live))
    parts = " union all ".join(_covered(number, one) for number, one in enumerate(live))
    covered = ask(parts, flags=flags, cited=_cited(flags, resolved, live))
    query = """select flag_id, "by", reason, until from covered
        qualify row_number() over (partition by flag_id order by nth) = 1 order by flag_id"""
    suppressed = ask(query, SUPPRESSED, covered=covered)
    is_covered = pc.is_in(flags.column("flag_id"), suppressed.column("flag_id"))
    marked = set_columns(flags, {"state": pc.if_else(is_covered, "suppressed", flags.column("state"))})
    used = set(covered.column("by").to_pylist())
    return ExceptionsResult(marked, suppressed, expired, tuple(e.id for e in live if f"exception {e.id}" not in used))


def _cited(flags: pa.Table, resolved: Resolved, exceptions: Sequence[RuleException]) -> pa.Table:
    """The lines that flags are about: line_id, keys of the parties, and whether each exception's `when` is true (`when_0` ...)."""
    lines = rows_with(resolved.lines, "line_id", pc.unique(flags.column("line_id")))
    inputs = pc.index_in(lines.column("input_id"), resolved.inputs.column("input_id").combine_chunks())
    rows = Rows(lines, whole(inputs), whole(resolved.inputs.column("supplied_fields")))
    columns = {name: rows.column(name) for name in ("line_id", *(f"{role}_key" for role in ROLES))}
    tests = {f"when_{number}": rows.true(one.when) for number, one in enumerate(exceptions) if one.when is not None}
    return pa.table({**columns, **tests})


def _covered(number: int, one: RuleException) -> str:
    tests = []
    if one.flag:
        tests.append(f"f.flag_id = {literal(one.flag)}")
    if one.rules:
        tests.append(f"f.rule_id in ({', '.join(map(literal, one.rules))})")
    if one.party_key:
        tests.append(_about_party(literal(one.party_key)))
    if one.when is not None:
        tests.append(f"when_{number}")
    return f"""
        select f.flag_id, {literal(f"exception {one.id}")} as "by", {literal(f"{one.reason} ({one.author})")} as reason,
               {literal(one.until)} as until, {number} as nth
        from flags f join cited c on f.line_id = c.line_id where {" and ".join(tests)}"""


def _about_party(key: str) -> str:
    """SQL that is true for flags about the party itself, and for flags about the goods of which it is sender or receiver.

    A forwarder who is excepted must not silence a match of the consignor on the same line.
    """
    traders = ", ".join(f"c.{role}_key" for role in ("consignor", "consignee", "exporter", "importer"))
    own = [f"(f.party_role = {literal(role)} and c.{role}_key = {key})" for role in ROLES]
    return f"((f.party_role is null and {key} in ({traders})) or {' or '.join(own)})"
