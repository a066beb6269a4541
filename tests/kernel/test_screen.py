"""What comes of lines: recognition, candidates, quantities, directions, what cannot be screened, bands."""

from __future__ import annotations

import pickle
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.engine import THREADS, connect
from precursor_screen.readers.interface import ReadOptions
from tests.conftest import AS_OF
from tests.examples import SOAK, examples
from tests.rules.clean_manifest import make_manifest
from tests.screening import STARTED, flagged, rules_of_row, screen_rows, table, with_rules

ACETONE = {"description of goods": "ACETONE", "hs code": "291411"}


@pytest.fixture(scope="module")
def bare(reference):
    """Without rules: for what is recognised and resolved."""
    return with_rules(reference)


@pytest.fixture(scope="module")
def naming(reference):
    """With the rule that flags whatever substance is named."""
    return with_rules(reference, "PS-CHEM-001")


def candidate(result, row=0):
    return result.screened.resolved.substances.to_pylist()[row]


def shipments(result):
    return {s["shipment_id"]: s for s in result.report.shipments.to_pylist()}


QUIET = [
    {},
    {"description of goods": "MEK", "hs code": "640399"},
    {"description of goods": "FINE ORGANIC INTERMEDIATE TYPE 7", "hs code": "293339"},
]


@pytest.fixture(scope="module")
def quiet(reference):
    """What no rule flags, screened with all of them."""
    return screen_rows([{**row, "bill of lading": f"B{n}"} for n, row in enumerate(QUIET, 1)], reference)


def test_a_plain_line_is_screened_and_not_flagged(quiet):
    assert flagged(quiet) == []
    assert quiet.report.coverage["screened"] == len(QUIET)
    assert shipments(quiet)["B1"]["band"] == "none"
    assert quiet.report.exit_code == 0


def test_a_named_substance_is_flagged_with_its_evidence(naming):
    result = screen_rows([{**ACETONE, "description of goods": "20 DRUMS ACETONE"}], naming)
    (flag,) = [f for f in result.report.flag_records() if f["rule_id"] == "PS-CHEM-001"]
    evidence = {e["field"]: e["as_written"] for e in flag["evidence"] if "candidate" not in e}
    assert evidence["matched_text"] == "ACETONE"
    assert evidence["description"] == "20 DRUMS ACETONE"
    assert evidence["control"].startswith("EU") or "UN1988 II" in evidence["control"]
    assert flag["legal_basis"][0]["title"] == "1988 Convention"
    assert (flag["source_file"], flag["source_row"]) == ("input-1.csv", 2)


def test_the_name_stands_before_the_code_and_agreement_makes_it_strong(bare):
    found = candidate(screen_rows([ACETONE], bare))
    assert (found["match_method"], found["match_strength"], found["matched_field"]) == ("name", "strong", "description")
    assert found["match_methods"] == ["hs", "name"]


def test_a_weak_name_alone_does_not_flag_and_with_its_code_it_does(quiet, naming):
    (alone,) = [c for c in quiet.screened.resolved.substances.to_pylist() if c["line_no"] == 1]
    assert alone["match_strength"] == "weak"
    assert rules_of_row(quiet, 3) == set()
    more = [
        {"description of goods": "MEK 20 DRUMS", "hs code": "640399"},
        {"description of goods": "MEK", "hs code": "291412", "bill of lading": "B2"},
    ]
    assert flagged(screen_rows(more, naming)) == [("PS-CHEM-001", 2), ("PS-CHEM-001", 3)]


def test_a_basket_code_alone_says_nothing(quiet):
    assert rules_of_row(quiet, 4) == set()


def test_what_was_controlled_is_judged_on_the_lines_own_date(naming):
    rows = [
        {"description of goods": "NORFENTANYL", "hs code": "293339", "date": "2022-11-22"},
        {"description of goods": "NORFENTANYL", "hs code": "293339", "date": "2022-11-23", "bill of lading": "B2"},
    ]
    result = screen_rows(rows, replace(naming, tiers=("convention",)))
    assert rules_of_row(result, 2) & {"PS-CHEM-001"} == set()
    assert "PS-CHEM-001" in rules_of_row(result, 3)


