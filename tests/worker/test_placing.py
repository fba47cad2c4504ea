"""Scans with more pixels than their form needs are looked at smaller; results never show it."""

import cv2
import numpy as np
import pytest

from formdigits.errors import WrongForm
from formdigits.form_template import FormTemplate, parse_form
from formdigits.geometry import Box, to_scan_px
from formdigits.messages import PageRef
from tests.drawing import CARD, CARD_YAML, another_card, blot, draw_seven, homography_of, lay, print_page
from worker import placing
from worker.page_cutting import CutPage, cut_page
from worker.placing import place_data

PX_PER_MM = 400 / 25.4
SIZE = 2332, 1654
"""Of the card at 400 dpi."""
PAGE = PageRef(number=1, path="/card.jpg")
UPRIGHT = np.diag([PX_PER_MM, PX_PER_MM, 1.0])


class Shelf:
    """One form; nothing lies beside it."""

    def __init__(self, form: FormTemplate = CARD) -> None:
        self.form = form

    def get(self, name_or_ref: str) -> FormTemplate:
        assert name_or_ref == self.form.ref
        return self.form

    def reference(self, ref, page_number):
        return None

    def roster(self, ref, file):
        raise AssertionError(ref)


def filled(form: FormTemplate = CARD) -> np.ndarray:
    page = print_page(form)
    for cell in form.fields[0].cells[1:]:
        draw_seven(page, cell)
    return page


def jpeg(page: np.ndarray, homography: np.ndarray = UPRIGHT, size: tuple[int, int] = SIZE) -> bytes:
    return cv2.imencode(".jpg", lay(page, homography, size))[1].tobytes()


def step_of(data: bytes, form: FormTemplate = CARD, page: PageRef = PAGE) -> int:
    return place_data(page, data, form, Shelf(form)).step


def cut(data: bytes, page: PageRef = PAGE) -> CutPage:
    return cut_page(page, data, CARD, Shelf())


def test_a_large_scan_gives_the_same_digits_at_the_same_places_of_the_file():
    tilted = homography_of(turn_deg=3.0, stretch=1.0, shear=0.0, perspective=0.0, px_per_mm=PX_PER_MM)
    size = round(180 * PX_PER_MM), round(180 * PX_PER_MM)
    data = jpeg(filled(), tilted, size)

    page = cut(data)

    assert step_of(data) == 2
    assert [[crop is not None for crop in field.crops] for field in page.fields] == [[0, 1, 1, 1], [0] * 6]
    for field, found in zip(CARD.fields, page.fields, strict=True):
        np.testing.assert_allclose(found.polygon_px, to_scan_px(field.box.corners, tilted), atol=1.5)


@pytest.mark.parametrize(("dpi", "step"), [(200, 1), (250, 1), (300, 2), (800, 4)])
def test_a_scan_is_made_smaller_as_far_as_its_boxes_and_its_code_allow(dpi, step):
    scale = dpi / 400
    size = round(SIZE[0] * scale), round(SIZE[1] * scale)

    assert step_of(jpeg(print_page(), np.diag([scale, scale, 1.0]) @ UPRIGHT, size)) == step


def test_small_boxes_keep_all_pixels():
    form = parse_form(CARD_YAML.replace("size: [8, 10]", "size: [5, 6]"), "card.yaml")

    assert step_of(jpeg(print_page(form)), form) == 1


def test_areas_without_boxes_keep_more_pixels_than_boxes_do():
    areas = CARD_YAML.replace(
        "boxes: {origin: [24, 60], size: [8, 10], pitch: 9.5, count: 6}", "area: [24, 60, 60, 12]\n    length: 6"
    )
    form = parse_form(areas, "card.yaml")

    assert step_of(jpeg(print_page(form)), form) == 1


def test_a_sheet_that_is_only_a_part_of_its_scan_keeps_all_pixels():
    two_sheets_wide = SIZE[0] * 2, SIZE[1] * 2
    small = np.diag([0.6, 0.6, 1.0]) @ UPRIGHT

    placed = place_data(PAGE, jpeg(print_page(), small, two_sheets_wide), CARD, Shelf())

    assert placed.step == 1
    np.testing.assert_allclose(placed.to_file_px([(148, 105)]), to_scan_px([(148, 105)], small), atol=1.5)


def test_a_code_that_half_of_the_pixels_do_not_show_is_read_with_all_of_them(monkeypatch):
    data = jpeg(print_page())
    monkeypatch.setattr(placing, "CODE_PX", 0)
    whole = []
    monkeypatch.setattr(placing, "register", only_with_all_pixels(whole))

    placed = place_data(PAGE, data, CARD, Shelf())

    assert (placed.step, whole) == (1, [False, True])


