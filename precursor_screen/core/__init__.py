"""The ground: what every room knows and none of them owns."""
