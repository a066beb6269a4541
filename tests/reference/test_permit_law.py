"""Which law holds where, and what papers it asks for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.reference import shipped
from precursor_screen.reference.permit_law import known_permit_law, load_permit_law

DAY = date(2025, 5, 1)
UNIONS = [
    ("FR", "DE", DAY, True),
    ("FR", "MC", DAY, True),
    ("FR", "XI", DAY, True),
    ("FR", "GB", DAY, False),
    ("FR", "GB", date(2020, 12, 31), True),
    ("HR", "DE", date(2013, 6, 30), False),
    ("HR", "DE", date(2013, 7, 1), True),
    ("FR", "CH", DAY, False),
    ("CH", "LI", DAY, False),  # one customs union, whose law on such trade is in no table
    ("FR", None, DAY, False),
    ("US", "US", DAY, False),
]


@pytest.mark.parametrize(("origin", "destination", "on", "within"), UNIONS)
def test_movements_within_a_customs_union(origin: str, destination: str | None, on: date, within: bool):
    assert known_permit_law().within_union(origin, destination, on) is within


ASKED = [
    # jurisdiction, substance, direction, what is asked for, above how many kilograms
    ("FR", "ephedrine", "union", {"licence": "0", "customer-declaration": "0"}),
    ("FR", "acetic-anhydride", "union", {"registration": "108.000001", "customer-declaration": "108.000001"}),
    ("FR", "acetone", "union", {}),
    ("FR", "ephedrine", "export", {"licence": "0", "export-permit": "0", "notification": "0"}),
    ("FR", "acetic-anhydride", "export", {"registration": "0", "export-permit": "0"}),
    ("DE", "ephedrine", "import", {"licence": "0", "import-permit": "0"}),
    ("US", "phenylacetic-acid", "export", {"registration": "0", "notification": "1"}),
    ("US", "acetic-anhydride", "import", {"import-permit": "1023"}),
    ("CH", "ephedrine", "export", {}),
    ("ID", "acetone", "export", {"export-permit": "0"}),
    ("MX", "4-ap", "export", {"registration": "0"}),
    ("MX", "norfentanyl", "export", {}),
    ("NO", "ephedrine", "import", {"licence": "0"}),
    ("NO", "acetic-anhydride", "import", {}),
    ("PH", "acetone", "import", {"licence": "0", "import-permit": "0"}),
    ("PH", "ephedrine", "export", {"licence": "0", "export-permit": "0"}),
    ("AR", "eapa", "export", {}),
    ("CR", "toluene", "import", {"import-permit": "0"}),
    ("JM", "acetone", "export", {"licence": "0", "export-permit": "0"}),
    ("NG", "ephedrine", "import", {"import-permit": "0"}),
    ("NG", "ephedrine", "export", {}),
    ("JP", "acetone", "import", {"registration": "0"}),
    ("JP", "acetone", "export", {"registration": "0", "export-permit": "0"}),
    ("JP", "acetic-anhydride", "import", {"registration": "0", "notification": "0"}),
    ("JP", "acetic-anhydride", "export", {"registration": "0", "notification": "0", "export-permit": "0"}),
    ("JP", "n-methylpseudoephedrine", "import", {"licence": "0", "import-permit": "0"}),
    ("JP", "phenylacetic-acid", "export", {"licence": "0", "export-permit": "0"}),
    ("JP", "4-piperidone", "export", {"export-permit": "0"}),
    ("JP", "4-piperidone", "import", {}),
    ("JP", "apaa", "import", {}),
    ("AU", "ephedrine", "import", {"licence": "0", "import-permit": "0"}),
    ("AU", "ephedrine", "export", {"licence": "0", "export-permit": "0"}),
    ("AU", "lysergic-acid", "import", {"licence": "0", "import-permit": "0"}),
    ("AU", "lysergic-acid", "export", {}),
    ("AU", "acetic-anhydride", "export", {"licence": "0", "notification": "0"}),
    ("AU", "acetone", "export", {"licence": "79.000001", "notification": "79.000001"}),
    ("AU", "acetone", "import", {}),
    ("PE", "acetone", "import", {"registration": "0", "import-permit": "0"}),
    ("PE", "calcium-chloride", "export", {"registration": "0", "export-permit": "0"}),
    ("PE", "ephedrine", "import", {}),
]


@pytest.mark.parametrize(("jurisdiction", "substance", "direction", "expected"), ASKED)
def test_what_a_law_asks_for(jurisdiction: str, substance: str, direction: str, expected: dict[str, str]):
    found = {need.need: least for need, least in known_permit_law().needs_of(jurisdiction, substance, direction, DAY)}
    assert found == {need: Decimal(kg) for need, kg in expected.items()}


@pytest.mark.parametrize(("substance", "needs"), [("eapa", {"registration", "export-permit"}), ("propionyl-chloride", set())])
def test_argentina_asks_from_the_day_its_decree_is_published(substance: str, needs: set[str]):
    before, after = (
        {need.need for need, _ in known_permit_law().needs_of("AR", substance, "export", date(2026, 3, day))} for day in (3, 4)
    )
    assert (before, after) == (set(), needs)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("jurisdictions.csv", "FR,France,EU,2026-01-01,,EU,again,recalled"),
        ("jurisdictions.csv", "ZZ,Nowhere,,,,,source,recalled"),
        ("jurisdictions.csv", "SN,Senegal,,,,,source,guessed"),
        ("jurisdictions.csv", "SN,Senegal,,,,,,recalled"),
        ("permits.csv", "EU,1,export,blessing,own,,,,source,recalled,"),
        ("permits.csv", "EU,1,export,licence,own,much,,,source,recalled,"),
        ("permits.csv", "EU,1,export,licence,anybody,,,,source,recalled,"),
        ("permits.csv", "EU,1,export,licence,own,,2025-02-01,2025-01-01,source,recalled,"),
    ],
)
def test_a_row_that_is_wrong_is_refused(tmp_path: Path, table: str, row: str):
    for name in ("jurisdictions.csv", "permits.csv"):
        text = (shipped.law_folder() / name).read_text("utf-8")
        (tmp_path / name).write_text(text + (f"{row}\n" if name == table else ""), encoding="utf-8")
    with pytest.raises(ErrorGroup):
        load_permit_law(tmp_path, (), ())


@pytest.mark.parametrize(
    ("jurisdiction", "home"),
    [("US", ("US", "AS", "GU", "MP", "PR", "UM", "VI")), ("GB", ("GB", "XI")), ("DE", ("DE",)), ("EU", ()), ("", ()), ("QQ", ())],
)
def test_the_countries_of_an_office(jurisdiction: str, home: tuple[str, ...]):
    assert known_permit_law().home(jurisdiction) == home


def test_where_exports_are_declared_not_permitted():
    law = known_permit_law()
    assert [j for j in ("US", "EU", "DE", "JP", "AU", "QQ") if law.declares(j)] == ["US"]


@pytest.mark.parametrize(
    ("jurisdiction", "substance", "name"),
    [("US", "ephedrine", "List I"), ("FR", "ephedrine", "1"), ("US", "nothing", ""), ("QQ", "ephedrine", "")],
)
def test_the_class_of_a_substance(jurisdiction: str, substance: str, name: str):
    assert known_permit_law().class_of(jurisdiction, substance, DAY) == name


@pytest.mark.parametrize(
    ("substance", "first", "name"),
    [
        ("piperonal", date(1992, 10, 30), "specified raw material"),
        ("npp", date(2017, 8, 25), "specified raw material"),
        ("norfentanyl", date(2022, 8, 26), "specified raw material"),
        ("p-2-p-methyl-glycidic-acid", date(2024, 8, 30), "raw material of stimulants"),
        ("1-boc-4-piperidone", date(2025, 3, 17), "export approval"),
    ],
)
def test_japan_lists_from_the_day_of_its_order(substance: str, first: date, name: str):
    eve, day = (known_permit_law().class_of("JP", substance, on) for on in (first - timedelta(days=1), first))
    assert (eve, day) == ("", name)
