"""Checking a bundle: every byte of it, its signature, that page and explanation say what the document says, and what a redacted one left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from precursor_screen.cases.evidence.document import FORMAT, Document
from precursor_screen.cases.evidence.redact import resolve, salted, step
from precursor_screen.core.errors import MissingExtra, readable
from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence import seal
from precursor_screen.reporting.evidence.seal import text_of
from precursor_screen.version import __version__

_KEYS = (
    "flags",
    "lines",
    "facts",
    "shipments",
    "rules",
    "entries",
    "inputs",
    "notes",
    "runs",
    "reference",
    "source",
    "subject",
    "substances",
)
_BOTH = f"{bundle.EVIDENCE} or {bundle.SEALED}"
_MOST_VALUES = 4_000_000  # of a document, roughly: what a large case comes to a hundred times over
_MEMBERS = frozenset((bundle.EVIDENCE, bundle.SEALED, bundle.EXPLANATION, bundle.PAGE, bundle.SUMS, bundle.SIGNATURE))


class Verified(Struct):
    """What was found.

    Attributes:
        problems: what is wrong; empty: nothing.
        unknown: what could not be checked.
        checked: what was checked, in sentences.
        document: of the bundle; None: it cannot be read.
        secret: of a whole bundle.
        signed: signed, unsigned, or that this was not checked.
    """

    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    document: Document | None = None
    secret: bytes | None = None
    signed: str = "unsigned"


def read_file(path: Path) -> bytes:
    """The bytes of a bundle, and one more than the largest may have where there are more.

    Raises:
        UsageError: it cannot be read.
    """
    with readable(path), path.open("rb") as stream:
        return stream.read(bundle.LARGEST + 1)


def verify(content: bytes, name: str = "", signer: str | None = None) -> Verified:
    """Checks a bundle.

    Args:
        content: of the file.
        name: of it, for messages.
        signer: the fingerprint of the key by which it must be signed; None: whose signature it bears is told, not judged.
    """
    found = Verified()
    try:
        members = bundle.unpack(content, name)
        found.problems += _sums(members)
        if found.problems:
            return found
        document, sealed = _documents(members)
    except bundle.NoBundleError as error:
        return Verified([str(error)])
    when = f"sealed {sealed['sealed']}: every byte is what its manifest says"
    found.checked.append(f"{len(members)} members, {len(content):,} bytes, {when}")
    found.signed = _signature(members, signer, found)
    try:
        found.problems += _rules(document, members)
        _rendered(document, sealed, members, found)
    except Exception as error:  # noqa: BLE001 - a document of somebody else's making breaks the template in whatever way it likes
        found.problems.append(f"{bundle.EVIDENCE} does not hold what evidence holds ({type(error).__name__}: {error})")
        return found
    found.document, found.secret = document, bytes.fromhex(sealed["secret"]) if "secret" in sealed else None
    return found


def _sums(members: Mapping[str, bytes]) -> Iterator[str]:
    """Differences between the members and the manifest that names them."""
    needed = (bundle.SUMS, bundle.EVIDENCE, bundle.SEALED, bundle.EXPLANATION, bundle.PAGE)
    missing = [n for n in needed if n not in members]
    yield from (f"the member {n} is missing" for n in missing)
    if bundle.SUMS not in members or members[bundle.SUMS] == bundle.sums_of(members):
        return
    stated = dict(_lines_of(members[bundle.SUMS]))
    found = dict(_lines_of(bundle.sums_of(members)))
    yield from (f"the member {n} is missing" for n in sorted(set(stated) - set(found) - set(missing)))
    yield from (f"the member {n} is not in the manifest" for n in sorted(set(found) - set(stated)))
    changed = [n for n in sorted(set(found) & set(stated)) if found[n] != stated[n]]
    yield from (f"the member {n} is not what was sealed: its SHA-256 is {found[n]}, not {stated[n]}" for n in changed)
    if set(stated) == set(found) and not changed:
        yield f"{bundle.SUMS} is written in another way than a manifest is"


def _lines_of(sums: bytes) -> Iterator[tuple[str, str]]:
    for line in sums.decode("utf-8", "backslashreplace").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _documents(members: Mapping[str, bytes]) -> tuple[Document, dict[str, Any]]:
    """The document, and what is said of the sealing.

    Raises:
        NoBundleError: there is none; says why.
    """
    if sum(members[n].count(sign) for n in (bundle.EVIDENCE, bundle.SEALED) for sign in (b",", b"[", b"{")) > _MOST_VALUES:
        raise bundle.NoBundleError(f"{_BOTH} is a JSON bomb: it holds more values than any evidence")
    try:
        document, sealed = (json.loads(members[n]) for n in (bundle.EVIDENCE, bundle.SEALED))
        form = document.get("format") if isinstance(document, dict) else None
        if form != FORMAT:
            problem = f"{bundle.EVIDENCE} is of the form {form!r}, not {FORMAT!r}: a newer version may have sealed it"
            raise bundle.NoBundleError(problem)
        if not isinstance(sealed, dict) or not isinstance(sealed.get("sealed"), str):
            raise bundle.NoBundleError(f"{bundle.SEALED} does not say when")
        bytes.fromhex(sealed.get("secret", ""))
        if lacking := [k for k in _KEYS if k not in document]:
            raise bundle.NoBundleError(f"{bundle.EVIDENCE} lacks {lacking[0]}")
        if text_of(document) != members[bundle.EVIDENCE] or text_of(sealed) != members[bundle.SEALED]:
            raise bundle.NoBundleError(f"{_BOTH} is written in another way than it is sealed (a key twice, or edited by hand)")
    except RecursionError as error:
        raise bundle.NoBundleError(f"{_BOTH} is a JSON bomb: nested deeper than any evidence") from error
    except (ValueError, TypeError) as error:
        raise bundle.NoBundleError(f"{_BOTH} cannot be read ({error})") from error
    return document, sealed


def _signature(members: Mapping[str, bytes], signer: str | None, found: Verified) -> str:
    """Checks the signature, and says whether there is one that holds."""
    armored = members.get(bundle.SIGNATURE)
    if armored is None:
        if signer is not None:
            found.problems.append("bears no signature")
        else:
            found.checked.append("not signed: whoever made the whole bundle anew would not be found")
        return "unsigned"
    try:
        key = bundle.check(members[bundle.SUMS], armored)
    except bundle.NoSignatureError as error:
        found.problems.append(f"the signature does not hold: {error}")
        return "the signature does not hold"
    except MissingExtra as error:
        if signer is not None:
            raise
        found.unknown.append(f"the signature was not checked: {error.message}. {error.remedy}")
        return "the signature was not checked"
    if signer is None:
        found.checked.append(f"signed by the key {key}; whose that is --signer KEY.pub says")
    elif key != signer:
        found.problems.append(f"is signed by another key, {key}, not by {signer}")
    else:
        found.checked.append(f"signed by {key}, the key that was given")
    return "signed"


def _rules(document: Document, members: Mapping[str, bytes]) -> Iterator[str]:
    """Rules whose text is not that which the document names, and members that no document has."""
    named = {row["member"]: row["sha256"] for row in document["rules"] if row["member"]}
    held = {n for n in members if n.startswith("rules/")}
    yield from (f"{n} is not a member of a bundle" for n in sorted(set(members) - held - _MEMBERS))
    yield from (f"{n} is named as the text of a rule and is not there" for n in sorted(set(named) - held))
    yield from (f"{n} is the text of no rule that the document names" for n in sorted(held - set(named)))
    for name in sorted(held & set(named)):
        if hashlib.sha256(members[name]).hexdigest() != named[name]:
            yield f"{name} is not the text that the document names"


def _rendered(document: Document, sealed: dict[str, Any], members: Mapping[str, bytes], found: Verified) -> None:
    """That page and explanation are those of the document: a manifest that was made anew would not show that they were edited."""
    if document["tool_version"] != __version__:
        found.unknown.append(
            f"that {bundle.PAGE} and {bundle.EXPLANATION} say what {bundle.EVIDENCE} says: version {document['tool_version']} made them"
        )
        return
    made = {bundle.PAGE: seal.make_page(document, sealed), bundle.EXPLANATION: seal.explanation(document)}
    found.problems += [f"{n} does not say what {bundle.EVIDENCE} says" for n, text in made.items() if members[n] != text]


def compare_redacted(redacted: Document, whole: Document, secret: bytes) -> tuple[list[str], int]:
    """That a redacted document is the whole one but for what it names as left out, and that each digest is that of what stands there.

    Returns:
        What is wrong, and how many values were proved.
    """
    problems: list[str] = []
    named: set[str] = set()
    for item in redacted["left_out"]:
        try:
            value = resolve(whole, item["path"])
        except KeyError:
            problems.append(f"{item['path']} is named as left out and is not in the whole bundle")
            continue
        named.add(item["path"])
        if salted(secret, item["path"], value) != item["digest"]:
            problems.append(f"{item['path']}: the digest is not that of what the whole bundle holds")
    problems += _differences(redacted, whole, "", named | {"/redacted", "/left_out"})
    return problems, len(named)


def _differences(ours: Any, theirs: Any, path: str, named: set[str]) -> Iterator[str]:
    if path in named:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            place = step(path, key)
            if place in named:
                continue
            if key not in ours or key not in theirs:
                yield f"{place} is only in {'the whole' if key in theirs else 'this'} bundle"
            else:
                yield from _differences(ours[key], theirs[key], place, named)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(a, b, step(path, i), named)
    elif ours != theirs:
        yield f"{path} is not what the whole bundle holds"
