import io

import pytest

from precursor_screen.core.errors import UnreadableManifest, WatchlistError
from precursor_screen.formats.xml import find_root_name, find_text, find_texts, read_root, stream_records

LIST = b"""<?xml version="1.0"?>
<l:list xmlns:l="urn:x" xmlns:y="urn:y" y:date="2026-01-02" kind="demo">
  <group name="g"><item id="1"><name> Zorvan </name><alias>A</alias><alias/><alias>B</alias></item>
  <l:item id="2"><item id="inner"/></l:item></group>
  <other/>
</l:list>"""


def test_records_come_with_local_names_and_numbers() -> None:
    found = []
    for record in stream_records(io.BytesIO(LIST), {"item"}):
        found.append((record.name, record.number, record.element.get("id"), len(record.element)))
    assert found == [("item", 1, "1", 4), ("item", 2, "2", 1)]


def test_texts() -> None:
    record = next(stream_records(LIST, {"item"}))
    assert find_text(record.element, "name") == "Zorvan"
    assert find_text(record.element, "nothing") == ""
    assert find_texts(record.element, "alias") == ["A", "B"]


def test_root() -> None:
    assert read_root(LIST) == ("list", {"date": "2026-01-02", "kind": "demo"})
    assert read_root(b"<a b='c'><unfinished>") == ("a", {"b": "c"})


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'<?xml version="1.0"?>\n<!-- a <b> --><l:list xmlns:l="urn:x">', "list"),
        (b"\xef\xbb\xbf <a/>", "a"),
        ('<?xml version="1.0" encoding="utf-16"?><list>'.encode("utf-16"), "list"),
        (b"<!DOCTYPE html><html>", ""),
        (b"<list", "list"),
        (b"text", ""),
        (b"", ""),
        (b"<!--" + b"<?" * 30_000, ""),
    ],
)
def test_root_name_by_the_head(head: bytes, name: str) -> None:
    assert find_root_name(head) == name


def test_memory_holds_one_record_at_a_time() -> None:
    last = None
    for record in stream_records(b"<l>" + b"<i><n>x</n></i>" * 1000 + b"</l>", {"i"}):
        assert last is None or len(last) == 0
        last = record.element


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1, column 1"),
        (b"<a>\n<b></a>", "line 2, column 6"),
        (b"<a>\n<b>", "line 2, column 4"),
        (b"<a>\x01</a>", "line 1, column 4"),
        (b"<a/>x", "line 1, column 5"),
        (b"\x00", "not well formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://localhost/x.dtd"><a/>', "document type"),
        (b'<?xml version="1.0" encoding="nope"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-8"?><a>\xff</a>', "column 42"),
        (b"<a>" * 50_000, "nest deeper"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableManifest, match=said) as caught:
        list(stream_records(data, {"item"}, file="f.xml"))
    assert caught.value.where.file == "f.xml"
    assert caught.value.remedy


def test_the_caller_chooses_the_error() -> None:
    with pytest.raises(WatchlistError):
        list(stream_records(b"<a>", {"item"}, error=WatchlistError))
    with pytest.raises(WatchlistError):
        read_root(b"", error=WatchlistError)


def test_encodings() -> None:
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        data = f'<?xml version="1.0" encoding="{encoding}"?><l><item>ñ</item></l>'.encode(encoding)
        assert [r.element.text for r in stream_records(data, {"item"})] == ["ñ"]
