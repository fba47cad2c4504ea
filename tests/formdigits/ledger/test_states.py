"""Any order of submit, hand out, claim, commit, expire, release, sweep, pause, cancel, retry, repair and purge."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from formdigits.ledger import open_ledger
from tests.formdigits.ledger.any_order import LedgerInAnyOrder


@pytest.fixture
def machine(ledger_url) -> Iterator[type[LedgerInAnyOrder]]:
    ledger = open_ledger(ledger_url)
    yield type("LedgerInAnyOrder", (LedgerInAnyOrder,), {"ledger": ledger})
    ledger.close()


def test_every_page_ends_exactly_once_in_any_order_of_events(machine, ledger_url):
    examples = 60 if ledger_url.startswith("sqlite") else 12
    bounds = settings(
        max_examples=examples,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    run_state_machine_as_test(machine, settings=bounds)