MASSES = [
    ({"net weight kg": "12.5"}, "12.5", "net", "high"),
    ({"net weight kg": "", "quantity": "3", "unit": "TNE"}, "3000", "quantity", "high"),
    ({"net weight kg": "", "description of goods": "ACETONE 80 DRUMS X 25 KG"}, "2000", "packages", "medium"),
    ({"net weight kg": "", "description of goods": "ACETONE 4X2.5L"}, None, "volume", "medium"),
    ({"net weight kg": "", "gross weight kg": "70"}, "70", "gross", "low"),
    ({"net weight kg": "", "quantity": "4", "unit": "PALLETS"}, None, None, None),
]


def test_the_mass_of_the_substance_has_a_basis(bare):
    rows = [{**ACETONE, **row, "bill of lading": f"B{n}"} for n, (row, *_) in enumerate(MASSES)]
    found = screen_rows(rows, bare).screened.resolved.substances.to_pylist()
    assert [f["line_no"] for f in found] == list(range(len(MASSES)))
    for one, (row, kg, basis, confidence) in zip(found, MASSES, strict=True):
        assert (one["mass_basis"], one["mass_confidence"]) == (basis, confidence), row
        if basis == "volume":
            assert 7 < one["substance_mass_kg"] < 9  # ten litres of acetone, 0.79 kg each
        else:
            assert one["substance_mass_kg"] == (None if kg is None else Decimal(kg)), row


@pytest.mark.parametrize(
    ("jurisdiction", "ways"),
    [
        (
            "US",
            [
                ("US", "MX", None, "export"),
                ("MX", "US", None, "import"),
                ("MX", "DE", None, None),
                ("US", "US", None, "domestic"),
                ("MX", "US", "export", "export"),
            ],
        ),
        ("EU", [("FR", "US", None, "export"), ("FR", "DE", None, "domestic")]),
        ("", [("US", "MX", None, None)]),
    ],
)
def test_direction_is_as_stated_else_from_the_jurisdiction(jurisdiction, ways):
    reference = with_rules(load_reference(watchlists=None, jurisdiction=jurisdiction, as_of=AS_OF))
    rows = [
        {
            "bill of lading": f"B{n}",
            "country of dispatch": dispatch,
            "country of destination": destination,
            "direction": stated or "",
        }
        for n, (dispatch, destination, stated, _) in enumerate(ways)
    ]
    lines = screen_rows(rows, reference).screened.resolved.lines.sort_by("source_row")
    assert lines.column("direction").to_pylist() == [expected for *_, expected in ways]


def test_thresholds_differ_by_direction(reference):
    reference = with_rules(reference, "PS-QTY-001", "PS-QTY-003")
    rows = [
        {**ACETONE, "net weight kg": "1500", "country of dispatch": "DE", "country of destination": "US"},
        {**ACETONE, "net weight kg": "1499", "country of dispatch": "DE", "country of destination": "US", "bill of lading": "B2"},
        {**ACETONE, "net weight kg": "1500", "country of dispatch": "DE", "country of destination": "MX", "bill of lading": "B3"},
    ]
    result = screen_rows(rows, reference)
    assert "PS-QTY-001" in rules_of_row(result, 2)
    assert "PS-QTY-001" not in rules_of_row(result, 3)
    assert "PS-QTY-003" in rules_of_row(result, 3)
    assert "PS-QTY-001" not in rules_of_row(result, 4)
    not_evaluable = {(u["rule_id"], u["field"]) for u in result.report.coverage["not_evaluable"]}
    assert ("PS-QTY-001", "regulated_kg") in not_evaluable


HOME = {"country of dispatch": "DE", "country of destination": "DE"}
PERMANGANATE = {"description of goods": "POTASSIUM PERMANGANATE", "hs code": "284161", **HOME}
RED_PHOSPHORUS = {"description of goods": "RED PHOSPHORUS", "hs code": "280470", **HOME}


