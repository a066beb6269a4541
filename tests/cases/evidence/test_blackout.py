"""Names that are left out are in no text of the bundle, however they are written there."""

from __future__ import annotations

import copy
import html
import json
import random
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from precursor_screen.cases.evidence.blackout import blackout, folded, words_of
from precursor_screen.cases.evidence.redact import LEFT_OUT, redact
from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence.seal import plain, seal
from precursor_screen.reporting.evidence.verify import compare_redacted, verify
from tests.cases.evidence.cases import SECRET
from tests.cases.evidence.conftest import WHEN

WORDS = ("belmar", "shipperspa", "muller", "mueller", "sohne", "soehne")
HIDDEN = ("Belmar Forwarding Ltd", "Second Shipper SpA", "Müller & Söhne GmbH")
CUT = blackout([*HIDDEN, "Orveto", "12 Harbour Road", "+49 89 123456"], ["Orveto SA"], "#")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("asked of BELMAR  forwarding, ltd. now", "asked of #. now"),
        ("bélmar-forwarding", "#"),
        ("BelmarForwarding", "#"),
        ("Belmar/Forwarding Limited", "#/Limited".replace("/", " ")),
        ("Mueller und Soehne", "#"),
        ("MULLER SOHNE", "#"),
        ("mu\u0308ller & so\u0308hne gmbh!", "#!"),
        ("for M\u00dcLLER & S\u00d6HNE", "for #"),
        ("be\u200blmar forwarding", "#"),
        ("tel +49-89-123456", "tel +#"),
        ("12, HARBOUR ROAD", "#"),
        ("Orveto SA and ORVETO", "Orveto SA and ORVETO"),  # a name that stays begins so
        ("Belmarforwardings", "#forwardings"),
        ("Belmar", "#"),
        ("forwarding", "forwarding"),  # a word of trade tells nobody
        ("", ""),
    ],
)
def test_a_text(text: str, left: str):
    assert CUT(text) == left


FORMS = blackout(
    [
        "Zavrelkova Khimia OOO",
        "Öttershagen Spedition",
        "شركة الزمردي للتجارة",
        "华泽化工有限公司",
        "Acetone Trading",
        "Kim Dae Lorren",
        "Iris Ltd",
    ],
    ["Orveto Khimia"],
    "#",
    {"acetone", "iris"},
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("of Zavrelkova", "of #"),
        ("khimia, ZAVRELKOVA", "khimia, #"),  # the other word is one of a name that stays
        ("Завьрелкова", "#"),
        ("Заврелкова, Прага", "#, Прага"),
        ("Z A V R E L K O V A", "#"),
        ("Zavrel-\nkova", "#"),
        ("info@zavrelkova-lab.example", "info@#-lab.example"),
        ("www.ottershagen.example/x", "www.#.example/x"),
        ("OETTERSHAGEN", "#"),
        ("L O R R E N, K.", "#, K."),
        ("LORRENS WIFE", "#S WIFE"),
        ("Al Zumurrudi", "Al #"),
        ("收货人 华泽化工", "收货人 #化工"),
        ("huaze", "#"),
        ("ACETONE 200 KG", "ACETONE 200 KG"),
        ("for Acetone Trading", "for #"),
        ("iris oil", "iris oil"),
        ("zebra wood, drums of toluene, KIMCHI", "zebra wood, drums of toluene, KIMCHI"),
    ],
)
def test_a_word_that_tells_a_name(text: str, left: str):
    assert FORMS(text) == left


def test_nothing_to_hide_changes_nothing():
    assert blackout([], [], "#")("Belmar") == blackout(["--", "Co"], [], "#")("Belmar") == "Belmar"


def test_folding_and_words():
    assert folded("Ünë Œuvre") == "une oeuvre"
    assert words_of("A & B and C") == ("a", "b", "c")


def spell(name: str, chance: random.Random) -> str:
    """A name as somebody else writes it."""
    words = re.findall(r"\w+", name)
    how = chance.randint(0, 7)
    telling = chance.choice([w for w in words if w.lower() not in ("ltd", "spa", "gmbh", "forwarding", "second")])
    if how > 4:
        return (telling.upper(), " ".join(telling), f"post@{telling.lower()}.example")[how - 5]
    if how == 0:
        return name.upper()
    if how == 1:
        return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    if how == 2:
        return chance.choice(("-", "  ", "/", ". ")).join(words)
    if how == 3:
        return unicodedata.normalize("NFD", name.title())
    return "".join(c + "\u0301" if c in "aeo" and chance.random() < 0.3 else c for c in name)


def strings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of texts in which a filer's words may stand."""
    if isinstance(value, str):
        if (
            path[-1] in ("because", "as_written", "Description of Goods", "Bill of Lading", "description", "note", "Remarks")
            or "notes" in path
        ):
            yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from strings(inner, (*path, key))


@pytest.mark.parametrize("seed", range(20))
def test_no_member_names_anybody_who_is_left_out(document, completed, seed):
    chance = random.Random(seed)
    changed = copy.deepcopy(document)
    changed["lines"][0]["cells"]["Notify Party"] = HIDDEN[2]
    for fact in changed["facts"]:
        fact["fields"].setdefault("carrier_name", HIDDEN[2])
    changed["notes"].append("asked there")
    places = [p for p in strings(changed) if "party_name" not in str(p) and p[0] != "rules"]
    for file in {f["source_file"] for f in changed["flags"]}:
        for row, key in (
            *((f, "source_file") for f in (*changed["flags"], *changed["lines"])),
            *((i, "name") for i in changed["inputs"]),
        ):
            if row[key].startswith(file):
                row[key] = f"{spell(HIDDEN[0], random.Random(seed))} 2026.xlsx#{HIDDEN[2]}"[
                    : -len(HIDDEN[2]) - 1 if key == "name" else None
                ]
    for path in chance.sample(places, len(places) // 2):
        at = changed
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] += f" c/o {spell(chance.choice(HIDDEN), chance)}, thanks"
    redacted = plain(redact(changed, SECRET))
    sealed = seal(redacted, completed[1], WHEN)
    assert verify(sealed).problems == []
    assert compare_redacted(redacted, changed, SECRET)[0] == []
    for name, content in bundle.unpack(sealed).items():
        squashed = re.sub(r"[\W_]", "", folded(html.unescape(content.decode())))
        assert [w for w in WORDS if w in squashed] == [], name
    assert LEFT_OUT in json.dumps(redacted)
