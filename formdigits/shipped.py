"""Where the folders that ship with the product lie: inside the installed package, or at the top of a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped_folder(name: str) -> Path:
    """Find `forms` or `samples`."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
