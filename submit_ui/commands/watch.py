"""watch: a folder whose files are submitted as they come."""

import json
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from submit_ui.commands.jobs import client
from submit_ui.commands.show import as_json_option

if TYPE_CHECKING:
    from submit_ui.client import SubmitClient
    from submit_ui.hot_folder import Event, Submitted

LOOKS_OF_ONCE = 2
"""The second one tells which files have stopped growing."""
NOT_NOW = 5


@click.command(epilog="\b\nExample:\n  formdigits watch inbox/ --form water-meter-card")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path))
@click.option("--form", required=True, help="Name of the form template; auto: each page's code says it.")
@click.option("--every", "every_s", default=2.0, show_default=True, type=click.FloatRange(0.05, 3600),
              metavar="SECONDS", help="How often it looks; an unchanged file is complete.")  # fmt: skip
@click.option("--once", is_flag=True, help="Submit what is there, and end.")
@as_json_option
def watch(*, folder: Path, form: str, every_s: float, once: bool, as_json: bool) -> None:
    """Submit every scan that appears in FOLDER as a job, and move it to FOLDER/submitted; Ctrl-C ends it."""
    from submit_ui.hot_folder import HotFolder

    n_waiting = 0
    with client() as page, suppress(KeyboardInterrupt):
        check_known(page, form)
        hot = HotFolder(folder.absolute(), form, lambda path, key: submit(page, path, form, key))
        for n_looks in count(1):
            for event in hot.look():
                show(event, as_json=as_json)
                n_waiting += event.event == "waiting"
            if once and n_looks == LOOKS_OF_ONCE:
                break
            time.sleep(every_s)
    if once and n_waiting:
        sys.exit(NOT_NOW)


def check_known(page: "SubmitClient", form: str) -> None:
    """Raise UnknownForm before the first scan comes; a page that does not answer yet is waited for with the scans."""
    from formdigits.errors import FormdigitsError
    from formdigits.form_template import AUTO

    if form == AUTO:
        return
    try:
        page.form(form)
    except FormdigitsError as error:
        if not error.retryable:
            raise


def submit(page: "SubmitClient", path: Path, form: str, key: str) -> "Submitted":
    """Upload a file, for it is about to be moved, and make a job of it."""
    from submit_ui.hot_folder import Submitted

    job_id = page.submit([path], form=form, by_path=False, key=key)
    job = page.status(job_id)
    is_lost = job["state"] == "done" and job["n_failed"] == job["n_pages"] and not job["n_read"]
    errors = [row["error"] for row in page.pages(job_id, limit=1, only="failed")] if is_lost else []
    return Submitted(job_id, errors[0]["message"] if errors else "")


def show(event: "Event", *, as_json: bool) -> None:
    """One line for a file."""
    if as_json:
        click.echo(json.dumps(event._asdict()))
    else:
        job = f" job {event.job}" if event.job else ""
        click.echo(f"{event.event} {event.file}{job}" + (f": {event.message}" if event.message else ""))
