"""The server of the ledger's tests is that of the schemes too."""

from __future__ import annotations

from tests.history.conftest import postgres

__all__ = ["postgres"]
