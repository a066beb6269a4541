"""Whether a name is a listed one word by word, and whether its words tell its bearer from others."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party.exact_names import differs_in_writing, is_distinctive, is_exact


@pytest.mark.parametrize(
    ("name", "listed", "kind", "exact"),
    [
        ("Zorvan Mirage", "ZORVAN MIRAGE LLC", "organisation", True),
        ("Mirage Zorvan", "Zorvan Mirage", "organisation", False),
        ("Mirage Zorvan", "Zorvan Mirage", "person", True),
        ("JSC Research and Trading Centre Zorvan", "Zorvan Research and Trading Centre JSC", "organisation", True),
        ("Trading Zorvan", "Zorvan Trading", "organisation", False),
        ("Zorvan Trading and Research Centre", "Zorvan Research and Trading Centre", "organisation", False),
        ("Mirage Trading Zorvan", "Zorvan Mirage Trading", "organisation", False),
        ("Eastern Golden Trading", "Golden Eastern Trading", "organisation", False),
        ("Research and Trading Centre Zorvan", "Zorvan Research and Trading Centre", "vessel", False),
        ("Zorvanmirage Ltd", "Zorvan Mirage", "organisation", True),
        ("Zorvan", "Zorvan Mirage", "organisation", False),
        ("Zorvan Mirage GmbH", "Mirage, Zorvan", "person", False),
        ("Zorvan Mirage, 9 Dune Road, Sandtown", "Zorvan Mirage", "organisation", True),
        ("C/O Zorvan Mirage", "Zorvan Mirage", "organisation", True),
        ("A/C ZORVAN MIRAGE", "Zorvan Mirage", "organisation", True),
        ("Zorvan Mirage Zorvan Mirage", "Zorvan Mirage", "organisation", True),
        ("Quillon bin Zorvan", "Zorvan bin Quillon", "person", False),
        ("Quillon bin Zorvan", "Quillon ibn Zorvan", "person", True),
        ("王小明", "王小明", "person", False),  # three letters of any script are too few by themselves
        ("王小明明", "王小明明", "person", True),
        ("黄河贸易公司", "黃河貿易公司", "organisation", False),  # two writings of one name are near, not exact
        ("Ozo", "Ozo", "organisation", False),
        ("OZO GmbH", "LIMITED LIABILITY COMPANY OZO", "organisation", False),  # the form adds no letters to a short name
        ("O.Z.O. Ltd", "Ozo LLC", "organisation", False),
        ("OZVO GmbH", "LIMITED LIABILITY COMPANY OZVO", "organisation", True),
        ("OZO Trading", "OZO Trading LLC", "organisation", True),
        ("", "Zorvan", "organisation", False),
        ("Zorvan", "!!", "organisation", False),
    ],
)
def test_exact(name, listed, kind, exact):
    assert is_exact(name, listed, kind) is exact


@pytest.mark.parametrize(
    ("listed", "kind", "tells"),
    [
        ("Zorvan Mirage", "organisation", True),
        ("Zorvanith", "organisation", True),
        ("Zorvani", "organisation", False),
        ("Hebei Zorvan", "organisation", True),
        ("Golden Gate Services Ltd", "organisation", False),
        ("Eastern Harbour Trading", "organisation", False),
        ("Ministry of Zorvanith Supplies", "organisation", False),
        ("Juan Lopez", "person", False),
        ("Juan Zorvan", "person", True),
        ("Juan Jose Garcia Lopez", "person", True),
        ("Juan", "person", False),
        ("Trading LLC", "organisation", False),
        # Two ordinary words run together tell no more than these; with a word of its own, or a place, a name does.
        ("Silvermetal Ltd", "organisation", False),
        ("Silvercom AB", "organisation", False),
        ("Silvercomp", "organisation", False),
        ("Silverzorv", "organisation", True),
        ("Zorvansteel", "organisation", True),
        ("Silvercom Zorvan", "organisation", True),
        ("Hebei Silvercom", "organisation", True),
        # More than one of an ordinary thing is as ordinary.
        ("Zorva Energies LLC", "organisation", False),
        ("Zorva Motors", "organisation", False),
        ("Zorva Motoris", "organisation", True),
    ],
)
def test_what_tells_a_party_from_others(listed, kind, tells):
    assert is_distinctive(listed, kind) is tells


@pytest.mark.parametrize(
    ("name", "listed", "against"),
    [
        ("王小明", ["王小朋"], True),
        ("王小明", ["王小朋", "王小明"], False),
        ("黄河龙", ["黃河龍"], False),
        ("黄河龙化工有限公司", ["黄河龙"], False),
        ("김철수", ["김철호"], True),
        ("王小明", ["Wang Xiaoming"], False),
        ("Wang Xiaoming", ["王小明"], False),
        ("شركة", ["شركات"], False),
        ("김철수", ["金哲洙"], False),
        ("やまだたろう", ["山田太郎"], False),
        ("山田太郎", ["山田次郎"], True),
        ("山田たろう", ["山田太郎"], True),
    ],
)
def test_another_character_is_another_name(name, listed, against):
    assert differs_in_writing(name, listed) == (listed[0] if against else "")
