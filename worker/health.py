"""Whether a worker is live and ready, and the port where its main process says so and shows its metrics."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from formdigits.endpoint import Answers, Endpoint, open_endpoint
from formdigits.errors import ServerUnreachable
from formdigits.ledger import WorkerRow
from formdigits.settings import Settings
from worker.identity import name_prefix
from worker.metrics_folder import MetricsFolder

SILENT_AFTER_S = 60.0
"""A sweeper that has not turned for so long is stuck."""
DEAF_AFTER_S = 60.0
"""A worker that takes no message for so long, beside a queue that is never empty, does not hear its broker."""


class SeesWorkers(Protocol):
    """What health needs of the ledger."""

    def workers(self) -> list[WorkerRow]: ...


class Sweeping(Protocol):
    """What health needs of the sweeper.  Times are those of the monotonic clock."""

    @property
    def turned_at(self) -> float:
        """When it began its latest round."""
        ...

    @property
    def backlog_since(self) -> float | None:
        """Since when every look found messages in the queue; None when the latest one did not, or could not look."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What it did so far, by name."""
        ...


class Health(Collector):
    """Judges a worker, from before its first process until its end."""

    def __init__(
        self, folder: MetricsFolder, settings: Settings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._silent_after_s = max(SILENT_AFTER_S, 3 * settings.sweep_every_s)
        self._deaf_after_s = DEAF_AFTER_S + settings.time_limit_s  # all processes may be busy for so long
        self._clock = clock
        self._n_heard = 0.0
        self._heard_at = clock()
        self._was_ready = False
        self._sweeper: Sweeping | None = None
        self._ledger: SeesWorkers | None = None
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def started(self, sweeper: Sweeping, ledger: SeesWorkers) -> None:
        """The worker listens, and sweeps."""
        self._sweeper, self._ledger = sweeper, ledger

    def live(self) -> str | None:
        """Why the worker should be started again; None while it waits for what it needs to start."""
        if self._sweeper is None:
            return None
        now = self._clock()
        if now - self._sweeper.turned_at > self._silent_after_s:
            return f"the sweeper has not turned for {now - self._sweeper.turned_at:.0f} s"
        n_heard = self._folder.value("formdigits_worker_messages_total")
        if n_heard != self._n_heard:
            self._n_heard, self._heard_at = n_heard, now
        unheard_since = self._sweeper.backlog_since
        if not self._should_hear() or unheard_since is None:
            return None
        unheard_s = now - max(unheard_since, self._heard_at)
        return f"no message was taken for {unheard_s:.0f} s, and some wait" if unheard_s > self._deaf_after_s else None

    def ready(self) -> str | None:
        """Why nothing is read here."""
        if self._ledger is None:
            return "starting"
        ours = {f"{name_prefix()}{number}" for number in self._folder.process_ids()}
        if any(worker.name in ours and worker.model_version for worker in self._ledger.workers()):
            self._was_ready = True
            return None
        return "no process of this worker has a model in service"

    def _should_hear(self) -> bool:
        """Whether a silence is its own fault: it could read once, and the ledger answers now."""
        try:
            self.ready()
        except ServerUnreachable:
            return False
        return self._was_ready

    def metrics(self) -> bytes:
        """Those of the reading processes, and those of the main process."""
        return self._folder.latest() + generate_latest(self._registry)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """What the sweeper did."""
        counts = self._sweeper.counts if self._sweeper else {}
        sweeps = CounterMetricFamily(
            "formdigits_worker_sweeps", "Rounds of the sweep, by how they ended.", labels=["outcome"]
        )
        for outcome in ("swept", "put_off", "failed"):
            sweeps.add_metric([outcome], counts.get(outcome, 0))
        yield sweeps
        for name, text in (
            ("messages_sent", "Messages that the sweep sent, again or because nobody else had."),
            ("chunks_released", "Chunks that processes of this worker held when they died."),
        ):
            yield CounterMetricFamily(f"formdigits_worker_sweep_{name}", text, counts.get(name, 0))


class HealthPort:
    """The worker's port with everything behind it; made before the first process, so that it finds its folder."""

    def __init__(self, settings: Settings) -> None:
        self._folder = MetricsFolder()
        self._folder.tell_children()
        self.health = Health(self._folder, settings)
        answers = Answers(metrics=self.health.metrics, live=self.health.live, ready=self.health.ready)
        self._endpoint: Endpoint | None = open_endpoint(settings, answers)

    def close(self) -> None:
        if self._endpoint is not None:
            self._endpoint.stop()
        self._folder.remove()
