"""Scans to try formdigits on, with the truth beside them, and the code that drew them: `python -m samples.draw`."""
