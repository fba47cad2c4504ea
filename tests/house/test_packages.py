"""What is imported is asked for: a package that happens to be on this machine is missing on the next."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import PROGRAMS, text, texts

PROJECT = tomllib.loads(text("pyproject.toml"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
OURS = {*PROGRAMS, "tests", "samples", "bench"}
COMPANIONS = {
    "amqp": "celery",
    "billiard": "celery",
    "botocore": "s3fs",
    "kombu": "celery",
    "redis": "celery",  # its extra pins the releases that work
    "pydantic-core": "pydantic",
    "werkzeug": "flask",
}
"""Packages that come with another one by its promise, and that one."""
NAMED_OTHERWISE = {"HersheyFonts": "hershey-fonts", "sklearn": "scikit-learn"}
"""Packages that are imported by another name, and are not on every machine."""


def asked_for(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(folders: set[str]) -> set[str]:
    """Packages that the code in these folders imports from elsewhere."""
    sources = {name: text for name, text in texts(".py").items() if name.split("/")[0] in folders}
    names = {name.partition(".")[0] for source in sources.values() for name in names_in(source)}
    providers = packages_distributions()
    foreign = names - set(sys.stdlib_module_names) - OURS
    packages = {canonicalize_name(providers.get(name, [NAMED_OTHERWISE.get(name, name)])[0]) for name in foreign}
    return {COMPANIONS.get(package, package) for package in packages}


def names_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize(
    ("folders", "extras"),
    [
        ({"formdigits"}, ["s3"]),
        ({"formdigits", "submit_ui"}, ["web", "embedded", "s3"]),
        ({"formdigits", "worker", "trainer"}, ["model", "s3"]),
    ],
)
def test_every_package_that_a_program_imports_is_asked_for(folders, extras):
    asked = asked_for(PROJECT["project"]["dependencies"] + [line for extra in extras for line in EXTRAS[extra]])

    assert imported(folders) <= asked


def test_every_package_that_the_benches_import_is_asked_for():
    lines = [line for extra in ("model", "web", "embedded", "second-opinion") for line in EXTRAS[extra]]
    lines += [line for line in PROJECT["dependency-groups"]["evaluate"] if isinstance(line, str)]

    assert imported({"bench"}) <= asked_for(PROJECT["project"]["dependencies"] + lines)


def test_every_package_that_the_tests_import_is_asked_for():
    lines = [line for name, extra in EXTRAS.items() if name != "all" for line in extra]
    lines += [line for line in PROJECT["dependency-groups"]["dev"] if isinstance(line, str)]

    assert imported({"tests", "samples"}) <= asked_for(PROJECT["project"]["dependencies"] + lines)


def test_no_package_is_asked_for_in_vain():
    drivers = {"gunicorn", "psycopg"}  # named in a command and in an address, and imported by neither

    assert asked_for(PROJECT["project"]["dependencies"]) | asked_for(EXTRAS["model"] + EXTRAS["web"]) <= (
        imported(set(PROGRAMS)) | drivers
    )
