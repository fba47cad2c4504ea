"""Which model version is current, and which were before it."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from formdigits.errors import BadRequest, ModelRefused

KEPT_IN_HISTORY = 100


def now() -> str:
    """The time to the microsecond: no two pointers are the same."""
    return datetime.now(UTC).isoformat()


class Pointer(BaseModel):
    """One file names one current version; `before` holds the ones that were, the latest last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    before: tuple[str, ...] = ()
    moved_at: str = Field(default_factory=now)

    def moved_to(self, version: str) -> "Pointer":
        """The pointer after a promotion; the same where the version is current already."""
        if version == self.version:
            return self
        return Pointer(version=version, before=(*self.before, self.version)[-KEPT_IN_HISTORY:])

    def moved_back(self) -> "Pointer":
        """The pointer after a roll-back."""
        if not self.before:
            raise BadRequest("there is no earlier model version to roll back to")
        return Pointer(version=self.before[-1], before=self.before[:-1])


def parse_pointer(data: bytes) -> Pointer:
    """Make sense of what stands in the file."""
    try:
        return Pointer.model_validate_json(data)
    except ValidationError as error:
        raise ModelRefused("the pointer to the current model version is damaged") from error
