"""What a run is made of, and where each part of it comes from: a site's settings, and what a command was given."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.app.site_settings import GUESS, Value, check_value, default_home, home_of, ledger_of, load_settings
from precursor_screen.core.errors import UsageError
from precursor_screen.core.files import stat_of
from precursor_screen.core.model import COUNTED_TIERS
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import SiteRules
from precursor_screen.reference.jurisdiction import check_jurisdiction

# All that lies below a folder. A linked folder is followed once, wherever its links lead.

_Id = tuple[int, int]


class FolderEntry(Struct, frozen=True):
    """Something in a folder. problem: why it cannot be read, where that is known. note: why it need not be read."""

    path: Path
    problem: str = ""
    note: str = ""


def walk(folder: Path) -> list[FolderEntry]:
    """Every file below a folder, in a fixed order; hidden ones and what Python compiled beside a script are left out.

    Files in the folder's own folders keep these names; links to other folders are followed afterwards, each folder once. A link
    to a folder that was read, or to one that holds this one, is listed with a note. A folder within that may not be listed, and
    a link that leads nowhere, could have held anything: they are listed as well, as problems.

    Raises:
        OSError: the folder itself cannot be listed.
    """
    os.listdir(folder)
    found: list[FolderEntry] = []
    above = {_identify(parent) for parent in Path(os.path.realpath(folder)).parents}
    read: set[_Id] = set()
    waiting = deque([folder])
    while waiting:
        place = waiting.popleft()
        if (met := _identify(place)) in read | above:
            found.append(FolderEntry(place, note="leads to a folder that is read already" if met in read else _ABOVE))
            continue
        waiting.extend(_walk_own(place, read, found))
    return sorted(found, key=lambda one: one.path)


_ABOVE = "leads to a folder that holds the one that is read"


def _walk_own(place: Path, read: set[_Id], found: list[FolderEntry]) -> list[Path]:
    """Notes all files of a folder and its own folders; returns the links to other folders."""
    links: list[Path] = []

    def refuse(error: OSError) -> None:
        found.append(FolderEntry(Path(error.filename), problem=f"is a folder that cannot be listed ({error.strerror})"))

    for here, folders, files in os.walk(place, onerror=refuse):
        read.add(_identify(Path(here)))
        seen = sorted(f for f in folders if not f.startswith("."))
        links += [Path(here, f) for f in seen if os.path.islink(os.path.join(here, f))]
        folders[:] = [f for f in seen if not os.path.islink(os.path.join(here, f))]
        found += [FolderEntry(Path(here, f)) for f in files if not (f.startswith(".") or _is_compiled(here, f))]
    return links


def _is_compiled(folder: str, name: str) -> bool:
    """Whether Python wrote it: anything else in such a folder could be a manifest."""
    return name.endswith(".pyc") and os.path.basename(folder) == "__pycache__"


def _identify(folder: Path) -> _Id:
    known = stat_of(folder)
    return (known.st_dev, known.st_ino) if known is not None else (-1, -1)


NO_WATCHLIST, SAMPLE = "none", "sample"  # names of no list
_OPTIONS = {"watchlists": "--watchlist", "rules.dirs": "--rules"}  # where the option is not called like the setting


class Settings(Struct, frozen=True):
    """What a run is made of.

    Attributes:
        home: folder of imported lists, registers, the cache and the ledger `home`.
        jurisdiction: whose law to screen by: US, EU, FR, AU ...; empty: none.
        tiers: which kinds of control are screened for.
        watchlists: ids, paths of private CSV files, `sample` for the fictional list that ships, or `none` alone; empty: all that are
            imported.
        rule_dirs: folders of a site's own rules.
        only_rules: use them instead of those that ship.
        site: its pack, parameters and exceptions.
        registers: whether the registers under `home` are opened.
        structure: whether systematic names are read as structures as well.
        as_of: the day that judges.
        read: how inputs are read.
        fail_on: level or band from which something new sets the exit code, or `none`.
        ledger: URL; empty: nothing is remembered.
        wait: seconds for another run that holds the ledger.
        jobs: processes for reading and matching; 0: as many as there are cores.
        cache: whether names that were matched are kept under `home` for the next run.
        require_fresh: whether stale reference data is an error, and all of it is checked in full.
        sample: share of the shipments without a flag that reports show all the same, from 0 to 1.
        master: the Spark cluster that reads and judges; empty: this machine does.
    """

    home: Path = field(default_factory=default_home)
    jurisdiction: str = ""
    tiers: tuple[str, ...] = COUNTED_TIERS
    watchlists: tuple[str, ...] = ()
    rule_dirs: tuple[Path, ...] = ()
    only_rules: bool = False
    site: SiteRules = field(default_factory=SiteRules)
    registers: bool = True
    structure: bool = False
    as_of: date = field(default_factory=date.today)
    read: ReadOptions = field(default_factory=ReadOptions)
    fail_on: str = "none"
    ledger: str = ""
    wait: float = 60.0
    jobs: int = 1
    cache: bool = False
    require_fresh: bool = False
    sample: Decimal = Decimal(0)
    master: str = ""

    def __post_init__(self) -> None:
        """Checks itself, whoever makes it, in the words of the command.

        Raises:
            UsageError: a value of another type, or one that is not allowed.
        """
        for name, kind in _TYPES.items():
            value = getattr(self, name)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise UsageError(f"{name}={value!r} is not {_CALLED[kind]}", remedy="See `precursor-screen config show`.")
        for name, part in _PARTS.items():
            if wrong := [one for one in getattr(self, name) if not isinstance(one, part)]:
                raise UsageError(
                    f"{name} has {wrong[0]!r}, which is not {_CALLED[part]}", remedy=f"Give a sequence of {part.__name__}."
                )
        if not self.tiers:
            raise UsageError("tiers is empty: nothing would be screened for", remedy=f"Use {', '.join(COUNTED_TIERS)}.")
        check_value("tiers", list(self.tiers), "tiers=")
        check_value("fail_on", self.fail_on, "fail_on=")
        if self.jobs < 0 or self.wait < 0 or not 0 <= self.sample <= 1:
            raise UsageError("jobs and wait are 0 or more, sample is a share from 0 to 1", remedy="jobs=0 takes all cores.")


_TYPES: Mapping[str, Any] = {
    **dict.fromkeys(("jurisdiction", "fail_on", "ledger", "master"), str),
    **dict.fromkeys(("tiers", "watchlists", "rule_dirs"), tuple),
    **dict.fromkeys(("only_rules", "registers", "structure", "cache", "require_fresh"), bool),
    "home": Path,
    "as_of": date,
    "jobs": int,
    "wait": (int, float),
    "sample": (int, Decimal),
}
_PARTS = {"tiers": str, "watchlists": str, "rule_dirs": Path}
_CALLED: Mapping[Any, str] = {
    str: "a text",
    tuple: "a tuple",
    bool: "True or False",
    Path: "a path",
    date: "a date",
    int: "a whole number",
    (int, float): "a number of seconds",
    (int, Decimal): "a share as a Decimal",
}


def merge_options(values: Mapping[str, Value], **given: Any) -> Settings:
    """Settings from those of a site and what a command was given: an option counts where it was, else the site's value.

    Args:
        values: from `site_settings.load_settings`.
        given: attributes of `Settings`; `mapping` and `encoding` instead of `read`. None, an empty tuple or text: not given.

    Raises:
        UsageError: a value that is not allowed, a folder or file that does not exist.
    """

    def pick(key: str, name: str) -> Any:
        option = given.pop(name, None)
        if option is None or option == ():
            return values[key].value
        return check_value(key, [str(o) for o in option] if isinstance(option, tuple) else option, _OPTIONS.get(key, f"--{key}"))

    home = home_of(values)
    mapping, encoding = pick("mapping", "mapping"), pick("encoding", "encoding")
    settings = Settings(
        home=home,
        jurisdiction=check_jurisdiction(str(pick("jurisdiction", "jurisdiction"))),
        tiers=tuple(pick("tiers", "tiers")) or COUNTED_TIERS,
        watchlists=tuple(pick("watchlists", "watchlists")),
        rule_dirs=tuple(Path(p) for p in pick("rules.dirs", "rule_dirs")),
        site=site_rules(values, given.pop("rates", None)),
        read=read_options(mapping, encoding, home),
        fail_on=str(pick("fail_on", "fail_on") or "none"),
        ledger=ledger_of(values, given.pop("ledger", None)),
    )
    return replace(settings, **given)


def read_options(mapping: str | Path | None = None, encoding: str = "", home: Path | None = None) -> ReadOptions:
    """How inputs are read.

    Args:
        mapping: path of a column map; `guess`: maps that were accepted count for nothing; empty: these count, and the rest is guessed.
        encoding: of text input; empty: decided by content.
        home: where accepted maps are kept; None: there are none.

    Raises:
        MappingError: the map, or one that was accepted, is wrong.
    """
    from precursor_screen.app.accepted_maps import load_accepted
    from precursor_screen.readers.column_map import load_column_map

    if mapping and str(mapping) != GUESS:
        return ReadOptions(encoding=encoding, mapping=load_column_map(Path(mapping)))
    return ReadOptions(encoding=encoding, accepted=load_accepted(home) if home and not mapping else ())


def site_rules(values: Mapping[str, Value], rates: Path | None = None) -> SiteRules:
    """What the settings add to the rules; `rates`: a file that a command was given.

    Raises:
        UsageError: a file that does not exist.
    """
    files: dict[str, Path | None] = {}
    for name in ("params", "exceptions", "concern", "rates"):
        value = Value(rates, "--rates") if name == "rates" and rates else values[f"rules.{name}"]
        path = Path(value.value) if value.value else None
        if path is not None and not path.is_file():
            raise UsageError(f"does not exist (rules.{name}, from {value.source})", where=path, remedy="Check the path.")
        files[name] = path
    return SiteRules(
        pack=values["rules.pack"].value,
        always_filed=tuple(values["rules.always_filed"].value),
        **files,
    )


_SEQUENCES = ("watchlists", "tiers", "rules", "rule_dirs")
_OF_THE_SITE = {"home": "home", **{name: f"rules.{name}" for name in ("pack", "params", "concern", "rates", "exceptions")}}


_GIVEN = (
    *("jurisdiction", "tiers", "rules", "rule_dirs", "only_rules", "registers", "structure", "as_of"),
    *("fail_on", "ledger", "wait", "mapping", "encoding", "jobs"),
)


def settings_of(config: Path | None, given: Mapping[str, Any]) -> Settings:
    """The settings of the site, with what a caller gives, as a command merges its options.

    Args:
        config: a settings file; default: the one in the working folder.
        given: as `Screener` and `load_reference` take it; None and an empty text are not given, but for `watchlists=None`.

    Raises:
        UsageError: a name that is not an option, a value of another type or that is not allowed.
    """
    for name in _SEQUENCES:
        if isinstance(value := given.get(name), str | Path):
            raise UsageError(f"{name}={value!r} is not a sequence", remedy=f"Write {name}=[{str(value)!r}].")
    lists = given.get("watchlists", ())
    if given.get("tiers") is not None and not given["tiers"]:
        raise UsageError("tiers is empty: nothing would be screened for", remedy=f"Use {', '.join(COUNTED_TIERS)}.")
    given = {n: value for n, value in given.items() if n != "watchlists" and value is not None and value != ""}
    values = load_settings(config)
    values |= {key: Value(str(given.pop(name)), f"{name}=") for name, key in _OF_THE_SITE.items() if name in given}
    if unknown := given.keys() - set(_GIVEN):
        raise UsageError(f"{min(unknown)} is not an option", remedy=f"Use {', '.join(sorted(_GIVEN))}.")
    folders = given.pop("rules", given.pop("rule_dirs", ()))
    return merge_options(
        values,
        watchlists=(NO_WATCHLIST,) if lists is None else tuple(str(w) if isinstance(w, Path) else w for w in lists),
        tiers=tuple(given.pop("tiers", ())),
        rule_dirs=tuple(map(str, folders)),
        mapping=str(given.pop("mapping")) if "mapping" in given else None,
        as_of=given.pop("as_of", date.today()),
        **given,
    )
