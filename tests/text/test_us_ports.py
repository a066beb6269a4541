"""Ports by the schedules of the United States: the name beside the code, the country, and nothing that the table does not have."""

from __future__ import annotations

import pytest

from precursor_screen.core.tables import shipped_rows
from precursor_screen.text.countries import is_country_code
from precursor_screen.text.us_ports import WIDTHS, country_by_schedule, is_us_port, us_port

ROWS = [row.cells for row in shipped_rows("us_ports", ("schedule", "code", "name", "country", "source", "checked"))]


def test_each_code_stands_once_with_its_source():
    assert len({(row["schedule"], row["code"]) for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["source"], row
        assert row["checked"] in ("one source", "two sources"), row
        assert not row["country"] or is_country_code(row["country"]), row
        whole = len(row["code"]) == WIDTHS[row["schedule"]]
        assert whole == bool(row["name"]), row
        assert whole or (row["country"] and len(row["code"]) == {"D": 2, "K": 3}[row["schedule"]]), row


def test_what_a_row_states_is_read_back():
    for row in ROWS:
        if row["name"]:
            port = us_port(row["code"], row["schedule"])
            assert port is not None
            assert port.listed
            assert is_us_port(port.text)
            assert country_by_schedule(port.text) == (row["country"] or None)


@pytest.mark.parametrize(
    ("code", "schedule", "text", "country"),
    [
        ("57035", "K", "57035 Shanghai (Schedule K)", "CN"),
        ("01822", "K", "01822 Montreal, QUE (Schedule K)", "CA"),  # Canada has more beginnings than its own of Schedule C
        ("46275", "K", "46275 Odessa (Schedule K)", "UA"),  # Russia and Ukraine share theirs
        ("42797", "K", "42797 Monte Carlo (Schedule K)", "MC"),
        ("2704", "D", "2704 Los Angeles, CA (Schedule D)", "US"),
        ("7121", "D", "7121 Montreal, Canada (Schedule D)", None),  # its customs sit abroad
        ("57099", "K", "57099 (Schedule K)", "CN"),  # a port that is not listed, of a country that is
        ("2799", "D", "2799 (Schedule D)", "US"),
        ("46299", "K", "46299", None),
        ("00000", "K", "00000", None),
        ("9999", "D", "9999", None),
    ],
)
def test_a_code_tells_its_name_and_its_country(code, schedule, text, country):
    port = us_port(code, schedule)
    assert port is not None
    assert (port.text, country_by_schedule(port.text)) == (text, country)
    assert port.listed is (" " in text and not text.startswith(f"{code} ("))


@pytest.mark.parametrize(
    ("code", "schedule"),
    [
        ("CNSHA", "K"),
        ("SHANGHAI", "K"),
        ("2704", "K"),
        ("57035", "D"),
        ("570355", "K"),
        ("", "D"),
        ("٥٧٠٣٥", "K"),
        ("5703S", "K"),
    ],
)
def test_what_is_not_of_the_form_of_a_schedule_is_not_its_code(code, schedule):
    assert us_port(code, schedule) is None


@pytest.mark.parametrize(
    "text", ["57035", "2704", "Shanghai", "57035 Shanghai", "57035 ACETONE (Schedule K)", "57035 Shanghai (Schedule D)", "CNSHA"]
)
def test_a_number_without_its_schedule_tells_no_country(text):
    assert not is_us_port(text)
    assert country_by_schedule(text) is None
