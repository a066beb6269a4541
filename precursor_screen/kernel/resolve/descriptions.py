"""What a description is worth: how many informative words it has, and whether it could hide anything."""

from __future__ import annotations

import re
from collections.abc import Mapping

from precursor_screen.rulebook.atoms import re2_escape
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import fold, fold_terms, literal

VAGUE_LIST, PACKING_LIST, DOCUMENT_LIST = "vague_goods", "packing_words", "document_words"
# One of these at least, so that a word such as "list" or "full" among packing words alone refers to nothing.
_DOCUMENTS = (
    r" (?:invoices?|inv|proforma|att?ached|attd?|attachments?|enclos\pL+|annex\pL*|appendix|pack(?:ing)? *list\pL*|list\pL*|documents?|"
    r"manifest|orders?|contracts?|overleaf|facturas?|adjunt\pL+|anex\pL+|faturas?|factures?|ci +joint\pL*|rechnung|anlage|anhang|lieferschein|"
    r"fattura|allegat\pL+|factuur|bijlage|faktura|zalacznik|инво[ий]су?|счету|приложени\pL+|спецификации|below|above|rider|quotation|msds|remarks?|next +(?:page|line)|fakt\pL+|fatura\pL*) |附件|附表|发票|發票|清单|清單|装箱单|裝箱單|別紙|添付|첨부"
)


def description_facts(lists: Mapping[str, NamedList]) -> str:
    """SQL over `texts(description)`: description, is_vague, is_reference, description_tokens, lexicon_terms (ids of the lists found).

    A text is vague when nothing is left of it without vague terms and words of packing: it holds only such words, only
    figures or symbols, or one letter again and again. Otherwise its informative words are all but those of packing: "acid"
    alone is vague, "citric acid" is two words. A text is a reference when nothing is left without words of documents either, and
    one of those is there: "as per invoice 4711 attached". References are vague too.
    """
    # Every blank is doubled, so that the blank behind one term can stand before the next in a single pass.
    # Dotted initials are one word (N.O.S., L.P.G.); single Latin letters are none.
    words = f"regexp_replace(' ' || regexp_replace(replace({fold('description')}, '.', ''), '[^\\pL]+', '  ', 'g') || ' ', '(?: [a-z] )+', ' ', 'g')"
    unpacked = f"regexp_replace(words, {_any_of(lists[PACKING_LIST])}, ' ', 'g')"
    # Words and letters are counted by what goes when blanks or a letter are taken out: as lists, a text of a megabyte takes forty.
    # Terms may hold words of packing ("load and count"), so they are taken from the whole text.
    specific = (
        f"regexp_replace(regexp_replace(words, {_any_of(lists[VAGUE_LIST])}, ' ', 'g'), {_any_of(lists[PACKING_LIST])}, ' ', 'g')"
    )
    # Chinese does not part words, so its terms stand within a run of characters.
    # `specific` has lost blanks at its ends and where terms stood.
    elsewhere = (
        f"regexp_replace(regexp_replace(' ' || specific || ' ', ' +', '  ', 'g'), {_any_of(lists[DOCUMENT_LIST])}, ' ', 'g')"
    )
    elsewhere = f"regexp_replace({elsewhere}, {_han_of(lists[DOCUMENT_LIST])}, '', 'g')"
    return f"""
        with split as (select description, {words} as words from texts),
        counted as (
            select description, words, trim({specific}) as specific,
                   trim(regexp_replace({unpacked}, ' +', ' ', 'g')) as kept from split),
        told as (
            select description, words, regexp_matches(words, {literal(_DOCUMENTS)}) and trim({elsewhere}) = '' as is_reference,
                   specific = '' or replace(replace(specific, ' ', ''), left(specific, 1), '') = '' or is_reference as is_vague,
                   if(kept = '', 0, length(kept) - length(replace(kept, ' ', '')) + 1) as tokens from counted)
        select description, is_vague, is_reference, case when is_vague then 0 else tokens end as description_tokens, {_lexicons(lists)} as lexicon_terms
        from told"""


def _lexicons(lists: Mapping[str, NamedList]) -> str:
    found = [
        f"case when regexp_matches(words, {_any_of(named)}) then {literal(name)} end"
        for name, named in sorted(lists.items())
        if named.lexicon
    ]
    return f"list_filter([{', '.join(found)}], lambda x: x is not null)" if found else "cast([] as varchar[])"


def _han_of(named: NamedList) -> str:
    terms = [t for t in named.terms if any(ord(c) >= 0x3040 for c in t)]
    return literal("(?:" + "|".join(sorted(terms, key=lambda t: (-len(t), t))) + ")")


def _any_of(named: NamedList) -> str:
    terms = sorted(named.terms, key=lambda t: (-len(t), t))  # RE2 takes the first that fits: the longest must come first
    joined = "|".join(re.sub(" +", "  ", t) for t in fold_terms(tuple(re2_escape(t) for t in terms)))
    return literal(f"(?: (?:{joined}) )+")
