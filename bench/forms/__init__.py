"""Measures how forms are read from simulated scans, beside their truth: `make bench-forms`.  Start at `__main__`."""
