"""A person's scan in, a job out: pages, a JSON API, a Python client and the `formdigits` command.

Read it in this order: `app` (everything is put together there), `security` (who may do what), `submission` (how a job
comes to be), `api` (JSON), `pages` (HTML), `client`, `cli`.  Nothing here imports TensorFlow.
"""
