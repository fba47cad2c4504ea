import subprocess
import sys

from click.testing import CliRunner

from trainer.commands import publish, train


def test_the_commands_explain_themselves_with_an_example():
    runner = CliRunner()

    helps = [runner.invoke(command, ["--help"]).output for command in (train, publish)]

    assert "formdigits train --epochs 12" in helps[0]
    assert "formdigits models publish mnist_cnn.h5" in helps[1]


def test_listing_the_commands_loads_nothing_heavy():
    code = "import sys, trainer.commands; print({'tensorflow', 'keras', 'cv2', 'matplotlib'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "set()"
