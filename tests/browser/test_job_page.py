"""The buttons of a job in a real browser."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from formdigits.ledger import NewPage
from tests.submit_ui.fakes import a_failure, digit_png, work_off

pytestmark = pytest.mark.browser


@pytest.fixture
def ledger(app):
    return app.extensions["formdigits"].ledger


@pytest.fixture
def job_id(app, ledger):
    """A job of two scans that nobody reads yet."""
    scans = app.extensions["formdigits"].scans
    pages = [NewPage(scans.save(BytesIO(digit_png(number))), f"{number}.png") for number in (1, 2)]
    return ledger.add_job(form="single-digit@1", pages=pages, max_error=0.01, chunk_size=4)


@pytest.fixture
def at_the_job(page: Page, address: str, job_id: str) -> Page:
    page.goto(f"{address}/jobs/{job_id}")
    return page


def button(page: Page, name: str):
    return page.get_by_role("button", name=name)


def test_a_job_is_paused_and_goes_on_and_its_buttons_follow_its_state(at_the_job, ledger, broker):
    page = at_the_job

    button(page, "Pause").click()
    expect(page.locator("h1 .state")).to_have_text("paused")
    expect(button(page, "Pause")).to_be_hidden()
    button(page, "Resume").click()
    expect(page.locator("h1 .state")).to_have_text("running")
    broker.read += ledger.hand_out(window=4)
    work_off(ledger, broker, {2: a_failure()})

    expect(page.locator("h1 .state")).to_have_text("done")
    expect(button(page, "Cancel the job")).to_be_hidden()
    expect(button(page, "Read failed pages again")).to_be_visible()


def test_a_job_is_hurried_cancelled_and_removed(at_the_job, ledger, job_id):
    page = at_the_job

    page.get_by_text("More", exact=True).click()
    page.get_by_label("Priority").select_option("high")
    button(page, "Set").click()
    expect(page.locator("#job")).to_contain_text("high priority")
    button(page, "Cancel the job").click()
    expect(page.locator("h1 .state")).to_have_text("cancelled")
    page.get_by_text("More", exact=True).click()
    button(page, "Remove the job for ever").click()

    expect(page).to_have_url(re.compile("/jobs$"))
    expect(page.locator(".notice.good")).to_contain_text(f"Job {job_id} is gone")
    assert job_id not in [job.id for job in ledger.jobs()]
