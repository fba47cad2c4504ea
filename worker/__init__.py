"""One scanned page in, its readings out.

The walk: `app` starts the Celery worker, `tasks` takes a message and claims its chunk, `wiring` holds what a process
needs for it, and `reading` tells the story; its steps are `formdigits.scan`, `registration`, `cells`,
`formdigits.digit_crop`, `digit_classifier` and `decision`.  `model_in_service` swaps the network while it runs.
"""
