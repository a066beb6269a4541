"""An office's own list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from precursor_screen.core.errors import PrecursorScreenError, UsageError
from precursor_screen.reference.packs.own import COLUMNS, THRESHOLD_COLUMNS, own_members
from precursor_screen.reference.packs.pack import make_pack, read_pack
from precursor_screen.reference.packs.stack import check_names, check_stacked, stack
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import load_thresholds, threshold_for

DAY = date(2026, 11, 20)
HEAD = ",".join(COLUMNS)
KETAL = "office-ketal,Zorbenyl ketal,zorbenyl glycol ketal|ZBK-77,,293299|293499,watch,2026-01-01,B,1,100,letter of March"
ACETONE = "acetone,,,,,watch,,,,,letter of May"


@pytest.fixture
def listed(base, tmp_path):
    def read(*rows, before=None, head=HEAD, encoding="utf-8"):
        file = tmp_path / "own.csv"
        file.write_text("\n".join([head, *rows, ""]), encoding=encoding)
        return read_pack(make_pack(own_members(file, before, base, DAY), base), "own.csv", base)

    return read


def test_each_row_is_a_listing_of_the_office(base, listed, tmp_path):
    pack = listed(KETAL, ACETONE, encoding="utf-8-sig")
    check_names(pack, base)
    stacked = stack(base, (pack,), tmp_path)
    check_stacked(stacked, "own.csv")
    found = {s.substance_id: s for s in load_substances(stacked.law.substances).substances}
    ketal = found["office-ketal"]
    assert [n.name for n in ketal.names] == ["Zorbenyl ketal", "zorbenyl glycol ketal", "ZBK-77"]
    assert [h.hs6 for h in ketal.hs_codes] == ["293299", "293499"]
    (control,) = ketal.controls
    assert (control.instrument, control.schedule, control.source) == ("OWN", "watch", "own: letter of March")
    assert (control.since, control.seen, control.verified) == (date(2026, 1, 1), DAY, True)
    assert [c.since for c in found["acetone"].controls if c.instrument == "OWN"] == [None]
    assert load_substances(stacked.law.substances).edition_of("OWN") == "own list of 2026-11-20"


def test_a_later_row_replaces_that_of_its_substance_and_others_stay(listed):
    first = listed(KETAL, ACETONE)
    then = listed(KETAL.replace("|ZBK-77", "").replace(",B,", ",A,"), before=first)
    assert [(r["substance_id"], r["source"]) for r in then.tables["controls.csv"]] == [
        ("acetone", "letter of May"),
        ("office-ketal", "letter of March"),
    ]
    assert [r["name"] for r in then.tables["names.csv"]] == ["Zorbenyl ketal", "zorbenyl glycol ketal"]
    assert [r["licit_use"] for r in then.tables["concern.csv"]] == ["A"]
    assert then.tables["editions.csv"][0]["count"] == "2"


def test_an_amount_is_a_threshold_of_the_office(base, listed, tmp_path):
    head = ",".join((*COLUMNS, *THRESHOLD_COLUMNS))
    pack = listed(f"{KETAL},500,g,any,month,goods", f"{ACETONE},,,,,", head=head)
    stacked = stack(base, (pack,), tmp_path)
    check_stacked(stacked, "own.csv")
    own = [t for t in load_thresholds(stacked.law.substances) if t.jurisdiction == "OWN"]
    assert [(t.substance_id, t.kg, t.period, t.counts, t.valid_from) for t in own] == [
        ("office-ketal", Decimal("0.5"), "month", "goods", date(2026, 1, 1))
    ]
    assert threshold_for(own, "FR", "office-ketal", "import", DAY).kg == Decimal("0.5")
    assert threshold_for(own, "FR", "office-ketal", "import", date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("-1,kg,any,month,goods", "field quantity: '-1' is not a quantity"),
        ("NaN,kg,any,month,goods", "field quantity: 'NaN' is not a quantity"),
        ("1,l,any,month,goods", "field unit: 'l' is none of kg, g, mg, t"),
        ("1,kg,transit,month,goods", "field direction: 'transit' is none of"),
        ("1,kg,any,week,goods", "field period: 'week' is none of"),
        ("1,kg,any,month,", "field counts: '' is none of"),
        (",kg,,,", "field unit is filled, and the quantity of the threshold is not"),
    ],
)
def test_every_error_of_an_amount_names_its_cell(listed, cells, said):
    with pytest.raises(PrecursorScreenError) as error:
        listed(f"{KETAL},{cells}", head=",".join((*COLUMNS, *THRESHOLD_COLUMNS)))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([",X,,,,watch,,B,1,2,s"], "own.csv, row 2, field substance_id is empty"),
        ([KETAL, KETAL], "own.csv, row 3, field substance_id: a second row for the substance"),
        (["x,,,,,watch,,B,1,2,s"], "own.csv, row 2, field name is empty"),
        (["x,Xylophonal,,,,watch,,,1,2,s"], "field licit_use is empty"),
        (["x,Xylophonal,,,,,,B,1,2,s"], "field schedule is empty"),
        (["x,Xylophonal,,,,watch,,B,1,2,"], "field source is empty"),
        (["x,Xylophonal,,67-64-2,,watch,,B,1,2,s"], "field cas: '67-64-2' is not a CAS number"),
        (["x,Xylophonal,,,,watch,soon,B,1,2,s"], "field since: 'soon' is not a day"),
        (["acetone,,,,,watch,,E,,,s"], "field licit_use: acetone ships with its own facts"),
        (["x,Xylophonal"], "own.csv, row 2: the row has a different number of cells"),
        ([KETAL + ",more"], "own.csv, row 2: the row has a different number of cells"),
    ],
)
def test_every_error_names_its_cell(listed, rows, said):
    with pytest.raises(PrecursorScreenError) as error:
        listed(*rows)
    assert said in str(error.value)


def test_all_errors_are_said_at_once(listed):
    with pytest.raises(PrecursorScreenError) as error:
        listed(",X,,,,,soon,B,1,2,", "x,,,1-2-3,,watch,,B,1,2,s")
    assert len(str(error.value).splitlines()) == 6


def test_a_file_that_cannot_be_read(base, listed, tmp_path):
    with pytest.raises(PrecursorScreenError, match="columns should be"):
        listed(KETAL, head="id,name")
    with pytest.raises(PrecursorScreenError, match="is not UTF-8"):
        listed(KETAL.replace("Z", "Ä"), encoding="latin-1")
    with pytest.raises(UsageError, match="cannot be read"):
        own_members(tmp_path / "none.csv", None, base, DAY)
    with pytest.raises(PrecursorScreenError, match="is not CSV"):
        listed(KETAL.replace("Zorbenyl ketal", "x" * 200_000))
