"""Versions of one document, and one number of two authorities."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from precursor_screen.cases.reconcile.reconcile import reconcile
from precursor_screen.kernel.papers.versions import stand
from tests.cases.reconcile.making import FRAME, day, kinds, moved, party, permit


def test_the_highest_version_stands_from_the_first_days_of_all():
    old = permit(kg="50", version="0", first=day("02-01"), last=day("03-31"))
    mid = permit(kg="300", version="Amendment 9")
    new = permit(kg="100", version="10", status="revoked")
    (one,) = stand([mid, new, old])
    assert (one.kg, one.first, one.last, one.status, one.versions) == (
        Decimal(100),
        day("02-01"),
        day("05-31"),
        "revoked",
        3,
    )


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([permit(), permit(status="revoked", kg="50")], 1),
        ([permit(), permit(status="superseded", kg="50"), permit(status="revoked", kg="40")], 1),
        ([permit(), permit(status="revoked", first=day("03-02"))], 2),  # revoked after it: which one stands is not told
        ([permit(), permit(status="revoked", first=day("03-01"))], 1),
        ([permit(first=None), permit(status="revoked")], 1),
        ([permit(), permit(status="suspended")], 2),
        ([permit(), permit(status="objected")], 2),
        ([permit(status="revoked"), permit(status="revoked", kg="50")], 2),
        ([permit(), permit(kg="50")], 2),
        ([permit(version="1"), permit(version="1", kg="50")], 2),
        ([permit(version="1"), permit(kg="50")], 2),
        ([permit(version="a"), permit(version="b")], 2),
        ([permit(), permit(substance_id="toluene")], 2),
        ([permit(authority="A"), permit(authority="B", status="revoked")], 2),
        ([permit(authority="Min. of Health"), permit(authority="MIN OF HEALTH", status="revoked")], 1),
    ],
)
def test_which_rows_are_left(rows, left):
    assert len(stand(rows)) == len(stand(rows[::-1])) == left


def test_goods_under_versions_are_matched_with_the_last():
    rows = (permit(status="revoked", kg="10"), permit(status="valid", kg="60"))
    result = reconcile([moved(permit="P1")], {"permits": rows}, FRAME)
    (one,) = result.differences
    assert (one.kind, one.difference_kg) == ("over", Decimal(40))
    assert "of 2 versions the last counts" in one.why


def test_a_first_day_that_one_version_leaves_open_stays_open():
    (one,) = stand([permit(version="1", first=None), permit(version="2")])
    assert one.first is None


def test_one_number_of_two_authorities_is_no_duplicate():
    ours = permit(authority="Health")
    theirs = permit(authority="Interior", exporter=party("Other"), kg="500")
    goods = [moved(permit="P1"), moved("B2", permit="P1", sending=("other",), kg="500")]
    assert kinds([ours, theirs], goods) == []
    assert kinds([ours, replace(theirs, authority="HEALTH")], goods).count("duplicate-number") == 1
    assert kinds([ours, theirs], [moved(permit="P1", kg="500")]) == ["over", "unused"]
    assert kinds([ours, replace(theirs, exporter=ours.exporter, country="TH")], [moved(permit="P1", kg="500")]) == [
        "over",
        "unused",
    ]
