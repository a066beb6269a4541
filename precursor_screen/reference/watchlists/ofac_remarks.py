"""OFAC's remarks: one text in which weak aliases, identifiers, nationalities and links follow each other."""

from __future__ import annotations

import re

from msgspec import Struct

# Aliases may hold apostrophes (`''FOOPIE''`), so the closing one is that before `;`, `.` or the end.
_WEAK_ALIAS = re.compile(r"(?:a\.k\.a\.|f\.k\.a\.|n\.k\.a\.),? '(.+?)'(?=;|\.(?:\s|;|$)|$)")
_COUNTRY = re.compile(r"^(?:alt\. )?(?:nationality|citizen) (.+?)\.?$")
_QUALIFIER = re.compile(r"\s*(?:\(.*|issued\b.*|expires\b.*|individual\b.*)$")

# Labels as they stand in the remarks, to the kind of identifier. The longest label that fits decides.
_LABELS = {
    "Vessel Registration Identification": "imo",
    "Vessel Registration Identification IMO": "imo",
    "Identification Number IMO": "imo",
    "Company Number IMO": "imo_company",
    "MMSI": "mmsi",
    "Passport": "passport",
    "Diplomatic Passport": "passport",
    "Travel Document Number": "travel_document",
    "Tax ID No.": "tax_number",
    "V.A.T. Number": "tax_number",
    "R.F.C.": "tax_number",
    "RFC": "tax_number",
    "NIT #": "tax_number",
    "RUC #": "tax_number",
    "RIF #": "tax_number",
    "RTN": "tax_number",
    "C.U.I.T.": "tax_number",
    "US FEIN": "tax_number",
    "Italian Fiscal Code": "tax_number",
    "Registration Number": "registration_number",
    "Registration ID": "registration_number",
    "Business Registration Number": "registration_number",
    "Company Number": "registration_number",
    "UK Company Number": "registration_number",
    "Commercial Registry Number": "registration_number",
    "C.R. No.": "registration_number",
    "Folio Mercantil No.": "registration_number",
    "Matricula Mercantil No": "registration_number",
    "Chamber of Commerce Number": "registration_number",
    "Unified Social Credit Code (USCC)": "registration_number",
    "Economic Register Number (CBLS)": "registration_number",
    "Trade License No.": "registration_number",
    "License": "registration_number",
    "Enterprise Number": "registration_number",
    "Government Gazette Number": "registration_number",
    "Public Registration Number": "registration_number",
    "Business Registration Document #": "registration_number",
    "Legal Entity Number": "lei",
    "D-U-N-S Number": "duns",
    "SWIFT/BIC": "swift",
    "National ID No.": "national_id",
    "Identification Number": "national_id",
    "Cedula No.": "national_id",
    "C.U.R.P.": "national_id",
    "D.N.I.": "national_id",
    "Personal ID Card": "national_id",
    "Driver's License No.": "driving_licence",
    "SSN": "national_id",
    "Phone Number": "phone",
    "Telephone": "phone",
    "Email Address": "email",
    "Website": "website",
    "Aircraft Tail Number": "aircraft_registration",
    "Aircraft Manufacturer's Serial Number (MSN)": "aircraft_serial_number",
    "Aircraft Construction Number (also called L/N or S/N or F/N)": "aircraft_serial_number",
}
_BY_LENGTH = sorted(_LABELS, key=len, reverse=True)
_IDENTIFIER = re.compile(r"^(?:alt\. )?(" + "|".join(map(re.escape, _BY_LENGTH)) + r")(?: No\.| #|:)? +(\S.*)$", re.IGNORECASE)
_BY_FOLDED = {label.casefold(): kind for label, kind in _LABELS.items()}


def identifier_kind(label: str) -> str:
    """The kind of identifier that a label of OFAC's stands for; empty for one that is none (a date, a risk)."""
    return _BY_FOLDED.get(label.replace("’", "'").strip().rstrip(":").casefold(), "")


class Remarks(Struct, frozen=True):
    """The whole text, which keeps dates of birth and links to other parties, and what can be compared lifted from it."""

    text: str
    weak_aliases: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    countries: tuple[str, ...]


def read_remarks(text: str) -> Remarks:
    """Lift weak aliases, identifiers (kind, number) and countries (as written) out of an entry's remarks."""
    aliases = tuple(alias.strip() for alias in _WEAK_ALIAS.findall(text) if alias.strip())
    identifiers: dict[tuple[str, str], None] = {}
    countries: dict[str, None] = {}
    for part in text.split(";"):
        stripped = part.strip()
        if found := _IDENTIFIER.match(stripped):
            number = _QUALIFIER.sub("", found.group(2)).rstrip(" .,")
            if number:
                identifiers[(_BY_FOLDED[found.group(1).casefold()], number)] = None
        elif country := _COUNTRY.match(stripped):
            countries[country.group(1)] = None
    return Remarks(text, aliases, tuple(identifiers), tuple(countries))
