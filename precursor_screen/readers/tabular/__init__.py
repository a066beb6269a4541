"""Tables of any format: finding the header, mapping columns, rows that are no line, texts beside the table."""
