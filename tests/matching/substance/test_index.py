"""The recogniser: how it weighs, places, suppresses and explains; batch and single answers agree; hostile input."""

from __future__ import annotations

import pickle
import re
import time
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.model import RegistryNumber
from precursor_screen.core.schema import SUBSTANCE_MATCH
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.matching.substance.match import Match
from precursor_screen.reference.substances import load_substances
from tests.examples import SOAK, examples

TABLES = Path(__file__).parents[3] / "precursor_screen" / "data" / "substances"


@cache
def index() -> SubstanceIndex:
    # The cases are about the 1988 Tables: a neighbour that another law lists must not be taken for one of theirs.
    return SubstanceIndex(
        tuple(s for s in load_substances(TABLES).substances if any(c.instrument == "UN1988" for c in s.controls))
    )


def found(text: str) -> list[Match]:
    return [m for m in index().match(text) if m.suppressed is None]


def one(text: str) -> Match:
    (match,) = found(text)
    return match


# --- weight -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "method", "strength"),
    [
        ("acetone", "name", "strong"),
        ("A C E T O N E", "name", "strong"),
        ("ace-tone", "name", "strong"),
        ("ацетон", "name", "strong"),
        ("АCETONE", "normalised", "strong"),  # a Cyrillic А hides the word from a search
        ("T0LUENE", "normalised", "medium"),
        ("MEK", "name", "weak"),
        ("PMK oil", "name", "medium"),
        ("ether", "name", "weak"),
        ("UN1090", "un_number", "medium"),
        ("CAS 67-64-1", "cas", "strong"),
        ("67-64-1", "cas", "medium"),  # nothing but the number
        ("0000067-64-1", "cas", "medium"),
        ("67-64-1 of 12", "cas", "weak"),
        ("KEMLER 33/1090", "un_number", "medium"),
        ("33/1090", "un_number", "medium"),
        ("CAS 5449-12-7", "cas", "medium"),  # no second source gives this number to the substance
        ("5449-12-7", "cas", "weak"),
        ("EC 200-662-2", "ec_number", "strong"),
        ("200-662-2", "ec_number", "weak"),  # a telephone number as likely
        ("EINECS 203-564-8", "ec_number", "medium"),  # no document that names both was read
    ],
)
def test_method_and_strength(text: str, method: str, strength: str) -> None:
    matches = found(text)
    assert {(m.method, m.strength) for m in matches} == {(method, strength)}


def test_an_unverified_name_is_medium_evidence() -> None:
    unverified = [
        n for s in index().substances for n in s.names if not n.verified and n.strength == "strong" and n.language == "it"
    ]
    match = one(unverified[0].name)
    assert (match.name_verified, match.strength) == (False, "medium")


def test_a_bare_cas_number_is_strong_when_a_name_agrees() -> None:
    assert {(m.method, m.strength) for m in found("toluene 108-88-3")} == {("name", "strong"), ("cas", "strong")}
    assert ("cas", "weak") in {(m.method, m.strength) for m in found("acetone 108-88-3")}
    assert ("cas", "weak") in {(m.method, m.strength) for m in found("toluene-free 108-88-3")}


def test_a_bare_ec_number_is_strong_when_a_name_agrees() -> None:
    assert {(m.method, m.strength) for m in found("toluene 203-625-9")} == {("name", "strong"), ("ec_number", "strong")}
    assert ("ec_number", "weak") in {(m.method, m.strength) for m in found("acetone 203-625-9")}


def test_cas_and_ec_numbers_are_not_taken_for_each_other() -> None:
    both = "acetone (CAS 67-64-1, EC 200-662-2)"
    assert [(m.method, m.matched) for m in found(both)] == [
        ("name", "acetone"),
        ("cas", "CAS 67-64-1"),
        ("ec_number", "EC 200-662-2"),
    ]
    assert [m.method for m in found("EC 67-64-1")] == ["cas"]


def test_a_family_name_reports_every_member() -> None:
    assert {m.substance_id for m in found("BMK oil")} == {"p-2-p", "p-2-p-methyl-glycidic-acid-ethyl-ester"}
    assert len({m.substance_id for m in found("PMK powder")}) == 3


