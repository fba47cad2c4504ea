"""The `formdigits` command: verbs gathered from the three programs by entry points, each loaded when it is needed."""

from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from formdigits import __version__
from formdigits.errors import FormdigitsError

COMMANDS = "formdigits.commands"
"""The group of entry points; a dot in a name makes a subcommand."""
GROUPS = {
    "models": "Model versions: which there are and which one reads.",
    "form": "Form templates: make them, check, print, try and save them.",
    "tokens": "Tokens: who may use this formdigits, and what for.",
}


class Verbs(click.Group):
    """A group whose commands are entry points; importing one costs nothing until it is run or its help is shown."""

    def __init__(self, prefix: str = "", **attributes: Any) -> None:
        super().__init__(**attributes)
        self._prefix = prefix

    @cached_property
    def _entries(self) -> dict[str, EntryPoint]:
        found = entry_points(group=COMMANDS)
        return {entry.name.removeprefix(self._prefix): entry for entry in found if entry.name.startswith(self._prefix)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted({name.partition(".")[0] for name in self._entries})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name in self._entries:
            command: click.Command = self._entries[cmd_name].load()
            return command
        if any(name.startswith(f"{cmd_name}.") for name in self._entries):
            prefix = f"{self._prefix}{cmd_name}."
            return Verbs(prefix, name=cmd_name, help=GROUPS.get(cmd_name, f"Commands of {cmd_name}."))
        return None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; an error of ours, or of a file, becomes its message and its exit code, without a traceback."""
        try:
            return super().invoke(ctx)
        except FormdigitsError as error:
            click.echo(f"formdigits: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if not (error.filename and error.strerror):  # of no file: a reader that has gone away, or a mistake of ours
                raise
            click.echo(f"formdigits: {error.filename}: {error.strerror.lower()}", err=True)
            ctx.exit(FormdigitsError.exit_code)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  formdigits submit scans/ --form single-digit --wait",
)
@click.version_option(__version__, prog_name="formdigits")
def main() -> None:
    """Read handwritten digits from scanned forms."""
