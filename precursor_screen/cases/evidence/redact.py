"""A document for another authority: what the flag needs, the rest named with salted digests.

What stays of the flagged line: the fields that the rule reads, and the flag's own evidence. What is left out: other parties, other lines,
prices, officers' names and words, names of files, and ids of lines, which are digests over all that they say. What a field says that is
left out (a name, an address, the number of a bill or permit) is taken out of all other texts too. A value that is left out is named by
its path (RFC 6901) in the whole document with

    SHA-256( HMAC-SHA-256(secret, path) || value as JSON )

The secret is random and stays in the whole bundle. Without it nobody can try out what a value might be; who has it proves one value by
its salt, the HMAC, and gives away no other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from precursor_screen.cases.evidence.blackout import blackout, words_of
from precursor_screen.cases.evidence.document import Document, Row, field_of, stands_in
from precursor_screen.core.json_text import dump
from precursor_screen.core.schema import DATES, ROLES, TRADERS
from precursor_screen.reference.nomenclature import shipped_nomenclature
from precursor_screen.reference.recogniser import known_substances

LEFT_OUT = "[left out]"
_PRICE = re.compile(r"(?:^|_)(?:value|usd|price|freight|currency|invoice)(?:_|$)")
_COUNTED = "correlation_value"  # a figure of a window: no price unless it sums prices, which its rule then reads
_OTHERS = ("declarant", "carrier", "other_parties", "receiver_telephones")
_MASS = ("net_mass", "gross_mass", "quantity", "quantity_unit", "packages", "package_type")
_OFFICER = ("officer", "second", "text", "line_id")
_OF_SHIPMENT = ("shipment_id", "score", "band", "typology", "parts", "families", "incomplete", "reckoned")
_NUMBERS = (
    *("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id", "permit_reference", "pen_reference"),
    "container_numbers",
)
_LEAST = 3  # letters of a name that is taken out of all texts
_LEAST_NUMBER = 6  # letters and digits of an address or a number
_NO_NAMES = ("_country", "_role", "_city", "_state", "_type", "_kind", "_key")
_FILES = (("flags", "source_file"), ("lines", "source_file"), ("inputs", "name"))  # where files are named
_KIND_OF_FILE = re.compile(r"\.(?:csv|dbf|edi|eml|gz|html?|jsonl?|msg|ods|parquet|rtf|tsv|txt|xls[bmx]?|xml|zip)$", re.IGNORECASE)
_SEVERAL = re.compile(r"[;|\n]")
_OURS = ("rules", "reference", "format", "tool_version", "redacted")  # texts that are no filer's


class _Redaction:
    """Collects what is left out."""

    def __init__(self, document: Document, secret: bytes) -> None:
        self.document, self.secret = document, secret
        self.left_out: list[Row] = []
        self._paths: set[str] = set()

    def once(self, path: str) -> None:
        """As `out`, what stands at the path in the whole document, where the path is not named yet."""
        if path not in self._paths:
            self.out(path, resolve(self.document, path))

    def out(self, path: str, value: Any) -> None:
        self._paths.add(path)
        self.left_out.append({"path": path, "digest": salted(self.secret, path, value)})

    def fields(self, path: str, found: Mapping[str, Any], keeps: Callable[[str, Any], bool]) -> Row:
        """What is kept of what stands at a path, by name; the rest is left out."""
        for name in (gone := [name for name, value in found.items() if not keeps(name, value)]):
            self.out(step(path, name), found[name])
        return {name: value for name, value in found.items() if name not in gone}

    def rows(self, path: str, rows: Sequence[Row], keeps: Callable[[Row], bool]) -> list[Row | None]:
        """Rows, null where one is left out, so that every other keeps its place."""
        kept = [row if keeps(row) else None for row in rows]
        for i, row in enumerate(rows):
            if kept[i] is None:
                self.out(step(path, i), row)
        return kept


def salted(secret: bytes, path: str, value: Any) -> str:
    """The digest by which a value that was left out is proved."""
    salt = hmac.new(secret, path.encode(), hashlib.sha256).digest()
    return hashlib.sha256(salt + dump(value).encode()).hexdigest()


def step(path: str, key: str | int) -> str:
    """The path of a member (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def resolve(document: Any, path: str) -> Any:
    """What stands at a path.

    Raises:
        KeyError: nothing does.
    """
    found = document
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            found = found[int(key)] if isinstance(found, list) else found[key]
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise KeyError(path) from error
    return found


def redact(document: Document, secret: bytes) -> Document:
    """The document for another authority.

    Args:
        document: the whole one.
        secret: of the whole bundle, 32 random bytes.
    """
    redaction = _Redaction(document, secret)
    reads = {row["rule_id"]: frozenset(row["reads"]) for row in document["rules"]}
    own = _own_lines(document["flags"], reads)
    labels = {i: f"line {n}" for n, i in enumerate(own, 1)}
    flags = [_flag(f, step("/flags", i), reads[f["rule_id"]], labels, redaction) for i, f in enumerate(document["flags"])]
    files = {f["source_file"] for f in document["flags"]}
    changed: Document = {
        **document,
        "flags": flags,
        "lines": [line and _line(line, path, own, labels, redaction) for line, path in _about("lines", document, own, redaction)],
        "facts": [
            fact and _facts(fact, path, own, labels, redaction) for fact, path in _about("facts", document, own, redaction)
        ],
        "inputs": redaction.rows("/inputs", document["inputs"], lambda i: any(stands_in(name, i["name"]) for name in files)),
        "shipments": [_shipment(s, step("/shipments", i), redaction) for i, s in enumerate(document["shipments"])],
        "missing_lines": [],
        "redacted": True,
    }
    if document["missing_lines"]:
        redaction.out("/missing_lines", document["missing_lines"])
    if document["chain"]:
        # Digests of verdicts have no salt: who knows the rest of one could try out officers' names.
        redaction.out("/chain/verdicts", document["chain"]["verdicts"])
        changed["chain"] = {**document["chain"], "verdicts": []}
    _name_files(changed, document, redaction)
    hidden = blackout(*_hidden(document, changed), LEFT_OUT, {*_ordinary_words(), *_places(changed)})
    for name in document:
        if name not in _OURS:
            changed[name] = _blacked_out(changed[name], step("", name), hidden, redaction)
    changed["left_out"] = sorted(redaction.left_out, key=lambda o: str(o["path"]))
    return changed


def _about(part: str, document: Document, own: Mapping[str, _OwnLine], redaction: _Redaction) -> Iterator[tuple[Row | None, str]]:
    """Rows about lines with their paths; null where the line is none of the flagged ones."""
    rows = redaction.rows(f"/{part}", document[part], lambda row: row["line_id"] in own)
    yield from ((row, step(f"/{part}", i)) for i, row in enumerate(rows))


class _OwnLine:
    """What the flags on a line need of it: rules' columns, fields of evidence, the texts of these, the parties they are about."""

    def __init__(self) -> None:
        self.fields: set[str] = set()
        self.texts: set[str] = set()
        self.roles: set[str] = set()
        self.prices: set[str] = set()

    def allows(self, field: str) -> bool:
        """Whether a field is neither of another party nor a price that no rule reads."""
        return _allowed(field, self.roles, self.prices)


def _own_lines(flags: Iterable[Row], reads: Mapping[str, frozenset[str]]) -> dict[str, _OwnLine]:
    """The flagged lines, in the order of the flags."""
    found: dict[str, _OwnLine] = {}
    for flag in flags:
        own = found.setdefault(flag["line_id"], _OwnLine())
        columns = reads[flag["rule_id"]]
        own.roles |= _roles(flag, columns)
        own.prices |= {c for c in columns if _is_price(c)}
        for item in flag["evidence"]:
            if _allowed(item["field"], own.roles, own.prices):
                own.fields.add(item["field"])
                own.texts.add(item["as_written"])
        own.fields |= columns
        if flag["substance_id"]:  # it was recognised somewhere, mostly in the text
            said = {e["field"]: e["as_written"] for e in flag["evidence"]}
            own.fields |= {"description", said.get("matched_field", "description")}
    return found


def _roles(flag: Row, columns: Iterable[str]) -> set[str]:
    """The roles that a flag is about, or whose fields its rule reads; a sender is the role that stands for it as well."""
    roles = {role for c in columns if (role := _role_of(c))}
    if flag["party_role"]:
        roles.add(flag["party_role"])
    said = {e["field"]: e["as_written"] for e in flag["evidence"]}
    roles |= {said[f"{t}_role"] for t in TRADERS if t in roles and f"{t}_role" in said}
    roles |= {t for t in TRADERS if said.get(f"{t}_role") in roles and flag["party_role"]}
    return roles


def _role_of(field: str) -> str:
    """Of which party a field tells; empty: of none, or of the flag's own."""
    return next((r for r in (*ROLES, *TRADERS, *_OTHERS) if field == r or field.startswith(f"{r}_")), "")


def _is_price(field: str) -> bool:
    return bool(_PRICE.search(field)) and field != _COUNTED


def _allowed(field: str, roles: set[str], prices: set[str]) -> bool:
    role = _role_of(field)
    if role:
        return role in roles
    return not _is_price(field) or field in prices


def _flag(flag: Row, path: str, columns: frozenset[str], labels: Mapping[str, str], redaction: _Redaction) -> Row:
    roles = _roles(flag, columns)
    prices = {c for c in columns if _is_price(c)}
    evidence = redaction.rows(step(path, "evidence"), flag["evidence"], lambda item: _allowed(item["field"], roles, prices))
    kept = {**flag, "evidence": evidence, "line_id": labels[flag["line_id"]]}
    redaction.out(step(path, "line_id"), flag["line_id"])
    for name, empty in (("window_line_ids", []), ("episode", None)):
        if flag.get(name):
            redaction.out(step(path, name), flag[name])
            kept[name] = empty
    if "verdicts" in flag:
        verdicts = []
        for i, verdict in enumerate(flag["verdicts"]):
            place = step(step(path, "verdicts"), i)
            for name in _OFFICER:
                redaction.out(step(place, name), verdict[name])
            line = labels.get(verdict["line_id"], "another line")
            verdicts.append({k: v for k, v in verdict.items() if k not in _OFFICER} | {**_UNNAMED, "line_id": line})
        kept["verdicts"] = verdicts
    return kept


# What stands where an officer's name and words are left out, so that it reads like any other verdict.
_UNNAMED = {"officer": LEFT_OUT, "second": "", "text": ""}


def _line(line: Row, path: str, own: Mapping[str, _OwnLine], labels: Mapping[str, str], redaction: _Redaction) -> Row:
    mine = own[line["line_id"]]
    cells = redaction.fields(step(path, "cells"), line["cells"], lambda header, text: _keeps(field_of(header), text, mine))
    redaction.out(step(path, "line_id"), line["line_id"])
    return {**line, "line_id": labels[line["line_id"]], "cells": cells}


def _keeps(field: str, text: str, own: _OwnLine) -> bool:
    """Whether a cell is one that the flag needs: by its field where the header tells it, else by what the evidence quotes."""
    if not field:
        return text in own.texts and bool(re.search(r"[^\W\d]", text))
    if not own.allows(field):
        return False
    role = _role_of(field)
    if role and field in (role, f"{role}_name"):  # a flag about a party, or that counts parties, is nothing without their names
        return True
    near = {field, f"{field}_kg"}
    near |= {"substance_mass_kg", "net_mass_kg"} if field in _MASS else {"as_of_date"} if field in DATES else set()
    return bool(near & own.fields)


def _facts(row: Row, path: str, own: Mapping[str, _OwnLine], labels: Mapping[str, str], redaction: _Redaction) -> Row:
    mine = own[row["line_id"]]

    def keeps(name: str, text: str) -> bool:
        plain = name.removesuffix("_kg") if name.endswith("mass_kg") else name
        return mine.allows(name) and (name in mine.fields or _keeps(plain, text, mine))

    fields = redaction.fields(step(path, "fields"), row["fields"], keeps)
    redaction.out(step(path, "line_id"), row["line_id"])
    return {**row, "line_id": labels[row["line_id"]], "fields": fields}


def _shipment(shipment: Row, path: str, redaction: _Redaction) -> Row:
    kept = redaction.fields(path, shipment, lambda name, _: name in _OF_SHIPMENT)
    return {**kept, "question": ""} if "question" in shipment else kept


def _blacked_out(value: Any, path: str, hidden: Callable[[str], str], redaction: _Redaction) -> Any:
    """A part of the document of which no text names anybody who is left out."""
    if isinstance(value, str):
        text = hidden(value)
        if text != value:
            redaction.once(path)
        return text
    if isinstance(value, dict):
        if any(hidden(k) != k for k in value):  # a header that names somebody: its path would do so too
            redaction.once(path)
            return {}
        return {k: _blacked_out(v, step(path, k), hidden, redaction) for k, v in value.items()}
    if isinstance(value, list):
        return [_blacked_out(v, step(path, n), hidden, redaction) for n, v in enumerate(value)]
    return value


def _name_files(changed: Document, document: Document, redaction: _Redaction) -> None:
    """Digests in the place of names of files, sheets and parts: a firm may be named there."""
    inputs = {i["name"] for i in document["inputs"] if i}

    def digest(name: str) -> str:
        kind = _KIND_OF_FILE.search(name)
        return f"file-{salted(redaction.secret, '/file', name)[:16]}{kind[0].lower() if kind else ''}"

    def renamed(name: str) -> str:
        whole = next((i for i in inputs if stands_in(name, i)), None)
        if whole is None:
            return digest(name)
        return digest(whole) + re.sub(r"[^#!]+", lambda part: digest(part[0]), name[len(whole) :])

    for part, key in _FILES:
        for i, row in enumerate(changed[part]):
            if row and row.get(key):
                redaction.out(step(step(f"/{part}", i), key), row[key])
                changed[part][i] = {**row, key: renamed(row[key])}
    if changed["source"].get("name"):
        redaction.out("/source/name", changed["source"]["name"])
        changed["source"] = {**changed["source"], "name": digest(changed["source"]["name"])}


@cache
def _ordinary_words() -> frozenset[str]:
    """Words of goods and trades: a firm may be called by one, and nobody is told by it."""
    nomenclature = shipped_nomenclature().words
    goods = {w for s in known_substances() for name in s.names for w in words_of(name.name)}
    return frozenset((*goods, *(w for word in nomenclature for w in words_of(word)), *(f"{word}s" for word in nomenclature)))


def _places(kept: Document) -> Iterator[str]:
    """Words of the ports and towns that stay: a firm may be called by one."""
    for fact in kept["facts"]:
        for field, text in fact["fields"].items() if fact else ():
            if field.startswith("port_") or field.endswith(("_city", "_country")):
                yield from words_of(text)


def _hidden(document: Document, kept: Document) -> tuple[set[str], set[str]]:
    """Names, addresses and numbers of all parties and papers of the whole document that the redacted one leaves out; and those that it keeps."""
    stay = {*_private_texts(kept), document["subject"]["name"], *(s["shipment_id"] for s in kept["shipments"])}
    files = {row[key] for part, key in _FILES for row in document[part] if row and row.get(key)}
    return ({*_private_texts(document), *files} - stay), stay


def _private_texts(document: Document) -> Iterator[str]:
    rows = [*(r["fields"].items() for r in document["facts"] if r)]
    cells = [((field_of(h), t) for h, t in line["cells"].items()) for line in document["lines"] if line]
    said = [((e["field"], e["as_written"]) for e in flag["evidence"] if e) for flag in document["flags"]]
    for field, text in (pair for some in (*rows, *cells, *said) for pair in some):
        is_private = field in _NUMBERS or (_role_of(field) and not field.endswith(_NO_NAMES))
        if is_private and any(c.isalnum() for c in text):
            yield from (part for part in {text, *_SEVERAL.split(text)} if _is_private(field, part))


def _is_private(field: str, text: str) -> bool:
    """Whether a text is one by which a party is known: a name, or a long enough address or number."""
    least = _LEAST if field.endswith("_name") or field in _OTHERS else _LEAST_NUMBER
    return sum(c.isalnum() for c in text) >= least
