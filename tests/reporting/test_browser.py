"""The page in Chromium: what a manifest says never runs; filter, search, keys and verdicts do what they say.

With Chromium alone the page is loaded; `pip install --group browser` adds playwright, which clicks.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from precursor_screen.app.verdict_files import COLUMNS, read_verdicts

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("no Chromium to open the page in", allow_module_level=True)
CONTROL = "<!doctype html><body><script>document.documentElement.setAttribute('data-owned', '1')</script></body>"


def dump_dom(path: Path, profile: Path) -> str:
    """The page after Chromium has loaded it and run whatever it lets run."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom", path.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()


def test_the_pages_own_script_runs_and_nothing_a_manifest_says_does(hostile, rendered, tmp_path):
    control = tmp_path / "control.html"
    control.write_text(CONTROL)
    assert 'data-owned="1"' in dump_dom(control, tmp_path / "profile")  # else the next assertion would prove nothing
    page = tmp_path / "report.html"
    page.write_bytes(rendered(hostile, "report.html"))
    seen = dump_dom(page, tmp_path / "profile")
    head = seen.split(">", 2)[1]
    assert "data-owned" not in head
    assert "data-ready" in head
    assert seen.count('<tr class="row"') >= hostile.listed.num_rows


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install --group browser")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser, sample, rendered, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(rendered(sample, "report.html"))
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text))
    opened.on("request", lambda request: request.url.startswith(("file:", "blob:")) or faults.append(request.url))
    opened.goto(path.as_uri())
    opened.wait_for_selector("html[data-ready]", state="attached")
    yield opened
    assert faults == []
    context.close()


def shown(page) -> list[str]:
    return page.eval_on_selector_all("#shipments tr.row a.open", "links => links.map(a => a.textContent)")


def test_filters_search_and_order(page, sample):
    every = shown(page)
    assert len(every) == sample.listed.num_rows
    page.select_option("[data-key=b]", "hold")
    assert len(shown(page)) == sample.band_counts()["hold"]
    page.fill("[data-key=p]", "okemadu")
    assert 0 < len(shown(page)) < sample.band_counts()["hold"]
    page.click("#reset")
    page.fill("#find", "pmk-oil")
    page.wait_for_selector("#count:has-text('1 of')")
    assert shown(page) == ["SMPL055"]
    page.click("#reset")
    page.click("[data-sort=m]")
    assert page.get_attribute("th:has([data-sort=m])", "aria-sort") == "descending"
    masses = [
        float(m.split()[0].replace(",", ""))
        for m in page.eval_on_selector_all(".mass", "e => e.map(c => c.textContent)")
        if "kg" in m
    ]
    assert masses == sorted(masses, reverse=True)


def test_a_case_unfolds_by_click_by_key_and_by_its_anchor(page):
    page.click("text=SMPL055")
    assert page.get_attribute("tr.row a.open:text-is('SMPL055')", "aria-expanded") == "true"
    assert "PMK-OIL" in page.eval_on_selector_all("tr.unfolded mark", "marks => marks.map(m => m.textContent)")
    page.click("text=SMPL055")
    assert page.locator("tr.unfolded").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.unfolded #case-SMPL057")
    page.evaluate("location.hash = 'shipment-SMPL032'")
    page.wait_for_selector("tr.unfolded #case-SMPL032 .panel")


@pytest.mark.parametrize(("key", "verdict"), [("c", "cleared"), ("r", "referred"), ("f", "confirmed"), ("?", "inconclusive")])
def test_a_key_presses_the_button_that_names_it(page, key, verdict):
    page.keyboard.press("j")
    page.keyboard.press(key)
    page.wait_for_selector("tr.unfolded [data-verdict][aria-pressed='true']")
    pressed = page.eval_on_selector_all(
        "tr.unfolded [aria-pressed='true']",
        "buttons => buttons.map(b => [b.dataset.verdict, b.querySelector('kbd').textContent])",
    )
    assert pressed == [[verdict, key]]


