"""Random runs against the definition of new, sent again, amended and cancelled, written down once more in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from precursor_screen.ledger.store import open_ledger
from tests.ledger.rows import DAY, look, movement, run, table

MESSAGE = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from(["v1", "v2", "v3"]),
    st.sampled_from([None, "s", "t"]),
    st.sampled_from(["original"] * 5 + ["cancellation"]),
)


@dataclass
class Model:
    """rows: (key, line, substance) -> whether it counts; waiting: keys of cancellations that came before what they cancel."""

    rows: dict[tuple[str, str, str | None], bool] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def known(self, batch):
        lines = {(k, v) for k, v, _ in self.rows}
        return sorted({(k, v) for k, v, _, _ in batch} & lines)

    def amended(self, batch):
        return sorted(r[1] for r, live in self.rows.items() if live and self._leaves(r, batch) == "superseded")

    def remaining(self, batch):
        return sorted(r[:2] for r, live in self.rows.items() if live and not self._leaves(r, batch))

    def _leaves(self, row, batch):
        key, line, _ = row
        if any(k == key and f == "cancellation" for k, _, _, f in batch):
            return "cancelled"
        lines = {(k, v) for k, v, _ in self.rows}
        fresh = any(k == key and f == "original" and (k, v) not in lines for k, v, _, f in batch)
        sent = any((k, v) == (key, line) for k, v, _, _ in batch)
        return "superseded" if fresh and not sent else ""

    def apply(self, batch):
        before = dict(self.rows)
        lines = {(k, v) for k, v, _ in before}
        live = {(k, v) for (k, v, _), counts in before.items() if counts}
        after = {r: counts and not self._leaves(r, batch) for r, counts in before.items()}
        cancelled = {k for k, _, _, f in batch if f == "cancellation"}
        for key, line, substance, function in batch:
            row = (key, line, substance)
            if function == "original" and row not in before and ((key, line) not in lines or (key, line) in live):
                after[row] = key not in cancelled and key not in self.waiting
        self.waiting |= cancelled - {key for key, _, _ in after}
        self.rows = after


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(MESSAGE, max_size=5), max_size=6))
def test_the_ledger_does_what_the_definition_says(tmp_path_factory, batches):
    model = Model()
    with open_ledger(f"sqlite:///{tmp_path_factory.mktemp('model') / 'l.sqlite'}") as ledger:
        for number, batch in enumerate(batches, 1):
            rows = [movement(k, f"{k}{v}", substance_id=s, message_function=f) for k, v, s, f in batch]
            named = [(k, f"{k}{v}", s, f) for k, v, s, f in batch]
            with ledger.begin(run(number)) as transaction:
                history = look(transaction, *rows, movement("probe", "probe"), keys=[("consignee_key",)])
                assert [tuple(r.values()) for r in history.known.to_pylist()] == model.known(named)
                assert sorted(history.amended.column("line_id").to_pylist()) == model.amended(named)
                found = zip(
                    history.movements.column("movement_key").to_pylist(),
                    history.movements.column("line_id").to_pylist(),
                    strict=True,
                )
                assert sorted(found) == model.remaining(named)
                assert history.since == (DAY if model.rows else None)
                transaction.record_movements(table(*rows))
            model.apply(named)
            assert ledger.info().movements == sum(model.rows.values())
        assert ledger.verify() == []
