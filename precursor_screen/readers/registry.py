"""All readers, and the one way in: a file to its inputs."""

from __future__ import annotations

import re
import zlib
from os import SEEK_END
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.errors import InputError, MappingError, NoManifest, UnknownFormat, UnreadableManifest, raise_all
from precursor_screen.core.issues import ISSUE_CODES, SET_ASIDE, UNSCREENABLE, WORDS_ALONE
from precursor_screen.core.words import first_few
from precursor_screen.formats.archive import gunzip, is_document, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import MAX_NESTING, Blob, unreadable
from precursor_screen.formats.flow import DOCUMENTS
from precursor_screen.formats.mail import Mail, is_outlook, open_mail, open_outlook, safe_name
from precursor_screen.formats.sheet import numbered
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.formats.table import open_sheets
from precursor_screen.readers.input_tables import input_without_lines, issue_table, no_lines, without_lines
from precursor_screen.readers.interface import Digest, InputContent, InputTables, IssueList, Reader, ReadOptions
from precursor_screen.readers.mails import read_body, read_words, words_of
from precursor_screen.readers.messages.build import build_tables
from precursor_screen.readers.messages.cargo_imp import CARGO_IMP
from precursor_screen.readers.messages.edi import EDI
from precursor_screen.readers.messages.ices import ICES
from precursor_screen.readers.messages.nested import JSON, XML
from precursor_screen.readers.tabular.files import PASTED, TABLES, read_as_laid_out
from precursor_screen.readers.tabular.reader import read_sheets
from precursor_screen.readers.tabular.unfold import carried_over
from precursor_screen.readers.words_alone import is_prose, without_table_issues, words_alone
from precursor_screen.reference.watchlists import ofac_csv, private_csv
from precursor_screen.reference.watchlists.builder import Importer
from precursor_screen.reference.watchlists.interface import HEAD_BYTES, ListFile
from precursor_screen.reference.watchlists.registry import IMPORTERS

# What is given by mistake: a watchlist, or a report of this program. Screened as goods it would look clear, or like a long list
# of hits.

_LISTS: Final = ("text", "xml", "json")
_OF_FLAGS: Final = (frozenset(("flag_id", "rule_id", "line_id")), frozenset(("line_id", "source_file", "source_row")))
_SHEETS: Final = re.compile(rb'<sheet\b[^>]*\bname="([^"]*)"')
_OWN_SHEETS: Final = frozenset((b"Shipments", b"Flags", b"Evidence", b"Coverage", b"Run"))
_KEY: Final = re.compile(rb'"(\w+)"\s*:')


def refuse_other_formats(blob: Blob, kind: str, head: bytes) -> None:
    """Refuses a report of this program, and a watchlist in a layout that is imported.

    Args:
        blob: the input, unpacked.
        kind: of its content.
        head: its first bytes.

    Raises:
        NoManifest: it is one of these.
    """
    if _is_report(blob, kind, head):
        remedy = "Give the manifests that it was made from; keep reports out of the folders that you screen."
        raise NoManifest("is a report of this program, not a manifest", where=blob.name, remedy=remedy)
    if layout := _layout_of(blob, head) if kind in _LISTS else _layout_of_workbook(blob, kind):
        remedy = "To screen against it, import it: precursor-screen watchlists import LIST_ID FILE"
        raise NoManifest(f"is a watchlist ({layout}), not a manifest", where=blob.name, remedy=remedy)


def _layout_of(blob: Blob, head: bytes) -> str:
    path = blob.source if isinstance(blob.source, Path) else Path(blob.name)
    file = ListFile(Path(blob.name).name, path, head[:HEAD_BYTES], blob.source if isinstance(blob.source, bytes) else None)
    for importer in IMPORTERS:
        if importer.recognise([file]) and _is_sure(importer, head):
            return importer.name
    return ""


