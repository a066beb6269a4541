import csv
import pickle
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from precursor_screen.core import schema
from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party import index as parties
from precursor_screen.matching.party.index import PartyIndex, build_index, index_version, similarity
from precursor_screen.matching.party.weights import describe

CASES = Path(__file__).parents[2] / "judgements"


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
    others = [entry(f"z{i}", (f"Zorvan Quillo{chr(97 + i)}", "primary")) for i in range(26)]
    listed = index(entry("0", ("Zorvan Trading", "primary")), entry("1", ("Zorvan Global Ferry", "primary")), *others)
    assert [m["entry_id"] for m in listed.match("ZORVAN TRADING LTD")] == ["0"]


def test_general_words_that_differ_lower_the_score() -> None:
    listed = index(entry("1", ("Zorvax Mirage Trading", "primary")), entry("2", ("Zorvax Mirage Textiles", "primary")))
    found = listed.match("ZORVAX MIRAGE TRADING", cut=50.0)
    assert [m["entry_id"] for m in found] == ["1", "2"]
    assert found[0]["score"] > 95 > found[1]["score"]


def test_a_name_with_words_of_business_is_no_ship() -> None:
    names = (WatchlistName("ZORVAX", "primary"),)
    ship, firm = (index(WatchlistEntry("demo", "1", kind, names)) for kind in ("vessel", "organisation"))
    assert ship.match("MV Zorvax")
    assert firm.match("Zorvax Trading")
    assert not ship.match("Zorvax Trading")


def test_names_that_hold_little_have_defined_results() -> None:
    odd = ["12345", "7", "B", "CO LTD", "GMBH", "王小明", "zorvan" * 900, "zorvan " * 900, "a b c d", "\ud800", "= ~"]
    listed = index(
        *(entry(str(i), (name, "primary")) for i, name in enumerate(odd)), entry("x", ("Brightmarsh Ferula", "primary"))
    )
    found = {name: [(m["entry_id"], m["informative_tokens"]) for m in listed.match(name)] for name in odd}
    assert found["12345"] == [("0", 1)]
    assert found["7"] == found["B"] == found["CO LTD"] == found["GMBH"] == found["\ud800"] == []
    assert found["王小明"] == [("5", 2)]
    assert found["zorvan" * 900] == [("6", 1)]
    assert [m[0] for m in found["zorvan " * 900]] == ["7"]
    assert [m[0] for m in found["a b c d"]] == ["8"]
    scores = [listed.match("BRIGHTMARSH FERULA " + letter * 5000, cut=50.0)[0]["score"] for letter in "XY"]
    assert 85 < scores[0] == scores[1] < 95


def test_hostile_names_cost_little() -> None:
    listed = index(entry("1", ("Brightmarsh Ferula", "primary")), entry("2", ("mirage " * 3000, "primary")))
    start = time.process_time()
    listed.match_names(["brightmarsi " * 5000, "mirage " * 4000, "x" * 100_000, "a " * 50_000, "miraqe " * 3000])
    assert time.process_time() - start < 5


def test_the_cut_decides() -> None:
    listed = index(entry("1", ("Zorvan Mirage Ferula", "primary")))
    assert listed.match("Zorvan Mirage", cut=70.0)
    assert not listed.match("Zorvan Mirage", cut=95.0)


def test_a_written_index_is_mapped_and_pickles_by_path(tmp_path: Path) -> None:
    table = build_index("demo", [entry("1", ("Zorvan Mirage", "primary"))], "abc")
    path = tmp_path / "names.arrow"
    write_arrow(table, path)
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
    assert (scores[:2] > 98).all()
    assert scores[2] < 50
    assert np.isnan(scores[3])
    assert similarity([], []).tolist() == []


REFUSED = [
    ("רבן", "Roven", "person"),  # three consonants: many names have them
    ("قرط", "Qurut", "person"),
    ("গমল", "Gomul", "person"),
]


@pytest.mark.parametrize(("filed", "listed", "kind"), REFUSED)
def test_names_that_are_alike_and_yet_no_match(filed: str, listed: str, kind: str) -> None:
    """All pairs that are as alike as a match and are refused: what agrees says too little. The filter has lost none of them."""
    alone = PartyIndex(build_index("demo", [WatchlistEntry("demo", "1", kind, (WatchlistName(listed, "primary"),))]))
    (score,) = similarity([filed], [listed], kind)
    compared = alone.compare(filed, listed, kind)
    assert compared is not None
    assert score >= parties.DEFAULT_CUT
    assert compared.outcome.informative is None
    assert alone.match(filed) == []


