"""forecast: what will go to review, before anything is read."""

import click

from submit_ui.commands.show import as_json_option, print_json, print_table


@click.command(epilog="\b\nExample:\n  formdigits forecast water-meter-card --max-error 0.001")
@click.argument("name_or_file", metavar="FORM")
@click.option("--max-error", type=click.FloatRange(0, 1, min_open=True), help="Error budget: wrong among accepted.")
@as_json_option
def forecast(*, name_or_file: str, max_error: float | None, as_json: bool) -> None:
    """Say how much of filled-in copies of a form will go to review.

    FORM is a YAML file, or the name of a form that formdigits knows.  The forecast is for copies with every box filled
    in, by hands and on scans like those that the model in service was measured on; before there is one, it is for the
    model that ships.
    """
    from formdigits.known_forms import find_form
    from formdigits.model_store import open_models
    from formdigits.model_version import DEFAULT_MODEL, read_manifest
    from formdigits.settings import Settings
    from submit_ui.forecasts import amount, forecast_json, forecast_of, in_service, sentence

    settings = Settings()
    models, budget = open_models(settings), max_error or settings.max_error
    manifest = in_service(models) if models.current() else read_manifest(DEFAULT_MODEL)
    found = forecast_of(find_form(name_or_file, settings).form, manifest, budget)
    if as_json:
        print_json(forecast_json(found))
        return
    click.echo(f"{found.form}, error budget {budget:g}, model {found.model_version}", err=True)
    columns = ("field", "digits", "error budget", "to review of 100")
    print_table(
        columns,
        ((one.name, str(one.n_digits), f"{one.max_error:g}", amount(one.review)) for one in found.fields),
    )
    click.echo(sentence(found))