@pytest.mark.parametrize(
    ("text", "form", "strength"),
    [
        ("PSEUDOEPHEDRINE HCL 60 MG TABLETS", "preparation", "strong"),
        ("thinner containing toluene", "mixture", "medium"),
        ("SULPHURIC ACID 0.05 N VOLUMETRIC", "mixture", "medium"),
        ("gaskets and valves for sulphuric acid service", "article", "weak"),
        ("ACETONE 99.5% 160 KG DRUMS", "substance", "strong"),
    ],
)
def test_form(text: str, form: str, strength: str) -> None:
    match = one(text) if "HCL" not in text else next(m for m in found(text) if m.substance_id == "pseudoephedrine")
    assert (match.form, match.strength) == (form, strength)


# --- place --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("2 drums piperidine hydrochloride 98%", "piperidine hydrochloride"),
        ("İİ ﬁ ß ACETONE x", "ACETONE"),
        ("x (1S,2S)-(+)-pseudoephedrine", "(1S,2S)-(+)-pseudoephedrine"),
        ("tambores de tartrato de ergotamina", "tartrato de ergotamina"),
        ("25公斤盐酸麻黄碱", "盐酸麻黄碱"),
        ("methyl (2S)-3-oxo-2-phenylbutanoate", "methyl (2S)-3-oxo-2-phenylbutanoate"),
        ("goods CAS NO 67 - 64 - 1 in drums", "CAS NO 67 - 64 - 1"),
        ("برميل التولوين 99%", "التولوين"),
    ],
)
def test_bounds_count_the_characters_of_the_text(text: str, matched: str) -> None:
    match = one(text)
    assert match.matched == matched == text[match.start : match.end]


def test_the_longest_valid_name_wins() -> None:
    assert {m.substance_id for m in found("N-phenethyl-4-piperidone")} == {"npp"}
    assert {m.substance_id for m in found("1-boc-4-piperidone")} == {"1-boc-4-piperidone"}
    assert {m.substance_id for m in found("pseudoephedrine")} == {"pseudoephedrine"}
    assert {m.substance_id for m in found("PMK ethyl glycidate")} == {"3-4-mdp-2-p-methyl-glycidic-acid-ethyl-ester"}


def test_a_longer_name_that_does_not_stand_free_hides_nothing() -> None:
    # "ephedrine hydrochloride" runs into a letter, "ephedrine" does not
    assert one("ephedrine hydrochloridex").substance_id == "ephedrine"


def test_two_substances_in_one_text() -> None:
    assert [m.substance_id for m in found("TOLUENE, ACETONE AND METHYL ETHYL KETONE")] == [
        "toluene",
        "acetone",
        "methyl-ethyl-ketone",
    ]


@pytest.mark.parametrize(
    "text", ["benzene, acetic acid", "methyl, ethyl acetate; ketone", "tolu, ene", "ace; tone", "phenyl, acetone-free"]
)
def test_commas_part_goods(text: str) -> None:
    assert [m for m in found(text) if m.substance_id in ("phenylacetic-acid", "methyl-ethyl-ketone", "toluene", "p-2-p")] == []


# --- suppression --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("toluene diisocyanate", "'diisocyanate' follows"),
        ("acetyl acetone peroxide", "'acetyl' stands before"),
        ("supplied without any toluene: acetone-free", "negated"),
        ("硫酸铜", "follows"),
        ("2-propanone, 1-hydroxy-", "back to front"),
        ("CAS 67-64-2", "one digit off 67-64-1"),
        ("EC 200-662-3", "one digit off 200-662-2"),
        ("ambroxol HCl", "a salt: 'ambroxol' stands before it"),
    ],
)
def test_a_suppressed_match_keeps_its_reason(text: str, reason: str) -> None:
    assert found(text) == []
    assert any(reason in (m.suppressed or "") for m in index().match(text))


def test_hydrochlorides_are_not_hydrochloric_acid() -> None:
    assert {m.substance_id for m in found("piperidine hydrochloride")} == {"piperidine"}
    assert found("lidocaine hydrochloride") == []
    assert {m.substance_id for m in found("norephedrine HCl")} == {"norephedrine"}


# --- codes --------------------------------------------------------------------------------------------------------------


def codes(field: str, *values: str) -> set[tuple[str, str, str]]:
    table = index().recognise_codes(field, list(values))
    assert table.schema == SUBSTANCE_MATCH
    return {(r["substance_id"], r["strength"], r["form"]) for r in table.to_pylist() if r["suppressed"] is None}


