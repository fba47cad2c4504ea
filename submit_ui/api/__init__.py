"""The JSON API.

Each route stands twice, under /api/v1 for scripts and under /xhr for our own pages; `security` tells them apart.
"""

from flask import Blueprint, Flask

from submit_ui.api import (
    crops,
    form_pictures,
    forms,
    health,
    jobs,
    metrics,
    models,
    overview,
    results,
    retrains,
    rosters,
    scans,
    sheets,
    steering,
    upkeep,
)

PARTS = (
    health.health,
    forms.forms,
    form_pictures.form_pictures,
    scans.scans,
    jobs.jobs,
    steering.steering,
    results.results,
    sheets.sheets,
    rosters.rosters,
    crops.crops,
    models.models,
    retrains.retrains,
    overview.overview,
    upkeep.upkeep,
)


def register(app: Flask) -> None:
    """Put the routes in the application."""
    for name, prefix in (("api", "/api/v1"), ("xhr", "/xhr")):
        parent = Blueprint(name, __name__, url_prefix=prefix)
        for part in PARTS:
            parent.register_blueprint(part)
        app.register_blueprint(parent)
    app.register_blueprint(metrics.metrics)
