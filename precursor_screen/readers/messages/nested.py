"""The readers of messages that are nested, one walk and a layout a family: XML, and JSON by its public schemas.

JSON and XML of an unknown schema are tables of their paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from precursor_screen.core.errors import NoManifest, UnknownFormat, UnreadableManifest
from precursor_screen.formats.blob import Blob, unreadable
from precursor_screen.formats.json_levels import Linked, Members, as_text, flat, stream_documents, stream_tree, type_of
from precursor_screen.formats.sheet import OutOfTableText
from precursor_screen.formats.xml_levels import DAMAGE, START, documents_of, stream_levels
from precursor_screen.readers.interface import Digest, InputContent, InputTables, IssueList, MessageContent, Reader, ReadOptions
from precursor_screen.readers.messages.edi import read_text
from precursor_screen.readers.messages.layout import FEEDS, Layout, fold, fold_tag, known_roots, load_layout
from precursor_screen.readers.messages.scope import Scope
from precursor_screen.readers.messages.tree import Progress, TreeMessage, lines_of_message, local
from precursor_screen.readers.tabular.files import read_tables
from precursor_screen.readers.tabular.header_rows import ADDED_UP


def read_xml(blob: Blob, digest: Digest, options: ReadOptions) -> Sequence[InputContent]:
    """One result: the lines of every message of the file; a table where its schema is not known.

    Raises:
        InputError: neither a message of a known kind nor a table with goods is in it, or it has a document type.
    """
    content, text, issues = read_text(blob, options)
    message_content = MessageContent("XML", issues, digest, str(text.choice), out_of_table_texts=text.out_of_table_texts)
    walk = _Walk(blob.name, issues)
    for layout, type_, message in (found for part in documents_of(content) for found in walk.read(part)):
        message_content.format, message_content.date_order = layout.name, layout.date_order
        message_content.lines += lines_of_message(layout, type_, message)
    if message_content.lines:
        return [message_content]
    tables = [] if walk.known or walk.is_answer() else _as_tables(blob, digest, options)
    if not any(_has_goods(one) for one in tables):
        raise walk.refuse()
    return tables


def _has_goods(one: InputTables) -> bool:
    """Whether the table of a file of an unknown schema lists goods: a text alone may be that of an answer or a web page."""
    fields = {field for _, field in one.input.mapping}
    return one.lines.num_rows > 0 and "description" in fields and not fields.isdisjoint(("hs_code", *ADDED_UP))


def _as_tables(blob: Blob, digest: Digest, options: ReadOptions) -> Sequence[InputTables]:
    """The tables of a file of an unknown schema, by its paths; empty if it cannot be read as one."""
    try:
        return read_tables(blob, digest, options)
    except UnreadableManifest:
        return []


XML = Reader(lambda kind, _: kind == "xml", read_xml)


_ANSWER = re.compile(r"\b(?:CC|IE)\d{3}[A-Z]?$|(?:Response|Acknowledge?ment|Receipt|Error)$", re.IGNORECASE)


class _Walk:
    """One file while it is read."""

    def __init__(self, file: str, issues: IssueList) -> None:
        self.progress = Progress(file, issues)
        self.found = ""
        self.known = False

    def refuse(self) -> UnknownFormat:
        """The error where no line was read: what the file is instead."""
        file, noted = self.progress.file, "".join(f"; {row[4]}" for row in self.progress.issues.rows[:2])
        if self.known:
            remedy = "Ask for the manifest or declaration itself; answers and notifications are not screened."
            return NoManifest(f"is an XML message without goods: {self.found}{noted}", where=file, remedy=remedy)
        says = f"is XML of a kind that is not known: {self.found or 'it has no element'}{noted}"
        remedy = "Export the table as XLSX or CSV, or see docs/formats.md for the messages that are read."
        return UnknownFormat(says, where=file, remedy=remedy)

    def is_answer(self) -> bool:
        """Whether the file is an answer or a notice of customs, or another message of a family that is known: it repeats what was declared."""
        return _ANSWER.search(self.found) is not None

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
                    yield from message.complete(progress.issues)
                return
            if event == START:
                opened.append(element)
                self.found = self.found or f"its root is {local(element)[:60]}"
                if message is not None:
                    message.open(element)
                elif layout := _layout_of(element):
                    self.known = self.known or not layout.shared
                    if not layout.within.intersection(fold(local(e)) for e in opened[:-1]):
                        message = TreeMessage(layout, element, progress)
                continue
            opened.pop()
            if message is None:
                element.clear()
                if opened:  # an element that is empty takes its room as well
                    opened[-1].remove(element)
            elif message.root is element:
                yield from message.complete(progress.issues)
                message = None
                element.clear()
            else:
                message.close(element)


def _layout_of(root: Any) -> Layout | None:
    """The layout of a root, by its namespace where two families have a root of that name."""
    roots = known_roots()
    return roots.get(fold(root.tag)) or roots.get(fold_tag(root.tag))


FoundMessage = tuple[Layout, str, Members]  # layout, name of the root, and what the message says
PlacedText = tuple[str, str]  # path and text


def read_json(blob: Blob, digest: Digest, options: ReadOptions) -> Sequence[InputContent]:
    """One result: the lines of every message of the file; a table where there is none.

    Raises:
        InputError: it is no JSON, or beyond the limits.
    """
    content, text, issues = read_text(blob, options)
    message_content = MessageContent("JSON", issues, digest, str(text.choice))
    progress, out_of_table_texts = Progress(blob.name, issues), list[PlacedText]()
    for layout, name, members in _messages(content, progress, out_of_table_texts):
        message_content.format, message_content.date_order = layout.name, layout.date_order
        message_content.lines += _lines(layout, name, members, progress)
    if not message_content.lines:
        return read_tables(blob, digest, options)
    message_content.out_of_table_texts = (
        *text.out_of_table_texts,
        *(OutOfTableText(None, path, stated) for path, stated in out_of_table_texts),
    )
    return [message_content]


def _may_be_known(kind: str, head: bytes) -> bool:
    """Whether the content may be a message of a known schema."""
    plain = head.replace(b"\x00", b"")
    return kind == "json" and any(hint in plain for hint in _hints())


JSON = Reader(_may_be_known, read_json)


@lru_cache(maxsize=1)
def _hints() -> tuple[bytes, ...]:
    return tuple(hint.encode() for name in FEEDS for hint in load_layout(name).hints)


def _messages(content: str, progress: Progress, out_of_table_texts: list[PlacedText]) -> Iterator[FoundMessage]:
    """Each message; what stands around messages is out of the table."""
    layouts = [layout for layout in map(load_layout, FEEDS) if any(hint in content for hint in layout.hints)]
    marked = [layout for layout in layouts if layout.marks]
    linked = [layout for layout in layouts if not layout.marks]
    rest: list[Any] = []
    try:
        for event, value in stream_documents(content, progress.file):
            if event == DAMAGE:
                progress.issues.note_broken(f"the JSON {value}; what comes before was read", max(progress.items, 1))
                continue
            around: list[PlacedText] = []
            found = list(_nested(value, marked, around, ""))
            yield from found
            if found or not linked:
                out_of_table_texts += around
            else:
                rest.append(value)
        for layout in linked:
            yield from _linked(layout, rest, progress, out_of_table_texts)
    except RecursionError as error:
        raise unreadable(progress.file, "is JSON nested too deeply", "Ask the sender for another file.") from error


def _nested(value: Any, layouts: Sequence[Layout], out_of_table_texts: list[PlacedText], path: str) -> Iterator[FoundMessage]:
    """The messages in a value: objects that have the marks of a layout."""
    for one in flat(value):
        if not isinstance(one, Members):
            out_of_table_texts.append((path or "the document", as_text(one)))
        elif layout := next((layout for layout in layouts if all(_has(one, mark) for mark in layout.marks)), None):
            yield layout, layout.names[0], one
        else:
            for key, inner in one:
                yield from _nested(inner, layouts, out_of_table_texts, f"{path}.{as_text(key)}".lstrip("."))


def _has(members: Members, path: tuple[str, ...]) -> bool:
    """Whether an object holds another, or a list, at a path."""
    here: list[Any] = [members]
    for step in path:
        here = [
            value for one in here if isinstance(one, Members) for key, found in one if fold(key) == step for value in flat(found)
        ]
    return bool(here)


def _linked(
    layout: Layout, documents: Sequence[Any], progress: Progress, out_of_table_texts: list[PlacedText]
) -> Iterator[FoundMessage]:
    """The messages of linked objects: the outermost of them, and what no outer one refers to."""
    graph = Linked(documents, layout.inverse, progress.file)
    for kind in layout.names:
        inner = {id(one) for node in graph.nodes for one in graph.parts(node)}
        nodes = [node for node in graph.nodes if _is(node, kind)]
        # A ring of waybills that all refer to each other has no outermost one.
        for node in [*(n for n in nodes if id(n) not in inner), *nodes]:
            if id(node) not in graph.reached:
                yield layout, kind, graph.resolve(node)
    for key, name in graph.missing:
        says = f"{key} are referred to that are not in the file: what they say was not read"
        progress.issues.add_one_of_many("unread-part", says, row=max(progress.items, 1), value=name)
    for node in graph.unreached():
        place = f"{type_of(node) or 'object'} that no waybill refers to"
        stated = ((key, one) for key, value in node for one in flat(value))
        out_of_table_texts += (
            (place, as_text(one)) for key, one in stated if not (isinstance(one, Members) or key.startswith("@"))
        )


def _is(node: Members, kind: str) -> bool:
    stated = type_of(node)
    return stated == kind if stated else kind == "Waybill" and node.get("waybillNumber") is not None


def _lines(layout: Layout, name: str, members: Members, progress: Progress) -> list[Any]:
    message: TreeMessage | None = None
    for event, element in stream_tree(name, members, progress.file):
        if message is None:
            message = TreeMessage(layout, element, progress)
        elif event == START:
            message.open(element)
        elif element is not message.elements[-1]:
            message.add_leaf(element)
        elif element is not message.root:
            message.close(element)
    completed = message.complete(progress.issues) if message is not None else ()
    return [line for one in completed for line in lines_of_message(*one)]
