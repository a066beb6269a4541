"""What a description is worth: how many informative words it has, and whether it could hide anything."""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.rulebook.atoms import re2_escape
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import fold, literal

VAGUE_LIST, PACKING_LIST = "vague_goods", "packing_words"


def description_facts(lists: Mapping[str, NamedList]) -> str:
    """SQL over `texts(description)`: description, is_vague, description_tokens.

    Vague terms and words of packing are taken out; what is left are the informative words. A text is vague when nothing is
    left: it holds only such words, only figures or symbols, or one letter again and again.
    """
    # Every blank is doubled, so that the blank behind one term can stand before the next in a single pass.
    words = f"' ' || regexp_replace({fold('description')}, '[^\\pL]+', '  ', 'g') || ' '"
    without_terms = f"regexp_replace({words}, {_any_of(lists[VAGUE_LIST])}, ' ', 'g')"
    left = f"regexp_replace({without_terms}, {_any_of(lists[PACKING_LIST])}, ' ', 'g')"
    return f"""
        with left_over as (select description, trim({left}) as rest from texts),
        counted as (
            select *, case when rest = '' then 0
                else len(list_filter(string_split_regex(rest, ' +'), lambda x: length(x) >= 2 or not regexp_matches(x, '^[a-z]$'))) end as words
            from left_over)
        select description, words as description_tokens,
               words = 0 or len(list_distinct(string_split(replace(rest, ' ', ''), ''))) <= 1 as is_vague
        from counted"""


def _any_of(named: NamedList) -> str:
    terms = sorted(named.terms, key=lambda t: (-len(t), t))  # RE2 takes the first that fits: the longest must come first
    joined = " || '|' || ".join(f"regexp_replace({fold(literal(re2_escape(t)))}, ' +', '  ', 'g')" for t in terms)
    return f"('(?: (?:' || {joined} || ') )+')"
