"""`formdigits train` and `formdigits models publish`."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trainer.progress import Epoch

SEED = 2026
EPOCHS = 12
"""The short recipe, as `Recipe` has it; `make train-best` takes 40, for the model that ships with formdigits."""


@click.command(epilog="Example: formdigits train --epochs 12")
@click.option("--epochs", type=click.IntRange(1, 500), default=EPOCHS, show_default=True)
@click.option("--digits", "n_digits", type=click.IntRange(min=1000), help="Train on this many digits only.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--save-as-default", is_flag=True, help="Make it the model that ships with formdigits.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def train(*, epochs: int, n_digits: int | None, seed: int, save_as_default: bool, as_json: bool) -> None:
    """Train a network here and now, without the queue."""
    from formdigits.messages import Recipe
    from formdigits.model_store import ModelStore, open_models
    from formdigits.model_version import DEFAULT_MODEL
    from formdigits.settings import Settings
    from trainer.retraining import retrain

    recipe = Recipe(epochs=epochs, n_digits=n_digits, seed=seed)
    with tempfile.TemporaryDirectory(prefix="formdigits-") as folder:
        models = ModelStore(Path(folder)) if save_as_default else open_models(Settings())
        if not save_as_default:
            models.seed()
        trained = retrain(
            recipe, models=models, on_epoch=print_epoch, is_cancelled=lambda: False, may_promote=lambda: True
        )
        if save_as_default:
            replace_folder(models.folder(trained.version), DEFAULT_MODEL)
    print_outcome(trained.version, trained.message, trained.metrics, as_json=as_json)


@click.command(epilog="Example: formdigits models publish mnist_cnn.h5")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--promote/--no-promote", default=True, help="Make it current at once.", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def publish(*, file: Path, promote: bool, as_json: bool) -> None:
    """Publish a Keras .h5 that was trained elsewhere, with 10 or 11 outputs."""
    from formdigits.model_store import open_models
    from formdigits.settings import Settings
    from trainer.publishing import publish_file

    models = open_models(Settings())
    models.seed()
    published = publish_file(file, models, promote=promote)
    message = "promoted" if promote else f"published; promote it with `formdigits models promote {published.version}`"
    message = "; ".join((message, *published.decision.reasons))
    print_outcome(published.version, message, published.metrics, as_json=as_json)


def print_epoch(epoch: "Epoch") -> None:
    """One line an epoch, on standard error."""
    click.echo(
        f"epoch {epoch.number}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.4f},"
        f" held out {epoch.val_loss:.4f} and {epoch.val_accuracy:.4f}",
        err=True,
    )


def print_outcome(version: str, message: str, metrics: dict[str, float], *, as_json: bool) -> None:
    """What came of it, as lines or as JSON."""
    if as_json:
        click.echo(json.dumps({"version": version, "message": message, "metrics": metrics}))
        return
    click.echo(f"{version}: {message}")
    for name, value in metrics.items():
        click.echo(f"  {name.replace('_', ' ')}: {value:g}")


def replace_folder(source: Path, target: Path) -> None:
    """Copy a folder over another one."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
