import pytest

from formdigits.settings import Settings
from submit_ui.checks import run_checks


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


def test_a_broken_form_is_found_with_its_file(idle):
    (idle.data / "forms").mkdir(parents=True)
    (idle.data / "forms" / "mine.yaml").write_text("id: [")

    finding = found(idle)["forms"]

    assert finding.state == "bad"
    assert "mine.yaml" in finding.text


def test_a_model_file_that_changed_is_found(idle):
    from formdigits.model_store import ModelStore

    store = ModelStore(idle.models)
    store.seed()
    assert found(idle)["model"].state == "ok"

    (store.folder(store.current()) / "mnist_cnn.h5").write_bytes(b"damaged")

    assert found(idle)["model"].state == "bad"
