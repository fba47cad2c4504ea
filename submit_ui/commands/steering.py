"""cancel, pause, resume, retry, priority."""

from typing import Literal

import click

from submit_ui.commands.jobs import PRIORITIES, client, finish
from submit_ui.commands.show import as_json_option, job_line, print_json


@click.command(epilog="\b\nExample:\n  formdigits cancel 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def cancel(*, job_id: str, as_json: bool) -> None:
    """Stop a job; what was read stays."""
    with client() as page:
        finish(page.cancel(job_id), as_json=as_json, ended=False)


@click.command(epilog="\b\nExample:\n  formdigits pause 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def pause(*, job_id: str, as_json: bool) -> None:
    """Have no more of a job read until it is resumed."""
    with client() as page:
        finish(page.pause(job_id), as_json=as_json, ended=False)


@click.command(epilog="\b\nExample:\n  formdigits resume 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def resume(*, job_id: str, as_json: bool) -> None:
    """Go on with a paused job."""
    with client() as page:
        finish(page.resume(job_id), as_json=as_json, ended=False)


@click.command(epilog="\b\nExample:\n  formdigits retry 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def retry(*, job_id: str, as_json: bool) -> None:
    """Have the failed pages of a job that is done read once more."""
    with client() as page:
        job = page.retry(job_id)
    if as_json:
        print_json(job)
    else:
        click.echo(f"{job['n_retried']} pages are read again; {job_line(job)}")


@click.command(epilog="\b\nExample:\n  formdigits priority 7c1e0a3b9d52 high")
@click.argument("job_id", metavar="JOB")
@click.argument("priority", type=PRIORITIES)
@as_json_option
def priority(*, job_id: str, priority: Literal["high", "normal", "low"], as_json: bool) -> None:
    """Change how large a job's share is beside other jobs: high, normal or low."""
    with client() as page:
        job = page.set_priority(job_id, priority)
    if as_json:
        print_json(job)
    else:
        click.echo(f"{job['priority']} priority, {job_line(job)}")
