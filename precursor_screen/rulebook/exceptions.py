"""Exceptions of a site: flags that somebody has decided not to see for a while, each with reason, author and expiry.

One file, a list. An exception names one flag, or a party, or rules with a selection over the line (`when`). Suppressed flags stay in
the report; expired and unused exceptions are listed there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.located import Complaints, Key, load_yaml
from precursor_screen.core.schema import BY_NAME, LINE
from precursor_screen.core.shape import Items, Record, Shape, Value, read_shaped
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.atoms import AtomError, Scope, parse_atom
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Expression, all_of
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.successors import successors, with_successors
from precursor_screen.text.party_cells import party_key

LONGEST = timedelta(days=365)
_FLAG = re.compile(r"[0-9a-f]{32}")


def _is_flag(value: Any) -> bool:
    return _FLAG.fullmatch(str(value)) is not None


_text = partial(Value, default="", into=str)
_said = Value(kinds=("string",), passes=str.strip, fault="has no {name}", remedy="Without one it cannot be contested.")
_day = Value(kinds=("date",), fault="{name} is not a date", remedy="Write it as 2026-11-25; until at most 365 days after since.")
_EXCEPTION = Record(
    what="an exception",
    fields={
        "id": _said,
        "flag": _text(passes=_is_flag, fault="{value!r} is not a flag id", remedy="Copy the 32 characters from the report."),
        "party": _text(
            passes=lambda value: party_key(str(value)), fault="{value!r} names nobody", remedy="Write the name as it is filed."
        ),
        "rules": Items(
            of=Value(kinds=("string",)), least=1, default=(), fault="rules is a list of rule ids", remedy="rules: [PS-QTY-001]"
        ),
        "when": Record(others=Shape(), least=1, fault="when is a mapping of field: value"),
        "reason": _said,
        "author": _said,
        "since": _day,
        "until": _day,
    },
    required=("id", "reason", "author", "since", "until"),
    filled=True,
    into=dict,
)
_EXCEPTIONS = Items(of=Shape(), what="a list of exceptions", remedy="Begin each with `- id:`.")


class RuleException(Struct, frozen=True):
    """An exception. flag: its flag_id, or ''. party_key: comparable key of the party, or ''. rules: ids; empty: any.

    when: a test of a line, three-valued; None where there is none. until: last day.
    """

    id: str
    flag: str
    party: str
    party_key: str
    rules: tuple[str, ...]
    when: Expression | None
    reason: str
    author: str
    since: date
    until: date


def load_exceptions(path: Path, rule_ids: frozenset[str], lists: Mapping[str, NamedList]) -> tuple[RuleException, ...]:
    """Reads the file of exceptions.

    Raises:
        ErrorGroup: everything that is wrong with it, each with its place.
    """
    found: tuple[RuleException, ...] = read_shaped(load_yaml(path), _EXCEPTIONS, partial(_made, rule_ids, lists))
    return found


def _made(
    rule_ids: frozenset[str], lists: Mapping[str, NamedList], items: Sequence[Any], complaints: Complaints
) -> tuple[RuleException, ...]:
    """The exceptions; each is looked at in full, whatever is wrong with others."""
    found: dict[str, RuleException] = {}
    for number, item in enumerate(items):
        if faults := _EXCEPTION.faults(item, (number,)):
            complaints.extend(faults)
            continue
        said = _EXCEPTION.read(item)
        _check((number,), said, rule_ids, complaints)
        when = _compile_when((number,), said["when"], lists, complaints)
        if said["id"] in found:
            complaints.add((number, "id"), f"exception {said['id']!r} appears twice", "Give it an id of its own.")
        said = {**said, "when": when, "rules": with_successors(said["rules"])}
        found[said["id"]] = RuleException(**said, party_key=party_key(said["party"]))
    return tuple(found.values())


def _check(key: Key, said: Mapping[str, Any], rule_ids: frozenset[str], complaints: Complaints) -> None:
    """What the parts of an exception mean together."""
    since, until = said["since"], said["until"]
    if not (timedelta(0) <= until - since <= LONGEST):
        message = f"until {until} is not within 365 days after since {since}"
        complaints.add((*key, "until"), message, "Look at it again in a year.")
    if not (said["flag"] or said["party"] or said["rules"]):
        complaints.add(key, "does not name a flag, a party or rules", "flag: ID, party: NAME, or rules: [ID] with when:.")
    if said["rules"] and not (said["flag"] or said["party"] or said["when"]):
        complaints.add((*key, "rules"), "would suppress the rules everywhere", "Narrow it with when:, party: or flag:.")
    for rule_id in said["rules"]:
        if rule_id not in rule_ids and rule_id not in successors():
            complaints.add((*key, "rules"), f"there is no rule {rule_id!r}", did_you_mean(rule_id, rule_ids))


def _compile_when(
    key: Key, when: Mapping[str, Any] | None, lists: Mapping[str, NamedList], complaints: Complaints
) -> Expression | None:
    scope = Scope(LINE, {}, lists)
    tests = []
    for name, value in (when or {}).items():
        try:
            tests.append(parse_atom(str(name), value, scope))
        except (AtomError, ValueError) as error:
            complaints.add((*key, "when", name), str(error), error.remedy if isinstance(error, AtomError) else "")
    test = all_of(tests) if tests else None
    if test and (fault := _cannot_run(test)):
        complaints.add((*key, "when"), f"does not run: {fault}", "Check the types.")
    return test


def _cannot_run(test: Expression) -> str:
    """What is wrong with a test of a row of nulls and of one of texts; '' if nothing."""
    texts = {c: pa.array([None, "x"]) for c in sorted(test.columns) if BY_NAME[c].kind == "text"}
    try:
        Rows.of(pa.table({"line_id": pa.array(["1", "2"]), **texts})).value(test)
    except (pa.ArrowException, TypeError) as error:
        return str(error).splitlines()[0]
    return ""
