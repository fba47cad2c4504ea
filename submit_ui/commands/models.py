"""models list|promote|rollback, and retrain."""

import sys
from typing import TYPE_CHECKING, Any, Protocol

import click

from submit_ui.commands.show import as_json_option, print_json, print_table, progress_shown

if TYPE_CHECKING:
    from formdigits.model_store import ModelStore

Json = dict[str, Any]


class Models(Protocol):
    """Model versions, here or behind a page."""

    def models(self) -> Json: ...
    def promote(self, version: str) -> Json: ...
    def roll_back(self) -> Json: ...


class LocalModels:
    """The versions in this machine's data folder, whether or not a page runs."""

    def __init__(self, store: "ModelStore") -> None:
        self._store = store

    def models(self) -> Json:
        from submit_ui.shapes import models_json

        return models_json(self._store)

    def promote(self, version: str) -> Json:
        self._store.promote(version)
        return {"current": self._store.current()}

    def roll_back(self) -> Json:
        return {"current": self._store.roll_back()}


def find_models() -> Models:
    """Behind the page that the settings name, else in the store that they name."""
    from formdigits.model_store import open_models
    from formdigits.settings import Settings
    from submit_ui.client import connect

    settings = Settings()
    return connect(settings) if settings.url else LocalModels(open_models(settings))


@click.command("list", epilog="\b\nExample:\n  formdigits models list")
@as_json_option
def listing(*, as_json: bool) -> None:
    """List the model versions, newest first."""
    found = find_models().models()
    if as_json:
        print_json(found)
    else:
        print_table(("version", "", "made", "metrics", "note"), map(model_cells, found["models"]))


@click.command(epilog="\b\nExample:\n  formdigits models promote 20261123T041000000Z-3f9c01ab")
@click.argument("version")
@as_json_option
def promote(*, version: str, as_json: bool) -> None:
    """Make a version current; running workers pick it up."""
    say_current(find_models().promote(version), as_json=as_json)


@click.command(epilog="\b\nExample:\n  formdigits models rollback")
@as_json_option
def rollback(*, as_json: bool) -> None:
    """Make the version current that was so before."""
    say_current(find_models().roll_back(), as_json=as_json)


@click.command(epilog="\b\nExample:\n  formdigits retrain --epochs 5 --wait")
@click.option("--epochs", type=click.IntRange(1, 500), help="Passes over the training digits.")
@click.option("--n-digits", type=click.IntRange(1000), help="Train on this many digits only.")
@click.option("--seed", type=click.IntRange(0), help="Makes a retrain repeatable.")
@click.option("--wait", is_flag=True, help="Wait until the retrain has ended; exit 1 when it failed.")
@as_json_option
def retrain(*, wait: bool, as_json: bool, **recipe: int | None) -> None:
    """Train a new model version; it is put in service when it is good enough."""
    from submit_ui.client import connect

    with connect() as page:
        retrain_id = page.retrain(**{name: value for name, value in recipe.items() if value is not None})
        found = follow(page, retrain_id) if wait else page.retrain_status(retrain_id)
    if as_json:
        print_json(found)
    else:
        made = f", made {found['version']}{' and promoted it' if found['promoted'] else ''}" if found["version"] else ""
        click.echo(f"retrain {retrain_id}: {found['state']}{made} {found['message']}".rstrip())
    if wait and found["state"] != "done":
        sys.exit(1)


def follow(page: Any, retrain_id: int) -> Json:
    """Show its epochs to the end.  Ctrl-C ends the following, not the retrain."""
    try:
        with progress_shown(f"retrain {retrain_id}") as show:

            def on_progress(found: Json) -> None:
                last = found["epochs"][-1] if found["epochs"] else None
                remark = f"validation accuracy {last['val_accuracy']:.4f}" if last else found["state"]
                show(len(found["epochs"]), found["recipe"]["epochs"], remark)

            ended: Json = page.wait_retrain(retrain_id, on_progress=on_progress)
            return ended
    except KeyboardInterrupt:
        click.echo("\nThe retrain goes on; the model page shows it.", err=True)
        sys.exit(130)


def model_cells(model: Json) -> list[str]:
    """A version as a line of the table."""
    shares = [f"{name} {value:.4f}" for name, value in model["metrics"].items() if 0 <= value <= 1]
    current = "current" if model["current"] else ""
    return [model["version"], current, model["created_at"][:16].replace("T", " "), ", ".join(shares[:3]), model["note"]]


def say_current(answer: Json, *, as_json: bool) -> None:
    """Which version reads from now on."""
    print_json(answer) if as_json else click.echo(f"current: {answer['current']}")
