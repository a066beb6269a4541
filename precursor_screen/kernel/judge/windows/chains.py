"""Movements of which the end of one is the beginning of the next: goods that come back to where they began, or go on.

A chain has two or three links. What it costs is bounded: ways round of three parties are found from the party that trades with the
fewest, so that their number is at most that of trading pairs to the power of one and a half however many one party trades with; and a
movement looks for its neighbours once a day of the gap, among masses that are sorted, however many moved that day.
"""

from __future__ import annotations

from contextlib import ExitStack

import duckdb
import numpy as np
import pyarrow as pa

from precursor_screen.core.engine import connect, fetch
from precursor_screen.kernel.judge.windows.history import Relation, derive, give, kept
from precursor_screen.kernel.judge.windows.selected import Selected
from precursor_screen.rulebook.expression import Field
from precursor_screen.rulebook.windows import Chain

_HAIR = 1e-9  # of a mass: figures that are equal in decimals are equal
_LINK = "gid, lane, row_no, day, is_new, carried"
_NODE = "concat_ws(chr(31), {})"


def chain_movements(chain: Chain, selected: Selected) -> Selected:
    """The links of chains that a new movement may be in, grouped by the parties that they are between.

    Args:
        chain: how movements follow each other.
        selected: movements of the groups of the rule.

    Returns:
        One row a (movement, chain of parties), with `carried`, and `is_last`: whether it ends a chain.
    """
    with connect() as connection, ExitStack() as stack:
        movements = stack.enter_context(
            kept(connection, _movements_between(chain, give(connection, "selected", _given(chain, selected))))
        )
        paths = _cycles(connection, stack, chain, movements) if chain.closes else _transit_parties(movements)
        paths = stack.enter_context(kept(connection, _numbered(paths)))
        lanes = stack.enter_context(kept(connection, _lanes(chain, movements, paths)))
        links = fetch(connection, f"{_links(chain, lanes).sql} order by gid, day, row_no")
        groups = fetch(connection, f"select of_group, parties from {paths} order by gid")
    keys = selected.keys.take(groups.column("of_group"))
    keys = keys.append_column(f"key_{keys.num_columns}", groups.column("parties"))
    sure = np.ones(links.num_rows, dtype=np.bool_)
    return Selected(links, {}, links.column("gid").to_numpy().astype(np.int64), sure, keys)


def _given(chain: Chain, selected: Selected) -> pa.Table:
    """What chains are found by: of the movements that the rule is sure of."""
    columns = {name: selected.movements.column(name) for name in ("row_no", "is_new", "day")} | {"gid": pa.array(selected.groups)}
    columns |= {f"end_{n}": selected.part(Field(name)) for n, name in enumerate(chain.ends)}
    columns |= {f"begin_{n}": selected.part(Field(name)) for n, name in enumerate(chain.begins)}
    columns |= {"carried": selected.part(chain.carried)} if chain.carried else {}
    return pa.table(columns).filter(pa.array(selected.sure))


def _movements_between(chain: Chain, selected: Relation) -> Relation:
    """What moved from one party to another; what a firm sends to itself is no link."""
    head, tail = (_NODE.format(", ".join(f"{side}_{n}" for n in range(len(chain.ends)))) for side in ("end", "begin"))
    carried = "cast(carried as double)" if chain.carried else "null::double"
    there = "and carried > 0" if chain.carried else ""
    return derive(
        "chain_moves",
        f"""select gid, row_no, day, is_new, {carried} as carried, {tail} as origin, {head} as target
            from {selected} where {tail} <> {head} {there}""",
        selected,
    )


def _cycles(connection: duckdb.DuckDBPyConnection, stack: ExitStack, chain: Chain, movements: Relation) -> Relation:
    """gid, a, b, c: each way round of two or three (else c is null) parties once, of which something new is a part."""
    edges = derive(
        "edges", f"select gid, origin as a, target as b, bool_or(is_new) as is_new from {movements} group by all", movements
    )
    edges = stack.enter_context(kept(connection, edges))
    pairs = f"""select x.gid, x.a, x.b, null::varchar as c from {edges} x join {edges} y on x.gid = y.gid and x.a = y.b and x.b = y.a
        where x.a < x.b and (x.is_new or y.is_new)"""
    if chain.links == 2:
        return derive("cycles", pairs, edges)
    degree = f"select gid, party, count(*) as n from (select gid, unnest([a, b]) as party from {edges}) group by all"
    ranked = derive(
        "ranked",
        f"""select edges.*, (p.n, a) < (q.n, b) as rises from {edges} edges
            join ({degree}) p on p.gid = edges.gid and p.party = a join ({degree}) q on q.gid = edges.gid and q.party = b""",
        edges,
    )
    ranked = stack.enter_context(kept(connection, ranked))
    # Kept, so that the pair that closes it is looked up for each, and nothing is joined at the party that trades with many.
    wedges = derive(
        "wedges",
        f"""select o.gid, o.a, o.b, i.a as c, o.is_new or i.is_new as is_new
            from {ranked} o join {ranked} i on o.gid = i.gid and o.a = i.b and o.b <> i.a where o.rises and not i.rises""",
        ranked,
    )
    wedges = stack.enter_context(kept(connection, wedges))
    return derive(
        "cycles",
        f"""{pairs} union all select w.gid, w.a, w.b, w.c
            from {wedges} w join {edges} r on r.gid = w.gid and r.a = w.b and r.b = w.c where w.is_new or r.is_new""",
        edges,
        wedges,
    )


