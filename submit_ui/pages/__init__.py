"""What people see: HTML pages that work without JavaScript, and better with it."""

from flask import Flask

from submit_ui.pages import entry, jobs, models, submitting
from submit_ui.pages.blueprint import pages
from submit_ui.pages.words import FILTERS

__all__ = ["entry", "jobs", "models", "register", "submitting"]


def register(app: Flask) -> None:
    """Put the pages in the application."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages)
