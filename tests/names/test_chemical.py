"""Salt words, and what makes another substance."""

from __future__ import annotations

import pytest

from precursor_screen.names.chemical import continuation_reason, is_glued_ending, prefix_reason, salt_bounds
from precursor_screen.names.goods_words import form_of, is_negated
from precursor_screen.names.text import plain


def bounds(text: str, name: str, covers_salts: bool = True) -> str:
    folded = plain(text)
    at = folded.index(plain(name))
    start, end = salt_bounds(folded, at, at + len(name), covers_salts)
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("piperidine hydrochloride", "piperidine"),
        ("ergotamine tartrate", "ergotamine"),
        ("tartrato de ergotamina", "ergotamina"),
        ("sulfate d'éphédrine", "ephedrine"),
        ("ephedrine hydrochloride anhydrous", "ephedrine"),
        ("phenylacetic acid, potassium salt", "phenylacetic acid"),
        ("ergometrine hydrogen maleate", "ergometrine"),
        ("(-)-ephedrine", "ephedrine"),
        ("dl-ephedrine", "ephedrine"),
        ("盐酸麻黄碱", "麻黄碱"),
        ("麻黄碱盐酸盐", "麻黄碱"),
        ("эфедрина гидрохлорид", "эфедрина"),
    ],
)
def test_salt_words_belong_to_the_name(text: str, name: str) -> None:
    assert bounds(f"1 {text} 2", name) == text


def test_salt_words_of_a_substance_without_salts_do_not() -> None:
    assert bounds("toluene hydrochloride", "toluene", covers_salts=False) == "toluene"


def test_glued_endings() -> None:
    assert is_glued_ending("s", covers_salts=False)
    assert is_glued_ending("hydrochlorid", covers_salts=True)
    assert not is_glued_ending("hydrochlorid", covers_salts=False)
    assert not is_glued_ending("sulfonic", covers_salts=True)
    assert not is_glued_ending("acetate", covers_salts=True)  # piperidineacetate is an ester's end


@pytest.mark.parametrize(
    "before",
    [
        "chloro",
        "chloro-",
        "hydroxy ",
        "(3-methoxyphenyl)",
        "2-methyl-3-",
        "2,4-",
        "vinyl ",
        "bis(",
        "N-",
        "alpha,gamma-",
        "polymer with ",
        "oxime of ",
    ],
)
def test_what_stands_before_makes_another_substance(before: str) -> None:
    text = plain(before + "toluene")
    assert prefix_reason(text, len(before), "toluene") is not None


@pytest.mark.parametrize(
    "before", ["", "drums of ", "99% ", "1-", "solvent: ", "xylene, ", "haz. ", "technical ", "200kg ", "oxygen free "]
)
def test_what_stands_before_ordinary_goods_does_not(before: str) -> None:
    assert prefix_reason(plain(before + "toluene"), len(before), "toluene") is None


@pytest.mark.parametrize(
    "after",
    [
        " diisocyanate",
        "-2-thiol",
        " sulfonic acid",
        ", 2,4-dinitro-",
        " peroxide",
        " oxime",
        "-2,4-diamine",
        ", dimethyl acetal",
        " dichloride",
    ],
)
def test_what_follows_makes_another_substance(after: str) -> None:
    assert continuation_reason(plain("toluene" + after), 7, "toluene", covers_salts=False) is not None


@pytest.mark.parametrize(
    ("name", "after", "says"),
    [
        ("диэтиловый эфир", " щавелевой кислоты", "an ester or ether of something else"),
        ("диэтиловый эфир", " чистый", None),
        ("ацетон", " щавелевой кислоты", None),
        ("ether", " of cellulose", "an ether of something else"),
        ("ether", " of high purity", None),
        ("ether", " phenyl", "an ether of something else"),
        ("diethyl ether", " phenyl", None),
        ("ethyl ether", " acetate", "another substance: 'acetate' follows"),
        ("eter etilico", " acetato", "another substance: 'acetato' follows"),
        ("butanone", " of cellulose", None),
        ("acetic anhydride", " with propionic acid", "an anhydride with another acid"),
        ("acetic anhydride", " with care", None),
        ("toluene", " with propionic acid", None),
        ("toluene", " (ester)", "an ester"),
        ("toluene", "(ester)", "an ester"),
    ],
)
def test_each_kind_of_name_has_its_own_continuations(name: str, after: str, says: str | None) -> None:
    text = plain(name + after)
    assert continuation_reason(text, len(plain(name)), plain(name), covers_salts=False) == says


@pytest.mark.parametrize(
    "after",
    [
        "",
        " 99.5%",
        " in drums",
        ", xylene",
        " methanol",
        " 20 cases",
        " 20-litre drums",
        "; peroxide",
        " and amines",
        " 10-metal drums",
        ", titanium dioxide",
    ],
)
def test_what_follows_ordinary_goods_does_not(after: str) -> None:
    assert continuation_reason(plain("toluene" + after), 7, "toluene", covers_salts=False) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "without toluene",
            "toluene free",
            "toluene-free",
            "non-toluene",
            "free of toluene",
            "free from xylene and toluene",
            "no toluene",
        ),
        *(
            "other than toluene",
            "excluding toluene",
            "contains no toluene",
            "ohne toluene",
            "sans toluene",
            "sin toluene",
            "sem toluene",
        ),
        *("senza toluene", "без toluene", "не содержит toluene", "不含toluene", "toluenefrei", "зa"),
    ],
)
def test_negation(text: str) -> None:
    folded = plain(text)
    if "toluene" not in folded:
        assert not is_negated(folded, 0, len(folded))
        return
    at = folded.index("toluene")
    assert is_negated(folded, at, at + 7)


@pytest.mark.parametrize(
    "text", ["UN no toluene", "item no toluene", "toluene free on board", "toluene", "not only: toluene", "of no value: toluene"]
)
def test_what_looks_like_negation(text: str) -> None:
    at = text.index("toluene")
    assert not is_negated(plain(text), at, at + 7)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("X", "substance"),
        ("drums of X 99%", "substance"),
        ("X 60 MG TABLETS", "preparation"),
        ("X cough syrup", "preparation"),
        ("comprimés X", "preparation"),
        ("X片剂", "preparation"),
        ("thinner containing X", "mixture"),
        ("X based adhesive", "mixture"),
        ("X 0.05 N VOLUMETRIC", "mixture"),
        ("batteries with X", "article"),
        ("gaskets and valves for X service", "article"),
        ("X test kit", "article"),
        ("empty drums X", "article"),
        ("paint, X", "substance"),
        ("X; paint", "substance"),
    ],
)
def test_form(text: str, form: str) -> None:
    text = text.replace("X", "xxxxxx")
    at = text.index("xxxxxx")
    assert form_of(plain(text), at, at + 6) == form
