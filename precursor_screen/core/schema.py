"""Every table and every column, with its type, subject, origin and meaning.

The rule language knows no other fields than those listed here, and identifiers in generated SQL come only from here.
Tables hold only the columns that an input supplies; `null_column` stands for the rest.

Kinds: text, number (decimal, six places), integer, date, boolean, texts (a list of text), controls (a list of
instrument and schedule).
"""

from __future__ import annotations

import pyarrow as pa
from msgspec import Struct

DECIMAL = pa.decimal128(18, 6)
CONTROL = pa.struct([("instrument", pa.string()), ("schedule", pa.string())])
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": DECIMAL,
    "integer": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "controls": pa.list_(CONTROL),
    "score": pa.float64(),
}

LINE, SUBSTANCE, PARTY = SUBJECTS = ("line", "substance", "party")
BESIDE_TABLE = "beside the table"  # message_type of a line that holds nothing but texts of no row of goods
ROLES = ("consignor", "consignee", "notify_party", "exporter", "importer")
# What is known of who sends and who receives, whichever column named them: {side}_role says which.
TRADERS = ("sender", "receiver")
TRADER_PARTS = ("name", "key", "address", "address_key", "country")
# Every name on a line is matched against the watchlists: role -> column. other_parties is a list of names.
NAME_COLUMNS = {
    **{role: f"{role}_name" for role in ROLES},
    "declarant": "declarant_name",
    "carrier": "carrier_name",
    "other_party": "other_parties",
    "vessel": "vessel",  # compared with vessels alone
}
# Texts in which a listed party may be named among other words; the field stands for the role.
MENTION_COLUMNS = (
    "description",
    "marks",
    *(f"{role}_address" for role in ROLES),
    "place_of_delivery",
    "other_texts",
    *(column for role, column in NAME_COLUMNS.items() if role != "vessel"),
)


class Column(Struct, frozen=True):
    """A column: name, kind (see the module's docstring), the subject it belongs to, who fills it, what it means."""

    name: str
    kind: str
    subject: str
    origin: str
    doc: str

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return TYPES[self.kind]


def _filed(kind: str, doc: str, *names: str) -> list[Column]:
    return [Column(n, kind, LINE, "filed", doc) for n in names]


def _parties() -> list[Column]:
    return [
        Column(f"{role}_{part}", "text", LINE, "filed", f"{part} of the {role.replace('_', ' ')}, as filed")
        for role in ROLES
        for part in ("name", "address", "country", "identifier")
    ]


# What identifies a line and where it came from.
_PLACE = [
    Column("line_id", "text", LINE, "identity", "hash of the line's mapped values and its ordinal among equal lines of one file"),
    Column("movement_key", "text", LINE, "identity", "hash of what identifies the cargo: references, item, container"),
    Column("source_file", "text", LINE, "reader", "name of the file, with sheet or member"),
    Column("source_row", "integer", LINE, "reader", "row, record or item in the file, from 1"),
    Column("input_id", "text", LINE, "reader", "which input (file, sheet) the line came from"),
    Column("message_type", "text", LINE, "filed", "type of the message (CUSCAR, CC015C ...)"),
    Column("message_function", "text", LINE, "filed", "original, replacement or cancellation"),
    Column("version", "text", LINE, "filed", "version of the message"),
    Column(
        "stated_once",
        "texts",
        LINE,
        "reader",
        "figures that are stated once for this and other lines, and count on the first of them",
    ),
    Column("shipment_id", "text", LINE, "identity", "as stated, else house bill, bill, declaration, else the line's own id"),
]

