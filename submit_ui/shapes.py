"""The JSON that scripts see, made from what the ledger and the model store hold."""

from datetime import UTC, datetime
from typing import Any

from formdigits.ledger import EpochRow, JobProgress, PageRow, RetrainRow, TokenRow, WorkerRow
from formdigits.model_store import ModelStore
from formdigits.model_version import Manifest
from formdigits.readings import FieldReading, PageFailure, PageReading

Json = dict[str, Any]


def iso(epoch_s: float | None) -> str | None:
    """Epoch seconds as UTC time, the way JSON writes it."""
    return None if epoch_s is None else datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds")


def job_json(job: JobProgress) -> Json:
    """Where a job stands."""
    return {
        "id": job.id,
        "form": job.form,
        "state": job.state,
        "priority": job.priority,
        "owner": job.owner,
        "n_pages": job.n_pages,
        "n_read": job.n_read,
        "n_failed": job.n_failed,
        "n_digits": job.n_digits,
        "n_review": job.n_review,
        "n_accepted": job.n_accepted,
        "max_error": job.max_error,
        "elapsed_s": round(job.elapsed_s, 3),
        "submitted_at": iso(job.submitted_at),
        "ended_at": iso(job.ended_at),
    }


def page_json(row: PageRow) -> Json:
    """One page with its fields, or with the error that ended it; both are null while it waits."""
    reading = row.result if isinstance(row.result, PageReading) else None
    failure = row.result if isinstance(row.result, PageFailure) else None
    return {
        "page": row.number,
        "name": row.name,
        "state": row.state,
        "form": reading.form if reading else None,
        "form_page": reading.page if reading else None,
        "serial": reading.serial if reading else None,
        "model_version": reading.model_version if reading else None,
        "residual_mm": reading.residual_mm if reading else None,
        "corners_px": row.corners_px,
        "fields": [field_json(field) for field in reading.fields] if reading else None,
        "error": {"code": failure.code, "message": failure.message} if failure else None,
    }


def field_json(field: FieldReading) -> Json:
    """One field, box by box."""
    return {
        "name": field.name,
        "kind": field.kind,
        "text": field.text,
        "value": field.value,
        "raw": field.raw,
        "changes": [change.model_dump() for change in field.changes],
        "doubts": [doubt.model_dump() for doubt in field.doubts],
        "outcome": field.outcome.value,
        "confidence": round(field.confidence, 6),
        "cells": [{"digit": cell.digit, "confidence": round(cell.confidence, 6)} for cell in field.cells],
        "polygon_px": field.polygon_px,
    }


def worker_json(worker: WorkerRow) -> Json:
    """One program that reads pages, and with which model."""
    return {
        "worker": worker.name,
        "model_version": worker.model_version,
        "model_error": worker.model_error,
        "seen_at": iso(worker.seen_at),
    }


def token_json(token: TokenRow) -> Json:
    """One token, as far as anybody but its owner knows it."""
    return {
        "name": token.name,
        "scope": token.scope,
        "quota": token.quota,
        "created_at": iso(token.created_at),
    }


def models_json(store: ModelStore) -> Json:
    """All model versions, newest first, and which one is current."""
    current, reports = store.current(), store.reports()
    models = [model_json(manifest, reports.get(manifest.version, []), current) for manifest in store.versions()]
    return {"current": current, "models": models}


def model_json(manifest: Manifest, report: list[str], current: str | None) -> Json:
    """One model version with what was measured of it."""
    return {
        "version": manifest.version,
        "current": manifest.version == current,
        "created_at": manifest.created_at,
        "n_classes": manifest.n_classes,
        "sha256": manifest.sha256,
        "metrics": manifest.metrics,
        "note": manifest.note,
        "report": report,
    }


def retrain_json(row: RetrainRow) -> Json:
    """One retrain with its epochs so far."""
    return {
        "id": row.id,
        "state": row.state,
        "recipe": row.recipe.model_dump(),
        "epochs": [epoch_json(epoch) for epoch in row.epochs],
        "version": row.version,
        "promoted": row.promoted,
        "message": row.message,
        "submitted_at": iso(row.submitted_at),
        "ended_at": iso(row.ended_at),
    }


def epoch_json(epoch: EpochRow) -> Json:
    """What one pass over the training digits came to."""
    return {
        "epoch": epoch.epoch,
        "loss": epoch.loss,
        "accuracy": epoch.accuracy,
        "val_loss": epoch.val_loss,
        "val_accuracy": epoch.val_accuracy,
    }
