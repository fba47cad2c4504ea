"""A real Valkey for tests: the embedded one, on a socket of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from formdigits.settings import Settings
from submit_ui import stack


def embedded(folder: Path, **knobs: object) -> Settings:
    """Settings of a stack that lives in `folder` and hears nothing of this machine's."""
    return Settings(data_dir=folder, **knobs)


@contextmanager
def running_broker(settings: Settings) -> Iterator[redis.Redis]:
    """The broker of `formdigits up`, as it starts it, with a client that looks into it."""
    for folder in (settings.data / "broker", settings.broker_socket.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    [broker] = [program for program in stack.programs(settings) if program.name == "broker"]
    process = subprocess.Popen(broker.command, stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(settings.broker_socket))
    try:
        wait_for_answer(client)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(10)


def wait_for_answer(client: redis.Redis, within_s: float = 10) -> None:
    """Return when the broker answers."""
    give_up_at = time.monotonic() + within_s
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return
