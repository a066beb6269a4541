"""What was covered and what was not, what a reader must know first, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with, tuples_of
from precursor_screen.core.errors import ExitCode
from precursor_screen.core.issues import DEGRADED, ISSUE_CODES, SET_ASIDE, UNSCREENABLE, WORDS_ALONE
from precursor_screen.core.model import BANDS, CONVENTIONS, LEVELS, NEWS, OPEN, OWN_LIST, Input, Rule
from precursor_screen.core.schema import NAME_COLUMNS
from precursor_screen.core.words import counted, first_few
from precursor_screen.kernel.screen import Screened
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import NO_LAW
from precursor_screen.reference.table_rows import Edition
from precursor_screen.reference.watchlists.opened import Watchlist

EXAMPLES = 3
_MOST_COLUMNS = 6
_REFERENCES = ("stated_shipment_id", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id")
_MOST_UNREAD = 5
_FILES = (
    "unreadable-file",
    "unknown-format",
    "no-manifest",
    "changed-while-read",
    WORDS_ALONE,
)  # set aside as a whole, before their lines could be counted


def count_coverage(
    lines: int, unscreened: int, textless: int, issues: pa.Table, unjudged: pa.Table, not_raised: pa.Table
) -> dict[str, Any]:
    """The coverage block: lines_read = screened_by_texts + screened_by_codes + unscreenable_lines + lines_set_aside.

    Args:
        lines: lines that reached the kernel.
        unscreened: of these, lines of which nothing could be screened.
        textless: of these, lines without a text of goods.
        issues: all ISSUE rows.
        unjudged: all UNJUDGED rows.
        not_raised: NOT_RAISED.
    """
    by_effect = {effect: _by_code(issues, effect) for effect in (SET_ASIDE, UNSCREENABLE, DEGRADED)}
    set_aside = sum(g["count"] for g in by_effect[SET_ASIDE] if g["code"] not in _FILES)
    # A line without a text is unscreenable unless a code of it was judged.
    by_codes = textless - sum(g["count"] for g in by_effect[UNSCREENABLE] if g["code"] == "no-description")
    return {
        "lines_read": lines + set_aside,
        "screened": lines - unscreened,
        "screened_by_texts": lines - unscreened - by_codes,
        "screened_by_codes": by_codes,
        "lines_set_aside": set_aside,
        "set_aside": by_effect[SET_ASIDE],
        "files_set_aside": sum(g["count"] for g in by_effect[SET_ASIDE] if g["code"] in _FILES),
        "unscreenable_lines": unscreened,
        "unscreenable": by_effect[UNSCREENABLE],
        "degraded": by_effect[DEGRADED],
        "not_evaluable": _not_evaluable(unjudged),
        "not_raised": not_raised.to_pylist(),
    }


def _by_code(issues: pa.Table, effect: str) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for batch in issues.to_batches(max_chunksize=10_000):
        for issue in batch.to_pylist():
            code = ISSUE_CODES[issue["code"]]
            if code.effect != effect:
                continue
            group = groups.setdefault(
                code.code,
                {"code": code.code, "effect": effect, "title": code.title, "remedy": code.remedy, "count": 0, "examples": []},
            )
            group["count"] += issue["count"]
            if len(group["examples"]) < EXAMPLES:
                group["examples"].append({k: issue[k] for k in ("source_file", "source_row", "field", "value", "message")})
    return [groups[k] for k in sorted(groups)]


def _not_evaluable(unjudged: pa.Table) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for rule_id, field, count in tuples_of(unjudged, "rule_id", "field", "count"):
        counts[rule_id, field] = counts.get((rule_id, field), 0) + count
    return [{"rule_id": r, "field": f, "count": n} for (r, f), n in sorted(counts.items())]


def write_notices(inputs: tuple[Input, ...], issues: pa.Table, reference: Reference) -> tuple[str, ...]:
    """The sentences at the head of a report, also of those formats that show nothing but flags."""
    notices = []
    if not reference.watchlists:
        if reference.parties_wanted:
            notices.append("parties NOT screened: no watchlist imported (precursor-screen watchlists update un-sc)")
        else:
            notices.append("parties NOT screened: --watchlist none")
    if any(w.list_id == "sample" for w in reference.watchlists):
        notices.append("parties are screened against the built-in SAMPLE list only (fictional names)")
    if not reference.jurisdiction:
        notices.append(
            "no jurisdiction is set (--jurisdiction): thresholds, and directions that are not stated, cannot be judged"
        )
    elif not reference.law:
        notices.insert(0, f"{reference.jurisdiction}: {NO_LAW}")
    elif not any(t.jurisdiction == reference.law and t.kg is not None for t in reference.thresholds):
        notices.insert(0, f"no thresholds for {reference.jurisdiction} in the tables: quantities are NOT judged")
    overriding = (p for p in reference.law_tables.packs if p.override)
    notices.extend(f"the pack of law {p.id} ({p.edition}) differs from what ships: {p.override}" for p in overriding)
    notices.extend(_unread(issues))
    read = [i for i in inputs if i.lines]
    said = set(issues.column("source_file").to_pylist())
    bare = [i.name for i in inputs if not i.lines and i.name not in said]
    notices += [f"{first_few(bare, _MOST_UNREAD)}: no lines below the header"] if bare else []
    notices += _missing(read, {"description"}, "no column of goods descriptions; only codes are screened for substances")
    if reference.watchlists:
        notices += _missing(read, set(NAME_COLUMNS.values()) - {"vessel"}, "no column of parties; parties are NOT screened")
    notices += _missing(
        read, set(_REFERENCES), "no column of bill, declaration or shipment; each line counts as a shipment of its own"
    )
    notices += _unused(read)
    notices.extend(age_notices(reference))
    return tuple(notices)


def _missing(inputs: list[Input], columns: set[str], consequence: str) -> list[str]:
    """One sentence for the inputs that supply none of some columns."""
    without = [i.name for i in inputs if not i.supplied & columns]
    more = f" and {len(without) - 1} more inputs" if len(without) > 1 else ""
    return [f"{without[0]}{more}: {consequence}"] if without else []


def _unused(inputs: list[Input]) -> list[str]:
    """One sentence for the columns that were not understood: what stands in them was not screened."""
    columns = list(dict.fromkeys(name for i in inputs for name in i.unmapped if name.strip()))
    shown = first_few(columns, _MOST_COLUMNS)
    return [f"{counted(len(columns), 'column')} not used: {shown} (--mapping says what a column holds)"] if columns else []


def _unread(issues: pa.Table) -> list[str]:
    """One sentence for the first files and sheets that were set aside whole, and how many more there are."""
    whole = rows_with(issues, "code", [*_FILES, "no-usable-column"]).to_pylist()
    found = [f"{i['source_file']} was NOT screened: {i['message']}" for i in whole[:_MOST_UNREAD]]
    more = len(whole) - len(found)
    return [*found, f"{more} more inputs were NOT screened; the full report names them"] if more else found


def stale_watchlists(reference: Reference) -> dict[str, Watchlist]:
    """The watchlists past their maximum age, each by the sentence that says so."""
    found = {}
    for watchlist in reference.watchlists:
        age, limit = watchlist.snapshot.age_days(reference.as_of), reference.maximum_ages.get(watchlist.list_id)
        if limit is not None and age > limit:
            said = f"watchlist {watchlist.list_id} of {watchlist.snapshot.list_date} is {age} days old; its limit is {limit}"
            found[said] = watchlist
    return found


def age_notices(reference: Reference) -> list[str]:
    """One sentence for every watchlist past its maximum age."""
    return list(stale_watchlists(reference))


def stale_laws(reference: Reference) -> list[Edition]:
    """Of the conventions and the office's own law the tables that were last compared with their source longer ago than they may be."""
    return [e for e in own_editions(reference) if e.stale(reference.as_of)]


