"""Numbers that people wrote, without boxes, and the shipped network."""

import numpy as np
import pytest

from samples.free_digits import write_number
from samples.pen import load_test_digits
from worker.free_field import decode, segment

pytestmark = pytest.mark.keras
N = 30


def read_numbers(network, touching):
    """Draw numbers and read them with their length known; pairs of truth and reading."""
    digits, pairs = load_test_digits(), []
    for number in range(N):
        rng = np.random.default_rng([7, number])
        length = int(rng.integers(3, 9))
        drawn = write_number(digits, rng, length=length, touching=touching, point=number % 4 == 0)
        lattice = segment(drawn.picture, drawn.px_per_mm, (length, length))
        probabilities = network.predict(np.stack(lattice.crops))
        pairs.append((drawn.text, decode(lattice, probabilities, (length, length))))
    return pairs


def test_nearly_all_numbers_are_read_where_digits_do_not_touch(shipped):
    pairs = read_numbers(shipped, touching=0.0)

    assert sum(truth == field.text for truth, field in pairs) >= 0.8 * N


def test_most_numbers_are_read_where_digits_touch_and_what_is_sure_is_right(shipped):
    pairs = read_numbers(shipped, touching=0.2)

    assert sum(truth == field.text for truth, field in pairs) >= 0.6 * N
    assert all(truth == field.text for truth, field in pairs if field.confidence > 0.99)
