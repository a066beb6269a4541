"""Addresses of exporters and importers reach the ledger as those of consignors and consignees do, and rules over time see them there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from precursor_screen.reference import shipped
from tests.cli.conftest import cut_rules

SHARED = ("PS-PTY-014", "PS-QTY-012", "PS-QTY-023", "PS-RTE-011")  # all rules that compare addresses
ADDRESS = ("Quay 12, Tormark", "TORMARK QUAY NO. 12")
DAYS = ("2025-01-08", "2026-11-02", "2026-11-05", "2026-11-09")  # the first only so that the ledger goes back far enough
SENDERS = ("Hesper Dyes Ltd", "Orvel Trading Ltd", "Brask Chemie GmbH", "Tindholm Export AS")
RECEIVERS = ("Ulmo Tints Ltd", "Zenvar Imports Inc", "Mollow Paints Ltd", "Karst Coatings SA")


@pytest.fixture(scope="module")
def shared_addresses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut_rules(tmp_path_factory.mktemp("rules") / "rules", *(f"{rule.lower()}.yml" for rule in SHARED))


def write_day(number: int, sender: str, receiver: str, *, sent_from: str, sent_to: str) -> Path:
    path = Path(f"day{number}.csv")
    row = {
        "Bill of Lading": f"FCT{number}",
        "Description of Goods": "PIPERONAL",
        "HS Code": "293293",
        "Net Weight KG": "180",
        "Mode of Transport": "air",
        "Date": DAYS[number],
        sender: SENDERS[number],
        f"{sender} Address": sent_from,
        f"{sender} Country": "DE",
        receiver: RECEIVERS[number],
        f"{receiver} Address": sent_to,
        f"{receiver} Country": "MX",
    }
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    return path


def found(ps, *words: object) -> set[str]:
    ps("screen", *words, "--watchlist", "none", "--ledger", "ledger.sqlite", "--as-of", "2026-11-10", "--quiet", "-o", "r.json")
    return {flag["rule_id"] for flag in json.loads(Path("r.json").read_text(encoding="utf-8"))["flags"]}


@pytest.mark.parametrize(
    ("sender", "receiver"), [("Consignor", "Consignee"), ("Exporter", "Importer"), ("Exporter", "Consignee")]
)
def test_an_address_that_several_share_is_found_through_the_ledger(ps, shared_addresses, monkeypatch, sender, receiver):
    monkeypatch.setattr(shipped, "rules_folder", lambda: shared_addresses)
    days = [
        write_day(n, sender, receiver, sent_from=ADDRESS[n % 2], sent_to=f"{text}, Estrel")
        for n, text in enumerate(("Calle 9", "Calle 7", "CALLE 7", "7 Calle"))
    ]
    assert [found(ps, day) for day in days] == [set(), set(), set(), set(SHARED)]


def test_addresses_apart_are_nothing(ps, shared_addresses, monkeypatch):
    monkeypatch.setattr(shipped, "rules_folder", lambda: shared_addresses)
    days = [
        write_day(n, "Exporter", "Importer", sent_from=f"Quay {n + 1}, Tormark", sent_to=f"Calle {n + 1}, Estrel")
        for n in range(4)
    ]
    assert [found(ps, day) for day in days] == [set()] * 4
