"""Whether a stretch that resembles a name is that name: its locants, its short words, its gaps, words that are others."""

from __future__ import annotations

from datetime import date

import pytest

from precursor_screen.core.model import Control, Substance, SubstanceName
from precursor_screen.matching.substance.dictionary import NameDictionary, Pattern, patterns_of, same_letters
from precursor_screen.matching.substance.near import read_misread, read_near
from precursor_screen.matching.substance.neighbours import Neighbours
from precursor_screen.text.text import fold

NONE = Neighbours(frozenset())


def substance(
    *names: str, strength: str = "strong", instrument: str = "UN1988", verified: bool = True, substance_id: str = "x"
) -> Substance:
    listed = tuple(
        SubstanceName(name=n, language="en", kind="synonym", strength=strength, source="s", verified=verified) for n in names
    )
    control = Control(instrument, "II", date(1990, 1, 1), None, "", "s", True)
    return Substance(substance_id, names[0], listed, (), (), (), (), "", (control,), False, False, "", "", (), None, "", "", "")


def pattern(name: str, **more: object) -> Pattern:
    (found,) = patterns_of((substance(name, **more),))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("name", "more", "edits"),
    [
        ("zorva", {}, 0),
        ("zorvan", {}, 1),
        ("zorvanquill", {}, 1),
        ("zorvanquillo", {}, 2),
        ("zorvan", {"strength": "weak"}, 0),
        ("zorvanqu", {"strength": "weak"}, 1),
        ("zorvanquillonx", {"strength": "weak"}, 2),
        ("zorvan", {"instrument": "US"}, 0),
        ("zorvanqu", {"instrument": "US"}, 1),
        ("zorvanqu", {"instrument": "US", "strength": "weak"}, 1),
        ("1,2-zorva", {}, 0),
        ("ацетон", {}, 1),
        ("اسيتون", {}, 0),
        ("اسيتونا", {}, 1),
        ("丙酮丙酮丙酮丙酮", {}, 0),
        ("アセトンアセト", {}, 1),
    ],
)
def test_how_many_edits_a_name_bears(name, more, edits):
    assert pattern(name, **more).edits == edits


def test_what_is_known_of_a_name():
    one = pattern("N-methyl-4-zorvane II")
    assert (one.squashed, one.words) == ("nmethyl4zorvaneii", ((0, 1), (1, 7), (7, 8), (8, 15), (15, 17)))
    assert one.fixed == {0, 7, 15, 16}
    assert one.own_gaps == {0, 6, 7, 14}
    assert (one.loose, one.tight, one.open_ended) == (True, False, False)
    assert pattern("2-zorvanone, 1-phenyl-").open_ended
    assert [pattern(n).loose for n in ("zorva", "zorvan")] == [False, True]
    assert [pattern(n, strength="weak").tight for n in ("zorva", "zorvan")] == [True, False]
    assert not pattern("zorvan", strength="weak").loose


def test_one_spelling_of_two_substances_is_one_pattern_by_the_surer_name():
    sure, other = substance("Zorvan", substance_id="a"), substance("zor-van", strength="weak", substance_id="b")
    unsure = substance("ZORVAN", verified=False, substance_id="c")
    for order in ((sure, other, unsure), (other, unsure, sure), (unsure, sure, other)):
        (found,) = patterns_of(order)
        assert (found.name.name, found.owners) == ("Zorvan", (0, 1, 2))
        assert set(found.spellings) == {"Zorvan", "zor-van", "ZORVAN"}
    twice = patterns_of((substance("Zorvan", "zorvan"),))
    assert [p.owners for p in twice] == [(0,)]
    names = NameDictionary(patterns_of((substance("Zorvan"), substance("丙酮丙酮丙酮"), substance("zor", strength="weak"))))
    assert [p.squashed for p in names.read_patterns] == ["zorvan"]
    assert [p.squashed for p in names.near_patterns] == ["zorvan"]


def read(name: str, text: str, *, misread: bool = False, words: frozenset[str] = frozenset(), **more: object) -> int | None:
    """How many edits it takes to read a text as a name; None: it is another word."""
    one, folded = pattern(name, **more), fold(text)
    where = list(folded.positions)
    raw = text[where[0] : where[-1] + 1]
    found = (read_misread if misread else read_near)(one, folded.squashed, where, raw, Neighbours(words) if words else NONE)
    return None if found is None else found.edits