def test_a_word_that_many_of_a_list_bear_weighs_less_in_that_list() -> None:
    """Why a pair may match by itself and not in a list: `similarity` knows no list, and there every word is rare."""
    listed = index(
        entry("1", ("Zorvanith Bank (Quil) AG", "primary")),
        *(entry(f"m{i}", (f"Zorvanith Ferula{chr(97 + i)}", "primary")) for i in range(20)),
    )
    assert similarity(["Zorvanith Bank AG"], ["Zorvanith Bank (Quil) AG"])[0] >= parties.DEFAULT_CUT
    compared = listed.compare("Zorvanith Bank AG", "Zorvanith Bank (Quil) AG", "organisation")
    assert compared is not None
    assert compared.outcome.score < parties.DEFAULT_CUT
    assert "1" not in {m["entry_id"] for m in listed.match("Zorvanith Bank AG")}


def test_any_number_of_threads_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parties, "_FEW", 2)
    monkeypatch.setattr(parties, "_BATCH", 3)
    monkeypatch.setattr(parties, "_BLOCK", 7)
    listed = index(*(entry(str(i), (f"Zorvan{chr(97 + i)} Mirage", "primary")) for i in range(20)))
    asked = [f"Zorvan{chr(97 + i)} Miraqe" for i in range(20)]
    assert listed.match_names(asked, workers=1).matches.equals(listed.match_names(asked, workers=3).matches)


def test_the_quality_gate() -> None:
    """Pairs of all kinds, each name in the list by itself; a pair that is known to go wrong is marked so in the table."""
    pairs = cases("parties_pairs.csv")
    wrong = []
    for i, pair in enumerate(pairs):
        listed = PartyIndex(
            build_index("demo", [WatchlistEntry("demo", "1", pair["entry_kind"], (WatchlistName(pair["listed"], "primary"),))])
        )
        if bool(listed.match(pair["filed"])) != (pair["matches"] == "yes"):
            wrong.append(f"{i + 2}: {pair['filed']} / {pair['listed']} ({pair['kind']})")
    assert len(pairs) >= 150
    assert wrong == []


RUN_TOGETHER = [
    ("SiemensAG", "Siemens AG", True),
    ("SiemensAG", "SIEMENS AKTIENGESELLSCHAFT", True),
    ("SIEMENSAG", "Siemens AG", True),
    ("Siemens AG", "SIEMENSAG", False),  # nothing says where the name ends: the list holds no `siemensag`
    ("ZORVANTRADINGLLC", "Zorvan Trading", True),
    ("ZORVANTRADINGLLC", "ZORVAN TRADING GMBH", True),
    ("Zorvan Trading LLC", "ZORVANTRADINGLLC", True),
    ("MirageltdFerula", "Mirage Ltd Ferula", True),
    ("Zorvan Mirage", "ZorvanMirage", True),
    ("GmbH", "GmbH", False),
]


@pytest.mark.parametrize(("listed", "filed", "matches"), RUN_TOGETHER)
def test_names_run_together_match_on_either_side(listed: str, filed: str, matches: bool) -> None:
    assert bool(index(entry("1", (listed, "primary"))).match(filed)) == matches


def test_one_name_of_a_person_is_no_firm_and_nobody_else() -> None:
    alias = index(WatchlistEntry("demo", "1", "person", (WatchlistName("Zorvax", "strong"),)))
    assert alias.match("ZORVAX")
    assert alias.match("Mr Zorvax")
    assert not alias.match("Zorvax Steel Ltd")
    assert not alias.match("Ana Zorvax")
    assert index(entry("1", ("Zorvax", "strong"))).match("Zorvax Steel Ltd")


def test_another_known_name_counts_more_than_a_misspelt_one() -> None:
    people = [
        WatchlistEntry("demo", str(i), "person", (WatchlistName(n, "primary"),))
        for i, n in enumerate(("Mark Quillon", "Marq Quillon"))
    ]
    scores = {m["entry_id"]: m["score"] for m in index(*people).match("Mary Quillon", cut=50.0)}
    assert scores["0"] < scores["1"]


@pytest.mark.parametrize(
    "wrong",
    [
        WatchlistEntry("demo", "7", "company", (WatchlistName("Zorvan", "primary"),)),
        WatchlistEntry("demo", "7", "person", (WatchlistName("Zorvan", "nickname"),)),
    ],
)
def test_an_unknown_kind_is_named_with_its_entry(wrong: WatchlistEntry) -> None:
    with pytest.raises(WatchlistError, match=r"demo, entry 7: '(company|nickname)' is not a kind of (entry|name); there are: "):
        build_index("demo", [wrong])


