import time

import pytest

from formdigits.ledger import Ledger, open_ledger
from formdigits.settings import Settings
from submit_ui.checks import run_checks
from submit_ui.secret_file import ensure_token


@pytest.fixture
def idle(tmp_path):
    return Settings(data_dir=tmp_path / "data")


def found(settings):
    return {finding.check: finding for finding in run_checks(settings)}


def test_nothing_is_wrong_with_a_machine_on_which_formdigits_never_ran(idle):
    states = {check: finding.state for check, finding in found(idle).items()}

    assert states["python"] == states["forms"] == "ok"
    assert states["ledger"] == states["model"] == states["broker"] == states["page"] == states["workers"] == "off"


def test_a_page_that_the_settings_name_must_answer(idle):
    settings = idle.model_copy(update={"url": "http://127.0.0.1:9", "token": "t"})

    assert found(settings)["page"].state == "bad"


def test_secrets_that_others_may_read_are_found_with_the_mend(idle):
    ensure_token(idle)
    assert found(idle)["secrets"].state == "ok"

    (idle.data / "token").chmod(0o644)

    finding = found(idle)["secrets"]
    assert finding.state == "bad"
    assert f"chmod 600 {idle.data / 'token'}" in finding.text


@pytest.mark.parametrize(("ahead_s", "state"), [(0.5, "ok"), (90, "bad")])
def test_a_database_with_another_time_is_found(idle, monkeypatch, ahead_s, state):
    elsewhere = idle.model_copy(update={"database_url": idle.ledger_url})
    monkeypatch.setattr(Ledger, "clock", lambda _: time.time() + ahead_s)

    assert found(elsewhere)["clock"].state == state


def test_the_ledger_s_clock_is_this_machine_s_where_it_is_a_file(idle):
    before = time.time()

    told = open_ledger(idle.ledger_url).clock()

    assert before - 1 < told < time.time() + 1


def test_a_bucket_that_is_not_there_is_found(idle, s3_bucket):
    away = idle.model_copy(update={"uploads_url": "s3://no-such-bucket/uploads"})

    assert found(idle)["s3"].state == "off"
    assert found(away)["s3"].state == "bad"


def test_a_bucket_that_can_be_listed_is_well(idle, s3_bucket):
    there = idle.model_copy(update={"uploads_url": f"{s3_bucket}/uploads"})

    assert found(there)["s3"].state == "ok"


def test_a_broken_form_is_found_with_its_file(idle):
    (idle.data / "forms").mkdir(parents=True)
    (idle.data / "forms" / "mine.yaml").write_text("id: [")

    finding = found(idle)["forms"]

    assert finding.state == "bad"
    assert "mine.yaml" in finding.text


@pytest.mark.parametrize("by_people", [True, False])
def test_a_newer_shipped_model_is_told_with_the_way_to_take_it(idle, by_people):
    from formdigits.model_pointer import Pointer, seeded
    from formdigits.model_store import POINTER_FILE, ModelStore
    from tests.models import publish

    store = ModelStore(idle.models)
    store.seed()
    shipped, older = store.current(), "20000101T000000000Z-00000001"
    store.folder(publish(store, b"older")).rename(idle.models / "versions" / older)
    pointer = Pointer(version=older) if by_people else seeded(older, None)
    (idle.models / POINTER_FILE).write_text(pointer.model_dump_json())

    finding = found(idle)["model"]

    way = f"`formdigits models promote {shipped}`" if by_people else "start formdigits again"
    assert finding.state == "ok"
    assert finding.text.endswith(f"{shipped} came with formdigits and is newer; to read with it: {way}")


def test_a_model_file_that_changed_is_found(idle):
    from formdigits.model_store import ModelStore

    store = ModelStore(idle.models)
    store.seed()
    assert found(idle)["model"].state == "ok"

    (store.folder(store.current()) / "mnist_cnn.h5").write_bytes(b"damaged")

    assert found(idle)["model"].state == "bad"
