"""Settings: the file, then the environment, then the command line; each knows where its value came from."""

from __future__ import annotations

import os

import pytest

from precursor_screen.app.site_settings import SETTINGS, check_rule_folders, check_value, load_settings
from precursor_screen.core.errors import ExitCode, UsageError


@pytest.fixture
def settings(tmp_path):
    """Settings from the text of a file and some variables."""

    def load(text: str | bytes | None = None, **environment: str):
        path = tmp_path / "precursor-screen.toml"
        if text is not None:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_settings(None, {f"PRECURSOR_SCREEN_{k}": v for k, v in environment.items()}, tmp_path)

    return load


def test_without_file_and_environment_everything_is_the_default(settings):
    values = settings()
    assert list(values) == [s.key for s in SETTINGS]
    assert {v.source for v in values.values()} == {"default"}
    assert all(values[s.key].value == ([] if s.is_list else "") for s in SETTINGS)


def test_the_environment_stands_above_the_file(settings, tmp_path):
    values = settings('jurisdiction = "EU"\nfail_on = "low"\n', JURISDICTION="US")
    assert (values["jurisdiction"].value, values["jurisdiction"].source) == ("US", "PRECURSOR_SCREEN_JURISDICTION")
    assert (values["fail_on"].value, values["fail_on"].source) == ("low", str(tmp_path / "precursor-screen.toml"))


def test_a_file_that_is_named_stands_for_the_one_in_the_folder(settings, tmp_path):
    settings('jurisdiction = "EU"\n')
    named = tmp_path / "other.toml"
    named.write_text('fail_on = "high"\n')
    values = load_settings(named, {}, tmp_path)
    assert values["fail_on"].value == "high"
    assert values["jurisdiction"].source == "default"


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(UsageError, match=r"missing\.toml cannot be read: No such file") as caught:
        load_settings(tmp_path / "missing.toml", {}, tmp_path)
    assert caught.value.exit_code == ExitCode.USAGE


def test_lists_come_as_lists(settings):
    values = settings(
        '[rules]\ndirs = ["a", "b"]\n',
        TIERS=" convention, national ,",
        WATCHLISTS="sample",
        RULES_DIRS=os.pathsep.join(["x", "y,z"]),
    )
    assert values["tiers"].value == ["convention", "national"]
    assert values["watchlists"].value == ["sample"]
    assert values["rules.dirs"].value == ["x", "y,z"]


def test_an_empty_table_of_rules_and_a_byte_order_mark_are_no_errors(settings):
    assert settings(b'\xef\xbb\xbfjurisdiction = "US"\n[rules]\n')["jurisdiction"].value == "US"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('jurisdicton = "US"', "unknown setting 'jurisdicton'. Did you mean 'jurisdiction'?"),
        ('fail-on = "low"', "unknown setting 'fail-on'. Did you mean 'fail_on'?"),
        ('[rules]\ndir = ["x"]', "unknown setting 'rules.dir'. Did you mean 'rules.dirs'?"),
        ("[zzzzzz]", "unknown setting 'zzzzzz'. Known: home, "),
        ("[zzzzzz.qqq]\nx = 1", "unknown setting 'zzzzzz.qqq.x'. Known: home, "),
        ("jurisdiction = 7", "jurisdiction must be a text"),
        ("jurisdiction = ['US']", "jurisdiction must be a text"),
        ('tiers = "convention"', "tiers must be a list of texts"),
        ("tiers = [1]", "tiers must be a list of texts"),
        ('tiers = ["conventoin"]', "'conventoin' is not a value of tiers. Did you mean 'convention'?"),
        ('fail_on = "dire"', "'dire' is not a value of fail_on."),
        ('fail_on = "hgih"', "Did you mean 'high'?"),
        ("rules = true", "unknown setting 'rules'"),
        ("jurisdiction = ", "is not valid TOML"),
        (b'jurisdiction = "\xff"', "is not UTF-8. Save it as UTF-8"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_the_file(settings, tmp_path, text, says):
    with pytest.raises(UsageError) as caught:
        settings(text)
    assert says in str(caught.value)
    assert caught.value.where.file == str(tmp_path / "precursor-screen.toml")
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("JURISDICTON", "US", "unknown setting PRECURSOR_SCREEN_JURISDICTON. Did you mean 'PRECURSOR_SCREEN_JURISDICTION'?"),
        ("SOMETHING_ELSE", "1", "unknown setting PRECURSOR_SCREEN_SOMETHING_ELSE."),
        ("FAIL_ON", "dire", "PRECURSOR_SCREEN_FAIL_ON: 'dire' is not a value of fail_on."),
        ("TIERS", "convention,nationl", "Did you mean 'national'?"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_with_the_variable(settings, variable, value, says):
    with pytest.raises(UsageError) as caught:
        settings(None, **{variable: value})
    assert says in str(caught.value)


def test_the_variable_of_the_projects_own_tests_is_no_setting(settings):
    assert settings(None, TEST_DATA="/somewhere")["home"].source == "default"


def test_a_value_of_the_command_line_is_checked_like_any_other():
    assert check_value("tiers", ["convention"], "--tiers") == ["convention"]
    with pytest.raises(UsageError, match=r"--tiers: 'x' is not a value of tiers\. Use one of convention, "):
        check_value("tiers", ["x"], "--tiers")


def test_folders_of_rules_exist(tmp_path):
    check_rule_folders([tmp_path], only=True)
    check_rule_folders([], only=False)
    with pytest.raises(UsageError, match="is not a folder"):
        check_rule_folders([tmp_path / "missing"], only=False)
    with pytest.raises(UsageError, match="leaves out the rules that ship, and no rules of your own are given"):
        check_rule_folders([], only=True)


def test_every_setting_is_described_and_has_a_variable_of_its_own():
    assert all(s.doc for s in SETTINGS)
    assert len({s.variable for s in SETTINGS}) == len(SETTINGS)