def _is_sure(importer: Importer, head: bytes) -> bool:
    """Whether a layout that is told by little is one: tables of a number and eleven cells, or with a column `name`, may be manifests."""
    if importer is private_csv.IMPORTER:
        return {"entry_id", "name"} <= _columns(head)
    return importer is not ofac_csv.IMPORTER or b"-0-" in head


def _layout_of_workbook(blob: Blob, kind: str) -> str:
    """The one layout of a workbook, by words of its header; the workbook itself is read by a process of its own, and not here."""
    return "dfat-xlsx" if kind == "zip" and b"Name of Individual or Entity" in _part(blob, "xl/sharedStrings.xml") else ""


def _part(blob: Blob, name: str) -> bytes:
    """The beginning of a part of a workbook; empty where it has none."""
    try:
        with open_zip(blob) as archive:
            if name not in archive.NameToInfo:
                return b""
            with archive.open(name) as stream:
                return stream.read(HEAD_BYTES)
    except (UnreadableManifest, BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return b""  # who reads it says what is wrong with it


def _columns(head: bytes) -> frozenset[str]:
    line = head.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    return frozenset(cell.strip().strip('"') for cell in re.split(r"[,;\t]", line))


def _is_report(blob: Blob, kind: str, head: bytes) -> bool:
    """Whether a file is one of the reports of this program."""
    match kind:
        case "text":
            return head.startswith(b"precursor-screen: ") or any(columns <= _columns(head) for columns in _OF_FLAGS)
        case "json":
            keys = frozenset(key.decode() for key in _KEY.findall(head[:4096]))
            return {"schema_version", "run", "tool_version"} <= keys or _OF_FLAGS[0] <= keys
        case "html":
            return b"<title>Precursor screening report" in head[:8192]
        case "zip":
            return frozenset(_SHEETS.findall(_part(blob, "xl/workbook.xml"))) >= _OWN_SHEETS
        case "parquet":
            with blob.open() as stream:
                stream.seek(-min(blob.size(), HEAD_BYTES), SEEK_END)
                tail = stream.read()
            return all(name in tail for name in (b"flag_id", b"rule_id", b"shipment_id", b"because"))
    return False


# E-mails: what is attached is read as files are; the words of the message are screened beside them.


def read_mail(blob: Blob, kind: str) -> Mail | None:
    """What an e-mail holds; None where the file is none.

    Raises:
        UnreadableManifest: damaged, or beyond the limits.
    """
    if kind == "mail":
        return open_mail(blob)
    return open_outlook(blob) if kind == "ole" and is_outlook(blob) else None


COMMENT = "comment of the archive"

# In the order in which they are asked; the reader of tables takes any text, so it comes last.
READERS: tuple[Reader, ...] = (EDI, CARGO_IMP, ICES, XML, JSON, TABLES)


def read(source: Path | bytes, name: str = "", options: ReadOptions | None = None) -> list[InputTables]:
    """Every input in a file: its sheets, or the members of an archive.

    Args:
        source: path or bytes.
        name: as reports shall call it; by default the path.
        options: encoding and column map.

    Raises:
        InputError: nothing in the file can be read. A member of an archive that cannot be read is an input without lines, with an
            issue that says why.
    """
    tables = build_tables(read_contents(source, name, options))
    if tables and all(one.refused is not None for one in tables):
        raise_all([one.refused for one in tables if one.refused is not None])
    return tables


def read_contents(source: Path | bytes, name: str = "", options: ReadOptions | None = None) -> list[InputContent]:
    """The same before the tables of messages are built, by `build.build_tables`: those of several files go together."""
    blob = Blob(name or (str(source) if isinstance(source, Path) else "input"), source)
    return _read_blob(blob, options or ReadOptions(), 0)


def _read_blob(blob: Blob, options: ReadOptions, depth: int) -> list[InputContent]:
    """Every input in a file; one without any line, of which nothing says why, says so."""
    found = _open_blob(blob, options, depth)
    tables = [one for one in found if isinstance(one, InputTables)]
    if len(tables) == len(found) and is_prose(tables):
        tables = [without_table_issues(one) for one in tables]
        found = [*tables]
    if (
        len(tables) < len(found)
        or any(one.refused is not None for one in tables)
        or any(one.lines.num_rows for one in tables)
        or any(ISSUE_CODES[code].effect in _SAYS_WHY for one in tables for code in one.issues.column("code").to_pylist())
    ):
        return found
    if any(one.out_of_table_texts is not None for one in tables):
        return [_without_lines(tables[0], WORDS_ALONE, "it has no table of goods; only its words were screened"), *tables[1:]]
    return [_without_lines(tables[0], "no-lines", "no line of goods was found; nothing in it was screened"), *tables[1:]]


_SAYS_WHY = (SET_ASIDE, UNSCREENABLE)  # effects of issues that tell why there is no line
_TOGETHER = 64  # members of an archive, whose messages take more room until their tables are built
_LOGO = 10_000  # bytes; a signature's picture has fewer, a legible page of a list more


def _without_lines(one: InputTables, code: str, message: str) -> InputTables:
    issues = IssueList(one.input.name)
    issues.add(code, message)
    return replace(one, issues=pa.concat_tables([one.issues, issue_table(issues, no_lines())]))


def _open_blob(blob: Blob, options: ReadOptions, depth: int) -> list[InputContent]:
    head = blob.head()
    kind = sniff_kind(head)
    if kind == "gzip" and depth < MAX_NESTING:
        return _read_blob(gunzip(blob), options, depth + 1)
    if kind == "zip":
        with open_zip(blob) as archive:
            members = None if is_workbook(archive) or is_document(archive) else unzip(archive, blob)
            kind = "docx" if is_document(archive) else kind
        if members is not None:
            if depth >= MAX_NESTING:
                raise unreadable(blob.name, "holds archives within archives", "Unpack it first.")
            comments = read_words([(COMMENT, text) for text in members.comments], blob, COMMENT, "ZIP")
            return [*_read_members(blob, members.blobs, members.errors, options, depth, bool(comments)), *comments]
    if kind in ("pdf", "docx"):
        return _read_document(blob, options, depth)
    mail = read_mail(blob, kind)
    if mail is not None:
        return _read_mail(blob, mail, options, depth)
    if not options.pasted and options.mapping is None:
        refuse_other_formats(blob, kind, head)
    digest = Digest(blob.sha256(), blob.size())
    for reader in (PASTED, *READERS) if options.pasted else READERS:
        if reader.sniff(kind, head):
            try:
                return list(reader.read(blob, digest, options))
            except MappingError:
                raise
            except InputError as error:
                return [words_alone(error, blob, kind, digest, options.encoding)]
    open_sheets(blob, options.encoding)  # raises the error that names the kind
    raise UnknownFormat("is in a file format that is not supported", where=blob.name, remedy="Convert it to CSV or XLSX.")


def _read_document(blob: Blob, options: ReadOptions, depth: int) -> list[InputContent]:
    """The tables of printed pages or of a document, and what is attached to them."""
    sheets, digest = open_sheets(blob), Digest(blob.sha256(), blob.size())
    if sheets[0].format in DOCUMENTS:
        tables = read_as_laid_out(sheets, blob.name, digest, options)
    else:
        sheets = list(carried_over(sheets))
        read = zip(sheets, read_sheets(sheets, blob.name, digest, options), strict=True)
        tables = [table for sheet, table in read if not sheet.form or table.lines.num_rows]
    names = numbered(safe_name(name) for name, _ in sheets[0].attached)
    attached = tuple(Blob(f"{blob.name}!{name}", held) for name, (_, held) in zip(names, sheets[0].attached, strict=True))
    if depth < MAX_NESTING:
        return [*tables, *_read_members(blob, attached, (), options, depth, others=True)]
    deep = (unreadable(one.name, "is attached within attachments", "Save it, and screen that.") for one in attached)
    return [*tables, *map(_unread, deep)]


def _read_mail(blob: Blob, mail: Mail, options: ReadOptions, depth: int) -> list[InputContent]:
    if depth >= MAX_NESTING:
        raise unreadable(blob.name, "holds e-mails within e-mails", "Save its attachments, and screen those.")
    words = words_of(mail, blob)  # what it says is screened, though nothing that is attached may be readable
    pictures = _pictures(blob, mail)
    if not mail.blobs and not mail.errors and not mail.inner:
        remedy = "Save the table that it shows as a file, or paste its text: `screen -` reads standard input."
        if body := read_body(mail, blob, options, ()):
            return [*body, *pictures]
        if not words:
            raise unreadable(blob.name, "is an e-mail with nothing attached", remedy)
        return [
            _without_lines(words[0], WORDS_ALONE, f"is an e-mail with nothing attached; only its words were screened. {remedy}"),
            *pictures,
        ]
    inner: list[InputContent] = []
    errors: list[InputError] = list(mail.errors)
    for message, held in mail.inner:
        try:
            words_alone = not held.blobs and not held.errors and not held.inner
            if words_alone:
                inner += read_body(held, message, options, ()) or words_of(held, message)
            else:
                inner += _read_mail(message, held, options, depth + 1)
        except MappingError:
            raise
        except InputError as error:
            errors.append(error)
            inner += words_of(held, message)
    attached = [*inner, *_read_members(blob, mail.blobs, tuple(errors), options, depth, bool(inner or words))]
    return [*attached, *(read_body(mail, blob, options, attached) or words), *pictures]


def _pictures(blob: Blob, mail: Mail) -> list[InputTables]:
    """One issue for the pictures in the text of a mail: a note where none is larger than a logo."""
    if not mail.pictures:
        return []
    large = [name for name, size in mail.pictures if size > _LOGO]
    names = large or [name for name, _ in mail.pictures]
    count = "1 picture" if len(names) == 1 else f"{len(names)} pictures"
    what = "which cannot be screened: look, as a list of goods may be one" if large else "as small as a logo"
    code = "unread-part" if large else "wordless-part"
    return [
        _issue_alone(f"{blob.name}!(pictures)", code, f"the e-mail shows {count} in its text, {what} ({first_few(names, 5)})")
    ]


def _read_members(
    blob: Blob, members: tuple[Blob, ...], errors: tuple[InputError, ...], options: ReadOptions, depth: int, others: bool = False
) -> list[InputContent]:
    results: list[InputContent] = []
    failed: list[InputError] = list(errors)
    for number, member in enumerate(members, 1):
        try:
            results += _read_blob(member, options, depth + 1)
            if number % _TOGETHER == 0:
                results[:] = build_tables(results)
        except MappingError:
            raise
        except InputError as error:
            failed.append(error)
    if not results and not others:
        if len(failed) == 1:
            raise failed[0]
        may_name = f"holds nothing that can be read ({len(failed)} members)"
        raise unreadable(blob.name, may_name, "Unpack it and look at what it holds.")
    if failed or others or not all(isinstance(one, InputTables) and one.refused for one in results):
        results = [_as_member(one) for one in results]
    return [*results, *(_unread(error) for error in failed)]


def _as_member(one: InputContent) -> InputContent:
    """A member of an archive that is refused is an issue of it; its words stay."""
    if not isinstance(one, InputTables) or one.refused is None:
        return one
    return replace(one, refused=None, issues=pa.concat_tables([one.issues, _unread(one.refused).issues]))


def _unread(error: InputError) -> InputTables:
    kinds = ((NoManifest, "no-manifest"), (UnknownFormat, "unknown-format"), (InputError, "unreadable-file"))
    code = next(code for kind, code in kinds if isinstance(error, kind))
    return _issue_alone(error.where.file, code, f"{error.message}. {error.remedy}".strip())


def _issue_alone(name: str, code: str, message: str) -> InputTables:
    """An issue about what gave no lines."""
    issues = IssueList(name)
    issues.add(code, message)
    return without_lines(input_without_lines(name, Digest("", 0)), issues)
