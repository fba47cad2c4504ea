"""The checkout as the house tests see it: the files that are or will be committed."""

import subprocess
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("formdigits", "worker", "trainer", "submit_ui")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git tracks or would add; all of them where there is no git."""
    git = ["git", "-C", str(HOME), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(git, capture_output=True, check=False, text=True)
    names = listed.stdout.split("\0") if listed.returncode == 0 else map(str, HOME.rglob("*"))
    return tuple(path for path in sorted({HOME / name for name in names if name}) if path.is_file())


def texts(*suffixes: str) -> dict[str, str]:
    """The text files by their path in the checkout, of these suffixes or of all."""
    found = {}
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data and (not suffixes or path.suffix in suffixes):
            found[str(path.relative_to(HOME))] = data.decode()
    return found


def text(name: str) -> str:
    return (HOME / name).read_text()
