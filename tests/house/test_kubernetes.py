"""deploy/kubernetes is what Kubernetes takes, gives nobody more rights than needed, and asks for what exists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml

from formdigits.ledger import Overview
from formdigits.settings import Settings
from submit_ui.api.overview import overview_json
from submit_ui.app import create_app
from tests.house.checkout import HOME

FOLDER = HOME / "deploy" / "kubernetes"
KUBERNETES = "1.34"
"""The release whose schemas are asked."""
OTHERS_SCHEMAS = ("kustomize.config.k8s.io", "keda.sh")
MARGIN_S = 10
PROGRAMS = {"web", "worker", "trainer"}

Document = dict[str, Any]


def documents_in(path: Path) -> list[Document]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


FILES = {str(path.relative_to(FOLDER)): documents_in(path) for path in sorted(FOLDER.rglob("*.yaml"))}
PATCHES = {
    str((FOLDER / name).parent.joinpath(patch["path"]).relative_to(FOLDER))
    for name, documents in FILES.items()
    for document in documents
    for patch in document.get("patches", [])
}
WHOLE = {
    f"{name}: {document['kind']} {document['metadata']['name']}": document
    for name, documents in FILES.items()
    if name not in PATCHES
    for document in documents
    if "metadata" in document
}
SETTINGS = {
    name: value
    for path in FOLDER.rglob("*.env")
    for name, _, value in (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
}
PODS = {name: one["spec"]["template"]["spec"] for name, one in WHOLE.items() if "template" in one.get("spec", {})}
OURS = {
    container["name"]: (pod, container)
    for pod in PODS.values()
    for container in pod["containers"]
    if container["name"] in PROGRAMS
}


def kind(wanted: str) -> list[Document]:
    return [document for document in WHOLE.values() if document["kind"] == wanted]


@pytest.mark.parametrize("name", WHOLE)
def test_kubernetes_knows_every_field(name):
    document = WHOLE[name]
    if document["apiVersion"].startswith(OTHERS_SCHEMAS):
        return

    kubernetes_validate.validate(document, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("kustomization.yaml")])
def test_what_a_kustomization_puts_together_is_there(name):
    [kustomization] = FILES[name]
    here = (FOLDER / name).parent
    folders = [here / part for part in kustomization.get("resources", []) + kustomization.get("components", [])]
    patches = [here / patch["path"] for patch in kustomization.get("patches", [])]
    settings = [here / name for one in kustomization.get("configMapGenerator", []) for name in one.get("envs", [])]

    missing = [str(path) for path in folders if not (path.is_file() or (path / "kustomization.yaml").is_file())]

    assert not missing
    assert not [str(path) for path in patches + settings if not path.is_file()]


def test_no_file_is_left_out():
    named = set(PATCHES)
    for name, documents in FILES.items():
        for part in documents[0].get("resources", []) if name.endswith("kustomization.yaml") else []:
            named.add(str((FOLDER / name).parent.joinpath(part).relative_to(FOLDER)))

    left = {name for name in FILES if not name.endswith("kustomization.yaml")} - named

    assert left == {"base/secrets.example.yaml"}


@pytest.mark.parametrize("patch", sorted(PATCHES))
def test_a_patch_changes_what_exists(patch):
    existing = {(document["kind"], document["metadata"]["name"]) for document in WHOLE.values()}

    assert all((document["kind"], document["metadata"]["name"]) in existing for document in FILES[patch])


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_rights(name):
    pod = PODS[name]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert not [volume for volume in pod.get("volumes", []) if "hostPath" in volume]


@pytest.mark.parametrize("name", PODS)
def test_a_container_has_no_rights_and_says_what_it_needs(name):
    for container in PODS[name]["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert {"livenessProbe", "readinessProbe"} <= container.keys()


def test_every_setting_is_one():
    secret = {name for document in kind("Secret") for name in document["stringData"]}
    literal = {
        literal.partition("=")[0]
        for documents in FILES.values()
        for generated in documents[0].get("configMapGenerator", [])
        for literal in generated.get("literals", [])
    }

    given = {name for name in SETTINGS.keys() | secret | literal if name.startswith("FORMDIGITS_")}

    assert given <= {f"FORMDIGITS_{name.upper()}" for name in Settings.model_fields}


def test_the_example_has_every_secret_that_is_asked_for():
    have = {document["metadata"]["name"] for document in kind("Secret")}

    asked = {name for document in WHOLE.values() for name in secrets_in(document)}

    assert asked - {"formdigits-passwords"} == have  # that one is explained where it is asked for


def test_a_worker_starts_as_many_processes_as_it_asks_for_cores():
    _, container = OURS["worker"]

    assert SETTINGS["FORMDIGITS_WORKER_PROCESSES"] == container["resources"]["requests"]["cpu"]


def test_the_page_knows_the_names_that_it_is_asked_for_by():
    _, web = OURS["web"]
    [scaled] = kind("ScaledObject")
    hosts = {header["value"] for name in web if "Probe" in name for header in web[name]["httpGet"]["httpHeaders"]}
    asked = hosts | {str(urlsplit(scaled["spec"]["triggers"][0]["metadata"]["url"]).hostname)}

    for path in FOLDER.rglob("settings.env"):
        [trusted] = [line for line in path.read_text().splitlines() if line.startswith("FORMDIGITS_TRUSTED_HOSTS=")]

        assert asked <= set(trusted.partition("=")[2].split(","))


def secrets_in(node: Any) -> Iterator[str]:
    """Names of secrets, wherever something refers to one."""
    if isinstance(node, list):
        for item in node:
            yield from secrets_in(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("secretRef", "secretKeyRef"):
                yield value["name"]
            elif key == "secretName":
                yield value
            elif key == "secretTargetRef":
                yield from (one["name"] for one in value)
            else:
                yield from secrets_in(value)


def test_a_message_may_be_read_to_its_end_before_a_pod_goes():
    pod, _ = OURS["worker"]

    assert pod["terminationGracePeriodSeconds"] > Settings().time_limit_s + MARGIN_S


def test_the_page_is_asked_where_it_answers(tmp_path):
    _, web = OURS["web"]
    client = create_app(Settings(data_dir=tmp_path)).test_client()
    probes = [web[name]["httpGet"] for name in ("livenessProbe", "readinessProbe", "startupProbe")]

    for probe in probes:
        host = {header["name"]: header["value"] for header in probe["httpHeaders"]}["Host"]
        answer = client.get(probe["path"], headers={"Host": host})

        assert answer.status_code in (200, 503)
        assert answer.is_json


@pytest.mark.parametrize("program", ["worker", "trainer"])
def test_workers_are_asked_at_their_own_port(program):
    _, container = OURS[program]

    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    probed = {
        (container[name]["httpGet"]["path"], container[name]["httpGet"]["port"])
        for name in container
        if "Probe" in name
    }

    assert str(ports["metrics"]) == SETTINGS["FORMDIGITS_METRICS_PORT"]
    assert probed == {("/live", "metrics"), ("/ready", "metrics")}


def test_workers_are_counted_by_a_number_that_the_page_gives():
    [scaled] = kind("ScaledObject")
    [trigger] = scaled["spec"]["triggers"]
    nothing = Overview(**dict.fromkeys(Overview._fields, 0) | {"jobs": {}, "counters": {}})

    shown = overview_json(nothing, [], None)

    assert isinstance(shown[trigger["metadata"]["valueLocation"]], int)
    assert scaled["spec"]["scaleTargetRef"]["name"] in {one["metadata"]["name"] for one in kind("Deployment")}
    assert trigger["metadata"]["url"].endswith("/api/v1/overview")
    assert scaled["spec"]["minReplicaCount"] >= 1


def test_a_deployment_that_is_scaled_states_no_number_of_its_own():
    [scaled] = kind("ScaledObject")
    [target] = [
        one for one in kind("Deployment") if one["metadata"]["name"] == scaled["spec"]["scaleTargetRef"]["name"]
    ]

    assert "replicas" not in target["spec"]
