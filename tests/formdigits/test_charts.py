import cv2
import numpy as np
import pytest

from formdigits.charts import draw_accept_curve, draw_confusion, draw_prediction, draw_reliability, draw_training
from formdigits.held_out import AcceptPoint
from formdigits.reliability import ReliabilityBin

EPOCH = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.2, "val_accuracy": 0.95}
DRAWINGS = {
    "training": lambda file: draw_training([EPOCH, EPOCH | {"loss": 0.1}], file),
    "one epoch": lambda file: draw_training([EPOCH], file),
    "confusion": lambda file: draw_confusion(np.diag(range(11)).tolist(), file),
    "nothing confused": lambda file: draw_confusion(np.zeros((11, 11), int).tolist(), file),
    "accept curve": lambda file: draw_accept_curve([AcceptPoint(0, 1, 0.01), AcceptPoint(0.9, 0.9, 0)], file),
    "nothing accepted": lambda file: draw_accept_curve([AcceptPoint(0, 0, 0)], file),
    "reliability": lambda file: draw_reliability([ReliabilityBin(9, 0.8, 0.7), ReliabilityBin(500, 0.9999, 1)], file),
    "nothing to rely on": lambda file: draw_reliability([], file),
    "prediction": lambda file: draw_prediction(np.full((28, 28), 200, np.uint8), "7  99.8 %", file),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_drawn_with_more_than_paper_on_it(name, tmp_path):
    file = tmp_path / "picture.png"

    DRAWINGS[name](file)

    picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    assert min(picture.shape) > 200
    assert picture.min() < 100 < picture.max()


def test_the_digit_is_drawn_as_it_was_scanned(tmp_path):
    half_black = np.full((28, 28), 255, np.uint8)
    half_black[:14] = 0

    draw_prediction(half_black, "?", tmp_path / "picture.png")

    picture = cv2.imread(str(tmp_path / "picture.png"), cv2.IMREAD_GRAYSCALE)
    column = picture[:, picture.shape[1] // 2]
    assert column[len(column) // 3] == 0
    assert column[-len(column) // 4] == 255
