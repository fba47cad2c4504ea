"""How much disk packages take, with everything that they need and without what formdigits has anyway."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

ANYWAY = ("numpy", "h5py", "pillow", "packaging", "typing-extensions")


def installed_mb(packages: tuple[str, ...]) -> float:
    """Megabytes of the files of packages and of their requirements."""
    return sum(map(size_bytes, closure(packages).values())) / 1e6


def closure(packages: tuple[str, ...]) -> dict[str, Distribution]:
    """Packages and what they require, as far as it is installed; extras are not."""
    found: dict[str, Distribution] = {}
    left = list(packages)
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name in found or name in ANYWAY:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        wanted = [line for line in found[name].requires or () if "extra ==" not in line]
        left += [match[0] for line in wanted if (match := re.match(r"[\w.-]+", line))]
    return found


def size_bytes(package: Distribution) -> int:
    """Of all its files."""
    places = [package.locate_file(file) for file in package.files or ()]
    return sum(place.stat().st_size for place in places if place.is_file())  # type: ignore[attr-defined]
