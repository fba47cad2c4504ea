"""How the pages of a job are matched with its rosters, step by step.  Start at `settle_one`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import structlog

from formdigits.calibration import Thresholds
from formdigits.errors import FormTemplateInvalid, NotFound, ServerUnreachable, UnknownForm
from formdigits.form_template import Field, FormTemplate
from formdigits.ledger import Amended, Matching
from formdigits.readings import FieldReading, Outcome, PageReading
from worker.roster.amending import Bar, Finding, amend_field, stays
from worker.roster.evidence import Logs, Roster, digit_logs
from worker.roster.matching import match

LEASE_S = 120.0
"""For so long nobody else matches the same job; who does it all the same does no harm."""

log = structlog.get_logger(__name__)

Findings = Mapping[int, Mapping[str, Finding]]
"""What the whole job says, by page number and field name."""


class Jobs(Protocol):
    """What matching needs of the ledger."""

    def take_matching(self, *, lease_s: float) -> Matching | None: ...
    def as_read(self, job_id: str, numbers: Sequence[int] | None = None) -> Iterator[tuple[int, PageReading]]: ...
    def amend(self, matching: Matching, amended: Iterable[Amended]) -> bool: ...


class Forms(Protocol):
    """Where form templates come from, and the rosters beside them."""

    def get(self, name_or_ref: str) -> FormTemplate: ...
    def roster(self, ref: str, file: str) -> frozenset[str]: ...


class Models(Protocol):
    """Where the thresholds of model versions come from."""

    def thresholds_of(self, version: str) -> Thresholds: ...


class Listed(NamedTuple):
    """A field with its roster."""

    field: Field
    values: frozenset[str]


class Seen(NamedTuple):
    """What is kept of one field of one page while the others are looked at."""

    number: int
    logs: Logs
    value: str | None
    outcome: Outcome


def settle_one(jobs: Jobs, forms: Forms, models: Models) -> bool:
    """Match one job whose pages have all ended, and end it; False when there is none.

    Raises:
        ServerUnreachable: something is away for now; the job waits for it.
    """
    matching = jobs.take_matching(lease_s=LEASE_S)
    if matching is None:
        return False
    try:
        amended = list(_amended(matching, jobs, Shelf(forms), models))
    except ServerUnreachable:
        raise
    except Exception:
        log.exception("matching failed; the readings stay as they are", job_id=matching.job_id)
        amended = []
    try:
        counted = jobs.amend(matching, amended)
    except NotFound:  # it was purged in the meantime
        counted = False
    log.info("job matched with its roster", job_id=matching.job_id, n_amended=len(amended), counted=counted)
    return True


class Shelf:
    """The fields of each form whose rosters are unique, looked up once."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._known: dict[str, dict[str, Listed]] = {}

    def listed(self, ref: str) -> Mapping[str, Listed]:
        """Of one form, by name; none where it or its roster is gone, and its readings stay as they are."""
        if ref not in self._known:
            self._known[ref] = dict(self._look_up(ref))
        return self._known[ref]

    def _look_up(self, ref: str) -> Iterator[tuple[str, Listed]]:
        try:
            for field in self._forms.get(ref).fields:
                if (roster := field.constraints.roster) and roster.unique:
                    yield field.name, Listed(field, self._forms.roster(ref, roster.file))
        except (UnknownForm, FormTemplateInvalid) as error:
            log.warning("no roster to match with", form=ref, reason=str(error))


def _amended(matching: Matching, jobs: Jobs, shelf: Shelf, models: Models) -> Iterator[Amended]:
    """The pages that come out of the matching other than they were read."""
    seen: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for number, page in jobs.as_read(matching.job_id):
        for reading, listed in _of_rosters(page, shelf):
            if (logs := digit_logs(listed.field, reading)) is not None:
                seen[page.form, reading.name].append(Seen(number, logs, reading.value, reading.outcome))
    findings: dict[int, dict[str, Finding]] = defaultdict(dict)
    for (ref, name), some in seen.items():
        found = find(some, shelf.listed(ref)[name].values)
        for one, finding in zip(some, found, strict=True):
            if not stays(one.value, one.outcome, finding):
                findings[one.number][name] = finding
    for number, page in jobs.as_read(matching.job_id, sorted(findings)):
        bar = Bar(matching.max_error, models.thresholds_of(page.model_version))
        result = _amended_page(number, page, findings[number], shelf, bar)
        if result != page:
            yield Amended(number, result.model_dump_json())


def _of_rosters(page: PageReading, shelf: Shelf) -> Iterator[tuple[FieldReading, Listed]]:
    listed = shelf.listed(page.form)
    return ((reading, listed[reading.name]) for reading in page.fields if reading.name in listed)


def find(seen: Sequence[Seen], values: frozenset[str]) -> list[Finding]:
    """Match the pages with the lines of one roster, each at most once."""
    roster = Roster(values)
    candidates = roster.candidates([one.logs for one in seen])
    return [
        Finding(
            line=None if one.line is None else roster.values[one.line],
            chance=one.chance,
            wanted=roster.values[page.lines[0]] if len(page.lines) else None,
            rivals=[seen[at].number for at in one.rivals],
        )
        for one, page in zip(match(candidates), candidates, strict=True)
    ]


def _amended_page(
    number: int, page: PageReading, findings: Mapping[str, Finding], shelf: Shelf, bar: Bar
) -> PageReading:
    changed = {
        reading.name: amend_field(number, listed.field, reading, findings[reading.name], bar, listed.values)
        for reading, listed in _of_rosters(page, shelf)
        if reading.name in findings
    }
    return page.model_copy(update={"fields": tuple(changed.get(field.name, field) for field in page.fields)})
