"""Measures the ways to compute the network, from the same weights: `make bench-network`.  Start at `__main__`."""
