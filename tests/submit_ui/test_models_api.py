import pytest

from formdigits.model_store import ModelStore
from formdigits.model_version import ManifestDraft, read_golden


@pytest.fixture
def store(app):
    """A store with the shipped model in service."""
    store: ModelStore = app.extensions["formdigits"].models
    store.seed()
    return store


def second_version(store):
    """The shipped model once more, published as a newer version."""
    folder = store.folder(store.current())
    manifest = store.manifest(store.current())
    crops, probabilities = read_golden(folder)
    draft = ManifestDraft(**{name: getattr(manifest, name) for name in ManifestDraft.model_fields})
    return store.publish(
        folder / "mnist_cnn.h5", draft=draft, golden_crops=crops, golden_probabilities=probabilities
    ).version


def test_versions_are_listed_promoted_and_rolled_back(api, store):
    first, second = store.current(), second_version(store)

    listed = api.get("/api/v1/models").json
    promoted = api.post(f"/api/v1/models/{second}/promote").json
    rolled_back = api.post("/api/v1/models/roll-back").json

    assert [model["version"] for model in listed["models"]] == [second, first]
    assert listed["current"] == first
    assert promoted["current"] == second
    assert rolled_back["current"] == first


def test_what_is_no_version_is_not_found(api, store):
    assert api.post("/api/v1/models/nothing/promote").status_code == 404
    assert api.post("/api/v1/models/..%2F..%2Fuploads/promote").status_code == 404
    assert api.post("/api/v1/models/roll-back").status_code == 422


def test_a_report_shows_its_pictures_and_nothing_else(api, store):
    version = store.current()
    file = next(name for name in api.get("/api/v1/models").json["models"][0]["report"] if name.endswith(".png"))

    with api.get(f"/api/v1/models/{version}/report/{file}") as picture:
        assert picture.data.startswith(b"\x89PNG")
    for other in ("nothing.png", "..%2Fmanifest.json", "%2e%2e/mnist_cnn.h5"):
        assert api.get(f"/api/v1/models/{version}/report/{other}").status_code == 404


def test_one_retrain_at_a_time(api, ledger, broker):
    first = api.post("/api/v1/retrains", json={"epochs": 3})
    second = api.post("/api/v1/retrains", json={})

    assert first.status_code == 202
    assert first.json["recipe"]["epochs"] == 3
    assert [retrain.retrain_id for retrain in broker.retrains] == [first.json["id"]]
    assert second.status_code == 409
    assert second.json["error"]["code"] == "retrain_busy"


def test_a_retrain_shows_its_epochs_and_can_be_cancelled(api, ledger):
    retrain_id = api.post("/api/v1/retrains", json={}).json["id"]
    fence = ledger.claim_retrain(retrain_id, worker="trainer", lease_s=30)
    ledger.record_epoch(fence, epoch=1, loss=0.5, accuracy=0.9, val_loss=0.4, val_accuracy=0.91, lease_s=30)

    shown = api.get(f"/api/v1/retrains/{retrain_id}").json
    cancelled = api.post(f"/api/v1/retrains/{retrain_id}/cancel").json

    assert shown["epochs"] == [{"epoch": 1, "loss": 0.5, "accuracy": 0.9, "val_loss": 0.4, "val_accuracy": 0.91}]
    assert cancelled["state"] == "cancelled"
    assert api.get("/api/v1/retrains").json["retrains"][0]["id"] == retrain_id


def test_a_retrain_that_nobody_hears_of_does_not_bar_the_next(api, broker):
    broker.down = True
    unheard = api.post("/api/v1/retrains", json={})
    broker.down = False

    assert unheard.status_code == 503
    assert unheard.headers["Retry-After"] == "5"
    assert api.post("/api/v1/retrains", json={}).status_code == 202


@pytest.mark.parametrize("recipe", [{"epochs": 0}, {"epochs": "many"}, {"learning_rate": 1}])
def test_a_recipe_that_makes_no_sense_is_refused(api, recipe):
    answer = api.post("/api/v1/retrains", json=recipe)

    assert answer.status_code == 422
    assert next(iter(recipe)) in answer.json["error"]["message"]


def test_health_needs_no_token_and_says_what_works(app, broker, ledger):
    client = app.test_client()
    ledger.beat("worker-1", model_version="v1", model_error=None)

    well = client.get("/api/v1/health")
    broker.down = True
    unwell = client.get("/api/v1/health")

    assert well.json | {"version": ""} == {"status": "ok", "version": "", "ledger": True, "broker": True, "workers": 1}
    assert (unwell.status_code, unwell.json["status"], unwell.json["broker"]) == (200, "degraded", False)


def test_a_ledger_that_does_not_answer_is_503(tmp_path, broker, token):
    from formdigits.settings import Settings
    from submit_ui.app import create_app

    (tmp_path / "a-file").touch()
    database_url = f"sqlite:///{tmp_path}/a-file/ledger.db"
    settings = Settings(data_dir=tmp_path / "data", token=token, database_url=database_url)
    client = create_app(settings, broker=broker).test_client()

    health = client.get("/api/v1/health")
    jobs = client.get("/api/v1/jobs", headers={"Authorization": f"Bearer {token}"})

    assert health.status_code == jobs.status_code == 503
    assert health.json["ledger"] is False
    assert jobs.json["error"]["code"] == "server_unreachable"


def test_workers_are_listed_with_their_model(api, ledger):
    ledger.beat("worker-1", model_version="v1", model_error="v2: sha256 differs")

    [worker] = api.get("/api/v1/workers").json["workers"]

    assert (worker["worker"], worker["model_version"], worker["model_error"]) == (
        "worker-1",
        "v1",
        "v2: sha256 differs",
    )


def test_the_model_page_shows_the_version_in_service_its_workers_and_its_buttons(browser, store, ledger):
    newer = second_version(store)
    ledger.beat("worker-1", model_version="old", model_error=None)

    page = browser.read("/models")

    assert store.current() in page
    assert f'action="/models/{newer}/promote"' in page
    assert "not the current one" in page


def test_the_buttons_of_the_model_page_do_what_they_say(browser, store, ledger, broker):
    newer = second_version(store)
    csrf = {"csrf_token": browser.csrf_token("/models")}

    browser.client.post(f"/models/{newer}/promote", data=csrf)
    assert store.current() == newer
    browser.client.post("/models/roll-back", data=csrf)
    assert store.current() != newer
    browser.client.post("/retrains", data=csrf | {"epochs": "2", "seed": "1"})
    assert ledger.retrain(broker.retrains[0].retrain_id).recipe.epochs == 2
    assert "Retrain 1" in browser.read("/models")
    browser.client.post("/retrains/1/cancel", data=csrf)
    assert ledger.retrain(1).state == "cancelled"


def test_a_button_that_cannot_do_it_says_why(browser, store):
    browser.client.post("/models/roll-back", data={"csrf_token": browser.csrf_token()})

    assert "no earlier model version" in browser.read("/models")