@pytest.mark.parametrize(
    ("name", "text", "edits"),
    [
        ("zorvane", "zorvane", None),  # as it stands it needs no reading
        ("zorvane", "zorvene", 1),
        ("zorvane", "zorvne", 1),
        ("zorvane", "zorvvane", 1),
        ("zorvane", "zorvnae", 1),
        ("zorvane", "zurvene", None),
        ("zorvanequillon", "zurvanequillan", 2),
        ("4-zorvanone", "4-zorvanane", 1),
        ("4-zorvanone", "3-zorvanone", None),  # a locant is not another
        ("4-zorvanone", "zorvanone", None),
        ("N-methylzorvan", "M-methylzorvan", None),
        ("zorvane II", "zorvane III", None),
        ("zorvane II", "zorvene II", 1),
        ("ethyl zorvane quill", "ethyl zorvanequill", None),  # nothing differs but a gap
        ("ethyl zorvane quill", "etyl zorvane quill", 1),
        ("ethyl zorvane ol", "ethyl zorvane on", 1),
        ("zorvanequillon ab", "zorvanequillon cd", None),  # two letters wrong of two
        ("zorvane abc", "zorvane abd", 1),
        ("zorvan abc", "zorvan abd", 1),
        ("zorv abc", "zorv abd", None),  # seven letters bear none in a short word
        ("zorvane ab", "zorvane ac", None),
        ("zorvanequillo ab", "zorvanequillo ac", 1),
        ("oil of zorvane", "oil on zorvane", 1),
    ],
)
def test_a_stretch_with_edits(name, text, edits):
    assert read(name, text) == edits


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("zorv ene", None),  # an edit and a gap make names of anything
        ("zorvene", 1),
        ("zorv-ene", 1),
    ],
)
def test_gaps_and_edits_do_not_add_up(text, edits):
    assert read("zorvane", text) == edits


def test_a_name_of_two_edits_bears_one_gap():
    assert read("zorvanequillon", "zorvene quillon") == 1
    assert read("zorvanequillon", "zor vene quillon") is None
    assert read("zorvane quillon", "zorvene quillon") == 1
    assert read("zorvane quillon", "zor vene quillon") == 1


def test_a_word_that_is_another_is_no_misspelling():
    assert read("zorvane", "zorvene", words=frozenset({"zorvene"})) is None
    assert read("zorvanequillon", "zurvenequillon", words=frozenset({"zurvenequillox"})) is None
    assert read("zorvane quillon", "zorvene quillon", words=frozenset({"zorvene"})) is None
    assert read("zorvane quillon", "zorvene quillan", words=frozenset({"zorvene"})) == 2  # both wrong: not two words by chance


@pytest.mark.parametrize(
    ("name", "text", "read_so"),
    [
        ("zorvane", "z0rvane", True),
        ("zorvane", "zorvane", False),
        ("merlane", "rnerlane", True),
        ("merlane", "r nerlane", False),
        ("merlane", "rnerlone", False),  # seven letters bear one confusion
        ("merlanes", "rnerlones", True),
        ("zorva", "z0rva", True),
        ("zorva", "zarva", False),  # of five letters none but figures
        ("zorva", "zorvo", False),
        ("piperidine", "piperidlne", True),
        ("piperidine", "piperidane", False),
        ("4-zorvanone", "4-z0rvan0ne", True),
        ("5-zorvanone", "S-zorvanone", True),
        ("5-zorvanone", "s zorvanone", True),
        ("zorvanone", "zorvan 0 ne", False),  # a figure by itself is no letter
    ],
)
def test_a_stretch_that_a_scanner_read(name, text, read_so):
    assert (read(name, text, misread=True) == 0) is read_so


def test_a_vowel_sign_behind_the_last_word_of_a_name_ends_no_reading():
    assert read("फेनिलएसिटिक अम्ल", "फेhिलएसिटिक अम्ल") == 1


@pytest.mark.parametrize(
    ("found", "spellings", "same"),
    [
        ("anything", ["zorvan"], True),
        ("zorván", ["zorvan"], False),
        ("zorván", ["zorván"], True),
        ("zorvan\u0301", ["zorvań"], True),
        ("ZORVÁN", ["zorván"], True),
        ("αzorvan", ["alphazorvan"], True),
        ("ｚorvan", ["zorvan"], False),
        ("aß", ["ass"], True),
        ("éa", ["x", "éa"], True),
    ],
)
def test_letter_for_letter(found, spellings, same):
    assert same_letters(found, spellings) is same