@pytest.mark.parametrize(
    ("jurisdiction", "goods", "kg", "rule"),
    [
        ("EU", PERMANGANATE, "100", "PS-QTY-003"),
        ("EU", PERMANGANATE, "100.000001", "PS-QTY-001"),
        ("DE", PERMANGANATE, "100", "PS-QTY-003"),
        ("US", {**PERMANGANATE, "country of dispatch": "US", "country of destination": "US"}, "55", "PS-QTY-001"),
        ("US", {**PERMANGANATE, "country of dispatch": "US", "country of destination": "US"}, "54.999999", "PS-QTY-003"),
        ("EU", RED_PHOSPHORUS, "0.1", "PS-QTY-003"),
        ("EU", RED_PHOSPHORUS, "25", "PS-QTY-001"),
        ("", RED_PHOSPHORUS, "25", None),
        ("EU", {**ACETONE, **HOME, "country of destination": "MX"}, "50", "PS-QTY-003"),
        ("EU", {**ACETONE, **HOME, "country of destination": "MX", "description of goods": "ACETONE 20 %"}, "250", "PS-QTY-003"),
        ("EU", {**ACETONE, **HOME, "country of destination": "MX", "description of goods": "ACETONE 20 %"}, "251", "PS-QTY-001"),
    ],
)
def test_exactly_at_the_limit_a_quantity_is_what_the_law_says_it_is(jurisdiction, goods, kg, rule):
    reference = with_rules(load_reference(watchlists=None, jurisdiction=jurisdiction, as_of=AS_OF), "PS-QTY-001", "PS-QTY-003")
    result = screen_rows([{**goods, "net weight kg": kg}], reference)
    assert rules_of_row(result, 2) == ({rule} if rule else set())


VAGUE = [
    ("GENERAL CARGO", "", "vague-description"),
    ("SAID TO CONTAIN: CHEMICALS, 20 DRUMS", "", "vague-description"),
    ("STC 20 PKGS CHEMICAL PRODUCTS N.O.S.", "", "vague-description"),
    ("123456", "", "vague-description"),
    ("***", "", "vague-description"),
    ("XXX", "", "vague-description"),
    ("PRODUCTOS QUÍMICOS", "", "vague-description"),
    ("化工品", "", "vague-description"),
    ("", "", "no-description"),
    ("GENERAL CARGO", "690721", None),
    ("CERAMIC TILES", "", None),
    ("ACID", "", "vague-description"),
    ("CITRIC ACID", "", None),
]


def test_what_could_hide_anything_is_never_clear(reference):
    rows = [{"description of goods": text, "hs code": hs, "bill of lading": f"B{n}"} for n, (text, hs, _) in enumerate(VAGUE, 2)]
    result = screen_rows(rows, reference)
    codes = {(i["source_row"], i["code"]) for i in result.report.issues.to_pylist()}
    assert codes == {(n, code) for n, (_, _, code) in enumerate(VAGUE, 2) if code}
    assert {name: s["band"] for name, s in shipments(result).items()} == {
        f"B{n}": None if code else "none" for n, (_, _, code) in enumerate(VAGUE, 2)
    }


@pytest.mark.parametrize(("hs", "exit_code"), [("", 3), ("690721", 0)])
def test_one_shipment_that_could_hide_anything_moves_the_exit_code_and_no_other_shipment(bare, hs, exit_code):
    result = screen_rows([{"description of goods": "GENERAL CARGO", "hs code": hs}, {"bill of lading": "B2"}], bare)
    assert shipments(result)["B2"]["band"] == "none"
    assert result.report.exit_code == exit_code


def test_a_name_of_which_nothing_is_left_is_unscreenable(bare):
    result = screen_rows([{"consignee": "***"}], bare)
    (issue,) = result.report.issues.to_pylist()
    assert (issue["code"], issue["field"], issue["value"]) == ("unscreenable-name", "consignee_name", "***")
    assert shipments(result)["B1"]["band"] is None


