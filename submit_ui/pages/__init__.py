"""What people see: HTML pages that work without JavaScript, and better with it."""

from flask import Flask, g

from submit_ui.pages import entry, forms, jobs, models, rosters, scans, sheets, submitting
from submit_ui.pages.blueprint import pages
from submit_ui.pages.words import FILTERS
from submit_ui.scopes import Scope

__all__ = ["entry", "forms", "jobs", "models", "register", "rosters", "scans", "sheets", "submitting"]


def register(app: Flask) -> None:
    """Put the pages in the application."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["may"] = may
    app.jinja_env.policies["json.dumps_kwargs"] = {}  # keys in the order of their meaning, here too
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages)


def may(scope: Scope) -> bool:
    """Whether who looks at the page may do what needs this scope; nobody may who is not let in yet."""
    return "caller" in g and g.caller.may(scope)
