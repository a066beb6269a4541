"""Exceptions of a site: flags that somebody has decided not to see for a while, each with reason, author and expiry.

One file, a list. An exception names one flag, or a party, or rules with a selection over the line (`when`). Suppressed flags stay in
the report; expired and unused exceptions are listed there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct

from precursor_screen.errors import ErrorGroup
from precursor_screen.names.party import party_key
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.atoms import parse_atom
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Expression, all_of
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.located import Complaints, Key, load_yaml
from precursor_screen.rulebook.scope import AtomError, Scope
from precursor_screen.schema import BY_NAME, LINE

LONGEST = timedelta(days=365)
_KEYS = ("id", "flag", "party", "rules", "when", "reason", "author", "since", "until")
_FLAG = re.compile(r"[0-9a-f]{32}")


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
    located = load_yaml(path)
    complaints = Complaints(located)
    items = located.data if isinstance(located.data, list) else []
    if not isinstance(located.data, list):
        complaints.add((), "is not a list of exceptions", "Begin each with `- id:`.")
    found: dict[str, RuleException] = {}
    for number, item in enumerate(items):
        if not isinstance(item, Mapping):
            complaints.add((number,), "an exception is a mapping of keys", f"Keys: {', '.join(_KEYS)}.")
            continue
        one = _parse((number,), item, rule_ids, lists, complaints)
        if one is not None and one.id in found:
            complaints.add((number, "id"), f"exception {one.id!r} stands twice", "Give it an id of its own.")
        elif one is not None:
            found[one.id] = one
    if complaints.errors:
        raise ErrorGroup(complaints.errors)
    return tuple(found.values())


def _parse(
    key: Key, item: Mapping[str, Any], rule_ids: frozenset[str], lists: Mapping[str, NamedList], complaints: Complaints
) -> RuleException | None:
    before = len(complaints.errors)
    for name in item:
        if name not in _KEYS:
            complaints.add((*key, name), f"unknown key {name!r}", did_you_mean(name, _KEYS) or f"Known: {', '.join(_KEYS)}.")
    for name in ("id", "reason", "author"):
        if not isinstance(item.get(name), str) or not item[name].strip() or "\0" in item[name]:
            complaints.add(key, f"has no {name}", f"Add `{name}:`; an exception without one cannot be contested.")
    since, until = item.get("since"), item.get("until")
    if type(since) is not date or type(until) is not date:
        complaints.add(key, "has no since and until", "Write both as dates; until at most 365 days after since.")
    elif not (timedelta(0) <= until - since <= LONGEST):
        complaints.add(
            (*key, "until"), f"until {until} is not within 365 days after since {since}", "Look at it again in a year."
        )
    _check_target(key, item, rule_ids, complaints)
    when = _compile_when(key, item, lists, complaints)
    if len(complaints.errors) > before:
        return None
    assert isinstance(since, date)
    assert isinstance(until, date)
    party = str(item.get("party", ""))
    rules = tuple(str(r) for r in item.get("rules") or ())
    return RuleException(
        item["id"], str(item.get("flag", "")), party, party_key(party), rules, when, item["reason"], item["author"], since, until
    )  # fmt: skip


def _check_target(key: Key, item: Mapping[str, Any], rule_ids: frozenset[str], complaints: Complaints) -> None:
    if not any(name in item for name in ("flag", "party", "rules")):
        complaints.add(key, "names no flag, party or rules", "flag: ID, party: NAME, or rules: [ID] with when:.")
    if "flag" in item and not _FLAG.fullmatch(str(item["flag"])):
        complaints.add((*key, "flag"), f"{item['flag']!r} is no flag id", "Copy the 32 characters from the report.")
    if "party" in item and not party_key(str(item["party"])):
        complaints.add((*key, "party"), f"{item['party']!r} names nobody", "Write the name as it is filed.")
    rules = item.get("rules", [])
    if not isinstance(rules, list) or ("rules" in item and not rules) or not all(isinstance(r, str) for r in rules):
        complaints.add((*key, "rules"), "rules is a list of rule ids", "rules: [PS-QTY-001]")
        return
    if rules and not any(name in item for name in ("flag", "party", "when")):
        complaints.add((*key, "rules"), "would suppress the rules everywhere", "Narrow it with when:, party: or flag:.")
    for rule_id in rules:
        if rule_id not in rule_ids:
            complaints.add((*key, "rules"), f"no rule is called {rule_id!r}", did_you_mean(str(rule_id), rule_ids))


def _compile_when(key: Key, item: Mapping[str, Any], lists: Mapping[str, NamedList], complaints: Complaints) -> Expression | None:
    when = item.get("when")
    if when is None:
        return None
    scope = Scope(LINE, {}, lists)
    if not isinstance(when, Mapping) or not when:
        complaints.add((*key, "when"), "when is a mapping of field: value")
        return None
    tests = []
    for name, value in when.items():
        try:
            tests.append(parse_atom(str(name), value, scope))
        except (AtomError, ValueError) as error:
            remedy = error.remedy if isinstance(error, AtomError) else ""
            complaints.add((*key, "when", name), str(error), remedy)
    if not tests:
        return None
    test = all_of(tests)
    if fault := _cannot_run(test):
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
