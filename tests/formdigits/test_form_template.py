import os
import time

import pytest

from formdigits.errors import FormTemplateInvalid, UnknownForm
from formdigits.form_template import SINGLE_DIGIT, FormShelf, parse_form
from formdigits.geometry import Box
from formdigits.shipped import shipped_folder

CARD = """\
format: forms/1
id: test-card
version: 2
title: A card
size: {width: 148, height: 105}
registration:
  method: aruco
  marks:
    - {id: 0, at: [12, 12]}
    - {id: 1, at: [136, 12]}
    - {id: 2, at: [136, 93]}
    - {id: 3, at: [12, 93]}
identity: {kind: qr, region: [100, 24, 20, 20]}
fields:
  - name: reading
    boxes: {origin: [20, 30], size: [7, 9], pitch: 9, count: 4}
  - name: account
    boxes: {origin: [20, 60], size: [7, 9], pitch: 9, count: 6}
"""


def complaint_about(old: str, new: str) -> str:
    """What is said of the card when a part of it is replaced."""
    assert old in CARD
    with pytest.raises(FormTemplateInvalid) as caught:
        parse_form(CARD.replace(old, new), "card.yaml")
    return str(caught.value)


def test_boxes_stand_in_a_row():
    form = parse_form(CARD, "card.yaml")

    reading = form.fields[0]

    assert reading.cells == (Box(20, 30, 7, 9), Box(29, 30, 7, 9), Box(38, 30, 7, 9), Box(47, 30, 7, 9))
    assert reading.box == Box(20, 30, 34, 9)
    assert form.ref == "test-card@2"


def test_the_built_in_form_is_one_cell_over_the_whole_image():
    [field] = SINGLE_DIGIT.fields

    assert SINGLE_DIGIT.ref == "single-digit@1"
    assert SINGLE_DIGIT.is_image
    assert field.cells == (SINGLE_DIGIT.pages[0].box,)


@pytest.mark.parametrize("path", sorted(shipped_folder("forms").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_form_is_valid_and_in_a_file_of_its_name(path):
    form = parse_form(path.read_text(), path.name)

    assert path.stem in (form.id, f"{form.id}-{form.version}")


def test_an_unknown_key_is_refused_with_its_line_and_a_near_name():
    complaint = complaint_about("    boxes: {origin: [20, 30]", "    boxs: {origin: [20, 30]")

    assert "card.yaml, line 16: unknown key 'boxs'; did you mean 'boxes'?" in complaint


def test_an_unknown_key_deep_down_names_its_own_line():
    complaint = complaint_about("count: 6}", "count: 6,\n      colour: red}")

    assert complaint == "card.yaml, line 19: unknown key 'colour'; did you mean 'count'?"


def test_an_unknown_key_like_no_other_gets_the_list_of_known_ones():
    complaint = complaint_about("version: 2", "version: 2\nzzz: 1")

    assert "line 4: unknown key 'zzz'; known ones: format, id, version" in complaint


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: test-card", "id: Test Card", 2, "'id'"),
        ("id: test-card", "id: single-digit", 2, "built-in form"),
        ("version: 2\n", "", 1, "'version' is missing"),
        ("version: 2", "version: two", 3, "'version': Input should be a valid integer"),
        ("forms/1", "forms/9", 1, "'format'"),
        ("width: 148", "width: .nan", 5, "'size.width'"),
        ("name: account", "name: reading", 17, "there is already a field 'reading'"),
        ("name: account", "name: 1st", 17, "'fields.1.name'"),
        ("size: [7, 9], pitch: 9, count: 6", "size: [4, 9], pitch: 9, count: 6", 18, "5 mm wide"),
        ("pitch: 9, count: 6", "pitch: 7.5, count: 6", 18, "pitch must be 8 at least"),
        ("pitch: 9, count: 6", "pitch: 9, count: 15", 18, "leaves the page"),
        ("pitch: 9, count: 6", "pitch: 9, count: 1000000000", 18, "less than or equal to 60"),
        ("origin: [20, 60]", "origin: [30, 35]", 18, "field 'account' overlaps field 'reading'"),
        ("origin: [20, 60]", "origin: [20, 39.5]", 18, "less than 1 mm away"),
        ("origin: [20, 60]", "origin: [60, 40]", 18, "overlaps the identity region"),
        ("origin: [20, 60]", "origin: [10, 84]", 18, "overlaps corner mark 3"),
        ("at: [12, 93]", "at: [7, 93]", 12, "nearer than 4 mm to the edge"),
        ("{id: 3, at: [12, 93]}", "{id: 2, at: [12, 93]}", 12, "already a mark 2"),
        ("{id: 3, at: [12, 93]}", "{id: 3, at: [135, 83]}", 12, "too near to another"),
        ("region: [100, 24, 20, 20]", "region: [140, 24, 20, 20]", 13, "identity region leaves the page"),
        ("method: aruco", "method: aruco\n  min_marks: 5", 9, "4 marks and min_marks asks for 5"),
        ("method: aruco", "method: none", 6, "looks for no marks"),
        ("id: test-card", "id: test-card\nid: other", 3, "'id' is given twice"),
        ("title: A card", "title: [A card", 5, "not valid YAML"),
        ("title: A card", "title: *id", 4, "aliases"),
    ],
)
def test_every_broken_rule_is_named_with_its_line(old, new, line, message):
    complaint = complaint_about(old, new)

    assert f"card.yaml, line {line}: " in complaint
    assert message in complaint


