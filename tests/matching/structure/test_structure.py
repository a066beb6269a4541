"""Names read by their structure: which stretches are tried, what a reading means, and with the extra the whole way through OPSIN."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.errors import MissingExtra
from precursor_screen.core.model import Substance
from precursor_screen.core.schema import SUBSTANCE_MATCH
from precursor_screen.matching.structure import index as structure
from precursor_screen.matching.structure import reading as structure_reading
from precursor_screen.matching.structure.index import StructureIndex, Structures, judge_structures, systematic_spans, wider_spans
from precursor_screen.matching.structure.reading import formula_of, read_names, read_smiles, require, variants, why_unavailable
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.matching.substance.match import Match, match_table
from precursor_screen.reference.substances import load_substances
from precursor_screen.text.text import plain

TABLES = Path(__file__).parents[3] / "precursor_screen" / "data" / "substances"
MISSING = why_unavailable()
with_extra = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=f"structures cannot be read: {MISSING}")]


@pytest.fixture(scope="module")
def substances() -> tuple[Substance, ...]:
    return tuple(s for s in load_substances(TABLES).substances if any(c.instrument == "UN1988" for c in s.controls))


# --- which stretches are tried ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("20 drums 4-phenyl-butan-2-one 99 %", "4-phenyl-butan-2-one"),
        ("2 - PROPANONE", "2 - propanone"),
        ("1, 3-benzodioxole", "1, 3-benzodioxole"),
        ("benzoic acid, o-amino- 25 kg", "benzoic acid, o-amino-"),
        ("(2-chloroethyl)benzene, tech.", "(2-chloroethyl)benzene"),
        ("sodium 2-aminobenzoate", "sodium 2-aminobenzoate"),
        ("α-phenyl-acetonitrile", "α-phenyl-acetonitrile"),
        ("goods: 2-aminobenzoic acid; tiles", "2-aminobenzoic acid"),
    ],
)
def test_a_systematic_name_is_tried_with_the_words_round_it(text: str, tried: str) -> None:
    flat = plain(text)
    runs = [[flat[s:e] for s, e in run] for run in systematic_spans(flat)]
    assert any(tried in run for run in runs), runs
    assert all(run == sorted(run, key=len, reverse=True) for run in runs)


@pytest.mark.parametrize("text", ["", "acetone", "20 drums of acetone", "ceramic tiles 20 x 30", "2-", "- -", "((((", "4711"])
def test_texts_without_locants_are_not_tried(text: str) -> None:
    assert list(systematic_spans(plain(text))) == []


def test_a_separator_ends_a_name() -> None:
    flat = plain("2-methylpropane / 3-methylpentane")
    assert not any("/" in flat[s:e] for run in systematic_spans(flat) for s, e in run)


@given(st.text(alphabet=st.sampled_from("2-,'()[] abnoylcid;/α\ud800é"), max_size=60))
def test_stretches_lie_within_the_text(text: str) -> None:
    flat = plain(text)
    assert all(0 <= s < e <= len(text) for run in systematic_spans(flat) for s, e in run)
    places = [(i, j) for i in range(len(text)) for j in (i + 1, len(text))]
    for place, spans in zip(places, wider_spans(flat, places), strict=True):
        assert all(0 <= s <= place[0] and place[1] <= e <= len(text) for s, e in spans)


@pytest.mark.parametrize("piece", ["2-", "2-methyl ", "(2-", "a(b)c-2-d,", "-", ")", "acid ", "2,"])
def test_hostile_length_takes_linear_time(piece: str) -> None:
    flat = piece * (200_000 // len(piece))
    assert sum(len(run) for run in systematic_spans(flat)) <= 15 * (len(flat) // 2)


def test_wider_stretches_hold_the_place_longest_first() -> None:
    flat = plain("drums toluene diisocyanate, tech")
    start = flat.index("toluene")
    (spans,) = wider_spans(flat, [(start, start + 7)])
    assert [flat[s:e] for s, e in spans] == ["toluene diisocyanate", "toluene"]


# --- how a name is put ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "put"),
    [
        ("BENZOIC ACID, O-AMINO-", ["benzoic acid, o-amino-", "BENZOIC ACID, O-AMINO-"]),
        ("N-Phenethyl", ["n-phenethyl", "N-phenethyl", "N-Phenethyl"]),
        ("2 - propanone", ["2-propanone"]),
        ("1 , 3-dioxole\n", ["1,3-dioxole"]),
        ("α-pinene", ["alpha-pinene"]),
        ("ацетон", []),
        ("  ", []),
    ],
)
def test_lower_case_comes_first(name: str, put: list[str]) -> None:
    assert variants(name) == put
    assert all(v.isascii() and "\n" not in v for v in variants(name))


# --- what a reading means, with a chemistry of our own ---------------------------------------------------------------------

ACID, BASE, OTHER, CHLORIDE, WATER = "A" * 14, "B" * 14, "O" * 14, "C" * 14, "XLYOFNOQVPJJNP"


def keys(*blocks: str, stereo: str = "U") -> frozenset[str]:
    return frozenset(f"{b}-{stereo * 10}-N" for b in blocks)


def made(substance: Substance, substance_id: str, smiles: str, covers_salts: bool = True) -> Substance:
    return replace(substance, substance_id=substance_id, name=substance_id, smiles=smiles, covers_salts=covers_salts)


@pytest.fixture
def chemistry(monkeypatch: pytest.MonkeyPatch, substances: tuple[Substance, ...]) -> Structures:
    """`acid` is inorganic, `base` is listed with salts, `left` and `right` are mirror images, `solvent` is listed without salts."""
    read = {
        "Cl": keys(CHLORIDE),
        "CN": keys(BASE),
        "C[C@H]": keys(OTHER, stereo="L"),
        "C[C@@H]": keys(OTHER, stereo="R"),
        "CO": keys(ACID),
    }
    monkeypatch.setattr(structure, "read_smiles", lambda smiles: read.get(smiles, frozenset()))
    first = substances[0]
    rows = [
        *(made(first, "acid", "Cl", False), made(first, "base", "CN"), made(first, "solvent", "CO", False)),
        *(made(first, "left", "C[C@H]"), made(first, "right", "C[C@@H]"), made(first, "unread", "?"), made(first, "bare", "")),
    ]
    return Structures(rows)


@pytest.mark.parametrize(
    ("reading", "named"),
    [
        (keys(BASE), ["base"]),
        (keys(BASE, CHLORIDE), ["base"]),  # a hydrochloride is no hydrochloric acid
        (keys(CHLORIDE), ["acid"]),
        (keys(CHLORIDE, WATER), ["acid"]),
        (keys(ACID), ["solvent"]),
        (keys(ACID, BASE), ["base"]),
        (keys(OTHER, stereo="L"), ["left"]),
        (keys(OTHER), ["left", "right"]),  # the name does not say which
        (keys(WATER), []),
        (frozenset(), []),
    ],
)
def test_any_part_of_a_structure_names_its_substance(chemistry: Structures, reading: frozenset[str], named: list[str]) -> None:
    assert [s.substance_id for s in chemistry.named_by(reading)] == named
    assert chemistry.unread == ("unread", "bare")


def found(substance_id: str, text: str, what: str, method: str = "name", suppressed: str | None = None) -> Match:
    start = text.index(what)
    return Match(substance_id, method, "strong", "substance", what, start, start + len(what), 100.0, what, True, suppressed)


def judge(
    monkeypatch: pytest.MonkeyPatch, known: Structures, text: str, matches: list[Match], **read: frozenset[str]
) -> list[Match]:
    """`read`: what each name stands for, with _ for a space and a hyphen written as two."""
    answers = {name.replace("__", "-").replace("_", " "): reading for name, reading in read.items()}
    monkeypatch.setattr(
        structure, "read_names", lambda names: {n: (answers[n.lower()],) if n.lower() in answers else () for n in names}
    )
    (judged,) = judge_structures([(text, matches)], known)
    return judged


def test_a_longer_name_of_another_structure_sets_a_match_aside(monkeypatch: pytest.MonkeyPatch, chemistry: Structures) -> None:
    text = "20 drums Toluol oxide"
    (match,) = judge(monkeypatch, chemistry, text, [found("base", text, "Toluol")], toluol_oxide=keys(ACID))
    assert match.suppressed == "the whole name 'Toluol oxide' spells another structure"


@pytest.mark.parametrize(
    "read",
    [
        {},  # nothing could be read
        {"toluol_oxide": keys(BASE, CHLORIDE)},  # a salt of it
        {"toluol_oxide": keys(ACID), "oxide": keys(ACID)},  # two goods side by side
    ],
)
def test_a_match_stays_unless_it_is_contradicted(
    monkeypatch: pytest.MonkeyPatch, chemistry: Structures, read: dict[str, frozenset[str]]
) -> None:
    text = "Toluol oxide"
    match = found("base", text, "Toluol")
    assert judge(monkeypatch, chemistry, text, [match], **read) == [match]


def test_a_likeness_is_set_aside_by_its_own_structure_but_a_name_of_the_dictionary_is_not(
    monkeypatch: pytest.MonkeyPatch, chemistry: Structures
) -> None:
    for method, kept in (("name", True), ("normalised", True), ("fuzzy", False)):
        (match,) = judge(
            monkeypatch, chemistry, "toluidine", [found("base", "toluidine", "toluidine", method)], toluidine=keys(ACID)
        )
        assert (match.suppressed is None) is kept


def test_where_the_dictionary_is_contradicted_on_the_name_itself_nothing_is_set_aside(
    monkeypatch: pytest.MonkeyPatch, chemistry: Structures
) -> None:
    text = "codeine phosphate hydrate"  # which OPSIN takes for an ester
    match = found("base", text, "codeine phosphate")
    read = {"codeine_phosphate": keys(ACID), "codeine_phosphate_hydrate": keys(ACID, WATER)}
    assert judge(monkeypatch, chemistry, text, [match], **read) == [match]


def test_a_substance_without_a_structure_is_never_contradicted(monkeypatch: pytest.MonkeyPatch, chemistry: Structures) -> None:
    match = found("unread", "toluol oxide", "toluol")
    assert judge(monkeypatch, chemistry, "toluol oxide", [match], toluol_oxide=keys(ACID)) == [match]


def test_a_name_that_was_read_is_a_strong_match(monkeypatch: pytest.MonkeyPatch, chemistry: Structures) -> None:
    text = "25 KG 2-Azaethane, tech."
    (match,) = judge(monkeypatch, chemistry, text, [], **{"2__azaethane": keys(BASE)})
    assert (match.substance_id, match.method, match.strength, match.matched) == ("base", "structure", "strong", "2-Azaethane")
    assert text[match.start : match.end] == match.matched


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("2-(aza)ethane", "strong"),
        ("n-(aza)ethane", "strong"),
        ("(aza)ethane", "medium"),
        ("mixture of 2-(aza)ethane", "medium"),
    ],
)
def test_a_name_without_a_locant_or_in_a_mixture_is_medium_evidence(
    monkeypatch: pytest.MonkeyPatch, chemistry: Structures, text: str, strength: str
) -> None:
    name = text.removeprefix("mixture of ").replace("-", "__")
    judged = judge(monkeypatch, chemistry, text, [], **{name: keys(BASE)})
    assert [m.strength for m in judged] == [strength]


@pytest.mark.parametrize(("text", "reason"), [("free of 2-azaethane", "negated"), ("2-azaethane peroxide", "follows")])
def test_a_name_that_was_read_does_not_count_for_what_stands_beside_it(
    monkeypatch: pytest.MonkeyPatch, chemistry: Structures, text: str, reason: str
) -> None:
    (match,) = judge(monkeypatch, chemistry, text, [], **{"2__azaethane": keys(BASE)})
    assert match.suppressed is not None
    assert reason in match.suppressed


def test_what_was_found_as_surely_is_not_repeated(monkeypatch: pytest.MonkeyPatch, chemistry: Structures) -> None:
    text = "2-azaethane"
    by_name = found("base", text, text)
    assert judge(monkeypatch, chemistry, text, [by_name], **{"2__azaethane": keys(BASE)}) == [by_name]
    aside = found("base", text, text, suppressed="another substance")
    assert judge(monkeypatch, chemistry, text, [aside], **{"2__azaethane": keys(BASE)}) == [aside]


# --- without the extra ---------------------------------------------------------------------------------------------------


def test_without_the_extra_the_install_line_is_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure_reading.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"rdkit and py2opsin not installed.*pip install 'precursor-screen\[structure\]'"):
        require()


def test_without_java_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure_reading.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(structure_reading, "_java_works", lambda: False)
    with pytest.raises(MissingExtra, match=r"not checked: no Java\. Install a Java runtime"):
        require()


# --- with the extra ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index(substances: tuple[Substance, ...]) -> StructureIndex:
    return StructureIndex(substances)


class TestWithTheExtra:
    pytestmark = with_extra

    @pytest.mark.parametrize(
        ("text", "substance_id"),
        [
            ("Hydrogen chloride (hcl)", "hydrochloric-acid"),
            ("BENZOIC ACID, O-AMINO-", "anthranilic-acid"),
            ("1-HYDROXY-1-PHENYL-2-METHYLAMINOPROPANE", "pseudoephedrine"),
            ("sodium 2-azanylbenzoate", "anthranilic-acid"),
            ("20 drums 1-(1,3-benzodioxol-5-yl)propan-2-one-1,1-d2", "3-4-mdp-2-p"),
            ("acetone toluene methyl ethyl ketone", "toluene"),
        ],
    )
    def test_these_count(self, index: StructureIndex, text: str, substance_id: str) -> None:
        assert substance_id in {m.substance_id for m in index.match(text) if m.suppressed is None}

    @pytest.mark.parametrize("text", ["3-aminobenzoic acid", "1-phenylpropan-1-one", "(hydrochloride)", "2-propanone peroxide"])
    def test_neighbours_do_not(self, index: StructureIndex, text: str) -> None:
        assert [m for m in index.match(text) if m.suppressed is None] == []

    def test_a_longer_name_is_set_aside(self, index: StructureIndex) -> None:
        text = "toluene diisocyanate"
        (match,) = judge_structures([(text, [found("toluene", text, "toluene")])], index._known)[0]
        assert match.suppressed == "the whole name 'toluene diisocyanate' spells another structure"

    def test_every_name_in_one_run_whatever_it_holds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        hostile = ["acetone\nbenzene", "\x00-2-one", "", "(" * 150, "\ud800-2-yl", "ацетон", "propan-2-one"]
        read = read_names(hostile)
        assert list(read) == hostile
        assert read["propan-2-one"] == (read_smiles("CC(C)=O"),)
        assert os.listdir(tmp_path) == []

    def test_salts_isotopes_and_charges_share_a_skeleton_and_isomers_of_position_do_not(self) -> None:
        def block(smiles: str) -> set[str]:
            return {k[:14] for k in read_smiles(smiles)}

        assert block("[Na+].[O-]C(=O)c1ccccc1N") > block("OC(=O)c1ccccc1N")
        assert block("[2H]C([2H])([2H])C(C)=O") == block("CC(C)=O")
        assert block("OC(=O)c1cccc(N)c1") != block("OC(=O)c1ccccc1N")
        assert read_smiles("no smiles") == frozenset() == read_smiles("C" * 2000)

    def test_formulas(self) -> None:
        assert formula_of("[K+].[O-][Mn](=O)(=O)=O") == {"K": 1, "Mn": 1, "O": 4}
        assert formula_of("CC(C)=O") == {"C": 3, "H": 6, "O": 1}

    def test_the_table_form_and_an_index_that_was_pickled(self, index: StructureIndex, substances: tuple[Substance, ...]) -> None:
        texts = ["1-HYDROXY-1-PHENYL-2-METHYLAMINOPROPANE", "ceramic tiles", "acetone"]
        judged = judge_structures([(text, ()) for text in texts], index._known)
        table = match_table("description", [(text, m) for text, found in zip(texts, judged, strict=True) for m in found])
        assert table.schema == SUBSTANCE_MATCH
        assert set(table["method"].to_pylist()) == {"structure"}
        again: StructureIndex = pickle.loads(pickle.dumps(index))
        both = again.recognise_texts(texts)
        assert both == index.recognise_texts(texts)
        plain_index = SubstanceIndex(substances)
        assert both.num_rows == plain_index.recognise_texts(texts).num_rows + table.num_rows
        index.read_ahead(texts)
        assert [len(index.match(t)) for t in texts] == [2, 0, 1]

    def test_every_structure_of_the_tables_can_be_read(self, index: StructureIndex, substances: tuple[Substance, ...]) -> None:
        assert set(index.unread) == {s.substance_id for s in substances if not s.smiles}
