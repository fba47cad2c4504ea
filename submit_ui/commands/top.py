"""top: a live view of everything that a running formdigits does."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from formdigits.errors import ServerUnreachable
from submit_ui.commands.jobs import client
from submit_ui.commands.show import as_json_option, print_json

if TYPE_CHECKING:
    from submit_ui.client import SubmitClient
    from submit_ui.commands.top_frame import Seen, Snapshot

ALL_JOBS = 1000


@click.command(epilog="\b\nExample:\n  formdigits top --once")
@click.option("--every", "every_s", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), metavar="SECONDS",
              help="How often it looks.")  # fmt: skip
@click.option("--once", is_flag=True, help="Print one frame and end.")
@as_json_option
def top(*, every_s: float, once: bool, as_json: bool) -> None:
    """Watch jobs, speed, workers and troubles, here or on another machine; q ends it."""
    with client() as page:
        if as_json:
            found = look(page)
            print_json({"url": page.url, "overview": found.overview, "jobs": found.jobs})
        elif once or not sys.stdout.isatty():
            print_frame(page, every_s)
        else:
            with suppress(KeyboardInterrupt):
                watch(page, every_s)


def look(page: "SubmitClient") -> "Snapshot":
    """Ask the page once."""
    from submit_ui.commands.top_frame import ACTIVE, Snapshot

    overview, jobs = page.overview(), page.jobs()
    n_active = sum(overview["jobs"].get(state, 0) for state in ACTIVE)
    if n_active > sum(job["state"] in ACTIVE for job in jobs):  # an old one goes on beside many new ones
        jobs = page.jobs(limit=ALL_JOBS)
    # The largest of those that go on first: they are what is waited for.
    jobs.sort(key=lambda job: (job["state"] not in ACTIVE, -job["n_pages"] if job["state"] in ACTIVE else 0))
    return Snapshot(time.monotonic(), overview, jobs)


def print_frame(page: "SubmitClient", every_s: float) -> None:
    """One frame; it takes two looks, for a speed has a before and an after."""
    from rich.console import Console

    from submit_ui.commands.top_frame import Seen, frame

    seen = Seen()
    seen.add(look(page))
    time.sleep(every_s)
    seen.add(look(page))
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(frame(seen, url=page.url, width=console.width, height=40))


def watch(page: "SubmitClient", every_s: float) -> None:
    """Frame after frame until `q` is pressed.  A page that does not answer for a while is asked again."""
    from rich.console import Console
    from rich.live import Live

    from submit_ui.commands.top_frame import Seen, frame

    console, seen, trouble = Console(), Seen(), None
    seen.add(look(page))
    with _keys() as key_within, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            size = {"width": console.width, "height": console.height}
            live.update(frame(seen, url=page.url, trouble=trouble, **size), refresh=True)
            if key_within(every_s) in ("q", "Q"):
                return
            trouble = _look_again(page, seen)


def _look_again(page: "SubmitClient", seen: "Seen") -> str | None:
    """Look, and say what is wrong where that fails."""
    try:
        seen.add(look(page))
    except ServerUnreachable:
        return "no answer, trying again"
    return None


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """Give a function that waits for a key so many seconds; without a terminal to type on it only waits."""
    if not sys.stdin.isatty():
        yield lambda wait_s: time.sleep(wait_s) or ""  # type: ignore[func-returns-value]
        return
    import select
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)

    def key_within(wait_s: float) -> str:
        ready, _, _ = select.select([sys.stdin], [], [], wait_s)
        return sys.stdin.read(1) if ready else ""

    try:
        tty.setcbreak(sys.stdin)
        yield key_within
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