def test_hs_codes_of_their_own_are_strong_and_baskets_weak() -> None:
    assert codes("hs_code", "2914110000") == {("acetone", "strong", "substance")}
    assert codes("hs_code", "2933.36") == {("anpp", "strong", "substance")}
    baskets = codes("hs_code", "293339")
    assert {s for _, s, _ in baskets} == {"weak"}
    assert {"4-ap", "anpp", "npp", "norfentanyl"} <= {i for i, _, _ in baskets}  # two of them until HS 2017
    assert codes("hs_code", "300441") == {("ephedrine", "weak", "preparation")}
    assert codes("hs_code", "1302.14") == codes("hs_code", "1211.50") == {("ephedrine", "weak", "substance")}
    assert codes("hs_code", "2939.49") == set()  # norephedrine's basket ended before HS 2012
    assert codes("hs_code", "", "NA", "851712") == set()


def test_cas_cells() -> None:
    assert codes("cas_numbers", "67-64-1") == {("acetone", "strong", "substance")}
    assert codes("cas_numbers", "CAS 67 64 1") == {("acetone", "strong", "substance")}
    assert codes("cas_numbers", "50-98-6") == {("ephedrine", "medium", "substance")}
    assert codes("cas_numbers", "64-17-5", "", "n/a") == set()
    near = index().recognise_codes("cas_numbers", ["1609-66-5"]).to_pylist()
    assert [(r["substance_id"], r["start"], r["end"]) for r in near if r["suppressed"]] == [("norfentanyl", 0, 9)]


def test_cas_cells_that_hold_ec_numbers() -> None:
    assert codes("cas_numbers", "200-662-2") == {("acetone", "strong", "substance")}
    assert codes("cas_numbers", "EC 203-564-8") == {("acetic-anhydride", "medium", "substance")}
    assert codes("cas_numbers", "200-578-6") == set()
    near = index().recognise_codes("cas_numbers", ["200-662-3"]).to_pylist()
    assert [(r["substance_id"], r["method"], r["start"], r["end"]) for r in near] == [("acetone", "ec_number", 0, 9)]
    assert near[0]["suppressed"]


def test_an_index_knows_the_ec_numbers_of_its_own_substances_only() -> None:
    assert found("EC 231-442-4") == []  # iodine, of no convention
    assert SubstanceIndex(()).recognise_codes("cas_numbers", ["200-662-2"]).num_rows == 0
    acetone = next(s for s in index().substances if s.substance_id == "acetone")
    own = replace(acetone, ec_numbers=(RegistryNumber("203-625-9", "base", "a site's own table", True),))
    cells = ["200-662-2", "203-625-9"]
    assert SubstanceIndex((own,)).recognise_codes("cas_numbers", cells).column("value").to_pylist() == ["203-625-9"]


def test_a_un_number_of_one_substance_is_medium() -> None:
    assert codes("un_numbers", "1090") == {("acetone", "medium", "substance")}
    assert codes("un_numbers", "UN 2796") == {("sulphuric-acid", "medium", "substance")}
    assert codes("un_numbers", "9999", "abc") == set()


def test_cus_cells_without_a_table() -> None:
    assert codes("cus_codes", "0012345-6", "98765432") == set()


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="cas_numbers"):
        index().recognise_codes("description", ["x"])


@pytest.mark.parametrize(
    ("number", "owner"),
    [
        ("1609-66-1", "norfentanyl"),
        ("40064-34-4", "4-piperidone"),
        ("3612-20-2", None),
        ("28578-16-7", "3-4-mdp-2-p-methyl-glycidic-acid-ethyl-ester"),
        ("16648-44-5", "mapa"),
        ("125541-22-2", "1-boc-4-ap"),
        ("288573-56-8", None),
        ("4676-39-5", "3-4-mdp-2-p"),
        ("120-57-0", "piperonal"),
        ("60-79-7", "ergometrine"),
        ("113-15-5", "ergotamine"),
        ("504-24-5", None),
    ],
)
def test_numbers_that_public_lists_get_wrong(number: str, owner: str | None) -> None:
    assert {m.substance_id for m in found(f"CAS {number}")} == ({owner} if owner else set())


# --- the whole ----------------------------------------------------------------------------------------------------------