def test_verdicts_are_counted_kept_and_saved_as_review_import_reads_them(page, sample, tmp_path):
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector(".reason:focus")
    assert page.inner_text("#progress").startswith("0 of")  # a clearance has a reason
    page.select_option(".reason:focus", "licensed")
    page.fill("tr.unfolded textarea", '=Licence "12", seen')
    page.focus("tr.row.current a.open")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_selector("#progress:has-text('2 of')")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.inner_text("#progress").startswith("2 of")
    page.fill("#officer", "N. Officer")
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / "verdicts.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as stream:
        assert set(next(csv.reader(stream))) == set(COLUMNS)
    drafts = [draft for _, draft in read_verdicts(saved).drafts]
    by_flag = {f["flag_id"]: f["shipment_id"] for f in sample.open_flags.to_pylist()}
    first, second = sample.shipments.column("shipment_id").to_pylist()[:2]
    assert {(by_flag[d.flag], d.verdict, d.reason, d.text, d.officer) for d in drafts} == {
        (first, "cleared", "licensed", '=Licence "12", seen', "N. Officer"),
        (second, "referred", "referred", "", "N. Officer"),
    }
    assert {d.flag for d in drafts} == {f for f, s in by_flag.items() if s in (first, second)}


def test_a_critical_clearance_without_a_second_officer_is_warned_of(page, sample):
    critical = {f["shipment_id"] for f in sample.open_flags.to_pylist() if f["level"] == "critical"}
    shipment = next(s for s in sample.shipments.column("shipment_id").to_pylist() if s in critical)
    page.evaluate(f"location.hash = 'shipment-{shipment}'")
    page.wait_for_selector("tr.unfolded .reason")
    assert page.is_hidden("#lacking")
    page.click("tr.unfolded [data-verdict='cleared']")
    page.select_option("tr.unfolded .reason", "licensed")
    page.wait_for_selector("#lacking:visible")
    assert page.inner_text("#lacking").startswith("1 cleared case has a critical flag: name a second officer")
    page.fill("#officer", "N. Officer")
    for name in ("s", "n officer"):
        page.fill("#second", name)
        assert page.is_visible("#lacking")
    with page.expect_download():
        page.click("#save")
    assert page.inner_text("#saved").endswith("; 1 without the second officer that a critical flag takes")
    page.fill("#second", "O. Other")
    assert page.is_hidden("#lacking")


def test_without_javascript_every_case_can_be_read(browser, sample, rendered, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(rendered(sample, "report.html"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("article.case").count() == sample.listed.num_rows
    assert not page.locator("#worksheet").is_visible()
    page.click("details:has(#case-SMPL055) > summary")
    assert page.locator("#case-SMPL055 .question").is_visible()
    context.close()


def test_on_paper_stand_the_whole_list_and_the_cases_that_are_unfolded(page):
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.unfolded")  # what it holds is unpacked first
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tr.row").count() == len(shown(page))
    assert page.locator("tr.printed").count() == page.locator("tr.unfolded").count() == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("tr.printed").count() == 0


def test_printed_at_once_the_list_takes_few_pages(rendered, sample, tmp_path):
    (tmp_path / "report.html").write_bytes(rendered(sample, "report.html"))
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--print-to-pdf={tmp_path / 'report.pdf'}",
    ]
    subprocess.run([*command, (tmp_path / "report.html").as_uri()], check=True, capture_output=True, timeout=120)
    pages = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "report.pdf").read_bytes()))
    assert 2 <= pages <= 5  # the list of 113 shipments, and what could not be screened


def test_p_prints_the_sheet_of_one_case(page):
    page.evaluate(
        "window.print = () => { document.body.dataset.sheets ="
        " `${document.documentElement.className} ${document.querySelectorAll('.printed').length}` }"
    )
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.wait_for_selector("body[data-sheets='sheet 1']", state="attached")
    assert page.locator("tr.unfolded").count() == 0