def _transit_parties(movements: Relation) -> Relation:
    """gid, a: the parties that receive and send."""
    return derive(
        "transit_parties",
        f"""select gid, target as a, null::varchar as b, null::varchar as c from {movements} group by gid, target
            intersect select gid, origin, null, null from {movements} group by gid, origin""",
        movements,
    )


def _numbered(paths: Relation) -> Relation:
    """The groups of chains, from 0: the rule's own group, and the parties, from the first by name on."""
    # Of a ring it must not matter where one begins to read it.
    parties = """case when b is null then a when c is null then concat_ws(' > ', a, b) when a < b and a < c then concat_ws(' > ', a, b, c)
        when b < c then concat_ws(' > ', b, c, a) else concat_ws(' > ', c, a, b) end"""
    return derive(
        "chains",
        f"""select row_number() over (order by gid, a, b, c) - 1 as gid, gid as of_group, a, b, c, {parties} as parties
            from {paths}""",
        paths,
    )


def _lanes(chain: Chain, movements: Relation, paths: Relation) -> Relation:
    """The movements between the parties of each group, once for each of its pairs that may come last; step 0 comes first."""
    joined = f"{movements} m on m.gid = r.of_group"
    columns = "m.row_no, m.day, m.is_new, m.carried"
    if not chain.closes:
        parts = [
            f"select r.gid, 0 as lane, 2 as links, {step} as step, {columns} from {paths} r join {joined} and m.{side} = r.a"
            for step, side in enumerate(("target", "origin"))
        ]
        return derive("lanes", " union all ".join(parts), movements, paths)
    parts = []
    for links, parties in ((2, ("a", "b")), (3, ("a", "b", "c")))[: chain.links - 1]:
        for place, origin in enumerate(parties):
            target = parties[(place + 1) % links]
            steps = f"unnest(range({links})) as lane, {links} as links"
            parts.append(
                f"""select * exclude (place), (place - lane - 1 + {2 * links}) % {links} as step from (
                    select r.gid, {steps}, {place} as place, {columns} from {paths} r
                    join {joined} and m.origin = r.{origin} and m.target = r.{target} where (r.c is null) = ({links} = 2))"""
            )
    return derive("lanes", " union all by name ".join(parts), movements, paths)


def _links(chain: Chain, lanes: Relation) -> Relation:
    """The movements that are in a whole chain: those that follow another, to the last, and back again those that another follows."""
    used: list[Relation] = []
    shown = []
    for links in range(2, chain.links + 1):
        alive = [_of_step(lanes, links, 0)]
        for step in range(1, links):
            alive.append(_with_neighbour(chain, f"follows_{links}_{step}", _of_step(lanes, links, step), alive[-1], ahead=False))
        back = [alive[-1]]
        for step in range(links - 2, -1, -1):
            back.append(_with_neighbour(chain, f"leads_{links}_{step}", alive[step], back[-1], ahead=True))
        used += back
        shown += [f"select gid, row_no, day, is_new, carried, {n == 0} as is_last from {r}" for n, r in enumerate(back)]
    return derive(
        "links",
        f"""select gid, row_no, any_value(day) as day, any_value(is_new) as is_new, any_value(carried) as carried,
                   bool_or(is_last) as is_last from ({" union all ".join(shown)}) group by gid, row_no""",
        *used,
    )


def _of_step(lanes: Relation, links: int, step: int) -> Relation:
    return derive(f"step_{links}_{step}", f"select {_LINK} from {lanes} where links = {links} and step = {step}", lanes)


def _with_neighbour(chain: Chain, name: str, movements: Relation, others: Relation, *, ahead: bool) -> Relation:
    """Those of some movements that one of the others lies within the gap before (or ahead), with a comparable amount."""
    days = f"m.day and m.day + {chain.gap}" if ahead else f"m.day - {chain.gap} and m.day"
    on_days = f"""select m.*, d.day as other from {movements} m join (select distinct gid, lane, day from {others}) d
        on m.gid = d.gid and m.lane = d.lane and d.day between {days}"""
    if chain.carried is None:
        return derive(name, f"select distinct {_LINK} from ({on_days})", movements, others)
    factor = f"cast({1 + chain.tolerance} as double)"
    return derive(
        name,
        f"""select distinct {", ".join(f"m.{c.strip()}" for c in _LINK.split(","))}
            from (select *, carried / {factor} * (1 - {_HAIR}) as low from ({on_days})) m
            asof join {others} o on m.gid = o.gid and m.lane = o.lane and m.other = o.day and m.low <= o.carried
            where o.carried <= m.carried * {factor} * (1 + {_HAIR})""",
        movements,
        others,
    )
