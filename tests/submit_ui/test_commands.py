import csv
import io
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from formdigits.errors import ServerUnreachable
from formdigits.readings import Outcome
from submit_ui.cli import main
from tests.submit_ui.fakes import a_changed_field, a_failure, a_page, digit_page, digit_png, work_off


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2, 10):
        (folder / f"page-{number}.png").write_bytes(digit_png(number))
    return folder


@pytest.fixture
def read_while_waiting(ledger, broker, monkeypatch):
    """Workers that read whenever the command sleeps; gives the results that they are to find."""
    results = {}
    monkeypatch.setattr("submit_ui.client.base.sleep", lambda _: work_off(ledger, broker, results))
    return results


def test_submit_prints_the_job_and_how_to_follow_it(shell, ledger, scans):
    result = shell.run("submit", scans)

    [job] = ledger.jobs()
    assert result.stdout.strip() == job.id
    assert f"formdigits status {job.id} --wait" in result.stderr
    assert job.n_pages == 3


def test_submit_and_wait_says_how_it_went(shell, scans, read_while_waiting):
    read_while_waiting[2] = digit_page("1", Outcome.REVIEW)

    result = shell.run("submit", scans, "--wait", "--max-error", "0.01")

    assert "done, 3 of 3 pages read, 2 fields accepted, 1 to review" in result.stdout


def test_a_job_with_failed_pages_exits_with_3(shell, scans, read_while_waiting):
    read_while_waiting[2] = a_failure()

    result = shell.run("submit", scans, "--wait", "--json", exit_code=3)

    assert json.loads(result.stdout)["n_failed"] == 1


