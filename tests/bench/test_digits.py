"""What the model card is made of: cells that are drawn the same every time, answers that are counted rightly."""

import json
import re

import numpy as np
import pytest

from bench.digits import comparison
from bench.digits.answers import figures_of_answers
from bench.digits.card import write_card
from bench.digits.card_tables import TABLES
from bench.digits.cells import CELL_PX, ink_of
from bench.digits.corruptions import AS_FIRST, CORRUPTIONS, FIRST_STRENGTHS
from bench.digits.readers.answer import Answer, by_cell
from bench.digits.readers.hog_svm import histograms
from bench.digits.readers.tesseract import answers_in
from bench.digits.rubbish import KINDS, rubbish_cell
from formdigits.digit_crop import normalise
from formdigits.model_version import DEFAULT_MODEL, verify
from samples.pen import load_test_digits

DIGITS = load_test_digits()


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.name)
def test_a_corruption_draws_the_same_cell_every_time_and_does_more_when_it_is_stronger(corruption):
    strengths = range(len(corruption.strengths))
    one, again = ([corruption.cell(DIGITS, row, strength, 7) for strength in strengths] for row in (3, 3))

    changes = [abs(b - a) for a, b in zip(corruption.strengths, corruption.strengths[1:], strict=False)]

    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert len({cell.tobytes() for cell in one}) == len(one) == 5
    assert min(changes) > 0
    assert normalise(one[0]) is not None


def test_there_are_twelve_corruptions_and_those_that_were_lowered_are_told_with_their_first_strengths():
    lowered = {corruption.name: corruption for corruption in CORRUPTIONS if corruption.name in FIRST_STRENGTHS}

    assert len({corruption.name for corruption in CORRUPTIONS}) == 12
    assert [one.name for one in AS_FIRST] == list(lowered)
    assert all(max(one.strengths) > max(lowered[one.name].strengths) for one in AS_FIRST)


def test_a_thin_pen_takes_ink_away_and_a_thick_one_adds_it():
    rng = np.random.default_rng(1)
    ink = ink_of(DIGITS.images[0], rng)
    by_name = {corruption.name: corruption for corruption in CORRUPTIONS}

    thin, thick = (by_name[name].ink(ink, by_name[name].strengths[2], rng) for name in ("thin pen", "thick pen"))

    assert 0.2 * ink.sum() < thin.sum() < 0.8 * ink.sum()
    assert thick.sum() > 1.3 * ink.sum()


def test_what_is_cut_at_an_edge_is_gone():
    ink = np.zeros((CELL_PX, CELL_PX), np.float32)
    ink[20:40, 10:50] = 1
    [corruption] = [one for one in CORRUPTIONS if one.name == "cut at an edge"]

    left = [corruption.ink(ink, 0.1, np.random.default_rng(seed)).sum() for seed in range(12)]

    assert set(np.round(left)) == {18 * 40, 20 * 36}


@pytest.mark.parametrize("kind", KINDS)
def test_rubbish_is_ink_and_is_drawn_the_same_every_time(kind):
    cells = [rubbish_cell(DIGITS, kind, number, 7) for number in range(6)]

    crops = [normalise(cell) for cell in cells]

    assert (rubbish_cell(DIGITS, kind, 3, 7) == cells[3]).all()
    assert sum(crop is not None for crop in crops) >= 5


def test_the_least_sure_answers_are_rejected_first():
    right, confidence = np.array([True] * 19 + [False]), np.linspace(0.9, 0.1, 20)

    figures = figures_of_answers(right, confidence)

    assert figures["accuracy"] == 0.95
    assert figures["error_at_reject"] == {"0": 0.05, "0.01": 0.05, "0.05": 0.0}


def test_a_field_is_as_sure_as_its_least_sure_cell():
    class Sure:
        def read_cells(self, cells):
            return [Answer(str(i), confidence) for i, confidence in enumerate(cells)]

    assert by_cell(Sure(), [[0.9, 0.4], [0.8]]) == [Answer("01", 0.4), Answer("2", 0.8)]


def test_the_words_of_tesseract_are_put_to_their_pictures():
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    lines = [
        "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t",
        "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t91.5\t12",
        "5\t3\t1\t1\t1\t1\t0\t0\t9\t9\t40\t7",
    ]

    assert answers_in("\n".join([head, *lines]), 3) == [Answer("12", 91.5), Answer("", -1.0), Answer("7", 40.0)]


def test_histograms_of_gradients_tell_directions_apart():
    upright, flat = np.ones((2, 28, 28, 1), np.float32)
    upright[:, 13:15], flat[13:15] = 0, 0

    one, other = histograms(np.stack([upright, flat]))

    assert one.shape == (324,)
    assert one @ other < 0.2 * (one @ one)


def test_all_readers_get_the_same_fields_of_eight():
    subject = comparison.worn(np.arange(20), 7).first(19)

    assert subject.truths == [subject.truth[:8], subject.truth[8:16]]
    assert [len({cell.shape for cell in field}) for field in subject.fields] == [1, 1]


@pytest.fixture
def figures(tmp_path):
    """What a run found of MNIST, by the version of the model."""

    def figures(version, accuracy):
        found = {
            "n": 10000,
            "accuracy": accuracy,
            "low": accuracy,
            "high": accuracy,
            "error_at_reject": {"0": 1 - accuracy, "0.01": 0.0002, "0.05": 0.0},
            "calibration_error": 0.001,
        }
        (tmp_path / "hands.json").write_text(
            json.dumps({"version": version, "seed": 1, "machine": "a machine", "figures": found})
        )

    return figures


def test_the_card_has_what_was_measured_and_says_what_was_not(tmp_path, figures):
    manifest = verify(DEFAULT_MODEL)
    figures(manifest.version, 0.9712)

    write_card(tmp_path, tmp_path / "card.md", manifest)

    card = (tmp_path / "card.md").read_text()
    assert "97.12 %" in card
    assert "of foreign hands in coarse pixels 2.88 % of digits are read wrong" in card
    assert set(re.findall(r"--only (\w+)", card)) == set(TABLES) - {"hands"}
    assert manifest.sha256 in card


def test_figures_of_another_model_do_not_come_on_the_card(tmp_path, figures):
    figures("another", 0.9712)

    write_card(tmp_path, tmp_path / "card.md", verify(DEFAULT_MODEL))

    assert "97.12" not in (tmp_path / "card.md").read_text()
