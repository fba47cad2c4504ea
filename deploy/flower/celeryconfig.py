"""What Flower must know of our broker beside its address; `formdigits.broker` says it to everybody else."""

accept_content = ["json"]
task_default_queue = "read"
broker_transport_options = {"global_keyprefix": "formdigits:"}
