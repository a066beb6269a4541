"""What the layouts of OpenSanctions have in common: schemata, and the properties that identify a party."""

from __future__ import annotations

CONTENT = "opensanctions"
KINDS = {
    "Person": "person",
    "Organization": "organisation",
    "Company": "organisation",
    "LegalEntity": "organisation",
    "PublicBody": "organisation",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
NAMES = (("name", "strong"), ("alias", "strong"), ("previousName", "former"), ("weakAlias", "weak"))
COUNTRIES = ("country", "nationality", "citizenship", "jurisdiction", "flag", "mainCountry")
IDENTIFIERS = {
    "imoNumber": "imo",
    "mmsi": "mmsi",
    "callSign": "call_sign",
    "passportNumber": "passport",
    "idNumber": "national_id",
    "socialSecurityNumber": "national_id",
    "registrationNumber": "registration_number",
    "ogrnCode": "registration_number",
    "uscCode": "registration_number",
    "taxNumber": "tax_number",
    "innCode": "tax_number",
    "vatCode": "tax_number",
    "leiCode": "lei",
    "dunsCode": "duns",
    "swiftBic": "swift",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "serialNumber": "aircraft_serial_number",
}
DRUG_TOPIC = "crime.traffick.drug"
