"""formdigits, as a worker reads."""

from collections.abc import Sequence

from bench.digits.cells import read_cells
from bench.digits.readers.answer import Answer, best_digits, by_cell
from bench.digits.run import classifier
from formdigits.arrays import GreyPage


class Formdigits:
    """The shipped network on one thread."""

    name = "formdigits"
    at_most = 10_000

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """Normalise and read; what is taken for no digit gets its digit with the little that is left for it."""
        return best_digits(read_cells(cells, classifier()))

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """Box by box, as forms have them."""
        return by_cell(self, fields)
