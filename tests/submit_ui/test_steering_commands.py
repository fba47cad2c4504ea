"""pause, resume, retry, priority, purge, rebuild and tokens, as a person types them."""

import json

import pytest

from tests.submit_ui.fakes import a_failure, digit_png, work_off


@pytest.fixture
def job_id(shell, tmp_path):
    """A job of two scans that nobody has read yet."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"page-{number}.png").write_bytes(digit_png(number))
    return shell.run("submit", folder).stdout.strip()


def test_a_job_is_paused_and_resumed(shell, job_id, ledger):
    assert f"job {job_id}: paused" in shell.run("pause", job_id).stdout
    assert ledger.progress(job_id).state == "paused"
    assert f"job {job_id}: running" in shell.run("resume", job_id).stdout


def test_pausing_what_is_done_is_refused_with_the_reason(shell, job_id, ledger, broker):
    work_off(ledger, broker)

    assert "only a running job can be paused" in shell.run("pause", job_id, exit_code=2).stderr


def test_failed_pages_are_read_again(shell, job_id, ledger, broker):
    work_off(ledger, broker, {2: a_failure()})

    result = shell.run("retry", job_id)

    assert result.stdout.startswith("1 pages are read again")
    assert json.loads(shell.run("retry", job_id, "--json", exit_code=2).stdout or "null") is None


def test_a_priority_is_given_with_the_job_and_changed_later(shell, job_id, ledger, tmp_path):
    hurried = shell.run("submit", tmp_path / "scans", "--priority", "high").stdout.strip()

    assert "low priority" in shell.run("priority", job_id, "low").stdout
    assert (ledger.progress(hurried).priority, ledger.progress(job_id).priority) == ("high", "low")


def test_the_same_key_is_the_same_job(shell, tmp_path, job_id):
    first, second = (shell.run("submit", tmp_path / "scans", "--key", "mine").stdout for _ in range(2))

    assert first == second
    assert first.strip() != job_id


def test_a_purge_shows_what_goes_and_asks(shell, job_id, ledger, broker, monkeypatch):
    work_off(ledger, broker)

    kept = shell.run("purge", job_id, exit_code=1)  # nobody answers
    gone = shell.run("purge", job_id, "--yes")

    assert f"job {job_id}: done" in kept.stderr
    assert "1 jobs with 2 pages are gone" in gone.stdout
    assert ledger.jobs() == []


def test_old_jobs_are_purged_together(shell, job_id, ledger, broker):
    work_off(ledger, broker)

    young = json.loads(shell.run("purge", "--older-than", "30d", "--yes", "--json").stdout)
    old = json.loads(shell.run("purge", "--older-than", "0min", "--yes", "--json").stdout)

    assert young == {"n_jobs": 0, "n_pages": 0}
    assert old == {"n_jobs": 1, "n_pages": 2}


@pytest.mark.parametrize("words", [[], ["abc", "--older-than", "1d"], ["--older-than", "soon"]])
def test_a_purge_needs_one_thing_to_purge(shell, words):
    shell.run("purge", *words, exit_code=2)


def test_rebuild_says_what_it_sent(shell, job_id, broker):
    broker.read.clear()

    assert shell.run("rebuild").stdout.startswith("1 chunks wait again, 1 messages sent")
    assert len(broker.read) == 1


def test_a_token_is_made_listed_and_removed(shell, app):
    made = shell.run("tokens", "add", "archive", "--scope", "read", "--quota", 500)
    listed = shell.run("tokens", "list").stdout.split("\t")
    as_json = json.loads(shell.run("tokens", "list", "--json").stdout)
    answer = app.test_client().get("/api/v1/jobs", headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    removed = shell.run("tokens", "remove", "archive")

    assert answer.status_code == 200
    assert "the only time" in made.stderr
    assert listed[:3] == ["archive", "read", "500"]
    assert as_json[0]["name"] == "archive"
    assert "opens nothing" in removed.stdout
    assert json.loads(shell.run("tokens", "list", "--json").stdout) == []


def test_a_submit_that_has_to_wait_says_what_for(shell, job_id, app, broker, tmp_path, monkeypatch):
    intake = app.extensions["formdigits"].intake
    broker.down = True
    intake.look()

    def recover(_):
        broker.down = False
        intake.look()

    monkeypatch.setattr("submit_ui.connection.sleep", recover)

    result = shell.run("submit", tmp_path / "scans")

    assert "the broker does not answer; trying again in 5 s" in result.stderr
    assert result.stdout.strip()
