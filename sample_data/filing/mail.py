"""E-mails with a table attached: a mail of the internet, and a message of Outlook."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

from sample_data.filing.books import write_xlsx
from sample_data.filing.delimited import write_text
from sample_data.filing.outlook import message
from sample_data.filing.shipment import Shipment


def write_eml(shipments: Sequence[Shipment]) -> bytes:
    """A workbook attached to a mail that says nothing."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "clerk@harbour.example", "customs@port.example", "goods"
    mail["Date"] = "Wed, 25 Nov 2026 10:00:00 +0000"
    mail.add_attachment(write_xlsx(shipments), maintype="application", subtype="octet-stream", filename="goods.xlsx")
    mail.set_boundary("=-sample-boundary-=")
    return mail.as_bytes()


def write_msg(shipments: Sequence[Shipment]) -> bytes:
    """A CSV file attached to a message of Outlook."""
    return message("", ("goods.csv", write_text(shipments)))
