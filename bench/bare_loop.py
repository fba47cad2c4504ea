"""The bare loop, alone in its process: takes lines `form folder n`, answers each with `n_read seconds`."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from formdigits.digit_crop import normalise, paper_is_light
from formdigits.form_template import SINGLE_DIGIT, FormShelf, FormTemplate
from formdigits.messages import PageRef
from formdigits.model_version import DEFAULT_MODEL
from formdigits.scan import decode
from worker.digit_classifier import DigitClassifier
from worker.page_cutting import cut_page

IMAGES_AT_ONCE = 256
PAGES_AT_ONCE = 8


def read_images(images: Sequence[Path], classifier: DigitClassifier) -> int:
    """Read every image, and return how many digits came out."""
    n_read = 0
    for start in range(0, len(images), IMAGES_AT_ONCE):
        part = images[start : start + IMAGES_AT_ONCE]
        crops = [normalise(paper_is_light(decode(path.read_bytes()))) for path in part]
        n_read += len(classifier.predict(np.stack([crop for crop in crops if crop is not None])).argmax(axis=1))
    return n_read


def read_pages(scans: Sequence[Path], form: FormTemplate, forms: FormShelf, classifier: DigitClassifier) -> int:
    """Read every page, and return how many pages that were."""
    for start in range(0, len(scans), PAGES_AT_ONCE):
        part = [PageRef(number=1, path=str(path)) for path in scans[start : start + PAGES_AT_ONCE]]
        cut = [cut_page(page, Path(page.path).read_bytes(), form, forms) for page in part]
        crops = [crop for page in cut for field in page.fields for crop in field.crops if crop is not None]
        classifier.predict(np.stack(crops)).argmax(axis=1)
    return len(scans)


def main() -> None:
    """Answer until standard input ends."""
    cv2.setNumThreads(1)
    classifier = DigitClassifier(DEFAULT_MODEL)
    forms = FormShelf([])
    for line in sys.stdin:
        name, folder, n = line.split()
        scans = sorted(Path(folder).glob("*.*[gf]"))[: int(n)]
        form = forms.get(name)
        started = time.perf_counter()
        one_digit = form.ref == SINGLE_DIGIT.ref
        n_read = read_images(scans, classifier) if one_digit else read_pages(scans, form, forms, classifier)
        print(n_read, time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
