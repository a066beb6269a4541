"""Shapes: one declaration checks, tells editors, and reads."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import ErrorGroup, MappingError
from precursor_screen.core.located import parse_yaml
from precursor_screen.core.shape import Choice, Items, Record, Shape, Value, Whole, read_shaped

BOX = Record(
    fields={
        "name": Value(kinds=("string",)),
        "size": Whole(low=1, high=9),
        "colour": Choice(of=("red", "blue")),
        "marks": Items(of=Value(kinds=("string",)), default=(), fault="marks are texts", remedy="marks: [A]"),
        "tags": Items(of=Choice(of=("fragile", "heavy"))),
        "note": Shape(hint={"type": "string"}, default=""),
    },
    required=("name",),
    what="a box",
    into=dict,
)


def test_what_fits_is_read_with_what_is_left_out():
    box = {"name": "a", "marks": ["x"], "size": None}
    assert BOX.faults(box, ()) == []
    assert BOX.read(box) == {"name": "a", "size": None, "colour": None, "marks": ("x",), "tags": None, "note": ""}


@pytest.mark.parametrize(
    ("box", "key", "message"),
    [
        ([], (), "is not a box"),
        ({}, (), "has no 'name'"),
        ({"name": 5}, ("name",), "name must be text"),
        ({"name": "a", "size": True}, ("size",), "size must be a whole number"),
        ({"name": "a", "size": 10}, ("size",), "between 1 and 9"),
        ({"name": "a", "colour": "rde"}, ("colour",), "colour 'rde' is not known"),
        ({"name": "a", "colour": ["red"]}, ("colour",), "is not known"),
        ({"name": "a", "colours": "red"}, ("colours",), "unknown key 'colours'"),
        ({"name": "a", "marks": ["x", 5, 6]}, ("marks",), "marks are texts"),
        ({"name": "a", "tags": ["heavy", "hevay"]}, ("tags", 1), "the item 'hevay' is not known"),
    ],
)
def test_a_fault_is_named_where_it_stands_and_once(box, key, message):
    [(where, says, remedy)] = BOX.faults(box, ())
    assert where == key
    assert message in says
    assert message != "marks are texts" or remedy == "marks: [A]"


def test_a_key_without_a_value_is_told_where_each_must_have_one():
    box = Record(fields={"size": Whole(low=1), "name": Value(passes=str.strip)}, required=("name",), filled=True)
    assert box.faults({"name": "a", "size": None}, ()) == [(("size",), "size has no value", "Write one, or leave it out.")]
    assert [key for key, _, _ in box.faults({"name": None}, ())] == [()]


def test_a_fault_of_ones_own_quotes_the_value_and_its_key_and_names_the_nearest():
    colour = Choice(of=("red", "blue"), fault="{name} cannot be {value!r}", remedy="Ask.")
    box = Record(fields={"colour": colour}, unknown="a box has no {name!r}")
    assert box.faults({"colour": "bleu"}, ()) == [(("colour",), "colour cannot be 'bleu'", "Did you mean 'blue'?")]
    [(_, message, remedy)] = box.faults({"colour": "x" * 1_000}, ())
    assert (len(message), remedy) == (len("colour cannot be ''") + 100, "Ask.")
    assert box.faults({"shape": 1}, ())[0][1] == "a box has no 'shape'"


def test_a_file_is_read_or_all_its_faults_are_raised():
    def make(box, complaints):
        if box["name"] == "b":
            complaints.add(("name",), "b is taken", "")
        return box["name"]

    assert read_shaped(parse_yaml("name: a", "f.yml"), BOX, make) == "a"
    for text, messages in (("size: 0", ["size must be between 1 and 9", "has no 'name'"]), ("name: b", ["b is taken"])):
        with pytest.raises(ErrorGroup) as caught:
            read_shaped(parse_yaml(text, "f.yml"), BOX, make, MappingError)
        assert [e.message for e in caught.value.errors] == messages
        assert all(e.where.file.startswith("f.yml:1:") for e in caught.value.errors)


def test_all_faults_are_found():
    assert len(BOX.faults({"size": 0, "colour": "x", "shape": 1}, ())) == 4


def test_a_shape_tells_editors_what_it_checks():
    assert BOX.schema() == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "size": {"type": "integer", "minimum": 1, "maximum": 9},
            "colour": {"enum": ["red", "blue"]},
            "marks": {"type": "array", "items": {"type": "string"}},
            "tags": {"type": "array", "items": {"enum": ["fragile", "heavy"]}},
            "note": {"type": "string"},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("box", "remedy"),
    [
        ([], f"Keys: {', '.join(BOX.fields)}."),
        ({}, "Add a line `name:` with text."),
        ({"name": None}, "Add a line `name:` with text."),
        ({"name": "a", "colour": "rde"}, "Did you mean 'red'?"),
        ({"name": "a", "colour": "green"}, "Use one of red, blue."),
        ({"name": "a", "colours": "red"}, "Did you mean 'colour'?"),
        ({"name": "a", "zzz": "red"}, f"Known: {', '.join(BOX.fields)}."),
    ],
)
def test_each_fault_says_what_to_do(box, remedy):
    [(_, _, told)] = BOX.faults(box, ())
    assert told == remedy


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (9, True), (10, False), (None, True), (5.0, False)])
def test_numbers_at_their_ends(size, fits):
    assert (BOX.faults({"name": "a", "size": size}, ()) == []) is fits


@pytest.mark.parametrize(
    ("shape", "value", "fits"),
    [
        (Items(of=Value(kinds=("string",)), least=2), ["a", "b"], True),
        (Items(of=Value(kinds=("string",)), least=2), ["a"], False),
        (Items(of=Value(kinds=("string",)), least=2), ("a", "b"), False),
        (Record(others=Whole(low=0, high=1), least=1), {"a": 0}, True),
        (Record(others=Whole(low=0, high=1), least=1), {}, False),
        (Record(others=Whole(low=0, high=1), least=1), {"a": 2}, False),
        (Value(kinds=("string", "integer")), 5, True),
        (Value(kinds=("string", "integer")), True, False),
        (Value(kinds=("string",), passes=bool), "", False),
        (Value(kinds=("array",)), {}, False),
    ],
)
def test_what_fits_a_shape(shape, value, fits):
    assert (shape.faults(value, ("x",)) == []) is fits
