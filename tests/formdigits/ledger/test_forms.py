from concurrent.futures import ThreadPoolExecutor

import pytest

from formdigits.errors import BadRequest, NotFound, TooLarge
from formdigits.ledger.forms import MAX_FILE_BYTES

YAML = "id: card\nversion: 1\n"
PICTURE = b"\x89PNG\0\xff"


def test_a_form_is_kept_with_its_files(ledger):
    before = ledger.clock()

    ledger.save_form("card@1", YAML, {"blank.png": PICTURE, "meters.txt": b"17\n"}, "archive")

    kept = ledger.form("card@1")
    assert (kept.ref, kept.yaml, kept.by) == ("card@1", YAML, "archive")
    assert before <= kept.created_at <= ledger.clock()
    assert ledger.form_file("card@1", "blank.png") == PICTURE
    assert ledger.form_file("card@1", "meters.txt") == b"17\n"


def test_the_same_form_once_more_is_harmless(ledger):
    ledger.save_form("card@1", YAML, {"blank.png": PICTURE}, "archive")

    ledger.save_form("card@1", YAML, {"blank.png": PICTURE}, "operator")

    assert ledger.forms() == ["card@1"]
    assert ledger.form("card@1").by == "archive"


@pytest.mark.parametrize(
    ("yaml", "files"),
    [
        (YAML + "title: another\n", {"blank.png": PICTURE}),
        (YAML, {"blank.png": PICTURE + b"!"}),
        (YAML, {}),
        (YAML, {"blank.png": PICTURE, "more.txt": b""}),
    ],
)
def test_a_version_never_changes(ledger, yaml, files):
    ledger.save_form("card@1", YAML, {"blank.png": PICTURE}, "archive")

    with pytest.raises(BadRequest, match="raise the `version`"):
        ledger.save_form("card@1", yaml, files, "archive")

    assert ledger.form("card@1").yaml == YAML
    assert ledger.form_file("card@1", "blank.png") == PICTURE


def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(ledger):
    with pytest.raises(TooLarge, match=r"blank\.png"):
        ledger.save_form("card@1", YAML, {"blank.png": bytes(MAX_FILE_BYTES + 1)}, "archive")

    assert ledger.forms() == []


def test_forms_and_files_that_nobody_saved_are_not_found(ledger):
    ledger.save_form("card@1", YAML, {}, "archive")

    with pytest.raises(NotFound, match="card@2"):
        ledger.form("card@2")
    with pytest.raises(NotFound, match=r"blank\.png"):
        ledger.form_file("card@1", "blank.png")


def test_of_two_forms_that_are_saved_at_once_under_one_name_one_is_kept_whole(ledger):
    def save(number):
        try:
            ledger.save_form("card@1", f"{YAML}title: {number}\n", {"n.txt": str(number).encode()}, "archive")
        except BadRequest:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        n_saved = sum(pool.map(save, range(4)))

    assert n_saved == 1
    assert ledger.form("card@1").yaml == f"{YAML}title: {ledger.form_file('card@1', 'n.txt').decode()}\n"
