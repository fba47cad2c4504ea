import cv2
import numpy as np
import pytest

from trainer.scan_path import scan


@pytest.fixture
def eight():
    image = np.zeros((28, 28), np.uint8)
    cv2.putText(image, "8", (6, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
    return image


def scans_of(image, n):
    crops = [scan(image, np.random.default_rng(seed)) for seed in range(n)]
    return [crop for crop in crops if crop is not None]


def test_hardly_a_digit_gets_lost_on_the_way(eight):
    assert len(scans_of(eight, 200)) > 190


def test_crops_are_as_the_worker_makes_them(eight):
    crops = scans_of(eight, 50)

    assert {crop.shape for crop in crops} == {(28, 28, 1)}
    assert all(crop.min() == pytest.approx(0, abs=1e-6) and crop.max() == 1 for crop in crops)


def test_no_two_scans_are_alike_and_most_still_look_like_the_digit(eight):
    crops = scans_of(eight, 50)

    middle = np.median(crops, axis=0)
    alike = [np.corrcoef(crop.ravel(), middle.ravel())[0, 1] for crop in crops]
    assert len({crop.tobytes() for crop in crops}) == len(crops)
    assert np.mean(np.array(alike) > 0.7) > 0.8


def test_an_image_of_any_size_may_be_scanned(eight):
    crops = scans_of(cv2.resize(eight, (90, 96)), 20)

    assert len(crops) > 17


def test_the_same_chance_makes_the_same_crop(eight):
    once, again = (scan(eight, np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(once, again)
