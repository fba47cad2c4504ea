"""`celery -A tests.chaos.light_worker worker`: the product's worker, with a light network and the traps."""

from worker.app import app

app.conf.include = ["tests.chaos.harness.light_process", *app.conf.include]
