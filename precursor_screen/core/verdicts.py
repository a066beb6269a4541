"""What reports offer for deciding in them, as `review import` reads it. The ledger, which keeps it, is no part of a report."""

COLUMNS = ("flag_id", "line_id", "verdict", "reason", "text", "officer", "at", "until", "second")
VERDICTS = ("cleared", "referred", "confirmed", "inconclusive", "open")
REASONS = ("licensed", "end-use-confirmed", "other-party", "other-substance", "data-error", "sampled", "referred", "other")
