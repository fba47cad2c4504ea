"""doctor: what works here, what does not, and how to mend it."""

import sys

import click

from submit_ui.commands.show import as_json_option, print_json, print_table


@click.command(epilog="\b\nExample:\n  formdigits doctor")
@as_json_option
def doctor(*, as_json: bool) -> None:
    """Check this machine and the formdigits that runs on it; exit 1 when something is to be mended."""
    from formdigits.settings import Settings
    from submit_ui.checks import run_checks

    findings = run_checks(Settings())
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        print_table(("check", "", "finding"), ((one.check, one.state, one.text) for one in findings))
    if any(finding.state == "bad" for finding in findings):
        sys.exit(1)
