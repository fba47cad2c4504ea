"""Make .venv and install the locked packages and the project in it.  Does nothing when that is done already.

python3 .ci/set_up.py run      what formdigits needs to run
python3 .ci/set_up.py dev      that, and what its tests and checks need
python3 .ci/set_up.py evaluate what it needs to run, and what its network is compared with
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
BOOTSTRAP = HOME / ".venv-bootstrap"
OLDEST, TOO_NEW = (3, 11), (3, 14)


def main(kind: str) -> None:
    """Set up `run`, `dev` or `evaluate`."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        sys.exit(
            f"formdigits runs on Python 3.11, 3.12 and 3.13; {sys.executable} is {sys.version.split()[0]}.\n"
            "Name another one like this: make PYTHON=python3.12 run"
        )
    wanted = fingerprint(kind)
    if stamp(kind).exists() and stamp(kind).read_text() == wanted and works(PYTHON):
        return
    if not works(PYTHON):
        make_venv()
    say("installing the locked packages, a few minutes the first time")
    pip("install", "--require-hashes", "--requirement", str(requirements(kind)))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(HOME))
    for done in ("run", kind):  # the other locks hold what is needed to run
        stamp(done).write_text(fingerprint(done))


def make_venv() -> None:
    """Make a fresh .venv; where Python came without the venv module's parts, with virtualenv instead."""
    shutil.rmtree(VENV, ignore_errors=True)
    say("making .venv")
    venv = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, check=False)
    if venv.returncode == 0 and has_pip(PYTHON):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not has_pip(Path(sys.executable)):
        sys.exit(f"{sys.executable} has neither venv nor pip; on Debian, apt-get install python3-venv brings both.")
    say("this Python has no complete venv module, taking virtualenv")
    into = ["--quiet", "--target", str(BOOTSTRAP), "--require-hashes", "--requirement", str(requirements("bootstrap"))]
    run(sys.executable, "-m", "pip", "install", *into)
    run(sys.executable, "-m", "virtualenv", "--quiet", str(VENV), PYTHONPATH=str(BOOTSTRAP))
    shutil.rmtree(BOOTSTRAP)


def works(python: Path) -> bool:
    """Whether there is a Python of this very version, with pip; a moved or half-made .venv has none."""
    return python.exists() and answer(python, "import pip, sys; print(sys.version)") == sys.version


def has_pip(python: Path) -> bool:
    """Whether this Python can install packages."""
    return answer(python, "import pip; print('yes')") == "yes"


def answer(python: Path, code: str) -> str:
    """What a Python prints; nothing where it fails."""
    done = subprocess.run([python, "-c", code], capture_output=True, check=False, text=True)
    return done.stdout.removesuffix("\n")


def pip(*arguments: str) -> None:
    """Call the pip of .venv."""
    run(str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments)


def run(*command: str, **environment: str) -> None:
    """Run a command that asks nothing; end here when it fails, its own words are on the screen."""
    done = subprocess.run(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"could not set up: {' '.join(command)}")


def requirements(kind: str) -> Path:
    """The lock of `run`, `dev` or `evaluate`."""
    return HOME / "requirements" / f"{kind}.txt"


def stamp(kind: str) -> Path:
    """The file that says what is installed."""
    return VENV / f".set-up-{kind}"


def fingerprint(kind: str) -> str:
    """Changes with the lock, with the project's metadata (its commands among it) and with the checkout's place."""
    seen = requirements(kind).read_bytes() + (HOME / "pyproject.toml").read_bytes() + str(HOME).encode()
    return hashlib.sha256(seen).hexdigest()


def say(what: str) -> None:
    """Tell the person what takes so long."""
    print(f"set-up: {what}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"], ["evaluate"]):
        sys.exit(__doc__)
    main(sys.argv[1])
