"""A ledger that version 0.1.0 wrote: its movements get sender and receiver, its flags keep their ids, its clearances hold."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from precursor_screen.api import load_reference
from precursor_screen.errors import LedgerOutdated
from precursor_screen.ledger.store import open_ledger
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.runners.inputs import Source
from precursor_screen.runners.ledger_memory import LedgerMemory
from precursor_screen.runners.local import run
from tests.screening import with_rules

FOLDER = Path(__file__).parent / "written_by_0_1_0"
AS_OF = date(2026, 11, 10)
FLAGGED = {
    ("PS-CHEM-001", "OLD001"),
    ("PS-CHEM-001", "OLD002"),
    ("PS-CHEM-003", "OLD002"),
    ("PS-CHEM-001", "OLD003"),
    ("PS-QTY-001", "OLD003"),
    ("PS-CHEM-001", "OLD004"),
}
CLEARED = {("PS-QTY-005", "OLD004"), ("PS-PTY-001", "OLD005")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(FOLDER / "ledger.sqlite", tmp_path / "ledger.sqlite"))


def test_the_same_facts_raise_nothing_new_and_what_was_cleared_stays_so(path: Path) -> None:
    whole = load_reference(watchlists=["sample"], jurisdiction="US", as_of=AS_OF)
    reference = with_rules(whole, *sorted({rule for rule, _ in FLAGGED | CLEARED}))
    states: dict[str, set[tuple[str, str]]] = {}
    for number, name in enumerate(("day1.csv", "day2.csv")):
        with LedgerMemory(f"sqlite:///{path}", 0.0) as memory:
            started = datetime(2026, 11, 27, number, tzinfo=UTC)
            source = Source(name, path=FOLDER / name)
            result = run((source,), ReadOptions(), reference, started=started, remember=memory.of_run)
            memory.record(result.screened, result.report, result.inputs)
            memory.delivered()
        for flag in result.report.flags.to_pylist():
            states.setdefault(flag["state"], set()).add((flag["rule_id"], flag["shipment_id"]))
    assert states == {"existing": FLAGGED, "suppressed": CLEARED}


def test_movements_are_filled_in_and_the_ledger_stays_sound(path: Path) -> None:
    with open_ledger(f"sqlite:///{path}") as ledger:
        assert ledger.verify() == []
        assert ledger.info().movements == 5
    with sqlite3.connect(path) as connection:
        query = """select shipment_id, sender_role, sender_name, sender_key = consignor_key, sender_address_key = consignor_address_key,
            sender_country, receiver_role, receiver_name, receiver_key = consignee_key, receiver_address_key = consignee_address_key,
            receiver_country from movements order by id"""
        rows = {row[0]: row[1:] for row in connection.execute(query)}
    connection.close()
    assert rows["OLD003"] == (
        *("consignor", "Ostrava Solvents as", 1, 1, "CZ"),
        *("consignee", "Halyard Paints Inc", 1, 1, "US"),
    )
    assert rows["OLD001"][1:4] == ("Wendelin Feinchemie GmbH", 1, 1)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"exporter_key": "e", "exporter_name": "E"}, ("exporter", "E", "e", None, "DE", None, None, None, None, "US")),
        (
            {"importer_key": "i", "importer_name": "I", "notify_party_key": "n", "notify_party_name": "N"},
            (None, None, None, None, None, "importer", "I", "i", None, "US"),
        ),
        (
            {"notify_party_key": "n", "notify_party_name": "N", "notify_party_address_key": "a"},
            (None, None, None, None, None, "notify_party", "N", "n", "a", "US"),
        ),
    ],
)
def test_other_roles_stand_in_as_they_do_in_a_run(path: Path, stored, expected) -> None:
    """The first movement without consignor and consignee, and with others; the sums of the ledger are reckoned anew before it is opened."""
    from precursor_screen.ledger import chain
    from precursor_screen.ledger.database import connected, create_database, parse_url

    empty = ("consignor_key", "consignor_name", "consignor_country", "consignor_address_key")
    empty += ("consignee_key", "consignee_name", "consignee_country", "consignee_address_key")
    engine = create_database(parse_url(f"sqlite:///{path}"), 1)
    with connected(engine, writes=True) as connection:
        opened = chain.open_seals(connection, "")
        values = {**dict.fromkeys(empty), **stored}
        sets = ", ".join(f"{name} = ?" for name in values)
        connection.exec_driver_sql(f"update movements set {sets} where id = 1", tuple(values.values()))
        opened.renew("movements", "movements t where t.id = ?", (1,))
        chain.add_link(connection, chain.PRUNED, opened.checksums)
    engine.dispose()
    with open_ledger(f"sqlite:///{path}") as ledger:
        assert ledger.verify() == []
    columns = ", ".join(f"{s}_{p}" for s in ("sender", "receiver") for p in ("role", "name", "key", "address_key", "country"))
    with sqlite3.connect(path) as connection:
        (row,) = connection.execute(f"select {columns} from movements where id = 1")
    connection.close()
    found = dict(zip(columns.split(", "), row, strict=True))
    wanted = dict(zip(columns.split(", "), expected, strict=True))
    if wanted["sender_country"] is None:
        wanted["sender_country"] = "DE"  # the country of dispatch
    assert found == wanted


def test_who_only_looks_changes_nothing_and_a_copy_is_kept_of_what_is_brought_up_to_date(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(LedgerOutdated, match="has version 2; this program reads version") as caught:
        open_ledger(str(path), create=False)
    assert "ledger upgrade" in caught.value.remedy
    assert (path.read_bytes(), os.listdir(path.parent)) == (before, ["ledger.sqlite"])
    for kept in ("ledger.sqlite.version-2", "ledger.sqlite.version-2.2"):
        with open_ledger(str(path), create=False, upgrade=True) as ledger:
            assert ledger.verify() == []
        with sqlite3.connect(path.with_name(kept)) as copy:
            assert copy.execute("select count(*) from movements").fetchone() == (5,)
            assert copy.execute("select max(number) from precursor_screen_versions").fetchone() == (2,)
        path.write_bytes(before)


def test_a_run_brings_it_up_to_date_and_keeps_a_copy(path: Path) -> None:
    with open_ledger(str(path)):
        pass
    assert path.with_name("ledger.sqlite.version-2").is_file()
