"""A form on real scans: how it lies on them, and what to change."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from formdigits.form_template import FormShelf, parse_form
from tests.documents import empty_pages_pdf, scanned_pdf, text_pdf, tiff_with_broken_second_page
from tests.drawing import CARD, CARD_YAML, PX_PER_MM, cell_of, draw_seven, draw_stroke, print_page
from tests.fakes import FakeClassifier
from worker import form_scans, placing
from worker.form_commands import preview
from worker.form_commands import test as try_form
from worker.form_doctor import advise, examine
from worker.form_overlay import ACROSS, THUMB, contact_sheet
from worker.form_scans import Means, try_scan
from worker.named_scans import OneScan, scans_in


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The form as a file, in a folder to work in."""
    monkeypatch.setenv("FORMDIGITS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "card.yaml").write_text(CARD_YAML)
    return tmp_path / "card.yaml"


def filled(*, onto_the_line: int = 0) -> np.ndarray:
    """A card with a 7 in every box of the first field, some of them crossing the right line of their box."""
    page = print_page()
    for number in range(4):
        cell = cell_of("reading", number)
        draw_seven(page, cell)
        if number < onto_the_line:
            draw_stroke(page, (cell.right - 2.2, cell.y + 2), (cell.right + 0.5, cell.y + 5))
    return page


def as_scan(page: np.ndarray, name: str = "card.png") -> OneScan:
    return OneScan(name, cv2.imencode(".png", page)[1].tobytes())


def tried(*pages: np.ndarray, form=CARD, top: float = 0.9999) -> list:
    shelf = FormShelf([])
    shelf.get = lambda _ref: form
    means = Means(shelf, FakeClassifier(top=top), max_error=0.01)
    return [try_scan(as_scan(page), form, means) for page in pages]


def test_good_scans_need_no_other_advice_than_more_of_them():
    seen = tried(filled(), filled())

    found = examine(CARD, seen)

    assert (found.n_read, found.marks, found.dpi, found.touching) == (2, (8, 8), 200, 0)
    assert found.residual_mm[1] < 0.05
    assert found.cell_px == round(8 * PX_PER_MM)
    assert [(field.name, field.blank) for field in found.fields] == [("reading", 0), ("account", 1)]
    assert found.fields[0].accuracy > 0.99
    assert advise(CARD, found) == ["2 scans say little: fill in 5 to 20 sheets, by several people"]


def test_digits_on_the_lines_ask_for_larger_boxes():
    narrow = CARD_YAML.replace("size: [8, 10]", "size: [6, 10]")
    found = examine(CARD, tried(*[filled(onto_the_line=2)] * 5))

    assert found.touching == pytest.approx(0.5)
    assert any("50% of the digits come to the line" in advice for advice in advise(CARD, found))
    smaller = parse_form(narrow, "card.yaml")
    assert any("boxes are 6 mm: make them 7 mm" in advice for advice in advise(smaller, found))


def test_coarse_scans_ask_for_more_pixels():
    page = filled()
    coarse = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)

    advice = advise(CARD, examine(CARD, tried(*[coarse] * 5)))

    assert any("about 100 dpi: scan at 200 dpi or more" in sentence for sentence in advice)
    assert any("the boxes have 31 pixels" in sentence or "the boxes have 32 pixels" in sentence for sentence in advice)


def test_what_cannot_be_read_is_counted_by_its_name():
    blank, white = np.full((600, 800), 255, np.uint8), filled()

    found = examine(CARD, tried(white, blank))

    assert found.n_read == 1
    assert sum(found.failures.values()) == 1
    assert any("1 of 2 scans could not be read" in advice for advice in advise(CARD, found))


def test_a_missing_mark_is_missed():
    page = filled()
    page[: round(20 * PX_PER_MM), : round(20 * PX_PER_MM)] = 255

    found = examine(CARD, tried(page))

    assert found.marks == (3, 4)
    assert any("1 of 4 marks were not found" in advice for advice in advise(CARD, found))


def test_unsure_fields_and_fields_that_are_always_blank_are_named():
    advice = advise(CARD, examine(CARD, tried(*[filled()] * 5, top=0.9)))

    assert any("field reading: 65.6% are expected to be right" in sentence for sentence in advice)
    assert any("field account is blank on all 5 scans" in sentence for sentence in advice)


def test_the_contact_sheet_has_every_scan_and_says_which_failed():
    seen = tried(*[filled()] * 6, np.full((600, 800), 255, np.uint8))

    sheet = contact_sheet(CARD, seen)

    assert sheet.shape == (2 * THUMB[1], ACROSS * THUMB[0], 3)
    failed = sheet[THUMB[1] :, THUMB[0] : 2 * THUMB[0]][25:45].astype(int)
    assert (failed[..., 2] - failed[..., 0]).max() > 100  # red


