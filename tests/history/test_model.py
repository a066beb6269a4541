"""Random messages in random runs: what a ledger holds in the end is what one run with all of them holds."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from precursor_screen.history import upkeep
from precursor_screen.history.store import Ledger, open_ledger
from tests.examples import examples
from tests.history.conftest import drop_databases, new_database
from tests.history.rows import day, movement, run, table

MESSAGES = st.lists(
    st.builds(
        dict,
        bill=st.sampled_from("AB"),
        number=st.sampled_from([None, None, "1", "2"]),
        goods=st.sampled_from(["acetone", "toluene"]),
        kg=st.sampled_from([10, 20, 40]),
        version=st.sampled_from([None, None, "1", "2", "3", "two"]),
        function=st.sampled_from(["original"] * 5 + ["replacement"] * 2 + ["cancellation"]),
        day=st.sampled_from([0, 0, 1, 120]),
        of_all=st.booleans(),
    ),
    min_size=1,
    max_size=9,
)


def row(message, number: int = 0) -> dict[str, object]:
    """A movement of a bill of a sequence, under an id that is a function of what it states."""
    message = {**message, "bill": f"{message['bill']}{number:02}"}
    cancels = message["function"] == "cancellation"
    bare = cancels and message["of_all"]
    stated = {k: v for k, v in message.items() if not (bare and k in ("number", "goods", "kg"))}
    line = "/".join(f"{k}={v}" for k, v in sorted(stated.items()))
    key = f"{message['bill']}{message['number']}" if message["number"] and not bare else line
    return movement(
        key,
        line,
        shipment_id=message["bill"],
        house_bill_of_lading=f"{message['bill']}1",
        item_number=None if bare else message["number"],
        description=None if bare else message["goods"],
        substance_id=None if bare else message["goods"],
        substance_mass_kg=None if cancels else Decimal(message["kg"]),
        version=message["version"],
        message_function=message["function"],
        as_of_date=day(message["day"]),
    )


def held(ledger: Ledger) -> list[tuple[object, ...]]:
    """What counts, and with which mass."""
    with ledger.tables() as tables:
        for name, _, batches in tables:
            if name == "movements":
                rows = [r for b in batches for r in b.to_pylist()]
                return sorted((r["line_id"], r["substance_id"], r["substance_mass_kg"]) for r in rows if r["ended_run"] is None)
    raise AssertionError("no movements")


def remembered(url: str, batches) -> list[tuple[object, ...]]:
    with open_ledger(url) as ledger:
        for number, batch in enumerate(batches, 1):
            with ledger.begin(run(number)) as transaction:
                transaction.record_movements(table(*batch))
        assert ledger.verify() == []
        return held(ledger)


def arrive(rows, cuts, order, resent) -> list[list[dict[str, object]]]:
    """The rows in runs, in any order, some of them twice."""
    mixed = [rows[i % len(rows)] for i in order if i < len(rows)]
    mixed += [r for r in rows if r not in mixed] + [rows[i % len(rows)] for i in resent]
    places = sorted({0, *(c % (len(mixed) + 1) for c in cuts), len(mixed)})
    return [list({r["line_id"]: r for r in mixed[a:b]}.values()) for a, b in itertools.pairwise(places)]


def agrees(url_of: Callable[[str], str], *sequences) -> None:
    """Sequences of bills of their own share two ledgers: what a run costs beside its rows is paid once for all of them."""
    whole: list[dict[str, object]] = []
    parts: list[list[list[dict[str, object]]]] = []
    for number, sequence in enumerate(sequences):
        rows = list({r["line_id"]: r for r in (row(m, number) for m in sequence["messages"])}.values())
        whole += rows
        parts.append(arrive(rows, sequence["cuts"], sequence["order"], sequence["resent"]))
    runs = [[r for some in together for r in some] for together in itertools.zip_longest(*parts, fillvalue=[])]
    assert remembered(url_of("parts"), runs) == remembered(url_of("whole"), [whole])


NUMBERS = st.lists(st.integers(0, 8), max_size=9)


SEQUENCE = st.fixed_dictionaries(
    {"messages": MESSAGES, "cuts": NUMBERS, "order": NUMBERS, "resent": st.lists(st.integers(0, 8), max_size=3)}
)
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
AT_ONCE = 25
MANY = given(st.lists(SEQUENCE, min_size=AT_ONCE, max_size=AT_ONCE))


@functools.cache
def empty() -> bytes:
    """A ledger that holds nothing: to make one takes longer than all that is asked of it."""
    with tempfile.TemporaryDirectory() as folder:
        with open_ledger(f"sqlite:///{folder}/empty.sqlite"):
            pass
        upkeep.copy_file(Path(folder, "empty.sqlite"), Path(folder, "copy.sqlite"))
        return Path(folder, "copy.sqlite").read_bytes()


def files(folder: Path) -> Callable[[str], str]:
    def url_of(name: str) -> str:
        path = folder / f"{name}.sqlite"
        path.write_bytes(empty())
        return f"sqlite:///{path}"

    return url_of


@examples(7, 60, suppress_health_check=CHECKS)
@given(SEQUENCE)
def test_what_is_held_does_not_depend_on_how_it_came(tmp_path_factory, sequence):
    agrees(files(tmp_path_factory.mktemp("model")), sequence)


@pytest.mark.slow
@examples(4, 80, suppress_health_check=CHECKS)
@MANY
def test_many_sequences_at_once(sequences):
    with tempfile.TemporaryDirectory() as folder:  # so many ledgers are too many to keep
        agrees(files(Path(folder)), *sequences)


@pytest.mark.slow
@pytest.mark.postgres
@examples(2, 8, suppress_health_check=CHECKS)
@MANY
def test_many_sequences_on_a_server(postgres, sequences):
    made: list[str] = []

    def url_of(name: str) -> str:
        made.append(new_database(postgres))
        return made[-1]

    try:
        agrees(url_of, *sequences)
    finally:
        drop_databases(postgres, made)
