"""Clients that submit jobs of all sizes until they are told to stop, and never give up."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

import httpx

from formdigits.errors import ServerUnreachable
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.manifest import Manifest


class Load:
    """Several clients at once.

    Args:
        lab: takes their jobs.
        kinds: what makes a job of random size, each as likely as the others.
        seed: of all that is random.
        n_clients: how many there are.
        most_waiting: they wait while more pages than this do.
    """

    def __init__(
        self, lab: Lab, kinds: Sequence[Callable[[random.Random], Manifest]], *, seed: str, n_clients: int,
        most_waiting: int,
    ) -> None:  # fmt: skip
        self._lab = lab
        self._kinds = kinds
        self._most_waiting = most_waiting
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._submit_forever, args=(random.Random(f"{seed} client {number}"),))
            for number in range(n_clients)
        ]
        self.n_asked_again = 0
        """How often a client got no answer, or a refusal, and asked again with the same key."""

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _submit_forever(self, rng: random.Random) -> None:
        while not self._ended.wait(rng.uniform(0, 0.5)):
            if self._waiting() < self._most_waiting:
                self._submit(rng.choice(self._kinds)(rng), key=f"{rng.getrandbits(64):x}")

    def _waiting(self) -> int:
        try:
            return self._lab.ledger.overview().n_pages_left
        except ServerUnreachable:
            return self._most_waiting

    def _submit(self, manifest: Manifest, key: str) -> None:
        """Until there is a job, even when the load is to end: one that was taken without an answer must be known."""
        while True:
            with suppress(httpx.TransportError):
                answer = self._lab.post_job(manifest, key=key)
                if answer.status_code == httpx.codes.ACCEPTED:
                    self._lab.manifests[answer.json()["id"]] = manifest
                    return
                assert answer.status_code in {429, 503, 507}, answer.text
            self.n_asked_again += 1
            time.sleep(0.3)
