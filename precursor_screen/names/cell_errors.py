"""What a spreadsheet leaves in a cell that it could not work out: no text of goods, though it looks like one."""

from __future__ import annotations

from typing import Final

# For RE2 and `re` alike. Error values as Excel writes them in English and other languages (#NAME?, #¿NOMBRE?, #ИМЯ?), those of
# LibreOffice (Err:502), and the mark that readers of workbooks put where a formula has no saved result.
CELL_ERROR: Final = (
    r"(?i)^\s*(?:#\s?[¡¿]?[\pL/0_]{2,14}[!?]|#(?:N/A|N/D|NV|N/DISP|ZAHL|CALC|SPILL|GETTING_DATA|UNCACHED)!?|err:\d{3})\s*$"
)
NOT_AVAILABLE: Final = r"(?i)^\s*#N/?A\s*$"  # the same as "no value" in most columns; among descriptions a look-up that failed
