"""The version, where every storey may read it."""

__version__ = "0.2.0"
