import csv
import pickle
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from precursor_screen import schema
from precursor_screen.errors import WatchlistError
from precursor_screen.matching.parties import PartyIndex, build_index, index_version, similarity, write_index
from precursor_screen.model import WatchlistEntry, WatchlistName

CASES = Path(__file__).parents[1] / "cases"


def cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def entry(entry_id: str, *names: tuple[str, str], delisted: date | None = None) -> WatchlistEntry:
    listed = tuple(WatchlistName(name, kind) for name, kind in names)
    return WatchlistEntry("demo", entry_id, "organisation", listed, delisted=delisted)


def index(*entries: WatchlistEntry) -> PartyIndex:
    return PartyIndex(build_index("demo", entries))


@pytest.mark.parametrize("case", cases("parties_matches.csv"), ids=lambda c: f"{c['filed']} / {c['listed']}")
def test_a_filed_name_matches_a_listed_one_or_not(case: dict[str, str]) -> None:
    found = index(entry("1", (case["listed"], "primary"))).match(case["filed"])
    assert bool(found) == (case["matches"] == "yes"), case["why"]
    assert all(m["matched_name"] == case["listed"] and m["score"] >= 85 for m in found)


@pytest.mark.parametrize("case", cases("parties_ranking.csv"), ids=lambda c: c["why"])
def test_the_better_name_comes_first(case: dict[str, str]) -> None:
    found = index(entry("1", (case["worse"], "primary")), entry("2", (case["better"], "primary"))).match(case["filed"], cut=70.0)
    assert [m["matched_name"] for m in found] == [case["better"], case["worse"]]
    assert found[0]["score"] > found[1]["score"]


def test_the_table_has_the_schema_and_the_order_asked() -> None:
    listed = index(
        entry("b", ("Zorvan Mirage", "primary")),
        entry("a", ("Zorvan Mirage", "primary")),
        entry("c", ("Zorvan Miragee", "primary")),
    )
    found = listed.match_names(["nothing like it", "ZORVAN MIRAGE", "\x00", "Zorvan Miragee", "ZORVAN MIRAGE"])
    assert found.matches.schema == schema.PARTY_MATCH
    rows = found.matches.to_pylist()
    assert [(r["value"], r["entry_id"]) for r in rows] == [
        *(("ZORVAN MIRAGE", "a"), ("ZORVAN MIRAGE", "b"), ("ZORVAN MIRAGE", "c")),
        *(("Zorvan Miragee", "c"), ("Zorvan Miragee", "a"), ("Zorvan Miragee", "b")),
    ]
    assert rows[0]["list_id"] == "demo"
    assert rows[0]["informative_tokens"] == 2
    assert found.unscreenable == ("\x00",)


def test_nothing_asked_or_nothing_listed() -> None:
    assert index(entry("1", ("Zorvan Mirage", "primary"))).match_names([]).matches.num_rows == 0
    assert index().match_names(["Zorvan Mirage"]).matches.schema == schema.PARTY_MATCH
    assert index(entry("1", ("...", "primary"))).unscreenable_names == 1


def test_the_best_name_stands_for_the_entry() -> None:
    listed = index(entry("1", ("Zorvan Mirage Company", "primary"), ("Zorvan Mirages", "strong"), ("Zorvan Miragex", "weak")))
    (found,) = listed.match("ZORVAN MIRAGES")
    assert (found["entry_name"], found["matched_name"], found["name_kind"]) == (
        "Zorvan Mirage Company",
        "Zorvan Mirages",
        "strong",
    )


def test_a_weak_alias_stands_for_the_entry_only_when_no_other_name_reaches_the_cut() -> None:
    listed = index(entry("1", ("Zorvan Mirages", "primary"), ("Zorvan Miragex", "weak"), ("The Boticary Uncle", "weak")))
    assert listed.match("ZORVAN MIRAGEX")[0]["name_kind"] == "primary"
    assert listed.match("THE BOTICARY UNCLE")[0]["name_kind"] == "weak"


def test_delisted_entries_are_left_out_from_the_day() -> None:
    listed = index(entry("1", ("Zorvan Mirage", "primary"), delisted=date(2026, 3, 1)))
    assert len(listed.match("Zorvan Mirage")) == len(listed.match("Zorvan Mirage", as_of=date(2026, 2, 28))) == 1
    assert listed.match("Zorvan Mirage", as_of=date(2026, 3, 1)) == []


def test_a_frequent_word_does_not_carry_a_name_but_the_very_same_name_counts() -> None:
    listed = index(
        *(
            entry(str(i), (f"Zorvan {word} Trading", "primary"))
            for i, word in enumerate(["", "Global", "Central", "First", "Public"])
        )
    )
    assert [m["entry_id"] for m in listed.match("ZORVAN TRADING LTD")] == ["0"]


def test_the_cut_decides() -> None:
    listed = index(entry("1", ("Zorvan Mirage Ferula", "primary")))
    assert listed.match("Zorvan Mirage", cut=70.0)
    assert not listed.match("Zorvan Mirage", cut=95.0)


def test_a_written_index_is_mapped_and_pickles_by_path(tmp_path: Path) -> None:
    table = build_index("demo", [entry("1", ("Zorvan Mirage", "primary"))], "abc")
    path = tmp_path / "names.arrow"
    write_index(table, path)
    opened = PartyIndex.open(path)
    again = pickle.loads(pickle.dumps(opened))
    assert again.path == path
    assert (again.list_id, again.list_sha256, again.entries, len(again)) == ("demo", "abc", 1, 1)
    assert again.match("Zorvan Mirage") == opened.match("Zorvan Mirage") == PartyIndex(table).match("Zorvan Mirage")
    assert pickle.loads(pickle.dumps(PartyIndex(table))).match("Zorvan Mirage") == opened.match("Zorvan Mirage")


def test_a_damaged_or_outdated_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.arrow"
    path.write_bytes(b"no arrow file")
    with pytest.raises(WatchlistError, match="damaged"):
        PartyIndex.open(path)
    table = build_index("demo", [])
    about = dict(table.schema.metadata) | {b"version": b"of old"}
    with pytest.raises(WatchlistError, match="another version"):
        PartyIndex(table.replace_schema_metadata(about))
    assert table.schema.metadata[b"version"].decode() == index_version()


def test_the_index_does_not_depend_on_the_order_of_entries() -> None:
    entries = [entry("1", ("Zorvan Mirage", "primary")), entry("2", ("Zorvan Ferula", "primary"), ("Quillon", "strong"))]
    assert build_index("demo", entries).equals(build_index("demo", entries[::-1]))
    assert isinstance(build_index("demo", entries), pa.Table)


def test_similarity_of_pairs() -> None:
    scores = similarity(
        ["Zorvan Trdg Co., Ltd.", "Zorvan C/O Mirage", "Zorvan", "\x00"],
        ["TRADING ZORVAN LLC", "Mirage GmbH", "Quillon", "Zorvan"],
    )
    assert scores[:2].tolist() == [100.0, 100.0]
    assert scores[2] < 50
    assert np.isnan(scores[3])
    assert similarity([], []).tolist() == []
