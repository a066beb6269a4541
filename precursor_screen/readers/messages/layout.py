"""Which element of an XML message is which field: `layouts/*.yaml`, one file for each family.

A path names an element by as many of its ancestors as tell it apart; names are compared without case and underscores, as both
spellings of ASYCUDA are met. `A[B=C]/D` is D in an A whose B, an element or an attribute, says C, `A[B]/D` in one that has a B, `D@unit` an attribute. What stands
for the field:

    field          its value; several are put together or named in an issue
    field?         only where the level states none otherwise
    field+         goes on with the value before: a code in two parts
    field&         repeated: fragments of one text, cut at the width of their field
    field @unit    a figure with the unit that the attribute names
    name|address   the first line, and those below it
    beside         kept as filed and screened as text, with all below it that has no path of its own
    -              says nothing of goods or parties, likewise
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import whole_rows
from precursor_screen.readers.messages.scope import UNREAD

# What the codes of segmented messages stand for: `layouts/*.csv`, a row a segment and qualifier.

Codes = Mapping[tuple[str, str], str]


@lru_cache
def load_codes(name: str) -> Codes:
    """(segment, qualifier) -> field, or what the code means; the qualifier is empty where the segment has none that matters."""
    rows = whole_rows(Path(__file__).parent / "layouts" / f"{name}.csv", ("segment", "qualifier", "field", "what"))
    return {(row["segment"], row["qualifier"]): row["field"] for row in rows}


def find_code(codes: Codes, segment: str, qualifier: str) -> str:
    """The field of a qualifier, else of its segment; `UNREAD` where neither is known."""
    found = codes.get((segment, qualifier))
    return found if found is not None else codes.get((segment, ""), UNREAD)


def tags_of(codes: Codes, handled: Iterable[str]) -> frozenset[str]:
    """The tags of a standard: of its table, without the names of lists of codes in it, and of what is handled."""
    return frozenset(tag for tag in (*handled, *(tag for tag, _ in codes)) if len(tag) <= 3)


LAYOUTS = (
    *("asycuda_sad", "asycuda_manifest", "wco", "ncts", "aes", "ens", "ics2", "iata", "ubl"),
    *("idoc", "nfe", "carta_porte", "etran"),
)
FEEDS = ("dcsa", "fiata", "one_record", "scmtr", "eway")  # in JSON, whose root has no name


class Step(Struct, frozen=True):
    """One name of a path, and what a child of that element must say."""

    name: str
    child: str = ""
    says: str = ""


class Entry(Struct, frozen=True):
    """A path, outermost name first, and what its element is; names: those of the steps; asking: the steps that ask for a child, each with
    its place from the end of the path."""

    steps: tuple[Step, ...]
    attribute: str
    field: str
    names: tuple[str, ...]
    conditions: tuple[tuple[int, Step], ...]


class Composed(Struct, frozen=True):
    """A value in parts: of which element, its field, the paths of the parts, which of them must be there, and what stands between them."""

    step: Step
    field: str
    parts: tuple[str, ...]
    needed: tuple[str, ...]
    joiner: str


class Join(Struct, frozen=True):
    """Elements above the items that name the items they belong to: containers, most often."""

    element: str
    value: str
    by: str
    field: str


class Layout(Struct, frozen=True, eq=False):
    """How one family of messages is read.

    Attributes:
        name: in words, for the report.
        names: of its roots, as they are written, the outermost first.
        roots: folded name of the root -> function of the message; `{namespace}name` where another family has that name too.
        within: folded names of elements in which such a root is another kind of message.
        levels: folded paths of what is nested: consignments, items; the innermost is a line.
        shares: see `scope.Scope`.
        entries: by (folded last name, folded attribute), the longest path first.
        codes: field -> code -> word; a code that ends with `*` stands for all that begin so.
        compose: folded element -> field, the paths of the parts that are put together, those (`!`) without which the rest says nothing,
            and after `between` what stands between them.
        joins: see `Join`.
        groups: folded name of a level that only holds others together, and is no line by itself -> where nothing is in it, `keep`: what
            it says is said of the level above, or `beside`.
        counted: items bear no number, and are counted.
        merge: folded root -> field: lines that agree in it are one cargo in parts.
        derive: country -> the places, best first, whose UN/LOCODE tells it where the message has no element for it.
        states: field -> what holds of every message of the family that does not say otherwise.
        ranks: folded element -> parts of an address in it, by folded name -> where the layout lists it: families write town, street and
            postal code in any order, and one address must read alike from all of them.
        fragments: folded names of what is cut at the width of its field (`field&`).
        marks: of a feed in JSON: paths that an object has which is a message; all of them.
        hints: words of which one stands early in such a file.
        shared: documents of other kinds have such a root too: without a line of goods by this layout they are tables of their paths.
        inverse: of JSON-LD: a name that refers from a part to its whole -> the name under which the whole lists its parts.
    """

    name: str
    names: tuple[str, ...]
    roots: Mapping[str, str]
    levels: tuple[tuple[str, ...], ...]
    entries: Mapping[tuple[str, str], tuple[Entry, ...]]
    ranks: Mapping[str, Mapping[str, int]]
    fragments: frozenset[str]
    within: frozenset[str] = frozenset()
    shares: bool = True
    date_order: str = ""
    codes: Mapping[str, Mapping[str, str]] = {}
    compose: Mapping[str, tuple[Composed, ...]] = {}
    joins: tuple[Join, ...] = ()
    groups: Mapping[str, str] = {}
    counted: bool = False
    merge: Mapping[str, str] = {}
    derive: Mapping[str, tuple[str, ...]] = {}
    states: Mapping[str, str] = {}
    marks: tuple[tuple[str, ...], ...] = ()
    hints: tuple[str, ...] = ()
    inverse: Mapping[str, str] = {}
    shared: bool = False


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name of an element for comparing."""
    return name.lower().replace("_", "")


