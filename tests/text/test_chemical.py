"""Salt words, and what makes another substance."""

from __future__ import annotations

import pytest

from precursor_screen.text.chemical import continuation_reason, is_glued_ending, prefix_reason, salt_bounds
from precursor_screen.text.goods_words import form_of, is_negated
from precursor_screen.text.text import plain


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
        ("eter etilico", " de celulosa", "an ether of something else"),
        ("eter etilico", " de primera", None),
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


GROUP = "part of a longer chemical name: a bracketed group stands before it"
LOCANT = "part of a longer chemical name: a locant stands before it"


@pytest.mark.parametrize(
    ("name", "before", "says"),
    [
        ("toluene", "(3-methoxy)-", GROUP),
        ("toluene", "(oxo)", GROUP),
        ("toluene", "(3-methoxy]-2-", GROUP),
        ("toluene", "(x)", "part of a longer chemical name: ')' stands before it"),
        ("toluene", "s-", "part of a longer chemical name: 's-' stands before it"),
        ("toluene", "s", None),
        ("toluene", "n-", "part of a longer chemical name: 'n-' stands before it"),
        ("toluene", "n", None),
        ("toluene", "benzo-2-", LOCANT),
        ("toluene", "2,4-", LOCANT),
        ("toluene", "1-", None),
        ("butanone", "1-", "another position isomer: locant 1"),
        ("butanone", "3- ", "another position isomer: locant 3"),
        ("butanone", "2-", None),
        ("pentanone", "3-", None),
        ("toluene", "amino ", "part of a longer chemical name: 'amino' stands before it"),
        ("diethyl ether", "glycerol ", "part of a longer chemical name: 'glycerol' stands before it"),
        ("diethyl ether", "methanol ", None),
        ("toluene", "glycerol ", None),
        ("diethyl ether", "glycerol, ", None),
        ("hcl", "levamisole ", "a salt: 'levamisole' stands before it"),
        ("hcl", "drums ", None),
        ("hcl", "x ", None),
        ("toluene", "levamisole ", None),
        ("sulfuric acid", "phenylethylamine; ", "a salt: a base stands before it"),
        ("sulfuric", "phenylethylamine; ", None),
        ("nitric acid", "phenylethylamine; ", None),
        ("диэтиловый эфир", "серной кислоты ", "an ester: an acid stands before it"),
        ("диэтиловый эфир", "чистый ", None),
        ("ацетон", "серной кислоты ", None),
        ("toluene", "compound of ", "a compound of it: 'compound of' stands before it"),
        ("toluene", "x" * 200 + " oxime of ", "a compound of it: 'oxime of' stands before it"),
        ("toluene", "oxime of" + " " * 113, None),
    ],
)
def test_why_what_stands_before_makes_another_substance(name: str, before: str, says: str | None) -> None:
    assert prefix_reason(plain(before + name), len(before), name) == says


@pytest.mark.parametrize(
    ("name", "after", "covers_salts", "what"),
    [
        ("toluene", " sulfonic", False, "another substance: 'sulfonic' follows"),
        ("toluene", "-amine", False, "another substance: 'amine' follows"),
        ("toluene", " amine", False, None),
        ("toluene", "-2-one", False, "another substance: '-2-one' follows"),
        ("toluene", " 2-methyl-amine", False, "another substance: '2-methyl' follows"),
        ("toluene", ")sulfonyl", False, "another substance: ')sulfonyl' follows"),
        ("toluene", ") in drums", False, None),
        ("toluene", ", 2-chloro-", False, "another substance, named back to front: '2-chloro-' follows"),
        ("toluene", ", oxime", False, "another substance, named back to front: 'oxime' follows"),
        ("sulfuric acid", " zinc salt", False, "a salt, ester or other derivative: 'zinc salt' follows"),
        ("sulfuric acid", " common salt", False, None),
        ("sulfuric acid", ", zinc (2)", False, "a salt, ester or other derivative: 'zinc (' follows"),
        ("sulfuric acid", " methylate", False, None),
        ("hydrogen chloride", " zinc salt", False, "a salt, ester or other derivative: 'zinc salt' follows"),
        ("phenylacetic acid", " methyl ester", False, "a salt, ester or other derivative: 'methyl ester' follows"),
        ("phenylacetic acid", " chloride", False, "a salt, ester or other derivative: 'chloride' follows"),
        ("phenylacetic acid", " zinc", False, None),
        ("phenylacetic acid", " and ester", False, None),
        ("toluene", " methyl ester", False, None),
        ("piperidine", " dichloride", False, "another substance: 'dichloride' follows"),
        ("piperidine", " dichloride", True, None),
    ],
)
def test_why_what_follows_makes_another_substance(name: str, after: str, covers_salts: bool, what: str | None) -> None:
    assert continuation_reason(plain(name + after), len(name), name, covers_salts) == what


@pytest.mark.parametrize(
    ("text", "with_salts", "without"),
    [
        ("(piperidine) hydrochloride", "piperidine", "piperidine"),
        ("(piperidine hydrochloride)", "piperidine hydrochloride", "piperidine"),
        ("piperidine (hydrochloride)", "piperidine (hydrochloride)", "piperidine"),
        ("piperidine hydrochloride, sodium salt base", "piperidine hydrochloride, sodium salt base", "piperidine"),
        ("piperidine base hydrochloride citrate oxalate", "piperidine base hydrochloride", "piperidine"),
        ("(l-piperidine)", "l-piperidine", "l-piperidine"),
        ("piperidine base)", "piperidine base", "piperidine"),
        ("salt of piperidine", "salt of piperidine", "piperidine"),
        ("(1r)-piperidine", "(1r)-piperidine", "(1r)-piperidine"),
        ("无水piperidine", "无水piperidine", "piperidine"),
    ],
)
def test_what_belongs_to_a_name_with_and_without_its_salts(text: str, with_salts: str, without: str) -> None:
    assert (bounds(text, "piperidine"), bounds(text, "piperidine", covers_salts=False)) == (with_salts, without)
