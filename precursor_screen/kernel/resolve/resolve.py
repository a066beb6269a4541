"""Joins lines and matches into the three tables that rules judge, with all that is derived for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.engine import ask, connect, fetch
from precursor_screen.core.model import Rate
from precursor_screen.core.schema import DATES, DECIMAL, TYPES
from precursor_screen.kernel.legal_status import SIDES
from precursor_screen.kernel.match import Matches
from precursor_screen.kernel.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.resolve.descriptions import description_facts, find_identified
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved, column_or_nulls, encode
from precursor_screen.kernel.resolve.goods_facts import add_equipment_facts, add_goods_facts
from precursor_screen.kernel.resolve.parties import find_party_candidates, role_facts
from precursor_screen.kernel.resolve.party_facts import add_party_facts
from precursor_screen.kernel.resolve.quantities import CANDIDATE_COLUMNS, NAMED, quantify
from precursor_screen.kernel.resolve.quantities import LINE_COLUMNS as MASS_LINE_COLUMNS
from precursor_screen.kernel.resolve.register_facts import add_register_facts
from precursor_screen.kernel.resolve.substances import CANDIDATES, WITH_NUMBERS_ALONE, find_candidates, find_named
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.evaluate import whole
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import literal
from precursor_screen.text.codes import find_cas
from precursor_screen.text.countries import PLACES_OF, country_of_cell
from precursor_screen.text.substance_mass import OTHER_GOODS
from precursor_screen.text.us_ports import country_by_schedule

_TEXT_PART = 8 << 20  # bytes of descriptions that are looked at together
_TEXTS = TYPES["texts"]
# Lists over the line's substance candidates, as aggregates of the table `candidates`.
_SUBSTANCE_LISTS = {
    "substance_ids": "list_sort(list(distinct substance_id) filter (where not weak_code))",
    "substance_ids_by_cas": "list_sort(list(distinct substance_id) filter (where list_has_any(match_methods, ['cas', 'ec_number'])))",
    "substance_ids_by_description": "list_sort(list(distinct substance_id) filter (where matched_field = 'description' or named))",
    "substance_ids_by_hs": "list_sort(list(distinct substance_id) filter (where own_code))",
    "substance_hs6s": "list_sort(list_distinct(flatten(list(own_hs6s) filter (where matched_field = 'description' or named))))",
    "route_groups": "list_sort(list_distinct(flatten(list(substance_route_groups) filter (where not weak_code))))",
}
# Of the candidates that the tiers screened by default list: a rule that asks for none of them must not lose its flags with another tier.
_LISTED = {"substance_ids_listed": "substance_ids", "substance_ids_listed_by_description": "substance_ids_by_description"}


def resolve(
    lines: pa.Table,
    inputs: pa.Table,
    matches: Matches,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
) -> Resolved:
    """Makes LINE_FACTS, SUBSTANCE_CANDIDATE and PARTY_CANDIDATE.

    Args:
        lines: LINE columns that are supplied, one row a line.
        inputs: input_id, supplied_fields; coded_fields where known.
        matches: of the texts, codes and names of these lines at least.
        reference: all else.
        parallel_map: how the comparison of names is spread; changes nothing in the result.

    Returns:
        Tables in a fixed order; facts that no rule asks for are left out where they are costly.
    """
    wanted = frozenset[str]().union(*(r.columns for r in reference.rules)) if reference.rules else frozenset[str]()
    lines = lines.append_column(LINE_NO, pa.array(np.arange(lines.num_rows)))
    implied = implied_countries(lines, inputs)
    lines = with_countries(_with_codes(lines, reference, implied), implied)
    if "always_filed" in wanted:
        filed = pa.array([list(reference.always_filed)], _TEXTS).take(pa.array(np.zeros(lines.num_rows, np.int64)))
        lines = lines.append_column("always_filed", filed)
    with connect() as connection:
        connection.register("lines", lines)
        connection.register("matches", matches.substances)
        listed = find_candidates(connection, lines.column_names, reference)
        candidates = fetch(connection, f"select * from {WITH_NUMBERS_ALONE} order by {LINE_NO}, substance_id")
        named = find_named(connection)
        parties = find_party_candidates(
            connection,
            lines.column_names,
            matches.parties,
            matches.mentions,
            find_identified(lines, reference),
            reference,
        )
        connection.register("party_candidates", parties)
        lines = _with_substance_lists(connection, lines, listed)
        lines = _with_role_facts(connection, lines, parties, wanted)
        lines = _with_descriptions(lines, reference)
    lines = add_equipment_facts(lines)
    lines = add_goods_facts(lines, reference.nomenclature, reference.lists)
    lines = add_party_facts(lines, candidates, parties, wanted, matches.keepers, matches.keys, parallel_map)
    candidates = _with_quantities(lines, candidates, named, reference)
    with connect() as connection:
        lines, candidates = add_register_facts(connection, lines, candidates, parties, reference)
    return Resolved(lines, candidates, parties, inputs)


def _with_codes(lines: pa.Table, reference: Reference, implied: pa.Table) -> pa.Table:
    """hs6, hs_chapter, direction, as_of_date, value_usd: what a line says by itself; `implied`: the countries of its ports."""
    names = set(lines.column_names)
    code = column_or_nulls(lines, "hs_code")
    dates = [lines.column(d) for d in DATES if d in names]
    day = pc.coalesce(*dates, pa.repeat(pa.scalar(reference.as_of, pa.date32()), lines.num_rows))
    facts = {
        "hs6": pc.if_else(pc.greater_equal(pc.utf8_length(code), 6), pc.utf8_slice_codeunits(code, 0, 6), _NONE),
        "hs_chapter": pc.utf8_slice_codeunits(code, 0, 2),
        "direction": _direction(lines, implied, reference.own_countries),
        "as_of_date": day,
        "value_usd": pa.nulls(lines.num_rows, DECIMAL),
    }
    if {"value", "currency"} <= names:
        values = lines.select([LINE_NO, "value", "currency"]).append_column("day", day)
        query = f"select {_in_dollars('day', reference.rates)} as usd from stated order by {LINE_NO}"
        facts["value_usd"] = ask(query, stated=values).column("usd")
    if "direction" in names:
        lines = lines.drop_columns(["direction"])  # where it is told, it stands behind: all parts of a run are alike
    return set_columns(lines, facts)


def _in_dollars(day: str, rates: Sequence[Rate]) -> str:
    """SQL of the value in US dollars, by the last rate on or before the day, else the first; null for a currency without one, and for what
    no column holds."""
    cases = ["when currency in ('USD', 'US$', '$') then value"]
    for currency, mine in groupby(rates, key=lambda r: r.currency):
        first, *later = mine
        steps = "".join(f" when {day} >= {literal(r.day)} then {r.usd}" for r in reversed(later))
        factor = f"(case{steps} else {first.usd} end)" if steps else str(first.usd)
        cases.append(f"when currency = {literal(currency)} then round(value::double * {factor}, 2)")
    return f"try_cast(case {' '.join(cases)} end as decimal(18,6))"


def _direction(lines: pa.Table, implied: pa.Table, own: Sequence[str]) -> pa.ChunkedArray:
    """As stated, else from the jurisdiction: dispatch from one's own country is export, destination there import. Where a line does not say
    whence or whither, the country of the sender or of the receiver stands for it, else that of the port."""
    stated = column_or_nulls(lines, "direction")
    sides = [[table.column(c) for table in (lines, implied) for c in side if c in table.column_names] for side in SIDES]
    leaves, comes = (pc.is_in(pc.coalesce(*side), pa.array(own, pa.string())) if side else pa.scalar(False) for side in sides)
    derived = pc.if_else(leaves, pc.if_else(comes, "domestic", "export"), pc.if_else(comes, "import", _NONE))
    return pc.coalesce(stated, derived)


def _with_substance_lists(connection: duckdb.DuckDBPyConnection, lines: pa.Table, listed: str) -> pa.Table:
    found = _substance_lists(connection, lines, CANDIDATES, _SUBSTANCE_LISTS)
    always = found
    if listed != CANDIDATES:
        always = _substance_lists(connection, lines, listed, {name: _SUBSTANCE_LISTS[name] for name in _LISTED.values()})
    return set_columns(lines, {**found, **{name: always[of] for name, of in _LISTED.items()}})


def _substance_lists(
    connection: duckdb.DuckDBPyConnection, lines: pa.Table, candidates: str, wanted: Mapping[str, str]
) -> dict[str, pa.Array]:
    """Each list over the candidates of a table, a value a line."""
    lists = ", ".join(f"coalesce({sql}, []) as {name}" for name, sql in wanted.items())
    query = f"""
        with marked as (
            select *, match_methods = ['hs'] and match_strength <> 'strong' as weak_code,
                   matched_field in ('hs_code', 'other_hs_codes') and match_strength = 'strong' or list_contains(own_code_ids, substance_id) as own_code,
                   len(list_intersect(match_methods, ['name', 'normalised', 'fuzzy', 'structure'])) > 0 and match_strength <> 'weak' as named
            from {candidates} left join (
                select {LINE_NO}, list(distinct substance_id) as own_code_ids from found
                where field in ('hs_code', 'other_hs_codes') and strength = 'strong' group by {LINE_NO}) using ({LINE_NO}))
        select {LINE_NO}, {lists} from marked where match_strength <> 'weak' or weak_code group by {LINE_NO}"""
    found = fetch(connection, query)
    at = pc.index_in(lines.column(LINE_NO), found.column(LINE_NO))
    at = pc.fill_null(at, found.num_rows)  # a row of empty lists, which most lines have
    empty = pa.array([[]], _TEXTS)
    return {name: pa.concat_arrays([whole(found.column(name)), empty]).take(at) for name in wanted}


def _with_role_facts(
    connection: duckdb.DuckDBPyConnection, lines: pa.Table, parties: pa.Table, wanted: frozenset[str]
) -> pa.Table:
    facts = role_facts(parties, wanted)
    if not facts:
        return lines
    lists = ", ".join(f"{sql} as {name}" for name, sql in facts)
    query = f"""
        with a as (select {LINE_NO}, {lists} from party_candidates group by {LINE_NO})
        select {", ".join(f"a.{name}" for name, _ in facts)} from lines l left join a using ({LINE_NO}) order by l.{LINE_NO}"""
    return set_columns(lines, fetch(connection, query))


def _with_descriptions(lines: pa.Table, reference: Reference) -> pa.Table:
    """What descriptions say; all null where no input has any."""
    invalid = _invalid_cas(lines) if "description" in lines.column_names else pa.nulls(lines.num_rows, _TEXTS)
    facts = facts_of_texts(column_or_nulls(lines, "description"), reference.lists)
    return set_columns(lines, facts).append_column("invalid_cas_numbers", invalid)


def facts_of_texts(descriptions: pa.ChunkedArray, lists: Mapping[str, NamedList]) -> pa.Table:
    """`description_facts` of each line; each distinct text is looked at once, some megabytes at a time: each step copies all of them."""
    encoded = encode(descriptions.cast(pa.large_string()))  # all of them together may be more than 2 GB
    texts = encoded.dictionary
    parts = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False)) // _TEXT_PART
    begins = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(texts)]
    facts = [description_facts(texts.slice(begin, end - begin).cast(pa.string()), lists) for begin, end in pairwise(begins)]
    return pa.concat_tables(facts).take(encoded.indices)


def _invalid_cas(lines: pa.Table) -> pa.ChunkedArray:
    """Numbers written or announced as a CAS number that fail their check digit or cannot be read, from the text and from the column."""
    column = lines.column("description")
    # A cheap test first: two hyphens between figures are rare in goods descriptions, and so is the word CAS before one.
    announced = r"(?i:\bc\.?a\.?s\.?[^a-z]{0,4}(?:(?:rn|no|nr|num[a-z]*|reg[a-z]*|n[°º]|número|numéro)[^a-z]{0,4})*[a-z]?[0-9])"
    likely = pc.match_substring_regex(column, rf"[0-9]{{2,7}}-[0-9]{{2}}-[0-9]|{announced}")
    if "cas_numbers" in lines.column_names:
        likely = pc.or_kleene(likely, pc.is_valid(lines.column("cas_numbers")))
    rows = pc.indices_nonzero(pc.fill_null(likely, False)).to_pylist()
    found: list[list[str] | None] = [[] for _ in range(lines.num_rows)] if rows else []
    for row in rows:
        texts = [column[row].as_py() or ""]
        if "cas_numbers" in lines.column_names:
            texts += lines.column("cas_numbers")[row].as_py() or []
        found[row] = sorted({code.number for text in texts for code in find_cas(text) if not code.valid})
    if not rows:
        offsets = pa.array([0] * (lines.num_rows + 1), pa.int32())
        return pa.chunked_array([pa.ListArray.from_arrays(offsets, pa.array([], pa.string()))])
    return pa.chunked_array([pa.array(found, _TEXTS)])


def _with_quantities(lines: pa.Table, candidates: pa.Table, named: pa.Table, reference: Reference) -> pa.Table:
    own, rows = candidates.select([c for c in CANDIDATE_COLUMNS if c != NAMED]), candidates.column(LINE_NO)
    facts = {name: lines.column(name).take(rows) for name in MASS_LINE_COLUMNS if name in lines.column_names}
    facts[NAMED] = named.column(NAMED).take(pc.index_in(rows, named.column(LINE_NO)))
    masses = quantify(set_columns(own, facts), reference)
    return set_columns(candidates, _of_the_named(masses, candidates.column("number_alone")))


def _of_the_named(masses: pa.Table, number_alone: pa.ChunkedArray) -> pa.Table:
    """The masses, of which a substance that a number alone tells beside another name has none for sure: they are those of what is named."""
    if not pc.any(number_alone).as_py():
        return masses
    sure = pc.and_(number_alone, pc.is_valid(masses.column("substance_mass_kg")))
    readings = pa.array(
        [[f"{kg.normalize():f}"] if kg is not None else None for kg in masses.column("substance_mass_kg").to_pylist()], _TEXTS
    )
    changed = {
        "goods_mass_kg": pa.scalar(None, masses.schema.field("goods_mass_kg").type),
        **{name: pa.scalar(None, masses.schema.field(name).type) for name in ("substance_mass_kg", "content_mass_kg")},
        "mass_readings": readings,
        "mass_doubt": pa.scalar(OTHER_GOODS),
        "mass_confidence": pa.scalar("low"),
    }
    return set_columns(masses, {name: pc.if_else(sure, value, masses.column(name)) for name, value in changed.items()})


# Countries that ports tell where none is filed.
#
# They are facts of a line and come after its identity, so that a line has the id of what was filed, whatever the table of codes knows.

BY_PORT = "countries_by_port"
_NEXT = "\x1e"
_NONE = pa.scalar(None, pa.string())


def implied_countries(lines: pa.Table, inputs: pa.Table) -> pa.Table:
    """What the ports of each line tell, null where they tell nothing: the country of dispatch and of destination, under their names, and
    in `countries_by_port` those of the two that the line does not file, with the port.

    Args:
        lines: LINE columns.
        inputs: input_id, and `coded_fields` (the fields of ports in which nearly all cells are codes) where that is known.
    """
    implied: dict[str, pa.ChunkedArray] = {}
    said = []
    for country, places in PLACES_OF.items():
        found = [_implied_country(lines, inputs, place) for place in places if place in lines.column_names]
        if found:
            implied[country] = pc.coalesce(*(countries for countries, _ in found))
            filed = pc.is_valid(lines.column(country)) if country in lines.column_names else pa.scalar(False)
            by = pc.binary_join_element_wise(f"{country} from", pc.coalesce(*(port for _, port in found)), " ")
            said.append(pc.if_else(filed, _NONE, by))
    if not said:
        return pa.table({})
    joined = pc.coalesce(pc.binary_join_element_wise(*said, _NEXT), *said) if len(said) > 1 else said[0]
    return pa.table({**implied, BY_PORT: pc.split_pattern(joined, _NEXT)})


def with_countries(lines: pa.Table, implied: pa.Table) -> pa.Table:
    """The lines with `countries_told` where they file no country."""
    told = zip(implied.column_names, implied.columns, strict=True)
    return set_columns(lines, {name: pc.coalesce(column_or_nulls(lines, name, column.type), column) for name, column in told})


def _implied_country(lines: pa.Table, inputs: pa.Table, place: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The country that one field tells, and the field with its cell; each distinct cell is looked at once."""
    column = lines.column(place)
    texts = pc.unique(column).drop_null()
    at = pc.index_in(column, value_set=texts)
    told = (country_of_cell(text) or country_by_schedule(text) for text in texts.to_pylist())
    countries = pa.array(told, pa.string()).take(at)
    coded = _coded(inputs, place)
    if len(coded):
        unlisted = pa.array((country_of_cell(t, among_codes=True) for t in texts.to_pylist()), pa.string()).take(at)
        mine = pc.is_in(lines.column("input_id"), value_set=coded)
        countries = pc.coalesce(countries, pc.if_else(mine, unlisted, _NONE))
    port = pc.binary_join_element_wise(place, column, " ")
    return countries, pc.if_else(pc.is_valid(countries), port, _NONE)


def _coded(inputs: pa.Table, place: str) -> pa.Array:
    """The inputs in which nearly all cells of a field are codes."""
    if "coded_fields" not in inputs.column_names:
        return pa.array([], pa.string())
    return pa.array((row["input_id"] for row in inputs.to_pylist() if place in (row["coded_fields"] or ())), pa.string())
