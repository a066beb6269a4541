"""Matches of texts and codes to one row a (line, substance): the best signal, what agrees with it, and what the law says on the day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.engine import fetch
from precursor_screen.core.model import COUNTED_TIERS, Concern, Substance
from precursor_screen.core.schema import BY_NAME as COLUMNS
from precursor_screen.kernel.legal_status import (
    SIDES,
    THRESHOLDS,
    country_of,
    listings,
    open_countries,
    open_law,
    same_country,
    same_law,
)
from precursor_screen.kernel.resolve.distinct import LINE_NO, unnested
from precursor_screen.matching.substance.evidence import BY_NAME, LETTERS_OF_DRUGS, STRENGTHS, combined
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.nomenclature import Nomenclature, stem
from precursor_screen.rulebook.sql import literal
from precursor_screen.text.goods_words import names_other_goods
from precursor_screen.text.text import plain

# Best first. A name as written says more than one found only after folding; a code says what somebody typed into a form.
METHODS = ("name", "cas", "cus", "ec_number", "normalised", "structure", "fuzzy", "un_number", "hs")

# Headings whose goods are preparations, whatever the text leaves out: medicines in doses (1988 Convention, article 12(14)).
PREPARATION_HEADINGS = ("3003", "3004")
# Codes of finished goods, among which no chemical is classified: perfumes and cosmetics, goods of plastics, and of the other chapters leather goods,
# paper, print, clothes to works of art. From each heading to the last that begins so.
PERFUMES = ("3303", "3307")
ARTICLES = (PERFUMES, ("3916", "3926"), ("42", "42"), ("48", "49"), ("61", "96"))
FOOD = ("01", "24")  # the HS chapters of animals, plants and what is made of them to eat, drink or smoke
CHEMICALS = ("27", "39")  # the HS chapters of mineral oils, chemicals and plastics
OF_CHEMICALS = ("28", "29", "38")  # of these the chapters whose goods are chemicals throughout
# From here on a mass beside a bare abbreviation is one of chemicals: the smallest package that their trade calls bulk.
PACKAGE_KG = 25
# In such packages nothing is a dose, so the heading alone does not make it a medicine.
BULK_PACKAGES = r"\b(drum|drums|bag|bags|sack|sacks|ibc|tank|flexitank|barrel|barrels|dr|bg|sa|big bag|fibc)\b"

_NAMES = tuple(sorted(BY_NAME))
CANDIDATES = "candidates"  # a row a (line, substance) that the tiers screened list


# What rules see of a substance, and of how grave a matter it is where that is known.
_OF_SUBSTANCE: Mapping[str, Callable[[Substance, Concern | None], object]] = {
    "substance_id": lambda s, _: s.substance_id,
    "substance_name": lambda s, _: s.name,
    "parent_substance_id": lambda s, _: s.parent_substance_id or None,
    "family": lambda s, _: s.family or None,
    "licit_use": lambda _, concern: concern.licit_use if concern else None,
    "substance_route_groups": lambda s, _: s.route_groups,
    "substance_route_roles": lambda s, _: [f"{route}:{role}" for route, role in s.route_roles],
    "usual_usd_per_kg": lambda s, _: s.usual_usd_per_kg,
    "large_kg": lambda _, concern: Decimal(str(round(concern.large_kg, 6))) if concern else None,
    "own_hs6s": lambda s, _: sorted({h.hs6 for h in s.hs_codes}),
    "own_un_numbers": lambda s, _: s.un_numbers,
    "own_danger_class": lambda s, _: s.danger_class or None,
}


NUMBERS = ("cas", "cus", "ec_number", "un_number")
# The candidates with `number_alone`: a number alone tells them, beside the name of another chemical, whose mass the line states.
WITH_NUMBERS_ALONE = f"""(
    with alone as (
        select distinct n.{LINE_NO}, n.substance_id from {CANDIDATES} n join {CANDIDATES} o using ({LINE_NO})
        where n.match_method in {NUMBERS} and len(list_intersect(n.match_methods, {list(_NAMES)})) = 0
        and o.match_method in {_NAMES} and o.match_strength <> 'weak' and o.form in ('substance', 'mixture') and o.chemical <> n.chemical)
    select c.*, a.substance_id is not null as number_alone from {CANDIDATES} c left join alone a using ({LINE_NO}, substance_id))"""


def substance_table(substances: Iterable[Substance], concern: Mapping[str, Concern]) -> pa.Table:
    """What rules see of a substance, one row each; and whether its name stands for a drug."""
    every = [(s, concern.get(s.substance_id)) for s in substances]
    columns = {name: pa.array([of(*one) for one in every], COLUMNS[name].arrow) for name, of in _OF_SUBSTANCE.items()}
    drugs = [any(c.instrument in LETTERS_OF_DRUGS for c in s.controls) for s, _ in every]
    return pa.table({**columns, "stands_for_drug": pa.array(drugs, pa.bool_())})


def find_candidates(connection: duckdb.DuckDBPyConnection, columns: list[str], reference: Reference) -> str:
    """Makes the table `candidates` from the registered tables `lines` (with LINE_NO, hs6, direction, as_of_date) and `matches`.

    Returns:
        The table of the candidates that the tiers screened by default list: another one where the reference has other tiers.

    Args:
        connection: holds `lines` and `matches`.
        columns: the columns of `lines`.
        reference: substances and tiers.
    """
    connection.register("substances", substance_table(reference.substances.substances, reference.concern))
    open_countries(connection)
    connection.execute(f"create temp table found as {_found(columns)}")
    _take_for_articles(connection, columns, reference.nomenclature)
    # The name stands before the code where both point to a substance; a code stands for it only where no name does.
    # Two kinds of signal that agree are worth one step more than the better of them: "AA" beside HS 2915.24.
    connection.execute(f"""
        create temp table best as
        with ranked as (
            select *, row_number() over (partition by {LINE_NO}, substance_id
                order by method = 'hs', strength_rank, method_rank, score desc, field, start, name, matched_column) as nth,
                min(strength_rank) over (partition by {LINE_NO}, substance_id) as best_rank,
                list_sort(list(distinct method) over (partition by {LINE_NO}, substance_id)) as match_methods
            from (select *, {_rank("strength", STRENGTHS)} as strength_rank, {_rank("method", METHODS)} as method_rank from found))
        select *, {_combined()} as match_strength
        from ranked where nth = 1""")
    connection.execute(f"create temp table one_chemical as {_one_chemical()}")
    listed = CANDIDATES
    if set(reference.tiers) != set(COUNTED_TIERS):
        listed = "counted_candidates"
        _look_up_law(connection, columns, replace(reference, tiers=COUNTED_TIERS), listed)
    _look_up_law(connection, columns, reference, CANDIDATES)
    return listed


def _look_up_law(connection: duckdb.DuckDBPyConnection, columns: list[str], reference: Reference, table: str) -> None:
    """Makes a table of the rows of `best` that the tiers of the reference list, with what the law says of them."""
    open_law(connection, reference)
    leaves, comes = (country_of(side, columns) for side in SIDES)
    connection.execute(f"""
        create temp table {table} as
        -- What is known of the goods is settled before the law is looked up: joined with all lines by direction alone, it fits into no memory.
        with goods as materialized (
            select best.*, direction, as_of_date, hs6, {leaves} as dispatch, {comes} as destination, {_bulk(columns)} as in_bulk, {_heavy(columns)} as is_heavy, {_dangerous(columns)} as has_un
            from best join lines using ({LINE_NO}))
        select b.{LINE_NO}, b.substance_id, s.substance_name, s.parent_substance_id, coalesce(o.chemical, s.parent_substance_id, b.substance_id) as chemical, coalesce(law.control, []) as control, coalesce(law.own_schedules, []) as own_schedules,
               coalesce(law.tier, 'surveillance') as tier, s.family, s.licit_use, s.substance_route_groups,
               s.substance_route_roles, s.usual_usd_per_kg, s.large_kg, b.method as match_method,
               b.match_methods, {_borne_out()} as match_strength, b.score as match_score, b.matched as matched_text, b.field as matched_field, b.matched_column,
               b.start as matched_start, b."end" as matched_end, b.compared_as as matched_as,
               b.name as matched_name, b.name_verified, {_form()} as form, law.membership_verified, law.listing_known, law.announced, law.proposed,
               law.controlled_from, s.own_hs6s, s.own_un_numbers, s.own_danger_class, {listings("dispatch")} as dispatch_listings,
               {listings("destination")} as destination_listings, {", ".join(f"law.{c}" for c in THRESHOLDS)}
        from goods b join substances s using (substance_id) left join one_chemical o using ({LINE_NO}, substance_id) left join law on {same_law("b", "b", "b.name")}
        left join countries dispatch on {same_country("dispatch", "b")}
        left join countries destination on {same_country("destination", "b")}
        where law.tier is not null {"or true" if "surveillance" in reference.tiers else ""}
        order by b.{LINE_NO}, b.substance_id""")


def find_named(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What descriptions name and where: LINE_NO, `named`, a row a line that names something. Call it after `find_candidates`."""
    return fetch(
        connection,
        f"""
        with places as (
            select distinct {LINE_NO}, substance_id, start, "end" from found where field = 'description' and start is not null)
        select {LINE_NO}, list(struct_pack(substance_id := substance_id, start := start, "end" := "end") order by start, "end", substance_id)
            as named from places group by {LINE_NO}""",
    )


