"""How gunicorn serves the page: `gunicorn -c python:submit_ui.gunicorn_conf "submit_ui.app:create_app()"`.

One process, for the ledger and the folder are shared and threads are enough for polling and uploads.
"""

import sys

from formdigits.logs import configure_logs
from formdigits.seeding import seed_in_background
from formdigits.settings import Settings
from submit_ui.purger import purge_in_background

_settings = Settings()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 1
threads = 8
timeout = 120
graceful_timeout = 10
keepalive = 15
limit_request_line = 8190
"""Room for the ids of 500 jobs."""
accesslog = None
"""The first address that a browser opens holds the token."""
control_socket_disable = True  # a socket in the home folder that a second formdigits would fight over

# A poll takes the interpreter's lock at every step of a query; beside an export it would wait 5 ms each time.
sys.setswitchinterval(0.0005)


def post_worker_init(_worker: object) -> None:
    """Have our own events look as the workers' do; see to it that there is a model, and that what is old goes."""
    configure_logs()
    seed_in_background(_settings)
    purge_in_background(_settings)