PIECES = [
    "acetone",
    "ACETONE",
    "tolu ene",
    "T0LUENE",
    "(2S)-",
    "methyl",
    "3-oxo-2-phenylbutanoate",
    "CAS 67-64-1",
    "67-64-1",
    "UN1090",
    "HCl",
    "EC 200-662-2",
    "203-625-9",
    "EINECS203 564 8",
]
PIECES += ["acetnoe", "tolunee", "1-boc-4-piperidne", "etbyl ether", "potasium permaganate", "пиперидиин", "rnethyl ethyl ketone"]
PIECES += [
    "ephedrine hydrochloride",
    "ephedrinhydrochlorid",
    "leather",
    "unit",
    "case",
    "丙酮",
    "硫酸铜",
    "ацетон",
    "حمض",
    "%",
    "free",
    ", ",
    "-",
    "\n",
]
PIECES += ["\x00", "1,3-", "AA", "MEK,", "benzene", "cus", "onu 1715", "s", "x", "9", "(", ")", "é", "É", "5", "l"]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map(lambda p: " ".join(p)), max_size=8, unique=True)
GLUED = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=8, unique=True)


@examples(40, 150)
@given(st.one_of(TEXTS, GLUED))
def test_a_batch_answers_as_its_texts_do_one_by_one(texts: list[str]) -> None:
    single = [(t, m.substance_id, m.method, m.start, m.end, m.suppressed) for t in texts for m in index().match(t)]
    rows = index().recognise_texts(texts).to_pylist()
    assert [(r["value"], r["substance_id"], r["method"], r["start"], r["end"], r["suppressed"]) for r in rows] == single


def test_a_batch_finds_plates_and_numbers_with_zeros() -> None:
    rows = index().recognise_texts(["wool", "KEMLER 33/1090", "33/1090", "00067-64-1"]).to_pylist()
    assert [(r["value"], r["substance_id"]) for r in rows] == [
        (text, "acetone") for text in ("KEMLER 33/1090", "33/1090", "00067-64-1")
    ]


@examples(25, 100)
@given(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.sampled_from(["", "acetone", "丙酮", "CAS 67-64-1", "硫酸"]),
)
def test_no_text_breaks_it(noise: str, name: str) -> None:
    text = noise + name + noise
    for match in index().match(text):
        assert 0 <= match.start < match.end <= len(text)
        assert match.matched == text[match.start : match.end]
    index().recognise_texts([text])


def test_lone_surrogates_are_stored_as_question_marks() -> None:
    table = index().recognise_texts(["acetone \ud800"])
    assert table.column("value").to_pylist() == ["acetone ?"]


