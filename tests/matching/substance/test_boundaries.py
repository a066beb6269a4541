"""Where a name may begin and end: the edges of words, script by script."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.boundaries import edges, gaps_fit, script
from precursor_screen.text.text import plain


def bounds(text: str, name: str, *, loose: bool = True, covers_salts: bool = False) -> str | None:
    """The part of a text that belongs to the name which stands in it."""
    written = plain(text)
    start = written.index(name)
    found = edges(written, start, start + len(name), loose=loose, covers_salts=covers_salts)
    return None if found is None else written[slice(*found)]


@pytest.mark.parametrize(
    ("chars", "kind"),
    [
        ("aZдλøמ", "alpha"),
        ("07٣３", "digit"),
        ("\u3400一\u9fff\uf900\ufaff", "cjk"),
        ("\u3041アー\uff66\uff9f", "kana"),
        ("가힣", "hangul"),
        ("اي", "arabic"),
        (" -,.•\u3040\u0301", ""),
    ],
)
def test_each_character_is_of_one_script(chars: str, kind: str) -> None:
    # An Arabic digit lies among the Arabic letters and is taken with them.
    expected = {"٣": "arabic"}
    assert [script(c) for c in chars] == [expected.get(c, kind) for c in chars]


@pytest.mark.parametrize(
    ("text", "name", "loose", "expected"),
    [
        ("acetone", "acetone", False, "acetone"),
        ("in acetone, pure", "acetone", False, "acetone"),
        ("triacetone", "acetone", True, None),
        ("99acetone", "acetone", True, "acetone"),
        ("99acetone", "acetone", False, None),
        ("acetone99", "acetone", True, "acetone"),
        ("acetone99", "acetone", False, None),
        ("acetones", "acetone", True, "acetones"),
        ("acetones", "acetone", False, None),
        ("acetonex", "acetone", True, None),
        ("2-butanone", "2-butanone", False, "2-butanone"),
        ("1,2-butanone", "2-butanone", False, None),
        ("12-butanone", "2-butanone", False, None),
        ("x2-butanone", "2-butanone", False, None),
        ("un1090,2-butanone", "2-butanone", False, "2-butanone"),
        ("5'2-butanone", "2-butanone", False, None),
        ("丙2-butanone", "2-butanone", False, "2-butanone"),
        ("butane 1-2", "butane 1", False, "butane 1"),
        ("butane 1,2-x", "butane 1", False, None),
        ("butane 1-chloro", "butane 1", False, None),
        ("butane 1x", "butane 1", False, None),
        ("butane 12", "butane 1", False, None),
        ("kmno4-chloro", "kmno4", False, "kmno4"),
        ("高丙酮水", "丙酮", False, "丙酮"),
        ("x丙酮x", "丙酮", False, "丙酮"),
        ("xトルエン x", "トルエン", False, "トルエン"),
        ("アトルエン", "トルエン", True, None),
        ("toluene丙", "toluene", False, "toluene"),
        ("丙toluene", "toluene", False, "toluene"),
    ],
)
def test_a_name_stands_free_or_it_does_not(text: str, name: str, loose: bool, expected: str | None) -> None:
    assert bounds(text, name, loose=loose) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اسيتون", "اسيتون"),
        ("الاسيتون", "الاسيتون"),
        ("والاسيتون", "والاسيتون"),
        ("زاسيتون", None),
        ("x اسيتون", "اسيتون"),
        ("xاسيتون", "اسيتون"),
    ],
)
def test_an_arabic_name_may_have_its_article(text: str, expected: str | None) -> None:
    assert bounds(text, "اسيتون") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("톨루엔", "톨루엔"), ("톨루엔을", "톨루엔"), ("톨루엔용액", "톨루엔"), ("톨루엔산", None), ("톨루엔을산", None)],
)
def test_a_korean_name_may_have_its_particle(text: str, expected: str | None) -> None:
    assert bounds(text, "톨루엔") == expected


def test_marks_behind_the_last_letter_belong_to_it() -> None:
    assert edges("acetone\u0301\u200b x", 0, 7, loose=False, covers_salts=False) == (0, 9)
    assert edges("acetone\u0301", 0, 7, loose=False, covers_salts=False) == (0, 8)


def test_the_ending_of_a_salt_belongs_to_what_is_listed_with_its_salts() -> None:
    assert bounds("ephedrinhydrochlorid", "ephedrin", covers_salts=True) == "ephedrinhydrochlorid"
    assert bounds("ephedrinhydrochlorid", "ephedrin", covers_salts=False) is None
    assert bounds("ephedrinhydrochlorid", "ephedrin", covers_salts=True, loose=False) is None


@pytest.mark.parametrize(
    ("text", "name", "own", "tight", "fits"),
    [
        ("acetone", "acetone", (), False, True),
        ("ace-tone", "acetone", (), False, True),
        ("ace      tone", "acetone", (), False, True),
        ("ace       tone", "acetone", (), False, False),
        ("ace, tone", "acetone", (), False, False),
        ("ace, tone", "acetone", (2,), False, True),
        ("ace; tone", "acetone", (2,), False, False),
        ("ace + tone", "acetone", (2,), False, False),
        ("ace & tone", "acetone", (2,), False, False),
        ("ace+tone", "acetone", (2,), False, True),
        ("ace_tone", "acetone", (2,), False, True),
        ("m-e-k", "mek", (), True, True),
        ("m e k", "mek", (), True, False),
        ("m e k", "mek", (0, 1), True, True),
        ("m----ek", "mek", (), True, False),
        ("d'ephedrine", "dephedrine", (), False, False),
        ("d'ephedrine", "dephedrine", (0,), False, False),
        ("de'phedrine", "dephedrine", (), False, True),
        ("2'ephedrine", "2ephedrine", (), False, True),
    ],
)
def test_what_may_part_the_letters_of_a_name(text: str, name: str, own: tuple[int, ...], tight: bool, fits: bool) -> None:
    where = [i for i, c in enumerate(text) if c.isalnum()]
    assert "".join(text[i] for i in where) == name
    assert gaps_fit(text, where, frozenset(own), tight=tight) is fits
