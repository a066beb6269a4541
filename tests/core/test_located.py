"""A file that is no rule is refused in words, whatever is wrong with it, and under the name by which it is shown."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import RuleSyntaxError
from precursor_screen.core.located import load_yaml, parse_yaml


@pytest.mark.parametrize(
    ("text", "tabs"),
    [
        ("a: \x07b", False),
        ("a: [b", False),
        ("a: b\n\tc: d\n", True),
        ("a: b: c", False),
        ("a: 'b", False),
        ("a: &x 1\nb: *y\n", False),
    ],
)
def test_what_is_no_yaml_is_refused_and_tabs_have_their_own_remedy(text, tabs):
    with pytest.raises(RuleSyntaxError) as caught:
        parse_yaml(text, "rule.yml")
    assert "rule.yml" in str(caught.value)
    assert ("tab" in str(caught.value.remedy).lower()) is tabs


def test_a_file_that_is_not_there_or_no_text_is_named_as_it_is_shown(tmp_path):
    for path in (tmp_path / "none.yml", tmp_path / "bytes.yml"):
        if path.stem == "bytes":
            path.write_bytes(b"a: \xff\xfe")
        for shown, says in ((None, str(path)), ("rules/x.yml", "rules/x.yml")):
            with pytest.raises(RuleSyntaxError) as caught:
                load_yaml(path, shown)
            assert says in str(caught.value)
            assert (str(tmp_path) in str(caught.value)) is (shown is None)
