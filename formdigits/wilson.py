"""The interval around a share that was counted (E. B. Wilson, 1927): it holds for shares near 1, where others fail."""

import math

Z = 1.96
"""Of an interval that holds the true share 95 times in 100."""


def wilson(share: float, n: int) -> tuple[float, float]:
    """The interval in which the true share lies, from 0 to 1.

    Args:
        share: that was found.
        n: of how many; of none, nothing is known.
    """
    if not n:
        return 0.0, 1.0
    spread = Z**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # rounding leaves it inside
