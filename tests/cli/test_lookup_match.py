"""`lookup` and `match`: for a person, as JSON, and a line at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

LISTED = "Quimeralda Reactivos"
SUBSTANCE_KEYS = {
    *(
        "substance_id",
        "name",
        "control",
        "announced",
        "tier",
        "method",
        "strength",
        "form",
        "verified",
        "matched",
        "start",
        "end",
        "score",
    )
}
PARTY_KEYS = {"list_id", "entry_id", "name", "matched_name", "name_kind", "score", "programmes", "explain"}


def test_lookup_says_what_is_named_where_and_how_it_knows(ps):
    answer = ps("lookup", "20 drums acetic anhydride 98 %")
    assert answer.code == 0
    assert "Acetic anhydride  [acetic-anhydride]" in answer.out
    lines = answer.out.splitlines()
    marked = next(n for n, line in enumerate(lines) if set(line.strip()) == {"^"})
    assert lines[marked - 1][lines[marked].index("^") : lines[marked].rindex("^") + 1] == "acetic anhydride"
    assert "by name, strong, as substance; UN1988 I" in answer.out


def test_lookup_says_from_when_on_it_is_controlled(ps):
    before, on = (ps("lookup", "--as-of", day, "3'-chloropropiophenone").out for day in ("2026-05-17", "2026-05-18"))
    assert (
        "in force under no instrument on that day\n  controlled under EU 1 from 2026-05-18 on (the day was worked out, not read)"
        in before
    )
    assert "; EU 1\n" in on


def test_lookup_as_json(ps):
    (found,) = ps("lookup", "--json", "20 drums ACETONE").objects
    assert set(found) == {"text", "matches", "suppressed"}
    (match,) = found["matches"]
    assert set(match) == SUBSTANCE_KEYS
    assert found["text"][match["start"] : match["end"]] == match["matched"] == "ACETONE"
    assert {"instrument", "schedule", "edition", "verified", "known", "since"} == set(match["control"][0])


@pytest.mark.parametrize("text", ["ceramic tiles", "", "***", "x" * 10_000])
def test_nothing_found_is_no_error(ps, text):
    answer = ps("lookup", text)
    assert (answer.code, answer.out) == (0, "No controlled substance is named.\n")
    assert ps("lookup", "--json", text).objects == [{"text": text, "matches": [], "suppressed": []}]


def test_what_does_not_count_is_shown_with_its_reason(ps):
    (found,) = ps("lookup", "--json", "acetone-free nail polish remover").objects
    assert found["matches"] == []
    assert found["suppressed"][0]["substance_id"] == "acetone"
    assert found["suppressed"][0]["reason"]
    assert "Not counted: Acetone" in ps("lookup", "acetone-free nail polish remover").out


def test_as_of_decides_what_was_in_force(ps):
    def control(day: str) -> list[str]:
        (found,) = ps("lookup", "--json", "--as-of", day, "norfentanyl").objects
        return [c["instrument"] for c in found["matches"][0]["control"]]

    assert "UN1988" not in control("2022-11-22")
    assert "UN1988" in control("2022-11-23")
    assert ps("lookup", "--as-of", "never", "x").code == 2


def test_a_substance_says_since_when_it_is_controlled_and_where_it_will_be(ps):
    (found,) = ps("lookup", "--json", "--as-of", "2022-11-22", "norfentanyl").objects
    coming = {c["instrument"]: c["since"] for c in found["matches"][0]["announced"]}
    assert coming["UN1988"] == "2022-11-23"
    assert "controlled under UN1988 I from 2022-11-23 on" in ps("lookup", "--as-of", "2022-11-22", "norfentanyl").out
    (found,) = ps("lookup", "--json", "--as-of", "2022-11-23", "norfentanyl").objects
    (match,) = found["matches"]
    assert "UN1988" not in {c["instrument"] for c in match["announced"]}
    assert {c["instrument"]: c["since"] for c in match["control"]}["UN1988"] == "2022-11-23"
    assert "2022-11-23 (UN1988)" in ps("lookup", "--as-of", "2022-11-23", "norfentanyl").out


@pytest.mark.parametrize("code", ["2915.24", "291524", "HS 2915 24", "2915.24.00", " HS code: 2915240000 "])
def test_an_hs_code_alone_names_what_is_classified_there(ps, code):
    (found,) = ps("lookup", "--json", code).objects
    (match,) = [m for m in found["matches"] if m["substance_id"] == "acetic-anhydride"]
    assert match["method"] == "hs"
    assert code[match["start"] : match["end"]] == match["matched"]
    assert match["start"] == next(i for i, c in enumerate(code) if c.isdigit())


@pytest.mark.parametrize("text", ["999999", "29152", "291524 kg", "2915 24 1"])
def test_what_is_not_an_hs_code_of_the_tables_names_nothing(ps, text):
    assert ps("lookup", "--json", text).objects == [{"text": text, "matches": [], "suppressed": []}]


LINES = [b"ACETONE", b"", b"ceramic tiles", b"\xff\xfe", b"\xe9ther ACETONE", "АЦЕТОН".encode(), b"\x1b[31m ACETONE\x00", b"\xc3"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lookup_of_lines_gives_one_object_a_line_in_the_same_order(ps, end):
    answer = ps("lookup", "-", stdin=end.join(LINES) + end)
    assert answer.code == 0
    assert [o["text"].encode("utf-8", "surrogateescape") for o in answer.objects] == LINES
    assert [bool(o["matches"]) for o in answer.objects] == [True, False, False, False, True, True, True, False]
    assert all(line.isascii() or line.isprintable() for line in answer.out.splitlines())


def test_no_line_gives_no_object(ps):
    assert ps("lookup", "-", stdin=b"").out == ""
    assert ps("match", "-", "--watchlist", "sample", stdin=b"").out == ""
    assert len(ps("lookup", "-", stdin=b"ACETONE").objects) == 1  # the last line needs no end


def test_lookup_cannot_steer_the_terminal(ps):
    out = ps("lookup", "\x1b]0;owned\x07 acetone \x9b31m").out
    assert "Acetone" in out
    assert all(c.isprintable() or c == "\n" for c in out)


def test_match_says_which_entry_and_why(ps):
    answer = ps("match", LISTED, "--watchlist", "sample", "--explain")
    assert answer.code == 0
    assert "Quimeralda Reactivos S.A. de C.V.  [sample S001]  narcotics" in answer.out
    assert "which reaches the cut of" in answer.out
    assert [line.split() for line in answer.out.splitlines() if line.startswith("       ")][1:4] == [
        ["what", "as", "filed", "as", "listed"],
        ["word", "quimeralda", "quimeralda", "the", "same"],
        ["word", "reactivos", "reactivos", "the", "same"],
    ]
    assert "of 100 points; a match has 85 or more" in answer.out


def test_match_as_json(ps):
    (found,) = ps("match", LISTED, "--watchlist", "sample", "--json").objects
    assert set(found) == {"name", "matches", "suppressed", "screenable"}
    assert found["screenable"] is True
    assert set(found["matches"][0]) == PARTY_KEYS
    scores = [m["score"] for m in found["matches"]]
    assert scores == sorted(scores, reverse=True)


def test_match_of_lines_gives_one_object_a_line_in_the_same_order(ps):
    names = [LISTED.encode(), b"", b"***", b"\xff\xfe", b"Nobody At All", b"Quimeralda Reactivos\xff", LISTED.upper().encode()]
    answer = ps("match", "-", "--watchlist", "sample", stdin=b"\n".join(names) + b"\n")
    assert answer.code == 0
    assert [o["name"].encode("utf-8", "surrogateescape") for o in answer.objects] == names
    assert [bool(o["matches"]) for o in answer.objects][:5] == [True, False, False, False, False]
    assert [o["screenable"] for o in answer.objects][:5] == [True, False, False, False, True]
    assert answer.objects[-1]["matches"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("***", "could NOT be screened"), ("Nobody At All", "No entry of sample matches."), ("", "could NOT be screened")],
)
def test_match_tells_unscreenable_from_unmatched(ps, name, says):
    answer = ps("match", name, "--watchlist", "sample")
    assert answer.code == 0
    assert says in answer.out


@pytest.mark.parametrize("options", [[], ["--watchlist", "none"], ["--watchlist", "no-such-list"]])
def test_match_without_a_list_is_exit_4(ps, options):
    answer = ps("match", LISTED, *options)
    assert answer.code == 4
    assert answer.out == ""
    assert answer.err.startswith("error: ")


LIST = """entry_id,kind,name,name_kind,country,identifier_type,identifier,note
P1,person,Zorvan Quillon,primary,MX,passport,AB 123456,DOB 08 Oct 1965; Gender Male
P2,person,Mrs Jasper Merlan,primary,,,,DOB 1970; Gender Female
F6,organisation,Zorvan Mirage Fund VI,primary,DE,,,
V1,vessel,Zorvan Star,primary,PA,imo,9074729,
"""


@pytest.fixture
def listed(ps):
    Path("list.csv").write_text(LIST)
    assert ps("watchlists", "import", "mine", "list.csv", "--date", "2026-11-01").code == 0


@pytest.mark.parametrize(
    ("name", "options", "points"),
    [
        ("Zorvan Quillon", (), {}),
        ("Zorvan Quillon", ("--country", "Mexico", "--born", "1966", "--kind", "person", "--number", "ab123456"), {}),
        ("Zorvan Quillon", ("--country", "DE"), {"country": 3.0}),
        ("Zorvan Quillon", ("--country", "DE", "--country", "MX"), {}),
        ("Zorvan Quillon", ("--born", "1964-02-03"), {}),
        ("Zorvan Quillon", ("--born", "1970-02-03"), {"birth year": 10.0}),
        ("Mrs Zorvan Quillon", (), {"gender": 8.0}),
        ("Mr Jasper Merlan", (), {"gender": 8.0}),  # the listed name says so, and the note too: it counts once
        ("Zorvan Star", ("--kind", "organisation", "--country", "PA"), {"kind": 16.0}),
        ("Zorvan Star", ("--number", "IMO 9017743"), {"number": 20.0}),
        ("Zorvan Star", ("--number", "IMO9017743"), {"number": 20.0}),
        ("Zorvan Star", ("--number", "IMO 9074729", "--country", "DE"), {}),
    ],
)
def test_what_is_known_besides_the_name_takes_points_off_where_it_contradicts(ps, listed, name, options, points):
    (plain,), (found,) = (ps("match", name, "--json", *more).objects for more in ((), options))
    (before,), (one,) = ((o["matches"] + o["suppressed"]) for o in (plain, found))
    assert {c["what"]: c["points"] for c in one["explain"]["contradictions"]} == points
    mine = sum(points.values()) - sum(c["points"] for c in before["explain"]["contradictions"])
    assert one["score"] == pytest.approx(before["score"] - mine)
    assert one["score"] == pytest.approx(one["explain"]["score"], abs=0.05)


def test_what_falls_below_the_cut_by_contradiction_is_told(ps, listed):
    options = ("Zorvan Quillon", "--born", "1990", "--kind", "vessel")
    (found,) = ps("match", *options, "--json").objects
    assert found["matches"] == []
    (one,) = found["suppressed"]
    assert one["reason"] == "kind vessel, listed person (16 points); birth year 1990, listed 1965 (20 points)"
    assert "No entry of mine matches." in ps("match", *options).out
    assert "Not counted, for what contradicts: 1 (--explain shows them)" in ps("match", *options).out
    out = ps("match", *options, "--explain").out
    assert "Not counted, for what contradicts: kind vessel, listed person" in out
    assert "contradicts: 20 points off" in out


def test_a_number_finds_the_entry_that_bears_it_whatever_its_name(ps, listed):
    (found,) = ps("match", "Lady Ferula", "--number", "IMO 9074729", "--json").objects
    (one,) = found["matches"]
    assert (one["name"], one["score"]) == ("Zorvan Star", 100.0)
    assert [a["what"] for a in one["explain"]["agreements"]] == ["number"]
    assert "is the number of 'Zorvan Star', whatever the name" in one["explain"]["sentence"]
    assert ps("match", "Zorvan Star", "--number", "9074729", "--json").objects[0]["matches"][0]["score"] > 95  # once, by its name
    assert len(ps("match", "Zorvan Star", "--number", "9074729", "--json").objects[0]["matches"]) == 1
    assert ps("match", "Lady Ferula", "--number", "IMO 9017743", "--json").objects[0]["matches"] == []
    assert one["explain"]["score"] == one["score"]
    assert "100 points, for the number alone decides" in ps("match", "Lady Ferula", "--number", "9074729", "--explain").out


@pytest.mark.parametrize(("kind", "delisted"), [("organisation", ""), ("vessel", "2026-11-20")])
def test_a_number_finds_no_ship_that_is_none_and_nothing_delisted(ps, kind, delisted):
    rows = f"entry_id,kind,name,identifier_type,identifier,delisted\nV,{kind},Zorvan Star,imo,9074729,{delisted}\n"
    Path("list.csv").write_text(rows)
    assert ps("watchlists", "import", "mine", "list.csv", "--date", "2026-11-01").code == 0
    assert ps("match", "Lady Ferula", "--number", "9074729", "--json").objects[0]["matches"] == []


def test_a_cell_with_an_address_is_parted_as_in_a_manifest(ps, listed):
    (found,) = ps("match", "Zorvan Quillon, Tel. 5", "--json").objects
    (one,) = found["matches"]
    (alone,) = ps("match", "Zorvan Quillon", "--json").objects[0]["matches"]
    assert (one["name"], one["score"]) == ("Zorvan Quillon", alone["score"])  # of the best part


def test_names_from_a_pipe_are_answered_in_order_as_one_by_one(ps, listed):
    names = ["Zorvan Star", "", "nobody at all", "Zorvan Quillon", "Zorvan Star"]
    together = ps("match", "-", stdin="\n".join(names).encode()).objects
    assert [one["name"] for one in together] == names
    for name, answer in zip(names, together, strict=True):
        if name:
            assert ps("match", name, "--json").objects == [answer]


def test_numerals_that_differ_are_told(ps, listed):
    (found,) = ps("match", "Zorvan Mirage Fund VIII", "--json").objects
    assert found["matches"] == []
    assert [one["reason"] for one in found["suppressed"]] == ["number in the name 8, listed 6 (20 points)"]


@pytest.mark.parametrize("options", [("--country", "Nowhere"), ("--born", "soon"), ("--kind", "ghost")])
def test_what_cannot_be_read_is_a_usage_error(ps, listed, options):
    answer = ps("match", "Zorvan Quillon", *options)
    assert (answer.code, answer.out) == (2, "")
