"""Five spellings of one party, its name with its address in one cell, are one party: its key, its case, its verdicts, its audit."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from precursor_screen.reference import shipped
from tests.cli.conftest import cut_rules

FIRMS = [
    ("Tolvera Pigmentos SA de CV", "Calle Roble 12", "Torremar", "Mexico", "MX"),
    ("MOLLOW PAINTS", "12 MILL ROAD", "DENBY", "UNITED KINGDOM", "GB"),
    ("KARSTAL", "KAISTR. 4", "TORREMAR", "KENYA", "KE"),  # one word, as a surname is
]
OTHER = "Orvel Trading Ltd"
BILLS = [f"FIVE{n}" for n in range(6)]
SIDES = [("Consignor", "Consignee"), ("Exporter", "Importer")]
RUN = ("--watchlist", "none", "--as-of", "2026-11-10", "--jurisdiction", "US", "--ledger", "ledger.sqlite", "--quiet")


def spellings(role: str, name: str, street: str, town: str, country: str) -> list[str]:
    return [
        f"{name}, {town}, {country}",
        f"{name}; {street}; {town}; {country}",
        f"{role.upper()} - {name} / {town} / {country}",
        f"{name} - {street}, {town} ({country})",
        f"{name}, HEAD OFFICE, {street}, {town}, {country}",
        f"{name}, {town} ({country})",
    ]


@pytest.fixture(autouse=True)
def rules(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cut_rules(tmp_path_factory.mktemp("rules") / "rules", "ps-chem-001.yml", "ps-qty-011.yml")
    monkeypatch.setattr(shipped, "rules_folder", lambda: folder)


def write_bills(sender: str, receiver: str, senders: list[str], receivers: list[str]) -> None:
    fields = ("Bill of Lading", sender, receiver, "Description of Goods", "HS Code", "Net Weight KG", "Date")
    ports = {"Port of Loading": "CNSHA", "Port of Discharge": "USHOU", "Mode of Transport": "sea"}
    with Path("m.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*fields, *ports])
        for bill, sent, received in zip(BILLS, senders, receivers, strict=True):
            writer.writerow([bill, sent, received, "PIPERONAL", "293293", "180", "2026-11-02", *ports.values()])


def screened(ps) -> dict[str, list[dict[str, str]]]:
    ps("screen", "m.csv", *RUN, "-o", "r.json")
    report: dict[str, list[dict[str, str]]] = json.loads(Path("r.json").read_text(encoding="utf-8"))
    return report


def recorded(side: str) -> Counter[tuple[str, ...]]:
    with closing(sqlite3.connect("ledger.sqlite")) as ledger:
        return Counter(ledger.execute(f"select {side}_key, {side}_country from movements"))


@pytest.mark.parametrize("firm", FIRMS, ids=lambda firm: firm[0])
@pytest.mark.parametrize(("sender", "receiver"), SIDES)
def test_spellings_of_a_receiver_are_one_party_one_case_and_take_one_verdict(ps, sender, receiver, firm):
    *parts, code = firm
    write_bills(sender, receiver, [OTHER] * 6, spellings(receiver, *parts))
    first = screened(ps)
    ((_, country),) = recorded("receiver")
    assert country == code  # of its own address, and not of the port of discharge
    assert len({s["case_id"] for s in first["shipments"]}) == 1
    assert first["shipments"][0]["case_id"] in BILLS
    verdict = ("--verdict", "cleared", "--reason", "licensed", "--text", "seen", "--officer", "N. One", "--second", "O. Two")
    assert ps("review", "add", firm[0], *verdict, "--yes", "--ledger", "ledger.sqlite").code == 0
    again = screened(ps)
    assert {f["shipment_id"] for f in again["flags"] if f["state"] == "suppressed"} == set(BILLS)
    assert {f["state"] for f in again["flags"]} == {"suppressed"}


@pytest.mark.parametrize("firm", FIRMS, ids=lambda firm: firm[0])
@pytest.mark.parametrize(("sender", "receiver"), SIDES)
def test_an_audit_finds_all_shipments_of_a_sender_written_so(ps, sender, receiver, firm):
    *parts, code = firm
    write_bills(sender, receiver, spellings(sender, *parts), [OTHER] * 6)
    screened(ps)
    ((_, country),) = recorded("sender")
    assert country == code
    period = ("--from", "2026-01-01", "--to", "2026-11-10", "--jurisdiction", "US")
    ps("audit", firm[0], *period, "--ledger", "ledger.sqlite", "-o", "a.json")
    (found,) = json.loads(Path("a.json").read_text(encoding="utf-8"))["exporters"]
    assert sum(name["rows"] for name in found["merged"]["taken"]) == 6


def test_a_name_that_is_a_whole_cell_of_some_lines_takes_the_others_too(ps):
    name, *rest, _ = FIRMS[1]
    write_bills("Consignor", "Consignee", [OTHER] * 6, [name, name, *spellings("Consignee", name, *rest)[2:]])
    screened(ps)
    answer = ps("review", "list", name, "--ledger", "ledger.sqlite", "--json")
    assert {flag["shipment_id"] for flag in answer.objects} == set(BILLS)
    answer = ps("review", "list", f"bill:{name}", "--ledger", "ledger.sqlite", "--json")
    assert {flag["shipment_id"] for flag in answer.objects} == set(BILLS[:2])
    for asked in (name, FIRMS[1][0].title()):
        assert all(bill in ps("explain", asked, "--report", "r.json").out for bill in BILLS[:2])
