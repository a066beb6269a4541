"""Packs of a home: whole or not at all, the one before it kept, and never a damaged one left out."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import PrecursorScreenError, SubstanceTableError, UsageError
from precursor_screen.reference import shipped
from precursor_screen.reference.packs.pack import make_pack
from precursor_screen.reference.packs.store import PackStore, open_law, use_home
from precursor_screen.reference.recogniser import known_substances
from tests.cases.evidence.test_sign import make_key, needs_ssh_keygen, public_of
from tests.reference.packs.conftest import NEW

TODAY = date(2026, 11, 30)


@pytest.fixture
def bring(store, base, members, tmp_path):
    """Imports a pack of some tables, as a file that came on a stick."""

    def into(tables, *, key=None, force=False, to=store, **about):
        file = tmp_path / "stick.zip"
        file.write_bytes(make_pack(members(tables, **about), base, key))
        pack, content = to.read_file(file)
        return to.import_pack(pack, content, file.name, TODAY, force=force)

    return into


def test_an_import_is_a_snapshot_and_the_one_before_it_stays(store, bring):
    assert store.ids() == []
    assert (bring(NEW).number, bring(NEW, day="2026-10-06", edition="later").number) == (1, 2)
    assert store.ids() == ["ch"]
    assert store.open("ch").info.edition == "later"
    assert sorted(p.name for p in (store.folder / "ch").iterdir()) == ["1", "2", "current"]
    assert (store.folder / "ch" / "1" / "pack.zip").read_bytes() != (store.folder / "ch" / "2" / "pack.zip").read_bytes()


def test_a_pack_of_another_time(store, bring):
    bring(NEW)
    with pytest.raises(SubstanceTableError, match="is dated 2026-10-04; the installed pack ch is newer, of 2026-10-05"):
        bring(NEW, day="2026-10-04")
    with pytest.raises(SubstanceTableError, match="is in the future"):
        bring(NEW, day="2026-12-01", force=True)
    assert store.open("ch").info.day == "2026-10-05"
    assert bring(NEW, day="2026-10-04", force=True).forced
    assert store.open("ch").info.day == "2026-10-04"
    assert not bring(NEW, day="2026-10-04").forced
    assert not bring(NEW, day=str(TODAY)).forced


def test_what_is_refused_leaves_no_trace(store, bring):
    bring(NEW)
    before = sorted(store.folder.rglob("*"))
    with pytest.raises(PrecursorScreenError, match="no usual name"):
        bring({**NEW, "names.csv": []}, day="2026-10-06")
    with pytest.raises(PrecursorScreenError, match="differs from"):
        bring({"concern.csv": [{**NEW["concern.csv"][0], "licit_use": "E"}]}, id="other")
    assert sorted(store.folder.rglob("*")) == before
    assert store.ids() == ["ch"]


@pytest.mark.parametrize("name", ["pack.zip", "import.json", "SHA256SUMS"])
def test_a_damaged_pack_is_an_error_and_a_new_import_cures_it(store, bring, name):
    bring(NEW)
    path = store.folder / "ch" / "1" / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(SubstanceTableError, match="the installed copy of the pack ch cannot be read") as error:
        open_law(store.folder.parent)
    assert "substances import" in error.value.remedy
    bring(NEW, day="2026-10-02")
    assert [p.day for p in open_law(store.folder.parent).packs] == ["2026-10-02"]


def test_a_process_works_with_the_packs_of_its_home(store, bring, tmp_path):
    bring(NEW)
    use_home(store.folder.parent)
    assert [p.id for p in shipped.law_in_use().packs] == ["ch"]
    assert known_substances()[-1].substance_id == "phantomol"
    assert shipped.law_in_use() is shipped.law_in_use()
    use_home(tmp_path / "another")
    assert shipped.law_in_use() == shipped.base_law()
    assert known_substances()[-1].substance_id != "phantomol"


def test_a_pack_that_does_not_go_with_a_new_version_is_named_with_what_to_do(store, bring, base, monkeypatch, tmp_path):
    import shutil

    bring(NEW)
    newer = replace(base, substances=tmp_path / "newer")
    shutil.copytree(base.substances, newer.substances)
    with (newer.substances / "concern.csv").open("a", encoding="utf-8") as stream:
        stream.write("phantomol,E,1,100,,,another grade,true\n")
    monkeypatch.setattr(shipped, "base_law", lambda: newer)
    with pytest.raises(SubstanceTableError, match=r"differs from the row that ships.*licit_use") as error:
        open_law(store.folder.parent)
    assert "substances remove" in error.value.remedy
    store.remove("ch")
    assert open_law(store.folder.parent) == newer


def test_removal(store, bring):
    bring(NEW)
    with pytest.raises(UsageError, match="Installed packs: ch"):
        store.check_known("hc")
    store.check_known("ch")
    store.remove("ch")
    assert store.ids() == []
    with pytest.raises(UsageError, match="No pack is installed"):
        store.check_known("ch")


@needs_ssh_keygen
def test_the_signers_of_a_home(store, bring, tmp_path):
    key = make_key(tmp_path / "key")
    assert bring(NEW, key=key).info.signer == ""  # nobody has said whose signature counts
    store.allowed.write_text(f"law@ministry.example {public_of(key).read_text()}")
    assert bring(NEW, key=key, day="2026-10-06").info.signer == "law@ministry.example"
    with pytest.raises(SubstanceTableError, match="this installation accepts signed packs only"):
        bring(NEW, day="2026-10-07")
    assert [p.signer for p in open_law(store.folder.parent).packs] == ["law@ministry.example"]


def test_two_homes_have_the_same_law(store, bring, tmp_path):
    other = PackStore(tmp_path / "other")
    bring(NEW)
    bring(NEW, to=other)
    one, two = (open_law(s.folder.parent) for s in (store, other))
    assert one.packs == two.packs
