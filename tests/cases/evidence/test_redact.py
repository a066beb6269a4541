"""What another authority gets, and how the whole proves the rest."""

from __future__ import annotations

import copy
import hashlib
import json

import pytest

from precursor_screen.cases.evidence.redact import LEFT_OUT, redact, resolve, salted, step
from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence.seal import seal
from precursor_screen.reporting.evidence.verify import compare_redacted, verify
from tests.cases.evidence.cases import SECRET
from tests.cases.evidence.conftest import WHEN

PRIVATE = ("Belmar", "98765", "4321", "Second Shipper", "N. Officer", "Witness", "other.csv", "calc", "BL-6")
NEEDED = ("Orveto SA", "250", "ACETIC ANHYDRIDE", "referred", "S-L1")


def test_no_member_holds_what_is_left_out(redacted, completed):
    members = bundle.unpack(seal(redacted, completed[1], WHEN))
    for name, content in members.items():
        assert [w for w in PRIVATE if w in content.decode()] == [], name
    text = members[bundle.EVIDENCE].decode()
    assert "manifest.csv" not in text
    assert [w for w in NEEDED if w not in text] == []
    assert "secret" not in members[bundle.SEALED].decode()
    assert redacted["chain"]["verdicts"] == []  # digests without salt, of rows that name officers
    assert '"L1"' not in text  # a digest over all that the line says
    assert verify(seal(redacted, completed[1], WHEN)).problems == []


def test_what_stays_of_the_line(redacted):
    (line,) = [line for line in redacted["lines"] if line]
    assert not {"Notify Party", "Value", "Currency", "Remarks"} & set(line["cells"])
    assert {"Consignee", "Description of Goods", "Net Weight KG", "Date"} <= set(line["cells"])
    fields = [e["field"] if e else None for e in redacted["flags"][1]["evidence"]]
    assert fields == ["as_of_date", "substance_mass_kg", "mass_basis", "receiver_name", "receiver_role", None, None]
    assert redacted["flags"][1]["because"] == f"250 kg reach Orveto SA; asked of {LEFT_OUT}"


def test_what_stays_keeps_its_place(document):
    turned = copy.deepcopy(document)
    turned["flags"][1]["evidence"].reverse()
    kept = redact(turned, SECRET)
    assert [e and e["field"] for e in kept["flags"][1]["evidence"]][:3] == [None, None, "receiver_role"]
    assert compare_redacted(kept, turned, SECRET)[0] == []


def test_each_value_is_proved_by_the_whole(redacted, document):
    problems, proved = compare_redacted(redacted, document, SECRET)
    assert (problems, proved) == ([], len(redacted["left_out"]))
    assert proved > 20
    with_price = next(o for o in redacted["left_out"] if o["path"].endswith("/cells/Value"))
    assert resolve(document, with_price["path"]) == "98765"


def test_one_value_can_be_proved_alone(redacted, document):
    import hmac

    item = next(o for o in redacted["left_out"] if o["path"].endswith("/cells/Notify Party"))
    salt = hmac.new(SECRET, item["path"].encode(), hashlib.sha256).digest()
    assert hashlib.sha256(salt + json.dumps("Belmar Forwarding Ltd").encode()).hexdigest() == item["digest"]


@pytest.mark.parametrize("secret", [bytes(32), SECRET])
def test_a_guess_is_of_no_use_without_the_secret(redacted, secret):
    item = next(o for o in redacted["left_out"] if o["path"].endswith("/cells/Value"))
    assert (salted(secret, item["path"], "98765") == item["digest"]) == (secret == SECRET)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/flags/0/level", "/flags/0/level is not what"),
        ("/lines/0/cells/Consignee", "/lines/0/cells/Consignee"),
        ("/notes/0", "/notes/0"),
    ],
)
def test_a_redacted_document_that_was_changed(redacted, document, path, said):
    changed = copy.deepcopy(redacted)
    at = next(i for i, line in enumerate(redacted["lines"]) if line)
    *parents, last = path.replace("/lines/0", f"/lines/{at}").split("/")[1:]
    place = changed
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[int(last) if isinstance(place, list) else last] = "changed"
    problems, _ = compare_redacted(changed, document, SECRET)
    assert any(said.replace("/lines/0", f"/lines/{at}") in p for p in problems)


def test_digests_and_paths_that_are_not_right(redacted, document):
    changed = copy.deepcopy(redacted)
    changed["left_out"][0]["digest"] = "0" * 64
    changed["left_out"].append({"path": "/nowhere/7", "digest": "0" * 64})
    problems, _ = compare_redacted(changed, document, SECRET)
    assert [p.split(" ")[0].rstrip(":") for p in problems] == [changed["left_out"][0]["path"], "/nowhere/7"]
    gone = copy.deepcopy(redacted)
    del gone["flags"][0]["rule_id"]
    assert "/flags/0/rule_id is only in the whole bundle" in compare_redacted(gone, document, SECRET)[0]


def test_paths_with_strange_headers():
    document = {"a/b": [{"~c": 1}]}
    path = step(step(step("", "a/b"), 0), "~c")
    assert (path, resolve(document, path)) == ("/a~1b/0/~0c", 1)
    with pytest.raises(KeyError):
        resolve(document, "/a~1b/1")
