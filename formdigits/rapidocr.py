"""Where the package `rapidocr` has its network.

Nothing else of it is used: neither its code, nor anything that it would fetch.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from formdigits.errors import NotInstalled

NETWORK = "rapidocr/models/PP-OCRv6_rec_small.onnx"
"""PP-OCRv6, of Baidu, under the Apache licence 2.0; it lies in the wheel."""


def network_file() -> Path:
    """The network, as ONNX.

    Raises:
        NotInstalled: the package is not there, or is another release.
    """
    try:
        file = Path(str(distribution("rapidocr").locate_file(NETWORK)))
    except PackageNotFoundError:
        file = None
    if file is None or not file.is_file():
        raise NotInstalled(
            "FORMDIGITS_SECOND_OPINION=rapidocr needs rapidocr 3.10, which is not installed; install it with"
            " `pip install --require-hashes -r requirements/second-opinion.txt`, or leave the setting empty"
        )
    return file