# What a manifest states. Only these enter line_id.
FILED: tuple[Column, ...] = (
    *_filed(
        "text",
        "reference of the consignment, as filed",
        "stated_shipment_id",
        "bill_of_lading",
        "house_bill_of_lading",
        "master_bill_of_lading",
        "bill_issuer",
        "declaration_id",
        "item_number",
    ),
    *_filed("texts", "container numbers", "container_numbers"),
    *_parties(),
    *_filed("text", "who declares or carries", "declarant_name", "carrier_name"),
    *_filed("texts", "names of parties in other roles", "other_parties"),
    *_filed("text", "what the goods are called", "description"),
    *_filed("text", "HS or national tariff code, digits only", "hs_code"),
    *_filed("texts", "identifiers of the substance, as filed in a column of their own", "cas_numbers", "cus_codes", "un_numbers"),
    *_filed("number", "quantity in quantity_unit", "quantity"),
    *_filed("text", "unit as written", "quantity_unit"),
    *_filed("number", "mass in kilograms", "net_mass_kg", "gross_mass_kg"),
    *_filed("integer", "number of packages", "packages"),
    *_filed("text", "kind of packages and their marks", "package_type", "marks"),
    *_filed("number", "value and freight, in currency", "value", "freight"),
    *_filed("text", "ISO 4217 code", "currency"),
    *_filed("text", "ISO 3166 alpha-2 code", "country_of_origin", "country_of_dispatch", "country_of_destination"),
    *_filed("texts", "ISO 3166 alpha-2 codes on the way", "transit_countries"),
    *_filed("text", "UN/LOCODE or name", "port_of_loading", "port_of_discharge", "place_of_delivery"),
    *_filed("text", "import, export, transit or transhipment, as stated", "direction"),
    *_filed("text", "sea, air, road, rail, post", "transport_mode"),
    *_filed("text", "means of transport", "vessel", "voyage"),
    *_filed("date", "date of the declaration, dispatch, arrival", "date", "dispatch_date", "arrival_date"),
    *_filed("text", "number of the import or export permit; of the pre-export notification", "permit_reference", "pen_reference"),
    *_filed("text", "IMDG or ADR class", "dangerous_goods_class"),
)

# What stands beside the fields: further codes in a cell, cells in columns that are mapped to nothing, and words in cells that hold
# something else. They are looked at like the goods' own, so that nothing hides there.
BESIDE: tuple[Column, ...] = (
    *(
        Column(
            f"ambiguous_{name}", "number", LINE, "filed", f"{name} by the larger of two readings (2.500), where it is not known"
        )
        for name in ("net_mass_kg", "gross_mass_kg", "quantity")
    ),
    Column("other_hs_codes", "texts", LINE, "filed", "further codes where the cell of the HS code holds several"),
    Column("other_texts", "texts", LINE, "filed", "texts of the line in no field of goods, as filed"),
    Column("other_columns", "texts", LINE, "filed", "the column of each of other_texts, by its header"),
)

LINE_COLUMNS: tuple[Column, ...] = (*_PLACE, *FILED, *BESIDE)


def _fact(name: str, kind: str, doc: str, subject: str = LINE) -> Column:
    return Column(name, kind, subject, "resolve", doc)


