"""Secrets in the data folder, made on first use."""

import secrets
from fcntl import LOCK_EX, flock
from pathlib import Path

from formdigits.settings import Settings


def token_file(settings: Settings) -> Path:
    """Where the operator's token lies when the settings name none."""
    return settings.data / "token"


def ensure_token(settings: Settings) -> str:
    """The operator's token: the one in the settings, else the one in the data folder, made on first use."""
    return settings.token or ensure_secret(token_file(settings))


def ensure_secret(path: Path) -> str:
    """Read a secret, or make it: only its owner can read it, and programs that start together agree on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            if not path.exists():  # another program may have been first
                part = path.with_name(f".{path.name}.part")
                part.unlink(missing_ok=True)
                part.touch(mode=0o600)
                part.write_text(secrets.token_urlsafe(32))
                part.replace(path)
    return path.read_text().strip()
