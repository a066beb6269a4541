"""Controlled substances in texts and codes."""
