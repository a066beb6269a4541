"""Systematic names read as structures (the extra `structure`)."""
