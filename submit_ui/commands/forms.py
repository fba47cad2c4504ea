"""form new, form check, form print, form save."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from submit_ui.commands.show import as_json_option, print_json

if TYPE_CHECKING:
    from formdigits.form_template import Shelved

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
ASK = "Field, such as reading:6, amount:6.2, read_on:date, paid:yes,no or signature:image (nothing more: Enter)"


@click.command(
    epilog="\b\nExample:\n  formdigits form new water-bill --fields 'customer_number:8 reading:6 paid:yes,no'"
)
@click.argument("name")
@click.option("--fields", help="What is to be filled in, as 'name:what name:what'; asked for where it is left out.")
@click.option("--title", help="What is printed at the top; made of NAME where it is left out.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", show_default=True)
@click.option("--out", type=NEW_FILE, help="The form template (NAME.yaml).")
def new(*, name: str, fields: str | None, title: str | None, paper: str, out: Path | None) -> None:
    """Make a form: marks, code and boxes find their places by themselves.

    A field is name:8 (so many digits), name:6.2 (of them 2 decimals), name:date, name:yes,no (boxes to mark) or
    name:image (kept as a picture, such as a signature).
    """
    from formdigits.errors import BadRequest
    from submit_ui.new_form import lay_out, parse_wanted

    out = out or Path(f"{name}.yaml")
    if out.exists():
        raise BadRequest(f"{out} is there already; remove it, or give another name with --out")
    wanted = parse_wanted(fields or " ".join(iter(lambda: click.prompt(ASK, default="", show_default=False), "")))
    text = lay_out(name, title or name.replace("-", " ").capitalize(), wanted, paper)
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}: {len(wanted)} fields, {paper}")
    click.echo(f"print it:        formdigits form print {out}")
    click.echo(f"have it read:    formdigits form save {out}")


@click.command("print", epilog="\b\nExample:\n  formdigits form print water-bill.yaml --serials 1-500")
@click.argument("name_or_file")
@click.option("-o", "--output", type=NEW_FILE, help="PDF file (NAME.pdf; - is stdout).")
@click.option("--serials", help="A numbered copy for each of these, such as 1-500.")
def print_pdf(*, name_or_file: str, output: Path | None, serials: str | None) -> None:
    """Make the PDF of a form template, to print and fill in.

    NAME_OR_FILE is a YAML file, or the name of a form that formdigits knows.
    """
    from submit_ui.form_print import parse_serials, refuse_unprintable, write_form

    form = find(name_or_file).form
    batch = parse_serials(serials) if serials else None
    if str(output) == "-":
        write_form(form, sys.stdout.buffer, batch)
        return
    refuse_unprintable(form, batch)  # before there is an empty file
    output = output or Path(f"{form.id}.pdf")
    with output.open("wb") as file:
        write_form(form, file, batch)
    n_pages = (batch.n_copies if batch else 1) * len(form.pages)
    click.echo(f"{output}: {form.title}, {n_pages} page{'' if n_pages == 1 else 's'}, print at 100 %")


@click.command(epilog="\b\nExample:\n  formdigits form check my-form.yaml")
@click.argument("file", type=FILE)
@as_json_option
def check(*, file: Path, as_json: bool) -> None:
    """Check a form template; every complaint names its line and the mend.

    Warnings name what could be better; a form with warnings can be used.
    """
    from formdigits.errors import FormTemplateInvalid
    from submit_ui.form_shapes import checked_json

    try:
        checked = checked_json(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise FormTemplateInvalid(f"{file.name}: not UTF-8 text; save it as UTF-8") from error
    if as_json:
        print_json(checked)
    if not checked["valid"]:
        if as_json:
            raise click.exceptions.Exit(FormTemplateInvalid.exit_code)
        raise FormTemplateInvalid("\n".join(said(file, complaint) for complaint in checked["complaints"]))
    find(str(file))  # with the files that lie beside it
    if not as_json:
        form = checked["form"]
        n_boxes = sum(len(field["cells"]) for field in form["fields"])
        click.echo(f"{file.name}: {form['form']} is valid, {len(form['fields'])} fields, {n_boxes} boxes")
        for warning in checked["warnings"]:
            click.echo(f"warning: {file.name}, {warning.removeprefix('form, ')}", err=True)


@click.command(epilog="\b\nExample:\n  formdigits form save my-form.yaml")
@click.argument("file", type=FILE)
@as_json_option
def save(*, file: Path, as_json: bool) -> None:
    """Save a version of a form on the server, with the files that it names; jobs may name it at once."""
    from submit_ui.client import connect

    found = find(str(file))
    beside = {name: found.beside.read(name) for name in sorted(found.form.files)}
    with connect() as client:
        saved = client.save_form(found.text, beside)
    if as_json:
        print_json(saved)
    else:
        click.echo(f"saved {saved['form']}: formdigits submit scans/ --form {found.form.id}")


def find(name_or_file: str) -> "Shelved":
    """The form of a file, or the one with this name; its files are looked at."""
    from formdigits.known_forms import find_form
    from formdigits.settings import Settings

    return find_form(name_or_file, Settings()).found


def said(file: Path, complaint: dict[str, object]) -> str:
    """A complaint as editors understand it."""
    line = f", line {complaint['line']}" if complaint["line"] else ""
    return f"{file.name}{line}: {complaint['message']}"
