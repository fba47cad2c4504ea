"""Which model version is current, and which were before it."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from formdigits.errors import BadRequest, ModelRefused

KEPT_IN_HISTORY = 100
BY_SEEDING = ", by seeding"
"""Ends the `moved_at` of a pointer that no person moved; a field of its own would be refused by older programs."""
SHIPPED_UNMARKED = (
    "20261123T055420266Z-49f3fb03",
    "20261123T062224676Z-8003c729",
    "20261123T063815771Z-524cbce3",
    "20261123T070223503Z-4de756a0",
    "20261123T160535531Z-6f824b20",
)
"""The versions that were seeded before pointers said so; there will be no more of them."""


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

    @property
    def is_by_seeding(self) -> bool:
        """Whether formdigits made the version current by itself, as far as the pointer says."""
        return self.moved_at.endswith(BY_SEEDING)

    def moved_back(self) -> "Pointer":
        """The pointer after a roll-back."""
        if not self.before:
            raise BadRequest("there is no earlier model version to roll back to")
        return Pointer(version=self.before[-1], before=self.before[:-1])


def seeded(version: str, there: Pointer | None) -> Pointer:
    """The pointer after a shipped version became current by itself, where the pointer was `there` before."""
    moved = there.moved_to(version) if there else Pointer(version=version)
    return moved.model_copy(update={"moved_at": now() + BY_SEEDING})


def parse_pointer(data: bytes) -> Pointer:
    """Make sense of what stands in the file."""
    try:
        return Pointer.model_validate_json(data)
    except ValidationError as error:
        raise ModelRefused("the pointer to the current model version is damaged") from error
