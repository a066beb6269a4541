"""Downloads from a publisher on this machine. Nothing here leaves it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference import refresh as fetching
from precursor_screen.reference.refresh import USER_AGENT, fetch, registered_domain, show_url
from precursor_screen.reference.shipped import watchlists_folder
from precursor_screen.reference.sources import ListSource, load_sources
from tests.reference.watchlists.watchlist_server import Publisher, publisher


def limited(max_bytes: int, max_seconds: float, redirect_domains: tuple[str, ...] = (), user_agent: str = "") -> ListSource:
    """A source with its caps, and where it may redirect to."""
    caps = {"max_bytes": max_bytes, "max_seconds": max_seconds, "redirect_domains": redirect_domains, "user_agent": user_agent}
    return ListSource("x", "X", "", "", 14, True, **caps)


LIMITS = limited(max_bytes=1 << 20, max_seconds=10)
DAY = "Fri, 27 Feb 2026 10:00:00 GMT"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("no_proxy", "*")
    with publisher() as served:
        yield served


def test_a_file_and_then_the_same_file(site, tmp_path):
    url = site.put("/list.xml", "content", etag='"one"', last_modified=DAY)
    target = tmp_path / "list.xml"
    answer = fetch(url, target, LIMITS)
    assert target.read_text() == "content"
    assert (answer.changed, answer.etag, answer.modified) == (True, '"one"', date(2026, 2, 27))
    _, headers = site.asked[0]
    assert headers["User-Agent"] == USER_AGENT
    assert "If-None-Match" not in headers
    target.unlink()
    again = fetch(url, target, LIMITS, {"etag": answer.etag, "last_modified": answer.last_modified})
    assert (again.changed, again.etag, target.exists()) == (False, '"one"', False)
    assert site.asked[1][1]["If-Modified-Since"] == DAY


def test_the_user_agent_is_one_that_ofac_accepts_or_the_sources_own(site, tmp_path):
    assert USER_AGENT.startswith("Mozilla/5")
    assert len(USER_AGENT) >= 40
    fetch(site.put("/x", "y"), tmp_path / "x", limited(9, 9, user_agent="Mine/1.0"))
    assert site.asked[0][1]["User-Agent"] == "Mine/1.0"


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "token"),
        (403, "answered 403 Forbidden"),
        (404, "answered 404"),
        (410, "withdrawn"),
        (500, "500"),
        (304, "redirects"),
    ],
)
def test_refusals(site, tmp_path, status, says):
    url = site.put("/list", "sorry", status)
    with pytest.raises(WatchlistError, match=says):
        fetch(url, tmp_path / "list", LIMITS)


@pytest.mark.parametrize("status", [204, 206])
def test_an_answer_without_the_whole_file(site, tmp_path, status):
    with pytest.raises(WatchlistError, match=f"answered {status}"):
        fetch(site.put("/list", "", status), tmp_path / "list", LIMITS)


def test_redirects_within_the_site(site, tmp_path):
    site.put("/new", "content")
    url = site.put("/old", "", 302, location="/new")
    fetch(url, tmp_path / "list", LIMITS)
    assert (tmp_path / "list").read_text() == "content"
    with pytest.raises(WatchlistError, match="redirects too often"):
        fetch(site.put("/circle", "", 302, location="/circle"), tmp_path / "list", LIMITS)


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("https://elsewhere.example/list", "to another domain, elsewhere.example"),
        ("http://127.0.0.1.example/list", "does not begin with https://"),
        ("ftp://127.0.0.1/list", "does not begin with https://"),
        ("file:///etc/passwd", "to where this program does not follow"),
        ("https://[bad/list", "broke off: Invalid IPv6 URL"),
    ],
)
def test_redirects_elsewhere(site, tmp_path, location, says):
    with pytest.raises(WatchlistError, match=says):
        fetch(site.put("/old", "", 302, location=location), tmp_path / "list", LIMITS)
    assert len(site.asked) == 1


def test_a_redirect_that_the_source_allows(site, tmp_path):
    # `localhost` is another name than 127.0.0.1, so a redirect from the one to the other leaves the domain.
    site.put("/new", "content")
    port = site.url.rpartition(":")[2]
    url = site.put("/old", "", 302, location=f"http://localhost:{port}/new")
    with pytest.raises(WatchlistError, match="another domain, localhost"):
        fetch(url, tmp_path / "list", LIMITS)
    fetch(url, tmp_path / "list", limited(99, 9, ("localhost",)))
    assert (tmp_path / "list").read_text() == "content"


@pytest.mark.parametrize(
    ("host", "domain", "lies"),
    [
        ("store.cloud.example", "store.cloud.example", True),
        ("a.store.cloud.example", "store.cloud.example", True),
        ("store.cloud.example", "STORE.cloud.example", True),
        ("other.cloud.example", "store.cloud.example", False),
        ("evilstore.cloud.example", "store.cloud.example", False),
        ("store.cloud.example.evil.example", "store.cloud.example", False),
        ("cloud.example", "store.cloud.example", False),
    ],
)
def test_a_host_that_is_allowed_is_that_host_or_lies_in_it(host, domain, lies):
    assert fetching._lies_in(host, domain) == lies


@pytest.mark.parametrize("list_id", ["ofac-sdn", "ofac-cons", "un-sc"])
def test_the_official_sources_may_redirect_to_their_stores_and_nowhere_else(site, tmp_path, list_id):
    source = load_sources(watchlists_folder())[list_id]
    limits = limited(99, 9, source.redirect_domains)
    (store,) = source.redirect_domains
    url = site.put("/old", "", 302, location=f"https://{store}/signed?token=1")
    # Nothing here leaves this machine: that the store cannot be reached shows that the redirect was followed.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.getaddrinfo", _only_here)
        with pytest.raises(WatchlistError, match="cannot be reached"):
            fetch(url, tmp_path / "list", limits)
        neighbour = "another." + store.partition(".")[2]
        with pytest.raises(WatchlistError, match=f"another domain, {neighbour}"):
            fetch(site.put("/old", "", 302, location=f"https://{neighbour}/signed"), tmp_path / "list", limits)


_resolve = socket.getaddrinfo


def _only_here(host, *rest, **more):
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "no such host")
    return _resolve(host, *rest, **more)


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://example.org/x", "file:///x", "x", "", "https://", "https://[x"])
def test_addresses_that_are_never_asked(tmp_path, url):
    with pytest.raises(WatchlistError, match=r"does not begin with https://|The address is not a web address"):
        fetch(url, tmp_path / "x", LIMITS)


def test_a_body_that_is_cut(site, tmp_path):
    url = site.put("/list", "half")
    site.tricks["/list"] = "cut"
    with pytest.raises(WatchlistError, match="cut short: 4 of 104 bytes"):
        fetch(url, tmp_path / "list", LIMITS)
    assert not (tmp_path / "list").exists()


def test_a_body_without_end(site, tmp_path):
    url = site.put("/list", "")
    site.tricks["/list"] = "endless"
    with pytest.raises(WatchlistError, match="larger than 1,048,576 bytes"):
        fetch(url, tmp_path / "list", LIMITS)
    assert not (tmp_path / "list").exists()
    with pytest.raises(WatchlistError, match="larger than 3 bytes"):
        fetch(site.put("/stated", "four"), tmp_path / "list", limited(3, 9))


def test_a_body_that_drips(site, tmp_path):
    url = site.put("/list", "")
    site.tricks["/list"] = "slow"
    began = time.monotonic()
    with pytest.raises(WatchlistError, match=r"longer than 0\.3 seconds"):
        fetch(url, tmp_path / "list", limited(1 << 20, 0.3))
    assert time.monotonic() - began < 5


def test_a_publisher_that_is_silent_or_not_there(site, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "_SILENCE_SECONDS", 0.2)
    url = site.put("/list", "")
    site.tricks["/list"] = "silent"
    with pytest.raises(WatchlistError, match=r"did not answer for 0\.2 seconds"):
        fetch(url, tmp_path / "list", LIMITS)
    with pytest.raises(WatchlistError, match="cannot be reached"):
        fetch("http://127.0.0.1:9/list", tmp_path / "list", LIMITS)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("sanctionslistservice.ofac.treas.gov", "treas.gov"),
        ("sanctionslist.fcdo.gov.uk", "fcdo.gov.uk"),
        ("WEBGATE.ec.europa.eu.", "europa.eu"),
        ("www.dfat.gov.au", "dfat.gov.au"),
        ("gov.uk", "gov.uk"),
        ("www.seco.admin.ch", "admin.ch"),
        ("localhost", "localhost"),
    ],
)
def test_registered_domains(host, domain):
    assert registered_domain(host) == domain


def test_tokens_and_passwords_are_not_shown():
    assert show_url("https://user:secret@x.example/list?token=abc#d") == "https://x.example/list"


def test_a_date_that_is_none(site, tmp_path: Path):
    url = site.put("/list", "x", last_modified="yesterday")
    assert fetch(url, tmp_path / "list", LIMITS).modified is None
