"""The reader of XML messages and declarations: one walk, and a layout a family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from precursor_screen.core.errors import NoManifest, UnknownFormat, Where
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.xml_levels import DAMAGE, START, stream_levels
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions
from precursor_screen.readers.messages.build import MessageContent, build
from precursor_screen.readers.messages.edi import read_text
from precursor_screen.readers.messages.layout import Layout, fold, known_roots
from precursor_screen.readers.messages.scope import Scope
from precursor_screen.readers.messages.tree import Progress, TreeMessage, lines_of_message, local

_NEXT_DOCUMENT = re.compile(r"(?<=>)\s*(?=<\?xml\s)")


class XmlReader:
    """Messages in XML."""

    name = "XML"

    def sniff(self, kind: str, head: bytes) -> bool:
        """Whether the content is XML."""
        return kind == "xml"

    def read(self, blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
        """One result: the lines of every message of the file.

        Raises:
            InputError: no message of a known kind is in it, or it has a document type.
        """
        content, text, issues = read_text(blob, options)
        gathered = MessageContent("XML", issues, asides=text.asides)
        walk = _Walk(blob.name, issues)
        # Some write one document behind the other, or blank lines before the first, which XML forbids.
        documents = _NEXT_DOCUMENT.split(content.strip())
        for layout, type_, message in (found for part in documents for found in walk.read(part)):
            gathered.format, gathered.date_order = layout.name, layout.date_order
            gathered.lines += lines_of_message(layout, type_, message)
        if not gathered.lines:
            raise walk.refuse()
        return [build(gathered, blob.name, digest, str(text.choice))]


class _Walk:
    """One file while it is read."""

    def __init__(self, file: str, issues: IssueList) -> None:
        self.progress = Progress(file, issues)
        self.found = ""
        self.known = False

    def refuse(self) -> UnknownFormat:
        """The error where no line was read: what the file is instead."""
        file, told = self.progress.file, "".join(f"; {row[4]}" for row in self.progress.issues.rows[:2])
        if self.known:
            remedy = "Ask for the manifest or declaration itself; answers and notifications are not screened."
            return NoManifest(f"is an XML message without goods: {self.found}{told}", where=Where(file), remedy=remedy)
        says = f"is XML of a kind that is not known: {self.found or 'it has no element'}{told}"
        remedy = "Export the table as XLSX or CSV, or see docs/formats.md for the messages that are read."
        return UnknownFormat(says, where=Where(file), remedy=remedy)

    def read(self, text: str) -> Iterator[tuple[Layout, str, Scope]]:
        """Each message with its layout and type."""
        opened: list[Any] = []
        message: TreeMessage | None = None
        progress = self.progress
        for event, element in stream_levels(text, progress.file):
            if event == DAMAGE:
                where = message.label() if message is not None else self.found
                says = f"the XML {element}, in {where or 'its beginning'}; what comes before was read"
                progress.issues.note_broken(says, max(progress.items, 1))
                if message is not None:
                    yield from message.finish(progress.issues)
                return
            if event == START:
                name = fold(local(element))
                opened.append(element)
                self.found = self.found or f"its root is {local(element)[:60]}"
                if message is not None:
                    message.open(element, name)
                elif layout := _layout_of(element, name):
                    self.known = True
                    if not layout.within.intersection(fold(local(e)) for e in opened[:-1]):
                        message = TreeMessage(layout, element, progress)
                continue
            opened.pop()
            if message is None:
                element.clear()
                if opened:  # an element that is empty takes its room as well
                    opened[-1].remove(element)
            elif message.root is element:
                yield from message.finish(progress.issues)
                message = None
                element.clear()
            else:
                message.close(element)


def _layout_of(root: Any, name: str) -> Layout | None:
    """The layout of a root, by its namespace where two families have a root of that name."""
    roots = known_roots()
    return roots.get(fold(root.tag)) or roots.get(name)
