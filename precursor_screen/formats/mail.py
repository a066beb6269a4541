"""E-mails (RFC 5322 with MIME, and Outlook's .msg) to the files that are attached and the words of the message.

Sources: RFC 5322, RFC 2045 to 2047, RFC 2231, through the standard library; [MS-OXMSG] 2.2 for the streams of a .msg.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage
from itertools import islice
from typing import Final

import olefile
from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest, UsageError
from precursor_screen.formats.blob import MAIL_BYTES, MAX_NESTING, MEMBERS, Blob, unreadable
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.page_words import words_of_html

# A part that signs the mail is passed over if it is a signature: DER, or PGP's armour.
_SIGNATURES: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_USUAL_PREAMBLE: Final = "This is a multi-part message in MIME format."
_SIGNED: Final = (b"0\x80", b"0\x81", b"0\x82", b"0\x83", b"-----BEGIN PGP SIGNATURE", b"\x89\x01", b"\x88")
# Lines of the header that programs write for programs; all others people write, or choose.
_TECHNICAL: Final = re.compile(
    r"received|return-path|delivered-to|message-id|references|in-reply-to|date|mime-version|content-(?!description).*|dkim-.*|arc-.*"
    r"|authentication-results|received-spf|list-.*|user-agent|x-.*|thread-index|domainkey.*|precedence|auto-submitted|importance|priority"
    r"|original-.*|resent-(?:date|message-id)|autocrypt|feedback-id|require-recipient.*|accept-language",
    re.I,
)
_UUENCODED: Final = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]*)\r?\n(.*?)^end[ \t]*$", re.M | re.S)
_BASE64: Final = re.compile(r"\s*[A-Za-z0-9+/]{20}[A-Za-z0-9+/\s]*={0,2}\s*")
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
_MOST_COMPARED: Final = 1_000_000_000  # lines times letters: a second
BODY: Final = "text of the e-mail"
_TABLE: Final = re.compile(r"(?i)<table\b")
_WORDS: Final = ("text/plain", "text/html")  # of the message; other text without a name (text/csv) is a file
# Of a page that was saved (RFC 2557).
_OF_PAGES: Final = ("text/css", "text/javascript", "application/javascript", "application/x-javascript")
# What mail programs state without looking; the ladder of encodings finds each where it is true.
_FOUND_BY_ITSELF: Final = ("us-ascii", "ascii", "utf-8", "utf8")
_APART: Final = re.compile(r"[\x00-\x1f!#/\\]")
_ATTACHMENT: Final = "__attach_version1.0_"
_MESSAGE: Final = "__properties_version1.0"
# [MS-OXPROPS]: PidTagAttachDataBinary, PidTagAttachLongFilename, PidTagAttachFilename, PidTagDisplayName, PidTagBody.
# PidTagAttachContentId is what the text names a picture by. PidTagHtml and PidTagRtfCompressed hold the text where PidTagBody does not.
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _BODY = "37010102", "3707", "3704", "3001", "1000"
_CONTENT_ID: Final = "3712"
_HTML, _RTF = "10130102", "10090102"
# PidTagSubject, PidTagSenderName, PidTagSentRepresentingName, PidTagDisplayTo, PidTagDisplayCc.
_STATED: Final = {
    "0037": "Subject of the e-mail",
    "0C1A": "From of the e-mail",
    "0042": "From of the e-mail",
    "0E04": "To of the e-mail",
    "0E03": "Cc of the e-mail",
}
_EMBEDDED: Final = "3701000D"
_SAVE: Final = "Save its attachments, and screen those."


class Mail(Struct, frozen=True):
    """What an e-mail holds.

    Attributes:
        blobs: the files attached to it.
        errors: what could not be read of them.
        text: the words of the message itself.
        page: the message as a web page, where that has a table.
        date: the day on which it was sent, as 2026-11-25; empty: it does not say.
        heads: what its header and its parts state beside their content: where, and the words.
        pictures: shown in its text, each by its name and size in bytes.
        inner: messages of Outlook within it, which are no files of their own: each by its name and its streams, and what it holds.
    """

    blobs: tuple[Blob, ...]
    errors: tuple[UnreadableManifest, ...]
    text: str
    heads: tuple[tuple[str, str], ...] = ()
    pictures: tuple[tuple[str, int], ...] = ()
    inner: tuple[tuple[Blob, Mail], ...] = ()
    page: str = ""
    date: str = ""


def is_outlook(blob: Blob) -> bool:
    """Whether a compound file is a message of Outlook."""
    return _MESSAGE.encode("utf-16-le") in blob.read()


def _too_much(name: str) -> UnreadableManifest:
    return unreadable(name, f"is an e-mail of more than {MAIL_BYTES >> 20} MB or {MEMBERS:,} parts", _SAVE)


def open_mail(blob: Blob) -> Mail:
    """The parts of an e-mail.

    Raises:
        UnreadableManifest: too large, or nested too deeply.
    """
    if blob.size() > MAIL_BYTES:
        raise _too_much(blob.name)
    try:
        message = email.message_from_bytes(blob.read(), policy=email.policy.default)
        parts = list(islice(_leaves(message), MEMBERS + 1))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        # What the standard library's parser raises on damaged headers is one of these; there is no list of them.
        raise unreadable(blob.name, f"is a damaged e-mail ({type(error).__name__})", _SAVE) from error
    if len(parts) > MEMBERS:
        raise _too_much(blob.name)
    names: dict[str, int] = {}
    blobs: list[Blob] = []
    errors: list[UnreadableManifest] = []
    words: list[tuple[int, str]] = []  # with the group of parts that say the same
    pages: list[str] = []
    pictures: list[tuple[str, int]] = []
    heads = _heads(message)
    groups = [one for one in message.walk() if one.get_content_type() == "multipart/alternative"]
    twins = {id(part): id(group) for group in groups for part in group.walk()}
    for part in parts:
        kind = part.get_content_type()
        file_name = _file_name(part)
        content, damage = _content(part)
        if kind in _SIGNATURES and content.startswith(_SIGNED):
            continue
        shown_in_text = part.get("Content-ID") or part.get("Content-Location") or part.get_content_disposition() == "inline"
        if part.get_content_maintype() == "image" and shown_in_text and content.startswith(_PICTURES):
            pictures.append((file_name or kind, len(content)))
            continue
        if file_name is None and kind in _OF_PAGES:
            heads += tuple(("style or script of the page", line) for line in _decode(content).splitlines() if line.strip())
            continue
        if file_name is None and kind in _WORDS:
            text = _decode(content, part.get_content_charset() or "")
            said, files = _without_files(words_of_html(text) if kind == "text/html" else text)
            words.append((twins.get(id(part), id(part)), said))
            pages += [text] if kind == "text/html" and _TABLE.search(text) else []
            for called, held, lost in files:
                shown = f"{blob.name}!{_distinct(called, names)}"
                blobs.append(Blob(shown, held))
                if lost:
                    damaged = f"is damaged: {lost} of its uuencoded lines cannot be decoded"
                    errors.append(unreadable(shown, damaged, "Ask for the e-mail again."))
            continue
        member = f"{blob.name}!{_distinct(file_name or f'part of kind {kind}', names)}"
        if damage:
            errors.append(unreadable(member, f"was damaged on its way ({damage})", "Ask for the mail again."))
        if content or not damage:  # an empty file is read as one, and said to be empty
            blobs.append(Blob(member, content))
    said, others = _once(words)
    heads += tuple((BODY, line) for line in others if line.strip())
    return Mail(tuple(blobs), tuple(errors), said, heads, tuple(pictures), page="\n".join(pages), date=_day(message))


def _once(words: Sequence[tuple[int, str]]) -> tuple[str, list[str]]:
    """The texts of a mail, of those that should say the same the last, which has most to it; and the lines that only others of these say."""
    last = dict(words)
    others = ((text, last[group]) for group, text in words if text is not last[group])
    said = "\n".join(text for group, text in words if text is last[group])
    return said, [line for text, other in others for line in lines_beside(text, other)]


def lines_beside(text: str, said: str) -> list[str]:
    """The lines of a text of which another one does not say the words, in their order."""
    lines = [(line, f" {_in_words(line)} ") for line in text.splitlines()]
    whole = {f" {_in_words(line)} " for line in said.splitlines()}
    known = f" {_in_words(said)} "
    if len(lines) * len(known) > _MOST_COMPARED:
        known = ""
    return [line for line, words in lines if words not in whole and words not in known]


def _in_words(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())


def _day(message: EmailMessage) -> str:
    """The day in the header; empty where that is not a day, and for a saved page, whose header has the day of the copy."""
    sent = getattr(message["Date"], "datetime", None)
    is_copy = "saved by" in str(message["From"] or "").lower()
    return "" if sent is None or is_copy else str(sent.date())


def _heads(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    """What people write into the header, into the description of a part, and before and behind the parts."""
    found = [(f"{name} of the e-mail", str(value)) for name, value in message.items() if not _TECHNICAL.fullmatch(name)]
    for part in message.walk():
        found.append(("description of a part of the e-mail", str(part["Content-Description"] or "")))
        found += [("text between the parts of the e-mail", text or "") for text in (part.preamble, part.epilogue)]
    said = ((place, _in_letters(text).strip()) for place, text in dict.fromkeys(found))
    return tuple((place, text) for place, text in said if text and text != _USUAL_PREAMBLE)


def _in_letters(text: str) -> str:
    """A text of which the library kept bytes that are no ASCII as lone surrogates."""
    if text.isascii():
        return text
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(raw)


def _without_files(text: str) -> tuple[str, list[tuple[str, bytes, int]]]:
    """A text without the files that are written into it in letters: by uuencode, or the whole in base64 that is text again; of each file
    its name, its bytes, and how many lines could not be read."""
    files = [(safe_name(name.strip()), *_uudecode(lines)) for name, lines in _UUENCODED.findall(text)]
    text = _UUENCODED.sub("", text) if files else text
    if _BASE64.fullmatch(text):
        with suppress(ValueError):
            content = base64.b64decode("".join(text.split()), validate=True)
            content.decode("utf-8")
            return "", [*files, ("text in base64", content, 0)]
    return text, files


def _uudecode(lines: str) -> tuple[bytes, int]:
    """The bytes of lines as uuencode writes them, and how many lines could not be read; one with signs behind its end gives what it holds
    (the length is in its first sign)."""
    out, lost = bytearray(), 0
    for line in lines.splitlines():
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            size = ((ord(line[0]) - 32) & 63) * 4 // 3 + 4 if line else 0
            try:
                out += binascii.a2b_uu(line[: size // 4 * 4 + 1])
            except binascii.Error:
                lost += 1
    return bytes(out), lost


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Parts that hold no parts; a mail within the mail is one of them."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_type() == "message/rfc822" or not part.is_multipart():
            yield part
        else:
            waiting += reversed([p for p in part.get_payload() if isinstance(p, EmailMessage)])


def _file_name(part: EmailMessage) -> str | None:
    if part.get_content_type() == "message/rfc822":
        return "forwarded.eml"
    name = part.get_filename()
    if name is None:
        return "attachment" if part.get_content_disposition() == "attachment" else None
    return safe_name(str(name))


def safe_name(name: str) -> str:
    """A name without the signs that part names in reports."""
    return _APART.sub("_", name)[:200] or "attachment"


def _content(part: EmailMessage) -> tuple[bytes, str]:
    """The decoded bytes, and what was wrong with them."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return (first.as_bytes() if isinstance(first, EmailMessage) else b""), ""
    decoded = part.get_payload(decode=True)
    damage = ", ".join(sorted({type(defect).__name__ for defect in part.defects if "Base64" in type(defect).__name__}))
    return (decoded if isinstance(decoded, bytes) else b""), damage


