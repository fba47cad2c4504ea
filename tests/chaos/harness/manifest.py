"""What a test submitted, and how it must end."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Manifest:
    """The pages of one job.

    Args:
        paths: of its scans, in their order.
        texts: what must be read on a path; a path that is not in it may have any text.
        failures: the code with which a path must fail; `None` where any failure is right.
        either: paths that may be read or fail.
        form: of the job.
    """

    paths: Sequence[str]
    texts: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str | None] = field(default_factory=dict)
    either: AbstractSet[str] = frozenset()
    form: str = "single-digit"

    def __len__(self) -> int:
        return len(self.paths)
