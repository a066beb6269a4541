"""What `substances verify` finds: the tables that ship are sound, and every kind of fault is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup, SubstanceTableError
from precursor_screen.matching.structure.reading import why_unavailable
from precursor_screen.reference import substance_verify
from precursor_screen.reference.substance_verify import Check, compare_structures, load_exceptions, verify_tables
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.table_rows import load_editions
from tests.thin import TABLES, thin_tables

DAY = date(2026, 10, 1)
MISSING = why_unavailable()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tables, with fewer names; structures are left aside, whether or not the extra is there."""
    monkeypatch.setattr(substance_verify, "why_unavailable", lambda: "rdkit not installed")
    return thin_tables(tmp_path / "substances")


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def checks(folder: Path, day: date = DAY) -> dict[str, Check]:
    return {c.name: c for c in verify_tables(folder, day)[1]}


@pytest.mark.usefixtures("folder")
def test_the_tables_that_ship_are_sound() -> None:
    found = checks(TABLES)
    assert [p for c in found.values() for p in c.problems] == []
    assert all(c.examined for c in found.values() if c.name != "structures")
    assert "rdkit not installed" in found["structures"].notes[0]
    assert "pip install" in found["structures"].notes[0]


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "says"),
    [
        ("rows", "controls.csv", "acetone,UN1988,II,1990-11-11,", "acetone,UN1988,II,soon,", "soon"),
        ("names, numbers and ids", "cas.csv", "acetone,67-64-1,", "acetone,67-64-2,", "check digit"),
        ("names, numbers and ids", "names.csv", "acetone,propanone,", "acetone,toluol,", "claimed by acetone, toluene"),
        ("names, numbers and ids", "names.csv", "acetone,propanone,", "acetone,hydrochloride,", "bare salt word"),
        ("names, numbers and ids", "names.csv", "acetone,propanone,", "acetone,mek,", "too short"),
        ("rows", "ec.csv", "acetone,200-662-2,", "acetone,200-662-3,", "check digit"),
        ("rows", "ec.csv", "acetone,200-662-2,base", "acetone,200-662-2,solvent", "not known"),
        ("rows", "ec.csv", "acetone,200-662-2,base,", "acetone,200-662-2,", "a different number of cells"),
        ("EC numbers", "ec.csv", "acetone,200-662-2,", "acetone,203-625-9,", "'203-625-9' is listed twice"),
        ("rows", "ec.csv", "acetone,200-662-2,", "aceton,200-662-2,", "unknown substance_id 'aceton'"),
        ("HS codes", "hs.csv", "acetone,291411,1996,", "acetone,991411,1996,", "no chapter 99"),
        ("HS codes", "hs.csv", "acetone,291411,1996,", "acetone,771411,1996,", "no chapter 77"),
        ("HS codes", "hs.csv", "acetone,291411,1996,", "acetone,291411,1997,", "1997 is not an edition"),
        ("HS codes", "hs.csv", "acetone,291411,1996,,true", "acetone,291419,1996,,true", "residual"),
        ("HS codes", "hs.csv", "acetone,291411,1996,,true", "acetone,290230,1996,,false", "acetone and toluene"),
        ("HS codes", "hs.csv", "\nnpp,293339,1996,2017,false", "\nnpp,293337,1996,2022,false", "listed twice"),
        ("listings", "controls.csv", "acetone,UN1988,II,1990-11-11,", "acetone,UN1988,II,1980-01-01,", "before the convention"),
        ("listings", "controls.csv", "acetone,UN1988,II,", "acetone,UN1989,II,", "not known"),
        ("listings", "controls.csv", "UN1988,II,1990-11-11,2001-09-16", "UN1988,II,1990-11-11,2002-01-01", "on the same day"),
        (
            "names, numbers and ids",
            "controls.csv",
            "acetone,CO,control,,,false,",
            "acetone,CO,control,,,true,",
            "no date, and yet",
        ),
        ("rows", "controls.csv", "acetone,CO,control,,,false,", "acetone,CO,control,,,perhaps,", "neither true nor false"),
        ("rows", "hs.csv", "HS 2022 nomenclature,true", "HS 2022 nomenclature,perhaps", "neither true nor false"),
        ("sources", "acts.csv", "title of the act (eurlexa.com); summary", "recalled; summary", "marked verified"),
        ("rows", "acts.csv", "EU,2026-05-18,", "EU,2026-05-19,", "no listing of EU begins on 2026-05-19"),
        ("table sizes", "controls.csv", "acetone,UN1988,II,", "acetone,UN1988,I,", "UN1988 I holds 44 substances"),
        ("sources", "hs.csv", "acetone,291411,1996,,true,HS 2022 nomenclature", "acetone,291411,1996,,true,", "no source"),
        ("sources", "controls.csv", "dates recalled,false", "Recalled,true", "marked verified"),
        ("formulas", "substances.csv", ",C3H6O,", ",acetone,", "is not a formula"),
        (
            "thresholds",
            "thresholds.csv",
            "US,acetic-anhydride,domestic,1023,kg,1023",
            "US,nobody,domestic,1023,kg,1023",
            "no substance",
        ),
        ("thresholds", "thresholds.csv", "domestic,1023,kg,1023", "domestic,1023,kg,1032", "are not 1032 kg"),
        ("thresholds", "thresholds.csv", "domestic,1023,kg,1023", "domestic,much,kg,1023", "cannot be read"),
    ],
)
def test_a_fault_is_named(folder: Path, check: str, file: str, old: str, new: str, says: str) -> None:
    edit(folder, file, old, new)
    problems = checks(folder)[check].problems
    assert any(says in p for p in problems), problems


