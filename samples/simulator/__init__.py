"""What paper, scanner and file format do to a filled form, one effect a function.  Start at `capture`.

Every effect takes a `Sheet` and one generator, changes the sheet in place and notes its name and strength, so that the
truth beside a page says what happened to it.  The ranges stand as constants beside each effect.
"""
