import json

import numpy as np
import pytest

from formdigits.form_template import FormShelf
from formdigits.scan import decode
from formdigits.shipped import shipped_folder
from samples.draw import draw_digit_images, fill_pages
from samples.scanner import simulate
from tests.drawing import CARD, print_page

SAMPLES = shipped_folder("samples")


def truth_of(folder):
    return json.loads((folder / "truth.json").read_text())


def test_pages_are_drawn_with_their_truth_beside_them(tmp_path):
    truth = fill_pages(tmp_path / "pages", CARD, n=3, seed=1)

    assert truth == truth_of(tmp_path / "pages")
    assert truth["form"] == "test-card@1"
    assert sorted(truth["pages"]) == ["page-01.jpg", "page-02.jpg", "page-03.png"]
    for name, fields in truth["pages"].items():
        assert decode((tmp_path / "pages" / name).read_bytes()).shape == print_page().shape
        assert {key: len(text) for key, text in fields.items()} == {"reading": 4, "account": 6}
        assert set("".join(fields.values())) <= set("0123456789_")


def test_the_same_seed_draws_the_same_pages_and_another_one_others(tmp_path):
    for folder, seed in (("one", 1), ("again", 1), ("other", 2)):
        fill_pages(tmp_path / folder, CARD, n=1, seed=seed)

    one, again, other = ((tmp_path / folder / "page-01.jpg").read_bytes() for folder in ("one", "again", "other"))
    assert one == again
    assert one != other


def test_digit_images_are_of_several_sizes_and_both_polarities(tmp_path):
    truth = draw_digit_images(tmp_path, n=20, seed=1)

    images = [decode((tmp_path / name).read_bytes()) for name in truth["pages"]]

    assert truth["form"] == "single-digit@1"
    assert len({image.shape for image in images}) >= 3
    assert 0 < sum(image.mean() < 128 for image in images) < 10
    assert {text for fields in truth["pages"].values() for text in fields.values()} <= set("0123456789")


@pytest.mark.parametrize("folder", [SAMPLES, SAMPLES / "digits"], ids=["pages", "digits"])
def test_the_shipped_samples_and_their_truth_belong_together(folder):
    truth = truth_of(folder)
    scans = {path.name for path in folder.iterdir() if path.suffix in {".jpg", ".png", ".tif"}}

    assert set(truth["pages"]) == scans
    assert FormShelf([]).get(truth["form"]).ref == truth["form"]


def test_the_shipped_samples_stay_small():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*")) < 6_000_000


def test_a_perfect_scanner_changes_nothing():
    page = print_page()

    scan = simulate(page, np.random.default_rng(1), wear=0)

    assert np.abs(scan.astype(int) - page).max() <= 1


def test_a_page_put_in_across_gives_a_scan_that_lies_across():
    height, width = print_page().shape

    scan = simulate(print_page(), np.random.default_rng(1), turn_deg=90)

    assert scan.shape == (width, height)