def test_without_a_watchlist_no_shipment_is_clear_and_the_report_says_so_first():
    reference = with_rules(load_reference(watchlists=None, as_of=AS_OF))
    wanted = replace(reference, parties_wanted=True)
    result = screen_rows([{}], wanted)
    assert result.report.notices[0].startswith("parties NOT screened: no watchlist imported")
    assert result.report.exit_code == 4
    assert shipments(result)["B1"]["band"] is None
    assert [(i["code"], i["count"]) for i in result.report.issues.to_pylist()] == [("no-watchlist", 2)]
    unwanted = screen_rows([{}], reference)
    assert unwanted.report.exit_code == 0
    assert "NOT screened" in unwanted.report.notices[0]
    assert shipments(unwanted)["B1"]["band"] == "none"


def test_a_listed_consignee_is_flagged_and_corroborated_by_its_country(reference):
    reference = with_rules(reference, "PS-PTY-001")
    rows = [
        {"consignee": "QUIMERALDA REACTIVOS SA DE CV", "consignee country": "MX"},
        {"consignee": "Quimeralda Reactivos", "consignee country": "NZ", "bill of lading": "B2"},
        {"consignee": "QUIMERA", "bill of lading": "B3"},
    ]
    result = screen_rows(rows, reference)
    parties = {(p["line_no"], p["name_kind"]): p for p in result.screened.resolved.parties.to_pylist()}
    assert parties[0, "primary"]["corroboration"] == ["country"]
    assert parties[0, "primary"]["programmes"].count("narcotics") == 1
    assert "PS-PTY-001" in rules_of_row(result, 2)
    assert "PS-PTY-001" not in rules_of_row(result, 4)  # a weak alias alone


def test_one_flag_for_two_lines_of_one_movement(naming):
    lines = [{**ACETONE, "item no": "1", "container no": "SMPU1234565", "marks": m} for m in ("A", "B")]
    result = screen_rows(lines, naming)
    (flag,) = [f for f in result.report.flag_records() if f["rule_id"] == "PS-CHEM-001"]
    assert len(flag["window_line_ids"]) == 1


def test_a_line_met_again_is_told_of_naming_the_first_place(naming):
    result = screen_rows([ACETONE], naming, table([ACETONE]))
    (issue,) = [i for i in result.report.issues.to_pylist() if i["code"] == "repeated-line"]
    assert (issue["source_file"], issue["message"]) == ("input-2.csv", "already read in input-1.csv, row 2")
    assert result.report.coverage["lines_read"] == 2
    assert result.report.exit_code == 0  # it was screened where it stood first


def test_lines_read_are_screened_unscreenable_or_set_aside(bare):
    textless = {"description of goods": "", "hs code": "940130"}
    result = screen_rows([ACETONE, {"description of goods": "CARGO", "hs code": ""}, textless, {}], bare, table([ACETONE]))
    coverage = result.report.coverage
    parts = {k: coverage[k] for k in ("screened_by_texts", "screened_by_codes", "unscreenable_lines", "lines_set_aside")}
    assert parts == {"screened_by_texts": 2, "screened_by_codes": 1, "unscreenable_lines": 1, "lines_set_aside": 1}
    assert coverage["lines_read"] == sum(parts.values()) == 5
    assert coverage["screened"] == 3


def test_fail_on_moves_the_exit_code_for_new_flags_at_or_above_it(reference):
    reference = with_rules(reference, "PS-CHEM-003")
    row = {**ACETONE, "hs code": "320890"}  # PS-CHEM-003, high
    assert screen_rows([row], reference, fail_on="high").report.exit_code == 1
    assert screen_rows([row], reference, fail_on="critical").report.exit_code == 0
    assert screen_rows([row], reference).report.exit_code == 0


def test_an_experimental_rule_never_moves_the_exit_code(reference):
    row = {"description of goods": "CHEMICALS", "hs code": "290490"}
    result = screen_rows([row], reference, fail_on="informational")
    assert rules_of_row(result, 2) == {"PS-CHEM-013"}
    assert {r.rule.status for r in reference.rules if r.rule.id == "PS-CHEM-013"} == {"experimental"}
    assert result.report.exit_code == 0


