"""The rules on lines, shipments and, in `windows/`, on movements over time."""
