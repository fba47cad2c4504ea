"""How much a constraint says of an answer, before its digits are looked at.

People write numbers that break their own rule: they slip, copy wrongly, or stand in no list yet.  So a text that keeps
its constraints is more likely than one that does not, and never certain.
"""

from typing import NamedTuple

WRITTEN_WRONG = 0.01
"""Share of numbers that are written wrong, or are true although no constraint knows them.

A guess on the high side.  A higher one sends more to review and repairs less.
"""
MOST_GAIN = 10.0
"""A constraint says as much as one check digit at most.

However few texts keep it, a slip of the pen ends near one of them: of all wrong numbers one in a million is in a roster
of a hundred among a hundred million, but of the wrong digits about a number of the roster one in ten is.
"""


class Weights(NamedTuple):
    """How many times as likely a text is as the digits alone say.  One that neither keeps nor breaks them has 1."""

    kept: float
    broken: float


def weights_for(share_kept: float) -> Weights:
    """The weights of a constraint that a share of all texts keeps, 0 to 1."""
    gain = min(MOST_GAIN, 1 / share_kept) if share_kept else 1.0
    return Weights((1 - WRITTEN_WRONG) * gain, WRITTEN_WRONG)