# Derived by `kernel.resolve`, one row a line.
LINE_FACTS: tuple[Column, ...] = (
    *(_fact(f"{role}_key", "text", f"comparable key of the {role.replace('_', ' ')}'s name") for role in ROLES),
    *(
        _fact(f"{role}_watchlist_score", "score", f"best watchlist score of the {role.replace('_', ' ')}, 0 to 100")
        for role in ROLES
    ),
    *(_fact(f"{role}_programmes", "texts", f"programmes of the entries the {role.replace('_', ' ')} matches") for role in ROLES),
    _fact(
        "countries_by_port",
        "texts",
        "which of country_of_dispatch and country_of_destination is not filed but follows from the code of a port, and from which",
    ),
    _fact("consignee_to_order", "boolean", "the consignee field is blank or names nobody: to order, or to the order of a bank"),
    _fact("sender_receiver_score", "score", "likeness of sender's and receiver's names, 0 to 100"),
    _fact("hs6", "text", "first six digits of the HS code"),
    _fact("hs_chapter", "text", "first two digits of the HS code"),
    _fact("hs_known", "text", "whether the HS code exists: exists, does-not-exist or unknown-edition; null: that cannot be told"),
    _fact("watched", "boolean", "goods worth a look even if no substance is recognised: by chapter, packing, danger or words"),
    _fact(
        "goods_key", "text", "of watched goods in which no substance is recognised: hs6, else the first words of the description"
    ),
    _fact("goods_named", "text", "by what watched goods are named: goods, code name, trade name or purpose"),
    _fact("package_kind", "text", "drum, can, ibc, tank, carton, bag or bottle"),
    _fact("package_kg", "number", "kilograms in one package: net, else gross mass by the number of packages"),
    _fact("packing_unusual", "boolean", "goods of the code do not travel in such packages, or not so much in one"),
    _fact(
        "fits_chapter", "boolean", "of a code of chapters 28, 29, 32 or 38: the description names no goods of other trades alone"
    ),
    _fact("misfit_noun", "text", "the noun by which it does"),
    _fact("description_tokens", "integer", "informative words of the description"),
    _fact("is_vague", "boolean", "the description could hide anything (a vague term, digits or symbols only)"),
    _fact("is_reference", "boolean", "the description names no goods but a document that does (as per invoice 4711)"),
    _fact("invalid_cas_numbers", "texts", "numbers written like a CAS number whose check digit is wrong"),
    _fact("substance_ids", "texts", "substances recognised by any means but a basket HS code"),
    _fact("substance_ids_by_cas", "texts", "substances recognised by a CAS or EC number"),
    _fact("substance_ids_by_description", "texts", "substances recognised by name in the description"),
    _fact("substance_ids_by_hs", "texts", "substances that have the line's HS subheading to themselves"),
    _fact("substance_hs6s", "texts", "HS subheadings of the substances recognised in the description"),
    _fact("route_groups", "texts", "synthesis routes that the line's substances belong to"),
    _fact("value_usd", "number", "value in US dollars, by the rate of its day (rates.csv, or a site's own)"),
    *(
        _fact(f"{role}_address_key", "text", f"comparable key of the {role.replace('_', ' ')}'s address")
        for role in ("consignor", "consignee", "notify_party")
    ),
    *(
        _fact(f"{side}_{part}", "text", f"{part.replace('_', ' ')} of the {side}: {which}")
        for side, which in (
            ("sender", "consignor, else exporter"),
            ("receiver", "consignee, else importer, else (bill to order, bank or forwarder) notify party"),
        )
        for part in ("role", *TRADER_PARTS)
    ),
    *(
        _fact(
            f"{side}_other_trade", "text", f"trade of which the {side}'s name tells, where it does not deal in goods of the code"
        )
        for side in ("sender", "receiver")
    ),
    _fact(
        "receiver_person",
        "text",
        "the receiver's name is a private person's: said (by a title or a word for it) or shape (a given name or initials and a surname)",
    ),
    _fact("receiver_telephones", "texts", "numbers of nine digits or more in the receiver's address; known in the history only"),
    _fact("always_filed", "texts", "fields that the jurisdiction always has filed (setting rules.always_filed)"),
    _fact("pen_found", "boolean", "the pre-export notification that the line names is in the register"),
    _fact("pen_status", "text", "its status: sent, accepted, objected, suspended, revoked"),
    _fact(
        "pen_lead_days", "integer", "days from the notification to the dispatch, working days where the jurisdiction counts those"
    ),
    _fact("pen_substance_ids", "texts", "substances that it names"),
    _fact("pen_importer_key", "text", "comparable key of the importer that it names"),
    _fact("pen_country", "text", "destination that it names"),
    _fact("permit_found", "boolean", "the permit that the line names is in the register"),
    _fact("permit_status", "text", "its status: valid, suspended, revoked, expired"),
    _fact("permit_in_force", "boolean", "the line's date lies within the permit's validity"),
    _fact("permit_substance_ids", "texts", "substances that it names"),
    _fact("permit_quantity_kg", "number", "kilograms of the line's substance that it is for"),
    _fact("permit_single_use", "boolean", "it is good for one shipment"),
    _fact("lexicon_terms", "texts", "named lists of words (equipment, coded names ...) of which the description holds one"),
    _fact("as_of_date", "date", "the day on which what was controlled is judged: date, dispatch, arrival, else --as-of"),
)