def test_ctrl_c_while_waiting_leaves_the_job_running_and_says_how_to_come_back(shell, ledger, scans, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("submit_ui.client.base.sleep", interrupt)

    result = shell.run("submit", scans, "--wait", exit_code=130)

    [job] = ledger.jobs()
    assert job.state == "running"
    assert f"formdigits status {job.id} --wait" in result.stderr


def test_status_without_a_job_lists_the_newest(shell, scans):
    job_id = shell.run("submit", scans).stdout.strip()

    assert shell.run("status").stdout.split("\t")[0] == job_id
    assert json.loads(shell.run("status", "--json").stdout)[0]["id"] == job_id


def test_results_are_a_table_json_or_csv(shell, ledger, broker, scans):
    job_id = shell.run("submit", scans).stdout.strip()
    work_off(ledger, broker, {2: a_failure(), 3: digit_page("?", Outcome.UNREADABLE)})

    lines = [line.split("\t") for line in shell.run("results", job_id).stdout.splitlines()]
    pages = json.loads(shell.run("results", job_id, "--json").stdout)
    table = list(csv.DictReader(io.StringIO(shell.run("results", job_id, "--csv").stdout)))
    review = json.loads(shell.run("results", job_id, "--json", "--only", "review").stdout)

    assert lines[0] == ["1", "page-1.png", "digit", "7", "accepted", "0.9876", ""]
    assert lines[1][1:5] == ["page-2.png", "", "no_marks: found 1 of 4 corner marks; scan the whole sheet", "failed"]
    assert [page["state"] for page in pages] == ["read", "failed", "read"]
    assert [line["digit"] for line in table] == ["7", "", "?"]
    assert [page["page"] for page in review] == [3]


def test_results_tell_what_was_read_where_a_constraint_changed_it(shell, ledger, broker, scans):
    job_id = shell.run("submit", scans).stdout.strip()
    work_off(ledger, broker, {1: a_page(a_changed_field("digit"))})

    line = shell.run("results", job_id).stdout.splitlines()[0].split("\t")

    assert line[3:] == ["18", "review", "0.9800", "13; box 2 by check_digit"]


def test_json_of_no_pages_is_an_empty_list(shell, scans):
    job_id = shell.run("submit", scans).stdout.strip()

    assert json.loads(shell.run("results", job_id, "--only", "failed", "--json").stdout) == []


def test_cancel_stops_the_job(shell, scans):
    job_id = shell.run("submit", scans).stdout.strip()

    assert "cancelled" in shell.run("cancel", job_id).stdout


def test_an_error_is_its_message_and_its_exit_code(shell, scans):
    result = shell.run("submit", scans, "--form", "no-such-form", exit_code=2)

    assert result.stderr.startswith("formdigits: there is no form template 'no-such-form'")


def test_a_file_that_cannot_be_written_is_named_without_a_traceback(shell, tmp_path):
    (tmp_path / "file").write_text("no folder")

    result = shell.run("form", "print", "water-meter-card", "--output", tmp_path / "file" / "card.pdf", exit_code=1)

    assert f"formdigits: {tmp_path / 'file' / 'card.pdf'}: not a directory" in result.stderr


def test_a_server_that_is_not_there_exits_with_7(monkeypatch):
    def nobody(*_):
        raise ServerUnreachable("no formdigits runs here")

    monkeypatch.setattr("submit_ui.client.connect", nobody)

    assert CliRunner().invoke(main, ["status"]).exit_code == 7


def test_a_retrain_is_asked_for_with_its_recipe(shell, ledger, broker):
    result = shell.run("retrain", "--epochs", "2", "--json")

    retrain_id = json.loads(result.stdout)["id"]
    assert ledger.retrain(retrain_id).recipe.epochs == 2
    assert [retrain.retrain_id for retrain in broker.retrains] == [retrain_id]
    shell.run("retrain", exit_code=5)


def test_a_retrain_is_followed_through_its_epochs(shell, ledger, broker, monkeypatch):
    def train(_):
        if broker.retrains:
            fence = ledger.claim_retrain(broker.retrains.pop().retrain_id, worker="trainer", lease_s=30)
            epoch = {"epoch": 1, "loss": 0.1, "accuracy": 0.98, "val_loss": 0.1, "val_accuracy": 0.99, "lease_s": 30}
            assert ledger.record_epoch(fence, **epoch)
            ledger.finish_retrain(fence, state="done", version="v2", promoted=True, message="")

    monkeypatch.setattr("submit_ui.client.base.sleep", train)

    result = shell.run("retrain", "--epochs", "1", "--wait")

    assert "done, made v2 and promoted it" in result.stdout


def test_the_shipped_form_is_valid_and_a_broken_one_is_told_its_line(shell, tmp_path):
    from formdigits.shipped import shipped_folder

    shipped = min(shipped_folder("forms").glob("*.yaml"))
    broken = tmp_path / "broken.yaml"
    broken.write_text(shipped.read_text().replace("title:", "titel:", 1))

    assert "is valid" in shell.run("form", "check", shipped).stdout
    assert "broken.yaml, line" in shell.run("form", "check", broken, exit_code=2).stderr


@pytest.mark.parametrize(
    "words",
    ["", "submit", "status", "results", "cancel", "pause", "resume", "retry", "priority", "purge", "rebuild",
     "tokens", "tokens list", "tokens add", "tokens remove", "retrain", "doctor",
     "models", "models list", "models promote", "models rollback", "form", "form print", "form check", "up"],
)  # fmt: skip
def test_every_verb_explains_itself_with_an_example(words):
    result = CliRunner().invoke(main, [*words.split(), "--help"])

    assert result.exit_code == 0
    assert "Example" in result.output or words in ("models", "form", "tokens")


def test_the_page_s_commands_import_nothing_heavy_for_their_help():
    code = (
        "import sys, submit_ui.cli, submit_ui.commands.jobs, submit_ui.commands.models, submit_ui.commands.forms,"
        " submit_ui.commands.doctor, submit_ui.commands.steering, submit_ui.commands.upkeep\n"
        "print({'numpy', 'pydantic', 'httpx', 'rich', 'flask', 'cv2', 'sqlalchemy', 'celery'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
