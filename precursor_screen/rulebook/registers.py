"""The registers that an office keeps and this tool reads: what they are called, their columns, and how people head those.

permits: import and export permits. pre-export-notifications: what was notified to the importing State, and its answer. licences: who
may handle which substance, and how much a year. annual-requirements: what a country says it needs legitimately in a year.
import-confirmations: what the other side says arrived there.
"""

from __future__ import annotations

import pyarrow as pa
from msgspec import Struct

from precursor_screen.schema import DECIMAL

PERMITS, NOTIFICATIONS, LICENCES, REQUIREMENTS = "permits", "pre-export-notifications", "licences", "annual-requirements"
CONFIRMATIONS = "import-confirmations"
WRITTEN = "quantity_as_written"

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "reference": pa.string(),
    "party": pa.string(),
    "country": pa.string(),
    "status": pa.string(),
    "substance": pa.string(),
    "number": DECIMAL,
    "date": pa.date32(),
    "year": pa.int64(),
    "boolean": pa.bool_(),
}


class RegisterColumn(Struct, frozen=True):
    """A column of a register.

    Attributes:
        kind: see TYPES.
        required: whether a row is worth nothing without it.
        spellings: headers that it goes by, the surest first.
        doc: what it means.
        fields: of a manifest whose known headers it goes by too.
        lenient: whether a cell that cannot be understood is left out and told, and its row stays.
    """

    name: str
    kind: str
    required: bool
    spellings: tuple[str, ...]
    doc: str
    fields: tuple[str, ...] = ()
    lenient: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


def _reference(spellings: str, *fields: str) -> RegisterColumn:
    words = (*_words(spellings), *_words("reference|ref|number|no|nummer|numéro|número|номер|编号"))
    return RegisterColumn("reference", "reference", True, words, "number of the document", fields)


def _party(name: str, spellings: str, doc: str, *fields: str, required: bool = False) -> RegisterColumn:
    return RegisterColumn(name, "party", required, _words(spellings), doc, fields)


def _country(spellings: str, doc: str, *fields: str, required: bool = False) -> RegisterColumn:
    words = (*_words(spellings), *_words("land|pays|país|paese|страна|kraj|ülke|国家|国"))
    return RegisterColumn("country", "country", required, words, doc, fields)


_SUBSTANCE = RegisterColumn(
    "substance",
    "substance",
    True,
    _words(
        "substance|chemical|product|goods|precursor|name of substance|substance name|chemical name|scheduled substance|stoff|substanz"
        "|erfasster stoff|sustancia|sostanza|substância|вещество|прекурсор|précurseur|substancja|stof|物质"
    ),
    "name or CAS number",
    ("description", "description_extra", "cas_numbers"),
)
_KG = RegisterColumn(
    "quantity_kg",
    "number",
    False,
    _words(
        "quantity kg|kg|quantity|amount kg|net kg|mass kg|amount|authorised quantity|authorized quantity|permitted quantity|approved quantity"
        "|maximum quantity|max quantity|menge|menge kg|quantité|quantité kg|cantidad|cantidad kg|quantidade|quantidade kg|quantità|количество"
        "|количество кг|hoeveelheid|ilość|数量|quantity received|received quantity|received|arrived|quantity confirmed|confirmed quantity"
        "|quantity notified|annual requirement|annual legitimate requirement|requirement|estimate|yearly quantity|annual quantity|annual limit"
        "|limit|erhaltene menge|jahresbedarf|jahresmenge|cantidad recibida|requerimiento anual|quantité reçue|besoin annuel"
    ),
    "kilograms",
    ("net_mass", "quantity"),
)
_UNIT = RegisterColumn(
    "unit",
    "text",
    False,
    _words("unit|uom|unit of measure|quantity unit|units|einheit|unité|unidad|unidade|единица|ед изм"),
    "of the quantity, where it is not kilograms: t, g, lb; litres where the density is known",
    ("quantity_unit", "mass_unit"),
)
_AUTHORITY = RegisterColumn(
    "authority",
    "text",
    False,
    _words("authority|issuing authority|issued by|issuing office|office|agency|behörde|autorité|autoridad|autoridade|орган"),
    "who issued it, where two use the same numbers",
)
_VERSION = RegisterColumn(
    "version",
    "text",
    False,
    _words("version|version no|amendment|amendment no|revision"),
    "of the versions of one number the highest counts",
)
_FROM = RegisterColumn(
    "valid_from",
    "date",
    False,
    _words(
        "valid from|from|issued|issue date|date of issue|issued on|date issued|start|start date|gültig von|gültig ab|ausgestellt am|valable du"
        "|valable à partir du|date de délivrance|válido desde|vigente desde|fecha de emisión|data de emissão|válido a partir de|действует с"
        "|дата выдачи|valido dal|geldig vanaf|ważne od|有效期自|签发日期"
    ),
    "first day",
)
_TO = RegisterColumn(
    "valid_to",
    "date",
    False,
    _words(
        "valid to|valid until|until|to|expires|expiry|expiry date|expiration date|expires on|date of expiry|valid through|end|end date"
        "|gültig bis|ablaufdatum|valable jusqu'au|valable au|date d'expiration|válido hasta|vigente hasta|fecha de vencimiento|vencimiento"
        "|data de validade|válido até|validade|действует до|срок действия|valido fino al|scadenza|geldig tot|ważne do|有效期至"
    ),
    "last day",
)
_STATUS = RegisterColumn(
    "status",
    "status",
    False,
    _words("status|state|reply|answer|statut|estado|situação|статус|stato|stand|antwort|réponse|respuesta|状态"),
    "see STATUSES; empty: valid or sent",
)
_STATUS_FROM = RegisterColumn(
    "status_from",
    "date",
    False,
    _words(
        "status from|status since|status date|date of status|revoked on|date revoked|revocation date|suspended on|suspended from|withdrawn on"
        "|cancelled on|date of objection|objected on|reply date|date of reply|reply on|replied on|answered on|status seit|widerrufen am|révoqué le|revocado el|revogado em|отозвано"
    ),
    "day from which the status holds; empty: from the first day on",
)
_REMARKS = RegisterColumn(
    "remarks",
    "text",
    False,
    _words(
        "remarks|remark|notes|note|comments|comment|bemerkungen|bemerkung|anmerkung|observations|observaciones|observação|примечание|备注"
    ),
    "renamed parties, and the basis of the quantity, as far as they stand there",
)
_HOLDER = (
    "holder|permit holder|licence holder|license holder|licensee|company|firm|operator|party|name|registrant|inhaber|titulaire|titular"
    "|detentor|titolare|houder|posiadacz|владелец|держатель|持证人"
)

