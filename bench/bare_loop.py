"""The bare loop, alone in its process: takes lines `folder n` and answers each with `n_read seconds`."""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

from formdigits.digit_crop import normalise, paper_is_light
from formdigits.model_version import DEFAULT_MODEL
from formdigits.scan import decode
from worker.keras_classifier import KerasClassifier

BATCH = 256


def read_images(images: list[Path], classifier: KerasClassifier) -> int:
    """Read every image, and return how many digits came out."""
    n_read = 0
    for start in range(0, len(images), BATCH):
        crops = [normalise(paper_is_light(decode(path.read_bytes()))) for path in images[start : start + BATCH]]
        n_read += len(classifier.predict(np.stack([crop for crop in crops if crop is not None])).argmax(axis=1))
    return n_read


def main() -> None:
    """Answer until standard input ends."""
    cv2.setNumThreads(1)
    classifier = KerasClassifier(DEFAULT_MODEL)
    for line in sys.stdin:
        folder, n = line.split()
        images = sorted(Path(folder).iterdir())[: int(n)]
        started = time.perf_counter()
        n_read = read_images(images, classifier)
        print(n_read, time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