@lru_cache(maxsize=4096)
def fold_tag(tag: str) -> str:
    """The same of a name with its namespace, without that."""
    return fold(tag.rpartition("}")[2])


@lru_cache
def load_layout(name: str) -> Layout:
    """A layout by the name of its file."""
    text = files("precursor_screen.readers.messages").joinpath("layouts", f"{name}.yaml").read_text("utf-8")
    return _layout(yaml.safe_load(text))


@lru_cache(maxsize=1)
def known_roots() -> Mapping[str, Layout]:
    """Folded name of a root element -> how its message is read."""
    return {root: layout for name in LAYOUTS for layout in (load_layout(name),) for root in layout.roots}


def _layout(data: Mapping[str, Any]) -> Layout:
    named = {**data["fields"], **dict.fromkeys(data.get("beside", ()), "beside"), **dict.fromkeys(data.get("ignore", ()), "-")}
    made = (_entry(str(path), str(field)) for path, field in named.items())
    entries = grouped(((entry.steps[-1].name, entry.attribute), entry) for entry in made)
    return Layout(
        names=tuple(data["roots"]),
        roots={fold(root): str(function or "") for root, function in data["roots"].items()},
        entries={key: tuple(sorted(found, key=_rank)) for key, found in entries.items()},
        ranks=_ranks(data["fields"]),
        fragments=frozenset(last for (last, _), found in entries.items() if any(entry.field.endswith("&") for entry in found)),
        **{key: make(data[key]) for key, make in _MAKERS.items() if key in data},
    )


def _paths(stated: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(fold, path.split("/"))) for path in stated)


def _composed(data: Mapping[str, Sequence[str]]) -> dict[str, tuple[Composed, ...]]:
    found: dict[str, tuple[Composed, ...]] = {}
    for name, (field, *paths) in data.items():
        step = _step(name)
        joiner = paths[paths.index("between") + 1] if "between" in paths else "" if field == "container_numbers" else " "
        paths = paths[: paths.index("between")] if "between" in paths else paths
        parts, needed = tuple(p.removesuffix("!") for p in paths), tuple(p[:-1] for p in paths if p.endswith("!"))
        found[step.name] = (*found.get(step.name, ()), Composed(step, field, parts, needed, joiner))
    return found


# What is made of the other keys of a layout; one that is not there takes the default of `Layout`.
_MAKERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": str,
    "within": lambda names: frozenset(map(fold, names)),
    "levels": _paths,
    "shares": bool,
    "shared": bool,
    "date_order": str,
    "codes": lambda tables: {field: {str(k).upper(): str(v) for k, v in table.items()} for field, table in tables.items()},
    "compose": _composed,
    "joins": lambda joins: tuple(Join(fold(j["element"]), j["value"], j["by"], j["field"]) for j in joins),
    "groups": lambda groups: {fold(name): str(how) for name, how in groups.items()},
    "counted": bool,
    "merge": lambda fields: {fold(root): field for root, field in fields.items()},
    "derive": lambda countries: {country: tuple(places) for country, places in countries.items()},
    "states": lambda fields: {field: str(value) for field, value in fields.items()},
    "marks": _paths,
    "hints": tuple,
    "inverse": dict,
}