def show_age(edition: Edition) -> str:
    """One sentence for a table past its maximum age."""
    limit = edition.max_age_days
    return f"the tables of {edition.name} were last compared with their source on {edition.checked}; the limit is {limit} days"


def show_ages(editions: Sequence[Edition]) -> list[str]:
    """One sentence for all tables past their maximum age."""
    named = ", ".join(f"{e.name} ({e.checked or 'never'})" for e in editions)
    return [f"the last day on which tables of law were compared with their sources is too long ago: {named}"] if editions else []


def own_editions(reference: Reference) -> list[Edition]:
    """Of the conventions, of the office's own law and of its own list."""
    return [e for e in reference.substances.editions if e.instrument in (*CONVENTIONS, reference.law, OWN_LIST)]


def undated(reference: Reference) -> list[str]:
    """One sentence for every watchlist of which nobody knows how old it is; the fictional one that ships never ages."""
    unknown = [w.list_id for w in reference.watchlists if not w.snapshot.number and w.list_id != "sample"]
    return [f"watchlist {list_id} was opened from a file, which states no date; import it with one" for list_id in unknown]


def decide_exit_code(
    screened: Screened,
    coverage: Mapping[str, Any],
    reference: Reference,
    rules: Mapping[str, Rule],
    fail_on: str,
    texts_beside: pa.Table,
) -> int:
    """The contract's code: 4 before 1 before 3 before 0. A text beside a table counts as a shipment would that states no more than it does."""
    words_alone = any(group["code"] == WORDS_ALONE for group in coverage["set_aside"])
    if (coverage["screened"] == 0 and not words_alone) or (not reference.watchlists and reference.parties_wanted):
        return ExitCode.NOT_SCREENED
    if _moves(screened, rules, fail_on):
        return ExitCode.FLAGGED
    by_code_only = any(blind_spot["code"] == "no-descriptions" for blind_spot in coverage.get("blind_spots", ()))
    # What was read before in the same run is screened at its first place.
    missing = [group for group in coverage["set_aside"] if group["code"] != "repeated-line"]
    flagged = screened.flags.filter(pc.is_in(screened.flags.column("state"), pa.array(OPEN)))
    beside = pc.any(pc.is_in(flagged.column("line_id"), texts_beside.column("line_id").combine_chunks()), min_count=0).as_py()
    if missing or coverage["unscreenable"] or by_code_only or beside:
        return ExitCode.SET_ASIDE
    return ExitCode.CLEAR


def _moves(screened: Screened, rules: Mapping[str, Rule], fail_on: str) -> bool:
    """Whether something new is at or above a level or a band; a new critical flag is above every band.

    An experimental rule is reported and never moves the exit code.
    """
    if fail_on == "none":
        return False
    is_band = fail_on not in LEVELS
    least = LEVELS.index("critical" if is_band else fail_on)
    every = tuples_of(screened.flags, "rule_id", "level", "state", "shipment_id")
    settled = [row for row in every if rules[row[0]].status != "experimental"]
    if any(LEVELS.index(level) >= least and state in NEWS for _, level, state, _ in settled):
        return True
    if not is_band:
        return False
    flagged = {shipment_id for _, _, state, shipment_id in settled if state in OPEN}
    rows = tuples_of(screened.shipments, "shipment_id", "band")
    loud = {shipment_id for shipment_id, band in rows if band and BANDS.index(band) >= BANDS.index(fail_on)}
    return not loud.isdisjoint(screened.news & flagged)
