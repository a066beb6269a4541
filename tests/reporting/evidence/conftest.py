"""The case as documents and bundles, as the room that gathers it has it."""

from tests.cases.evidence.conftest import bundle_bytes, completed, document, installed, ledger, redacted

__all__ = ("bundle_bytes", "completed", "document", "installed", "ledger", "redacted")
