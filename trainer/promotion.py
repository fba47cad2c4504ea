"""Whether a candidate may replace the current model, and why."""

from typing import NamedTuple

from trainer.examination import Result

ALLOWED_LOSS = 0.002
"""A candidate may be this much less accurate: on a few thousand digits that is chance."""


class Decision(NamedTuple):
    """What became of a candidate."""

    promote: bool
    reasons: tuple[str, ...]
    """One sentence for every comparison."""

    @property
    def message(self) -> str:
        return f"{'promoted' if self.promote else 'kept as a candidate'}: {'; '.join(self.reasons)}"


def compare(candidate: Result, current: Result | None) -> Decision:
    """Decide from how both did on the same frozen crops.

    Args:
        candidate: the new network.
        current: the one in service; None where there is none that could be measured.
    """
    if current is None:
        return Decision(promote=True, reasons=("there is no current model to compare with",))
    allowed = by_chance(current.n_surest_wrong)
    comparisons = (
        is_as_accurate("digits", candidate.accuracy, current.accuracy),
        is_as_accurate("worn digits", candidate.worn_accuracy, current.worn_accuracy),
        (
            candidate.n_surest_wrong <= allowed,
            f"wrong among the surest {candidate.n_surest_wrong}, now {current.n_surest_wrong}, {allowed} allowed",
        ),
    )
    reasons = tuple(f"{text} ({'passed' if passed else 'failed'})" for passed, text in comparisons)
    return Decision(promote=all(passed for passed, _ in comparisons), reasons=reasons)


def by_chance(n_wrong: int) -> int:
    """How many errors a network as good as one with `n_wrong` may make: two standard deviations of a rare event."""
    return int(n_wrong + 2 * max(n_wrong, 1) ** 0.5)


def is_as_accurate(what: str, candidate: float, current: float) -> tuple[bool, str]:
    """Whether the candidate reads as many of them, and both shares in words."""
    text = f"{what} read right {candidate:.2%}, now {current:.2%}, {ALLOWED_LOSS:.1%} less allowed"
    return candidate >= current - ALLOWED_LOSS, text
