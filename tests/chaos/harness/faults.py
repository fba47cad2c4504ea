"""The faults of the soak: each is made, and is over when its function returns."""

import os
import random
import signal
import time
from collections.abc import Callable

from tests.chaos.harness.broker import QUEUE
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.proxy import Proxy

Fault = Callable[[Lab, Proxy, random.Random], None]


def kill_worker(lab: Lab, _proxy: Proxy, _rng: random.Random) -> None:
    lab.programs.kill("worker")


def kill_reader(lab: Lab, _proxy: Proxy, rng: random.Random) -> None:
    if readers := lab.programs.readers():
        rng.choice(readers).kill()


def kill_page(lab: Lab, _proxy: Proxy, _rng: random.Random) -> None:
    lab.programs.kill("page")


def kill_broker(lab: Lab, _proxy: Proxy, rng: random.Random) -> None:
    lab.broker.kill()
    time.sleep(rng.uniform(0.05, 3))
    lab.broker.start()


def freeze_worker(lab: Lab, _proxy: Proxy, rng: random.Random) -> None:
    lab.freeze("worker")
    time.sleep(rng.uniform(1, 5))
    lab.programs.thaw("worker")


def end_worker(lab: Lab, _proxy: Proxy, rng: random.Random) -> None:
    os.kill(lab.programs.pid("worker"), rng.choice([signal.SIGTERM, signal.SIGQUIT]))


def black_hole(_lab: Lab, proxy: Proxy, rng: random.Random) -> None:
    proxy.be("hole")
    time.sleep(rng.uniform(1, 20))
    proxy.be("pass")


def reset_connections(_lab: Lab, proxy: Proxy, _rng: random.Random) -> None:
    proxy.reset()


def lose_messages(lab: Lab, _proxy: Proxy, _rng: random.Random) -> None:
    lab.broker.client.flushall()


def repeat_messages(lab: Lab, _proxy: Proxy, _rng: random.Random) -> None:
    if messages := lab.broker.client.lrange(QUEUE, 0, -1):
        lab.broker.client.rpush(QUEUE, *messages)


LIKELY: tuple[tuple[Fault, int], ...] = (
    (kill_worker, 1),
    (kill_reader, 4),
    (kill_page, 2),
    (kill_broker, 4),
    (freeze_worker, 2),
    (end_worker, 1),
    (black_hole, 3),
    (reset_connections, 4),
    (lose_messages, 3),
    (repeat_messages, 3),
)
"""What happens, and how often beside the others: loading the network takes long, so that whole workers die seldom."""
