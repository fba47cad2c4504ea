"""`celery -A tests.chaos.real_worker worker`: the product's worker with its own network, and the traps."""

from worker.app import app

app.conf.include = ["tests.chaos.harness.real_process", *app.conf.include]
