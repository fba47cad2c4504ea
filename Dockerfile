# Two images from one file: `web` serves the page and has no TensorFlow, `model` runs the workers and the trainer.
#
#   docker build --target web --tag formdigits-web .
#   docker build --target model --tag formdigits-model .       with the other reader: --build-arg SECOND_OPINION=rapidocr

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

# The locked packages, each set in a layer of its own that a change of the project leaves as it is...
FROM base AS web-packages
COPY requirements/web.txt /build/requirements/
RUN python -m venv /opt/venv && pip install --require-hashes --requirement /build/requirements/web.txt

FROM base AS model-packages
COPY requirements/run.txt requirements/second-opinion.txt /build/requirements/
RUN python -m venv /opt/venv && pip install --require-hashes --requirement /build/requirements/run.txt
ARG SECOND_OPINION=
RUN [ -z "$SECOND_OPINION" ] || pip install --require-hashes --requirement /build/requirements/second-opinion.txt

# ... the project...
FROM web-packages AS project
WORKDIR /build
COPY . .
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

# ... and a user without rights, with one folder to write to.  A volume that is mounted there takes over its owner.
FROM base AS runtime
RUN useradd --uid 10001 --no-create-home --home-dir /data formdigits \
    && install --directory --owner formdigits --group formdigits --mode 0700 /data /data/models /data/uploads
ENV FORMDIGITS_DATA_DIR=/data \
    FORMDIGITS_HOST=0.0.0.0 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /data

FROM runtime AS web
COPY --from=web-packages /opt/venv /opt/venv
COPY --from=project /wheels /wheels
RUN pip install --no-deps /wheels/*.whl
USER 10001
EXPOSE 8765
CMD ["gunicorn", "-c", "python:submit_ui.gunicorn_conf", "submit_ui.app:create_app()"]

FROM runtime AS model
COPY --from=model-packages /opt/venv /opt/venv
COPY --from=project /wheels /wheels
RUN pip install --no-deps /wheels/*.whl
USER 10001
CMD ["celery", "-A", "worker.app", "worker", "-Q", "read", "--without-gossip", "--without-mingle", "--without-heartbeat"]
