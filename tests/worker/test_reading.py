"""Pages in, readings out: one page never takes the others with it."""

import cv2
import numpy as np
import pytest

from formdigits.errors import PathNotAllowed, StoreUnreachable
from formdigits.form_template import FormShelf
from formdigits.messages import Chunk, PageRef
from formdigits.readings import Outcome, PageFailure, PageReading
from tests.fakes import FakeClassifier, FakeScans
from worker.reading import read_chunks


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


def drawn(digit="7", *, ink=0, paper=255):
    image = np.full((60, 50), paper, np.uint8)
    cv2.putText(image, digit, (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.5, ink, 4)
    return image


def chunk_of(paths, chunk_id=1, form="single-digit@1"):
    pages = tuple(PageRef(number=number, path=path) for number, path in enumerate(paths, start=1))
    return Chunk(job_id="j", chunk_id=chunk_id, form=form, max_error=0.001, pages=pages)


def read_all(chunks, scans, classifier=None, forms=None):
    forms = forms or FormShelf([])
    return read_chunks(chunks, forms=forms, scans=FakeScans(scans), classifier=classifier or FakeClassifier())


class OddShelf(FormShelf):
    """Has a form that breaks the program."""

    def get(self, name):
        if name == "odd@1":
            raise RuntimeError("/a/secret/path broke")
        return super().get(name)


def read(scans, classifier=None):
    return read_all([chunk_of(scans)], scans, classifier)[1]


def test_an_image_of_a_digit_is_read():
    results = read({"/a.png": png(drawn())})

    [field] = results[1].fields
    assert (field.name, field.text, field.outcome) == ("digit", "7", Outcome.ACCEPTED)
    assert results[1].model_version == "fake-1"
    assert results[1].form == "single-digit@1"


def test_a_bad_file_ends_with_its_own_error_and_the_others_go_on():
    results = read({"/good.png": png(drawn()), "/empty.png": b"", "/secret": PathNotAllowed("not allowed")})

    assert isinstance(results[1], PageReading)
    assert results[2].code == "unreadable_file"
    assert results[3] == PageFailure(code="path_not_allowed", message="not allowed")


def test_an_error_that_nobody_foresaw_ends_only_its_page():
    scans = {"/odd.png": png(drawn()), "/good.png": png(drawn())}

    results = read_all([chunk_of(["/odd.png"], 1, form="odd@1"), chunk_of(["/good.png"], 2)], scans, forms=OddShelf([]))

    assert results[1][1].code == "page_error"
    assert "secret" not in results[1][1].message
    assert isinstance(results[2][1], PageReading)


def test_all_digits_of_a_chunk_go_through_the_network_in_one_batch():
    classifier = FakeClassifier()

    read({f"/{i}.png": png(drawn()) for i in range(20)}, classifier)

    assert classifier.batch_sizes == [20]


def test_chunks_of_several_jobs_share_a_batch_and_keep_their_readings_apart():
    scans = {f"/{i}.png": png(drawn()) for i in range(3)}
    classifier = FakeClassifier(digits="123")

    results = read_all([chunk_of(["/0.png"], 7), chunk_of(["/1.png", "/2.png"], 8)], scans, classifier)

    assert classifier.batch_sizes == [3]
    assert results[7][1].fields[0].text == "1"
    assert [results[8][number].fields[0].text for number in (1, 2)] == ["2", "3"]


def test_a_form_that_was_taken_away_ends_its_pages_with_that_name_and_the_other_chunk_goes_on():
    scans = {"/0.png": png(drawn()), "/1.png": png(drawn())}

    results = read_all([chunk_of(["/0.png"], 1, form="gone@3"), chunk_of(["/1.png"], 2)], scans)

    assert results[1][1].code == "unknown_form"
    assert isinstance(results[2][1], PageReading)


def test_scans_that_cannot_be_fetched_for_now_fail_no_page():
    with pytest.raises(StoreUnreachable):
        read({"/0.png": StoreUnreachable("the store does not answer")})


def test_a_blank_image_is_blank_and_shifts_nobody_elses_digit():
    results = read(
        {"/1.png": png(drawn()), "/2.png": png(np.full((50, 50), 230, np.uint8)), "/3.png": png(drawn())},
        FakeClassifier(digits="58"),
    )

    assert [results[number].fields[0].text for number in (1, 2, 3)] == ["5", "_", "8"]
    assert results[2].fields[0].outcome is Outcome.BLANK


def test_a_chunk_of_blank_and_bad_pages_needs_no_network():
    results = read({"/1.png": png(np.full((50, 50), 255, np.uint8)), "/2.png": b"no image"})

    assert results[1].fields[0].text == "_"
    assert results[2].code == "unreadable_file"
