"""What stands on top: a score of four parts and a band for every shipment."""
