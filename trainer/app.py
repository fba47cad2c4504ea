"""`celery -A trainer.app worker -Q train -c 1`: the process that trains."""

from formdigits.broker import make_celery
from formdigits.settings import Settings

app = make_celery(Settings(), include=["trainer.process", "trainer.tasks"])
app.conf.task_time_limit = None  # an hour of training is no hang; cancelling is asked for in the ledger
app.conf.task_soft_time_limit = None
