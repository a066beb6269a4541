"""Hardened XML: what is refused, and how far a damaged text is read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats import xml_levels
from precursor_screen.formats.xml_levels import DAMAGE, END, MAX_DEPTH, START, stream_levels
from tests.examples import examples

ENTITIES = "".join(f'<!ENTITY x{i} "{"&x;" * 10}">' for i in range(9))
BOMB = f'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">{ENTITIES}]>'
MESSAGE = "<?xml version='1.0'?>\n<a>\n<b>one</b>\n<!-- note -->\n<b c='2'>two &amp; three</b>\n</a>"


def closed(text: str) -> list[tuple[str, str]]:
    return [(e.tag, e.text or "") for kind, e in stream_levels(text) if kind == END]


def damages(text: str) -> list[str]:
    return [e for kind, e in stream_levels(text) if kind == DAMAGE]


def test_elements_come_as_they_open_and_close() -> None:
    assert [(k, e.tag) for k, e in stream_levels("<a><b/></a>")] == [(START, "a"), (START, "b"), (END, "b"), (END, "a")]
    assert closed(MESSAGE)[:2] == [("b", "one"), ("b", "two & three")]
    assert damages(MESSAGE) == []


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "<a>&x9;</a>",
        BOMB + "<a b='&x9;'/>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a SYSTEM 'http://example.com/a.dtd'><a/>",
        "<?xml version='1.0'?><!-- <a> --><!DOCTYPE a><a/>",
        " \n<!ENTITY x 'y'><a/>",
        "<!DOCTYPE",
    ],
)
def test_a_document_type_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest, match="document type"):
        list(stream_levels(text, "m.xml"))


@pytest.mark.parametrize("text", ["<a>&x;</a>", "<a b='&x;'/>"])
def test_an_entity_that_nothing_defines_is_damage(text: str) -> None:
    assert len(damages(text)) == 1


def test_what_looks_like_a_document_type_in_a_text_is_text() -> None:
    assert closed("<a><![CDATA[<!DOCTYPE a>]]></a>") == [("a", "<!DOCTYPE a>")]


@pytest.mark.parametrize(("depth", "read"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_depth_has_a_limit(depth: int, read: bool) -> None:
    text = "<a>" * depth + "</a>" * depth
    if read:
        assert len(closed(text)) == depth
        return
    with pytest.raises(UnreadableManifest, match="deeper"):
        list(stream_levels(text))


@pytest.mark.parametrize("cut", range(1, len(MESSAGE)))
def test_a_text_cut_anywhere_is_read_up_to_there(cut: int) -> None:
    part = MESSAGE[:cut]
    if "<a" not in part:
        assert len(list(stream_levels(part))) == 1
        return
    found = closed(part)
    assert found == closed(MESSAGE)[: len(found)]
    assert len(found) >= part.count("</b>")
    assert len(damages(part)) == 1


def test_comments_that_xml_forbids_are_passed_over() -> None:
    assert closed("<a><!-- one -- two --><b>x</b></a>") == [("b", "x"), ("a", "")]
    assert damages("<a><!-- one -- two --><b>x</b></a>") == []


def test_damage_names_line_and_column() -> None:
    assert damages("<a>\n<b></c>\n</a>") == [
        "is not well formed at line 2, column 8 (Opening and ending tag mismatch: b line 2 and c)"
    ]


def test_a_huge_text_is_damage_and_takes_no_more_than_itself() -> None:
    assert len(damages("<a>" + "x" * (11 << 20) + "</a>")) == 1


@given(st.text(max_size=200))
@examples(200, 200)
def test_any_text_ends_in_our_own_words(text: str) -> None:
    for start in ("", "<a>", "<?xml version='1.0'?><a b='"):
        with suppress(UnreadableManifest):
            list(stream_levels(start + text, "m.xml"))


@pytest.mark.parametrize(("count", "read"), [(3, True), (4, False)])
def test_elements_have_a_limit(monkeypatch: pytest.MonkeyPatch, count: int, read: bool) -> None:
    monkeypatch.setattr(xml_levels, "MAX_ELEMENTS", 3)
    text = f"<a>{'<b/>' * (count - 1)}</a>"
    if read:
        assert len(closed(text)) == count
        return
    with pytest.raises(UnreadableManifest, match="more than 3 elements"):
        closed(text)
