"""form preview, form test: a form on real scans."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formdigits.errors import PageError
from worker.named_scans import OnePage

if TYPE_CHECKING:
    from worker.form_doctor import Findings
    from worker.form_overlay import Picture
    from worker.form_scans import Tried

SCAN = click.Path(exists=True, dir_okay=False, path_type=Path)
PNG = click.Path(dir_okay=False, path_type=Path)


@click.command(epilog="\b\nExample:\n  formdigits form preview water-bill.yaml scan.jpg -o out.png")
@click.argument("form")
@click.argument("scan", type=OnePage())
@click.option("-o", "--output", type=PNG, default=Path("preview.png"), show_default=True, help="Picture to write.")
def preview(*, form: str, scan: str, output: Path) -> None:
    """Show where a form's boxes and marks come to lie on a scan.

    FORM is a YAML file, or the name of a form that formdigits knows; SCAN may be a page of a document, such as
    bills.pdf#page=2.  Boxes for digits are green, boxes to mark
    orange, marks and code red.
    """
    from formdigits.known_forms import find_form
    from formdigits.scan import decode_scan, to_grey
    from formdigits.settings import Settings
    from worker.form_overlay import draw_overlay
    from worker.named_scans import scan_at
    from worker.registration import register

    known = find_form(form, Settings())
    grey = to_grey(decode_scan(scan_at(scan)[1]))
    registration = register(grey, known.form, references=known.shelf)
    save(draw_overlay(grey, known.form, registration), output)
    n_marks = len(known.form.pages[registration.page_number - 1].registration.marks)
    found = f", {registration.n_marks} of {n_marks} marks" if n_marks else ""
    click.echo(
        f"{output}: page {registration.page_number} of {known.form.ref}, {registration.residual_mm:.2f} mm{found}"
    )


@click.command(epilog="\b\nExample:\n  formdigits form test water-bill.yaml scans/*.jpg --out sheet.png")
@click.argument("form")
@click.argument("scans", type=SCAN, nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--out", type=PNG, help="Contact sheet: all scans with the form over them.")
@click.option("--max-error", type=click.FloatRange(0, 1, min_open=True), help="Error budget, such as 0.005.")
def test(*, form: str, scans: Sequence[Path], as_json: bool, out: Path | None, max_error: float | None) -> None:
    """Try a form on 5 to 20 filled in scans and say what to change.

    FORM is a YAML file, or the name of a form that formdigits knows.  Nothing is kept.  Exits with 3 when a scan could
    not be read.
    """
    import json

    from formdigits.known_forms import find_form
    from formdigits.settings import Settings
    from worker import form_doctor
    from worker.commands import current_classifier
    from worker.form_overlay import contact_sheet
    from worker.form_scans import Means, try_scan
    from worker.named_scans import scans_in
    from worker.second_opinion import second_reader

    settings = Settings()
    known, second = find_form(form, settings), second_reader(settings)
    means = Means(known.shelf, current_classifier(), max_error or settings.max_error, second)
    tried = [try_scan(scan, known.form, means) for scan in scans_in(scans)]
    found = form_doctor.examine(known.form, tried)
    advice = form_doctor.advise(known.form, found)
    if out:
        save(contact_sheet(known.form, tried), out)
    if as_json:
        click.echo(json.dumps(form_doctor.as_json(found, advice, tried), indent=2))
    else:
        show(found, advice, tried)
    if found.failures:
        raise click.exceptions.Exit(PageError.exit_code)


def show(found: "Findings", advice: Sequence[str], tried: "Sequence[Tried]") -> None:
    """For people."""
    from formdigits.readings import PageFailure

    for one in tried:
        if isinstance(one.result, PageFailure):
            click.echo(f"{one.name}: {one.result.code}: {one.result.message}")
    click.echo(f"{found.form}: {found.n_read} of {found.n_scans} scans read")
    if found.residual_mm:
        click.echo(f"residual          {found.residual_mm[0]:.2f} mm median, {found.residual_mm[1]:.2f} mm worst")
    if found.marks[1]:
        click.echo(f"marks             {found.marks[0]} of {found.marks[1]} found")
    if found.dpi:
        boxes = f", boxes of {found.cell_px} pixels" if found.cell_px else ""
        click.echo(f"resolution        {found.dpi:.0f} dpi{boxes}")
    if found.touching is not None:
        click.echo(f"on the box line   {found.touching:.1%} of the digits")
    width = max((len(field.name) for field in found.fields), default=0)
    for field in found.fields:
        right = "never filled in" if field.accuracy is None else f"{field.accuracy:.2%} expected right"
        click.echo(f"{field.name:{width}}  {right}, blank {field.blank:.0%}, to review {field.review:.0%}")
    for sentence in advice or ["nothing to change"]:
        click.echo(f"-> {sentence}")


def save(picture: "Picture", path: Path) -> None:
    """Write a PNG, whatever the file is called."""
    import cv2

    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