def test_sizes_are_those_of_the_day_and_an_unchecked_count_is_only_noted(folder: Path) -> None:
    assert any(
        "UN1988 I holds 25 substances on 2024-12-02" in p for p in checks(folder, date(2024, 12, 2))["table sizes"].problems
    )
    edit(folder, "editions.csv", "\nEU,,", "\nEU,1,")
    found = checks(folder)["table sizes"]
    assert found.problems == ()
    assert any(note.startswith("EU 1 holds ") and "(not checked: " in note for note in found.notes)
    (folder / "editions.csv").unlink()
    assert "sizes not checked" in checks(folder)["table sizes"].notes[0]


EDITIONS = "instrument,schedule,edition,count,source,verified,checked,max_age_days\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n", "columns should be"),
        ("instrument,schedule,edition,count,source,verified\nUN1988,I,x,many,s,true\n", "not a number"),
        ("instrument,schedule,edition,count,source,verified\nUN1988,I,x,1,s\n", "a different number of cells"),
        ("instrument,schedule,edition,count,source,verified\nUN1988,I,x,1,s,yes\n", "neither true nor false"),
        (f"{EDITIONS}UN1988,I,x,1,s,true,lately,400\n", "Invalid isoformat"),
        (f"{EDITIONS}UN1988,I,x,1,s,true,2026-11-29,0\n", "less than a day"),
    ],
)
def test_editions_that_make_no_sense(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "editions.csv").write_text(content)
    with pytest.raises((SubstanceTableError, ErrorGroup), match=says):
        load_editions(tmp_path)


@pytest.mark.parametrize(
    ("checked", "day", "stale"),
    [
        ("2026-11-29", date(2028, 1, 3), False),
        ("2026-11-29", date(2028, 1, 4), True),
        ("", date(2028, 1, 4), False),
    ],
)
def test_a_table_is_stale_by_the_day_it_was_compared(tmp_path: Path, checked: str, day: date, stale: bool) -> None:
    (tmp_path / "editions.csv").write_text(f"{EDITIONS}UN1988,I,x,1,s,true,{checked},400\n")
    (edition,) = load_editions(tmp_path)
    assert edition.stale(day) is stale


def test_older_tables_state_no_day(tmp_path: Path) -> None:
    (tmp_path / "editions.csv").write_text("instrument,schedule,edition,count,source,verified\nEU,,x,1,s,true\n")
    (edition,) = load_editions(tmp_path)
    assert (edition.name, edition.checked, edition.max_age_days) == ("EU", None, 400)


@pytest.mark.parametrize("content", ["a,b\n", "substance_id,name,reason\nacetone,x,\n", "substance_id,name,reason\nacetone\n"])
def test_an_exception_needs_a_reason(tmp_path: Path, content: str) -> None:
    (tmp_path / "readings.csv").write_text(content)
    with pytest.raises(SubstanceTableError, match=r"columns should be|an empty cell|different number of cells"):
        load_exceptions(tmp_path)


def test_exceptions_are_of_the_tables() -> None:
    known = {s.substance_id for s in load_substances(TABLES).substances}
    assert {i for i, _ in load_exceptions(TABLES)} <= known


def test_structures_names_and_formulas_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    by_id = {s.substance_id: s for s in load_substances(TABLES).substances}
    acetone, toluene = by_id["acetone"], by_id["toluene"]
    read = {acetone.smiles: frozenset({"A" * 14}), toluene.smiles: frozenset({"A" * 14}), "?": frozenset()}
    monkeypatch.setattr(substance_verify, "read_smiles", lambda smiles: read[smiles])
    monkeypatch.setattr(substance_verify, "formula_of", lambda smiles: {"C": 3, "H": 6, "O": 1})
    monkeypatch.setattr(
        substance_verify, "read_names", lambda names: {n: (frozenset({"B" * 14}),) if n == "toluol" else () for n in names}
    )
    exceptions = {("acetone", "propanone"): "no longer needed"}
    found = compare_structures([acetone, toluene, by_id["ephedrine"]][:2], exceptions)
    assert any("toluene: formula C7H8 and structure" in p for p in found.problems)
    assert "acetone and toluene have the same structure" in found.problems
    assert any("toluene: name 'toluol' spells another structure" in p for p in found.problems)
    assert not any(p.startswith("acetone: ") for p in found.problems)
    assert any("'propanone' needs no exception" in n for n in found.notes)
    accepted = compare_structures([toluene], {("toluene", "toluol"): "for a test"})
    assert not any("toluol" in p for p in accepted.problems)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"structures cannot be read: {MISSING}")
def test_the_tables_agree_with_their_structures() -> None:
    found = {c.name: c for c in verify_tables(TABLES, DAY)[1]}["structures"]
    assert found.problems == ()
    assert found.examined > 1000
