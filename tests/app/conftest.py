"""The ledger that verdicts are given on, as the room of cases has it."""

from tests.cases.conftest import ledger

__all__ = ("ledger",)
