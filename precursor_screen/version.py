"""The version, where every storey may read it."""

__version__ = "1.1.0"
