"""Lint of words and values: closed vocabularies, what is asked of a field that may be missing, rows of inline tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.core.located import quoted
from precursor_screen.core.model import Rule
from precursor_screen.core.schema import BY_NAME
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.registers import REGISTERS, schema_of
from precursor_screen.rulebook.vocabularies import VOCABULARY_OF, Vocabulary

Finding = tuple[str, str, str]  # part of the rule, what is wrong, what to do
_NOT_WORDS = ("exists", "supplied", "blank", "gt", "gte", "lt", "lte", "between", "re", "word")
_OF_ROWS = ("line_id", "recorded", "cargo_id")  # keys of a row of an inline test that are no fields of rules
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "text": ((str,), "text"),
    "number": ((int, float), "a number"),
    "score": ((int, float), "a number"),
    "integer": ((int,), "a whole number"),
    "boolean": ((bool,), "true or false"),
    "texts": ((list,), "a list of texts"),
    "controls": ((list,), "a list of {instrument: ..., schedule: ...}"),
}


def find_words(rule: Rule, lists: Mapping[str, NamedList], words: Mapping[str, Vocabulary]) -> Iterator[Finding]:
    """What a rule asks of fields with a closed vocabulary that is no word of it.

    Args:
        rule: as written.
        lists: the named lists.
        words: vocabularies by name; a field whose vocabulary is not among them is not looked at.
    """
    for written in written_in(rule):
        if written.field == "control" and isinstance(written.value, Mapping):
            yield from _control(written, rule, words)
        vocabulary = words.get(VOCABULARY_OF.get(written.field, ""))
        if vocabulary is None or set(written.modifiers) & set(_NOT_WORDS):
            continue
        test = next((m for m in written.modifiers if m in ("startswith", "endswith", "contains")), "eq")
        for part, value in values_of(written, rule.params):
            terms = lists[value].terms if "inlist" in written.modifiers and value in lists else (value,)
            named = f" of list {value!r}" if terms != (value,) else ""
            for term in terms:
                if isinstance(term, str) and not vocabulary.has(term, test):
                    yield part, f"{written.field}: {term!r}{named} is no {vocabulary.what}", vocabulary.remedy(term, test)


def _control(written: Written, rule: Rule, words: Mapping[str, Vocabulary]) -> Iterator[Finding]:
    """Instruments, and schedules of those that are named beside them."""
    parts: dict[str, list[tuple[str, Any]]] = {
        name: list(values_of(Written(f"{written.part}.{name}", name, value), rule.params))
        for name, value in written.value.items()
    }
    known = words.get("instrument")
    if known is None:
        return
    instruments = [str(value) for _, value in parts.get("instrument", ()) if known.has(str(value))]
    for part, value in parts.get("instrument", ()):
        if not known.has(str(value)):
            yield part, f"control: {str(value)!r} is no {known.what}", known.remedy(str(value))
    schedules = [words[f"schedule of {i}"] for i in instruments] or [words["schedule"]]
    for part, value in parts.get("schedule", ()):
        if not any(v.has(str(value)) for v in schedules):
            what, remedy = (
                " or ".join(v.what for v in schedules),
                next(filter(None, (v.remedy(str(value)) for v in schedules)), ""),
            )
            yield part, f"control: {str(value)!r} is no {what}", remedy


def find_rows(rule: Rule, words: Mapping[str, Vocabulary]) -> Iterator[Finding]:
    """What stands in rows of inline tests that no line can hold: a field that does not exist, a value of another kind."""
    for i, test in enumerate(rule.tests):
        for j, row in enumerate(test.rows):
            for name, value in row.items():
                yield from _cell(f"tests.{i}.rows.{j}.{name}", name, value)
        for register, rows in test.registers.items():
            columns = [f.name for f in schema_of(register)]
            kinds = {c.name: c.kind for c in REGISTERS[register]}
            for j, row in enumerate(rows):
                for name, value in row.items():
                    part = f"tests.{i}.registers.{register}.{j}.{name}"
                    if name not in columns:
                        yield (
                            part,
                            f"{register} has no column {name!r}",
                            did_you_mean(name, columns) or f"Columns: {', '.join(columns)}.",
                        )
                    elif kinds.get(name) in ("status", "country") and isinstance(value, str | bool):
                        yield from _word(part, name, value, words[kinds[name]])


def _cell(part: str, name: str, value: Any) -> Iterator[Finding]:
    if name in _OF_ROWS:
        return
    if name not in BY_NAME:
        yield part, f"unknown field {name!r}", did_you_mean(name, BY_NAME) or "Fields: see the page on rules."
        return
    kinds, said = _KINDS.get(BY_NAME[name].kind, ((), ""))
    if value is None or not kinds:
        return
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield part, f"{name}: {said} is expected, not {value!r}", quoted(value) if str in kinds else ""
    elif isinstance(value, list) and BY_NAME[name].kind == "texts":
        for item in value:
            if not isinstance(item, str):
                yield part, f"{name}: a list of texts is expected, and {item!r} is none", quoted(item)


def _word(part: str, name: str, value: Any, vocabulary: Vocabulary) -> Iterator[Finding]:
    if isinstance(value, bool):
        yield part, f"{name}: text is expected, not {value!r}", quoted(value)
    elif not vocabulary.has(value):
        yield part, f"{name}: {value!r} is no {vocabulary.what}", vocabulary.remedy(value)


# What a rule file says key by key: every `field|modifier: value`, with its place and with parameters put in.


class Written(Struct, frozen=True):
    """One `field|modifier: value` of a selection. part: where its key stands, as in `Rule.lines`."""

    part: str
    key: str
    value: Any

    @property
    def field(self) -> str:
        """The name before the modifiers."""
        return self.key.partition("|")[0]

    @property
    def modifiers(self) -> tuple[str, ...]:
        """In the order written."""
        return tuple(self.key.split("|")[1:])


def selections_of(rule: Rule) -> Iterator[tuple[str, Any]]:
    """(where it stands, selection): what a rule applies to, its detection, the conditions of its levels."""
    if rule.applies:
        yield "applies", rule.applies
    for name, spec in rule.selections.items():
        yield f"detection.{name}", spec
    for i, level in enumerate(rule.levels):
        yield f"levels.{i}.when", level.when


def written_in(rule: Rule) -> Iterator[Written]:
    """Every key of every selection, in the order written."""
    for part, spec in selections_of(rule):
        yield from _keys(part, spec)


def _keys(part: str, spec: Any) -> Iterator[Written]:
    if isinstance(spec, list):
        for i, item in enumerate(spec):
            yield from _keys(f"{part}.{i}", item)
    elif isinstance(spec, Mapping):
        for key, value in spec.items():
            yield Written(f"{part}.{key}", str(key), value)


def values_of(written: Written, params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(where it stands, value): each item of a list; of a parameter what it stands for, at the place where that is said."""
    yield from _values(written.part, written.value, params)


def _values(part: str, value: Any, params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str) and value.startswith("$") and value[1:] in params:
        yield from _values(f"params.{value[1:]}", params[value[1:]], {})
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _values(f"{part}.{i}", item, params)
    else:
        yield part, value
