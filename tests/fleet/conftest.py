"""Four hosts with a whole formdigits on them, and what was seen of them written down."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.formdigits_on_hosts import FormdigitsOnHosts
from tests.fleet.hosts import Fleet, why_not

RESULTS = Path(__file__).resolve().parents[2] / "fleet-results"


@pytest.fixture(scope="module", params=["rabbitmq", "valkey"])
def formdigits(request, tmp_path_factory) -> Iterator[FormdigitsOnHosts]:
    """The page and the trainer on one host, workers on two, the stores on a fourth.

    Skips where this machine cannot be several.
    """
    if reason := why_not():
        pytest.skip(reason)
    with Fleet() as fleet, pytest.MonkeyPatch.context() as monkeypatch:
        made = FormdigitsOnHosts(fleet, broker=request.param, folder=tmp_path_factory.mktemp("data"))
        for name, value in made.s3.items():
            monkeypatch.setenv(name, value)
        with made as running:
            yield running
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{request.param}.json").write_text(json.dumps(running.seen | {"cores": os.cpu_count()}, indent=1))
