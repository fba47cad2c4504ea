"""The Flask application: `gunicorn -c python:submit_ui.gunicorn_conf "submit_ui.app:create_app()"`."""

from flask import Flask

from formdigits.settings import Settings
from submit_ui import api, failures, pages
from submit_ui.access import watch
from submit_ui.parts import Sender, make_parts
from submit_ui.security import secure


def create_app(settings: Settings | None = None, *, broker: Sender | None = None) -> Flask:
    """Make the application.

    Args:
        settings: read from the environment where None.
        broker: takes the place of the broker that the settings name.
    """
    settings = settings or Settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("submit_ui", template_folder="html")
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys in the order of their meaning
    app.extensions["formdigits"] = make_parts(settings, broker)
    watch(app)
    secure(app, settings)
    failures.register(app)
    api.register(app)
    pages.register(app)
    return app
