"""RapidOCR's network, as it lies in its package."""

import socket
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.digit_crop import normalise
from samples.pen import load_test_digits
from worker.rapid_reader import LINE_PX, RapidReader, likeliest, line_of

N_DIGITS = 8


@pytest.fixture(scope="module")
def reader():
    return RapidReader()


@pytest.fixture(scope="module")
def written():
    """A field of digits that people wrote: its crops and what it says."""
    digits = load_test_digits()
    crops = [normalise(np.pad(255 - image, 12, constant_values=255)) for image in digits.images[:N_DIGITS]]
    return crops, "".join(map(str, digits.labels[:N_DIGITS]))


def logs_of(symbols):
    """What a network would say that is sure of each symbol along a line; 0 is nothing, and 1 to 10 the digits."""
    return np.log(np.full((len(symbols), 11), 0.001) + 0.989 * np.eye(11)[symbols])


texts = st.text("0123456789", min_size=1, max_size=6)


def test_a_line_is_read_as_people_wrote_it(reader, written):
    crops, text = written

    assert reader.disagrees(crops, text) is None


def test_a_wrong_reading_is_answered_with_what_stands_there(reader, written):
    crops, text = written
    wrong = text[:3] + str((int(text[3]) + 1) % 10) + text[4:]

    assert reader.disagrees(crops, wrong) == text


def test_nothing_is_fetched_and_none_of_the_package_is_run(written, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)

    RapidReader().disagrees(*written)

    assert "rapidocr" not in sys.modules


def test_a_line_is_dark_digits_on_paper_as_high_as_the_network_wants_it(written):
    line = line_of(written[0])

    assert (line.shape[0], line.dtype, line.min(), line.max()) == (LINE_PX, np.float32, 0, 1)
    assert line[:, :10].min() > 0.99


def test_a_crop_without_ink_takes_its_place_and_breaks_nothing(reader):
    blank = np.ones((28, 28, 1), np.float32)

    assert len(reader.disagrees([blank, blank], "12") or "12") == 2


@given(text=texts, lasts=st.integers(1, 3))
def test_digits_that_last_are_one_and_digits_apart_are_several(text, lasts):
    symbols = [symbol for digit in text for symbol in (0, *[1 + int(digit)] * lasts)]

    assert likeliest(logs_of(symbols), len(text))[0] == text


@given(text=texts, other=texts, seed=st.integers(0, 99))
def test_no_text_is_likelier_than_the_likeliest_of_its_length(text, other, seed):
    logs = np.log(np.random.default_rng(seed).dirichlet(np.ones(11), size=24))

    best, likelihood = likeliest(logs, len(text))

    assert len(best) == len(text)
    assert likeliest(logs, len(text), best) == (best, likelihood)
    assert likeliest(logs, len(text), text)[1] <= likelihood
