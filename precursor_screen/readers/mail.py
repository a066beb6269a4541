"""E-mails: what is attached is read as files are; the words of the message are screened beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from precursor_screen.core.model import Input
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.mail import Mail, is_outlook, open_mail, open_outlook
from precursor_screen.formats.sheet import OutOfTableText
from precursor_screen.readers.finish import input_id, issue_table, no_lines
from precursor_screen.readers.interface import Digest, InputTables, IssueList
from precursor_screen.readers.tabular.beside import lines_aside, says_something

BODY = "text of the e-mail"


def read_mail(blob: Blob, kind: str) -> Mail | None:
    """What an e-mail holds; None where the file is none.

    Raises:
        UnreadableManifest: damaged, or beyond the limits.
    """
    if kind == "mail":
        return open_mail(blob)
    return open_outlook(blob) if kind == "ole" and is_outlook(blob) else None


def read_body(mail: Mail, blob: Blob) -> list[InputTables]:
    """The words of a message and of its header as an input without lines, if there are any that could name something."""
    said = [(BODY, line.strip()) for line in mail.text.splitlines() if line.strip()]
    return read_words([*said, *mail.heads], blob, BODY, "e-mail")


def read_words(said: Sequence[tuple[str, str]], blob: Blob, called: str, format_name: str) -> list[InputTables]:
    """Words that stand in no table as an input without lines; none where nothing could be named by them.

    Args:
        said: where each text stands, and the text.
        blob: the file that holds them.
        called: what the input is called behind the file's name.
        format_name: of the file.
    """
    asides = (
        [OutOfTableText(None, p, t) for (p, t), says in zip(said, says_something([t for _, t in said]), strict=True) if says]
        if said
        else []
    )
    if not asides:
        return []
    name = f"{blob.name}!({called})"
    digest = Digest(blob.sha256(), blob.size())
    described = Input(input_id(name, digest), name, digest.sha256, digest.size, format_name, "", None, (), (), frozenset(), 0)
    lines = no_lines()
    beside = lines_aside(asides, name, input_id(name, digest), digest.sha256)
    return [InputTables(described, lines, pa.table({}), issue_table(IssueList(name), lines), beside)]
