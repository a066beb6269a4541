"""What a rule may refer to: fields of its subject or of the history, derived ones, parameters, lists; else what it is told."""

from __future__ import annotations

from typing import Any

import pytest

from precursor_screen.rulebook.atoms import AtomError, Scope
from precursor_screen.rulebook.expression import Field, Literal
from tests.rulebook.rules import LISTS


def scope(**other: Any) -> Scope:
    return Scope(**{"subject": "line", "params": {"least_kg": 5}, "lists": LISTS, **other})


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("description", {}),
        ("description", {"subject": "substance"}),
        ("substance_id", {"subject": "substance"}),
        ("description", {"allowed": frozenset({"description"})}),
    ],
)
def test_a_field_of_the_line_or_of_the_subject(name: str, other: dict[str, Any]) -> None:
    assert scope(**other).column(name) == Field(name)


def test_what_derives_a_field_goes_before_the_field() -> None:
    derived = {"description": Literal("x"), "ratio": Literal(5)}
    assert scope(derived=derived).column("description") == Literal("x")
    assert scope(derived=derived, allowed=frozenset()).column("ratio") == Literal(5)


@pytest.mark.parametrize(
    ("name", "other", "says", "remedy"),
    [
        ("descripton", {}, "unknown field 'descripton'", "Did you mean 'description'?"),
        ("ratoi", {"derived": {"ratio": Literal(5)}}, "unknown field 'ratoi'", "Did you mean 'ratio'?"),
        ("zzzzzz", {}, "unknown field 'zzzzzz'", "Rules that ship show fields in use: `precursor-screen rules show PS-QTY-001`."),
        ("substance_id", {}, "'substance_id' is a field of the subject substance", "This rule judges a line."),
        ("entry_id", {"subject": "substance"}, "'entry_id' is a field of the subject party", "This rule judges a substance."),
        ("description", {"allowed": frozenset({"marks"})}, "'description' is not kept in the history", None),
        ("vessel_id", {"allowed": frozenset({"vessel"})}, "unknown field 'vessel_id'", None),
    ],
)
def test_what_is_no_field_there(name: str, other: dict[str, Any], says: str, remedy: str | None) -> None:
    with pytest.raises(AtomError) as caught:
        scope(**other).column(name)
    assert str(caught.value) == says
    assert remedy is None or caught.value.remedy == remedy
    assert caught.value.unknown_field


def test_parameters_are_put_in_wherever_they_stand_and_noted() -> None:
    mine = scope()
    assert mine.resolve({"a": ["$least_kg", "x"], "b": {"c": "$least_kg"}, "d": 7}) == {"a": [5, "x"], "b": {"c": 5}, "d": 7}
    assert mine.used_params == {"least_kg"}
    assert mine.resolve("$Least") == "$Least"
    assert mine.resolve("5 $least_kg") == "5 $least_kg"
    with pytest.raises(AtomError) as caught:
        mine.resolve(["$leastkg"])
    assert (str(caught.value), caught.value.remedy) == ("unknown parameter '$leastkg'", "Did you mean 'least_kg'?")
    assert not caught.value.unknown_field


def test_terms_of_a_list_are_given_and_noted() -> None:
    mine = scope()
    name = next(iter(LISTS))
    assert mine.terms(name) == list(LISTS[name].terms)
    assert mine.used_lists == {name}
    for wrong, remedy in ((f"{name}x", f"Did you mean {name!r}?"), ("zzzzzz", "Put it into lists/."), (5, "Put it into lists/.")):
        with pytest.raises(AtomError) as caught:
            mine.terms(wrong)
        assert (str(caught.value), caught.value.remedy) == (f"unknown list {wrong!r}", remedy)
    assert mine.used_lists == {name}
