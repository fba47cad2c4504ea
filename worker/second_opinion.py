"""A second reader, which knows nothing of the first, looks at the fields that are accepted: doubts, and no readings."""

from collections.abc import Sequence
from typing import Protocol

from formdigits.arrays import DigitCrop
from formdigits.readings import Doubt, FieldReading, Outcome
from formdigits.settings import Settings
from worker.page_cutting import CutField

CODE = "second_opinion"


class SecondReader(Protocol):
    """Another reader of digits."""

    @property
    def name(self) -> str: ...

    def disagrees(self, crops: Sequence[DigitCrop], text: str) -> str | None: ...


def second_reader(settings: Settings) -> SecondReader | None:
    """The reader that the settings name; None for none.

    Raises:
        NotInstalled: its package is not there.
    """
    if not settings.second_opinion:
        return None
    from worker.rapid_reader import RapidReader  # noqa: PLC0415 few have it

    return RapidReader()


def asked(reader: SecondReader, cuts: Sequence[CutField], fields: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """Have the accepted fields of a page read once more; where the readers differ, a person must look.

    Args:
        reader: the other one.
        cuts: the fields of the page.
        fields: what was decided of each.
    """
    return tuple(_asked(reader, cut, field) for cut, field in zip(cuts, fields, strict=True))


def _asked(reader: SecondReader, cut: CutField, field: FieldReading) -> FieldReading:
    text = field.text.replace("_", "")
    crops = [crop for crop in cut.crops if crop is not None]
    # Without boxes nothing says which of the crops were taken; such a field has a check digit or a roster anyway.
    if field.outcome is not Outcome.ACCEPTED or cut.field.kind != "digits" or cut.lattice is not None:
        return field
    other = reader.disagrees(crops, text)
    if other is None:
        return field
    doubt = Doubt(code=CODE, message=f"{reader.name} reads {other}")
    return field.model_copy(update={"doubts": (*field.doubts, doubt), "outcome": Outcome.REVIEW})
