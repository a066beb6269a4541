"""Ledgers that releases wrote: flags keep their ids, clearances hold, and what was not recorded then is filled in."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from precursor_screen.core.errors import LedgerOutdated
from precursor_screen.history.migrations import MIGRATIONS
from precursor_screen.history.store import open_ledger
from tests.releases.ledgers import HERE, KEPT, releases, screened_again, unpack
from tests.releases.workday import home_in, run_line

RELEASES = releases(KEPT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The ledger of the first release."""
    return unpack("0.1.0", tmp_path)


@pytest.mark.parametrize("release", RELEASES)
def test_the_same_facts_raise_nothing_new_and_what_was_cleared_stays_so(release: str, tmp_path: Path) -> None:
    recorded = json.loads((HERE / release / "ledger.json").read_text(encoding="utf-8"))
    wanted = {state: {(rule, shipment) for rule, shipment in some} for state, some in recorded.items()}
    rules = {rule for some in wanted.values() for rule, _ in some}
    assert screened_again(unpack(release, tmp_path), rules) == wanted


@pytest.mark.parametrize("release", RELEASES)
def test_commands_work_on_the_ledger_of_a_release(release: str, tmp_path: Path) -> None:
    """OLD002 is flagged and open, OLD004 is cleared; the ledger of the first release keeps no digests of what it judged with."""
    path = unpack(release, tmp_path)
    period = "--jurisdiction US --from 2026-01-01 --to 2026-11-30"
    wanted = {
        "ledger upgrade": 0,
        "ledger verify": 0,
        "ledger info --json": 0,
        "review list --state all --json > flags.jsonl": 0,
        "explain OLD002": 0,
        "evidence OLD004 -o case.zip": 0,
        "evidence verify case.zip": 0,
        f'audit "Wendelin Feinchemie GmbH" {period} -o audit.json': 1,
        f"audit --all {period}": 0,
        "return --year 2026 --jurisdiction US": 3,
    }
    with home_in(tmp_path):
        path.rename(tmp_path / "home" / "ledger.sqlite")
        found = {line: run_line(line, tmp_path) for line in wanted}
    assert found == wanted
    flags = [json.loads(line) for line in (tmp_path / "flags.jsonl").read_text(encoding="utf-8").splitlines()]
    recorded = json.loads((HERE / release / "ledger.json").read_text(encoding="utf-8"))
    assert len(flags) == sum(map(len, recorded.values()))
    assert len(recorded["suppressed"]) == sum(flag["dispositions"] != [] for flag in flags)


def test_movements_of_the_first_release_get_sender_and_receiver(path: Path) -> None:
    open_ledger(f"sqlite:///{path}").close()
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
    from precursor_screen.history import chain
    from precursor_screen.history.database import connected, create_database, parse_url

    empty = ("consignor_key", "consignor_name", "consignor_country", "consignor_address_key")
    empty += ("consignee_key", "consignee_name", "consignee_country", "consignee_address_key")
    engine = create_database(parse_url(f"sqlite:///{path}"), 1)
    with connected(engine, writes=True) as connection:
        opened = chain.open_checksums(connection, "")
        values = {**dict.fromkeys(empty), **stored}
        sets = ", ".join(f"{name} = ?" for name in values)
        connection.exec_driver_sql(f"update movements set {sets} where id = 1", tuple(values.values()))
        opened.rehash("movements", "movements t where t.id = ?", (1,))
        chain.add_link(connection, chain.PRUNED, opened.tables)
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
        with closing(sqlite3.connect(path.with_name(kept))) as copy:
            assert copy.execute("select count(*) from movements").fetchone() == (5,)
            assert copy.execute("select max(number) from precursor_screen_versions").fetchone() == (2,)
        path.write_bytes(before)


@pytest.mark.parametrize(("release", "version"), [("0.1.0", 2), ("0.2.0", 10), ("1.1.0", 10)])
def test_a_run_brings_it_up_to_date_keeps_a_copy_and_the_flags(release: str, version: int, tmp_path: Path) -> None:
    path = unpack(release, tmp_path)
    flags = "select flag_id, rule_id, state, line_id, because from flags order by flag_id"
    addresses = "select count(*), count(exporter_address_key), count(importer_address_key) from movements"
    with closing(sqlite3.connect(path)) as ledger:
        recorded = ledger.execute(flags).fetchall()
    with open_ledger(str(path)) as opened:
        assert opened.verify() == []
        assert opened.info().version == MIGRATIONS[-1].number
    with closing(sqlite3.connect(path.with_name(f"ledger.sqlite.version-{version}"))) as copy:
        assert copy.execute("select max(number) from precursor_screen_versions").fetchone() == (version,)
        assert copy.execute(flags).fetchall() == recorded
    with closing(sqlite3.connect(path)) as ledger:
        assert ledger.execute(flags).fetchall() == recorded != []
        assert ledger.execute(addresses).fetchone() == (5, 0, 0)  # earlier versions kept none
