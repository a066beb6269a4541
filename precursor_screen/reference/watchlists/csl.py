"""The US Consolidated Screening List, whatever its layout: one record to one entry, counted by source list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, tidy
from precursor_screen.reference.watchlists.interface import ListFile, has_columns, read_rows, refused
from precursor_screen.reference.watchlists.ofac_csv import KINDS, identifier_kind

CONTENT = "us-csl"
_ADDRESS_PARTS = ("address", "city", "state", "postal_code")
_SHORT = re.compile(r"\(([^()]+)\)")


class _CsvRecord(Struct, frozen=True):
    """A record of the CSV: 29 columns, called as the JSON calls its fields but for the underscores; lists joined by `; `."""

    place: str
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.cells.get(name.replace("_", ""), "")

    line = text

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(part for text in self.text(name).split("; ") if (part := text.strip(" ;")))

    def addresses(self) -> Iterable[tuple[str, str]]:
        return map(split_address, self.texts("addresses"))

    def identifiers(self) -> Iterable[tuple[str, str]]:
        return read_ids(self.texts("ids"))


class _JsonRecord(Struct, frozen=True):
    """A record of the JSON."""

    place: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        return _text(self.fields, name)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.fields.get(name)
        values = value if isinstance(value, list) else [value]
        return tuple(text for v in values if isinstance(v, str) and (text := tidy(v)))

    def line(self, name: str) -> str:
        """A list as one text."""
        return "; ".join(self.texts(name))

    def addresses(self) -> Iterable[tuple[str, str]]:
        """(text without country, country) each."""
        for one in _objects(self.fields, "addresses"):
            yield ", ".join(t for part in _ADDRESS_PARTS if (t := _text(one, part))), _text(one, "country")

    def identifiers(self) -> Iterable[tuple[str, str]]:
        """(label, number) each."""
        return ((_text(one, "type"), _text(one, "number")) for one in _objects(self.fields, "ids"))


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return tidy(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _objects(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = record.get(key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _gather(records: Iterable[_CsvRecord | _JsonRecord], found: ListBuilder) -> None:
    """Fill the list. Records of one key are joined: an order names a party once an address."""
    for record in records:
        source, number, name = (record.text(part) for part in ("source", "entity_number", "name"))
        if not source or not tidy(name):
            found.skip("record without source or name", record.place)
            continue
        # Ids of records that are not OFAC's are hashes that may change, so the key is made of what the list states.
        short = (_SHORT.search(source) or (source, source))[1]
        key = f"{short}:{number or tidy(name)}"
        if key in found.entries:
            found.note("record with the number or name of another: joined", key)
        entry = found.entries.setdefault(key, found.begin(key, _kind(record, name, found)))
        if not entry.ends:
            found.count(source)
        entry.ends.append(entry.day(record.text("end_date"), "end date"))
        _fill(entry, record, name)
    found.by_source = dict(sorted(found.by_source.items()))


def split_address(text: str) -> tuple[str, str]:
    """An address as the list joins it: what stands before the country's code, and the code; the code may be missing."""
    before, _, last = text.rpartition(",")
    code = last.strip()
    return (before, code) if len(code) == 2 and code.isupper() else (text, "")


