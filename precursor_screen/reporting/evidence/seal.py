"""Sealing: document, page, explanation and rules into a bundle. What a person reads of it, `index.html` and `explanation.txt`, is made of the
document alone."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from precursor_screen.cases.evidence.document import Document, Row
from precursor_screen.cases.evidence.sources import rule_of
from precursor_screen.cases.explained import explain_lines
from precursor_screen.core.json_text import dump
from precursor_screen.core.words import printable
from precursor_screen.formats import bundle
from precursor_screen.reporting import pages
from precursor_screen.reporting.case import Fragment, label, mark

if TYPE_CHECKING:
    from jinja2 import Environment

# What a person reads of a bundle: `index.html`, which needs nothing else, and `explanation.txt`. Both are made of the document
# alone.

_ENTRY = ("kind", "countries", "addresses", "identifiers", "programmes", "listed", "delisted", "note")


def explanation(document: Document) -> bytes:
    """The flags in full, as `explain` gives them, and what is not known."""
    rules = {row["rule_id"]: row for row in document["rules"]}
    held = {line["line_id"]: line for line in document["lines"] if line}
    parts = []
    for flag in document["flags"]:
        row = rules[flag["rule_id"]]
        rule = rule_of(row) if row["version"] else None
        whole = {**flag, "evidence": [e for e in flag["evidence"] if e]}
        parts.append([*explain_lines(whole, held, rule), *_episode(flag)])
    if document["notes"]:
        head = "What is not known, or is otherwise than when the flag was raised:"
        parts.append([head, *(f"  {n}" for n in document["notes"])])
    if document["redacted"]:
        parts.append([f"Left out: {len(document['left_out']):,} values, named in evidence.json with their digests."])
    text = "\n\n".join("\n".join(printable(line) for line in lines) for lines in parts)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def _episode(flag: Mapping[str, Any]) -> list[str]:
    aliases = [f"  joined with it: {', '.join(flag['aliases'])}"] if flag.get("aliases") else []
    return [*aliases, *([f"  a part of the episode {flag['alias_of']}"] if flag.get("alias_of") else [])]


def make_page(document: Document, sealed: Row) -> bytes:
    """The page."""
    stream = io.BytesIO()
    subject = document["subject"]
    context = {
        "d": document,
        "sealed": sealed,
        "style": pages.inline(_environment(), "evidence.css"),
        "rules": {row["rule_id"]: row for row in document["rules"]},
        "entries": {(e["list_id"], e["entry_id"]): e for e in document["entries"]},
        "explanation": explanation(document).decode(),
        "described": _describe_entry,
        "shown": _shown,
        "title": f"Evidence: {subject['kind']} {subject['name']}",
    }
    pages.write(_environment(), "evidence.html.jinja", context, stream)
    return stream.getvalue()


def _shown(flag: Mapping[str, Any]) -> list[tuple[str, tuple[Fragment, ...], str]]:
    """(field, its text with what matched in it marked, how it was compared) of the evidence; a text that is marked stands once."""
    items = [e for e in flag["evidence"] if e]
    marked = {e["field"] for e in items if "candidate" in e}
    whole = {e["field"]: e["as_written"] for e in items if "candidate" not in e}
    shown = []
    for e in items:
        if "candidate" in e:
            how = f"compared as “{e['compared_as'] or ''}” with “{e['candidate'] or ''}”, by {e['method']}"
            shown.append((label(e["field"]), mark(whole.get(e["field"], ""), e), how))
        elif e["field"] not in marked:
            shown.append((label(e["field"]), (Fragment(e["as_written"]),), ""))
    return shown


def _describe_entry(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An entry of a list in rows, names first."""
    rows = [(f"name ({n['kind']})", str(n["name"])) for n in entry["names"]]
    for name in _ENTRY:
        value = entry.get(name)
        if name == "identifiers":
            rows += [(str(kind), str(number)) for kind, number in value or ()]
        elif isinstance(value, list | tuple):
            rows += [(label(name), "; ".join(map(str, value)))] if value else []
        elif value:
            rows.append((label(name), str(value)))
    return rows


@cache
def _environment() -> Environment:
    environment = pages.environment("precursor_screen.reporting.evidence")
    environment.filters["json"] = dump
    return environment


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
        bundle.EXPLANATION: explanation(document),
        bundle.PAGE: make_page(document, sealed),
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
