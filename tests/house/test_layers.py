"""What import-linter cannot see: what is really loaded when a program starts."""

import subprocess
import sys

import pytest

from tests.house.checkout import HOME


def loaded_by(module: str, folder: str) -> set[str]:
    """The top names of everything that a fresh Python has loaded after it imported a module."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    environment = {"FORMDIGITS_DATA_DIR": folder, "PYTHONPATH": str(HOME)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["worker.app", "trainer.app"])
def test_the_process_that_starts_the_others_has_no_network_loaded(module, tmp_path):
    # TensorFlow that is loaded before a process is made of this one makes that process hang for ever.
    loaded = loaded_by(module, str(tmp_path))

    assert not {"tensorflow", "keras", "onnxruntime", "flask"} & loaded


def test_the_page_starts_without_a_neural_network(tmp_path):
    loaded = loaded_by("submit_ui.app", str(tmp_path))

    assert not {"tensorflow", "keras", "worker", "trainer"} & loaded


def test_the_command_starts_without_what_its_help_does_not_need(tmp_path):
    loaded = loaded_by("submit_ui.cli", str(tmp_path))

    assert not {"tensorflow", "keras", "flask", "celery", "cv2", "matplotlib", "sqlalchemy"} & loaded
