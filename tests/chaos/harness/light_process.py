"""What a light worker's processes import before the product's own modules."""

from tests.chaos.harness import traps
from tests.chaos.harness.light_network import take_the_place_of_keras

take_the_place_of_keras()
traps.set_up()
