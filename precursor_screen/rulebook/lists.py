"""Named lists that rules refer to (`lists/*.yml`): terms with a source and a date, so that data changes without a rule change."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from precursor_screen.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.located import Complaints, load_yaml

_KEYS = ("id", "title", "source", "date", "max_age_days", "lexicon", "terms")


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of terms. max_age_days: None if it does not age. sha256 is of the file.

    lexicon: its terms are looked for in every description, and lines that hold one are remembered (`lexicon_terms`).
    """

    id: str
    title: str
    source: str
    date: datetime.date
    max_age_days: int | None
    terms: tuple[str, ...]
    sha256: str
    lexicon: bool = False

    def is_stale(self, as_of: datetime.date) -> bool:
        """Whether the list is past its maximum age on that day."""
        return self.max_age_days is not None and (as_of - self.date).days > self.max_age_days


def load_lists(folders: list[Path]) -> dict[str, NamedList]:
    """Reads `lists/*.yml` of some rule folders; a list of a later folder takes the place of one of that name before it.

    Raises:
        ErrorGroup: all errors of all files.
    """
    lists: dict[str, NamedList] = {}
    errors: list[PrecursorScreenError] = []
    for path in (p for folder in folders for p in sorted((folder / "lists").glob("*.y*ml"))):
        try:
            named, complaints = _load(path)
        except PrecursorScreenError as error:
            errors.append(error)
            continue
        errors.extend(complaints)
        if named is not None:
            lists[named.id] = named
    if errors:
        raise ErrorGroup(errors)
    return lists


def _load(path: Path) -> tuple[NamedList | None, Complaints]:
    located = load_yaml(path, f"lists/{path.name}")
    complaints = Complaints(located)
    data = located.data
    if not isinstance(data, Mapping):
        complaints.add((), "is not a list: a mapping of keys is expected", f"Keys: {', '.join(_KEYS)}.")
        return None, complaints
    for key in data:
        if key not in _KEYS:
            complaints.add((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS))
    for key in ("id", "title", "source", "date", "terms"):
        if not data.get(key):
            complaints.add((), f"has no {key!r}", f"Add `{key}:`.")
    if complaints.errors:
        return None, complaints
    if type(data["date"]) is not datetime.date:  # a time of day would not compare with a day
        complaints.add(("date",), "date must be a date", "Write it as 2026-11-25.")
    terms = data["terms"]
    if not isinstance(terms, list) or not all(isinstance(t, str) and t.strip() for t in terms):
        complaints.add(("terms",), "terms must be a list of texts", "Quote words such as no and on: YAML reads them as booleans.")
    age = data.get("max_age_days")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int) or age < 1):
        complaints.add(("max_age_days",), f"max_age_days {age!r} is no number of days", "Leave it out if the list does not age.")
    if not isinstance(data.get("lexicon", False), bool):
        complaints.add(("lexicon",), "lexicon is true or false")
    if data["id"] != path.stem:
        complaints.add(("id",), f"list {data['id']!r} is in a file of another name", f"Call the file {data['id']}.yml.")
    if complaints.errors:
        return None, complaints
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return NamedList(
        data["id"], data["title"], data["source"], data["date"], age, tuple(terms), digest, data.get("lexicon") is True
    ), complaints
