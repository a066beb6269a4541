"""Thresholds: what ships, how one is chosen, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, SubstanceTableError
from precursor_screen.core.model import Substance, Threshold
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import check_thresholds, load_thresholds, threshold_for

TABLES = Path(__file__).parents[2] / "precursor_screen" / "data" / "substances"
DAY = date(2026, 6, 1)
HEAD = "jurisdiction,substance_id,direction,quantity,unit,kg,period,counts,valid_from,valid_to,source,verified\n"


@pytest.fixture(scope="module")
def thresholds() -> tuple[Threshold, ...]:
    return load_thresholds(TABLES)


def kg(
    thresholds: tuple[Threshold, ...], jurisdiction: str, substance_id: str, direction: str, period: str = "transaction"
) -> Decimal | None:
    found = threshold_for(thresholds, jurisdiction, substance_id, direction, DAY, period)
    return found.kg if found else None


def test_the_offices_own_counts_where_the_law_has_none(thresholds: tuple[Threshold, ...]) -> None:
    (law,) = (t for t in thresholds if (t.jurisdiction, t.substance_id, t.direction) == ("US", "acetone", "export"))
    own = replace(law, jurisdiction="OWN", direction="any", kg=Decimal(5), quantity=Decimal(5))
    every = (*thresholds, own)
    assert kg(every, "US", "acetone", "export") == 1500
    assert kg(every, "AU", "acetone", "import") == 5
    assert kg(every, "", "acetone", "export") == 5
    assert kg(every, "US", "acetone", "export", "transaction") == kg(thresholds, "US", "acetone", "export", "transaction")


@pytest.mark.parametrize(
    ("applies", "quantity", "regulated"),
    [("above", "100", "100.000001"), ("from", "100", "100"), ("", "100", "100"), ("above", "0", "0")],
)
def test_a_limit_that_is_exempt_itself_regulates_from_a_milligram_above(
    applies: str, quantity: str, regulated: str, tmp_path: Path
) -> None:
    head = HEAD.replace("counts,", "counts,applies,")
    (tmp_path / "thresholds.csv").write_text(
        f"{head}EU,piperidine,domestic,{quantity},kg,{quantity},year,goods,{applies},,,A law,true\n", encoding="utf-8"
    )
    (found,) = load_thresholds(tmp_path)
    assert (found.kg, found.regulated_kg) == (Decimal(quantity), Decimal(regulated))


def test_a_table_of_before_says_nothing_of_the_limit_itself_and_it_counts(tmp_path: Path) -> None:
    (tmp_path / "thresholds.csv").write_text(f"{HEAD}EU,piperidine,domestic,5,kg,5,year,goods,,,A law,true\n", encoding="utf-8")
    (found,) = load_thresholds(tmp_path)
    assert (found.applies, found.regulated_kg, found.source) == ("", Decimal(5), "A law")


def test_every_quantity_that_ships_says_whether_it_counts_itself(thresholds: tuple[Threshold, ...]) -> None:
    said = {(t.jurisdiction, t.applies) for t in thresholds if t.quantity}
    above = {(law, "above") for law in ("AU", "CA", "CO", "EU", "GB", "JP", "NO")}
    assert said == above | {("US", "from"), ("BR", "from")}


def test_what_mixtures_contain_counts_where_the_law_says_so(thresholds: tuple[Threshold, ...]) -> None:
    """Of exports of Category 3 of the Union; hydrochloric acid is itself a solution, and a mixture of Category 2 a scheduled substance."""
    counts = {(t.substance_id, t.direction): t.counts for t in thresholds if t.jurisdiction == "EU" and t.quantity}
    assert {counts[s, "export"] for s in ("acetone", "toluene", "ethyl-ether", "methyl-ethyl-ketone", "sulphuric-acid")} == {
        "substance"
    }
    assert counts["hydrochloric-acid", "export"] == counts["piperidine", "domestic"] == "goods"


@pytest.mark.parametrize("jurisdiction", ["EU", "GB"])
def test_trade_within_the_union_is_not_judged_by_the_law_on_trade_with_others(
    thresholds: tuple[Threshold, ...], jurisdiction: str
) -> None:
    for t in thresholds:
        if t.jurisdiction == jurisdiction and t.direction != "export":
            found = threshold_for(thresholds, jurisdiction, t.substance_id, "domestic", DAY)
            assert found is not None
            assert "273/2004" in found.source


def test_directions_are_never_mixed(thresholds: tuple[Threshold, ...]) -> None:
    assert kg(thresholds, "US", "acetone", "export") == 1500
    assert kg(thresholds, "US", "acetone", "domestic") == 150
    assert kg(thresholds, "AU", "acetone", "import") is None
    assert kg(thresholds, "EU", "acetone", "import") is None
    assert kg(thresholds, "EU", "phenylacetic-acid", "export") == 0


def test_volumes_become_mass_by_the_density_of_the_table(thresholds: tuple[Threshold, ...]) -> None:
    density = {s.substance_id: s.density_kg_per_l for s in load_substances(TABLES).substances}
    litres = [t for t in thresholds if t.unit == "l"]
    assert litres
    for t in litres:
        factor = density[t.substance_id]
        assert factor is not None
        assert t.kg == t.quantity * factor


def test_every_quantity_is_zero_and_unknown_is_none(thresholds: tuple[Threshold, ...]) -> None:
    assert kg(thresholds, "AU", "acetic-anhydride", "export") == 0
    assert kg(thresholds, "AU", "acetone", "import") is None
    assert kg(thresholds, "AU", "ephedrine", "export") == 0
    assert kg(thresholds, "XX", "acetone", "export") is None
    in_packages = threshold_for(thresholds, "CA", "ephedrine", "export", DAY)
    assert in_packages is not None
    assert in_packages.kg is None


def test_a_transaction_is_compared_with_the_month_where_the_law_has_only_that(thresholds: tuple[Threshold, ...]) -> None:
    found = threshold_for(thresholds, "US", "toluene", "export", DAY)
    assert found is not None
    assert (found.period, found.kg) == ("month", 1591)
    assert kg(thresholds, "US", "toluene", "export", "month") == 1591
    assert kg(thresholds, "US", "toluene", "export", "year") is None
    assert kg(thresholds, "CA", "piperidine", "export", "month") is None


def test_listed_without_a_threshold_is_every_quantity(thresholds: tuple[Threshold, ...]) -> None:
    for substance_id in ("ephedrine", "pseudoephedrine", "norephedrine", "npp", "iodine"):
        assert kg(thresholds, "US", substance_id, "import") == 0


def test_domestic_sales_of_three_solvents_are_not_summed(thresholds: tuple[Threshold, ...]) -> None:
    """21 CFR 1310.04(f)(2)(iii)."""
    for substance_id in ("acetone", "methyl-ethyl-ketone", "toluene"):
        assert kg(thresholds, "US", substance_id, "domestic", "month") is None
    assert kg(thresholds, "US", "ethyl-ether", "domestic", "month") == Decimal("135.8")


@pytest.mark.parametrize("direction", ["import", "export"])
@pytest.mark.parametrize(
    ("substance_id", "grams", "counts"),
    [
        ("acetic-anhydride", 210_000, "substance"),
        ("acetone", 150_000, "substance"),
        ("anthranilic-acid", 30_000, "base"),
        ("ergometrine", 10, "base"),
        ("ergotamine", 20, "base"),
        ("ethyl-ether", 140_000, "substance"),
        ("hydrochloric-acid", 20_000, "substance"),
        ("lysergic-acid", 10, "base"),
        ("n-acetylanthranilic-acid", 40_000, "base"),
        ("piperidine", 500, "base"),
        ("potassium-permanganate", 55_000, "substance"),
        ("safrole", 4_000, "substance"),
        ("toluene", 170_000, "substance"),
        ("norfentanyl", 0, "goods"),
        ("ephedrine", 0, "goods"),
    ],
)
def test_japan_counts_what_the_goods_contain(
    thresholds: tuple[Threshold, ...], substance_id: str, direction: str, grams: int, counts: str
) -> None:
    """Ordinance 14 of 1953, article 45-5; what it does not name is notified, or permitted, whatever the quantity."""
    found = threshold_for(thresholds, "JP", substance_id, direction, DAY)
    assert found is not None
    assert (found.kg, found.counts, found.period) == (Decimal(grams) / 1000, counts, "transaction")


def test_esters_of_a_listed_acid_have_its_threshold(thresholds: tuple[Threshold, ...]) -> None:
    """21 CFR 1310.04(f)(1)(i) and (g)(1)(v)."""
    for substance_id in ("phenylacetic-acid", "methyl-phenylacetate", "ethyl-phenylacetate"):
        assert kg(thresholds, "US", substance_id, "import", "month") == 1
    assert kg(thresholds, "US", "ergocristine", "export") == 0


def test_marks_are_kept(thresholds: tuple[Threshold, ...]) -> None:
    assert all(t.verified for t in thresholds if t.jurisdiction in ("AU", "BR", "CA", "CO", "EU", "GB", "ID", "JP", "MX", "NO"))
    # Its listing is younger than the copy of the regulation that was read.
    assert {t.substance_id for t in thresholds if t.jurisdiction == "US" and not t.verified} == {"propionyl-chloride"}
    known = {s.substance_id for s in load_substances(TABLES).substances}
    assert {t.substance_id for t in thresholds} <= known
    assert {t.jurisdiction for t in thresholds} == {"US", "EU", "GB", "CA", "AU", "IN", "BR", "CO", "ID", "JP", "MX", "NO"}


def test_days_and_directions_decide() -> None:
    old = Threshold("ZZ", "acetone", "any", Decimal(1), Decimal(1), "kg", "transaction", None, date(2020, 1, 1), "s", True)
    new = replace(old, kg=Decimal(2), valid_from=date(2020, 1, 1), valid_to=None)
    own = replace(new, direction="export", kg=Decimal(3))
    rows = (old, new, own)
    at = {d: threshold_for(rows, "ZZ", "acetone", "export", d) for d in (date(2019, 12, 31), date(2020, 1, 1))}
    assert [t.kg for t in at.values() if t] == [1, 3]
    assert threshold_for(rows, "ZZ", "acetone", "", date(2021, 1, 1)) == new


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("US,acetone,sideways,1,kg,1,month,goods,,,s,true", "sideways"),
        ("US,acetone,any,1,kg,1,week,goods,,,s,true", "week"),
        ("US,acetone,any,much,kg,1,month,goods,,,s,true", "cannot be read"),
        ("US,acetone,any,-1,kg,1,month,goods,,,s,true", "negative"),
        ("US,acetone,any,1,kg,1,month,goods,soon,,s,true", "cannot be read"),
        ("US,acetone,any,1,kg,1,month,goods,,,s,perhaps", "perhaps"),
        ("US,acetone,any,1,kg,1,month,half,,,s,true", "half"),
        ("US,acetone,any", "cannot be read"),
        ("US,acetone,any,1,kg,1,month,goods,,,s,true\nUS,acetone,any,2,kg,2,month,goods,,,s,true", "another row"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, says: str) -> None:
    (tmp_path / "thresholds.csv").write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(ErrorGroup, match=says):
        load_thresholds(tmp_path)


@pytest.mark.parametrize("content", ["", "a,b\n"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "thresholds.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SubstanceTableError, match="columns should be"):
        load_thresholds(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubstanceTableError, match="cannot be read"):
        load_thresholds(tmp_path)


@pytest.fixture(scope="module")
def substances() -> tuple[Substance, ...]:
    return load_substances(TABLES).substances


def test_the_thresholds_that_ship_are_sound(thresholds: tuple[Threshold, ...], substances: tuple[Substance, ...]) -> None:
    assert check_thresholds(thresholds, substances) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"substance_id": "nobody"}, "no substance has that id"),
        ({"source": " "}, "no source"),
        ({"jurisdiction": ""}, "no jurisdiction"),
        ({"jurisdiction": "US", "substance_id": "depapd"}, "lists no such substance"),
        ({"kg": Decimal(2)}, "are not 2 kg"),
        ({"kg": None}, "an unknown number of kg"),
        ({"unit": "g"}, "are not 1 kg"),
        ({"unit": "l"}, "are not 1 kg"),
        ({"unit": "tablets"}, "are not 1 kg"),
        ({"valid_from": DAY, "valid_to": DAY}, "ends before it begins"),
    ],
)
def test_an_unsound_threshold_is_named(substances: tuple[Substance, ...], change: dict[str, Any], says: str) -> None:
    good = Threshold("ZZ", "acetone", "any", Decimal(1), Decimal(1), "kg", "transaction", None, None, "s", True)
    assert check_thresholds([good], substances) == []
    problems = check_thresholds([replace(good, **change)], substances)
    assert any(says in p for p in problems), problems


def test_no_more_may_move_at_once_than_in_a_year(substances: tuple[Substance, ...]) -> None:
    once = Threshold("ZZ", "acetone", "any", Decimal(5), Decimal(5), "kg", "transaction", None, None, "s", True)
    year = replace(once, kg=Decimal(4), quantity=Decimal(4), period="year")
    assert any("5 kg per transaction, but 4 per year" in p for p in check_thresholds([year, once], substances))
    assert check_thresholds([replace(year, valid_to=DAY), replace(once, valid_from=DAY)], substances) == []
