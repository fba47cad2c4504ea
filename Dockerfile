# Two images from one file: `web` serves the page and has no TensorFlow, `model` runs the workers and the trainer.
#
#   docker build --target web --tag formdigits-web .
#   docker build --target model --tag formdigits-model .

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

# What both images install; it stays behind with the compilers and caches that installing may bring.
FROM base AS web-packages
RUN python -m venv /opt/venv
WORKDIR /build
COPY requirements/web.txt requirements/
RUN pip install --require-hashes --requirement requirements/web.txt

FROM base AS model-packages
RUN python -m venv /opt/venv
WORKDIR /build
COPY requirements/run.txt requirements/
RUN pip install --require-hashes --requirement requirements/run.txt

FROM web-packages AS web-project
COPY . .
RUN pip install --no-deps --no-build-isolation .

FROM model-packages AS model-project
COPY . .
RUN pip install --no-deps --no-build-isolation .

# What runs: the packages, a user without rights, and one folder that it may write to.
FROM base AS runtime
RUN useradd --uid 10001 --no-create-home --home-dir /data formdigits \
    && install --directory --owner formdigits --mode 0700 /data
ENV FORMDIGITS_DATA_DIR=/data \
    FORMDIGITS_HOST=0.0.0.0 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib
USER formdigits
WORKDIR /data
VOLUME /data

FROM runtime AS web
COPY --from=web-project /opt/venv /opt/venv
EXPOSE 8765
CMD ["gunicorn", "-c", "python:submit_ui.gunicorn_conf", "submit_ui.app:create_app()"]

FROM runtime AS model
COPY --from=model-project /opt/venv /opt/venv
CMD ["celery", "-A", "worker.app", "worker", "-Q", "read"]
