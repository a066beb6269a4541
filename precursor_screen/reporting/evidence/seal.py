"""Sealing: document, page, explanation and rules into a bundle."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from precursor_screen.cases.evidence import bundle
from precursor_screen.cases.evidence.document import Document
from precursor_screen.core.json_text import dump
from precursor_screen.reporting.evidence import page

Signer = Callable[[bytes], bytes]


def seal(
    document: Document, rules: Mapping[str, bytes], when: str, secret: bytes | None = None, signer: Signer | None = None
) -> bytes:
    """A bundle as one file.

    Args:
        document: complete.
        rules: text of each rule, by member.
        when: it is sealed, ISO 8601.
        secret: by which values that a redacted bundle leaves out are proved; None: of a redacted bundle itself.
        signer: makes the signature of the manifest; None: it is not signed.
    """
    document = plain(document)
    sealed: dict[str, Any] = {"sealed": when, **({"secret": secret.hex()} if secret is not None else {})}
    members = {
        bundle.EVIDENCE: text_of(document),
        bundle.SEALED: text_of(sealed),
        bundle.EXPLANATION: page.explanation(document),
        bundle.PAGE: page.page(document, sealed),
        **rules,
    }
    sums = bundle.sums_of(members)
    members[bundle.SUMS] = sums
    if signer is not None:
        members[bundle.SIGNATURE] = signer(sums)
    return bundle.pack(members)


def plain(value: Any) -> Any:
    """A value as it is once it has been JSON: whoever reads a bundle makes the same page and digests of it."""
    return json.loads(dump(value))


def text_of(value: Any) -> bytes:
    """A document as the text of a member: one key a line, so that people can compare two."""
    keys = ",\n".join(f" {dump(k)}: {dump(v)}" for k, v in value.items())
    return f"{{\n{keys}\n}}\n".encode()