def _ranks(fields: Mapping[str, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for rank, (path, field) in enumerate(fields.items()):
        steps = _entry(str(path), str(field)).steps
        if str(field).rstrip("?").endswith("_address") and len(steps) > 1:
            found.setdefault(steps[-2].name, {}).setdefault(steps[-1].name, rank)
    return found


def _rank(entry: Entry) -> tuple[int, int]:
    return -len(entry.steps), -sum(1 + bool(s.says) for s in entry.steps if s.child)


def _entry(path: str, field: str) -> Entry:
    path, _, attribute = path.rpartition("@") if "@" in path.rpartition("]")[2] else (path, "", "")
    steps = tuple(_step(part) for part in path.split("/"))
    conditions = tuple((at - len(steps), step) for at, step in enumerate(steps) if step.child)
    return Entry(steps, fold(attribute), field, tuple(step.name for step in steps), conditions)


def _step(text: str) -> Step:
    name, _, condition = text.partition("[")
    child, _, says = condition.rstrip("]").partition("=")
    return Step(fold(name), fold(child), says.upper())


class Place(Struct, frozen=True, eq=False):
    """A path of a message, and what its layout says of it: worked out once, however many elements stand there.

    Attributes:
        path: folded names, the root's first; name: the last of them.
        tag: the same as it is written, without its namespace.
        label: the same with that of the element above it.
        opens: whether a level begins there.
        entries: what its element may be, the longest path first.
        composed, joins: of its name, see `Layout`.
    """

    layout: Layout
    path: tuple[str, ...]
    name: str
    tag: str
    label: str
    opens: bool
    entries: tuple[Entry, ...]
    composed: tuple[Composed, ...]
    joins: tuple[Join, ...]


@lru_cache
def place_of_root(layout: Layout, tag: str) -> Place:
    """The place of the root of a message."""
    name = tag.rpartition("}")[2]
    return _place(layout, (fold(name),), name, name)


@lru_cache(maxsize=8192)
def place_below(above: Place, tag: str) -> Place:
    """The place of an element by that of the one that holds it."""
    name = tag.rpartition("}")[2]
    return _place(above.layout, (*above.path, fold(name)), name, f"{above.tag}/{name}")


def _place(layout: Layout, path: tuple[str, ...], tag: str, label: str) -> Place:
    name, opens = path[-1], len(path) > 1 and any(path[-len(level) :] == level for level in layout.levels)
    joins = tuple(join for join in layout.joins if join.element == name)
    return Place(layout, path, name, tag, label, opens, _entries_at(layout, path, ""), layout.compose.get(name, ()), joins)


@lru_cache(maxsize=4096)
def _entries_of_attribute(place: Place, attribute: str) -> tuple[Entry, ...]:
    return _entries_at(place.layout, place.path, attribute)


def _entries_at(layout: Layout, path: tuple[str, ...], attribute: str) -> tuple[Entry, ...]:
    return tuple(e for e in layout.entries.get((path[-1], attribute), ()) if path[-len(e.names) :] == e.names)


def find_entry(place: Place, elements: Sequence[Any], attribute: str = "") -> str | None:
    """What stands for the element at a place; None where it is not known.

    Args:
        place: of the element.
        elements: it, and those that it stands in, the root first.
        attribute: folded, of the element.
    """
    for entry in _entries_of_attribute(place, attribute) if attribute else place.entries:
        if not entry.conditions or all(holds(step, elements[at]) for at, step in entry.conditions):
            return entry.field
    return None


def holds(step: Step, element: Any) -> bool:
    """Whether an element has the child, or the attribute, that a step asks for, and that says so."""
    named = [c.text or "" for c in element if isinstance(c.tag, str) and fold_tag(c.tag) == step.child]
    texts = (text.strip().upper() for text in (*named, *(value for key, value in element.items() if fold_tag(key) == step.child)))
    return any(text and step.says in ("", text) for text in texts)
