"""What constraints bring to fields, and rules to pages, of worn MNIST test digits.  Start at `__main__`."""