def test_the_reference_survives_pickling_and_gives_the_same_flags(reference):
    copy = pickle.loads(pickle.dumps(reference))
    assert copy.rules == reference.rules
    few = ("PS-CHEM-001", "PS-CHEM-003")
    flags, wanted = (screen_rows([ACETONE], with_rules(one, *few)).report.flags for one in (copy, reference))
    assert flags.num_rows
    assert flags.equals(wanted)


ROWS = [
    {**ACETONE, "bill of lading": "B1"},
    {"description of goods": "TOLUENE", "hs code": "320890", "bill of lading": "B2"},
    {"description of goods": "ACETIC ANHYDRIDE", "hs code": "291524", "bill of lading": "B2", "item no": "2"},
    {"description of goods": "CHEMICALS", "hs code": "", "bill of lading": "B3"},
    {"consignee": "Quimeralda Reactivos SA de CV", "bill of lading": "B4"},
    {"description of goods": "HYDROCHLORIC ACID 36 %", "hs code": "280610", "bill of lading": "B2", "item no": "3"},
]


@pytest.fixture(scope="module")
def of_each_scope(reference):
    """Rules about a line, a shipment and what went before: those that flag the rows, and the ones about shipments."""
    about_shipments = [r.rule.id for r in reference.rules if r.rule.scope == "shipment"]
    return with_rules(reference, "PS-CHEM-001", "PS-CHEM-003", "PS-CHEM-025", "PS-PTY-001", *about_shipments)


@pytest.fixture(scope="module")
def whole(of_each_scope):
    """The rows in their order, in one input: every input supplies the same columns."""
    columns = {name: "" for row in ROWS for name in row}
    rows = [{**columns, **PLAINER, **row} for row in ROWS]
    return rows, _outcome(screen_rows(rows, of_each_scope))


def _outcome(result):
    bands = {s["shipment_id"]: (s["band"], s["score"]) for s in result.report.shipments.to_pylist()}
    return sorted(result.report.flags.column("flag_id").to_pylist()), bands


@examples(2, 12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(ROWS))), split=st.integers(1, len(ROWS) - 1))
def test_flags_do_not_depend_on_the_order_or_split_of_lines(of_each_scope, whole, order, split):
    rows, expected = whole
    shuffled = [rows[i] for i in order]
    assert _outcome(screen_rows(shuffled[:split], of_each_scope, table(shuffled[split:]))) == expected


# A rule or two of each scope and of each kind of window, first those that flag something in the clean manifest.
OF_EACH_KIND = (
    *("PS-CHEM-001", "PS-CHEM-014", "PS-CHEM-020", "PS-CHEM-021", "PS-CHEM-024", "PS-CHEM-025", "PS-COV-007", "PS-COV-008"),
    *("PS-QTY-001", "PS-QTY-002", "PS-QTY-004", "PS-QTY-005", "PS-QTY-008", "PS-QTY-013"),
)


@pytest.mark.slow
def test_flags_do_not_depend_on_the_number_of_threads(reference):
    head, *lines = make_manifest().splitlines(keepends=True)
    # All that is delivered with a permit, as listed goods are, and some of what is ordinary.
    some = [line for n, line in enumerate(lines) if n % (10 if SOAK else 50) == 0 or b"PERMIT" in line]
    sources = (Source("clean.csv", content=head + b"".join(some)),)
    reference = with_rules(reference, *OF_EACH_KIND)
    reports = []
    with connect() as connection:
        try:
            for threads in (1, 3):
                connection.execute(f"set threads = {threads}")
                reports.append(run(sources, ReadOptions(), reference, started=STARTED).report)
        finally:
            connection.execute(f"set threads = {THREADS}")
    one, three = reports
    assert one.flags.num_rows > 1000
    assert len(set(one.flags.column("rule_id").to_pylist())) >= 9
    assert one.flags.equals(three.flags)
    assert one.shipments.equals(three.shipments)
    assert one.coverage == three.coverage


PLAINER = {
    "shipper": "Acme Supply Ltd",
    "consignee": "Zenith Imports Inc",
    "description of goods": "CERAMIC TILES",
    "hs code": "690721",
}


