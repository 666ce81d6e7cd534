# syntax=docker/dockerfile:1
# Stage 1 installs exactly what uv.lock says; stage 2 holds only what runs.
FROM python:3.12-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/app/.venv
RUN --mount=type=cache,target=/root/.cache/pip pip install uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev
COPY core core
COPY bots bots
RUN .venv/bin/python -m compileall -q core bots

FROM python:3.12-slim-bookworm
RUN useradd --create-home --uid 10001 bots && install -d -o bots -g bots /data
COPY --from=build --chown=root:root /app /app
WORKDIR /app
USER bots
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HTTP_HOST=0.0.0.0 HTTP_PORT=8080 LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
# Alive, not ready: a new container would not bring a platform back. Without an HTTP surface there is nothing to ask.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as r; p = int(os.environ[\"HTTP_PORT\"] or 0); p and r.urlopen(f'http://127.0.0.1:{p}/healthz', timeout=4)"]
# SIGTERM hands running answers over within DRAIN_SECONDS (10); give the container more time than that.
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bots", "run"]
