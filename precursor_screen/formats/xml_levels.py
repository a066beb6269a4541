"""XML messages as they are nested: opening and closing tags in order, of trees that their reader empties as it goes.

Hardened like `formats.xml`: no document type, no entities, nothing from the network, bounded depth and length of texts. Unlike lists
and registers, of which half is worse than none, a message that is damaged is read as far as it goes, and the damage is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from precursor_screen.formats.blob import unreadable

MAX_DEPTH = 200  # no message nests deeper than some twenty; deeper ones are made to exhaust the reader
MAX_ELEMENTS = 10_000_000  # of a file; the largest manifests have some hundred thousand
_STEP = 1 << 16
_NEXT_DOCUMENT = re.compile(r"(?<=>)\s*(?=<\?xml\s)")

START, END, DAMAGE = "start", "end", "damage"
Event = tuple[str, Any]  # START or END and an lxml element, or DAMAGE and a sentence


def documents_of(text: str) -> list[str]:
    """The documents of a file: some write one behind the other, or blank lines before the first, which XML forbids."""
    return _NEXT_DOCUMENT.split(text.removeprefix("\ufeff").strip())


def stream_levels(text: str, file: str = "") -> Iterator[Event]:
    """Each element as it opens and as it closes; where the text is no XML any more, one DAMAGE, and no more.

    Args:
        text: decoded; what its declaration says of an encoding is not looked at.
        file: its name, for errors.

    Raises:
        UnreadableManifest: it has a document type or entities, nests too deeply, or has too many elements.
    """
    refuse_document_type(text, file)
    data = text.encode("utf-8", "replace")
    if b"<!--" in data and _is_damaged(data):
        # Comments say nothing to be screened, and people write `--` in them, which XML forbids.
        without = _without_comments(data)
        data = data if _is_damaged(without) else without
    depth = count = 0
    parser = _parser()
    for start in range(0, len(data), _STEP):
        damage = _damage(parser.feed, data[start : start + _STEP])
        for event, element in parser.read_events():
            depth += 1 if event == START else -1
            count += event == START
            if count > MAX_ELEMENTS:
                raise unreadable(file, f"holds more than {MAX_ELEMENTS:,} elements", "Split the file.")
            if depth > MAX_DEPTH:
                raise unreadable(file, f"nests elements deeper than {MAX_DEPTH}", "Ask the sender for another file.")
            yield event, element
        if damage:
            yield DAMAGE, damage
            return
    if damage := _damage(parser.close):
        yield DAMAGE, damage


def refuse_document_type(text: str, file: str) -> None:
    """Raise where a document type stands before the first element: it is all that could define an entity."""
    place, size = 0, len(text)
    while place < size:
        if text[place].isspace() or text[place] in "\ufeff\x00":
            place += 1
        elif text.startswith("<?", place):
            place = _after(text, "?>", place)
        elif text.startswith("<!--", place):
            place = _after(text, "-->", place)
        elif text.startswith("<!", place):
            says = "holds a document type definition or entities, which are not read"
            raise unreadable(file, says, "Ask the sender for a file without them.")
        else:
            return


def _without_comments(data: bytes) -> bytes:
    """The text without what stands between `<!--` and `-->`; a comment that does not end stays."""
    parts, place = [], 0
    while (begin := data.find(b"<!--", place)) >= 0 and (end := data.find(b"-->", begin + 4)) >= 0:
        parts.append(data[place:begin])
        place = end + 3
    return b"".join((*parts, data[place:]))


def _after(text: str, mark: str, place: int) -> int:
    found = text.find(mark, place)
    return len(text) if found < 0 else found + len(mark)


def _parser() -> Any:
    return etree.XMLPullParser(
        events=(START, END), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=False, encoding="utf-8",
    )  # fmt: skip


def _damage(step: Callable[..., None], *data: bytes) -> str:
    """What is wrong at a step of a parser, in words; empty: nothing."""
    try:
        step(*data)
    except etree.XMLSyntaxError as error:
        return _sentence(error)
    return ""


def _sentence(error: Any) -> str:
    line, column = error.position
    return f"is not well formed at line {line}, column {column} ({error.msg.split(', line')[0][:120]})"


def _is_damaged(data: bytes) -> bool:
    parser = etree.XMLPullParser(
        events=(), resolve_entities=False, no_network=True, huge_tree=False, target=_Nothing(), encoding="utf-8"
    )
    return bool(_damage(parser.feed, data) or _damage(parser.close))


class _Nothing:
    """Builds no tree."""

    def close(self) -> None:
        """Nothing to hand back."""