REGISTERS: dict[str, tuple[RegisterColumn, ...]] = {
    PERMITS: (
        _reference("permit|permit number|permit no|authorisation|licence number", "permit_reference"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        _party("holder", _HOLDER, "to whom it was given"),
        _party(
            "exporter",
            "exporter|supplier|consignor|shipper",
            "who sends, where that is not the holder",
            "exporter_name",
            "consignor_name",
        ),
        _party(
            "consignee",
            "consignee|importer|recipient|end user|foreign importer",
            "who receives, where that is not the holder",
            "consignee_name",
            "importer_name",
        ),
        RegisterColumn(
            "direction",
            "text",
            False,
            _words("direction|type|kind|type of permit|permit type|flow|art|richtung|sens|sentido|tipo|направление"),
            "import or export",
            ("direction",),
        ),
        _country(
            "country|destination|origin|country of destination",
            "the other country",
            "country_of_destination",
            "consignee_country",
            "country_of_dispatch",
            "country_of_origin",
        ),
        RegisterColumn(
            "dispatch_country",
            "country",
            False,
            _words(
                "country of dispatch|dispatch country|country of export|exporting country|country of origin|origin|versandland|ausfuhrland"
                "|ursprungsland|pays d'expédition|pays exportateur|pays d'origine|país de expedición|país exportador|país de origen|país de origem"
            ),
            "where goods come from: the other country of an import, where destination has a column of its own",
            ("country_of_dispatch", "country_of_origin"),
            lenient=True,
        ),
        _FROM,
        _TO,
        RegisterColumn(
            "issued",
            "date",
            False,
            _words(
                "issued on|date of issue|issue date|issued|date issued|granted on|signed on|ausgestellt am|erteilt am|délivré le|date de délivrance"
                "|fecha de emisión|expedido el|data de emissão|дата выдачи|签发日期"
            ),
            "day of issue, where the first day stands beside it",
            lenient=True,
        ),
        RegisterColumn(
            "basis",
            "text",
            False,
            _words(
                "quantity basis|basis|basis of quantity|calculated as|expressed as|bezugsgröße|berechnet als|base de calcul|base de cálculo"
            ),
            "`anhydrous base`: the quantity is that of the base, also of a salt; else of the goods",
        ),
        RegisterColumn(
            "single_use",
            "boolean",
            False,
            _words("single use|one time|one-time|single shipment|einmalig|usage unique|uso único|одноразовое"),
            "good for one shipment",
        ),
        _STATUS,
        _AUTHORITY,
        _VERSION,
        _STATUS_FROM,
        _REMARKS,
    ),
    NOTIFICATIONS: (
        _reference("pen|pen number|pen reference|notification|notification number", "pen_reference"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        _party("exporter", "exporter|consignor", "who exports", "exporter_name", "consignor_name"),
        _party("importer", "importer|consignee", "who receives", "importer_name", "consignee_name"),
        _country(
            "country|destination|importing country|country of destination",
            "destination",
            "country_of_destination",
            "consignee_country",
            "importer_country",
        ),
        RegisterColumn(
            "sent",
            "date",
            False,
            _words(
                "sent|sent date|date sent|sent on|notified|notified on|date of notification|notification date|date|gesendet am|versandt am"
                "|envoyée le|date d'envoi|fecha de envío|enviado|data de envio|дата отправки|发送日期"
            ),
            "day of notification",
            ("date", "dispatch_date"),
        ),
        _STATUS,
        _AUTHORITY,
        _VERSION,
        _STATUS_FROM,
        RegisterColumn(
            "reply_due",
            "date",
            False,
            _words(
                "reply due by|reply due|reply by|answer due by|answer due|answer by|response due|deadline for reply|reply deadline|objection deadline"
                "|antwort bis|einspruchsfrist|réponse avant le|plazo de respuesta|respuesta hasta"
            ),
            "last day for an answer; empty: as the law says (`reply_periods.csv`)",
            lenient=True,
        ),
        RegisterColumn(
            "permit",
            "text",
            False,
            _words(
                "export permit|export permit number|permit|permit number|export authorisation|export licence|ausfuhrgenehmigung|genehmigung"
            ),
            "export permit that it was sent for",
            ("permit_reference",),
        ),
        _REMARKS,
    ),
    LICENCES: (
        _reference("licence|license|licence number|license number|registration|registration number", "permit_reference"),
        _party(
            "holder",
            _HOLDER,
            "who is licensed",
            "exporter_name",
            "importer_name",
            "consignor_name",
            "consignee_name",
            required=True,
        ),
        _SUBSTANCE,
        _KG,
        _UNIT,
        _FROM,
        _TO,
        _STATUS,
        _AUTHORITY,
        _VERSION,
        _STATUS_FROM,
    ),
    REQUIREMENTS: (
        _country(
            "country|importing country", "whose requirement it is", "country_of_destination", "consignee_country", required=True
        ),
        _SUBSTANCE,
        RegisterColumn("year", "year", True, _words("year|calendar year|jahr|année|año|ano|год|anno|年|年度"), "calendar year"),
        RegisterColumn("quantity_kg", "number", True, _KG.spellings, "kilograms a year", _KG.fields),
        _UNIT,
    ),
    CONFIRMATIONS: (
        _reference(
            "confirmation|confirmation number|bill of lading|bill|b/l|bl|shipment", "bill_of_lading", "house_bill_of_lading"
        ),
        _SUBSTANCE,
        _KG,
        _UNIT,
        _party("importer", "importer|consignee|receiver", "who received", "importer_name", "consignee_name"),
        _country(
            "country|importing country|destination",
            "who confirms: destination",
            "country_of_destination",
            "consignee_country",
            "importer_country",
        ),
        RegisterColumn(
            "date",
            "date",
            False,
            _words(
                "date|date of arrival|arrival|date of import|confirmed|date received|received on|ankunft|дата прибытия|到达日期"
            ),
            "day of arrival",
            ("arrival_date", "date"),
        ),
        RegisterColumn(
            "bill",
            "text",
            False,
            _words("bill of lading|bill|b/l|bl|shipment|consignment"),
            "bill that it confirms, where its own number is another",
            ("bill_of_lading", "house_bill_of_lading", "declaration_id"),
        ),
        RegisterColumn(
            "notification",
            "text",
            False,
            _words("notification|pen|pen number|pen no|notification number"),
            "pre-export notification that it confirms",
            ("pen_reference",),
        ),
    ),
}

# What a status column may say, in the words of the field; the first is what an empty cell means.
STATUSES: dict[str, tuple[str, ...]] = {
    "valid": _words(
        "valid|active|in force|granted|approved|issued|reinstated|current|gültig|aktiv|erteilt|vigente|válido|valide|en vigueur|accordé|действует|выдано|有效"
    ),
    "sent": _words(
        "sent|notified|pending|no reply|no answer|none|awaiting reply|open|gesendet|offen|enviado|envoyée|en attente|отправлено"
    ),
    "accepted": _words(
        "accepted|no objection|non-objection|not objected|cleared|agreed|keine einwände|zugestimmt|sin objeción|sans objection|aceptado"
        "|objection withdrawn|objection lifted|no objections|einspruch zurückgezogen|objeción retirada"
    ),
    "objected": _words("objected|objection|refused|rejected|einspruch|abgelehnt|objeción|rechazado|refusée|отказано"),
    "suspended": _words("suspended|stopped|on hold|under investigation|ausgesetzt|suspendido|suspendu|suspenso|приостановлено"),
    "revoked": _words(
        "revoked|withdrawn|cancelled|canceled|annulled|widerrufen|entzogen|revocado|anulado|révoqué|annulé|revogado|отозвано|аннулировано"
        "|surrendered|returned|handed back|zurückgegeben|devuelto|rendu|сдано"
    ),
    "expired": _words("expired|lapsed|abgelaufen|vencido|caducado|expiré|expirado|истек"),
    "superseded": _words("superseded|replaced|amended|old version|ersetzt|sustituido|remplacé|substituído|заменено"),
}


def schema_of(register: str) -> pa.Schema:
    """The Arrow schema of a register as it is stored: its columns, substance_id, and a comparable key beside every party."""
    fields = []
    for column in REGISTERS[register]:
        fields.append((column.name, TYPES[column.kind]))
        if column.kind == "party":
            fields.append((f"{column.name}_key", pa.string()))
        if column.kind == "number":  # where it is not plain kilograms
            fields.append((WRITTEN, pa.string()))
        if column.kind == "substance":
            fields.append(("substance_id", pa.string()))
    return pa.schema(fields)