def test_equal_runs_give_equal_reports_but_for_the_block_run(reference, tmp_path):
    reference = with_rules(reference, "PS-CHEM-001", "PS-CHEM-003", "PS-PTY-001")
    from precursor_screen.reporting.interface import write_report

    random.seed(1)
    for name in ("a.json", "b.json"):
        write_report(screen_rows(ROWS, reference).report, tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_as_of_judges_lines_without_a_date():
    before, after = (
        with_rules(load_reference(watchlists=None, as_of=date(2022, 11, day), tiers=("convention",)), "PS-CHEM-001")
        for day in (22, 23)
    )
    row = {"description of goods": "NORFENTANYL", "hs code": "293339"}
    assert "PS-CHEM-001" not in rules_of_row(screen_rows([row], before), 2)
    assert "PS-CHEM-001" in rules_of_row(screen_rows([row], after), 2)


def test_a_flag_on_an_unverified_membership_is_at_most_medium_and_says_so(reference):
    reference = with_rules(reference, "PS-CHEM-003")
    row = {**ACETONE, "hs code": "320890"}  # PS-CHEM-003, high
    (flag,) = [f for f in screen_rows([row], reference).report.flag_records() if f["rule_id"] == "PS-CHEM-003"]
    assert flag["level"] == "high"
    substances = tuple(
        replace(s, controls=tuple(replace(c, verified=False) for c in s.controls)) for s in reference.substances.substances
    )
    doubted = replace(reference, substances=replace(reference.substances, substances=substances))
    (flag,) = [f for f in screen_rows([row], doubted).report.flag_records() if f["rule_id"] == "PS-CHEM-003"]
    assert flag["level"] == "medium"
    assert flag["because"].endswith("(membership unverified)")


def test_a_flag_on_an_unverified_threshold_says_so(reference):
    doubted = tuple(replace(t, verified=False) for t in reference.thresholds)
    reference = replace(with_rules(reference, "PS-QTY-001"), thresholds=doubted)
    row = {**ACETONE, "net weight kg": "1500", "country of dispatch": "DE", "country of destination": "US"}
    (flag,) = [f for f in screen_rows([row], reference).report.flag_records() if f["rule_id"] == "PS-QTY-001"]
    assert flag["because"].endswith("(threshold unverified)")


def test_a_name_in_the_marks_counts(reference):
    reference = with_rules(reference, "PS-CHEM-001", "PS-CHEM-003")
    result = screen_rows([{"description of goods": "DRUMS", "hs code": "691490", "marks": "ACETONE LOT 7"}], reference)
    assert candidate(result)["matched_field"] == "marks"
    assert {"PS-CHEM-001", "PS-CHEM-003"} <= rules_of_row(result, 2)
    assert [i["code"] for i in result.report.issues.to_pylist()] == []


def test_every_named_party_is_screened(reference):
    reference = with_rules(reference, "PS-PTY-001", "PS-PTY-003")
    rows = [
        {"carrier": "Halvorsen & Drake Forwarding Limited"},
        {
            "importer name": "Zenith Imports Inc",
            "importer name en": "Al Zahirah Falcon General Trading LLC",
            "bill of lading": "B2",
        },
    ]
    result = screen_rows(rows, reference)
    roles = {(p["line_no"], p["party_role"]) for p in result.screened.resolved.parties.to_pylist()}
    assert roles == {(0, "carrier"), (1, "other_party")}
    assert rules_of_row(result, 2) == rules_of_row(result, 3) == {"PS-PTY-003"}


def test_informative_words_are_counted_without_those_of_packing(bare):
    counts = {
        "STEARIC ACID": 2,
        "250 CTNS STEARIC ACID": 2,
        "CHEMICALS": 0,
        "20 DRUMS OF RAW MATERIAL": 0,
        "A B C": 0,
        "无水醋酸 X": 1,
    }
    lines = screen_rows([{"description of goods": text} for text in counts], bare).screened.resolved.lines
    assert dict(zip(counts, lines.column("description_tokens").to_pylist(), strict=True)) == counts


def test_the_notify_party_stands_in_for_a_consignee_who_is_nobody(reference):
    reference = with_rules(reference, "PS-PTY-001", "PS-PTY-003")
    listed = {"notify party": "Quimeralda Reactivos SA de CV", "country of destination": "MX"}
    rows = [
        {**listed, "consignee": "TO THE ORDER OF FIRST BANK OF NOWHERE"},
        {**listed, "consignee": "", "bill of lading": "B2"},
        {**listed, "consignee": "Zenith Imports Inc", "bill of lading": "B3"},
    ]
    result = screen_rows(rows, reference)
    assert [("PS-PTY-001" in rules_of_row(result, row)) for row in (2, 3, 4)] == [True, True, False]
    assert "PS-PTY-003" in rules_of_row(result, 4)


def test_a_name_with_its_address_in_the_cell_is_matched(reference):
    reference = with_rules(reference, "PS-PTY-001")
    cells = [
        "QUIMERALDA REACTIVOS SA DE CV, CALLE AZAFRAN 114, PUERTO FABULA",
        "QUIMERALDA REACTIVOS SA DE CV\nCALLE AZAFRAN 114\nPUERTO FABULA",
        "QUIMERALDA REACTIVOS SA DE CV TAX ID QRE000101",
    ]
    rows = [{"consignee": c, "country of destination": "MX", "bill of lading": f"B{n}"} for n, c in enumerate(cells)]
    flags = [f for f in screen_rows(rows, reference).report.flag_records() if f["rule_id"] == "PS-PTY-001"]
    named = [{e["field"]: e["as_written"] for e in f["evidence"]}["party_name"] for f in flags]
    assert sorted(named) == sorted(cell.split("\n")[0] for cell in cells)


def test_a_code_alone_is_flagged_and_not_clear(reference):
    reference = with_rules(reference, "PS-CHEM-004")
    result = screen_rows([{"description of goods": "", "hs code": "291524"}], reference)
    assert "PS-CHEM-004" in rules_of_row(result, 2)
    assert shipments(result)["B1"]["band"] == "review"


def test_each_shipment_of_a_movement_has_its_own_flag(naming):
    rows = [{**ACETONE, "shipment id": s, "item no": "1", "net weight kg": w} for s, w in (("S1", "5"), ("S2", "500"))]
    result = screen_rows(rows, naming)
    flagged_shipments = {f["shipment_id"] for f in result.report.flags.to_pylist() if f["rule_id"] == "PS-CHEM-001"}
    assert flagged_shipments == {"S1", "S2"}


def test_a_code_of_the_chemical_itself_outweighs_a_word_of_the_text(bare):
    forms = [
        ("ephedrine test kit", "293941", "substance"),
        ("ephedrine test kit", "382200", "article"),
        ("battery grade sulphuric acid", "280700", "substance"),
        ("pseudoephedrine HCl for tablets", "293942", "substance"),
        ("PSEUDOEPHEDRINE HCL 60 MG TABLETS", "300442", "preparation"),
    ]
    rows = [{"description of goods": text, "hs code": hs, "bill of lading": f"B{n}"} for n, (text, hs, _) in enumerate(forms)]
    found = {
        (c["line_no"], c["form"])
        for c in screen_rows(rows, bare).screened.resolved.substances.to_pylist()
        if c["substance_id"] != "hydrochloric-acid"
    }
    assert found >= {(n, form) for n, (_, _, form) in enumerate(forms)}


def test_a_file_without_a_column_of_codes_is_screened():
    """What is said of codes is said of those that are there."""
    reference = with_rules(load_reference(watchlists=None, as_of=AS_OF), "PS-CHEM-001")
    content = b"bill of lading,consignee,description of goods\nB1,Zenith Imports Inc,ACETONE IN DRUMS\n"
    result = run((Source("plain.csv", content=content),), ReadOptions(), reference, started=STARTED)
    assert "PS-CHEM-001" in result.report.flags.column("rule_id").to_pylist()
