"""Measures what each part of the training recipe brings: `make ablation`.  Start at `__main__`."""
