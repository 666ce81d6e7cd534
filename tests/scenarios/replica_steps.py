"""Replicas behind one public address, to which a platform sends its events."""

from __future__ import annotations

from bots.sandbox.harness import Running, ServiceHarness
from tests.free_port import find_free_port


async def start_slack_replica(harness: ServiceHarness, redis_url: str) -> Running:
    """Start a process that takes Slack's requests over HTTP."""
    port, http = find_free_port(), harness.slack.http
    http.backends.append(f"http://127.0.0.1:{port}")
    receiving = {"SLACK_MODE": "http", "SLACK_REQUEST_URL": http.url, "SLACK_HTTP_PORT": str(port)}
    return await harness.start(REDIS_URL=redis_url, SLACK_SIGNING_SECRET=http.signing_secret, **receiving)


async def start_telegram_replica(harness: ServiceHarness, redis_url: str) -> Running:
    """Start a process to which Telegram sends updates."""
    port = find_free_port()
    harness.telegram.delivery.backends.append(f"http://127.0.0.1:{port}")
    url = "https://bots.example/telegram"
    return await harness.start(REDIS_URL=redis_url, TELEGRAM_WEBHOOK_URL=url, TELEGRAM_WEBHOOK_PORT=str(port))
