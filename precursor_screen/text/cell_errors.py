"""What a spreadsheet leaves in a cell that it could not work out: no text of goods, though it looks like one."""

from __future__ import annotations

from typing import Final

# For RE2. Letters beyond ASCII are a range: the class \pL fourteen times over takes 20 ms to compile, for each column. Error values as
# Excel writes them in English and other languages (#NAME?, #¿NOMBRE?, #ИМЯ?), those of
# LibreOffice (Err:502), and the mark that readers of workbooks put where a formula has no saved result.
CELL_ERROR: Final = (
    r"(?i)^\s*(?:(?:#\s?[¡¿]?[A-Z/0_\x{80}-\x{10FFFF}]{1,14}[!?]|#(?:N/A|N/D|NV|N/DISP|ZAHL|CALC|SPILL|GETTING_DATA|UNCACHED|REF|NAME|VALUE|NULL|NUM)!?|err:\d{3}|"
    r"error 20\d\d|#{3,}|\[object object\]|loading\.{3})\s*)+$|^\s*=\s*(?:[A-Z]{2,12}\(|['\w ]{1,40}![$A-Z])|#(?:REF|VALUE|NAME|DIV/0|UNCACHED)[!?]"
)
NOT_AVAILABLE: Final = r"(?i)^\s*#N/?A\s*$"  # the same as "no value" in most columns; among descriptions a look-up that failed
# In a column that is mapped to nothing an error is often a helper's; a text that was never worked out may be anything.
UNCACHED_CELL: Final = r"#UNCACHED!"
