"""What `make bench` measures: the product against stated baselines, in one run on one machine.

`python -m bench` starts a stack of its own in a temporary folder, so that nothing of the user's is touched.
"""
