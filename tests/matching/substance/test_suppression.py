"""A name that stands in a text and means something else there keeps the reason why."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.evidence import reason_against
from precursor_screen.text.text import plain


def reason(text: str, name: str, *, covers_salts: bool = False) -> str | None:
    written = plain(text)
    core = (written.index(name), written.index(name) + len(name))
    return reason_against(written, core, core, name, covers_salts)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("toluene free", "toluene", "negated"),
        ("硫酸铜", "硫酸", "a salt or another compound: '铜' follows"),
        ("硫酸溶液", "硫酸", None),
        ("硫酸 98%", "硫酸", None),
        ("硫酸", "硫酸", None),
        ("亚硫酸", "硫酸", "another acid: '亚' stands before it"),
        ("盐酸麻黄碱", "盐酸", "a salt or another compound: '麻黄' follows"),
        ("麻黄碱盐酸", "盐酸", "a hydrochloride of something else"),
        ("麻黄碱硫酸", "硫酸", None),
        ("塑料盐酸", "盐酸", None),
        ("丙酮醇", "丙酮", "another compound: '醇' follows"),
        ("丙酮溶液", "丙酮", None),
        ("甲苯酯", "甲苯", "another compound: '酯' follows"),
        ("氯丙酮", "丙酮", "another compound: '氯' stands before it"),
        ("桶丙酮", "丙酮", None),
        ("1,3-丙酮", "丙酮", "another compound: '1,3-' stands before it"),
        ("n-丙酮", "丙酮", "another compound: 'n-' stands before it"),
        ("1-丙酮", "丙酮", None),
        ("chlorotoluene", "toluene", "part of a longer chemical name: 'chloro' stands before it"),
        ("toluene sulfonic acid", "toluene", "another substance: 'sulfonic' follows"),
        ("25 drums of toluene", "toluene", None),
    ],
)
def test_why_a_name_means_something_else(text: str, name: str, says: str | None) -> None:
    assert reason(text, name) == says


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("aa", True),
        ("aa 25 kg", True),
        ("aa sold by the piece", False),
        ("aa in drums of steel", True),
        ("solvent of the class aa", True),
        ("chemical aa batteries in boxes", False),
        ("alkaline cells aa", False),
        ("drums " + "x " * 21 + "aa", False),
        ("drums " + "x " * 16 + "aa", True),
        ("aa " + "x " * 16 + "drums", True),
        ("aa " + "x " * 21 + "drums", False),
    ],
)
def test_two_letters_need_chemicals_beside_them(text: str, meant: bool) -> None:
    assert (reason(text, "aa") is None) is meant


def test_three_letters_need_none() -> None:
    assert reason("mek sold by the piece and more", "mek") is None
