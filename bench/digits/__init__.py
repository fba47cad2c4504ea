"""Measures the network that ships, and writes docs/model-card.md: `make evaluate`.  Start at `__main__`."""
