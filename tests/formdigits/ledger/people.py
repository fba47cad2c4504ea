"""People and programs that use one ledger at once."""

import threading
from collections.abc import Callable

from formdigits.ledger import Ledger, open_ledger


class Person(threading.Thread):
    """Does something with connections of its own, and keeps the error that ended it."""

    def __init__(self, url: str, do: Callable[[Ledger], object]) -> None:
        super().__init__(daemon=True)
        self.ledger = open_ledger(url)
        self.do = do
        self.found: object = None

    def run(self) -> None:
        try:
            self.found = self.do(self.ledger)
        except Exception as error:  # noqa: BLE001 -- shown by the test
            self.found = error
        finally:
            self.ledger.close()
