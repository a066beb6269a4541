"""JSON against the contract: every key, lists in a fixed order, decimals as strings."""

from __future__ import annotations

import io
import itertools
import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.errors import ExitCode
from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.core.json_text import dump
from precursor_screen.core.model import BANDS, LEVELS
from precursor_screen.core.schema import SHIPMENT
from precursor_screen.reporting.shipment import shipments_in_words
from precursor_screen.reporting.tables import _WORDS, _items, data_of
from tests.examples import examples

KEYS = {
    "": ["schema_version", "run", "provenance", "coverage", "shipments", "flags", "suppressed", "exceptions"],
    "run": ["tool_version", "started", "options"],
    "provenance": ["as_of", "jurisdiction", "inputs", "rules", "substances", "watchlists", "registers"],
    "provenance.inputs.0": ["name", "sha256", "bytes", "lines"],
    "provenance.rules": ["version", "sha256", "parameters"],
    "provenance.substances": ["edition", "sha256"],
    "provenance.watchlists.0": ["list_id", "list_date", "sha256", "entries", "age_days"],
    "coverage": ["lines_read", "screened", "set_aside", "unscreenable", "not_evaluable", "not_raised"],
    "coverage.unscreenable.0": ["code", "count", "examples"],
    "coverage.not_evaluable.0": ["rule_id", "field", "count"],
    "coverage.not_raised.0": ["rule_id", "count", "shipments"],
    "shipments.0": ["shipment_id", "score", "band", "families", "flags"],
    "flags.0": ["flag_id", "line_id", "rule_id", "rule_version", "level", "confidence", "state", "because", "legal_basis", "evidence", "window_line_ids"],
    "flags.0.evidence.0": ["subject", "field", "as_written"],
    "flags.0.legal_basis.0": ["title", "note", "mark"],
    "exceptions": ["expired", "unused"],
}  # fmt: skip


@pytest.fixture(scope="module")
def document(sample, rendered):
    return json.loads(rendered(sample, "report.json"))


@pytest.mark.parametrize("place", KEYS)
def test_every_key_of_the_contract_is_there(document, place):
    value = document
    for part in place.split(".") if place else []:
        value = value[int(part)] if part.isdecimal() else value[part]
    assert set(KEYS[place]) <= set(value)


def test_every_flag_of_a_shipment_stands_in_the_report_and_the_other_way_round(document):
    flags = [f["flag_id"] for f in document["flags"]]
    assert len(set(flags)) == len(flags)
    assert sorted(f for s in document["shipments"] for f in s["flags"]) == sorted(flags)
    assert {f["line_id"] for f in document["flags"]} <= {line["line_id"] for line in document["lines"]}


def test_shipments_are_worst_first_and_flags_in_the_order_of_their_lines(document):
    shipments = document["shipments"]
    order = [-BANDS.index(s["band"]) for s in shipments if s["band"] and s["case_id"] in (None, s["shipment_id"])]
    assert order == sorted(order)
    # Those of one splitting follow its first shipment.
    cases = [key for key, _ in itertools.groupby(s["case_id"] for s in shipments) if key]
    assert len(cases) == len(set(cases)) > 2
    places = [(f["source_file"], f["source_row"], f["rule_id"], f["flag_id"]) for f in document["flags"]]
    assert places == sorted(places)


def test_values_are_of_the_known_vocabularies(document):
    assert {s["band"] for s in document["shipments"]} <= {*BANDS, None}
    assert {f["level"] for f in document["flags"]} <= set(LEVELS)
    assert {f["state"] for f in document["flags"]} == {"new"}
    assert {i["code"] for i in document["issues"]} <= set(ISSUE_CODES)
    assert document["exit_code"] == ExitCode.SET_ASIDE


def test_what_was_written_is_text_and_masses_keep_their_digits(document):
    evidence = [e for f in document["flags"] for e in f["evidence"]]
    assert {type(e["as_written"]) for e in evidence} <= {str, type(None)}
    assert "1500" in {e["as_written"] for e in evidence if e["field"] == "substance_mass_kg"}


