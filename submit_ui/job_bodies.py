"""What a script sends to submit a job: all of it, or the first word of it and then its parts."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from formdigits.geometry import turns_right
from formdigits.ledger import Priority
from formdigits.messages import Corners

ONE_WAY = "give 'scans' (ids of uploads) or 'paths', at least one of them and not both"


class UploadedScan(BaseModel):
    """A scan that was uploaded before, under the name its owner gave it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]*$", max_length=200)
    name: str = Field("", max_length=1024)


class GivenPages(BaseModel):
    """Scans, uploaded or lying under an allowed root."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scans: list[UploadedScan | str] = []
    paths: list[str] = []

    @property
    def n_pages(self) -> int:
        return len(self.scans) + len(self.paths)


class JobBody(GivenPages):
    """Please read these scans as pages of this form."""

    form: str
    max_error: float | None = Field(None, gt=0, le=1)
    priority: Priority = "normal"
    open: bool = Field(default=False, description="More pages follow; nothing is read before the job is started.")

    @model_validator(mode="after")
    def _names_scans_one_way(self) -> Self:
        if bool(self.scans) == bool(self.paths) and not (self.open and not self.scans):
            raise ValueError(ONE_WAY)
        return self


class MorePages(GivenPages):
    """The next part of an open job."""

    first: int = Field(ge=1, description="Number of the first of these pages; they count from 1 within the job.")

    @model_validator(mode="after")
    def _names_scans_one_way(self) -> Self:
        if bool(self.scans) == bool(self.paths):
            raise ValueError(ONE_WAY)
        return self


class NewPriority(BaseModel):
    """Which share a job has beside others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    priority: Priority


class PlacedCorners(BaseModel):
    """Where a person sees the paper's corners on a scan."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    corners_px: Corners = Field(description="The form's top left corner first, then clockwise as one reads the form.")

    @model_validator(mode="after")
    def _lie_as_on_paper(self) -> Self:
        if not turns_right(self.corners_px):
            raise ValueError("the corners go clockwise around the paper, from the form's top left one, and none twice")
        return self


class NewToken(BaseModel):
    """A token for somebody beside the operator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$", max_length=64)
    scope: Literal["read", "submit", "admin"] = "submit"
    quota: int | None = Field(None, ge=1, description="Most pages that it may have waiting; null for any number.")
