"""Every command ends with a sentence where a `FORMDIGITS_` variable makes no sense."""

import pytest
from click.testing import CliRunner

from formdigits.shipped import shipped_folder
from submit_ui.cli import main

SCAN = str(shipped_folder("samples") / "digits" / "digit-06.png")
COMMANDS = [
    ["up"],
    ["doctor"],
    ["predict", SCAN],
    ["read", SCAN, "--form", "single-digit"],
    ["evaluate", str(shipped_folder("samples"))],
    ["form", "preview", "water-meter-card", SCAN],
    ["form", "test", "water-meter-card", SCAN],
    ["form", "print", "water-meter-card"],
    ["forecast", "water-meter-card"],
    ["submit", SCAN, "--form", "single-digit"],
    ["status"],
    ["retrain"],
    ["tokens", "list"],
    ["models", "list"],
    ["models", "publish", SCAN],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_wrong_setting_ends_a_command_with_one_sentence(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMDIGITS_MAX_ERROR", "abc")

    result = CliRunner().invoke(main, words)

    assert result.stderr == "formdigits: FORMDIGITS_MAX_ERROR is 'abc', and must be a number above 0 up to 1\n"
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []
