"""Names of parties against watchlists."""
