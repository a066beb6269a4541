"""The lowest versions that are allowed."""

from __future__ import annotations

import pytest

from tools.lowest import lowest


def test_each_library_is_held_to_its_lower_bound():
    project = {
        "dependencies": ["click>=8.1", "duckdb>=2.0,<3", "python-stdnum >= 1.20"],
        "optional-dependencies": {"postgres": ["psycopg[binary]>=3.1.4"]},
    }
    assert lowest(project) == ["click==8.1", "duckdb==2.0", "python-stdnum==1.20", "psycopg==3.1.4"]


@pytest.mark.parametrize("requirement", ["click", "click<9", "click==8.1"])
def test_a_library_without_a_lower_bound_is_refused(requirement):
    with pytest.raises(ValueError, match="has no lower bound"):
        lowest({"dependencies": [requirement]})