SUBSTANCE_COLUMNS: tuple[Column, ...] = (
    _fact("substance_id", "text", "which substance", SUBSTANCE),
    _fact("substance_name", "text", "its usual name", SUBSTANCE),
    _fact("parent_substance_id", "text", "the substance of which this is an ester or derivative", SUBSTANCE),
    _fact("control", "controls", "instrument and schedule in force on the line's own date", SUBSTANCE),
    _fact(
        "own_schedules", "texts", "schedules of the jurisdiction's own law in force on that date; empty if none is set", SUBSTANCE
    ),
    _fact("tier", "text", "convention, national or surveillance", SUBSTANCE),
    _fact("family", "text", "what it is a precursor of", SUBSTANCE),
    _fact("licit_use", "text", "how rare lawful trade in it is: S, A, B, C, D or E (concern.csv)", SUBSTANCE),
    _fact("substance_route_groups", "texts", "synthesis routes it belongs to", SUBSTANCE),
    _fact(
        "substance_route_roles",
        "texts",
        "ROUTE:ROLE of each: precursor (the chemical that the route turns on), reagent or solvent (route_roles.csv)",
        SUBSTANCE,
    ),
    _fact(
        "usual_usd_per_kg", "number", "low end of what it costs by the drum, US dollars a kilogram (usual_prices.csv)", SUBSTANCE
    ),
    _fact("large_kg", "number", "mass that is a large consignment for illicit use, kilograms (concern.csv)", SUBSTANCE),
    _fact(
        "match_method",
        "text",
        "name, normalised, cas, cus, ec_number, un_number, hs, fuzzy, structure: the best of those that agree",
        SUBSTANCE,
    ),
    _fact("match_methods", "texts", "all methods that agree", SUBSTANCE),
    _fact("match_strength", "text", "strong, medium or weak; a weak match never flags alone", SUBSTANCE),
    _fact("match_score", "score", "0 to 100", SUBSTANCE),
    _fact("matched_text", "text", "the characters that matched, as filed", SUBSTANCE),
    _fact("matched_field", "text", "the field that matched; other_texts for a column that is mapped to nothing", SUBSTANCE),
    _fact("matched_column", "text", "the header of that column", SUBSTANCE),
    _fact("matched_start", "integer", "where they begin in the text of that field, in characters", SUBSTANCE),
    _fact("matched_end", "integer", "where they end there", SUBSTANCE),
    _fact("matched_as", "text", "as they were compared: folded, without what parts letters", SUBSTANCE),
    _fact("matched_name", "text", "the name or number in the tables", SUBSTANCE),
    _fact("name_verified", "boolean", "the name has a checked source", SUBSTANCE),
    _fact("form", "text", "substance, preparation, mixture or article", SUBSTANCE),
    _fact("membership_verified", "boolean", "the listing has been checked against its source", SUBSTANCE),
    _fact(
        "listing_known", "boolean", "false: the listing has no date, and the day is before the edition it was read in", SUBSTANCE
    ),
    _fact("own_hs6s", "texts", "HS subheadings of the substance", SUBSTANCE),
    _fact("own_un_numbers", "texts", "UN numbers of the substance", SUBSTANCE),
    _fact("own_danger_class", "text", "IMDG class of the substance, if dangerous in transport", SUBSTANCE),
    _fact("concentration_pct", "number", "concentration stated beside the name, per cent; of a range the upper end", SUBSTANCE),
    _fact("goods_mass_kg", "number", "mass of the goods that hold the substance, kilograms", SUBSTANCE),
    _fact(
        "substance_mass_kg",
        "number",
        "mass of the substance on this line, kilograms: goods_mass_kg times concentration_pct, unless the threshold counts goods whole",
        SUBSTANCE,
    ),
    _fact(
        "largest_mass_kg",
        "number",
        "substance_mass_kg; where a figure may be read in two ways, by the larger reading, and substance_mass_kg is unknown",
        SUBSTANCE,
    ),
    _fact("mass_readings", "texts", "all readings of such a figure, as kilograms of the substance", SUBSTANCE),
    _fact(
        "mass_doubt",
        "text",
        "why substance_mass_kg is unknown though quantities are stated: two-readings, gross-only, size-only, several-masses, several-goods, other-goods, text-exceeds-line",
        SUBSTANCE,
    ),
    _fact("mass_basis", "text", "what goods_mass_kg comes from: net, quantity, packages, volume or gross", SUBSTANCE),
    _fact("mass_confidence", "text", "high, medium or low", SUBSTANCE),
    _fact("threshold_kg", "number", "threshold per transaction of the jurisdiction, kilograms", SUBSTANCE),
    _fact("threshold_month_kg", "number", "threshold of the jurisdiction for a calendar month, kilograms", SUBSTANCE),
    _fact("threshold_year_kg", "number", "threshold of the jurisdiction for a calendar year, kilograms", SUBSTANCE),
    _fact("threshold_verified", "boolean", "the threshold has been checked against its source", SUBSTANCE),
    _fact("reply_days", "integer", "days that the jurisdiction leaves for an answer to a pre-export notification", SUBSTANCE),
    _fact(
        "consignee_licensed", "boolean", "consignee or importer holds a licence for the substance in force that day", SUBSTANCE
    ),
    _fact("exporter_licensed", "boolean", "exporter or consignor holds a licence for the substance in force that day", SUBSTANCE),
    _fact("licence_lapsed", "boolean", "one of these parties held a licence for the substance, and none is in force", SUBSTANCE),
    _fact(
        "objected_elsewhere",
        "boolean",
        "an earlier notification of this exporter for this substance, for another country, was objected to, suspended or revoked",
        SUBSTANCE,
    ),
    _fact("objected_days", "integer", "days since the last such notification was sent", SUBSTANCE),
    _fact(
        "objected_later",
        "boolean",
        "false; unknown where a later one without exporter, country or day may be such a one",
        SUBSTANCE,
    ),
    _fact("objected_country", "text", "its destination", SUBSTANCE),
    _fact("objected_reference", "text", "its number", SUBSTANCE),
    _fact("threshold_source", "text", "where the threshold comes from", SUBSTANCE),
    _fact("threshold_counts", "text", "what is compared with it: goods, substance or base", SUBSTANCE),
)

