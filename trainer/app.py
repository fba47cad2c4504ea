"""`celery -A trainer.app worker -Q train -c 1`: the process that trains."""

from typing import Any

from celery.signals import worker_init, worker_ready

from formdigits.broker import Broker, make_celery
from formdigits.endpoint import Answers, open_endpoint
from formdigits.ledger import open_ledger
from formdigits.logs import configure_logs
from formdigits.settings import Settings
from trainer.health import BEAT_EVERY_S, Health

settings = Settings()
app = make_celery(settings, include=["trainer.process", "trainer.tasks"])
app.conf.task_time_limit = None  # an hour of training is no hang; cancelling is asked for in the ledger
app.conf.task_soft_time_limit = None

_health = Health(Broker(settings))


@worker_init.connect
def _open_port(**_: Any) -> None:
    configure_logs()  # this comes before Celery sets logs up
    if open_endpoint(settings, Answers(metrics=_health.metrics, live=_health.live, ready=_health.ready)) is not None:
        _health.look_forever()


@worker_ready.connect
def _start_judging(sender: Any, **_: Any) -> None:
    _health.started(open_ledger(settings.ledger_url))
    sender.timer.call_repeatedly(BEAT_EVERY_S, _health.beat)
