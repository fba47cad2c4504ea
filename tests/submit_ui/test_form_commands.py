"""form new, check, print and save, from nothing to a form that jobs may name."""

import json

import pypdfium2
import pytest
import zxingcpp

from formdigits.form_template import parse_form
from tests.drawing import CARD_YAML

FIELDS = "customer_number:8 reading:6 paid:yes,no"


@pytest.fixture
def here(tmp_path, monkeypatch, settings):
    """A folder to work in, and a data folder beside it."""
    monkeypatch.setenv("FORMDIGITS_DATA_DIR", str(settings.data))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def n_pages(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def test_from_nothing_to_a_form_that_a_job_may_name(shell, here, submit_client):
    shell.run("form", "new", "water-bill", "--fields", FIELDS, "--paper", "Letter")
    checked = shell.run("form", "check", "water-bill.yaml").output
    shell.run("form", "print", "water-bill.yaml", "--serials", "1-3")
    saved = shell.run("form", "save", "water-bill.yaml").stdout

    assert "water-bill@1 is valid, 3 fields, 16 boxes" in checked
    assert "warning" not in checked
    assert n_pages(here / "water-bill.pdf") == 3
    assert "formdigits submit scans/ --form water-bill" in saved
    assert submit_client.form("water-bill")["title"] == "Water bill"


def test_a_new_form_asks_for_its_fields(shell, here, monkeypatch):
    answers = iter(["reading:6", "paid:yes,no", ""])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))

    shell.run("form", "new", "card", "--title", "A card", "--out", "mine.yaml")

    form = parse_form((here / "mine.yaml").read_text(), "mine.yaml")
    assert [field.name for field in form.fields] == ["reading", "paid"]
    assert form.title == "A card"


def test_a_new_form_writes_over_nothing(shell, here):
    (here / "card.yaml").write_text("mine")

    answer = shell.run("form", "new", "card", "--fields", "a:1", exit_code=2)

    assert "card.yaml is there already" in answer.stderr
    assert (here / "card.yaml").read_text() == "mine"


def test_a_wrong_field_is_named_and_no_file_is_made(shell, here):
    assert "many" in shell.run("form", "new", "card", "--fields", "reading:many", exit_code=2).stderr
    assert not (here / "card.yaml").exists()


def test_a_printed_copy_says_its_number(shell, here):
    (here / "card.yaml").write_text(CARD_YAML)

    shell.run("form", "print", "card.yaml", "-o", "out.pdf", "--serials", "7-7")

    document = pypdfium2.PdfDocument(here / "out.pdf")
    picture = document[0].render(scale=3).to_numpy()
    document.close()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["test-card@1/000007"]


def test_a_batch_that_is_refused_leaves_no_file(shell, here):
    (here / "card.yaml").write_text(CARD_YAML)

    answer = shell.run("form", "print", "card.yaml", "--serials", "1-100000", exit_code=2)

    assert "in parts" in answer.stderr
    assert not (here / "test-card.pdf").exists()


def test_a_saved_form_is_printed_by_its_name(shell, here, ledger):
    ledger.save_form("test-card@1", CARD_YAML, {}, "operator")

    shell.run("form", "print", "test-card@1")

    assert n_pages(here / "test-card.pdf") == 1


def test_a_check_names_lines_mends_and_warnings(shell, here):
    (here / "wrong.yaml").write_text(CARD_YAML.replace("count: 4", "count: x"))
    (here / "plain.yaml").write_text("\n".join(li for li in CARD_YAML.splitlines() if not li.startswith("identity")))

    wrong = shell.run("form", "check", "wrong.yaml", exit_code=2).stderr
    plain = shell.run("form", "check", "plain.yaml").stderr

    assert "wrong.yaml, line 16: 'fields.0.boxes.count'" in wrong
    assert "warning: plain.yaml, the page has no code" in plain


def test_a_check_is_json_for_programs_whatever_it_finds(shell, here):
    (here / "wrong.yaml").write_text(CARD_YAML.replace("count: 4", "count: x"))
    (here / "right.yaml").write_text(CARD_YAML)

    wrong = json.loads(shell.run("form", "check", "wrong.yaml", "--json", exit_code=2).stdout)
    right = json.loads(shell.run("form", "check", "right.yaml", "--json").stdout)

    assert wrong["complaints"][0]["line"] == 16
    assert right["form"]["fields"][0]["cells"][0] == [24, 30, 8, 10]


def test_files_beside_a_form_are_saved_with_it_and_missed_when_they_are_not_there(shell, here, ledger):
    (here / "card.yaml").write_text(CARD_YAML + "    constraints: {roster: {file: meters.txt}}\n")

    missing = shell.run("form", "save", "card.yaml", exit_code=2).stderr
    (here / "meters.txt").write_text("0017\n")
    shell.run("form", "save", "card.yaml")

    assert "meters.txt" in missing
    assert ledger.form_file("test-card@1", "meters.txt") == b"0017\n"


@pytest.mark.parametrize("verb", ["print", "save"])
def test_a_file_that_is_not_there_is_said_so(shell, here, verb):
    assert "nothing.yaml" in shell.run("form", verb, "nothing.yaml", exit_code=2).stderr
