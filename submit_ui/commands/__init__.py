"""The verbs of the `formdigits` command that talk to a page, to the model store and to form templates.

Each module is quick to import: what is heavy is imported inside the functions that need it.
"""
