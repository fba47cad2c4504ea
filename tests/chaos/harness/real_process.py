"""What a real worker's processes import before the product's own modules."""

from tests.chaos.harness import traps

traps.set_up()
