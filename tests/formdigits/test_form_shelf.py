"""Forms that come from the ledger, and files that lie beside forms."""

import os

import cv2
import numpy as np
import pytest

from formdigits.errors import FormTemplateInvalid, NotFound, ServerUnreachable, UnknownForm
from formdigits.form_template import FormShelf
from tests.drawing import CARD_YAML

WITH_PICTURE = CARD_YAML + "reference: blank.png\n"


class FakeLedger:
    """Forms as the ledger keeps them; counts what it is asked."""

    def __init__(self, **yamls):
        self.saved = {text.partition("id: ")[2].splitlines()[0] + f"@{name[1:]}": text for name, text in yamls.items()}
        self.files = {}
        self.n_asked = 0

    def forms(self):
        return sorted(self.saved)

    def form(self, ref):
        self.n_asked += 1
        if ref not in self.saved:
            raise NotFound(ref)
        return type("Row", (), {"yaml": self.saved[ref]})

    def form_file(self, ref, name):
        self.n_asked += 1
        if (ref, name) not in self.files:
            raise NotFound(name)
        return self.files[ref, name]


def version(number: int, text: str = CARD_YAML) -> str:
    return text.replace("version: 1", f"version: {number}")


def picture(grey: int) -> bytes:
    return cv2.imencode(".png", np.full((105, 148), grey, np.uint8))[1].tobytes()


def test_a_saved_form_is_found_by_name_and_by_version_and_fetched_once():
    ledger = FakeLedger(v1=version(1), v12=version(12), v3=version(3))
    shelf = FormShelf([], lambda: ledger)

    found = [shelf.get("test-card").version, shelf.get("test-card@3").version, shelf.get("test-card").version]

    assert found == [12, 3, 12]
    assert ledger.n_asked == 3
    assert "test-card" in shelf.names()


def test_a_version_that_is_saved_while_a_program_runs_is_found_at_once():
    ledger = FakeLedger(v1=version(1))
    shelf = FormShelf([], lambda: ledger)
    with pytest.raises(UnknownForm):
        shelf.get("test-card@2")

    ledger.saved["test-card@2"] = version(2)

    assert shelf.get("test-card@2").version == 2


def test_the_form_of_a_folder_wins_over_the_saved_one(tmp_path):
    (tmp_path / "card.yaml").write_text(CARD_YAML.replace("A card", "Of the folder"))
    shelf = FormShelf([tmp_path], lambda: FakeLedger(v1=version(1)))

    assert shelf.get("test-card@1").title == "Of the folder"
    assert shelf.get("test-card").title == "Of the folder"


def test_forms_of_folders_are_found_by_version_while_the_ledger_does_not_answer(tmp_path):
    def unreachable():
        raise ServerUnreachable("the database is down")

    (tmp_path / "card.yaml").write_text(CARD_YAML)
    shelf = FormShelf([tmp_path], unreachable)

    assert shelf.get("test-card@1").id == "test-card"
    with pytest.raises(ServerUnreachable):
        shelf.get("other@1")


def test_a_saved_form_that_breaks_a_later_rule_says_so_and_hides_no_other():
    ledger = FakeLedger(v1=version(1), v2=version(2, CARD_YAML + "later: true\n"))
    shelf = FormShelf([], lambda: ledger)

    with pytest.raises(FormTemplateInvalid, match="test-card@2, line"):
        shelf.get("test-card@2")

    assert shelf.get("test-card").version == 1
    assert len(shelf.problems()) == 1


def test_the_picture_of_a_blank_page_lies_beside_the_form(tmp_path):
    (tmp_path / "card.yaml").write_text(WITH_PICTURE)
    (tmp_path / "blank.png").write_bytes(picture(200))
    shelf = FormShelf([tmp_path])

    blank = shelf.reference("test-card@1", 1)

    assert blank.shape == (105, 148)
    assert shelf.reference("test-card@1", 1) is blank
    assert shelf.reference("water-meter-card", 1) is None


def test_a_saved_picture_is_fetched_once():
    ledger = FakeLedger(v1=WITH_PICTURE)
    ledger.files["test-card@1", "blank.png"] = picture(200)
    shelf = FormShelf([], lambda: ledger)

    for _ in range(3):
        assert shelf.reference("test-card@1", 1)[0, 0] == 200

    assert ledger.n_asked == 2


@pytest.mark.parametrize(("content", "complaint"), [(None, "it is not there"), (b"nothing", "cannot be used")])
def test_a_picture_that_is_missing_or_none_is_named(tmp_path, content, complaint):
    (tmp_path / "card.yaml").write_text(WITH_PICTURE)
    if content:
        (tmp_path / "blank.png").write_bytes(content)

    with pytest.raises(FormTemplateInvalid, match=rf"blank\.png.*{complaint}"):
        FormShelf([tmp_path]).reference("test-card@1", 1)


def test_a_roster_has_a_value_a_line_and_is_read_again_when_its_file_changes(tmp_path):
    (tmp_path / "card.yaml").write_text(CARD_YAML)
    (tmp_path / "meters.txt").write_bytes(b"\xef\xbb\xbf0017\r\n\n 4711 \n0017\n")
    shelf = FormShelf([tmp_path])

    before = shelf.roster("test-card@1", "meters.txt")
    (tmp_path / "meters.txt").write_text("0018\n")
    os.utime(tmp_path / "meters.txt", ns=(1, 1))

    assert before == {"0017", "4711"}
    assert shelf.roster("test-card@1", "meters.txt") == {"0018"}


def test_a_roster_that_is_no_text_is_named(tmp_path):
    (tmp_path / "card.yaml").write_text(CARD_YAML)
    (tmp_path / "meters.txt").write_bytes(b"\xff\xfe\0")

    with pytest.raises(FormTemplateInvalid, match=r"meters\.txt: not UTF-8"):
        FormShelf([tmp_path]).roster("test-card@1", "meters.txt")
