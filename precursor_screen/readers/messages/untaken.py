"""What no field took of a segment: who hides goods writes them where nobody reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.scope import UNREAD, Scope

# A word of six letters, words of four, two characters of Chinese, Japanese or Korean, or a number with the look of a CAS number. Shorter
# ones are codes: MEK and GBL are a carrier and a port here.
_LETTER: Final = r"[^\W\d_]"
_WORDS: Final = re.compile(
    rf"{_LETTER}{{6}}|{_LETTER}{{4}}.*\s|\s.*{_LETTER}{{4}}|[\u3041-\u9fff\uac00-\ud7af\uf900-\ufaff]{{2}}"
    r"|(?<!\d)\d{2,7} ?[-\u2010-\u2015\u2212] ?\d{2} ?[-\u2010-\u2015\u2212] ?\d(?!\d)",
    re.DOTALL,
)


def keep_untaken(scope: Scope, segment: Segment, more: Iterable[str] = ()) -> None:
    """Adds to a level what no field took of a segment since the log was emptied; more: what is taken and not yet in a field."""
    for text in list(untaken(segment, (*scope.log, *more))):
        scope.add(UNREAD, f"{segment.tag or 'line'}, in no field", text)


def untaken(segment: Segment, taken: Iterable[str]) -> Iterator[str]:
    """The components of a segment with words in them that are in none of the texts taken from it.

    Args:
        segment: as it was sent.
        taken: what fields, texts that go on and issues hold of it.
    """
    known = " ".join(" ".join(taken).split())
    for element in segment.elements:
        for component in element:
            text = " ".join(component.split())
            if text not in known and _WORDS.search(text):
                yield text
