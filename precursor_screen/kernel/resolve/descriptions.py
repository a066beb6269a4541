"""What a description is worth: how many informative words it has, and whether it could hide anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.rulebook.atoms import re2_escape
from precursor_screen.rulebook.evaluate import folded
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import fold_terms

VAGUE_LIST, PACKING_LIST, DOCUMENT_LIST = "vague_goods", "packing_words", "document_words"
# One of these at least, so that a word such as "list" or "full" among packing words alone refers to nothing.
_DOCUMENTS = (
    r" (?:invoices?|inv|proforma|att?ached|attd?|attachments?|enclos\pL+|annex\pL*|appendix|pack(?:ing)? *list\pL*|list\pL*|documents?|"
    r"manifest|orders?|contracts?|overleaf|facturas?|adjunt\pL+|anex\pL+|faturas?|factures?|ci +joint\pL*|rechnung|anlage|anhang|lieferschein|"
    r"fattura|allegat\pL+|factuur|bijlage|faktura|zalacznik|инво[ий]су?|счету|приложени\pL+|спецификации|below|above|rider|quotation|msds|remarks?|next +(?:page|line)|fakt\pL+|fatura\pL*) |附件|附表|发票|發票|清单|清單|装箱单|裝箱單|別紙|添付|첨부"
)


def description_facts(texts: pa.Array, lists: Mapping[str, NamedList]) -> pa.Table:
    """What each of some descriptions is worth.

    A text is vague when nothing is left of it without vague terms and words of packing: it holds only such words, only
    figures or symbols, or one letter again and again. Otherwise its informative words are all but those of packing: "acid"
    alone is vague, "citric acid" is two words. A text is a reference when nothing is left without words of documents either, and
    one of those is there: "as per invoice 4711 attached". References are vague too.

    Returns:
        description_tokens, is_vague, is_reference, lexicon_terms (ids of the lists found), in the order of the texts.
    """
    without = pc.replace_substring_regex
    # Every blank is doubled, so that the blank behind one term can stand before the next in a single pass.
    # Dotted initials are one word (N.O.S., L.P.G.); single Latin letters are none.
    words = _between_blanks(without(pc.replace_substring(folded(texts), ".", ""), r"[^\pL]+", "  "))
    words = without(words, "(?: [a-z] )+", " ")
    vague, packing, documents = (_any_of(lists[name].terms) for name in (VAGUE_LIST, PACKING_LIST, DOCUMENT_LIST))
    # Terms may hold words of packing ("load and count"), so they are taken from the whole text.
    specific = _trimmed(without(without(words, vague, " "), packing, " "))
    kept = _trimmed(without(without(words, packing, " "), " +", " "))
    # Chinese does not part words, so its terms stand within a run of characters.
    # `specific` has lost blanks at its ends and where terms stood.
    elsewhere = without(without(_between_blanks(specific), " +", "  "), documents, " ")
    elsewhere = without(elsewhere, _han_of(lists[DOCUMENT_LIST].terms), "")
    is_reference = pc.and_(pc.match_substring_regex(words, _DOCUMENTS), pc.equal(_trimmed(elsewhere), ""))
    letters = pc.replace_substring(specific, " ", "")
    first = pc.utf8_slice_codeunits(letters, 0, 1)
    one_letter_or_none = pc.equal(letters, pc.binary_repeat(first, pc.utf8_length(letters)))
    is_vague = pc.or_(one_letter_or_none, is_reference)
    tokens = pc.if_else(pc.or_(is_vague, pc.equal(kept, "")), 0, pc.add(pc.count_substring(kept, " "), 1))
    return pa.table(
        {
            "description_tokens": pc.cast(tokens, pa.int64()),
            "is_vague": is_vague,
            "is_reference": is_reference,
            "lexicon_terms": _lexicons(words, lists),
        }
    )


def _between_blanks(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(" ", texts, " ", "")


def _trimmed(texts: pa.Array) -> pa.Array:
    return pc.utf8_trim(texts, " ")


def _lexicons(words: pa.Array, lists: Mapping[str, NamedList]) -> pa.Array:
    found: list[list[str]] = [[] for _ in range(len(words))]
    for name, named in sorted(lists.items()):
        if named.lexicon:
            for row in pc.indices_nonzero(pc.match_substring_regex(words, _any_of(named.terms))).to_pylist():
                found[row].append(name)
    return pa.array(found, pa.list_(pa.string()))


@cache
def _han_of(terms: tuple[str, ...]) -> str:
    han = [t for t in terms if any(ord(c) >= 0x3040 for c in t)]
    return "(?:" + "|".join(sorted(han, key=lambda t: (-len(t), t))) + ")"


@cache
def _any_of(terms: tuple[str, ...]) -> str:
    longest_first = sorted(terms, key=lambda t: (-len(t), t))  # RE2 takes the first that fits
    joined = "|".join(re.sub(" +", "  ", t) for t in fold_terms(tuple(re2_escape(t) for t in longest_first)))
    return f"(?: (?:{joined}) )+"
