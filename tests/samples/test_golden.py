"""The samples are read as they were before: to the character, and to the pixel but for rounding."""

import json

import numpy as np
import pytest

from tests.fakes import FakeClassifier
from tests.samples.golden_readings import CROPS, READINGS, SAMPLES, CropKeeper, as_bytes, read_samples

SAME_PIXEL = 8
"""Of 255: other processors and releases of OpenCV round differently."""


@pytest.mark.keras
def test_every_sample_is_read_as_before():
    from formdigits.model_version import DEFAULT_MODEL
    from worker.digit_classifier import DigitClassifier

    read = read_samples(DigitClassifier(DEFAULT_MODEL))

    assert read == json.loads(READINGS.read_text())


def test_the_network_sees_the_same_crops_as_before():
    keeper = CropKeeper(FakeClassifier())

    read_samples(keeper)

    with np.load(CROPS) as file:
        expected = file["crops"]
    found = as_bytes(keeper.crops)
    assert found.shape == expected.shape
    apart = np.abs(found.astype(int) - expected) > SAME_PIXEL
    assert apart.mean() < 0.001


def test_what_was_accepted_then_is_the_truth():
    lines = json.loads(READINGS.read_text())
    truths = [json.loads((folder / "truth.json").read_text())["pages"] for folder in (SAMPLES, SAMPLES / "digits")]

    wrong = [
        (file, name)
        for truth in truths
        for file, fields in truth.items()
        for name, text in fields.items()
        if lines[file][name].split()[1] == "accepted" and lines[file][name].split()[0] != text
    ]

    assert wrong == []
