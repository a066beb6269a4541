"""What is known of a line: its substances, masses, parties, documents, with the law of its day."""
