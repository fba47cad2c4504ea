"""Publishes and promotes, and is killed within SPAN_S seconds after its first version, KILLS times over.

python -m tests.formdigits.killed_publisher ROOT CACHE KILLS SEED SPAN_S

One process has imported everything and makes the publishers, so that a kill costs no start of Python.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import s3fs  # noqa: F401 takes half a second, once

from formdigits.model_store import ModelStore
from tests.models import publish


def publish_for_ever(store: ModelStore, seed: int, published: int) -> None:
    content = random.Random(seed)
    while True:
        store.promote(publish(store, content.randbytes(300_000)))
        os.write(published, b".")


def main() -> None:
    root, cache, n_kills, seed, span_s = sys.argv[1:]
    moment = random.Random(int(seed))
    for number in range(int(n_kills)):
        seen, published = os.pipe()
        publisher = os.fork()
        if publisher == 0:
            publish_for_ever(ModelStore(root if "://" in root else Path(root), Path(cache)), number, published)
        os.read(seen, 1)
        time.sleep(moment.uniform(0, float(span_s)))
        os.kill(publisher, signal.SIGKILL)
        os.waitpid(publisher, 0)


if __name__ == "__main__":
    main()
