"""Which page has which line of a roster, where each line is there at most once in a job.

Start at `settling`, which tells the story.  `evidence` says what the boxes of a page tell of every line, `matching`
gives the lines out, `margins` says how sure that is, and `amending` what becomes of the readings.
"""