PARTY_COLUMNS: tuple[Column, ...] = (
    _fact(
        "party_role",
        "text",
        "consignor, consignee, notify_party, exporter, importer, declarant, carrier, other_party or vessel; "
        "for a name within a longer text the field of that text",
        PARTY,
    ),
    _fact("party_name", "text", "the name as filed; of a longer text the words that name the party", PARTY),
    _fact("party_column", "text", "the field of that text, or the header of the column that is mapped to nothing", PARTY),
    _fact(
        "party_start",
        "integer",
        "where the name begins in the text of its field, in characters; null: written otherwise there",
        PARTY,
    ),
    _fact("party_end", "integer", "where it ends there", PARTY),
    _fact("party_compared", "text", "the name as it was compared", PARTY),
    _fact(
        "exact_name",
        "boolean",
        "every word of the name and of the entry's is equal after normalising, at least four letters",
        PARTY,
    ),
    _fact(
        "telling_name",
        "boolean",
        "the entry's name tells its bearer from others: two words that are neither of business nor ordinary, or one of eight letters",
        PARTY,
    ),
    _fact("copies", "texts", "further entries of the same party, in this list or another: name, list and entry", PARTY),
    _fact("list_id", "text", "which watchlist", PARTY),
    _fact("entry_id", "text", "which entry", PARTY),
    _fact("entry_name", "text", "the entry's primary name", PARTY),
    _fact("matched_entry_name", "text", "the name of the entry that matched", PARTY),
    _fact("name_kind", "text", "primary, strong, weak, former or original_script", PARTY),
    _fact("entry_kind", "text", "person, organisation, vessel or aircraft", PARTY),
    _fact("watchlist_score", "score", "0 to 100", PARTY),
    _fact("informative_tokens", "integer", "aligned words that are neither legal form nor generic", PARTY),
    _fact("corroboration", "texts", "what else agrees: country, address, identifier", PARTY),
    _fact("contradiction", "texts", "what speaks against it: identifier, where a ship bears another IMO number", PARTY),
    _fact("programmes", "texts", "programmes of the entry; narcotics among them as `narcotics`", PARTY),
    _fact("list_date", "date", "date of the list", PARTY),
)

# Of a movement that was amended: what its earlier version said.
PREVIOUS_COLUMNS: tuple[Column, ...] = tuple(
    Column(f"previous_{name}", kind, LINE, "ledger", f"{name} in the recorded version that this one amends")
    for name, kind in (
        ("line_id", "text"),
        ("description", "text"),
        ("substance_id", "text"),
        ("receiver_key", "text"),
        ("receiver_name", "text"),
        ("country_of_destination", "text"),
        ("port_of_discharge", "text"),
    )
)

# Of watched goods: what all lines of the 400 days before, of this run and of recorded ones, come to (`kernel.tally`).
MOVEMENT_COUNTED: tuple[Column, ...] = (
    *(
        Column(f"{side}_{name}", "integer", LINE, "ledger", doc.format(side=side))
        for side in TRADERS
        for name, doc in (
            ("lines_before", "lines of the {side} with a chapter in the 400 days before"),
            ("chapters_before", "in how many chapters these were"),
            ("same_before", "how many of them in the chapter of these goods"),
        )
    ),
    Column(
        "lane_lines_before", "integer", LINE, "ledger", "lines of the HS6 from dispatch to destination in the 400 days before"
    ),
    Column("lane_others_before", "integer", LINE, "ledger", "the same from all other countries of dispatch"),
    Column(
        "transit_unusual",
        "text",
        LINE,
        "ledger",
        "third countries on the way where goods of the HS6 were met on no lane to the destination or from dispatch; empty: none; "
        "unknown where fewer than 20 lines to there, or from there, name a country on the way",
    ),
)

