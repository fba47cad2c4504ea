"""docker-compose.yml names what exists, holds no secret, and opens no door to other machines."""

import re
import runpy
from importlib.util import find_spec

import pytest
import yaml

from formdigits.broker import make_celery
from formdigits.messages import READ_QUEUE, TRAIN_QUEUE
from formdigits.settings import Settings
from tests.house.checkout import HOME, PROGRAMS, text

COMPOSE = yaml.safe_load(text("docker-compose.yml"))
SERVICES = COMPOSE["services"]
OVERRIDES = {name: yaml.safe_load(text(f"deploy/compose/{name}.yml")) for name in ("rabbitmq", "s3")}
FILES = [text("docker-compose.yml"), *(text(f"deploy/compose/{name}.yml") for name in OVERRIDES)]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
VARIABLE = re.compile(r"\$\{(\w+)")
MARGIN_S = 10


def module_names(source: str) -> set[str]:
    return set(re.findall(rf"\b((?:{'|'.join(PROGRAMS)})\.\w+)", source))


def test_the_services_are_the_ones_that_the_documents_name():
    always = {name for name, service in SERVICES.items() if "profiles" not in service}

    assert always == {"broker", "database", "web", "worker", "trainer"}
    assert set(SERVICES) - always == {"flower"}


def test_every_module_that_a_container_starts_exists():
    named = module_names(text("Dockerfile")) | module_names(text("docker-compose.yml"))

    assert named >= {"worker.app", "trainer.app", "submit_ui.app", "submit_ui.gunicorn_conf"}
    assert not [name for name in named if find_spec(name) is None]


@pytest.mark.parametrize(("service", "queue"), [("worker", READ_QUEUE), ("trainer", TRAIN_QUEUE)])
def test_every_worker_takes_from_its_own_queue(service, queue):
    command = SERVICES[service]["command"]

    assert command[command.index("-Q") + 1] == queue
    assert {"--without-gossip", "--without-mingle", "--without-heartbeat"} <= set(command)


@pytest.mark.parametrize("service", ["worker", "trainer"])
def test_a_message_may_be_read_to_its_end_before_a_container_stops(service):
    grace_s = int(SERVICES[service]["stop_grace_period"].removesuffix("s"))

    assert grace_s > Settings().time_limit_s + MARGIN_S


def test_a_worker_can_write_nothing_but_the_ledger():
    mounts = [mount.rpartition(":")[2] for mount in SERVICES["worker"]["volumes"]]

    assert set(mounts) == {"ro"}
    assert not [mount for mount in SERVICES["worker"]["volumes"] if mount.startswith("data:")]  # the token lies there


@pytest.mark.parametrize("name", OVERRIDES)
def test_what_is_run_in_another_way_is_what_there_is(name):
    changed = OVERRIDES[name]["services"]
    settings = {key for service in changed.values() for key in service["environment"] if key.startswith("FORMDIGITS_")}

    assert set(changed) <= set(SERVICES)
    assert {"web", "worker", "trainer"} <= set(changed)
    assert settings <= {f"FORMDIGITS_{setting.upper()}" for setting in Settings.model_fields}


def test_a_broker_that_is_named_in_another_way_can_be_used():
    urls = {
        service["environment"].get("FORMDIGITS_BROKER_URL") for service in OVERRIDES["rabbitmq"]["services"].values()
    }
    [url] = {re.sub(r"\$\{.*?\}", "secret", url) for url in urls - {None}}

    assert make_celery(Settings(broker_url=url)).conf.task_queues["read"]["queue_arguments"]["x-queue-type"] == "quorum"


def test_every_setting_that_a_container_gets_is_one():
    given = {name for service in OURS.values() for name in service["environment"] if name.startswith("FORMDIGITS_")}
    given |= set(re.findall(r"\b(FORMDIGITS_\w+)=", text("Dockerfile")))

    assert given <= {f"FORMDIGITS_{name.upper()}" for name in Settings.model_fields}


def test_every_variable_is_explained_in_the_example():
    asked = {variable for file in FILES for variable in VARIABLE.findall(file)}

    assert asked == set(re.findall(r"^#? ?([A-Z_]+)=", text(".env.example"), re.MULTILINE))


def test_no_secret_stands_in_the_file():
    services = [*SERVICES.values(), *(one for other in OVERRIDES.values() for one in other["services"].values())]
    secrets = [
        f"{name}: {value}"
        for service in services
        for name, value in service.get("environment", {}).items()
        if re.search(r"PASS|TOKEN|SECRET|AUTH|ACCESS_KEY", name)
    ]

    assert secrets
    assert not [secret for secret in secrets if not re.search(r": \$\{\w+(:[?-][^}]*)?\}$", secret)]


def test_nothing_is_reachable_from_another_machine():
    ports = {name: port for name, service in SERVICES.items() for port in service.get("ports", [])}

    assert list(ports) == ["web", "flower"]
    assert all(port.startswith("127.0.0.1:") for port in ports.values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_comes_back_after_it_died(name):
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service
    assert "container_name" not in service  # it would keep the service from being scaled


@pytest.mark.parametrize("name", OURS)
def test_every_program_runs_without_rights(name):
    service = OURS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 10001$", text("Dockerfile"), re.MULTILINE)  # a number, which Kubernetes can tell from root


@pytest.mark.parametrize("name", OURS)
def test_every_image_is_a_stage_of_the_dockerfile(name):
    assert OURS[name]["build"]["target"] in re.findall(r"^FROM \S+ AS (\S+)$", text("Dockerfile"), re.MULTILINE)


def test_every_volume_is_declared():
    mounts = [mount.partition(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    named = {mount for mount in mounts if re.fullmatch(r"\w+", mount)} | {"scans"}  # where SCANS names no folder

    assert named == set(COMPOSE["volumes"])


def test_flower_hears_the_same_broker_as_the_workers():
    told = runpy.run_path(str(HOME / "deploy/flower/celeryconfig.py"))
    ours = make_celery(Settings(broker_url="redis://broker/0")).conf

    assert told["broker_transport_options"].items() <= ours.broker_transport_options.items()
    assert told["accept_content"] == ours.accept_content
    assert told["task_default_queue"] == ours.task_default_queue
    assert SERVICES["flower"]["volumes"] == ["./deploy/flower:/data:ro"]
