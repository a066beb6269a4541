"""Finds texts in a script or an alphabet in which no substance name is known, so that nothing can be recognised in them.

Latin letters cannot be judged in this way: languages with known names and languages without use the same ones.
"""

from __future__ import annotations

import re
from typing import Final

# Scripts by their blocks (Unicode 15.1, Blocks.txt) of which `data/substances/names.csv` has no name; a test compares both.
_SCRIPTS: Final = (
    "\u0530-\u058f\u0700-\u074f\u0780-\u07ff\u0980-\u0e00\u0e80-\u10ff\u1200-\u13ff\u1400-\u18af\u1950-\u19df\u1a00-\u1a1f\u1b00-\u1c4f\u1c90-\u1cbf"
    "\u2c80-\u2d2f\u2d30-\u2dff\ua000-\ua4cf\ua500-\ua63f\ua840-\ua87f\ua980-\uaadf\uab00-\uab2f\uab70-\uabff"
)
# Cyrillic and Arabic letters of languages of which no name is known: names are Russian, Ukrainian, Arabic and Persian.
_KNOWN_CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґѣ"
_KNOWN_ARABIC: Final = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيٱپچژکگیۀەھ"


def _others(first: int, last: int, known: str) -> str:
    known += known.upper()
    return "".join(chr(c) for c in range(first, last) if chr(c).isalpha() and chr(c) not in known)


_ALPHABETS: Final = (
    ("\u0400-\u052f", _others(0x400, 0x530, _KNOWN_CYRILLIC)),
    ("\u0600-\u06ff", _others(0x600, 0x700, _KNOWN_ARABIC)),
)
FOREIGN: Final = f"[{_SCRIPTS}{''.join(letters for _, letters in _ALPHABETS)}]"  # a text without any of these is covered
_OF_SCRIPTS: Final = re.compile(f"[{_SCRIPTS}]")
_OF_ALPHABETS: Final = tuple((re.compile(f"[{block}]"), re.compile(f"[{letters}]")) for block, letters in _ALPHABETS)


def is_covered(text: str) -> bool:
    """Whether names of substances are known in the writing that most letters of a text are of; a text without letters is."""
    letters = sum(c.isalpha() for c in text)
    if sum(c.isalpha() for c in _OF_SCRIPTS.findall(text)) * 2 > letters:
        return False
    return not any(other.search(text) and len(block.findall(text)) * 2 > letters for block, other in _OF_ALPHABETS)
