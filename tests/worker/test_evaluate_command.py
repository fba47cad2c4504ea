"""`formdigits evaluate` on folders of labelled images, with the shipped model."""

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from formdigits.calibration import LEAST_CONFIDENCE
from submit_ui.cli import main
from trainer.dataset import load_mnist

pytestmark = pytest.mark.keras


@pytest.fixture
def formdigits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def formdigits(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return formdigits


@pytest.fixture
def labelled(tmp_path):
    """Digits in three sizes and both polarities, scribbles, and a file that is no image."""
    _, (digits, labels) = load_mnist()
    folder = tmp_path / "labelled"
    for number, (digit, label) in enumerate(zip(digits[:60], labels[:60], strict=True)):
        image = digit if number % 2 else 255 - digit
        side = (28, 50, 120)[number % 3]
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / str(label) / f"{number}.png"), cv2.resize(image, (side, side)))
    (folder / "none").mkdir()
    rng = np.random.default_rng(1)
    for number in range(10):
        scribble = np.full((80, 80), 255, np.uint8)
        cv2.polylines(scribble, [rng.integers(5, 75, (14, 2)).astype(np.int32)], isClosed=False, color=0, thickness=3)
        cv2.imwrite(str(folder / "none" / f"{number}.png"), scribble)
    (folder / "3" / "broken.png").write_bytes(b"")
    return folder


def test_evaluate_gives_one_object_of_figures(formdigits, labelled, tmp_path):
    result = formdigits("evaluate", labelled, "--json", "--plot", tmp_path / "accept.png")

    figures = json.loads(result.stdout)
    assert figures["n"] == 70
    assert figures["accuracy"] > 0.9
    assert np.sum(figures["confusion"]) == 70
    assert 0 <= figures["none_accepted"] <= 0.5
    assert {"threshold", "accept_rate", "error_among_accepted"} <= set(figures["accept_curve"][0])
    assert figures["unreadable"].keys() == {"3/broken.png"}
    assert (tmp_path / "accept.png").exists()


def test_evaluate_writes_a_report_with_plots(formdigits, labelled, tmp_path):
    formdigits("evaluate", labelled, "--report", tmp_path / "report")

    figures = json.loads((tmp_path / "report" / "report.json").read_text())
    low, high = figures["interval"]
    assert low < figures["accuracy"] <= high
    assert [point["rejected"] for point in figures["at_reject"]] == [0.0, 0.01, 0.05]
    assert all(0 <= point["none_accepted"] <= 1 for point in figures["at_reject"])
    assert sum(one["n"] for one in figures["reliability"]) == 60
    for name in ("confusion", "accept", "reliability"):
        assert cv2.imread(str(tmp_path / "report" / f"{name}.png")) is not None


def test_evaluate_prints_a_table(formdigits, labelled):
    result = formdigits("evaluate", labelled)

    assert "60 digits" in result.stdout
    assert "rejected   wrong among the others   accepted of what is no digit" in result.stdout
    assert "is \\ read as" in result.stdout
    assert "broken.png" in result.stderr


def test_evaluate_accepts_what_a_worker_would_however_large_the_budget(formdigits, labelled):
    result = formdigits("evaluate", labelled, "--json", "--max-error", 0.5)

    assert json.loads(result.stdout)["threshold"] == LEAST_CONFIDENCE


def test_evaluate_of_what_is_no_digit_alone_says_nothing_of_digits(formdigits, labelled, tmp_path):
    (labelled / "none").rename(tmp_path / "none")
    (tmp_path / "rubbish").mkdir()
    (tmp_path / "none").rename(tmp_path / "rubbish" / "none")

    result = formdigits("evaluate", tmp_path / "rubbish")

    assert "10 images without a digit" in result.stdout
    assert "accepted as one" in result.stdout
    assert "read right" not in result.stdout


def test_evaluate_names_what_it_does_not_look_at(formdigits, labelled):
    (labelled / "3").rename(labelled / "three")
    (labelled / "list.csv").write_text("a list")

    result = formdigits("evaluate", labelled)

    assert "not looked at: list.csv, three: images belong into subfolders named 0 to 9" in result.stderr
    assert result.exit_code == 0


def test_evaluate_makes_the_folders_of_its_pictures(formdigits, labelled, tmp_path):
    formdigits("evaluate", labelled, "--plot", tmp_path / "new" / "accept.png")

    assert (tmp_path / "new" / "accept.png").exists()


def test_evaluate_of_a_folder_with_nothing_that_can_be_read_says_why(formdigits, tmp_path):
    (tmp_path / "broken" / "3").mkdir(parents=True)
    (tmp_path / "broken" / "3" / "a.png").write_text("no image")

    result = formdigits("evaluate", tmp_path / "broken")

    assert result.exit_code == 2
    assert "none of its files can be read; 3/a.png: this is no image" in result.stderr


def test_evaluate_of_an_empty_folder_says_what_belongs_in_it(formdigits, tmp_path):
    (tmp_path / "empty").mkdir()

    result = formdigits("evaluate", tmp_path / "empty")

    assert result.exit_code == 2
    assert "subfolders named 0 to 9" in result.stderr
