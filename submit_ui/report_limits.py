"""How much the reports on a job name; the counts beside their lists are of all."""

MOST_LISTED = 1000
"""Of each list."""
MOST_COPIES = 50
"""Pages of what is there several times."""
