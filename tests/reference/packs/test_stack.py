"""Packs on the tables that ship: what they add, and what they may not say."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import PrecursorScreenError
from precursor_screen.reference.jurisdiction import load_countries
from precursor_screen.reference.packs.pack import make_pack, read_pack, table_text
from precursor_screen.reference.packs.stack import check_names, check_stacked, stack
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import load_thresholds
from tests.reference.packs.conftest import NEW


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def changed(base, name, pick, **cells):
    """A row that ships, with some cells changed; as a table of a pack."""
    row = next(
        r for r in rows_of((base.law if name in ("jurisdictions.csv", "permits.csv") else base.substances) / name) if pick(r)
    )
    return {name: [{**row, **cells}]}


@pytest.fixture
def refused(base, made, tmp_path_factory):
    """What is said of the rows of a pack, beside others."""

    def say(tables, *others, **about):
        with pytest.raises(PrecursorScreenError) as error:
            check_stacked(stack(base, (*others, made(tables, **about)), tmp_path_factory.mktemp("stacked")), "pack.zip")
        return str(error.value)

    return say


def test_rows_of_a_pack_come_after_those_that_ship_and_say_where_they_are_from(base, made, tmp_path):
    stacked = stack(base, (made(NEW),), tmp_path)
    check_stacked(stacked, "pack.zip")
    table = load_substances(stacked.law.substances)
    before = load_substances(base.substances)
    assert table.substances[:-1] == before.substances
    (control,) = table.substances[-1].controls
    assert (control.instrument, control.source) == ("CH", "ch: gazette 7 of 2026")
    assert table.edition_of("CH") == "BetmVV-EDI, 2026"
    assert table.sha256 != before.sha256
    assert [p.id for p in stacked.law.packs] == ["ch"]


def test_the_order_of_packs_is_that_of_their_days_and_own_comes_last(base, made, tmp_path):
    edition = {"instrument": "XX", "edition": "1", "count": "0", "max_age_days": "9"}
    one = made({"editions.csv": [edition]}, id="own", day="2026-01-01")
    two = made({"editions.csv": [{**edition, "instrument": "YY"}]}, id="b", day="2026-02-01")
    three = made({"editions.csv": [{**edition, "instrument": "ZZ"}]}, id="a", day="2026-02-01")
    stacks = [stack(base, packs, tmp_path / str(n)).law for n, packs in enumerate([(one, two, three), (three, one, two)])]
    assert [[p.id for p in law.packs] for law in stacks] == [["a", "b", "own"]] * 2
    same = [load_substances(law.substances).sha256 for law in stacks]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("name", "pick", "cells", "said"),
    [
        (
            "controls.csv",
            lambda r: r["instrument"] == "EU" and not r["until"],
            {"until": "2026-12-01"},
            "differs from the row that ships",
        ),
        ("controls.csv", lambda r: r["instrument"] == "EU", {"verified": "maybe"}, "differs from the row that ships"),
        ("concern.csv", lambda r: r["licit_use"] == "A", {"licit_use": "E"}, "differs from the row that ships"),
        (
            "thresholds.csv",
            lambda r: r["jurisdiction"] == "US",
            {"quantity": "9999", "kg": "9999"},
            "differs from the row that ships",
        ),
        ("names.csv", lambda r: r["strength"] == "strong", {"strength": "weak"}, "differs from the row that ships"),
        ("substances.csv", lambda r: r["covers_salts"] == "true", {"covers_salts": "false"}, "differs from the row that ships"),
        ("permits.csv", lambda r: r["law"] == "EU", {"until": "2026-01-01"}, "differs from the row that ships"),
        ("hs.csv", lambda r: r["substance_id"] == "toluene", {"hs6": "320890", "own": "false"}, "what ships has its own rows"),
        ("jurisdictions.csv", lambda r: r["code"] == "CH", {"law": "EU"}, "differs from the row that ships"),
        (
            "jurisdictions.csv",
            lambda r: r["code"] == "CH",
            {"law": "CH", "customs_union": "EU"},
            "differs from the row that ships",
        ),
        ("jurisdictions.csv", lambda r: r["code"] == "FR", {"law": ""}, "differs from the row that ships"),
        ("editions.csv", lambda r: r["instrument"] == "EU", {"checked": "2025-01-01"}, "is an older edition"),
        ("editions.csv", lambda r: r["instrument"] == "EU", {"checked": ""}, "is an older edition"),
        ("editions.csv", lambda r: r["instrument"] == "EU", {"max_age_days": "9999"}, "is an older edition"),
        ("solutions.csv", lambda r: True, {"percent": "1.5"}, "what ships has its own rows"),
        ("usual_prices.csv", lambda r: True, {"usd_per_kg": "9999"}, "differs from the row that ships"),
    ],
)
def test_a_row_against_what_ships(base, made, refused, tmp_path, name, pick, cells, said):
    tables = changed(base, name, pick, **cells)
    found = refused(tables, day="2026-11-29")
    assert f"pack.zip!{name}, row 2: {said}" in found or f"pack.zip!{name}, row 2 {said}" in found
    assert "--override REASON" in found


def test_a_row_against_what_ships_may_stand_for_a_reason(base, made, tmp_path):
    from msgspec.structs import replace

    pack = made(changed(base, "concern.csv", lambda r: r["licit_use"] == "A", licit_use="E"))
    pack = replace(pack, info=replace(pack.info, override="order 12"))
    law = stack(base, (pack,), tmp_path).law
    assert law.packs[0].override == "order 12"
    assert sum(r["source"].startswith("ch: ") for r in rows_of(law.substances / "concern.csv")) == 1


def test_what_ships_already_is_not_said_again(base, made, tmp_path):
    law = stack(base, (made(changed(base, "controls.csv", lambda r: True, source="the same in another gazette")),), tmp_path).law
    assert rows_of(law.substances / "controls.csv") == rows_of(base.substances / "controls.csv")


def test_a_newer_edition_and_the_first_law_of_a_country(base, made, tmp_path):
    tables = changed(base, "editions.csv", lambda r: r["instrument"] == "EU", checked="2026-12-01", edition="of 2026-12")
    tables |= changed(base, "jurisdictions.csv", lambda r: r["code"] == "CH", law="CH")
    law = stack(base, (made({**NEW, **tables}, day="2026-12-01"),), tmp_path).law
    assert load_substances(law.substances).edition_of("EU") == "of 2026-12"
    assert [c.law for c in load_countries(law.law) if c.code == "CH"] == ["CH"]


PAGE = Path(__file__).parents[3] / "docs" / "keeping-the-law-current.md"


def test_the_page_alone_makes_the_law_of_a_country_that_had_none(base, made, tmp_path):
    said = re.findall(
        r"`(\w+\.csv)`: [^`]*(?:`[^`]+`[^`]*)*```csv\n(.*?)```", PAGE.read_text("utf-8").partition("### A country")[2], re.S
    )
    tables = {name: list(csv.DictReader(text.splitlines())) for name, text in said}
    assert len(tables) == 5
    stacked = stack(base, (made(tables, id="nr", day="2026-12-01"),), tmp_path)
    check_stacked(stacked, "pack.zip")
    laws = [(c.law, c.dated.since, c.dated.until) for c in load_countries(stacked.law.law) if c.code == "NR"]
    assert laws == [("", None, date(2026, 6, 1)), ("NR", date(2026, 6, 1), None)]


def test_what_a_permit_may_say_is_said(base, refused):
    wrong = changed(base, "permits.csv", lambda r: True, need="import permit", since="2027-01-01")
    assert "need 'import permit' is none of licence, registration, export-permit" in refused(wrong)


def test_the_row_of_a_country_that_ships_is_shown(base, refused):
    row = {"code": "KE", "name": "Kenya", "law": "KE", "since": "2026-01-01", "source": "an order", "read": "read"}
    assert "KE, law empty, since empty, customs_union EAC" in refused({"jurisdictions.csv": [row]})


def threshold(**cells):
    row = {
        "jurisdiction": "US",
        "substance_id": "acetone",
        "direction": "import",
        "unit": "kg",
        "period": "transaction",
        "counts": "substance",
    }
    return {"thresholds.csv": [{**row, **cells}]}


def test_a_threshold_may_be_lower_and_not_higher(base, made, refused, tmp_path):
    held = [
        t.kg
        for t in load_thresholds(base.substances)
        if (t.jurisdiction, t.substance_id, t.direction) == ("US", "acetone", "import")
    ]
    least = int(min(held))
    assert stack(base, (made(threshold(quantity=str(least), kg=str(least))),), tmp_path / "low")
    assert "is a higher threshold than what ships" in refused(threshold(quantity=str(least + 1), kg=str(least + 1)))
    assert "is a higher threshold" in refused(threshold(quantity="1", kg="", unit="tanks"))
    assert "is a higher threshold" in refused(threshold(quantity=str(least + 1), kg=str(least + 1), direction="any"))


def test_a_pack_of_before_the_column_repeats_what_ships_or_says_nothing_of_it(base, members, refused, tmp_path):
    tables = changed(base, "thresholds.csv", lambda r: (r["jurisdiction"], r["applies"]) == ("EU", "above"))
    (row,) = tables["thresholds.csv"]
    tables["thresholds.csv"].append({**row, "jurisdiction": "CH"})
    older = members({}) | {"thresholds.csv": table_text([c for c in row if c != "applies"], tables["thresholds.csv"])}
    stacked = stack(base, (read_pack(make_pack(older, base), "pack.zip", base),), tmp_path)
    check_stacked(stacked, "pack.zip")
    *ships, new = load_thresholds(stacked.law.substances)
    assert tuple(ships) == load_thresholds(base.substances)
    assert (new.jurisdiction, new.applies, new.regulated_kg) == ("CH", "", new.kg)
    assert "in applies" in refused({"thresholds.csv": [{**row, "applies": "from"}]})


def test_a_limit_that_is_exempt_itself_is_higher_than_one_that_counts(base, made, refused, tmp_path):
    ships = next(r for r in rows_of(base.substances / "thresholds.csv") if (r["jurisdiction"], r["applies"]) == ("US", "from"))
    other = {"thresholds.csv": [{**ships, "valid_from": "2020-01-01", "applies": "above"}]}
    assert "is a higher threshold than what ships" in refused(other)
    other["thresholds.csv"][0]["applies"] = "from"
    assert stack(base, (made(other),), tmp_path)


def test_two_packs_that_disagree_name_both_places(made, refused):
    one, other = (dict(NEW, **{"concern.csv": [{**NEW["concern.csv"][0], "licit_use": grade}]}) for grade in "AB")
    found = refused(other, made(one, id="first", day="2026-01-01", edition="1"))
    assert "pack.zip!concern.csv, row 2 differs from pack.zip!concern.csv, row 2. Keep one of the two packs." in found


def test_a_second_row_of_the_same_thing(refused):
    assert "controls.csv, row 3: a second row of the same pack" in refused({**NEW, "controls.csv": NEW["controls.csv"] * 2})


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"names.csv": []}, "no usual name"),
        ({"concern.csv": []}, "concern.csv has no row for phantomol"),
        ({"editions.csv": []}, "phantomol: CH A: the instrument is not known"),
        (
            {"cas.csv": [{"substance_id": "phantomol", "number": "67-64-1", "of": "base"}]},
            "CAS number '67-64-1' is claimed by acetone, phantomol",
        ),
        ({"cas.csv": [{"substance_id": "phantomol", "number": "67-64-2", "of": "base"}]}, "wrong form or check digit"),
        (
            {"cas.csv": [{"substance_id": "ghost", "number": "67-64-1", "of": "base"}]},
            "pack.zip!cas.csv, row 2: unknown substance_id 'ghost'",
        ),
        (
            {"hs.csv": [{"substance_id": "phantomol", "hs6": "291411", "edition_from": "2022", "own": "true"}]},
            "cannot be the own",
        ),
        ({"controls.csv": [{**NEW["controls.csv"][0], "since": "soon"}]}, "pack.zip!controls.csv, row 2"),
        ({"controls.csv": [{**NEW["controls.csv"][0], "instrument": "OWN"}]}, "the office's own list, and no other pack does"),
        ({"thresholds.csv": [{"jurisdiction": "OWN", "substance_id": "phantomol"}]}, "holds thresholds of OWN"),
        (
            {"editions.csv": [{**NEW["editions.csv"][0], "checked": "2026-10-06"}]},
            "was compared after 2026-10-05, the day of the pack",
        ),
    ],
)
def test_tables_that_would_not_hold_together(refused, tables, said):
    assert said in refused({**NEW, **tables})


def test_own_listings_are_of_the_own_list_alone(refused):
    assert "the pack 'own' holds listings of OWN" in refused(NEW, id="own")


def test_a_name_that_would_hide_another_substance(base, made):
    hiding = {
        **NEW,
        "names.csv": [*NEW["names.csv"], {**NEW["names.csv"][0], "name": "phantom acetone blend", "kind": "synonym"}],
    }
    check_names(made(NEW), base)
    with pytest.raises(
        PrecursorScreenError, match=r"names.csv, row 3, field name: the name 'phantom acetone blend' would hide acetone"
    ):
        check_names(made(hiding), base)
