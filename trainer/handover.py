"""How a candidate takes over from the current version, if it still may."""

from formdigits.model_store import ModelStore
from trainer.progress import MayPromote


def take_over(models: ModelStore, version: str, *, compared_with: str | None, may_promote: MayPromote) -> str | None:
    """Promote a candidate, unless somebody else went ahead in the meantime.

    Args:
        models: where it was published.
        version: the candidate.
        compared_with: the version that it was found to be no worse than.
        may_promote: asked right before the pointer moves.

    Returns:
        Why it did not take over; None when it did.
    """

    def is_still_wanted() -> bool:
        return models.current() == compared_with and may_promote()

    if models.promote(version, may=is_still_wanted):
        return None
    if models.current() != compared_with:
        return "another version became current while this one was trained"
    return "the retrain was cancelled or lost"
