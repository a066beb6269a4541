"""Which names are one exporter: taken with a reason, or asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from precursor_screen.cases.audit.names import ExporterNames, Sender, find
from precursor_screen.core.errors import UsageError
from precursor_screen.text.party_cells import party_key
from tests.cases.audit.rows import OWN


def sender(name: str, **values: Any) -> Sender:
    filled: dict[str, Any] = {"rows": 1, "countries": frozenset({"US"}), "addresses": frozenset({"12 mill"})}
    return Sender(name, party_key(name), **{**filled, **values})


def why(merged: ExporterNames) -> dict[str, str]:
    return {t.name: t.why for t in merged.taken}


def test_the_same_name_written_otherwise_is_taken() -> None:
    merged = find(
        OWN, [sender(OWN), sender("LARKFIELD LAB. SUPPLY, INC."), sender("Quillon Reagents Corp", addresses=frozenset())]
    )
    assert why(merged) == {OWN: "the name asked for", "LARKFIELD LAB. SUPPLY, INC.": "the same name, written otherwise"}
    assert merged.questions == ()


def test_a_misspelling_in_the_same_country_is_taken_and_says_so() -> None:
    merged = find(OWN, [sender(OWN), sender("Larkfeild Laboratory Supply Inc", addresses=frozenset({"9 elm"}))])
    assert why(merged)["Larkfeild Laboratory Supply Inc"].endswith("in the same country")


def test_a_misspelling_in_another_country_is_a_question() -> None:
    other = sender("Larkfeild Laboratory Supply Inc", addresses=frozenset(), countries=frozenset({"CA"}))
    merged = find(OWN, [sender(OWN), other])
    assert list(why(merged)) == [OWN]
    assert [(q.name, q.option) for q in merged.questions] == [("Larkfeild Laboratory Supply Inc", "--also")]


def test_a_spelling_at_the_same_address_is_taken() -> None:
    other = sender("Larkfeild Laboratory Supply Inc", countries=frozenset({"CA"}))
    merged = find(OWN, [sender(OWN), other])
    assert why(merged)["Larkfeild Laboratory Supply Inc"].endswith("at the same address")


def test_another_firm_at_the_same_address_is_a_question_and_never_merged() -> None:
    merged = find(OWN, [sender(OWN), sender("Oakhurst Chemical Export Co")])
    assert list(why(merged)) == [OWN]
    (question,) = merged.questions
    assert question.name == "Oakhurst Chemical Export Co"
    assert "at the same address" in question.why


def test_the_same_number_is_taken() -> None:
    numbers = frozenset({"EIN 12-345"})
    merged = find(OWN, [sender(OWN, numbers=numbers), sender("Brindle Holdings", addresses=frozenset(), numbers=numbers)])
    assert why(merged)["Brindle Holdings"] == f"the same number, EIN 12-345, as {OWN}"


def test_an_exporter_is_found_by_its_number() -> None:
    merged = find(
        "EIN 12-345", [sender(OWN, numbers=frozenset({"EIN 12-345"})), sender("Quillon Reagents Corp", addresses=frozenset())]
    )
    assert why(merged) == {OWN: "bears the number EIN 12-345"}


def test_one_name_in_two_countries_is_asked() -> None:
    merged = find(OWN, [sender(OWN), sender(OWN.upper(), countries=frozenset({"CA"}), addresses=frozenset())])
    assert len(merged.taken) == 2
    assert {q.name: q.option for q in merged.questions} == {OWN: "--not", OWN.upper(): "--not"}


AFTER = {"first": date(2026, 7, 1), "last": date(2026, 12, 1)}


@pytest.mark.parametrize(
    ("shared", "days", "asked"),
    [
        ({"a", "b"}, AFTER, True),
        ({"a", "x"}, AFTER, False),
        ({"a", "b", "x", "y"}, AFTER, True),
        ({"a", "b", "x", "y", "z"}, AFTER, False),
        ({"a", "b"}, {"first": date(2026, 6, 1), "last": date(2026, 12, 1)}, False),
        ({"a", "b"}, {"first": date(2027, 1, 2), "last": date(2027, 2, 1)}, False),
        ({"a", "b"}, {"first": date(2025, 7, 1), "last": date(2025, 12, 1)}, True),
    ],
    ids=["succeeds", "one receiver", "half", "less than half", "overlaps", "too late", "precedes"],
)
def test_a_firm_that_goes_on_under_another_name_is_a_question(shared: set[str], days: dict[str, date], asked: bool) -> None:
    own = sender(OWN, first=date(2026, 1, 5), last=date(2026, 6, 20))
    other = sender("Brindle Holdings", addresses=frozenset(), **days)
    receivers = {OWN: frozenset("abc"), "Brindle Holdings": frozenset(shared)}
    merged = find(OWN, [own, other], customers=lambda _: receivers)
    assert list(why(merged)) == [OWN]
    assert [q.name for q in merged.questions] == (["Brindle Holdings"] if asked else [])


def test_also_takes_a_name_and_not_leaves_one_out() -> None:
    senders = [sender(OWN), sender(OWN.upper()), sender("Oakhurst Chemical Export Co")]
    merged = find(OWN, senders, also=["oakhurst chemical export company"])
    assert why(merged)["Oakhurst Chemical Export Co"] == "named by --also"
    merged = find(OWN, senders, leave=["Oakhurst Chemical Export Co"])
    assert merged.questions == ()
    assert merged.left_out == ()
    merged = find(OWN, [sender(OWN), sender("Larkfeild Laboratory Supply Inc")], leave=["Larkfeild Laboratory Supply Inc"])
    assert (list(why(merged)), merged.left_out) == ([OWN], ("Larkfeild Laboratory Supply Inc",))


def test_what_is_not_there_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UsageError, match=f"no exporter named 'Larkfield'.*{OWN}"):
        find("Larkfield", [sender(OWN)])
    with pytest.raises(UsageError, match="audit --all"):
        find("Zzyzx", [sender(OWN)])
    with pytest.raises(UsageError, match="no exporter named 'Nobody'"):
        find(OWN, [sender(OWN)], also=["Nobody"])
    with pytest.raises(UsageError, match="has no effect"):
        find(OWN, [sender(OWN)], leave=["Nobody"])
    with pytest.raises(UsageError, match="leaves out every name"):
        find(OWN, [sender(OWN)], leave=[OWN])


def test_a_name_of_which_nothing_can_be_compared_is_only_itself() -> None:
    merged = find("...", [sender("..."), sender("---", addresses=frozenset())])
    assert list(why(merged)) == ["..."]


def test_the_outcome_does_not_depend_on_the_order_of_senders() -> None:
    senders = [
        sender(OWN),
        sender("LARKFIELD LAB. SUPPLY, INC."),
        sender("Larkfeild Laboratory Supply Inc"),
        sender("Oakhurst Co"),
    ]
    assert find(OWN, senders) == find(OWN, senders[::-1])
