"""`formdigits up`: everything that formdigits needs, started on this machine and kept running."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click

from formdigits.errors import FormdigitsError, ServerUnreachable

READY_WITHIN_S = 180


@click.command(epilog="Example: formdigits up --allow ~/scans")
@click.option("--samples", is_flag=True, help="Read the shipped sample scans first, and print every field.")
@click.option("--once", is_flag=True, help="End after the samples; exit 1 when they were misread.")
@click.option("--allow", "allowed", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A folder whose scans may be read where they lie, without uploading them.")  # fmt: skip
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder (./formdigits-data).")
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (8765, or the next free one).")
@click.option("--processes", type=click.IntRange(1, 256), help="Processes that read pages (one per core).")
def up(*, samples: bool, once: bool, allowed: tuple[Path, ...], **options: Any) -> None:
    """Start the broker, the workers, the trainer and the page, and keep them up until Ctrl-C.

    All state lives in one data folder; start again with the same folder and everything is still there.
    """
    from formdigits.settings import Settings
    from formdigits.shipped import shipped_folder
    from submit_ui import stack

    around = Settings()
    named = {"data": "data_dir", "host": "host", "port": "port", "processes": "worker_processes"}
    chosen: dict[str, Any] = {named[option]: value for option, value in options.items() if value is not None}
    roots = [around.scan_roots, *map(str, allowed), str(shipped_folder("samples")) if samples or once else ""]
    chosen["scan_roots"] = stack.join_paths(roots)
    chosen["url"] = ""  # what is started here is what is asked, whatever server the environment names
    settings = Settings(**{**around.model_dump(), **chosen})
    with stack.alone_in(settings.data):
        port = stack.free_port(settings.host, settings.port, exactly=options["port"] is not None)
        run(settings.model_copy(update={"port": port}), samples=samples or once, once=once)


def run(settings: Any, *, samples: bool, once: bool) -> None:
    """Start the stack, show what was asked for, and watch over it until it is told to end."""
    from rich.console import Console

    from submit_ui import stack
    from submit_ui.client import connect
    from submit_ui.sample_run import read_samples
    from submit_ui.supervisor import Supervisor

    console = Console(width=None if sys.stdout.isatty() else 110)
    address = stack.prepare(settings)
    logs = settings.data / "logs"
    supervisor = Supervisor(stack.programs(settings), environment=stack.environment(settings), log_folder=logs)
    score = None
    with _told_to_end() as ended, connect(settings) as client, ThreadPoolExecutor(1) as beside:
        try:
            with console.status("starting the broker, the workers and the page"):
                supervisor.start()
                supervisor.watch(_any_of(ended, _ready(client)))
            if samples and not ended:
                reading = beside.submit(read_samples, client, console)
                supervisor.watch(_any_of(ended, reading.done))
                score = reading.result() if reading.done() else None
            if not ended:
                console.print(f"formdigits is up: [bold]{address}[/]\ndata and logs: {settings.data}", soft_wrap=True)
            if not once:
                console.print("Ctrl-C ends it; nothing is lost.")
                supervisor.watch(_any_of(ended))
        finally:
            console.print("stopping")
            supervisor.stop()
    if once and not (score and score.good):
        raise FormdigitsError("the samples were not read as they should be")


def _ready(client: Any) -> Callable[[], bool]:
    """Whether the page answers and a worker of this stack, not of one before it, reads; gives up after a while."""
    give_up_at_s = time.monotonic() + READY_WITHIN_S
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")

    def ready() -> bool:
        if time.monotonic() > give_up_at_s:
            raise ServerUnreachable(f"not ready within {READY_WITHIN_S} s; the logs in the data folder say why")
        try:
            answers = client.health()["status"] == "ok"
            return answers and any(worker["seen_at"] > started_at for worker in client.workers())
        except FormdigitsError:
            return False

    return ready


def _any_of(ended: Sequence[object], *others: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: bool(ended) or any(other() for other in others)


@contextmanager
def _told_to_end() -> Iterator[list[int]]:
    """A list that has the signal in it once Ctrl-C or SIGTERM came."""
    ended: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        ended.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