def test_lines_add_up(document):
    coverage = document["coverage"]
    set_aside = sum(s["count"] for s in coverage["set_aside"])
    assert coverage["lines_read"] == coverage["screened"] + coverage["unscreenable_lines"] + set_aside == 200


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.500"), '"1.500"'),
        ("АЦЕТОН", '"АЦЕТОН"'),
        ("\x1b\x00\x7f", '"\\u001b\\u0000\x7f"'),
        ("\ud800", '"\\ud800"'),
        ("</script>", '"</script>"'),
    ],
)
def test_dump(value, text):
    assert dump(value) == text
    assert text.encode()


def test_json_lines_hold_one_flag_a_line(sample, hostile, rendered, document):
    lines = rendered(sample, "flags.jsonl").splitlines()
    order = sample.worst_first.column("flag_id").to_pylist()
    assert [json.loads(line) for line in lines] == sorted(document["flags"], key=lambda flag: order.index(flag["flag_id"]))
    hostile_lines = rendered(hostile, "flags.jsonl").split(b"\n")
    assert [json.loads(line)["flag_id"] for line in hostile_lines[:-1]] == hostile.worst_first.column("flag_id").to_pylist()


def test_hostile_text_comes_back_as_it_was_filed(hostile, rendered):
    from tests.reporting.conftest import ATTACKS

    text = rendered(hostile, "report.json").decode()
    cells = {line["shipment_id"]: line["cells"] for line in json.loads(text)["lines"]}
    for name in ("script", "handler", "quotes", "style", "equals", "markup", "bidi"):
        assert cells[f"B-{name}"]["description of goods"].strip() == ATTACKS[name].strip(), name


def test_only_the_block_run_tells_equal_runs_apart(sample, rendered):
    later = replace(sample, run={**sample.run, "started": "2027-01-01T00:00:00+00:00"})
    mine, other = (rendered(r, "report.json").splitlines() for r in (sample, later))
    assert [a for a, b in zip(mine, other, strict=True) if a != b] == [line for line in mine if line.startswith(b' "run"')]


ODD = st.text(st.sampled_from('ab "\\\x7f\n~ä'), max_size=4)
SOME = st.tuples(
    ODD, st.integers(0, 2), st.sampled_from(["none", None]), st.integers(1, 2), st.booleans(), st.sampled_from([None, "c"]), st.integers(0, 3)
)  # fmt: skip


def test_shipments_of_which_nothing_is_told_are_written_as_each_by_itself(sample):
    """They are written together; one whose number needs escaping, or that differs in one column, is written as it is. So is one that could
    not be screened, in words; and one of which a line is cited, in the words of that line."""
    names = ("shipment_id", "score", "band", "lines", "incomplete", "case_id")

    @examples(60, 400)
    @given(
        rows=st.lists(SOME, max_size=8, unique_by=lambda row: row[0]), drawn=st.integers(0, 2), cited=st.sets(st.integers(0, 7))
    )
    def check(rows, drawn, cited):
        dicts = [
            {**dict(zip(names, row[:-1], strict=True)), "parts": [], "families": ["f"] * (row[-1] == 3), "flags": []}
            for row in sorted(rows, key=lambda row: row[2] is not None)
        ]
        shipments = pa.Table.from_pylist(dicts, schema=SHIPMENT)
        sampled = frozenset([row["shipment_id"] for row in dicts if row["band"]][:drawn])
        ids = [dicts[n]["shipment_id"] for n in sorted(cited) if n < len(dicts)]
        place = sample.particulars.column_names.index("shipment_id")
        lines = sample.particulars.slice(0, len(ids)).set_column(place, "shipment_id", pa.array(ids, pa.string()))
        report = replace(
            sample,
            shipments=shipments,
            flags=sample.flags.slice(0, 0),
            sampled=sampled,
            particulars=lines,
            issues=sample.issues.slice(0, 0),
        )
        stream = io.BytesIO()
        _items(data_of(report)["shipments"], stream)
        said = {one.shipment_id: one for one in shipments_in_words(report, report.listed)}
        plain = [
            dump({**r, **{w: getattr(said.get(i), w, None) for w in _WORDS}, "sampled": i in sampled})
            for r in shipments.to_pylist()
            for i in [r["shipment_id"]]
        ]
        assert stream.getvalue().decode() == ("[\n  " + ",\n  ".join(plain) + "]" if plain else "[]")

    check()
