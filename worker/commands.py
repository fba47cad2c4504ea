"""The verbs of the `formdigits` command that read in this process, without a queue: `predict`, `read`, `evaluate`."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from formdigits.errors import PageError
from worker.named_scans import OnePage, OneScan, scan_at

if TYPE_CHECKING:
    from worker.digit_classifier import DigitClassifier

NAMED = 8
"""Files and folders without a label that are named, however many there are."""

max_error_option = click.option(
    "--max-error", type=click.FloatRange(0, 1, min_open=True), help="Error budget, such as 0.005."
)


@click.command(epilog="Example: formdigits predict 2.png --show")
@click.argument("image", type=OnePage())
@click.option("--show", is_flag=True, help="Open a picture of the image with its digit.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Save that picture as a PNG.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole reading as JSON.")
@max_error_option
def predict(*, image: str, show: bool, save: Path | None, as_json: bool, max_error: float | None) -> None:
    """Read the one digit on an image and print it.

    Prints `_` for a blank image and `?` for ink that is no digit.  How sure it is goes to standard error.  IMAGE may be
    a page of a document, such as digits.pdf#page=2; the page of a form is read by `formdigits read`.
    """
    from formdigits.charts import draw_prediction
    from formdigits.form_template import SINGLE_DIGIT
    from formdigits.scan import decode

    name, data = scan_at(image)
    [field] = _read_scan(name, data, SINGLE_DIGIT.id, max_error)["fields"]
    if as_json:
        click.echo(json.dumps(field))
    else:
        click.echo(field["text"])
        click.echo(f"confidence {field['confidence']:.4f}, {field['outcome']}", err=True)
    if show and save is None:
        save = Path(tempfile.mkdtemp()) / "prediction.png"
    if save:
        draw_prediction(decode(data), f"{field['text']}  ({field['confidence']:.1%})", save)
    if show:
        click.launch(str(save))


@click.command(epilog="Example: formdigits read card.jpg --form water-meter-card")
@click.argument("page", type=OnePage())
@click.option("--form", required=True, help="A form template: its name, or a YAML file.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole reading as JSON.")
@max_error_option
def read(*, page: str, form: str, as_json: bool, max_error: float | None) -> None:
    """Read one scanned page in this process and print its fields.

    PAGE is an image, a document of one page, or a page of a document, such as bills.pdf#page=2.
    """
    reading = _read_scan(*scan_at(page), form, max_error)
    if as_json:
        click.echo(json.dumps(reading))
        return
    width = max(len(field["name"]) for field in reading["fields"])
    for field in reading["fields"]:
        sure = f"{field['outcome']} ({field['confidence']:.4f})"
        click.echo(f"{field['name']:{width}}  {field['text']}  {sure}{remarks(field)}")


def remarks(field: dict[str, Any]) -> str:
    """What is doubtful about a field; of one without a doubt, what changed it."""
    if field["doubts"] or field["raw"] is None:
        return "".join(f", {doubt['message']}" for doubt in field["doubts"])
    constraints = sorted({change["constraint"] for change in field["changes"]})
    return f", read as {field['raw']}, changed by {' and '.join(constraints)}"


@click.command(epilog="Example: formdigits evaluate labelled/ --report report/")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Save the accept curve as a PNG.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), help="Save all figures and plots here.")
@max_error_option
def evaluate(*, folder: Path, as_json: bool, plot: Path | None, report: Path | None, max_error: float | None) -> None:
    """Measure the current model on your own labelled images.

    FOLDER has a subfolder for each digit, 0 to 9, and may have one named `none` with images that hold no digit.  Images
    may have any size and either polarity.
    """
    from formdigits.calibration import least_for
    from formdigits.charts import draw_accept_curve
    from formdigits.evaluation import evaluate as measure
    from formdigits.settings import Settings
    from worker.labelled_folder import BELONGS, read_labelled_folder
    from worker.labelled_report import describe, values, write_report

    classifier = current_classifier()
    threshold = least_for(classifier, max_error or Settings().max_error, 1)
    for place in filter(None, (report, plot and plot.parent)):
        place.mkdir(parents=True, exist_ok=True)
    labelled = read_labelled_folder(folder, classifier)
    evaluation = measure(labelled.probabilities, labelled.labels, threshold=threshold)
    if plot:
        draw_accept_curve(evaluation.accept_curve, plot)
    if report:
        write_report(report, evaluation, labelled.unreadable)
    click.echo(json.dumps(values(evaluation, labelled.unreadable)) if as_json else "\n".join(describe(evaluation)))
    for name, reason in labelled.unreadable.items():
        click.echo(f"not read: {name}: {reason}", err=True)
    if others := labelled.passed_over:
        more = f" and {len(others) - NAMED:,} more" if len(others) > NAMED else ""
        click.echo(f"not looked at: {', '.join(others[:NAMED])}{more}: {BELONGS}", err=True)


def _read_scan(name: str, data: bytes, form_or_file: str, max_error: float | None) -> dict[str, Any]:
    """Read one page as a worker would."""
    from formdigits.known_forms import find_form
    from formdigits.readings import PageFailure
    from formdigits.settings import Settings
    from worker.form_scans import Means, read_one
    from worker.second_opinion import second_reader

    settings = Settings()
    known, second = find_form(form_or_file, settings), second_reader(settings)
    means = Means(known.shelf, current_classifier(), max_error or settings.max_error, second)
    result = read_one(OneScan(name, data), known.form, means)
    if isinstance(result, PageFailure):
        raise PageError(f"{name}: {result.code}: {result.message}")
    return result.model_dump(mode="json")


def current_classifier() -> "DigitClassifier":
    """The current model of the data folder, or the one that ships where there is no data folder."""
    import cv2

    from formdigits.model_store import open_models
    from formdigits.model_version import DEFAULT_MODEL
    from formdigits.settings import Settings
    from worker.digit_classifier import DigitClassifier

    cv2.setNumThreads(1)
    store = open_models(Settings())
    current = store.current()
    return DigitClassifier(store.folder(current) if current else DEFAULT_MODEL)