def test_the_digest_tells_contents_apart() -> None:
    same = [index(entry("1", ("Zorvan", "primary"))) for _ in range(2)]
    assert same[0].content_sha256 == same[1].content_sha256
    others = [
        entry("1", ("Zorvan", "weak")),
        entry("2", ("Zorvan", "primary")),
        entry("1", ("Zorvan", "primary"), delisted=date(2026, 1, 1)),
    ]
    assert len({same[0].content_sha256, *(index(one).content_sha256 for one in others)}) == 4


def test_the_last_delisting() -> None:
    listed = index(
        *(entry(str(m), (f"Zorvan {m}", "primary"), delisted=date(2026, m, 1)) for m in (3, 1)), entry("9", ("Mirage", "primary"))
    )
    days = [listed.last_delisting(date(2026, m, d)) for m, d in ((1, 1), (2, 28), (3, 1), (12, 31))]
    assert days == [date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 1)]
    assert listed.last_delisting(date(2025, 12, 31)) is None
    assert index().last_delisting(date(2026, 1, 1)) is None


def test_an_index_that_comes_again_from_another_process_is_opened_once(tmp_path: Path) -> None:
    path = tmp_path / "names.arrow"
    write_arrow(build_index("demo", [entry("1", ("Zorvan Mirage", "primary"))]), path)
    packed = pickle.dumps(PartyIndex.open(path))
    assert pickle.loads(packed) is pickle.loads(packed)


def test_a_word_is_as_rare_as_the_entries_that_hold_it_are_few() -> None:
    listed = index(
        entry("1", ("Zorvan Mirage", "primary"), ("Zorvan Quillon", "strong")), entry("2", ("Zorvan Ferula 2004", "primary"))
    )
    assert {k: round(v, 3) for k, v in listed.rarities.items()} == {
        describe(word)[0]: known for word, known in (("zorvan", 0.9), ("mirage", 1.0), ("quillon", 1.0), ("ferula", 1.0))
    }
    assert len(listed) == 3


def test_a_name_that_reads_as_one_before_it_has_no_row_of_its_own() -> None:
    listed = index(entry("1", ("Zorvan Mirage", "primary"), ("ZORVAN, MIRAGE", "strong"), ("...", "strong")))
    assert (len(listed), listed.unscreenable_names) == (1, 1)
    (found,) = listed.match("zorvan mirage")
    assert (found["matched_name"], found["name_kind"]) == ("Zorvan Mirage", "primary")


@pytest.mark.parametrize(
    ("names", "filed", "stands"),
    [
        ([("Mirage Zorvan", "primary"), ("Zorvan Mirage", "strong")], "Zorvan Mirage", "Zorvan Mirage"),
        ([("Zorvan Mirage Ltd", "former"), ("Zorvan Mirage LLC", "strong")], "Zorvan Mirage", "Zorvan Mirage LLC"),
        ([("Zorvan Mirage", "weak"), ("Zorvan Mirages", "former")], "Zorvan Mirage", "Zorvan Mirages"),
    ],
)
def test_of_an_entrys_names_the_surest_stands_for_it(names: list[tuple[str, str]], filed: str, stands: str) -> None:
    (found,) = index(entry("1", *names)).match(filed)
    assert found["matched_name"] == stands


def test_the_best_pair_of_readings_is_one_that_carries_a_match() -> None:
    best = parties.compare_names("Trading Ltd C/O Zorvan Mirage", "Zorvan Miragee")
    assert best is not None
    assert [w.text for w in best.left] == ["zorvan", "mirage"]
    assert best.outcome.informative
    assert parties.compare_names("...", "Zorvan") is None
    assert parties.compare_names("Zorvan", "...") is None
    alone = parties.compare_names("Trading", "Zorvan")
    assert alone is not None
    assert alone.outcome.informative is None


def test_similarity_takes_each_pair_by_itself() -> None:
    left, right = ["Zorvan", "Zorvan Steel Ltd", "...", "Zorvan"], ["Zorvan", "Zorvan", "Zorvan", "Quillon"]
    together = similarity(left, right)
    apart = [similarity([one], [other])[0] for one, other in zip(left, right, strict=True)]
    assert np.allclose(together, apart, equal_nan=True)
    assert together[0] > 99 > together[1] > 85 > together[3]
    assert np.isnan(together[2])
