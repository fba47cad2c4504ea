"""What a person types: `formdigits predict` and `read`, with the shipped model."""

import json

import cv2
import pytest
from click.testing import CliRunner
from PIL import Image

from formdigits.shipped import shipped_folder
from submit_ui.cli import main
from tests.documents import scanned_pdf, text_pdf
from trainer.dataset import load_mnist
from worker.commands import remarks

pytestmark = pytest.mark.keras
SAMPLES = shipped_folder("samples")


@pytest.fixture
def formdigits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def formdigits(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return formdigits


def texts(result):
    return {field["name"]: field["text"] for field in json.loads(result.stdout)["fields"]}


@pytest.fixture
def seven(tmp_path):
    _, (digits, _) = load_mnist()
    cv2.imwrite(str(tmp_path / "seven.png"), 255 - digits[0])
    return tmp_path / "seven.png"


def test_predict_prints_the_digit_and_nothing_else(formdigits, seven):
    result = formdigits("predict", seven)

    assert result.stdout == "7\n"
    assert "confidence" in result.stderr
    assert result.exit_code == 0


def test_predict_saves_the_image_with_its_prediction(formdigits, seven, tmp_path):
    formdigits("predict", seven, "--save", tmp_path / "picture.png")

    assert cv2.imread(str(tmp_path / "picture.png")) is not None


def test_predict_reads_white_on_black_too(formdigits, seven, tmp_path):
    cv2.imwrite(str(tmp_path / "inverted.png"), 255 - cv2.imread(str(seven), cv2.IMREAD_GRAYSCALE))

    assert formdigits("predict", tmp_path / "inverted.png").stdout == "7\n"


def test_a_file_that_is_no_image_is_named_with_what_is_wrong(formdigits, tmp_path):
    (tmp_path / "text.png").write_text("no image")

    result = formdigits("predict", tmp_path / "text.png")

    assert result.exit_code == 3
    assert "text.png: unreadable_file" in result.stderr


def test_read_prints_every_field_of_a_page(formdigits):
    truth = json.loads((SAMPLES / "truth.json").read_text())

    result = formdigits("read", SAMPLES / "page-01.jpg", "--form", "water-meter-card", "--json")

    fields = texts(result)
    expected = truth["pages"]["page-01.jpg"]
    assert fields.keys() == expected.keys()
    right = [a == b for name in expected for a, b in zip(fields[name], expected[name], strict=True)]
    assert sum(right) / len(right) > 0.95


def test_a_page_of_a_document_is_named_by_its_number(formdigits, tmp_path):
    cards = [Image.open(SAMPLES / name) for name in ("page-02.jpg", "page-01.jpg")]
    (tmp_path / "cards.pdf").write_bytes(scanned_pdf(cards))

    of_document = formdigits("read", "cards.pdf#page=2", "--form", "water-meter-card", "--json")

    alone = formdigits("read", SAMPLES / "page-01.jpg", "--form", "water-meter-card", "--json")
    assert texts(of_document) == texts(alone)


@pytest.mark.parametrize("words", [["predict"], ["read", "--form", "water-meter-card"]])
def test_of_a_document_with_pages_one_must_be_named(formdigits, tmp_path, words):
    (tmp_path / "bills.pdf").write_bytes(text_pdf(3))

    result = formdigits(*words, "bills.pdf")

    assert result.exit_code == 2
    assert "bills.pdf has 3 pages: name one of them, such as bills.pdf#page=1" in result.stderr


def test_a_page_that_a_document_does_not_have_is_an_error_of_the_page(formdigits, tmp_path):
    (tmp_path / "bills.pdf").write_bytes(text_pdf(3))

    result = formdigits("predict", "bills.pdf#page=4")

    assert result.exit_code == 3
    assert "bills.pdf#page=4: unreadable_file: there is no page 4 in the PDF" in result.stderr


def test_a_file_that_is_not_there_is_named_without_its_page(formdigits):
    result = formdigits("predict", "bills.pdf#page=4")

    assert result.exit_code == 2
    assert "there is no file 'bills.pdf'" in result.stderr


def test_read_with_an_unknown_form_says_which_there_are(formdigits):
    result = formdigits("read", SAMPLES / "page-01.jpg", "--form", "water-metre-card")

    assert result.exit_code == 2
    assert "water-meter-card" in result.stderr


def test_the_form_to_read_by_may_be_a_file(formdigits):
    by_name, by_file = (
        formdigits("read", SAMPLES / "page-01.jpg", "--form", form, "--json")
        for form in ("water-meter-card", shipped_folder("forms") / "water-meter-card.yaml")
    )

    assert by_file.exit_code == 0
    assert texts(by_file) == texts(by_name)


def test_a_form_file_that_is_not_there_is_named(formdigits):
    result = formdigits("read", SAMPLES / "page-01.jpg", "--form", "card.yaml")

    assert result.exit_code == 2
    assert "card.yaml cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("doubts", "said"),
    [
        ([], ", read as 132, changed by check_digit and total"),
        ([{"code": "total", "message": "read as 132: the total is another"}], ", read as 132: the total is another"),
    ],
)
def test_what_was_read_is_told_with_the_constraints_that_changed_it(doubts, said):
    changes = [
        {"box": box, "constraint": constraint} for box, constraint in ((1, "total"), (2, "check_digit"), (3, "total"))
    ]

    assert remarks({"raw": "132", "changes": changes, "doubts": doubts}) == said


def test_of_what_was_read_as_it_stands_nothing_is_remarked():
    assert remarks({"raw": None, "changes": [], "doubts": []}) == ""
