"""What the ways to find the texts that keep a field's constraints have in common."""

from typing import NamedTuple


class Found(NamedTuple):
    """What the digits of a field alone say of its constraints.  The three masses sum to 1."""

    best: str | None
    """The digits of the most probable text that keeps them; None where none was found."""
    probability: float
    """Of that text, by the network alone."""
    kept: float
    """Of all texts together that keep the constraints."""
    broken: float
    """Of all texts that do not."""
    open: float
    """Of texts with ink that is no digit, and of those that were not looked at."""
    share_kept: float
    """Share of all texts of so many digits that keep the constraints, 0 to 1; 1 where that is not known."""