_SEARCHED = ("description", "marks", "other_texts", "hs_code", "other_hs_codes", "cas_numbers", "cus_codes", "un_numbers")


def _found(columns: list[str]) -> str:
    parts = []
    for field in (name for name in _SEARCHED if name in columns):
        lines, column = unnested(field)
        parts.append(
            f"select l.{LINE_NO}, {column or 'cast(null as varchar)'} as matched_column, m.* from {lines} l "
            f"join matches m on m.field = {literal(field)} and m.value = l.{field} and m.suppressed is null"
        )
    none = f"select cast(0 as bigint) as {LINE_NO}, cast(null as varchar) as matched_column, * from matches where false"
    return " union all ".join(parts) if parts else none


def _take_for_articles(connection: duckdb.DuckDBPyConnection, columns: list[str], nomenclature: Nomenclature) -> None:
    """Makes an article, and weak, of a name in goods that are named by a noun of their code, one of articles: it speaks for them, and not of a wrong code.

    Not in packages of chemicals, nor with a UN number: there the goods may be the substance under a false code.
    """
    codes = " or ".join(f"left(l.hs6, {len(first)}) between '{first}' and '{last}'" for first, last in ARTICLES)
    connection.execute(f"""create temp table among_articles as
        select {LINE_NO}, left(l.hs6, 2) as chapter, left(l.hs6, 4) between '{PERFUMES[0]}' and '{PERFUMES[1]}' as beside from lines l
        where ({codes}) and not {_bulk(columns)} and not {_dangerous(columns)}""")
    places = fetch(
        connection,
        f"""select distinct value, start, "end", chapter, beside from found join among_articles using ({LINE_NO})
            where field = 'description' and method in {_NAMES} and start is not null and form in ('substance', 'mixture')""",
    )

    def is_article(row: Mapping[str, Any]) -> bool:
        def is_of_code(word: str) -> bool:
            return row["chapter"] in nomenclature.words.get(stem(word), ())

        return names_other_goods(plain(row["value"]), row["start"], row["end"], is_of_code, beside=row["beside"])

    other = [row for row in places.to_pylist() if is_article(row)]
    if not other:
        return
    connection.register("other_goods", pa.Table.from_pylist(other, schema=places.schema))
    connection.execute(f"""update found set form = 'article', strength = 'weak' from other_goods o, among_articles a
        where found.field = 'description' and (found.value, found.start, found."end") = (o.value, o.start, o."end") and a.{LINE_NO} = found.{LINE_NO} and a.chapter = o.chapter and a.beside = o.beside""")
    connection.unregister("other_goods")


