"""`watchlists`: verify, diff, remove, status, update."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Answer
from tests.reference.watchlists.watchlist_files import PRIVATE, UN
from tests.reference.watchlists.watchlist_server import Publisher, publisher

pytestmark = pytest.mark.usefixtures("few_rules")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("no_proxy", "*")
    with publisher() as served:
        yield served


@pytest.fixture
def two(ps, home):
    """A list with two snapshots."""
    for text, day in ((PRIVATE, "2026-11-01"), (PRIVATE.replace("Zorvania", "Zorvanie").replace("A2,", "A\x1b3,"), "2026-11-02")):
        Path("list.csv").write_text(text)
        assert ps("watchlists", "import", "my-list", "list.csv", "--date", day).code == 0


def sources(**urls: str) -> Path:
    path = Path("mine.toml")
    path.write_text(
        "".join(
            f'[[list]]\nid = "{name.replace("_", "-")}"\ntitle = "t"\nurl = "{url}"\nlicence = "l"\nmax_age_days = 9\nverified = true\n'
            for name, url in urls.items()
        )
    )
    return path


def test_verify(ps, two, home):
    answer = ps("watchlists", "verify")
    assert (answer.code, answer.out) == (0, "my-list: as imported\n")
    (home / "watchlists" / "my-list" / "2" / "list.csv").write_text("x")
    answer = ps("watchlists", "verify", "my-list")
    assert (answer.code, answer.out) == (1, "my-list: list.csv is not the file that was imported\n")
    (home / "watchlists" / "my-list" / "2" / "manifest.json").write_text("{")
    answer = ps("watchlists", "verify")
    assert answer.code == 1
    assert "manifest" in answer.out
    assert ps("watchlists", "verify", "nobody").code == 4


def test_verify_without_lists(ps):
    assert ps("watchlists", "verify").out == "No watchlist is imported.\n"


def test_diff(ps, two):
    answer = ps("watchlists", "diff", "my-list")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "my-list: snapshot 1 (2026-11-01, 2 entries) to 2 (2026-11-02, 2 entries)",
        "added: 1",
        "  A�3  Veladro, Eustasio",
        "removed: 1",
        "  A2  Veladro, Eustasio",
        "changed: 1, 1 of them in names, programmes, identifiers or addresses",
        "  A1  Zorvan Mirage",
    ]
    (found,) = ps("watchlists", "diff", "my-list", "2", "1", "--json").objects
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1, "content_changed": 1}
    assert (found["old"]["snapshot"], found["added"]) == (2, [{"entry_id": "A2", "name": "Veladro, Eustasio"}])
    assert ps("watchlists", "diff", "my-list", "2", "2").out.count(": 0") == 3
    assert ps("watchlists", "diff", "my-list", "1").code == 2
    assert ps("watchlists", "diff", "my-list", "1", "7").code == 4
    assert ps("watchlists", "diff", "nobody").code == 4


def test_diff_names_the_first_twenty(ps, home):
    for count, day in ((3, "2026-11-01"), (40, "2026-11-02")):
        Path("list.csv").write_text("entry_id,name\n" + "".join(f"E{i},Zorvan {i}\n" for i in range(count)))
        ps("watchlists", "import", "my-list", "list.csv", "--date", day)
    assert "  and 17 more (--all)\n" in ps("watchlists", "diff", "my-list").out
    assert "E39  Zorvan 39" in ps("watchlists", "diff", "my-list", "--all").out


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "gone"),
    [(["--yes"], b"", 0, True), ([], b"y\n", 0, True), ([], b"n\n", 0, False), ([], b"\n", 0, False), ([], b"", 2, False)],
)
def test_remove_asks(ps, two, home, arguments, stdin, code, gone):
    answer = ps("watchlists", "remove", "my-list", *arguments, stdin=stdin)
    assert answer.code == code
    assert (home / "watchlists" / "my-list").exists() is not gone
    if gone:
        assert ps("watchlists", "status").out == "No watchlist is imported.\n"
        assert ps("watchlists", "remove", "my-list", "--yes").code == 4


def test_status_as_json_counts_sources_and_shows_what_is_stale(ps, home):
    Path("un.xml").write_text(UN)
    ps("watchlists", "import", "un-sc", "un.xml")
    Path("bad.xml").write_text("")
    ps("watchlists", "import", "eu-fsf", "bad.xml")
    answer = ps("watchlists", "status", "--json", "--as-of", "2026-11-25")
    assert answer.code == 0  # what was never imported is in use nowhere
    eu, un = answer.objects[0]["lists"]
    assert (un["entries"], un["stale"], un["max_age_days"], un["age_days"]) == (2, True, 14, 271)
    assert un["by_source"] == {"individuals": 1, "entities": 1}
    assert un["checked_at"].startswith("20")
    assert (eu["usable"], "empty" in eu["last_refusal"]) == (False, True)
    text = ps("watchlists", "status", "--sources", "--as-of", "2026-11-25").out
    assert "271 days old STALE (limit 14 days)" in text
    assert "1 individuals\n" in text
    assert (
        "eu-fsf           never imported, so nothing uses it. To take it out of this list: precursor-screen watchlists remove eu-fsf"
        in text
    )
    ps("watchlists", "remove", "eu-fsf", "--yes")
    assert "eu-fsf" not in ps("watchlists", "status").out


def test_status_is_exit_4_where_an_imported_list_is_damaged(ps, home):
    Path("un.xml").write_text(UN)
    ps("watchlists", "import", "un-sc", "un.xml")
    (home / "watchlists/un-sc/1/manifest.json").write_text("{}")
    answer = ps("watchlists", "status")
    assert (answer.code, "NOT usable" in answer.out) == (4, True)


def test_update(ps, site, two, home):
    site.put("/un.xml", UN, etag='"1"')
    mine = sources(un_sc=site.url + "/un.xml", eu_fsf=site.url + "/gone")
    answer = ps("watchlists", "update", "un-sc", "--source", mine)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("un-sc: 2 entries, ")
    answer = ps("watchlists", "update", "--source", mine)
    assert (answer.code, answer.out) == (
        0,
        "my-list: no address is known; left as it is\nun-sc: unchanged; list of 2026-02-27, snapshot 1\n",
    )
    site.put("/un.xml", UN.replace("Falcon Oasis", "Falcon"), etag='"2"')
    assert "  added 0, removed 0, changed 1\n" in ps("watchlists", "update", "--source", mine).out


def test_one_list_that_fails_does_not_stop_the_others(ps, site, home):
    site.put("/un.xml", UN)
    mine = sources(eu_fsf=site.url + "/gone", un_sc=site.url + "/un.xml")
    answer = ps("watchlists", "update", "eu-fsf", "un-sc", "--source", mine)
    assert answer.code == 4
    assert "un-sc: 2 entries" in answer.out
    assert "error: eu-fsf: " in answer.err
    assert "answered 404" in answer.err
    assert answer.err.endswith("NOT updated: eu-fsf\n")
    assert "last import refused" in ps("watchlists", "status").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "No watchlist is imported"),
        (["un-cs"], "Did you mean 'un-sc'?"),
        (["x"], "No source is known for 'x'"),
    ],
)
def test_update_of_nothing(ps, arguments, says):
    answer = ps("watchlists", "update", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_update_with_sources_that_are_none(ps, home):
    Path("mine.toml").write_text("x")
    assert ps("watchlists", "update", "un-sc", "--source", "mine.toml").code == 4
    assert ps("watchlists", "update", "un-sc", "--source", "missing.toml").code == 4


def test_lists_whose_address_is_not_known_say_where_to_look(ps, home):
    answer = ps("watchlists", "update", "us-dpl")
    assert answer.code == 4
    assert "Look the address up at the Bureau of Industry and Security" in answer.err
    answer = ps("watchlists", "update", "eu-fsf")
    assert "TOKEN instead of a token" in answer.err


def test_nothing_but_update_opens_a_connection(ps, two, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    for arguments in (["status"], ["verify"], ["diff", "my-list"], ["remove", "my-list", "--yes"]):
        assert ps("watchlists", *arguments).code == 0


def test_the_help_says_what_is_untested(ps):
    text = ps("watchlists", "import", "--help").out
    for layout in (
        "ADVANCED XML *",
        "FSF XML 1.1 *",
        "CSV 1.1 *",
        "UK Sanctions List CSV *",
        "since November 2025 *",
        "SECO XML *",
    ):
        assert layout in text
    assert "untested against real files" in " ".join(text.split())


def test_every_list_has_an_age_from_which_it_is_stale(ps, manifest):
    Path("own.csv").write_text("entry_id,name\nE1,Zorvan Mirage\n")
    assert ps("watchlists", "import", "own", "own.csv", "--date", "2026-01-10").code == 0
    path = manifest()

    def screen(day: str, *options: str) -> Answer:
        return ps("screen", path, "--as-of", day, "--require-fresh", *options)

    assert screen("2026-04-10").code == 0
    assert screen("2026-04-11").code == 4
    assert "is 91 days old; its limit is 90" in screen("2026-04-11").err
    assert "(limit 90 days)" in ps("watchlists", "status", "--as-of", "2026-04-10").out
    assert ps("watchlists", "import", "own", "own.csv", "--date", "2026-01-10", "--max-age", "7").code == 0
    assert screen("2026-01-17").code == 0
    assert "its limit is 7" in screen("2026-01-18").err
    assert ps("watchlists", "import", "own", "own.csv", "--date", "2026-01-10", "--max-age", "0").code == 2
    stated = screen("2026-01-10", "--watchlist", "own.csv")
    assert (stated.code, "opened from a file, which states no date" in stated.err) == (4, True)
    assert screen("2027-12-31", "--watchlist", "sample").code == 0  # it names nobody who exists, and so does not age
    assert "is too long ago: UN1988 I (" in screen("2036-01-10", "--watchlist", "sample").err


def test_lists_that_are_called_like_something_else_are_refused(ps, manifest):
    Path("none.csv").write_text("entry_id,name\nE1,Zorvan Mirage\n")
    assert ps("watchlists", "import", "none", "none.csv", "--date", "2026-01-10").code == 4
    answer = ps("screen", manifest(), "--watchlist", "none.csv")
    assert (answer.code, "means something else" in answer.err) == (4, True)


def test_a_damaged_list_is_exit_4_and_never_clear(ps, home, manifest):
    Path("own.csv").write_text("entry_id,name\nE1,Zorvan Mirage\n")
    ps("watchlists", "import", "own", "own.csv", "--date", "2026-01-10")
    path = home / "watchlists" / "own" / "1" / "entries.arrow"
    path.write_bytes(path.read_bytes().replace(b"Zorvan", b"Zorvon"))
    for arguments in (("screen", manifest()), ("match", "Zorvan Mirage"), ("watchlists", "status")):
        answer = ps(*arguments)
        assert answer.code == 4
        assert "entries.arrow is not what was written" in answer.err + answer.out
        assert "watchlists import own FILE" in answer.err + answer.out
    assert ps("watchlists", "verify").code == 1
