"""A pattern that is compiled late does what the compiled one does."""

from __future__ import annotations

import re

import pytest

from precursor_screen.text.text import late


def test_it_is_compiled_at_its_first_use_and_once(monkeypatch):
    compiled = []
    monkeypatch.setattr(re, "compile", lambda *asked, make=re.compile: compiled.append(asked) or make(*asked))
    pattern = late(r"a(?P<n>\d+)", re.IGNORECASE)
    assert (pattern.pattern, compiled) == (r"a(?P<n>\d+)", [])
    assert pattern.search("xA12")["n"] == "12"
    assert pattern.fullmatch("a1x") is None
    assert (pattern.sub("-", "a1 b A2"), pattern.split("xa1x"), pattern.findall("a1A2")) == ("- b -", ["x", "1", "x"], ["1", "2"])
    assert compiled == [(r"a(?P<n>\d+)", re.IGNORECASE)]


def test_what_it_has_not_is_told():
    with pytest.raises(AttributeError, match="groupindex"):
        _ = late("a").groupindex
