"""The document of a bundle of evidence.

The document is JSON as it stands. All that is sealed besides (page, explanation) is made of it alone, so that whoever has it can make
the rest again. Its keys:

    format, tool_version, redacted, subject {kind, name}, source {kind, name, sha256}, notes: what is not known, in sentences
    flags: FLAG with parsed evidence, title, legal_basis, recorded, verdicts, aliases, alias_of, episode
    lines: line_id, source_file, source_row, shipment_id, cells as filed      missing_lines: ids of cited lines of which no cells are kept
    facts: line_id, fields (canonical name -> text), substances (substance_id, kg, basis)      shipments: score, band, parts ...
    rules, entries, reference, inputs: see `sources`      runs, chain: of the ledger
"""

from __future__ import annotations

from typing import Any

FORMAT = "precursor-screen evidence 1"
TO_SCORE = "to score"  # of a document that is not complete yet
Document = dict[str, Any]
Row = dict[str, Any]
