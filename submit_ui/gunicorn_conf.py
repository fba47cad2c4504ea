"""How gunicorn serves the page: `gunicorn -c python:submit_ui.gunicorn_conf "submit_ui.app:create_app()"`.

One process, for the ledger and the folder are shared and threads are enough for polling and uploads.
"""

from formdigits.settings import Settings

_settings = Settings()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 1
threads = 8
timeout = 120
graceful_timeout = 10
keepalive = 15
accesslog = None
"""The first address that a browser opens holds the token."""
limit_request_line = 8190