COLUMNS: tuple[Column, ...] = (
    *(*LINE_COLUMNS, *LINE_FACTS, *SUBSTANCE_COLUMNS, *PARTY_COLUMNS, *PREVIOUS_COLUMNS, *MOVEMENT_COUNTED),
)
BY_NAME: dict[str, Column] = {c.name: c for c in COLUMNS}

# One physical movement of one substance, or of goods worth remembering without one (substance_id null): what windows are about and
# what the ledger keeps. What the law says of the substance is not kept: it is looked up again on the movement's own date.
MOVEMENT_STORED: tuple[Column, ...] = tuple(
    BY_NAME[name]
    for name in (
        *("movement_key", "line_id", "shipment_id", "source_file", "source_row", "message_function", "version"),
        *(
            "declaration_id",
            "house_bill_of_lading",
            "bill_of_lading",
            "master_bill_of_lading",
            "bill_issuer",
            "container_numbers",
        ),
        *("as_of_date", "direction", "country_of_origin", "country_of_dispatch", "country_of_destination", "transit_countries"),
        *("transport_mode", "vessel", "voyage", "port_of_discharge"),
        *(f"{role}_{part}" for role in ROLES for part in ("name", "key")),
        *("consignor_address_key", "consignee_address_key", "notify_party_address_key", "consignor_country", "consignee_country"),
        *(f"{side}_{part}" for side in TRADERS for part in ("role", "name", "key", "address_key", "country")),
        *("permit_reference", "pen_reference", "hs6", "hs_chapter", "goods_key", "description"),
        *("packages", "net_mass_kg", "value_usd", "lexicon_terms"),
        *("substance_id", "form", "match_method", "match_strength", "substance_mass_kg", "mass_basis", "mass_confidence"),
        "item_number",
        "goods_mass_kg",
    )
)
MOVEMENT = pa.schema([(c.name, c.arrow) for c in MOVEMENT_STORED])
# Joined to a movement from the tables of the law and of the substances whenever it is judged.
MOVEMENT_LOOKED_UP: tuple[Column, ...] = tuple(
    BY_NAME[name]
    for name in (
        *(
            "substance_name",
            "parent_substance_id",
            "control",
            "own_schedules",
            "tier",
            "membership_verified",
            "listing_known",
            "family",
        ),
        *("licit_use", "permit_single_use", "receiver_telephones"),
        *("substance_route_groups", "substance_route_roles", "usual_usd_per_kg", "large_kg"),
        *("threshold_kg", "threshold_month_kg", "threshold_year_kg", "threshold_verified"),
        *("threshold_source", "threshold_counts"),
    )
)
MOVEMENT_COLUMNS: tuple[Column, ...] = (*MOVEMENT_STORED, *MOVEMENT_LOOKED_UP, *MOVEMENT_COUNTED, *PREVIOUS_COLUMNS)


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The Arrow schema of some columns, in their order."""
    return pa.schema([(c.name, c.arrow) for c in columns])


# One row a recognised substance in one distinct text or code. `field` is description, marks, cas_numbers, cus_codes,
# un_numbers or hs_code; `value` is the distinct text as filed; start/end count its characters, and compared_as is what stands there,
# folded. `suppressed` holds the reason why a
# match does not count, null for one that does.
SUBSTANCE_MATCH = pa.schema(
    [
        ("field", pa.string()),
        ("value", pa.string()),
        ("substance_id", pa.string()),
        ("method", pa.string()),
        ("strength", pa.string()),
        ("form", pa.string()),
        ("matched", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("compared_as", pa.string()),
        ("score", pa.float64()),
        ("name", pa.string()),
        ("name_verified", pa.bool_()),
        ("suppressed", pa.string()),
    ]
)

# One row a (distinct name, watchlist entry) at or above the cut; the best name of the entry stands for it.
PARTY_MATCH = pa.schema(
    [
        ("value", pa.string()),
        ("list_id", pa.string()),
        ("entry_id", pa.string()),
        ("entry_name", pa.string()),
        ("matched_name", pa.string()),
        ("name_kind", pa.string()),
        ("entry_kind", pa.string()),
        ("score", pa.float64()),
        ("informative_tokens", pa.int64()),
    ]
)

# The same for a name that stands within a longer text: `value` is the text as filed, `named` the words of it that name the party;
# `start`: where these begin in the text, null where it writes them otherwise; `apart`: in a cell that holds a name they are no part
# of a longer one.
PARTY_MENTION = pa.schema([*PARTY_MATCH, ("named", pa.string()), ("start", pa.int32()), ("apart", pa.bool_())])

# What is wrong with an input, a row or a cell. `count` sums up a run of equal ones (blank rows), of which source_row is the first.
ISSUE = pa.schema(
    [
        ("code", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("message", pa.string()),
        ("line_id", pa.string()),
        ("count", pa.int64()),
    ]
)

# One row a flag. `evidence` is a JSON array of objects: (subject, field, as_written) of what the rule shows, and of a flag about a
# substance or a party where the match stands (with start, end, compared_as, candidate, method, score besides).
FLAG = pa.schema(
    [
        ("flag_id", pa.string()),
        ("shipment_id", pa.string()),
        ("line_id", pa.string()),
        ("rule_id", pa.string()),
        ("rule_version", pa.string()),
        ("level", pa.string()),
        ("confidence", pa.string()),
        ("state", pa.string()),
        ("family", pa.string()),
        ("weight", pa.int64()),
        ("substance_id", pa.string()),
        ("party_role", pa.string()),
        ("list_id", pa.string()),
        ("entry_id", pa.string()),
        ("score", pa.float64()),
        ("because", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("evidence", pa.string()),
        ("window_line_ids", pa.list_(pa.string())),
    ]
)

# What the lines that a report cites say of a shipment, a row a line; and the substances recognised in them, a row each.
PARTICULARS = arrow_schema(
    tuple(
        BY_NAME[name]
        for name in (
            *("line_id", "shipment_id", "source_file", "source_row", "description", "hs_code", "as_of_date", "date"),
            *("dispatch_date", "arrival_date", "net_mass_kg", "gross_mass_kg", "value", "currency", "packages", "package_type"),
            *(f"{side}_{part}" for side in TRADERS for part in ("name", "role", "address", "country")),
            *(f"{role}_{part}" for role in ROLES for part in ("name", "address", "country", "identifier")),
            *("country_of_origin", "country_of_dispatch", "country_of_destination", "transit_countries"),
            *("countries_by_port", "port_of_loading", "port_of_discharge", "place_of_delivery", "transport_mode", "vessel"),
            *("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id", "container_numbers"),
            *("permit_reference", "pen_reference"),
        )
    )
)
GOODS = arrow_schema(
    tuple(
        BY_NAME[name]
        for name in ("line_id", "substance_id", "substance_name", "substance_mass_kg", "largest_mass_kg", "threshold_kg")
    )
)

# Flags that were decided not to be seen: by an exception, or by an officer's verdict; the last day of it.
SUPPRESSED = pa.schema([("flag_id", pa.string()), ("by", pa.string()), ("reason", pa.string()), ("until", pa.date32())])

# How often a rule could not be judged, and for want of which field; shipment_id only where it can bar the band `none`.
UNJUDGED = pa.schema(
    [
        ("rule_id", pa.string()),
        ("field", pa.string()),
        ("shipment_id", pa.string()),
        ("count", pa.int64()),
    ]
)

# What a shipment's score is made of: licit use, quantity, evidence, standing; each with its reason.
PART_OF_SCORE = pa.struct([("part", pa.string()), ("points", pa.int64()), ("because", pa.string())])
SHIPMENT = pa.schema(
    [
        ("shipment_id", pa.string()),
        ("score", pa.int64()),
        ("band", pa.string()),
        ("typology", pa.string()),
        ("parts", pa.list_(PART_OF_SCORE)),
        ("families", pa.list_(pa.string())),
        ("flags", pa.list_(pa.string())),
        ("lines", pa.int64()),
        ("incomplete", pa.bool_()),
        ("case_id", pa.string()),
    ]
)


def empty(schema: pa.Schema) -> pa.Table:
    """A table of that schema without rows."""
    return schema.empty_table()
