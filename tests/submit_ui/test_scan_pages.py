"""The page of one scan, and the report on a job's sheets."""

import pytest

from formdigits.ledger import NewPage
from formdigits.readings import Doubt, Outcome
from submit_ui.callers import sha256_of
from tests.submit_ui.fakes import a_changed_field, a_failure, a_field, a_page, digit_png, work_off

FORM = "water-meter-card@1"


@pytest.fixture
def submit(submit_client, ledger, broker, tmp_path):
    """Submit two scans of the card, read them as told, and give the job's id."""

    def submit(results):
        folder = tmp_path / "scans"
        folder.mkdir()
        for number in (1, 2):
            (folder / f"{number}.png").write_bytes(digit_png(number))
        job_id = submit_client.submit([folder], form="water-meter-card")
        work_off(ledger, broker, results)
        return job_id

    return submit


def test_a_page_that_was_read_shows_where_with_what_value_and_why_it_is_doubtful(browser, submit):
    doubt = Doubt(code="check_digit", message="the check digit is 4, not 7")
    field = a_field("reading", "_00142", Outcome.REVIEW).model_copy(update={"value": "00142", "doubts": (doubt,)})
    job_id = submit({1: a_page(field, form=FORM).model_copy(update={"serial": "000007"}), 2: a_failure()})

    page = browser.read(f"/jobs/{job_id}/pages/1")

    assert 'class="on-scan review"' in page
    assert "Reading, whole cubic metres" in page
    assert "= 00142" in page
    assert "the check digit is 4, not 7" in page
    assert "000007" in page
    assert f'href="/jobs/{job_id}/pages/2">Next failed page' in page


def test_a_box_that_a_constraint_changed_is_marked_and_shows_what_was_read(browser, submit):
    job_id = submit({1: a_page(a_changed_field("reading"), form=FORM), 2: a_failure()})

    for page in (browser.read(f"/jobs/{job_id}/pages/1"), browser.read(f"/jobs/{job_id}")):
        assert '<span class="taken">8</span><span class="as-read">3</span>' in page
        assert page.count("cell changed") == 1
        assert "read as 13" in page
        assert "check digit changed it" in page


@pytest.mark.parametrize("code", ["no_marks", "registration_residual", "page_unknown"])
def test_a_page_that_was_not_registered_offers_to_place_the_corners(browser, submit, code):
    job_id = submit({2: a_failure(code)})

    page = browser.read(f"/jobs/{job_id}/pages/2")

    assert "corners.js" in page
    assert "[[0.0, 0.0], [28.0, 0.0], [28.0, 28.0], [0.0, 28.0]]" in page
    assert "Place the corners" in browser.read(f"/jobs/{job_id}")


def test_a_page_whose_corners_do_not_matter_offers_no_handles(browser, submit):
    job_id = submit({2: a_failure("unreadable_file", "it is empty")})

    assert "corners.js" not in browser.read(f"/jobs/{job_id}/pages/2")


def test_who_may_only_read_places_no_corners(app, ledger):
    failed = NewPage("/scans/1.png", "1.png", a_failure())
    job_id = ledger.add_job(form=FORM, pages=[failed], max_error=0.01, chunk_size=1, owner="looker")
    ledger.add_token("looker", sha256=sha256_of("looks"), scope="read", quota=None)
    client = app.test_client()
    client.get("/?token=looks")

    page = client.get(f"/jobs/{job_id}/pages/1").text

    assert "no marks" in page
    assert "corners.js" not in page


def test_a_scan_that_is_gone_has_a_page_all_the_same(browser, submit, tmp_path):
    job_id = submit({})
    (tmp_path / "scans/1.png").unlink()

    assert "cannot be shown" in browser.read(f"/jobs/{job_id}/pages/1")


def test_the_sheets_of_a_job_are_shown_with_links_to_what_is_there_twice(browser, submit):
    reading = a_page(a_field("reading", "000142"), form=FORM).model_copy(update={"serial": "000007"})
    job_id = submit({1: reading, 2: reading})

    page = browser.read(f"/jobs/{job_id}/sheets")
    part = browser.read(f"/jobs/{job_id}/sheets?part=1")

    assert "There more than once: 1 page" in page
    assert f'href="/jobs/{job_id}/pages/2"' in page
    assert "<html" not in part
    assert "There more than once: 1 page" in part


def test_marks_are_shown_as_their_values_and_pictures_as_no_reading(browser, submit):
    mark = a_field("paid", "").model_copy(update={"kind": "mark", "text": "yes", "cells": ()})
    picture = a_field("signature", "").model_copy(update={"kind": "image", "cells": ()})
    job_id = submit({1: a_page(mark, picture, form=FORM)})

    page = browser.read(f"/jobs/{job_id}")

    assert '<span class="mark">yes</span>' in page
    assert '<span class="chip">picture</span>' in page
