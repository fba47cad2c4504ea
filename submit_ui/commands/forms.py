"""form print, form check."""

import sys
from pathlib import Path

import click

from submit_ui.commands.show import as_json_option, print_json


@click.command("print", epilog="\b\nExample:\n  formdigits form print water-meter -o water-meter.pdf")
@click.argument("name")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="PDF file (NAME.pdf; - is stdout)."
)
def print_pdf(*, name: str, output: Path | None) -> None:
    """Make the PDF of a form template, to print and fill in."""
    from formdigits.form_template import FormShelf
    from formdigits.settings import Settings
    from submit_ui.form_print import print_form

    form = FormShelf(Settings().form_folders).get(name)
    pdf = print_form(form)
    if str(output) == "-":
        sys.stdout.buffer.write(pdf)
        return
    output = output or Path(f"{form.id}.pdf")
    output.write_bytes(pdf)
    click.echo(f"{output}: {form.title}, print it at 100 %")


@click.command(epilog="\b\nExample:\n  formdigits form check my-form.yaml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json_option
def check(*, file: Path, as_json: bool) -> None:
    """Check a form template; every complaint names its line and the mend."""
    from formdigits.errors import FormTemplateInvalid
    from formdigits.form_template import check_form
    from submit_ui.form_advice import advise

    try:
        form, warnings = check_form(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError as error:
        raise FormTemplateInvalid(f"{file.name}: not UTF-8 text; save it as UTF-8") from error
    n_boxes = sum(len(field.cells) for field in form.fields)
    warnings += advise(form)
    if as_json:
        counts = {"n_fields": len(form.fields), "n_boxes": n_boxes}
        print_json({"form": form.ref, "title": form.title, **counts, "warnings": warnings})
    else:
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
        click.echo(f"{file.name}: {form.ref} is valid, {len(form.fields)} fields, {n_boxes} boxes")
