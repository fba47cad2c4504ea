import re

import pytest

from formdigits.readings import Outcome
from submit_ui.pages.words import ago, percent
from tests.submit_ui.fakes import a_failure, a_field, a_page, digit_page, digit_png, work_off


@pytest.fixture
def submit(submit_client, ledger, broker, tmp_path):
    """Submit so many scans, read them, and give the job's id."""

    def submit(n_pages, results=None, *, form="single-digit", read=True):
        folder = tmp_path / "scans"
        folder.mkdir(exist_ok=True)
        for number in range(1, n_pages + 1):
            (folder / f"page-{number}.png").write_bytes(digit_png(number % 100))
        job_id = submit_client.submit([folder], form=form)
        if read:
            work_off(ledger, broker, results)
        return job_id

    return submit


def test_the_first_page_offers_every_form_and_the_latest_jobs(browser, submit):
    job_id = submit(1)

    page = browser.read("/")

    assert 'value="single-digit@1"' in page
    assert 'value="water-meter-card@1"' in page
    assert f'href="/jobs/{job_id}"' in page
    assert 'value="100"' in page  # the budget of the settings, 0.01


def test_the_pages_of_a_job_may_say_by_their_code_which_form_they_are(browser):
    assert '<option value="auto">Each page says by its code which form it is (auto)</option>' in browser.read("/")


def test_an_empty_house_says_what_to_do_first(browser):
    assert "No job yet" in browser.read("/jobs")
    assert "No model is in service" in browser.read("/models")


def test_digit_images_are_a_grid_with_the_digit_beneath_each(browser, submit):
    job_id = submit(5, {2: digit_page("4", Outcome.REVIEW), 3: a_failure("unreadable_file", "it is empty")})

    page = browser.read(f"/jobs/{job_id}")

    assert page.count('src="data:image/png;base64,') == 4
    assert re.findall(r"<b>(.)</b>\s*<small>([^<]+)</small>", page) == [
        ("7", "98.76"),
        ("4", "review"),
        ("\u2013", "failed"),
        ("7", "98.76"),
        ("7", "98.76"),
    ]


def test_a_digit_image_that_takes_too_long_to_inline_is_left_to_the_browser(browser, submit, monkeypatch):
    job_id = submit(1)
    monkeypatch.setattr("submit_ui.pages.tiles.ENOUGH_TIME_S", -1)

    assert f'src="/xhr/jobs/{job_id}/pages/1/fields/digit.png"' in browser.read(f"/jobs/{job_id}")


def test_form_pages_show_each_field_with_crop_reading_outcome_and_confidence(browser, submit):
    fields = a_field("reading", "12_4?", Outcome.REVIEW, 0.734), a_field("persons", "__", Outcome.BLANK, 1.0)
    job_id = submit(1, {1: a_page(*fields, form="water-meter-card@1")}, form="water-meter-card")

    page = browser.read(f"/jobs/{job_id}")

    assert f'src="/xhr/jobs/{job_id}/pages/1/fields/reading.png"' in page
    assert 'aria-label="12_4?"' in page
    assert '<span class="chip review">review</span>' in page
    assert '<span class="chip blank">blank</span>' in page
    assert "73.40 %" in page
    assert "Reading, whole cubic metres" in page


def test_a_page_that_failed_says_what_to_do(browser, submit):
    job_id = submit(2, {1: a_failure()}, form="water-meter-card")

    page = browser.read(f"/jobs/{job_id}?only=failed")

    assert "no marks" in page
    assert "scan the whole sheet" in page
    assert "page-2.png" not in page


def test_a_large_job_is_shown_in_parts(browser, submit):
    job_id = submit(250)

    first = browser.read(f"/jobs/{job_id}")
    second = browser.read(f"/jobs/{job_id}?after=240")

    assert first.count('class="tile') == 240
    assert second.count('class="tile') == 10
    assert f'href="/jobs/{job_id}?after=240"' in first
    assert "Next" not in second


def test_the_fresh_part_of_a_running_job_says_how_much_of_it_waits(browser, submit):
    job_id = submit(3, read=False)

    part = browser.read(f"/jobs/{job_id}/slice")

    assert 'data-waiting="3"' in part
    assert "<html" not in part


def test_the_cancel_button_stops_the_job(browser, submit, ledger):
    job_id = submit(1, read=False)

    browser.client.post(f"/jobs/{job_id}/cancel", data={"csrf_token": browser.csrf_token()})

    assert ledger.progress(job_id).state == "cancelled"


@pytest.mark.parametrize("address", ["/jobs/nothing", "/jobs/nothing/slice", "/no-such-page"])
def test_what_is_not_there_is_said_on_a_page(browser, address):
    answer = browser.client.get(address)

    assert answer.status_code == 404
    assert "Not here" in answer.text


def test_a_name_from_outside_is_text_and_never_markup(browser, submit_client, ledger, broker, tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "<img src=x onerror=alert(1)>.png").write_bytes(digit_png())
    job_id = submit_client.submit([folder])
    work_off(ledger, broker, {1: a_failure("unreadable_file", "<script>alert(1)</script>")})

    page = browser.read(f"/jobs/{job_id}?only=failed")

    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_a_page_has_no_inline_style_or_script_that_the_policy_would_block(browser, submit):
    job_id = submit(1)

    for address in ("/", "/jobs", f"/jobs/{job_id}", "/models"):
        page = browser.read(address)
        assert not re.search(r"\sstyle=|\son\w+=|<style", page)
        assert not re.search(r"<script(?![^>]* src=)", page)


def test_a_share_is_never_rounded_up_to_certainty():
    assert percent(0.99999) == "99.99 %"
    assert percent(1.0) == "100.00 %"
    assert percent(0.29) == "29.00 %"


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "just now"), (59, "59 s ago"), (3700, "1 h ago"), (90_000, "1 d ago")]
)
def test_times_are_told_in_one_unit(monkeypatch, seconds, words):
    monkeypatch.setattr("submit_ui.pages.words.time.time", lambda: 1_000_000.0)

    assert ago(1_000_000.0 - seconds) == words