def _decode(content: bytes, charset: str = "") -> str:
    """Text in the charset that is stated; without one, or with one that is none, in that which its letters speak for."""
    blob = Blob("text", content)
    try:
        text = open_text(blob, "" if charset.lower() in _FOUND_BY_ITSELF else charset)
    except UsageError:
        text = open_text(blob)
    return "\n".join([text.blob.read().decode("utf-8"), *(a.text for a in text.out_of_table_texts)])


def _distinct(name: str, names: dict[str, int]) -> str:
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


def open_outlook(blob: Blob) -> Mail:
    """The attachments and the text of a .msg, and of the messages within it.

    Raises:
        UnreadableManifest: damaged, or too large.
    """
    if blob.size() > MAIL_BYTES:
        raise _too_much(blob.name)
    try:
        with olefile.OleFileIO(blob.read()) as container:
            return _outlook(container, blob.name, [], 0)
    except (OSError, ValueError, IndexError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise unreadable(blob.name, f"is a damaged message of Outlook ({type(error).__name__})", _SAVE) from error


def _outlook(container: olefile.OleFileIO, name: str, at: list[str], depth: int) -> Mail:
    """The message that stands in a storage.

    Args:
        container: the whole file.
        name: of the message.
        at: path of the storage; empty: the file's own message.
        depth: how many messages it stands in.
    """
    paths = container.listdir(streams=True, storages=True)
    below = {path[len(at)] for path in paths if path[: len(at)] == at and len(path) > len(at)}
    folders = sorted(name for name in below if name.startswith(_ATTACHMENT))
    if len(folders) > MEMBERS:
        raise _too_much(name)
    names: dict[str, int] = {}
    blobs: list[Blob] = []
    inner: list[tuple[Blob, Mail]] = []
    errors: list[UnreadableManifest] = []
    pictures: list[tuple[str, int]] = []
    for folder in ([*at, last] for last in folders):
        named = (_property(container, folder, tag) for tag in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
        shown = next(filter(None, named), "attachment")
        member = f"{name}!{_distinct(safe_name(shown), names)}"
        data, message = [*folder, f"__substg1.0_{_DATA}"], [*folder, f"__substg1.0_{_EMBEDDED}"]
        if container.exists(data):
            content = container.openstream(data).read()
            if content.startswith(_PICTURES) and _property(container, folder, _CONTENT_ID):
                pictures.append((safe_name(shown), len(content)))
                continue
            blobs.append(Blob(member, content))
            if len(content) < container.get_size(data):
                cut = f"was cut short: {len(content):,} of {container.get_size(data):,} bytes are there"
                errors.append(unreadable(member, cut, "Ask for the message again."))
        elif container.exists(message) and container.get_type(message) == olefile.STGTY_STORAGE:
            _add_inner(container, member, message, depth, inner, errors)
        else:
            errors.append(unreadable(member, "is attached by reference, not as a file", "Ask for the file itself."))
    text, stream = _property(container, at, _BODY), [*at, f"__substg1.0_{_HTML}"]
    shown = _decode(container.openstream(stream).read()) if container.exists(stream) else ""
    if not text and shown:
        text = words_of_html(shown)
    elif not text and container.exists([*at, f"__substg1.0_{_RTF}"]):
        remedy = "Save the message as text, and screen that."
        errors.append(unreadable(name, "has its text as RTF, which is not read", remedy))
    heads = tuple((place, said) for tag, place in _STATED.items() if (said := _property(container, at, tag).strip()))
    page = shown if _TABLE.search(shown) else ""
    return Mail(tuple(blobs), tuple(errors), text, heads, tuple(pictures), tuple(inner), page)


def _add_inner(
    container: olefile.OleFileIO, member: str, at: list[str], depth: int, inner: list[tuple[Blob, Mail]], errors: list[UnreadableManifest]
) -> None:  # fmt: skip
    """A message within the message; one that is too deep, or no message, is an error."""
    remedy = "Save it as a file of its own, and screen that."
    if depth + 1 >= MAX_NESTING:
        errors.append(unreadable(member, "holds e-mails within e-mails", remedy))
    elif not container.exists([*at, _MESSAGE]):
        errors.append(unreadable(member, "is an object of Outlook and no message", remedy))
    else:
        paths = [path for path in container.listdir() if path[: len(at)] == at]
        content = b"\0".join(part for path in paths for part in ("/".join(path).encode(), container.openstream(path).read()))
        inner.append((Blob(member, content), _outlook(container, member, at, depth + 1)))


def _property(container: olefile.OleFileIO, folder: list[str], tag: str) -> str:
    """A text of the message or of an attachment: in UTF-16, else in a code page."""
    for kind, charset in (("001F", "utf-16-le"), ("001E", "")):
        path = [*folder, f"__substg1.0_{tag}{kind}"]
        if container.exists(path):
            return _decode(container.openstream(path).read(), charset).rstrip("\0")
    return ""
