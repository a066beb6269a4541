"""XML as a stream of records: one hardened engine for manifests, lists and registers.

Entities, document type definitions and anything from the network are refused. Names are local names, without their
namespace, because publishers change namespaces more often than tags. A file that is not well formed is never mended:
the error names line and column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from msgspec import Struct

from precursor_screen.core.errors import PrecursorScreenError, UnreadableManifest

_PROLOGUE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL)
MAX_DEPTH = 200  # no message or list nests deeper than some twenty; deeper ones are made to exhaust the reader


class Record(Struct, frozen=True):
    """One record. `element` has local names throughout.

    `number` counts the records of the file from 1. The element is emptied when the next record is asked for.
    """

    element: Element
    number: int

    @property
    def name(self) -> str:
        """The local name."""
        return self.element.tag


def stream_records(
    source: IO[bytes] | bytes,
    names: Collection[str],
    *,
    file: str = "",
    error: type[PrecursorScreenError] = UnreadableManifest,
) -> Iterator[Record]:
    """Yield each outermost element whose local name is among `names`, as soon as its closing tag is read.

    Memory holds one record at a time, whatever the file's size.

    Args:
        source: an open binary file, or its bytes.
        names: local names of records; a record within a record belongs to the outer one.
        file: its name, for errors.
        error: what to raise.

    Raises:
        error: not well formed (with line and column), cut short, nested too deeply, or with a document type or entities.
    """
    stream = BytesIO(source) if isinstance(source, bytes) else source
    path: list[Element] = []
    inside = 0  # how many of the open elements are records
    number = 0
    with _located_errors(file, error):
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                if len(path) >= MAX_DEPTH:
                    raise error(f"Elements nest deeper than {MAX_DEPTH}.", where=file, remedy="Ask the sender for another file.")
                _use_local_names(element)
                path.append(element)
                inside += element.tag in names
                continue
            path.pop()
            if element.tag in names:
                inside -= 1
                if not inside:
                    number += 1
                    yield Record(element, number)
            if not inside:
                element.clear()
                if path:
                    path[-1].remove(element)


def read_root(
    source: IO[bytes] | bytes, *, file: str = "", error: type[PrecursorScreenError] = UnreadableManifest
) -> tuple[str, dict[str, str]]:
    """The local name and the attributes of the root element; what follows its opening tag is not judged.

    Raises:
        error: as `stream_records`.
    """
    stream = BytesIO(source) if isinstance(source, bytes) else source
    with _located_errors(file, error):
        for _, element in iterparse(stream, events=("start",), forbid_dtd=True):
            _use_local_names(element)
            return element.tag, dict(element.attrib)
    raise error("The XML has no element.", where=file, remedy="Fetch the file again.")


def find_root_name(head: bytes) -> str:
    """The local name of the root element by the first bytes of a file, well formed or not; empty if they hold no XML.

    UTF-16 is looked at as if its zero bytes were not there, as root names are ASCII.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")
    found = _PROLOGUE.match(head)
    return found[1].decode("latin-1") if found else ""


def find_text(element: Element, path: str) -> str:
    """The text of the first descendant at `path` (local names joined by `/`), stripped; empty if there is none."""
    return (element.findtext(path) or "").strip()


def find_texts(element: Element, path: str) -> list[str]:
    """The texts of all descendants at `path`, stripped, empty ones left out."""
    return [text for found in element.findall(path) if (text := (found.text or "").strip())]


def _use_local_names(element: Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    if any("}" in key for key in element.attrib):
        element.attrib = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}


@contextmanager
def _located_errors(file: str, error: type[PrecursorScreenError]) -> Iterator[None]:
    try:
        yield
    except ParseError as problem:
        line, column = problem.position
        reason = str(problem).split(":")[0]
        message = f"The XML is not well formed at line {line}, column {column + 1}: {reason}."
        raise error(message, where=file, remedy="Fetch or export the file again; it is damaged or was cut short.") from problem
    except DefusedXmlException as problem:
        message = f"The XML holds a document type definition or entities ({type(problem).__name__}), which are not read."
        raise error(message, where=file, remedy="Ask for a file without them.") from problem
    except (LookupError, ValueError) as problem:
        message = f"The XML names an encoding that is not known, or holds bytes that are not in it: {problem}."
        raise error(message, where=file, remedy="Save it as UTF-8.") from problem
