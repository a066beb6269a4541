"""Keys of parties and addresses, words of order, and what tells one party from another."""

from __future__ import annotations

import pytest

from precursor_screen.text.party import address_key, canonical_tokens, is_informative, is_to_order, kind_of, normalise_party
from precursor_screen.text.party_cells import party_key


@pytest.mark.parametrize(
    ("token", "kind", "informative"),
    [
        ("ltd", "legal form", False),
        ("trading", "generic", False),
        ("india", "generic", False),
        ("j", "initial", False),
        ("7", "number", False),
        ("12", "number", False),
        ("123", "number", True),
        ("m1", "number", False),
        ("m12", "number", True),
        ("zo", "name", True),
        ("王", "name", True),
    ],
)
def test_a_word_carries_a_match_or_does_not(token, kind, informative):
    assert kind_of(token).replace("_", " ") == kind
    assert is_informative(token) is informative


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zorvan Ltd", "ZORVAN GmbH", True),
        ("Zorvan-Mirage", "Mirage Zorvan", True),
        ("Zorvan & Co", "Zorvan", False),
        ("Zorvan 12", "Zorvan 13", False),
        ("SiemensAG", "Siemens AG", False),
        ("Zorvan\u200b", "Zorvan", True),
        ("Zor\u200bvan", "Zorvan", True),
        ("Zor\x07van", "Zor van", True),
        ("ZORVAN", "zorvan", True),
        ("Zorvän", "Zorvan", True),
    ],
)
def test_keys_agree_for_one_party(one, other, same):
    assert (party_key(one) == party_key(other)) is same
    assert party_key(one)


def test_words_run_together_are_read_apart_as_well():
    assert "merlan torine" in [r.compared for r in normalise_party("MerlanTorine").readings]
    assert "merlan torine" in [r.compared for r in normalise_party("MERLANTorine").readings]
    assert [r.compared for r in normalise_party("MERLAN Torine").readings] == ["merlan torine"]


def test_letters_of_another_script_that_look_like_those_around_them_are_read_as_these():
    disguised = "Mеrlаn Tоrine"  # Cyrillic e, a and o
    assert normalise_party(disguised).readings == normalise_party("Merlan Torine").readings
    assert len(normalise_party("Merlantorine").readings) == 1
    assert len(normalise_party("McTorine").readings) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12 High Street", "12 HIGH ST.", True),
        ("High St 12", "12, High Street", True),
        ("12 High Street", "13 High Street", False),
        ("12 High High Street", "12 High Street", True),
        ("", "...", True),
    ],
)
def test_an_address_is_its_words_in_any_order(one, other, same):
    assert (address_key(one) == address_key(other)) is same


@pytest.mark.parametrize(
    ("name", "to_order"),
    [
        ("TO ORDER", True),
        ("to the order of Bank", True),
        ("order", True),
        ("ORDER OF SHIPPER", True),
        ("A la orden", True),
        ("Zorvan Order", False),
        ("Zorvan Ordering", False),
        ("Torder", False),
        ("Zorvan", False),
        ("", False),
    ],
)
def test_goods_to_order(name, to_order):
    assert is_to_order(name) is to_order


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        ("zorvan sa", "zorvan jsc"),
        ("sa zorvan", "sa zorvan"),
        ("zorvan sa mirage", "zorvan sa mirage"),
        ("sa", "sa"),
        ("zorvan ag ltd", "zorvan jsc ltd"),
        ("zorvan pt", "zorvan jsc"),
        ("pt zorvan", "jsc zorvan"),
        ("zorvan pt mirage", "zorvan pt mirage"),
        ("pt", "pt"),
        ("zorvan s de rl", "zorvan llc"),
        ("s de rl", "llc"),
        ("zorvan sa de cv", "zorvan jsc"),
        ("sa de cv", "jsc"),
        ("de cv", "de lp"),
        ("zorvan e mirage", "zorvan and mirage"),
        ("zorvan y mirage", "zorvan and mirage"),
        ("e zorvan", "e zorvan"),
        ("zorvan e", "zorvan e"),
        ("e y", "e y"),
        ("zorvan y mirage quimica", "zorvan and mirage chemical"),
        ("zorvan y mirage e lux", "zorvan and mirage and lux"),
        ("polyan e i", "polyan e i"),
        ("sech1n", "sechin"),
        ("se1n", "sein"),
        ("s1n", "s1n"),
        ("1sechn", "1sechn"),
        ("sechn1", "sechn1"),
        ("2004", "2004"),
        ("abdul al rahman", "abdul rahman"),
        ("abdul el al rahman", "abdul rahman"),
        ("al abdul rahman", "al abdul rahman"),
        ("abdul rahman al", "abdul rahman al"),
        ("thirty five x", "35 x"),
        ("one twenty", "one 20"),
        ("twenty twelve", "20 12"),
        ("twenty twenty", "20 20"),
        ("21 1 three", "21 1 3"),
        ("zorvan chem trdg", "zorvan chemical trading"),
    ],
)
def test_words_in_canonical_form(words, canonical):
    assert " ".join(canonical_tokens(words.split())) == canonical


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("A.B.C. Zorvan", ("abc", "zorvan")),
        ("A B C Zorvan", ("abc", "zorvan")),
        ("J.K C Zorvan", ("jk", "c", "zorvan")),
        ("Zorvan X J.K", ("zorvan", "x", "jk")),
        ("Zorvan A B", ("zorvan", "jsc")),  # a legal form written apart
        ("Zorvan J K", ("zorvan", "jk")),
        ("Zorvan A. Mirage B.", ("zorvan", "a", "mirage", "b")),
        ("Zorvan 1 2", ("zorvan", "1", "2")),
        ("Zorvan&Mirage", ("zorvan", "and", "mirage")),
        ("O'Zorvan", ("ozorvan",)),
        ("O`Zorvan", ("ozorvan",)),
        ("O’Zorvan", ("ozorvan",)),
        ("Zorvan_Mirage", ("zorvan", "mirage")),
    ],
)
def test_initials_apostrophes_and_signs(name, tokens):
    assert normalise_party(name).tokens == tokens
