"""Replicas behind one public address, to which a platform sends its events."""

from __future__ import annotations

from bots.sandbox.harness import Running, ServiceHarness
from tests.free_port import find_free_port

_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


async def start_installed_replica(harness: ServiceHarness, redis_url: str, **extra: str) -> Running:
    """Start a process of an app that workspaces install themselves."""
    port, slack = find_free_port(), harness.slack
    slack.http.backends.append(f"http://127.0.0.1:{port}")
    settings = {
        "REDIS_URL": redis_url,
        "ACCESS_MODE": "pairing",
        "SLACK_MODE": "http",
        "SLACK_BOT_TOKEN": "",
        "SLACK_REQUEST_URL": slack.http.url,
        "SLACK_REDIRECT_URL": slack.oauth.redirect_urls[0],
        "SLACK_HTTP_PORT": str(port),
        "SLACK_SIGNING_SECRET": slack.http.signing_secret,
        "SLACK_CLIENT_ID": slack.oauth.client_id,
        "SLACK_CLIENT_SECRET": slack.oauth.client_secret,
        "SLACK_TOKEN_ENCRYPTION_KEYS": _KEY,
    }
    return await harness.start(**settings | extra)


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
