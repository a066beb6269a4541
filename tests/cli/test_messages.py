"""Messages on the command line: exit codes, standard input, and what is said of damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Answer
from tests.conftest import ROOT

SAMPLES = ROOT / "tests" / "readers" / "messages" / "samples"
CUSCAR = (SAMPLES / "iftmin.edi").read_text()
NCTS = (SAMPLES / "ncts.xml").read_text()
ANSWER = "UNH+1+CONTRL:D:3:UN'UCI+1'UNT+2+1'"


pytestmark = pytest.mark.usefixtures("few_rules")


def screen(ps: Callable[..., Answer], *inputs: object, stdin: bytes = b"") -> Answer:
    return ps("screen", "-v", *inputs, "--watchlist", "none", stdin=stdin)


@pytest.mark.parametrize("text", [CUSCAR, NCTS], ids=["EDI", "XML"])
def test_a_whole_message_is_screened(ps: Callable[..., Answer], text: str) -> None:
    for answer in (screen(ps, "-", stdin=text.encode()), screen(ps, "-", stdin=text.encode("utf-16"))):
        assert answer.code == 0
        assert "cetic anhydride is declared by the name" in answer.out


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [("cut.edi", CUSCAR[: CUSCAR.index("MEA+WT") + 3], "cut.edi:"), ("cut.xml", NCTS[: NCTS.index("Ceramic") + 4], "cut.xml:1")],
)
def test_a_damaged_message_is_read_as_far_as_it_goes(ps: Callable[..., Answer], name: str, content: str, place: str) -> None:
    Path(name).write_text(content)
    answer = screen(ps, name)
    assert answer.code == 3
    assert "broken-segment" in answer.out
    assert place in answer.out
    assert "cetic anhydride is declared by the name" in answer.out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><Awmds/>", "document type"),
        ("<MetaData><Response><Declaration/></Response></MetaData>", "without goods"),
        (ANSWER, "CONTRL"),
    ],
)
def test_what_cannot_be_screened_is_refused_with_a_remedy(ps: Callable[..., Answer], content: str, told: str) -> None:
    Path("bad.xml").write_text(content)
    answer = screen(ps, "bad.xml")
    assert answer.code == 4
    assert "bad.xml" in answer.out + answer.err
    assert told in answer.out + answer.err


def test_an_answer_among_manifests_is_set_aside(ps: Callable[..., Answer]) -> None:
    Path("a.edi").write_text(ANSWER)
    Path("b.edi").write_text(CUSCAR)
    answer = screen(ps, "a.edi", "b.edi")
    assert answer.code == 3
    assert "no-manifest" in answer.out
    answer = ps("explain", "no-manifest")
    assert answer.code == 0
    assert "is not a manifest" in answer.out
