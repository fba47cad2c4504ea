"""Fifty publishes and roll-backs under a process that reads: one whole version a batch, and no memory that is lost."""

import time

import psutil
import pytest

from formdigits.model_store import ModelStore
from tests.worker.reader_under_load import Reader
from tests.worker.telling_models import publish
from worker.model_in_service import ModelInService

pytestmark = [pytest.mark.chaos, pytest.mark.keras]

N_SWAPS = 50
N_WARM_UP = 5
MOST_GROWTH_BYTES = 100_000_000


def test_fifty_swaps_under_load(tmp_path, capsys):
    from worker.digit_classifier import DigitClassifier

    store = ModelStore(tmp_path / "models")
    digit_of = {publish(store, tmp_path, 0): 0}
    store.promote(*digit_of)
    service = ModelInService(store, DigitClassifier)
    process, rss_bytes, picked_up_s = psutil.Process(), [], []
    service.follow(each_look=lambda: None)

    with Reader(service) as reader:
        for number in range(N_SWAPS):
            if number % 5 == 4:
                store.roll_back()
            else:
                version = publish(store, tmp_path, number % 10)
                digit_of[version] = number % 10
                store.promote(version)
            promoted_at_s = time.monotonic()
            while service.classifier.version != store.current():
                assert service.error is None
                time.sleep(0.01)
            picked_up_s.append(time.monotonic() - promoted_at_s)
            rss_bytes.append(process.memory_info().rss)

    growth_bytes = rss_bytes[-1] - rss_bytes[N_WARM_UP]
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{N_SWAPS} swaps under {sum(reader.said.values()):,} batches: picked up after"
            f" {sorted(picked_up_s)[N_SWAPS // 2]:.2f} s (median), {max(picked_up_s):.2f} s at most;"
            f" memory {rss_bytes[N_WARM_UP] / 1e6:.0f} MB, then {growth_bytes / 1e6:+.0f} MB"
        )
    assert {(version, digit_of[version]) for version, *_ in reader.said} == set(reader.said)
    assert len({version for version, *_ in reader.said}) > N_SWAPS // 2
    assert growth_bytes < MOST_GROWTH_BYTES
