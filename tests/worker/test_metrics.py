"""What reading counts, in one process; `test_metrics_folder` has several."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from formdigits.errors import NoMarks, PageError
from formdigits.form_template import FormShelf
from formdigits.ledger import NewPage, open_ledger
from formdigits.readings import CellReading, FieldReading, Outcome, PageFailure, PageReading
from formdigits.settings import Settings
from tests.fakes import FakeClassifier, FakeScans
from worker import metrics
from worker.desk import Desk


def page(outcome=Outcome.ACCEPTED, text="7"):
    cells = tuple(CellReading(digit=7, confidence=1, probabilities=() if c == "_" else (1.0,)) for c in text)
    field = FieldReading(name="digit", text=text, outcome=outcome, confidence=1, cells=cells, polygon_px=())
    return PageReading(form="single-digit@1", model_version="v1", fields=(field,))


@pytest.fixture
def grown():
    """By how much a metric has grown since the test began."""
    before = samples()
    return lambda name, **labels: samples().get(key(name, labels), 0) - before.get(key(name, labels), 0)


def samples():
    return {key(sample.name, sample.labels): sample.value for one in REGISTRY.collect() for sample in one.samples}


def key(name, labels):
    return name, frozenset(labels.items())


def test_pages_are_counted_by_what_ended_them_and_fields_by_their_outcome(grown):
    chunks = [
        {1: page(), 2: page(Outcome.REVIEW, "77_")},
        {1: PageFailure(code=NoMarks.code, message="no marks"), 2: page(Outcome.BLANK, "_")},
    ]

    metrics.committed(chunks, n_late=3)

    assert grown("formdigits_worker_pages_total", outcome="read") == 3
    assert grown("formdigits_worker_pages_total", outcome="no_marks") == 1
    assert [grown("formdigits_worker_fields_total", outcome=outcome) for outcome in Outcome] == [1, 1, 1, 0]
    assert grown("formdigits_worker_chunks_total", outcome="late") == 3


def test_a_stage_is_timed_even_when_it_fails(grown):
    with pytest.raises(ZeroDivisionError), metrics.stage("network"):
        _ = 1 / 0

    assert grown("formdigits_worker_stage_seconds_count", stage="network") == 1


def test_a_message_with_nothing_left_to_do_was_still_heard(grown):
    for n_chunks in (0, 3):
        metrics.heard()
        metrics.claimed(n_chunks)

    assert grown("formdigits_worker_messages_total") == 2
    assert grown("formdigits_worker_chunks_total", outcome="claimed") == 3


def test_a_process_reads_with_one_version_at_a_time(grown):
    metrics.reads_with("v1")
    metrics.reads_with("v2", instead_of="v1")

    assert REGISTRY.get_sample_value("formdigits_worker_processes", {"model_version": "v1"}) == 0
    assert REGISTRY.get_sample_value("formdigits_worker_processes", {"model_version": "v2"}) == 1
    assert grown("formdigits_worker_model_swaps_total") == 1


def test_every_way_to_fail_has_its_count_from_the_start():
    shown = {labels for name, labels in samples() if name == "formdigits_worker_pages_total"}

    assert {frozenset({("outcome", kind.code)}) for kind in (PageError, *PageError.__subclasses__())} <= shown


def test_digits_are_counted_in_batches(grown):
    metrics.batch(256)
    metrics.batch(3)

    assert grown("formdigits_worker_digits_total") == 259
    assert grown("formdigits_worker_batch_digits_count") == 2
    assert grown("formdigits_worker_batch_digits_bucket", le="64.0") == 1


@pytest.fixture
def desk(tmp_path):
    """A desk at a real ledger, with one scan that can be read and one that cannot."""
    image = np.full((60, 50), 255, np.uint8)
    cv2.line(image, (25, 10), (25, 50), 0, 5)
    scans = {"/1.png": cv2.imencode(".png", image)[1].tobytes(), "/2.png": b"no image"}
    return Desk(
        name="reader-1",
        settings=Settings(data_dir=tmp_path),
        ledger=open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}"),
        broker=SimpleNamespace(send_read=lambda _messages: None),
        scans=FakeScans(scans),
        forms=FormShelf([]),
        model=SimpleNamespace(classifier=FakeClassifier(version="v1")),
    )


def test_a_message_that_is_read_leaves_its_traces(desk, grown):
    pages = [NewPage("/1.png", "1.png"), NewPage("/2.png", "2.png")]
    desk.ledger.add_job(form="single-digit@1", pages=pages, max_error=0.01, chunk_size=2)
    [message] = desk.ledger.hand_out(window=1)

    with capture_logs() as events:
        desk.read(message, desk.take(message))
        again = desk.take(message)
    desk.ledger.close()

    assert again == []
    assert grown("formdigits_worker_messages_total") == 2
    assert grown("formdigits_worker_pages_total", outcome="read") == 1
    assert grown("formdigits_worker_pages_total", outcome="unreadable_file") == 1
    stages = {stage: grown("formdigits_worker_stage_seconds_count", stage=stage) for stage in metrics._STAGES}
    assert stages == {"claim": 2, "read": 1, "network": 1, "decide": 1, "commit": 1}
    [committed] = [event for event in events if event["event"] == "pages committed"]
    assert (committed["n_pages"], committed["n_late_chunks"], committed["model_version"]) == (2, 0, "v1")
