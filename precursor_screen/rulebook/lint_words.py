"""Lint of words and values: the closed vocabularies of the rule language, what rules ask of fields that have one, rows of inline tests.

A rule that asks for a word which no line can hold is silent for ever. Fields and words are tables; what the substance tables say
is read from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.core.located import quoted
from precursor_screen.core.model import (
    COMING,
    CONFIDENCES,
    ENTRY_KINDS,
    LICIT_USES,
    ROLES_IN_ROUTE,
    TIERS,
    Rule,
    Substance,
)
from precursor_screen.core.schema import BY_NAME, FILED, MENTION_COLUMNS, NAME_COLUMNS, ROLES, TRADERS
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.registers import AMENDED, REGISTERS, STATUSES, schema_of
from precursor_screen.text.countries import find_country, is_country_code

# The closed vocabularies of the rule language: which fields hold nothing but certain words, and which words those are.


class Vocabulary(Struct, frozen=True):
    """The words that a field may hold.

    Attributes:
        what: how one of them is called.
        words: all of them; empty where `holds` or `form` tells.
        form: how a word looks, and `start` how the beginning of one does.
        says: the form in words.
        holds: whether a text is one of them.
        meant: what a text stands for that is none of them; None if that is not known.
    """

    what: str
    words: Collection[str] = ()
    form: str = ""
    start: str = ""
    says: str = ""
    holds: Callable[[str], bool] | None = None
    meant: Callable[[str], str | None] | None = None

    def has(self, text: str, test: str = "eq") -> bool:
        """Whether a text is a word, or may be found in one by `startswith`, `endswith` or `contains`."""
        if self.words:
            tests: dict[str, Callable[[str], bool]] = {
                "startswith": lambda word: word.startswith(text),
                "endswith": lambda word: word.endswith(text),
                "contains": lambda word: text in word,
            }
            return any(map(tests.get(test, text.__eq__), self.words))
        if self.form:
            pattern = self.start if test == "startswith" else "[0-9]+" if test in ("endswith", "contains") else self.form
            return re.fullmatch(pattern, text) is not None
        return self.holds is None or test not in ("eq", "neq") or self.holds(text)

    def remedy(self, text: str, test: str = "eq") -> str:
        """What to write in the place of a text that is no word, or that is found in none."""
        few = f"One of {', '.join(map(repr, self.words))}." if 0 < len(self.words) <= _FEW else ""
        if test != "eq":
            return self.says or few or f"No {self.what} is written so."
        meant = self.meant(text) if self.meant else None
        if meant:
            return f"Did you mean {meant!r}?"
        folded = {_fold(word): word for word in self.words}
        if _fold(text) in folded:
            return f"Did you mean {folded[_fold(text)]!r}?"
        return did_you_mean(text, self.words) or self.says or few


_FEW = 25  # words that a message can list


def _fold(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())


# Words of one field each that code writes: who writes them is said in the tests, which hold both together.
_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "transport_mode": ("mode of transport", ("sea", "air", "road", "rail", "post")),
    "direction": ("direction", ("import", "export", "transit", "transhipment", "domestic")),
    "message_function": ("function of a message", ("original", "replacement", "cancellation")),
    "status": ("status of a document in a register", tuple(s for s in STATUSES if s != AMENDED)),
    "form": ("form", ("substance", "preparation", "mixture", "article")),
    "match_strength": ("strength of a match", ("strong", "medium", "weak")),
    "mass_confidence": ("confidence", CONFIDENCES),
    "method": (
        "method of recognising",
        ("name", "cas", "cus", "ec_number", "normalised", "structure", "fuzzy", "un_number", "hs"),
    ),
    "tier": ("tier", (*TIERS, *COMING)),
    "licit_use": ("grade of lawful use", LICIT_USES),
    "mass_basis": ("basis of a mass", ("net", "quantity", "packages", "volume", "gross")),
    "mass_doubt": (
        "doubt about a mass",
        ("two-readings", "gross-only", "size-only", "several-masses", "several-goods", "other-goods", "text-exceeds-line"),
    ),
    "hs_known": ("answer to whether the code exists", ("exists", "does-not-exist", "unknown-edition")),
    "goods_named": ("way of naming goods", ("goods", "code name", "trade name", "purpose")),
    "package_kind": ("kind of package", ("drum", "can", "ibc", "tank", "carton", "bag", "bottle")),
    "party_role": ("role of a party", tuple(dict.fromkeys((*NAME_COLUMNS, *MENTION_COLUMNS)))),
    "trader role": ("role of who sends or receives", ROLES),
    "name_kind": ("kind of name", ("primary", "strong", "former", "original_script", "weak")),
    "entry_kind": ("kind of listed party", ENTRY_KINDS),
    "corroboration": ("kind of agreement", ("country", "address", "identifier")),
    "threshold_counts": ("way of counting for a threshold", ("goods", "substance", "base")),
    "always_filed": ("field that is filed", tuple(c.name for c in FILED)),
}
_CODES = {
    "HS code": Vocabulary("HS code", form="[0-9]{4,12}", start="[0-9]{1,12}", says="Digits only, 4 to 12 of them."),
    "HS6": Vocabulary("HS subheading", form="[0-9]{6}", start="[0-9]{1,6}", says="Six digits, without points."),
    "hs_chapter": Vocabulary("HS chapter", form="[0-9]{2}", start="[0-9]{1,2}", says="Two digits, as '03' or '29'."),
    "country": Vocabulary(
        "country code", holds=is_country_code, meant=find_country, says="ISO 3166 alpha-2 codes in capitals, as 'MX'."
    ),
}

# Of fields that share one, its name: all others have their own, by the name of the field.
VOCABULARY_OF: dict[str, str] = {
    **dict.fromkeys(
        (
            "substance_id",
            "substance_ids",
            "substance_ids_listed",
            "substance_ids_listed_by_description",
            "parent_substance_id",
            "previous_substance_id",
        ),
        "substance",
    ),
    **{f"substance_ids_by_{how}": "substance" for how in ("cas", "description", "hs")},
    **dict.fromkeys(("pen_substance_ids", "permit_substance_ids"), "substance"),
    **dict.fromkeys(("country_of_origin", "country_of_dispatch", "country_of_destination", "transit_countries"), "country"),
    **dict.fromkeys(("pen_country", "objected_country", "previous_country_of_destination"), "country"),
    **{f"{party}_country": "country" for party in (*ROLES, *TRADERS)},
    **dict.fromkeys(("pen_status", "permit_status"), "status"),
    **dict.fromkeys(("hs_code", "other_hs_codes"), "HS code"),
    **dict.fromkeys(("hs6", "own_hs6s", "substance_hs6s"), "HS6"),
    **dict.fromkeys(("match_method", "match_methods"), "method"),
    **{f"{side}_role": "trader role" for side in TRADERS},
    "contradiction": "corroboration",
    **dict.fromkeys(("route_groups", "substance_route_groups"), "route"),
    "own_schedules": "schedule",
}


def vocabularies(substances: Iterable[Substance], lists: Mapping[str, NamedList]) -> dict[str, Vocabulary]:
    """Every vocabulary, by field, or by its name in VOCABULARY_OF; those of the substance tables only where substances are given."""
    known = tuple(substances)
    controls = [c for s in known for c in s.controls]
    routes = dict.fromkeys(route for s in known for route in s.route_groups)
    of_tables = {
        "substance": ("substance", [s.substance_id for s in known]),
        "family": ("family of substances", [s.family for s in known]),
        "route": ("route", [*routes]),
        "substance_route_roles": (
            "route and role",
            [f"{route}:{role}" for route in (*routes, *(r for s in known for r, _ in s.route_roles)) for role in ROLES_IN_ROUTE],
        ),
        "instrument": ("instrument", [c.instrument for c in controls]),
        "schedule": ("schedule", [c.schedule for c in controls]),
        **{
            f"schedule of {i}": (f"schedule of {i}", sorted(some))
            for i, some in grouped((c.instrument, c.schedule) for c in controls).items()
        },
    }
    words: dict[str, tuple[str, Collection[str]]] = {**_WORDS, **(of_tables if known else {})}
    words["lexicon_terms"] = ("list with `lexicon: true`", [named.id for named in lists.values() if named.lexicon])
    made = {name: Vocabulary(what, tuple(dict.fromkeys(filter(None, some)))) for name, (what, some) in words.items()}
    return {**_CODES, **made}


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
        vocabulary = words.get(VOCABULARY_OF.get(written.field, written.field))
        if vocabulary is None or set(written.modifiers) & set(_NOT_WORDS):
            continue
        test = next((m for m in written.modifiers if m in ("startswith", "endswith", "contains")), "eq")
        for part, value in values_of(written, rule.params):
            terms = lists[value].terms if "inlist" in written.modifiers and value in lists else (value,)
            named = f" of list {value!r}" if terms != (value,) else ""
            for term in terms:
                if isinstance(term, str) and not vocabulary.has(term, test):
                    yield (
                        part,
                        f"{written.field}: {term!r}{named} is not a valid {vocabulary.what}",
                        vocabulary.remedy(term, test),
                    )


def _control(written: Written, rule: Rule, words: Mapping[str, Vocabulary]) -> Iterator[Finding]:
    """Instruments, and schedules of those that are named beside them."""
    known = words.get("instrument")
    if known is None:
        return
    instruments, wanted = (
        [(part, str(value)) for part, value in _values(f"{written.part}.{name}", written.value.get(name, []), rule.params)]
        for name in ("instrument", "schedule")
    )
    for part, value in instruments:
        if not known.has(value):
            yield part, f"control: {value!r} is not a valid {known.what}", known.remedy(value)
    schedules = [words[f"schedule of {value}"] for _, value in instruments if known.has(value)] or [words["schedule"]]
    for part, value in wanted:
        if not any(v.has(value) for v in schedules):
            remedy = next(filter(None, (v.remedy(value) for v in schedules)), "")
            yield part, f"control: {value!r} is not a valid {' or '.join(v.what for v in schedules)}", remedy


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
                        remedy = did_you_mean(name, columns) or f"Columns: {', '.join(columns)}."
                        yield part, f"{register} has no column {name!r}", remedy
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
        yield part, f"{name}: {value!r} is not a valid {vocabulary.what}", vocabulary.remedy(value)


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
    return (written for part, spec in selections_of(rule) for written in _keys(part, spec))


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
