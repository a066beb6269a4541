"""Settings: `precursor-screen.toml`, then `PRECURSOR_SCREEN_*`, then the command line. Each knows where its value came from."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import UsageError, readable
from precursor_screen.core.model import FAIL_ON, SCREENED_TIERS
from precursor_screen.core.words import did_you_mean

FILE = "precursor-screen.toml"
PREFIX = "PRECURSOR_SCREEN_"
# Where plain copies of what ships are kept (`core.cache`), which is needed before there are settings; for the project's own tests.
_NOT_SETTINGS = ("PRECURSOR_SCREEN_CACHE", "PRECURSOR_SCREEN_TEST_DATA")


class Setting(Struct, frozen=True):
    """A setting: its key (dots are tables in the file), whether it is a list, its allowed values (empty: any), what it does;
    is_number: a whole number from 0 on, kept as text."""

    key: str
    is_list: bool
    allowed: tuple[str, ...]
    doc: str
    is_number: bool = False

    @property
    def variable(self) -> str:
        """The environment variable; lists are separated by commas, folders by the path separator."""
        return PREFIX + self.key.replace(".", "_").upper()


# Fields of which a blank is a sign only where the law has them filed.
BLANKABLE = ("consignor_name", "country_of_destination", "net_mass_kg")

FORMATS = ("html", "xlsx", "csv", "json", "jsonl", "parquet", "txt")
ON_CHANGE = ("new", "rescreen", "ask")

SETTINGS = (
    Setting("home", False, (), "folder of imported watchlists and the cache"),
    Setting("jurisdiction", False, (), "whose law to screen by: US, EU, FR, AU ..."),
    Setting("tiers", True, SCREENED_TIERS, "which kinds of control are screened for"),
    Setting("watchlists", True, (), "ids or paths of watchlists; `none`, `sample`; default: all that are imported"),
    Setting("mapping", False, (), "column map for tabular input"),
    Setting("encoding", False, (), "encoding of text input; default: decided by content"),
    Setting(
        "fail_on",
        False,
        FAIL_ON,
        "level of a new flag or band of a shipment from which the exit code is 1 [default: none; of `daily`: review]",
    ),
    Setting("ledger", False, (), "the ledger: a file, sqlite:///PATH, postgresql://... or `home` (<home>/ledger.sqlite)"),
    Setting("ledger_days", False, (), "days that `ledger prune` leaves, for rules and audits [default: 800]", True),
    Setting("officer", False, (), "the name that verdicts are recorded under; default: the user of the operating system"),
    Setting("review.may_clear", True, (), "names under which flags may be cleared, not authenticated; default: any name"),
    Setting("mode", False, (), "permissions of reports, exports and backups, octal [default: 0600]; without effect on Windows"),
    Setting("rules.dirs", True, (), "folders of rules beside those that ship"),
    Setting("rules.pack", False, (), "which rules are applied: core, extended, all [default: all]"),
    Setting("rules.params", False, (), "file with the site's own parameters of rules"),
    Setting(
        "rules.concern",
        False,
        (),
        "file with the site's own grades and masses of substances (CSV: substance_id, licit_use, small_kg, large_kg)",
    ),
    Setting("rules.rates", False, (), "file with the site's own rates (CSV: currency, date, usd: US dollars for one unit)"),
    Setting(
        "rules.always_filed", True, BLANKABLE, "fields that the law always has filed where one screens: a blank one is a sign"
    ),
    Setting("rules.exceptions", False, (), "file with the site's exceptions, each with reason, author and expiry"),
    Setting("daily.inbox", False, (), "the folder that `daily` looks through"),
    Setting("daily.out", False, (), "the folder that `daily` puts its reports into"),
    Setting(
        "daily.verdicts",
        False,
        (),
        "a folder with verdicts-*.csv and workbooks, from which `daily` takes officers' verdicts first",
    ),
    Setting("daily.formats", True, FORMATS, "the reports of a day [default: html, json, csv]"),
    Setting("daily.settle", False, (), "seconds since its last change before a file is read [default: 60]", True),
    Setting("daily.keep_days", False, (), "days to keep reports; 0: forever [default: 0]", True),
    Setting("daily.on_change", False, ON_CHANGE, "when rules, lists or tables have changed [default: new]"),
    Setting("daily.rescreen_days", False, (), "oldest files that are screened again, in days [default: 30]", True),
    Setting("daily.update", False, ("yes", "no"), "whether imported watchlists are fetched first [default: no]"),
    Setting("daily.require_fresh", False, ("yes", "no"), "whether stale reference data is exit code 4 [default: no]"),
)
_BY_KEY = {s.key: s for s in SETTINGS}


class Value(Struct, frozen=True):
    """The value of a setting and where it came from: default, a file, a variable or the command line."""

    value: Any
    source: str


def load_settings(
    config: Path | None = None, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> dict[str, Value]:
    """Reads the settings file and the environment.

    Args:
        config: a file named on the command line, which must exist.
        environment: default: the process's.
        folder: where `precursor-screen.toml` is looked for; default: the working folder.

    Raises:
        UsageError: an unknown key (with the nearest known one), a wrong type or value, a file that cannot be read.
    """
    environment = os.environ if environment is None else environment
    values = {s.key: Value([] if s.is_list else "", "default") for s in SETTINGS}
    path = config or (folder or Path.cwd()) / FILE
    if config or path.is_file():
        for key, value in _flatten(_read(path)).items():
            values[key] = Value(check_value(key, value, str(path)), str(path))
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            setting = next((s for s in SETTINGS if s.variable == name), None)
            if setting is None:
                remedy = did_you_mean(name, [s.variable for s in SETTINGS]) or "`config show` lists all settings."
                raise UsageError(f"unknown setting {name}", where="environment", remedy=remedy)
            text = environment[name]
            separator = os.pathsep if setting.key == "rules.dirs" else ","
            value = [part.strip() for part in text.split(separator) if part.strip()] if setting.is_list else text
            values[setting.key] = Value(check_value(setting.key, value, name), name)
    return values


def _read(path: Path) -> dict[str, Any]:
    try:
        with readable(path, "Check path and permissions."):
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"is not valid TOML: {error}",
            where=path,
            remedy="Correct that line; `precursor-screen config show` lists all settings.",
        ) from error


def _flatten(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping) and (value or any(k.startswith(f"{prefix}{key}.") for k in _BY_KEY)):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def check_value(key: str, value: Any, source: str) -> Any:
    """Checks a value of a setting.

    Raises:
        UsageError: not allowed.
    """
    setting = _BY_KEY.get(key)
    if setting is None:
        raise UsageError(
            f"unknown setting {key!r}", where=source, remedy=did_you_mean(key, _BY_KEY) or f"Known: {', '.join(_BY_KEY)}."
        )
    if setting.is_number and value != "":
        return _checked_number(key, value, source)
    wanted = list if setting.is_list else str
    if not isinstance(value, wanted) or (setting.is_list and not all(isinstance(v, str) for v in value)):
        what, example = ("a list of texts", '["A", "B"]') if setting.is_list else ("a text", '"A"')
        raise UsageError(f"{key} must be {what}", where=source, remedy=f"Write it in quotes: {example}.")
    for part in value if setting.is_list else [value]:
        if "\0" in part:
            raise UsageError(f"{key} contains a NUL character", where=source, remedy="Remove it.")
        if setting.allowed and part and part not in setting.allowed:
            remedy = did_you_mean(str(part), setting.allowed) or f"Use one of {', '.join(setting.allowed)}."
            raise UsageError(f"{part!r} is not a value of {key}", where=source, remedy=remedy)
    return value


def _checked_number(key: str, value: Any, source: str) -> str:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", str(value), re.ASCII):
        raise UsageError(f"{key} must be a whole number, 0 or more", where=source, remedy="Write it in figures, such as 30.")
    return str(value)


def check_rule_folders(folders: Sequence[Path], only: bool) -> None:
    """Checks the folders of a site's own rules.

    Raises:
        UsageError: one does not exist, or none is given where they are to stand alone.
    """
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                "is not a folder",
                where=folder,
                remedy="--rules, and the setting rules.dirs, take folders that hold rule files.",
            )
    if only and not folders:
        raise UsageError(
            "--only-rules leaves out the rules that ship, and no rules of your own are given",
            remedy="Name the folder that holds yours: --rules FOLDER.",
        )


GUESS = "guess"  # instead of a column map: those that were accepted count for nothing


def default_home() -> Path:
    """The platform's folder for user data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("precursor-screen", appauthor=False))


def home_of(values: Mapping[str, Value]) -> Path:
    """Where imported lists lie."""
    return Path(values["home"].value) if values["home"].value else default_home()


def ledger_of(values: Mapping[str, Value], option: str | None) -> str:
    """Where the ledger is, a path or a URL: the option, else the setting; `home` is `<home>/ledger.sqlite`; empty: none is wanted."""
    url = str(option or values["ledger"].value or "")
    return f"sqlite:///{home_of(values) / 'ledger.sqlite'}" if url == "home" else url


def rule_dirs_of(values: Mapping[str, Value], given: Sequence[Path], only: bool) -> tuple[Path, ...]:
    """The folders of a site's own rules: those given, else the setting.

    Raises:
        UsageError: a folder that does not exist, or `only` without a folder, which would leave no rule at all.
    """
    folders = tuple(Path(p) for p in given or values["rules.dirs"].value)
    check_rule_folders(folders, only)
    return folders
