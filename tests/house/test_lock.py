"""The lock in requirements/ is in step with pyproject.toml, and pip can trust every line of it."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import text

LOCKS = ("run", "dev", "web", "second-opinion", "evaluate", "bootstrap")
PROJECT = tomllib.loads(text("pyproject.toml"))
EXTRAS = PROJECT["project"]["optional-dependencies"]


def locked(name: str) -> dict[str, set[str]]:
    """Versions by package; one package may have several, for different Pythons."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", text(f"requirements/{name}.txt"), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


def wanted(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return [Requirement(line) for line in lines]


def missing(lock: str, requirements: list[Requirement]) -> list[str]:
    versions = locked(lock)
    return [
        str(requirement)
        for requirement in requirements
        if not any(map(requirement.specifier.contains, versions.get(canonicalize_name(requirement.name), ())))
    ]


def test_every_package_that_formdigits_needs_is_locked():
    assert not missing("run", wanted("model", "web", "embedded", "postgresql"))


def test_every_package_that_the_page_needs_is_locked_and_a_neural_network_is_not():
    assert not missing("web", wanted("web", "postgresql"))
    assert not {"tensorflow", "keras"} & set(locked("web"))


def test_the_other_reader_is_an_extra_of_its_own():
    assert not missing("second-opinion", wanted("second-opinion"))
    assert not {"rapidocr"} & (set(locked("run")) | set(locked("web")))


def test_every_package_that_the_checks_need_is_locked():
    groups = PROJECT["dependency-groups"]
    lines = [line for group in ("build", "dev") for line in groups[group] if isinstance(line, str)]

    assert not missing("dev", [Requirement(line) for line in lines])


@pytest.mark.parametrize("lock", ["run", "web", "second-opinion"])
def test_what_runs_is_what_was_tested(lock):
    tested = locked("dev")

    assert {name: versions for name, versions in locked(lock).items() if versions != tested.get(name)} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(lock):
    lines = [
        line for line in text(f"requirements/{lock}.txt").splitlines() if line and not line.lstrip().startswith("#")
    ]

    pins = [line for line in lines if not line.startswith(" ")]

    assert all(re.fullmatch(r"[\w.-]+==\S+( ; .+)? \\", pin) for pin in pins)
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines if line.startswith(" "))