def test_a_preview_draws_the_boxes_where_they_lie(card, tmp_path):
    page = cv2.rotate(filled(), cv2.ROTATE_180)
    cv2.imwrite(str(tmp_path / "scan.png"), page)

    done = CliRunner().invoke(preview, ["card.yaml", "scan.png", "-o", "out.png"], catch_exceptions=False)

    picture = cv2.imread(str(tmp_path / "out.png")).astype(int)
    green = picture[..., 1] - picture[..., 2] > 60
    cell = cell_of("account", 3)
    middle = page.shape[0] - round((cell.y + 5) * PX_PER_MM), page.shape[1] - round(cell.x * PX_PER_MM)
    assert "page 1 of test-card@1" in done.output
    assert "4 of 4 marks" in done.output
    assert green[middle[0] - 2 : middle[0] + 3, middle[1] - 3 : middle[1] + 4].any()


def test_any_page_of_a_document_is_previewed(card, tmp_path):
    blank = Image.new("L", (600, 800), 255)
    (tmp_path / "scans.pdf").write_bytes(scanned_pdf([blank, Image.fromarray(filled())]))

    second = CliRunner().invoke(preview, ["card.yaml", "scans.pdf#page=2"])
    unnamed = CliRunner().invoke(preview, ["card.yaml", "scans.pdf"])

    assert (second.exit_code, "page 1 of test-card@1" in second.output) == (0, True)
    assert "name one of them, such as scans.pdf#page=1" in str(unnamed.exception)


def test_the_command_tells_what_it_saw_and_exits_with_3_when_a_scan_failed(card, tmp_path, monkeypatch):
    monkeypatch.setattr("worker.commands.current_classifier", FakeClassifier)
    cv2.imwrite(str(tmp_path / "a.png"), filled())
    (tmp_path / "b.png").write_bytes(b"no picture")

    plain = CliRunner().invoke(try_form, ["card.yaml", "a.png", "b.png", "--out", "sheet.png"])
    as_json = CliRunner().invoke(try_form, ["card.yaml", "a.png", "--json"])

    assert (plain.exit_code, as_json.exit_code) == (3, 0)
    assert "b.png: unreadable_file" in plain.output
    assert "marks             4 of 4 found" in plain.output
    assert (tmp_path / "sheet.png").stat().st_size > 1000
    assert json.loads(as_json.stdout)["scans"][0]["n_marks"] == 4


def test_a_page_is_decoded_and_registered_once(monkeypatch):
    done: list[str] = []
    decoding = [(form_scans, "decode_scan"), (placing, "decode_scan"), (placing, "decode_reduced")]
    for module, name in [*decoding, (placing, "register")]:
        step = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, step=step, name=name, **k: (done.append(name), step(*a, **k))[1])

    tried(filled())

    assert done == ["decode_scan", "register"]


def names_of(*paths: Path) -> list[tuple[str, bool]]:
    """What is tried of some files, and whether it can be opened."""
    return [(scan.name, isinstance(scan.data, bytes)) for scan in scans_in(paths)]


def test_a_damaged_page_of_a_tiff_fails_alone_and_the_pages_after_it_are_tried(tmp_path):
    (tmp_path / "fax.tif").write_bytes(tiff_with_broken_second_page())

    names = names_of(tmp_path / "fax.tif")

    assert names == [("fax.tif page 1", True), ("fax.tif page 2", False), ("fax.tif page 3", True)]


def test_a_document_is_told_by_its_content_and_not_by_its_name(tmp_path):
    (tmp_path / "scans.jpg").write_bytes(text_pdf(2))

    names = names_of(tmp_path / "scans.jpg")

    assert names == [("scans.jpg page 1", True), ("scans.jpg page 2", True)]


def test_a_locked_document_takes_no_other_scan_with_it(tmp_path):
    (tmp_path / "locked.pdf").write_bytes(text_pdf(1, password="secret"))
    (tmp_path / "card.png").write_bytes(as_scan(filled()).data)

    names = names_of(tmp_path / "locked.pdf", tmp_path / "card.png")

    assert names == [("locked.pdf", False), ("card.png", True)]


def test_pages_that_are_left_out_of_a_long_document_are_told(tmp_path):
    (tmp_path / "long.pdf").write_bytes(empty_pages_pdf(201))

    *tried_of_it, last = names_of(tmp_path / "long.pdf")

    assert len(tried_of_it) == 200
    assert last == ("long.pdf page 201", False)
