from __future__ import annotations

from precursor_screen.core.grouped import grouped


def test_things_stand_by_what_they_have_in_common_in_their_order():
    found = grouped((word[0], word) for word in ("beta", "alpha", "bar", "all"))
    assert list(found.items()) == [("b", ["beta", "bar"]), ("a", ["alpha", "all"])]
    assert grouped([]) == {}