def _one_chemical() -> str:
    """SQL of (line, substance, chemical) where a line may name several: what one word may mean (`PMK oil`), and the esters of one acid, are one."""
    alone = "coalesce(parent_substance_id, substance_id)"
    return f"""
        with several as (select {LINE_NO} from best group by {LINE_NO} having count(*) > 1),
        places as (
            select {LINE_NO}, substance_id, {alone} as alone,
                min({alone}) over (partition by {LINE_NO}, coalesce(field || ' ' || start, substance_id)) as here
            from found join substances using (substance_id) semi join several using ({LINE_NO})
            where strength <> 'weak'),
        rows as (select {LINE_NO}, substance_id, min(alone) as alone, min(here) as here from places group by {LINE_NO}, substance_id)
        select {LINE_NO}, substance_id, min(here) over (partition by {LINE_NO}, alone) as chemical from rows"""


def _rank(column: str, order: tuple[str, ...]) -> str:
    cases = " ".join(f"when {literal(value)} then {i}" for i, value in enumerate(order))
    return f"case {column} {cases} else {len(order)} end"


def _combined() -> str:
    """`evidence.combined` as SQL: the best piece of evidence and whether kinds agree, the code among them."""
    cases = " ".join(
        f"when best_rank = {rank} and (len(match_methods) > 1) = {agree} then {literal(combined(strength, 1 + agree))}"
        for rank, strength in enumerate(STRENGTHS)
        for agree in (False, True)
    )
    return f"case {cases} end"


