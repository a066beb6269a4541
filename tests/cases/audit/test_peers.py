"""What everybody traded, and the place of one among them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.cases.audit import movements
from precursor_screen.cases.audit.findings import rank
from precursor_screen.cases.audit.movements import OWN as MERGED
from precursor_screen.cases.audit.movements import Limits, Peers, Rows, measure
from precursor_screen.cases.frames import to_frame, to_tuples
from tests.cases.audit.rows import FIRST, LAST, OWN, exempting, limits, row, table


def compare(*rows: dict[str, Any], own: frozenset[str] = frozenset({OWN})) -> Peers:
    trade = movements.read(table(*rows).select(list(movements.READ_OF_ALL)), FIRST, LAST, limits())
    return movements.compare(trade, FIRST, own)


def places(found: Peers) -> Rows:
    return measure(found, MERGED)


def traded(found: Peers) -> dict[str, dict[str, tuple[float, int, int]]]:
    """Kilograms, weighed and near by substance and exporter."""
    by_substance: dict[str, dict[str, tuple[float, int, int]]] = {}
    for one in to_tuples(found.traded):
        by_substance.setdefault(one.substance, {})[one.sender] = (float(one.kg), one.weighed, one.near)
    return by_substance


def made(of_acetone: dict[str, tuple[int, int, int]], partners: dict[str, tuple[int, int]] | None = None) -> Peers:
    """Peers of so many kilograms, weighed and near."""
    rows = [
        {"substance": "acetone", "sender": s, "kg": Decimal(a), "weighed": b, "near": c} for s, (a, b, c) in of_acetone.items()
    ]
    new = [{"sender": s, "partners": a, "new": b} for s, (a, b) in (partners or {}).items()]
    schema = pa.schema([("sender", pa.string()), ("partners", pa.int64()), ("new", pa.int64())])
    return Peers(to_frame(pa.Table.from_pylist(rows)), to_frame(pa.Table.from_pylist(new, schema)))


OTHER = "Quillon Reagents Corp"


def test_everybody_is_reckoned_alike() -> None:
    found = compare(
        row("1", kg="80"),
        row("2", kg="100"),
        row("3", kg=""),
        row("4", kg="10", sender=OTHER),
        row("5", kg="10", sender=OTHER.upper()),
        row("6", kg="7", sender=OTHER, substance_id="ephedrine"),
        row("7", kg="9", sender=None),
        row("8", date(2025, 12, 31), kg="500"),
        row("9", None, kg="500"),
    )
    assert traded(found) == {
        "acetone": {MERGED: (180.0, 2, 1), "quillon reagents": (20.0, 2, 0)},
        "ephedrine": {"quillon reagents": (7.0, 0, 0)},
    }
    assert {r.sender: r.rows for r in to_tuples(found.exporters)} == {MERGED: 3, "quillon reagents": 3}


@pytest.mark.parametrize(("law", "near"), [(limits(), 0), (exempting(), 1)])
def test_what_is_at_the_limit_is_near_where_it_is_exempt(law: Limits, near: int) -> None:
    trade = movements.read(table(row("1", kg="100"), row("2", kg="101")).select(list(movements.READ_OF_ALL)), FIRST, LAST, law)
    assert [(t.weighed, t.near) for t in to_tuples(trade.traded)] == [(2, near)]


def test_names_that_are_one_exporter_are_one_peer() -> None:
    found = compare(row("1", kg="1"), row("2", kg="2", sender=OTHER), own=frozenset({OWN, OTHER}))
    assert traded(found) == {"acetone": {MERGED: (3.0, 2, 0)}}


def test_partners_are_new_by_what_was_before_the_period() -> None:
    found = compare(
        row("1", date(2025, 4, 1)),
        row("2", date(2026, 1, 2)),  # met before
        row("3", date(2026, 5, 1), receiver="Nettle SARL"),  # new
        row("4", date(2026, 6, 1), receiver="Orrin SA", sender=OTHER),  # the first day of that exporter
        row("5", date(2026, 6, 1), receiver=None),
    )
    assert {p.sender: (p.partners, p.new) for p in to_tuples(found.exporters)} == {MERGED: (2, 1), "quillon reagents": (1, 0)}


def test_a_place_counts_those_with_less() -> None:
    others = {f"p{n}": (n, 10, n) for n in range(1, 6)}
    volume, near, new = places(made({MERGED: (10, 10, 5), **others}, {MERGED: (4, 1), "p1": (2, 1)}))
    assert (volume.value, volume.median, volume.below, volume.others, volume.percentile) == (10.0, 3.0, 5, 5, 100.0)
    assert (near.value, near.median, near.below, near.percentile) == (0.5, 0.3, 4, 80.0)
    assert (new.value, new.median, new.below, new.others) == (0.25, 0.5, 0, 1)


def test_a_share_of_too_few_is_none() -> None:
    near = next(p for p in places(made({MERGED: (10, 4, 4), "p1": (1, 5, 1), "p2": (1, 4, 4)})) if p.measure != "volume")
    assert (near.value, near.median, near.others, near.percentile) == (None, 0.2, 1, None)


def test_those_with_as_much_are_not_below_and_those_without_a_share_are_no_others() -> None:
    found = measure(made({"a": (5, 10, 1), "b": (5, 10, 2), "c": (7, 4, 4), "d": (1, 0, 0)}))
    told = {(m.sender, m.measure): (m.below, m.others, m.percentile) for m in found}
    assert told == {
        ("a", "volume"): (1, 3, pytest.approx(100 / 3)),
        ("b", "volume"): (1, 3, pytest.approx(100 / 3)),
        ("c", "volume"): (3, 3, 100.0),
        ("d", "volume"): (0, 3, 0.0),
        ("a", movements.SHARE): (0, 1, 0.0),
        ("b", movements.SHARE): (1, 1, 100.0),
        ("c", movements.SHARE): (0, 2, None),
    }


def test_without_others_there_is_no_place() -> None:
    assert [p.percentile for p in places(compare(row("1")))] == [None, None, None]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rows = [row(str(n), date(2026, 1 + n % 12, 3), kg=str(n + 60), sender=(OWN, OTHER)[n % 2]) for n in range(40)]
    found = [compare(*some) for some in (rows, rows[::-1], [*rows[seed * 7 :], *rows[: seed * 7]])]
    for name in ("traded", "exporters"):
        there, *others = (to_tuples(getattr(one, name)) for one in found)
        assert all(there == other for other in others)


def test_those_that_stand_out_in_most_are_ranked_first() -> None:
    names = [f"Exporter {n} Ltd" for n in range(10)]
    rows = [row(f"{n}{k}", kg=str(85 if n == 7 else 10 + n), sender=name) for n, name in enumerate(names) for k in range(6)]
    found = compare(*rows, own=frozenset())
    ranked = rank(found, {})
    assert len(ranked) == 10
    first = ranked[0]
    assert (first.name, first.stands_out, first.near, first.weighed, first.partners) == ("7 export", 2, 6, 6, 1)
    assert [name for name, _ in first.measures] == ["volume of acetone", "share just under the threshold of acetone"]


def test_an_exporter_of_nothing_named_is_not_ranked() -> None:
    found = compare(row("1", substance_id=None), own=frozenset())
    assert rank(found, {}) == []


def test_no_rows_are_no_peers() -> None:
    empty = pa.Table.from_pylist([], schema=table(row("1")).schema).select(list(movements.READ_OF_ALL))
    found = movements.compare(movements.read(empty, FIRST, LAST, limits()), FIRST)
    assert (len(found.traded), len(found.exporters), places(found)) == (0, 0, ())
    assert rank(found, {}) == []


@pytest.mark.parametrize(("exporters", "standing_out"), [(5, 0), (6, 1), (11, 2), (12, 2)])
def test_out_stands_who_is_at_the_90th_percentile_of_five_others(exporters: int, standing_out: int) -> None:
    rows = [row(str(n), kg=str(n), sender=f"Exporter {n} Ltd") for n in range(1, exporters + 1)]
    assert sum(one.stands_out for one in rank(compare(*rows, own=frozenset()), {})) == standing_out
