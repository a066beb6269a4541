"""What texts, codes and names name; each distinct one once."""
