"""The words of HTML as lines of text, of mails above all, where nothing is asked but what they say."""

from __future__ import annotations

import html
import re
from typing import Final

# Neither sign may stand within a tag: else a message of nothing but "<" takes the square of its length.
_BREAK: Final = re.compile(r"(?i)<(?:br|hr|/(?:p|div|tr|td|th|li|ul|ol|table|h\d|title|head|body|pre))\b[^<>]*>")
_BEGIN: Final = re.compile(r"(?i)<(pre|p|div|tr|td|th|li|ul|ol|table|h\d|title|head|body)\b[^<>]*>")
_TYPED: Final = re.compile(r"(?i)(</?pre\b[^<>]*>)")  # between these a blank is one, and so is the end of a line
_BLANKS: Final = re.compile(r"[\s\v]+")
_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*>")  # "<99 % ACETONE>" is words
_CODE: Final = re.compile(r"(?i)<(script|style)\b[^<>]*>[^<]*</\1\s*>")  # one that is not closed, or holds "<", stays as words


def words_of_html(text: str) -> str:
    """The words of HTML: a tag within a word does not part it, one that begins a block does where no line has just ended."""
    made, as_typed = [], False
    for part in _TYPED.split(_CODE.sub("\n", text)):
        if _TYPED.fullmatch(part):
            as_typed = part[1] != "/"
        made.append(part if as_typed else _BLANKS.sub(" ", part))
    lines = _BREAK.sub("\n", _BEGIN.sub(_begun, "".join(made)))
    return html.unescape(_TAG.sub("", re.sub(r"(?:\n ?)?\v", "\n", lines))).replace("\xa0", " ")


def _begun(tag: re.Match[str]) -> str:
    return "\v• " if tag[1].lower() == "li" else "\v"
