"""The substance tables: complete, consistent, and refused as a whole when they are not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, SubstanceTableError
from precursor_screen.core.model import Control, Substance
from precursor_screen.reference.substance_checks import contradictions
from precursor_screen.reference.substances import SubstanceTable, load_acts, load_substances, read_substances
from precursor_screen.text.codes import is_cas
from precursor_screen.text.text import squash
from tests.thin import TABLES, thin_tables


@pytest.fixture(scope="module")
def table() -> SubstanceTable:
    return load_substances(TABLES)


@pytest.fixture(scope="module")
def by_id(table: SubstanceTable) -> dict[str, Substance]:
    return {s.substance_id: s for s in table.substances}


def schedule(s: Substance, day: date) -> list[str]:
    return [c.schedule for c in s.controls if c.instrument == "UN1988" and c.in_force(day)]


def of_1988(table: SubstanceTable) -> list[Substance]:
    return [s for s in table.substances if any(c.instrument == "UN1988" for c in s.controls)]


def test_the_1988_tables_are_complete(table: SubstanceTable) -> None:
    today = date(2026, 10, 1)
    schedules = [schedule(s, today) for s in of_1988(table)]
    assert all(len(s) == 1 for s in schedules)
    assert (schedules.count(["I"]), schedules.count(["II"])) == (43, 8)
    assert sum("glycidic-acid" in s.substance_id and s.substance_id.endswith("-ester") for s in table.substances) == 16


def test_every_1988_membership_in_force_is_verified(table: SubstanceTable) -> None:
    assert all(c.verified for s in table.substances for c in s.controls if c.instrument == "UN1988" and c.until is None)


@pytest.mark.parametrize(
    ("substance_id", "day", "expected"),
    [
        ("acetic-anhydride", date(1990, 11, 10), []),
        ("acetic-anhydride", date(1995, 1, 1), ["II"]),
        ("acetic-anhydride", date(2002, 1, 1), ["I"]),
        ("potassium-permanganate", date(1999, 1, 1), ["II"]),
        ("phenylacetic-acid", date(2011, 1, 16), ["II"]),
        ("phenylacetic-acid", date(2011, 1, 17), ["I"]),
        ("apaan", date(2014, 10, 5), []),
        ("apaan", date(2014, 10, 6), ["I"]),
        ("npp", date(2017, 10, 18), ["I"]),
        ("mapa", date(2020, 11, 3), ["I"]),
        ("norfentanyl", date(2022, 11, 22), []),
        ("4-piperidone", date(2024, 12, 3), ["I"]),
        ("p-2-p-methyl-glycidic-acid-ethyl-ester", date(2024, 12, 2), []),
        ("acetone", date(2026, 1, 1), ["II"]),
    ],
)
def test_what_was_controlled_when(by_id: dict[str, Substance], substance_id: str, day: date, expected: list[str]) -> None:
    assert schedule(by_id[substance_id], day) == expected


def test_facts_of_some(by_id: dict[str, Substance]) -> None:
    assert by_id["acetic-anhydride"].un_numbers == ("1715",)
    assert by_id["sulphuric-acid"].un_numbers == ("1830", "1831", "1832", "2796")
    assert by_id["potassium-permanganate"].danger_class == "5.1"
    assert by_id["acetone"].density_kg_per_l == Decimal("0.79")
    assert by_id["hydrochloric-acid"].covers_salts is False
    assert by_id["ephedrine"].covers_salts is True
    assert by_id["p-2-p-methyl-glycidic-acid-ethyl-ester"].parent_substance_id == "p-2-p-methyl-glycidic-acid"
    assert {c.number for c in by_id["4-piperidone"].cas_numbers} == {"41661-47-6", "41979-39-9", "40064-34-4"}
    assert [(h.hs6, h.own) for h in by_id["acetone"].hs_codes] == [("291411", True)]
    assert {c.instrument for c in by_id["p-2-p"].controls} >= {"UN1988", "EU", "CA"}
    assert by_id["acetone"].tier == "convention"


def test_every_substance_can_be_named_in_the_main_languages(table: SubstanceTable) -> None:
    for s in of_1988(table):
        languages = {n.language for n in s.names if n.strength == "strong"}
        assert {"en", "fr", "es", "de", "ru", "zh", "ar"} <= languages | _same_spelling(s), s.substance_id


def _same_spelling(s: Substance) -> set[str]:
    """Languages whose usual name is spelled as in another: piperonal, norfentanyl."""
    return {"fr", "es", "de"} if s.name in ("Norfentanyl", "Piperonal", "1-boc-4-AP") else set()


def test_every_cas_number_passes_its_check_digit(table: SubstanceTable) -> None:
    assert all(is_cas(c.number) for s in table.substances for c in s.cas_numbers)


def test_abbreviations_and_ambiguous_names_are_weak(table: SubstanceTable) -> None:
    strong = {squash(n.name) for s in table.substances for n in s.names if n.strength == "strong"}
    weak = ["AA", "PAA", "PPA", "NPP", "ANPP", "4-AP", "P2P", "MAPA", "APAA", "MEK", "HCl", "ether"]
    assert not strong & {squash(w) for w in weak}
    assert {"pmk", "bmk", "p2np", "apaan"} <= strong  # they mean nothing else in trade
    assert {"toluol", "aceton", "butanone", "propanone", "hydrogenchloride", "kmno4"} <= strong
    assert not strong & {"hydrochloride", "chloride", "sulfate", "ester"}


def test_the_tables_agree_with_themselves(table: SubstanceTable) -> None:
    assert contradictions(table.substances) == []


def test_digest_and_edition(table: SubstanceTable) -> None:
    assert len(table.sha256) == 64
    assert load_substances(TABLES) == table
    assert "1988" in table.edition


# --- tables that are wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("cas.csv", "acetone,67-64-1,", "acetone,67-64-2,", "check digit"),
        ("cas.csv", "acetone,67-64-1,base", "acetone,108-88-3,base", "claimed by acetone, toluene"),
        ("cas.csv", "acetone,67-64-1,base", "acetone,67-64-1,oil", "stands for 'oil'"),
        ("cas.csv", "acetone,67-64-1,", "acetonne,67-64-1,", "unknown substance_id 'acetonne'"),
        ("names.csv", "acetone,propanone,", "acetone,toluol,", "name 'toluol' is claimed by acetone, toluene"),
        ("names.csv", "acetone,propanone,", "acetone,hydrochloride,", "bare salt word"),
        ("names.csv", "acetone,propanone,", "acetone,ace,", "too short or too common"),
        ("names.csv", "acetone,propanone,", "acetone,ether,", "too short or too common"),
        ("names.csv", "acetone,propanone,", "acetone,-,", "empty when folded"),
        ("names.csv", "acetone,propanone,en,synonym,", "acetone,propanone,en,nickname,", "not known"),
        ("names.csv", "acetone,Acetone,en,usual,strong,", "acetone,Acetone,en,synonym,strong,", "no usual name"),
        ("hs.csv", "acetone,291411,1996,", "acetone,29141,1996,", "not six digits"),
        ("hs.csv", "acetone,291411,1996,,", "acetone,291411,1996,1990,", "end before they begin"),
        ("hs.csv", "acetone,291411,1996,,true", "acetone,291411,1996,,yes", "neither true nor false"),
        ("controls.csv", "acetone,UN1988,II,1990-11-11,,", "acetone,UN1988,II,1990-11-11,1989-01-01,", "ends before it begins"),
        ("controls.csv", "acetone,UN1988,II,1990-11-11,", "acetone,UN1988,II,soon,", "soon"),
        ("route_roles.csv", "acetone,heroin,solvent", "acetone,heroin,diluent", "role 'diluent' is none of"),
        ("route_roles.csv", "acetone,heroin,solvent", "acetone,mdma,solvent", "roles in mdma, cocaine, routes heroin, cocaine"),
        ("route_roles.csv", "acetone,heroin,solvent", "acetone,cocaine,reagent", "roles in cocaine, cocaine"),
        ("usual_prices.csv", "acetone,0.6,", "acetone,0,", "is not a price above zero"),
        ("usual_prices.csv", "acetone,0.6,", "acetonne,0.6,", "unknown substance_id"),
        ("substances.csv", ",3,1090,", ",3,109,", "UN number '109'"),
        ("substances.csv", ",0.79,", ",light,", "not a number"),
    ],
)
def test_every_inconsistency_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ErrorGroup) as caught:
        load_substances(folder)
    assert any(says in str(e) for e in caught.value.errors), caught.value
    assert all(isinstance(e, SubstanceTableError) and str(e.where) and e.remedy for e in caught.value.errors)


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    text = (folder / "cas.csv").read_text(encoding="utf-8")
    (folder / "cas.csv").write_text(text.replace("67-64-1", "67-64-2").replace("108-88-3", "108-88-4"), encoding="utf-8")
    with pytest.raises(ErrorGroup) as caught:
        load_substances(folder)
    assert len(caught.value.errors) == 2


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    (folder / "cas.csv").write_bytes(content)
    with pytest.raises(SubstanceTableError, match=r"cas\.csv"):
        load_substances(folder)


def test_a_row_with_a_missing_cell_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    with (folder / "cas.csv").open("a", encoding="utf-8") as file:
        file.write("acetone,1\n")
    with pytest.raises(ErrorGroup, match=r"cas.csv, row \d+: the row has a different number of cells"):
        load_substances(folder)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubstanceTableError, match="cannot be read"):
        load_substances(tmp_path / "none")


def test_duplicates_and_unknown_parents(table: SubstanceTable) -> None:
    first, *_ = table.substances
    assert any("duplicate substance_id" in p for p in contradictions((first, first)))
    problems = contradictions((replace(first, parent_substance_id="nobody", controls=()),))
    assert any("unknown parent" in p for p in problems)
    assert any("no listing" in p for p in problems)


def test_reading_goes_as_far_as_it_can(tmp_path: Path, table: SubstanceTable) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    text = (folder / "cas.csv").read_text(encoding="utf-8")
    (folder / "cas.csv").write_text(text.replace("acetone,67-64-1,", "acetone,67-64-2,") + "acetone,1-1-1,base,s,perhaps\n")
    read, errors = read_substances(folder)
    assert len(read.substances) == len(table.substances)
    assert [e.where.row for e in errors] == [text.count("\n") + 1]


def test_the_edition_names_every_instrument_once(table: SubstanceTable) -> None:
    instruments = {c.instrument for s in table.substances for c in s.controls}
    assert {"UN1988", "UN1961", "UN1971", "EU", "US", "CA"} <= instruments
    named, _, others = table.edition.rpartition("; ")
    assert others.endswith(": edition not stated")
    assert {part.split(":")[0] for part in named.split("; ")} | set(others.split(":")[0].split(", ")) == instruments
    assert len(table.edition) < 50 * len(instruments)


def test_tables_without_editions_or_ec_numbers_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    (folder / "editions.csv").unlink()
    (folder / "ec.csv").unlink()
    read, errors = read_substances(folder)
    assert errors == []
    assert read.editions == ()
    assert not any(s.ec_numbers for s in read.substances)
    assert read.edition.endswith("edition not stated")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("acetone,200-662-2,", "acetone,200-662-1,", "check digit"),
        ("acetone,200-662-2,", "acetone,203-625-9,", "listed twice"),
        ("acetone,200-662-2,", "nobody,200-662-2,", "unknown substance_id"),
        ("substance_id,number,of,", "substance_id,ec,of,", "columns should be"),
    ],
)
def test_wrong_ec_numbers_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "substances"
    thin_tables(folder)
    text = (folder / "ec.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "ec.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((ErrorGroup, SubstanceTableError), match=says):
        load_substances(folder)


def test_ec_numbers_stand_in_the_order_of_cas_numbers(table: SubstanceTable) -> None:
    """EINECS gave its numbers in the order of CAS numbers; one that breaks the order is a slip of the pen."""
    kinds = {(s.substance_id, c.number): c.of for s in table.substances for c in s.cas_numbers}
    pairs: list[tuple[int, str]] = []
    for substance, ec in ((s.substance_id, ec) for s in table.substances for ec in s.ec_numbers):
        match = re.search(r"EINECS entry of CAS (\d+-\d\d-\d);", ec.source)
        if match:
            assert kinds[substance, match[1]] == ec.of
            pairs.append((int(match[1].replace("-", "")), ec.number))
    assert len(pairs) > 200
    assert [number for _, number in sorted(pairs)] == sorted(number for _, number in pairs)


@pytest.mark.parametrize(
    ("name", "substance_id"),
    [
        ("fenobarbital", "phenobarbital"),
        ("morfina", "morphine"),
        ("metadona", "methadone"),
        ("metadone", "methadone"),
        ("kokain", "cocaine"),
        ("fentanilo", "fentanyl"),
        ("anfetamina", "amfetamine"),
        ("hidrocodona", "hydrocodone"),
        ("clordiazepoxido", "chlordiazepoxide"),
        ("metilfenidato", "methylphenidate"),
        ("difenoxilato", "diphenoxylate"),
    ],
)
def test_names_of_medicines_as_other_languages_spell_them(table: SubstanceTable, name: str, substance_id: str) -> None:
    owners = {s.substance_id for s in table.substances for n in s.names if n.strength == "strong" and squash(n.name) == name}
    assert owners == {substance_id}


def test_every_instrument_has_an_edition(table: SubstanceTable) -> None:
    assert all(table.edition_of(c.instrument) for s in table.substances for c in s.controls if c.instrument in ("UN1988", "EU"))
    assert "1988" in table.edition_of("UN1988")
    assert table.edition_of("XX") == ""


@pytest.mark.parametrize(
    ("instrument", "share"),
    [
        ("UN1971", 0.9),
        ("UN1961", 0.85),
        ("UN1988", 0.9),
        ("EU", 0.9),
        ("US", 0.9),
        ("GB", 1),
        ("ID", 1),
        ("MX", 1),
        ("NO", 1),
        ("PH", 1),
        *((law, 1) for law in ("AR", "CR", "JM", "NG", "TW")),
    ],
)
def test_most_listings_were_compared_with_a_text(instrument: str, share: float) -> None:
    marks = [c.verified for s in load_substances(TABLES).substances for c in s.controls if c.instrument == instrument]
    assert sum(marks) >= share * len(marks)


HEAD = "instrument,since,act,proposed,adopted,published,source,verified\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("EU,2026-05-18,Act,2026-02-10,2026-02-09,,s,true\n", "not in order"),
        ("EU,2026-05-18,Act,,2026-04-29,2026-04-28,s,true\n", "not in order"),
        ("EU,2026-05-18,Act,,,2026-05-19,s,true\n", "not in order"),
        ("EU,2026-05-18,Act,,2026-02-09,,s,true\nEU,2026-05-18,Other,,2026-02-09,,s,true\n", "Other: a second act of EU"),
        ("EU,soon,Act,,2026-02-09,,s,true\n", "soon"),
        ("EU,2026-05-18,Act,,2026-02-09,,s,perhaps\n", "neither true nor false"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused(tmp_path: Path, rows: str, says: str) -> None:
    (tmp_path / "acts.csv").write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(ErrorGroup) as refused:
        load_acts(tmp_path)
    assert any(says in str(e) for e in refused.value.errors)


def test_an_act_may_be_published_on_its_first_day_and_older_tables_have_none(tmp_path: Path) -> None:
    assert load_acts(tmp_path) == {}
    (tmp_path / "acts.csv").write_text(HEAD + "EU,2026-05-18,Act,2026-05-18,2026-05-18,2026-05-18,s,true\n", encoding="utf-8")
    ((key, act),) = load_acts(tmp_path).items()
    assert key == ("EU", date(2026, 5, 18))
    assert {act.proposed, act.adopted, act.published} == {date(2026, 5, 18)}


def test_before_its_first_day_a_listing_is_proposed_then_announced() -> None:
    listed = Control("EU", "1", date(2026, 5, 18), None, "", "s", True)
    act = replace(listed, proposed=date(2025, 10, 24), adopted=date(2026, 2, 9), published=date(2026, 4, 28))

    def stages(control: Control) -> list[str]:
        days = (date(2025, 10, 23), date(2025, 10, 24), date(2026, 2, 8), date(2026, 2, 9), date(2026, 5, 17), date(2026, 5, 18))
        return [control.coming(day) for day in days]

    assert stages(act) == ["", "proposed", "proposed", "announced", "announced", ""]
    assert stages(replace(act, adopted=None, published=date(2026, 2, 9))) == stages(act)
    assert stages(replace(act, proposed=None)) == ["", "", "", "announced", "announced", ""]
    assert stages(listed) == stages(replace(act, since=None)) == [""] * 6
