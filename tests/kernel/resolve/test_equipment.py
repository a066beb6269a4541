"""Which goods are equipment that a law names, and whether their code fits."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.tables import roles_of, words_of
from precursor_screen.kernel.resolve.descriptions import description_facts
from precursor_screen.kernel.resolve.goods_facts import add_equipment_facts
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.reference.equipment import WORDS, known_equipment, load_equipment
from precursor_screen.reference.nomenclature import shipped_nomenclature
from precursor_screen.reference.shipped import law_folder

LISTS = load_rulebook(rule_folders()).lists
BOTH = ["US: tableting machine", "MX: máquina para elaborar tabletas o comprimidos"]


def kinds(text: str) -> list[str]:
    return description_facts(pa.array([text]), LISTS).column("equipment").to_pylist()[0]


def facts(equipment: list[str] | None, hs6: str | None, day: date = date(2026, 11, 20)) -> tuple[object, object]:
    columns = {"equipment": ([equipment], pa.list_(pa.string())), "as_of_date": ([day], pa.date32()), "hs6": ([hs6], pa.string())}
    lines = add_equipment_facts(pa.table({name: pa.array(*column) for name, column in columns.items()}))
    return lines.column("equipment_laws").to_pylist()[0], lines.column("equipment_code").to_pylist()[0]


@pytest.mark.parametrize("kind", roles_of(WORDS))
def test_each_word_tells_its_kind_in_a_text(kind):
    for word in words_of(WORDS, kind):
        assert kind in kinds(f"USED {word.upper()}, 3 PCS"), word


@pytest.mark.parametrize(
    "text", ["TABLET PC", "CAPSULES OF GELATINE", "STAMPING DIE FOR CARS", "PRINTING PRESS", "HEATING PAD", "COFFEE CAPSULES"]
)
def test_other_goods_are_not_equipment(text):
    assert kinds(text) == []


def test_a_chinese_name_within_a_text():
    assert kinds("全自动压片机设备") == ["tableting-machine"]


def test_the_laws_that_name_it_and_its_code():
    assert facts(["tableting-machine"], "847989") == (BOTH, True)
    assert facts(["tableting-machine"], "841989") == (BOTH, False)
    assert facts(["tableting-machine"], None) == (BOTH, None)
    assert facts([], "847989") == facts(None, "847989") == (None, None)


def test_a_listing_begins_on_its_day():
    assert facts(["punches-and-dies"], "847990", date(2023, 10, 23)) == (None, None)
    named = ["US: punches and dies of tableting machines (secondary)"]
    assert facts(["punches-and-dies"], "847990", date(2023, 10, 24)) == (named, True)


def test_every_subheading_exists_and_every_row_says_how_far_it_was_read():
    known = shipped_nomenclature()
    assert {code for one in known_equipment() for code in one.hs6s} <= known.codes


@pytest.mark.parametrize(
    "row",
    [
        "oven,US,oven,,,,s,copy",
        "hydrogenator,,h,,,,s,copy",
        "hydrogenator,US,,,,,s,copy",
        "hydrogenator,US,h,8419,,,s,copy",
        "hydrogenator,US,h,,,,s,seen",
    ],
)
def test_rows_that_make_no_sense_are_refused(tmp_path, row):
    head = (law_folder() / "equipment.csv").read_text("utf-8").partition("\n")[0]
    (tmp_path / "equipment.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(ErrorGroup):
        load_equipment(tmp_path)
