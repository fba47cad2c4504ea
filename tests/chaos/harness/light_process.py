"""What a light worker's processes import before the product's own modules."""

from tests.chaos.harness import traps
from tests.chaos.harness.light_network import take_its_place

take_its_place()
traps.set_up()
