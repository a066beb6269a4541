"""Lines of print in scripts that run to the left."""

from __future__ import annotations

import pytest

from precursor_screen.formats.pdf_rows import in_reading_order


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("ACETONE, 5 kg (net)", "ACETONE, 5 kg (net)"),
        ("ןוטצא", "אצטון"),
        ("דירדיהנא קיטצא", "אצטיק אנהידריד"),
        ("5 kg ןוטצא", "אצטון 5 kg"),
        ("1,200.50 ןוטצא", "אצטון 1,200.50"),
        ("(kg) וטנ לקשמ", "משקל נטו (kg)"),
        ("ACETONE (ןוטצא) 5 kg", "ACETONE (אצטון) 5 kg"),
        ("Okemah Trading FZE (רונ)", "Okemah Trading FZE (נור)"),
        ("ﻥﻮﺘﻴﺳﺃ", "أسيتون"),  # shapes within a word
        ("٥٠٠ ﻥﻮﺘﻴﺳﺃ", "أسيتون ٥٠٠"),
        ("ﻼﺧ", "خلا"),  # two letters in one shape
        ("⾼锰酸钾 ⼯业级", "高锰酸钾 工业级"),  # radicals, of both blocks
        ("⺠⽤ ⻓", "民用 长"),
    ],
)
def test_lines_are_read_in_their_order(printed: str, read: str) -> None:
    assert in_reading_order(printed) == read
