import io

import cv2
import numpy as np
import pytest

from formdigits.errors import BadRequest, FormTemplateInvalid, NotFound
from submit_ui.client import SubmitClient
from tests.drawing import CARD_YAML

ROSTER = CARD_YAML + "    constraints: {roster: {file: meters.txt}}\n"
PICTURE = cv2.imencode(".png", np.full((105, 148), 250, np.uint8))[1].tobytes()
WITH_PICTURE = CARD_YAML + "reference: blank.png\n"


def multipart(yaml, **files):
    named = {name.replace("_", "."): (io.BytesIO(content), name.replace("_", ".")) for name, content in files.items()}
    return {"form": (io.BytesIO(yaml.encode()), "form.yaml"), **named}


def save(api, yaml, **files):
    return api.post("/api/v1/forms", data=multipart(yaml, **files), content_type="multipart/form-data")


def test_a_saved_form_is_listed_shown_and_used(api, tmp_path):
    answer = api.post("/api/v1/forms", data=CARD_YAML)

    listed = {form["form"]: form for form in api.get("/api/v1/forms").json["forms"]}
    job = api.post("/api/v1/jobs", json={"form": "test-card", "paths": [str(tmp_path / "scans/a.png")]})
    assert (answer.status_code, answer.json["form"]) == (201, "test-card@1")
    assert listed["test-card@1"]["fields"] == ["reading", "account"]
    assert job.json["form"] == "test-card@1"


def test_a_form_is_shown_with_every_box_and_as_it_was_written(api):
    api.post("/api/v1/forms", data=CARD_YAML)

    shown = api.get("/api/v1/forms/test-card").json

    reading = shown["fields"][0]
    assert reading["cells"][1] == [33.5, 30, 8, 10]
    assert reading["box"] == [24, 30, 36.5, 10]
    assert shown["pages"][0]["size"] == {"width": 148, "height": 105}
    assert shown["yaml"] == CARD_YAML
    written = api.get("/api/v1/forms/test-card@1.yaml")
    assert (written.text, written.mimetype) == (CARD_YAML, "text/yaml")


def test_the_built_in_form_has_a_yaml_too(api):
    assert "id: single-digit" in api.get("/api/v1/forms/single-digit.yaml").text


@pytest.mark.parametrize("address", ["nothing@1", "nothing.yaml", "single-digit/files/x.png"])
def test_what_is_not_there_is_not_found(api, address):
    assert api.get(f"/api/v1/forms/{address}").status_code == 404


def test_a_check_tells_complaints_with_their_lines_and_saves_nothing(api, ledger):
    wrong = CARD_YAML.replace("count: 4", "count: none").replace("title: A card", "title: ''")

    checked = api.post("/api/v1/forms/check", data=wrong).json

    assert checked["valid"] is False
    assert [complaint["line"] for complaint in checked["complaints"]] == [4, 16]
    assert "count" in checked["complaints"][1]["message"]
    assert ledger.forms() == []


def test_a_check_of_a_right_form_gives_its_boxes(api, ledger):
    checked = api.post("/api/v1/forms/check", data=CARD_YAML).json

    assert checked["valid"] is True
    assert checked["complaints"] == []
    assert len(checked["form"]["fields"][1]["cells"]) == 6
    assert ledger.forms() == []


def test_what_could_be_better_is_a_warning(api):
    without_code = "\n".join(line for line in CARD_YAML.splitlines() if not line.startswith("identity"))

    checked = api.post("/api/v1/forms/check", data=without_code).json

    assert checked["valid"] is True
    assert any("identity" in warning for warning in checked["warnings"])


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"- a list", b"a: *b", b"id: [[[[[[[[[[[[[[[["])
def test_any_body_is_checked(api, body):
    checked = api.post("/api/v1/forms/check", data=body)

    assert (checked.status_code, checked.json.get("valid")) in ((200, False), (422, None))


def test_files_are_saved_with_the_form_that_names_them(api, ledger):
    answer = save(api, WITH_PICTURE, blank_png=PICTURE)

    assert answer.json["files"] == ["blank.png"]
    assert ledger.form_file("test-card@1", "blank.png") == PICTURE
    file = api.get("/api/v1/forms/test-card@1/files/blank.png")
    assert file.data == PICTURE
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("yaml", "files", "complaint"),
    [
        (WITH_PICTURE, {}, "blank.png"),
        (WITH_PICTURE, {"blank_png": b"no picture"}, "cannot be used"),
        (ROSTER, {"meters_txt": b"\xff"}, "UTF-8"),
        (CARD_YAML, {"blank_png": PICTURE}, "does not name"),
        ("id: card", {}, "is missing"),
    ],
)
def test_a_form_is_saved_with_all_that_it_needs_and_nothing_else(api, ledger, yaml, files, complaint):
    answer = save(api, yaml, **files)

    assert answer.status_code == 422
    assert complaint in answer.json["error"]["message"]
    assert ledger.forms() == []


def test_a_version_is_saved_once_and_again_when_it_is_the_same(api):
    first = api.post("/api/v1/forms", data=CARD_YAML)
    same = api.post("/api/v1/forms", data=CARD_YAML)
    other = api.post("/api/v1/forms", data=CARD_YAML.replace("A card", "Another"))

    assert [answer.status_code for answer in (first, same, other)] == [201, 201, 422]
    assert "raise the `version`" in other.json["error"]["message"]


def test_a_form_of_a_folder_cannot_be_taken_over(api):
    shipped = api.get("/api/v1/forms/water-meter-card.yaml").text

    answer = api.post("/api/v1/forms", data=shipped.replace("Water meter card", "Mine"))

    assert answer.status_code == 422
    assert "raise the `version`" in answer.json["error"]["message"]


def test_our_own_pages_need_their_csrf_token_to_save(browser):
    without = browser.client.post("/xhr/forms", data=CARD_YAML)
    with_it = browser.client.post("/xhr/forms", data=CARD_YAML, headers={"X-CSRFToken": browser.csrf_token()})

    assert (without.status_code, with_it.status_code) == (403, 201)


def test_the_client_checks_saves_and_shows_forms(submit_client: SubmitClient):
    assert submit_client.check_form("id: card")["valid"] is False
    assert submit_client.check_form(CARD_YAML)["valid"] is True

    saved = submit_client.save_form(ROSTER, {"meters.txt": b"0017\n"})

    assert saved["form"] == "test-card@1"
    assert submit_client.form("test-card@1") == saved
    assert "test-card@1" in [form["form"] for form in submit_client.forms()]


def test_the_client_names_what_is_wrong(submit_client: SubmitClient):
    submit_client.save_form(CARD_YAML)

    with pytest.raises(NotFound):
        submit_client.form("nothing")
    with pytest.raises(FormTemplateInvalid, match="line 3"):
        submit_client.save_form(CARD_YAML.replace("version: 1", "version: one"))
    with pytest.raises(BadRequest, match="version"):
        submit_client.save_form(CARD_YAML.replace("A card", "Another"))