def only_with_all_pixels(whole: list[bool]):
    """A registration that finds the code on a scan of full size alone; it notes what it was given."""
    register = placing.register

    def registering(grey, form, **options):
        whole.append(grey.shape[::-1] == SIZE)
        if not whole[-1]:
            grey = grey.copy()
            region = Box(*form.pages[0].identity.region)
            scale = grey.shape[1] / form.pages[0].size.width
            grey[: round(region.bottom * scale), round(region.x * scale) : round(region.right * scale)] = 255
        return register(grey, form, **options)

    return registering


def test_a_page_of_another_form_is_refused_without_a_second_look(monkeypatch):
    data = jpeg(print_page(another_card(id="other-card")))
    monkeypatch.delattr(placing, "decode_scan")

    with pytest.raises(WrongForm):
        place_data(PAGE, data, CARD, Shelf())


def test_corners_that_a_person_placed_are_pixels_of_the_file():
    page = filled()
    for mark in CARD.pages[0].registration.marks:
        blot(page, CARD.pages[0].registration.mark_box(mark).grown(1))
    right, bottom = SIZE[0] - 0.5, SIZE[1] - 0.5
    corners = ((-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom))
    by_hand = PAGE.model_copy(update={"corners_px": corners})

    found = cut(jpeg(page), by_hand)

    assert step_of(jpeg(page), page=by_hand) == 2
    assert [crop is not None for crop in found.fields[0].crops] == [False, True, True, True]
    np.testing.assert_allclose(found.fields[0].polygon_px, to_scan_px(CARD.fields[0].box.corners, UPRIGHT), atol=2.0)


def test_a_page_that_says_itself_which_form_it_is_keeps_all_pixels():
    data = jpeg(print_page())

    placed = place_data(PAGE, data, None, Shelf())

    assert (placed.form, placed.step) == (CARD, 1)


def test_a_negative_is_read_as_what_it_is_of():
    negative = cv2.imencode(".jpg", 255 - lay(filled(), UPRIGHT, SIZE))[1].tobytes()

    found = cut(negative)

    assert found.form is CARD
    assert_crops_alike(found, cut(jpeg(filled())))


def test_a_negative_says_itself_which_form_it_is():
    negative = cv2.imencode(".png", 255 - lay(print_page(), UPRIGHT, SIZE))[1].tobytes()

    assert place_data(PAGE, negative, None, Shelf()).form is CARD


def test_a_negative_is_placed_by_hand():
    page = filled()
    for mark in CARD.pages[0].registration.marks:
        blot(page, CARD.pages[0].registration.mark_box(mark).grown(1))
    right, bottom = SIZE[0] - 0.5, SIZE[1] - 0.5
    by_hand = PAGE.model_copy(update={"corners_px": ((-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom))})

    found = cut(cv2.imencode(".jpg", 255 - lay(page, UPRIGHT, SIZE))[1].tobytes(), by_hand)

    assert [crop is not None for crop in found.fields[0].crops] == [False, True, True, True]


def test_an_image_that_is_the_paper_is_read_as_a_negative_too():
    marks = CARD_YAML[CARD_YAML.index("  marks:") : CARD_YAML.index("identity:")]
    form = parse_form(CARD_YAML.replace(marks, "").replace("method: aruco", "method: none"), "card.yaml")
    negative = cv2.imencode(".png", 255 - lay(filled(), UPRIGHT, SIZE))[1].tobytes()

    found = cut_page(PAGE, negative, form, Shelf(form))

    assert [crop is not None for crop in found.fields[0].crops] == [False, True, True, True]


def test_paper_on_a_dark_table_is_no_negative():
    table = np.full((SIZE[1] * 2, SIZE[0] * 2), 20, np.uint8)
    table[400 : 400 + SIZE[1], 300 : 300 + SIZE[0]] = lay(filled(), UPRIGHT, SIZE)

    found = cut(cv2.imencode(".jpg", table)[1].tobytes())

    assert_crops_alike(found, cut(jpeg(filled())))


def assert_crops_alike(found: CutPage, expected: CutPage) -> None:
    for field, other in zip(found.fields, expected.fields, strict=True):
        assert [crop is None for crop in field.crops] == [crop is None for crop in other.crops]
        for crop, like in zip(field.crops, other.crops, strict=True):
            assert crop is None or np.abs(crop.astype(int) - like).mean() < 6