def test_long_cells_take_linear_time() -> None:
    for piece in (
        "acetone ",
        "a",
        "(1S,2S)-",
        "67-64-",
        "chloro-",
        "硫酸",
        "2,4-",
        "methyl ",
        "((((",
        "CAS 67 64 ",
        "0l0l",
        "203-564-",
        "EC 203 ",
    ):
        text = piece * (1_000_000 // len(piece))
        began = time.process_time()
        index().match(text[:20_000])
        short = time.process_time() - began
        began = time.process_time()
        index().match(text[:40_000])
        assert time.process_time() - began < 5 * short + 0.5  # linear would be twice; squared, four times and growing


@pytest.mark.parametrize(
    ("piece", "substance_id"),
    [("acetone ", "acetone"), ("acetnoe, ", "acetone"), ("T0LUENE / ", "toluene"), ("硫酸 ", "sulphuric-acid")],
)
def test_a_name_over_and_over_is_counted_not_listed(piece: str, substance_id: str) -> None:
    times = 6000
    matches = found(piece * times)
    assert {m.substance_id for m in matches} == {substance_id}
    assert len(matches) < 500
    assert sum(1 + m.more for m in matches) == times


@pytest.mark.parametrize(("number", "method"), [("67-64-1 ", "cas"), ("EC 203-564-8; ", "ec_number"), ("UN1090 ", "un_number")])
def test_a_number_over_and_over_is_counted_not_listed(number: str, method: str) -> None:
    matches = [m for m in found(number * 6000) if m.method == method]
    assert len(matches) == 200
    assert sum(1 + m.more for m in matches) == 6000


def test_after_many_matches_the_rest_are_counted() -> None:
    text = "".join(f"acetone {i} " for i in range(3000))
    matches = found(text)
    assert len(matches) < 500
    assert sum(1 + m.more for m in matches) == 3000


def test_a_match_at_the_end_of_many_suppressed_ones_is_not_lost() -> None:
    text = "".join(f"no acetone {i}, " for i in range(3000)) + "and acetone"
    assert found(text)


def test_nothing_is_left_aside_in_an_ordinary_text() -> None:
    assert {m.more for m in index().match("acetone, " * 40 + "T0LUENE " * 40)} == {0}


@pytest.mark.parametrize(
    "noise", ["\x00\x01\x1f", "\u200b\u200d\u2060", "\ud800", "\u202e", "\ufeff", "Ａ", "ⅷ", "𝒜", "e\u0301" * 9, "а" * 3]
)
def test_hostile_characters_round_a_misspelled_name(noise: str) -> None:
    for text in (f"{noise} acetnoe {noise}", f"{noise}\n25 kg potasium permaganate{noise}"):
        for match in index().match(text):
            assert match.matched == text[match.start : match.end]
    assert [m.method for m in found(f"{noise} acetnoe {noise}")] == ["fuzzy"]


def test_each_layer_says_which_letters_it_read() -> None:
    text = "acetone, T0LUENE, safrolle, CAS 110-89-4"
    assert [(m.method, m.matched, text[m.start : m.end]) for m in found(text)] == [
        ("name", "acetone", "acetone"),
        ("normalised", "T0LUENE", "T0LUENE"),
        ("fuzzy", "safrolle", "safrolle"),
        ("cas", "CAS 110-89-4", "CAS 110-89-4"),
    ]


@pytest.mark.parametrize(
    ("text", "score"), [("acetnoe", 85.7), ("potassum permangnate", 90.5), ("3,4-methylenedioxyphenyl-2-propannone", 97.0)]
)
def test_the_score_is_the_share_of_letters_that_agree(text: str, score: float) -> None:
    match = one(text)
    assert (match.method, match.strength, match.score) == ("fuzzy", "medium", score)


def test_nothing_in_nothing() -> None:
    assert index().match("") == []
    assert index().recognise_texts([]).num_rows == 0
    assert index().recognise_texts(["", "   ", "\n"]).schema == SUBSTANCE_MATCH
    assert isinstance(index().recognise_codes("hs_code", []), pa.Table)


def test_it_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(index()))  # our own bytes
    text = "80 drums of acetone, CAS 108-88-3"
    assert copy.match(text) == index().match(text)


def test_an_index_without_substances() -> None:
    assert SubstanceIndex(()).match("acetone") == []
    assert SubstanceIndex(()).recognise_texts(["acetone"]).num_rows == 0


def test_no_name_of_the_tables_escapes() -> None:
    """Every strong name finds its own substance, alone or in the middle of a sentence, by turns; in a soak each does in both."""
    names = [(n.name, s.substance_id) for s in index().substances for n in s.names if n.strength == "strong"]
    wanted = {
        (text, substance)
        for number, (name, substance) in enumerate(names)
        for text, turn in ((name, name.endswith("-") or number % 2 == 0), (f"25 kg {name} in drums", number % 2 == 1))
        if (turn or SOAK) and not text.endswith("- in drums")
    }
    assert len(wanted) > (20_000 if SOAK else 10_000)
    rows = index().recognise_texts(sorted({text for text, _ in wanted})).to_pylist()
    got = {(r["value"], r["substance_id"]) for r in rows if r["suppressed"] is None}
    assert sorted(wanted - got) == []


def test_reasons_are_sentences_not_code() -> None:
    for text in ("toluene diisocyanate", "no acetone", "chloro acetone", "(3-methoxyphenyl)piperidine", "3-propanone"):
        for match in index().match(text):
            assert match.suppressed is None or re.match(r"[a-z]", match.suppressed)


@pytest.mark.parametrize(
    ("text", "method"),
    [("e\u0301CAS 67 64 1", "cas"), ("e\u0301CAS67641", "cas"), ("e\u0301UN1090", "un_number"), ("e\u0301UN No 1090", "un_number"), ("e\u0301casx 67 64 1", None)],
)  # fmt: skip
def test_a_number_whose_label_follows_an_accent(text: str, method: str | None) -> None:
    assert [m.method for m in found(text)] == ([method] if method else [])
