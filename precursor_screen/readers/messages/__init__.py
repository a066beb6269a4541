"""Cargo messages and declarations: EDI and XML to LINE."""
