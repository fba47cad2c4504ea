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
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
VARIABLE = re.compile(r"\$\{(\w+)")


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


def test_every_setting_that_a_container_gets_is_one():
    given = {name for service in OURS.values() for name in service["environment"] if name.startswith("FORMDIGITS_")}
    given |= set(re.findall(r"\b(FORMDIGITS_\w+)=", text("Dockerfile")))

    assert given <= {f"FORMDIGITS_{name.upper()}" for name in Settings.model_fields}


def test_every_variable_is_explained_in_the_example():
    asked = set(VARIABLE.findall(text("docker-compose.yml")))

    assert asked == set(re.findall(r"^#? ?([A-Z_]+)=", text(".env.example"), re.MULTILINE))


def test_no_secret_stands_in_the_file():
    secrets = [
        f"{name}: {value}"
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if re.search(r"PASSWORD|TOKEN|SECRET|AUTH", name)
    ]

    assert secrets
    assert not [secret for secret in secrets if not re.search(r": \$\{\w+(:\?[^}]+)?\}$", secret)]


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
    assert re.search(r"^USER formdigits$", text("Dockerfile"), re.MULTILINE)


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
