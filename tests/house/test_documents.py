"""What the documents say exists: commands, settings, files."""

import re

import click
import pytest

from formdigits.settings import Settings
from submit_ui.cli import main
from tests.house.checkout import HOME, text, texts

DOCUMENTS = {name: body for name, body in texts(".md").items() if not name.startswith("trainer/")}
TARGETS = set(re.findall(r"^([a-z.]+):.*## ", text("Makefile"), re.MULTILINE))


def verbs(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Every command by its words: `submit`, `models list`."""
    found = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= verbs(command, f"{before}{name} ")
        else:
            found[f"{before}{name}"] = command
    return found


def code_of(document: str) -> str:
    """What stands in code blocks, between backticks, and indented."""
    pieces = re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`|^ {4}(.+)$", document, re.DOTALL | re.MULTILINE)
    return "\n".join("".join(piece) for piece in pieces)


VERBS = verbs(main)


def settings_table() -> str:
    """The table in docs/settings.md, made from `Settings`."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default == "" else f"`{field.default}`"
        lines.append(f"| `FORMDIGITS_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_in_a_document_exists(name):
    named = re.findall(r"\bmake (?:[A-Z]+=\S+ )*([a-z.]+)", code_of(DOCUMENTS[name]))

    assert set(named) <= TARGETS


def test_every_make_target_is_phony_or_a_file():
    phony = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)

    assert phony
    assert TARGETS - {".env"} <= set(phony[1].split())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_in_a_document_exists(name):
    groups = {verb.split()[0] for verb in VERBS if " " in verb}
    named = re.findall(r"(?:^|[\s/(])formdigits ([a-z]+)(?: ([a-z]+))?", code_of(DOCUMENTS[name]))

    unknown = {" ".join(words) for words in named if (" ".join(words) if words[0] in groups else words[0]) not in VERBS}

    assert not unknown


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_and_every_option_is_explained(verb):
    section = re.search(rf"^### `formdigits {verb}\b.*?(?=^##|\Z)", text("docs/commands.md"), re.DOTALL | re.MULTILINE)
    assert section

    options = {name for option in VERBS[verb].params for name in option.opts if name.startswith("--")}

    assert not {name for name in options - {"--json"} if not re.search(rf"`[^`]*{name}\b", section[0])}


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_shows_an_example(verb):
    shown = f"{VERBS[verb].help}\n{VERBS[verb].epilog}"

    assert re.search(rf"Example:\s+formdigits {verb}\b", shown)


def test_the_table_of_settings_is_the_settings():
    expected = settings_table()

    assert expected in text("docs/settings.md"), f"put this table into docs/settings.md:\n{expected}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_setting_in_a_document_is_one(name):
    named = set(re.findall(r"\bFORMDIGITS_[A-Z_]+\b", DOCUMENTS[name]))

    assert named <= {f"FORMDIGITS_{setting.upper()}" for setting in Settings.model_fields}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name):
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", DOCUMENTS[name])

    assert not [link for link in links if not (HOME / name).parent.joinpath(link).exists()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_names_exists(name):
    folders = "deploy|formdigits|worker|trainer|submit_ui|tests|forms|samples|docs|bench|requirements|\\.ci"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", DOCUMENTS[name])

    assert not [path for path in named if not (HOME / path).exists()]


def test_the_hooks_before_a_commit_are_the_checks_of_the_makefile():
    checks = re.search(r"^check:.*\n((?:\t.*\n)+)", text("Makefile"), re.MULTILINE)
    assert checks

    tools = re.findall(r"\$\(BIN\)/([a-z-]+(?: format| check)?)", checks[1])

    assert all(f"entry: .venv/bin/{tool}" in text(".pre-commit-config.yaml") for tool in tools)