def test_marks_in_one_corner_are_refused():
    complaint = complaint_about(
        "[136, 12]}\n    - {id: 2, at: [136, 93]}\n    - {id: 3, at: [12, 93]}",
        "[26, 12]}\n    - {id: 2, at: [26, 26]}\n    - {id: 3, at: [12, 26]}",
    )

    assert "put them near the corners" in complaint


def test_all_problems_are_told_at_once():
    complaint = complaint_about("version: 2\ntitle: A card", "version: two\ntitel: A card")

    assert len(complaint.splitlines()) == 3


@pytest.mark.parametrize(
    "text", ["", "just words", "- a\n- list", "id: !!python/object/apply:os.getcwd []", "[" * 5000]
)
def test_what_is_no_form_template_at_all_is_refused(text):
    with pytest.raises(FormTemplateInvalid, match=r"card\.yaml"):
        parse_form(text, "card.yaml")


def test_aliases_that_would_make_gigabytes_are_refused_at_once():
    levels = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 10)]
    started_s = time.perf_counter()

    with pytest.raises(FormTemplateInvalid, match="aliases"):
        parse_form("\n".join(["l0: &l0 [x, x]", *levels]), "card.yaml")

    assert time.perf_counter() - started_s < 1


def test_a_file_that_is_far_too_long_is_refused_unread():
    with pytest.raises(FormTemplateInvalid, match="longer than"):
        parse_form("#" * 1_000_000, "card.yaml")


def test_a_shelf_has_the_shipped_forms_and_those_of_its_folders(tmp_path):
    (tmp_path / "card.yaml").write_text(CARD)

    shelf = FormShelf([tmp_path, tmp_path / "not there"])

    assert shelf.names() == ["exam-cover", "single-digit", "test-card", "water-meter-card"]
    assert shelf.get("single-digit") is SINGLE_DIGIT
    assert shelf.get("test-card").version == 2


def test_a_name_means_the_newest_version_and_a_ref_exactly_one(tmp_path):
    for version in (2, 10, 9):
        (tmp_path / f"card-{version}.yaml").write_text(CARD.replace("version: 2", f"version: {version}"))
    shelf = FormShelf([tmp_path])

    assert shelf.get("test-card").version == 10
    assert shelf.get("test-card@9").version == 9


def test_a_shelf_sees_files_that_change(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text(CARD)
    shelf = FormShelf([tmp_path])
    shelf.get("test-card")
    path.write_text(CARD.replace("A card", "B card"))
    os.utime(path, ns=(1, 1))

    assert shelf.get("test-card").title == "B card"


def test_an_unknown_form_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownForm, match="'meter'; there are: exam-cover, single-digit, water-meter-card"):
        FormShelf([]).get("meter")


def test_one_broken_file_hides_no_other_form_and_is_named(tmp_path):
    (tmp_path / "broken.yaml").write_text(CARD.replace("version: 2", "version: two"))
    (tmp_path / "latin.yaml").write_bytes(CARD.replace("A card", "Z\u00e4hler").encode("latin-1"))
    shelf = FormShelf([tmp_path])

    with pytest.raises(UnknownForm, match=r"broken\.yaml, line 3"):
        shelf.get("test-card")

    assert shelf.get("water-meter-card").version == 1
    assert [str(problem).split(",")[0].split(":")[0] for problem in shelf.problems()] == ["broken.yaml", "latin.yaml"]


def test_a_field_that_was_looked_at_is_the_same_value_and_its_changed_copy_has_its_own_boxes():
    field, same = (parse_form(CARD, "card.yaml").fields[0] for _ in range(2))
    assert field.boxes is not None
    first = field.box

    boxes = field.boxes.model_copy(update={"origin": (30.0, 40.0)})
    moved = field.model_copy(update={"boxes": boxes})

    assert first == Box(20, 30, 34, 9)
    assert (moved.box, moved.cells[0]) == (Box(30, 40, 34, 9), Box(30, 40, 7, 9))
    assert (field, hash(field), field.model_dump()) == (same, hash(same), same.model_dump())