def _bulk(columns: list[str]) -> str:
    """Whether the package is one of chemicals."""
    if "package_type" not in columns:
        return "false"
    return f"coalesce(regexp_matches(lower(package_type), {literal(BULK_PACKAGES)}), false)"


def _dangerous(columns: list[str]) -> str:
    """Whether the line states a UN number, as chemicals and few other goods do."""
    return "coalesce(len(un_numbers) > 0, false)" if "un_numbers" in columns else "false"


def _heavy(columns: list[str]) -> str:
    """Whether the line weighs as much as a package of chemicals."""
    masses = [f"{name} >= {PACKAGE_KG}" for name in ("net_mass_kg", "gross_mass_kg") if name in columns]
    return f"coalesce({' or '.join(masses)}, false)" if masses else "false"


def _borne_out() -> str:
    """What the other fields of the line add to a weak name: a subheading where the substance is classified, were it a basket; and,
    where the text says nothing but the name, with or without a strength (HCL 37), packages or a mass of chemicals. The letters of drugs
    (DMT, PCP) mean too much else. A near spelling that may be an everyday word is borne out by a chapter of chemicals, their packages or a
    UN number. Two letters are a grade of fruit or coffee (AA) in the chapters of food."""
    value, matched = (f"regexp_replace({text}, '[^\\p{{L}}\\p{{N}}]', '', 'g')" for text in ("b.value", "b.matched"))
    alone = f"({value} = {matched} or regexp_replace({value}, '[0-9]{{2,3}}$', '') = {matched} and length({matched}) > 2)"
    of_chemicals = f"(b.hs6 is null or left(b.hs6, 2) between '{CHEMICALS[0]}' and '{CHEMICALS[1]}')"
    return f"""case when b.method in {_NAMES} and regexp_matches({matched}, '^[A-Za-z]{{2}}$') and left(b.hs6, 2) between '{FOOD[0]}' and '{FOOD[1]}' then 'weak'
        when b.match_strength = 'weak' and b.method in {_NAMES} and b.form != 'article' and not s.stands_for_drug
        and (list_contains(s.own_hs6s, b.hs6) or ((b.in_bulk or b.is_heavy) and {of_chemicals} and {alone}))
        or b.match_strength = 'weak' and b.method = 'fuzzy' and b.form != 'article' and (left(b.hs6, 2) in {OF_CHEMICALS} or b.in_bulk or b.has_un)
        then {literal(combined("weak", 2))} else b.match_strength end"""


def _form() -> str:
    """The form of the goods, from the text and from what the HS code says of it."""
    headings = ", ".join(literal(h) for h in PREPARATION_HEADINGS)
    # A subheading of its own in chapters 28 and 29 holds the chemical itself: a word such as "kit" or "tablets" in the text
    # must not make it something else.
    return f"""case when list_contains(b.match_methods, 'hs') and b.best_rank = 0 and left(b.hs6, 2) in ('28', '29') then 'substance'
        when b.form = 'substance' and left(b.hs6, 4) in ({headings}) and not b.in_bulk then 'preparation' else b.form end"""
