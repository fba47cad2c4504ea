"""submit, status, results."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import click

from submit_ui.commands.show import (
    as_json_option,
    job_line,
    print_json,
    print_json_list,
    print_table,
    progress_shown,
)

if TYPE_CHECKING:
    from submit_ui.client import SubmitClient

Json = dict[str, Any]
PRIORITIES = click.Choice(["high", "normal", "low"])
PAGES_FAILED = 3
"""Exit code where the job ended and some of its pages could not be read."""


class ScanPath(click.Path):
    """A file or a folder that exists, or an address on S3."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if str(value).startswith("s3://") else super().convert(value, param, ctx)


def client() -> "SubmitClient":
    """The page that the settings or the data folder name."""
    from submit_ui.client import connect

    return connect()


@click.command(epilog="\b\nExample:\n  formdigits submit scans/ --form single-digit --max-error 0.005 --wait")
@click.argument("paths", nargs=-1, required=True, type=ScanPath(exists=True), metavar="PATH...")
@click.option("--form", default="single-digit", show_default=True, help="Name of the form template.")
@click.option("--max-error", type=click.FloatRange(0, 1, min_open=True), help="Error budget: wrong among accepted.")
@click.option("--upload/--by-path", default=None, help="Send the files, or let the workers read them where they lie.")
@click.option("--priority", type=PRIORITIES, default="normal", show_default=True, help="Its share beside other jobs.")
@click.option("--key", help="Names the job: the same files with the same key again go on where they broke off.")
@click.option("--wait", is_flag=True, help="Wait until the job has ended; exit 3 when pages failed.")
@as_json_option
def submit(*, paths: tuple[str, ...], upload: bool | None, wait: bool, as_json: bool, **given: Any) -> None:
    """Submit scans as one job; folders, and addresses such as s3://bucket/scans, mean the scans in them."""
    by_path = None if upload is None else not upload
    with client() as page:
        with progress_shown("submitting") as show:
            page.tell_waits(show.say)
            say_forecast(page, given["form"], given["max_error"])
            job_id = page.submit(paths, by_path=by_path, on_progress=show, **given)
        if not (as_json or wait):
            click.echo(job_id)
            click.echo(f"`formdigits status {job_id} --wait` follows it", err=True)
            return
        finish(wait_for(page, job_id) if wait else page.status(job_id), as_json=as_json, ended=wait)


@click.command(epilog="\b\nExample:\n  formdigits status 7c1e0a3b9d52 --wait")
@click.argument("job_id", required=False, metavar="[JOB]")
@click.option("--wait", is_flag=True, help="Wait until the job has ended; exit 3 when pages failed.")
@as_json_option
def status(*, job_id: str | None, wait: bool, as_json: bool) -> None:
    """Say where a job stands; without JOB, list the newest jobs."""
    with client() as page:
        if job_id:
            finish(wait_for(page, job_id) if wait else page.status(job_id), as_json=as_json, ended=wait)
        elif as_json:
            print_json(page.jobs())
        else:
            columns = ("job", "form", "state", "read", "of", "review", "failed")
            print_table(columns, (job_cells(job) for job in page.jobs()))


@click.command(epilog="\b\nExample:\n  formdigits results 7c1e0a3b9d52 --csv > readings.csv")
@click.argument("job_id", metavar="JOB")
@click.option("--csv", "as_csv", is_flag=True, help="One line per page, a column per field.")
@click.option("--only", type=click.Choice(["review", "failed"]), help="Only pages to review, or that failed.")
@as_json_option
def results(*, job_id: str, as_csv: bool, only: Literal["review", "failed"] | None, as_json: bool) -> None:
    """Print every field of a job with its reading, outcome and confidence."""
    if as_csv and (as_json or only):
        raise click.UsageError("--csv goes with neither --json nor --only")
    with client() as page:
        if as_csv:
            for piece in page.results_csv(job_id):
                sys.stdout.buffer.write(piece)
            return
        found = some_pages(page, job_id, only) if only else page.results(job_id)
        if as_json:
            print_json_list(found)
        else:
            columns = ("page", "name", "field", "reading", "outcome", "confidence", "read as")
            print_table(columns, (row for one in found for row in page_rows(one)))


def say_forecast(page: "SubmitClient", form: str, max_error: float | None) -> None:
    """Say how much will go to review, where that can be said; without it the job is submitted all the same."""
    from formdigits.errors import FormdigitsError

    with suppress(FormdigitsError):
        click.echo(page.forecast(form, max_error)["sentence"], err=True)


def wait_for(page: "SubmitClient", job_id: str) -> Json:
    """Follow a job to its end.  Ctrl-C ends the following, not the job."""
    try:
        with progress_shown(f"job {job_id}") as show:
            page.tell_waits(show.say)
            return page.wait(
                job_id, on_progress=lambda job: show(job["n_read"] + job["n_failed"], job["n_pages"], remark_on(job))
            )
    except KeyboardInterrupt:
        click.echo(f"\nThe job goes on. `formdigits status {job_id} --wait` follows it again,", err=True)
        click.echo(f"`formdigits cancel {job_id}` stops it.", err=True)
        sys.exit(130)


def remark_on(job: Json) -> str:
    """What the numbers of its pages do not say of a job that goes on."""
    remark = f"{job['n_review']} to review"
    return remark if job["state"] == "running" else f"{remark}, {job['state']}"


def finish(job: Json, *, as_json: bool, ended: bool) -> None:
    """Print the job, and exit as it went when somebody waited for its end."""
    print_json(job) if as_json else click.echo(job_line(job))
    if ended and (job["n_failed"] or job["state"] == "cancelled"):
        sys.exit(PAGES_FAILED if job["n_failed"] else 1)


def some_pages(page: "SubmitClient", job_id: str, only: Literal["review", "failed"]) -> Iterator[Json]:
    """All pages that pass the filter, a slice at a time."""
    after = 0
    while rows := page.pages(job_id, after=after, limit=1000, only=only):
        yield from rows
        after = rows[-1]["page"]


def job_cells(job: Json) -> list[str]:
    """A job as a line of the table."""
    return [str(job[key]) for key in ("id", "form", "state", "n_read", "n_pages", "n_review", "n_failed")]


def page_rows(page: Json) -> Iterator[list[str]]:
    """A line for each field, or one with the error."""
    begin = [str(page["page"]), page["name"]]
    if page["fields"] is None:
        error = page["error"]
        said = f"{error['code']}: {error['message']}" if error else ""
        yield [*begin, "", said, page["state"], "", ""]
    for field in page["fields"] or ():
        changes = [f"box {one['box']} by {one['constraint']}" for one in field["changes"]]
        read_as = "; ".join([field["raw"], *changes]) if field["raw"] else ""
        yield [*begin, field["name"], field["text"], field["outcome"], f"{field['confidence']:.4f}", read_as]