def read_ids(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Identifiers from `label, number, country` (since 2023) or `country, number, label` (before)."""
    for text in texts:
        parts = [part for part in (tidy(p) for p in text.split(",")) if part]
        if len(parts) >= 2 and identifier_kind(parts[0]):
            yield parts[0], parts[1]
        elif len(parts) >= 2 and identifier_kind(parts[-1]):
            yield parts[-1], parts[-2]


def _kind(record: _CsvRecord | _JsonRecord, name: str, found: ListBuilder) -> str:
    written = record.text("type")
    label = written.lower()
    if not label:
        found.note("kind of party not stated: taken as organisation", f"{record.place} {name}")
    elif label not in KINDS:
        found.note("kind of party not known: taken as organisation", f"{record.place} {written}")
    return KINDS.get(label, "organisation")


def _fill(entry: EntryBuilder, record: _CsvRecord | _JsonRecord, name: str) -> None:
    entry.add_name(name, "primary")
    for alias in record.texts("alt_names"):
        entry.add_name(alias, "strong")
    entry.programmes.update(dict.fromkeys(record.texts("programs")))
    for text, country in record.addresses():
        entry.add_address([text], country)
    entry.add_countries((*record.texts("citizenships"), *record.texts("nationalities"), record.text("vessel_flag")))
    for label, number in record.identifiers():
        entry.add_identifier(identifier_kind(label) or "identifier", number)
    entry.add_identifier("call_sign", record.text("call_sign"))
    entry.listed = entry.listed or entry.day(record.text("start_date"), "start date")
    entry.add_notes(("Title", record.text("title")), ("DOB", record.line("dates_of_birth")))
    entry.add_notes(("Vessel type", record.text("vessel_type")), ("Vessel owner", record.text("vessel_owner")))
    entry.add_note("", record.text("remarks"))


def _read_csv(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    _gather((_CsvRecord(f"line {line}", cells) for line, cells in read_rows(file, ",", found.skip)), found)


CSL_CSV = Importer("csl-csv", "1", has_columns(",", "source entitynumber name altnames programs ids"), _read_csv, CONTENT)


def _fits_json(file: ListFile) -> bool:
    """Whether it is a JSON file whose records have a source and alternative names."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in (b"{", b"[") and b'"source"' in head and b'"alt_names"' in head


def _read_json(found: ListBuilder, file: ListFile) -> None:
    """Read the list, an object with `results` or the list of results itself; it states no date, but how many records it has."""
    try:
        data = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise refused(f"The JSON is damaged or was cut short: {error}.", file.name) from error
    records = data.get("results") if isinstance(data, dict) else data
    if not isinstance(records, list):
        raise refused("The JSON has no list of results.", file.name)
    total = data.get("total") if isinstance(data, dict) else None
    _gather(_results(records, found), found)
    if isinstance(total, int) and total > len(records):
        message = f"The file holds {len(records)} of {total} results: it is a page of the list, not the list."
        raise WatchlistError(message, where=file.name, remedy="Download the whole list.")


CSL_JSON = Importer("csl-json", "1", _fits_json, _read_json, CONTENT)


def _results(records: Sequence[Any], found: ListBuilder) -> Iterator[_JsonRecord]:
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            yield _JsonRecord(f"result {number}", record)
        else:
            found.skip("result that is not an object", f"result {number}")


# The Denied Persons List of the US Bureau of Industry and Security, tab-separated: one row an order and address.


def _read_bis(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its dates are typed by hand and run into the year 3017, so that none of them dates the list."""
    for line, cells in read_rows(file, "\t", found.skip):
        name = tidy(cells["name"])
        if not name:
            found.skip("order without a name", f"line {line}")
            continue
        if name in found.entries:
            found.note("order against a name that has another: joined", name)
        else:
            found.note("kind of party not stated: taken as organisation", name)
        entry = found.entries.setdefault(name, found.begin(name, "organisation"))
        entry.add_name(name, "primary")
        parts = (cells["streetaddress"], cells.get("city", ""), cells.get("state", ""), cells.get("postalcode", ""))
        entry.add_address(parts, cells.get("country", ""))
        start = entry.written_day(cells["effectivedate"], "mdy", "effective date")
        entry.listed = min((d for d in (entry.listed, start) if d), default=None)
        entry.ends.append(entry.written_day(cells["expirationdate"], "mdy", "expiration date"))
        entry.add_note("", cells.get("frcitation", ""))


_BIS_COLUMNS = "name streetaddress effectivedate expirationdate standardorder"
BIS_TSV = Importer("bis-tsv", "1", has_columns("\t", _BIS_COLUMNS), _read_bis, "us-dpl")
