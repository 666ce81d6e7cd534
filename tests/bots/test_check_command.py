"""What an operator is told at the start, and by `python -m bots check`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

from bots.sandbox.harness import ServiceHarness
from tests.bots.health import Health
from tests.scenarios.fork_service import fork, fork_to_the_end


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[ServiceHarness]:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        yield harness


async def checked(harness: ServiceHarness, **variables: str) -> tuple[int, str]:
    return await fork_to_the_end("check", folder=harness.folder, **{**harness.environment(), **variables})


async def until_logged(harness: ServiceHarness, words: str, seconds: float = 120) -> list[dict[str, object]]:
    async with asyncio.timeout(seconds):
        while words not in harness.logs():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return [json.loads(line) for line in harness.logs().splitlines()]


async def test_a_check_without_failures_exits_with_zero(harness: ServiceHarness) -> None:
    status, text = await checked(harness)

    assert status == 0, text
    assert [line.split()[:2] for line in text.splitlines()[1:]] == [
        ["ok", "Store"],
        ["ok", "Wanjie"],
        ["ok", "Telegram"],
        ["ok", "Slack"],
        ["ok", "Slack"],
    ]
    assert "default: deepseek-v3" in text


async def test_a_check_advises_on_every_failure_and_exits_with_one(harness: ServiceHarness) -> None:
    status, text = await checked(
        harness,
        WANJIE_API_KEY="sk-wrong-key",
        TELEGRAM_BOT_TOKEN="1:wrong",
        SLACK_BOT_TOKEN="xoxb-wrong",
        SLACK_APP_TOKEN="xapp-wrong",
        REDIS_URL="redis://127.0.0.1:9",
    )

    assert status == 1
    for variable in ("REDIS_URL", "WANJIE_API_KEY", "TELEGRAM_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert variable in text
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")][1:] == ["failed"] * 5
    assert "personal centre" in text
    assert "@BotFather" in text
    assert "wrong-key" not in text


async def test_a_check_of_invalid_settings_exits_with_one(harness: ServiceHarness) -> None:
    status, text = await checked(harness, SLACK_BOT_TOKEN="xapp-1", HTTP_PORT="many")

    assert status == 1
    assert [line.split()[2] for line in text.splitlines()] == ["SLACK_BOT_TOKEN", "HTTP_PORT"]


async def test_a_check_does_not_disturb_a_running_service(harness: ServiceHarness) -> None:
    await harness.start()
    await harness.ready()
    status, text = await checked(harness)

    assert status == 0, text
    assert "A service is running" in text
    assert harness.processes[0].returncode is None


async def test_a_check_warns_of_a_model_that_the_key_lacks(harness: ServiceHarness) -> None:
    status, text = await checked(harness, WANJIE_DEFAULT_MODEL="deepseek-v9", WANJIE_TRANSCRIBE_MODEL="whisper-9")

    assert status == 0, text
    assert "WANJIE_DEFAULT_MODEL deepseek-v9 is not available with this key; " in text
    assert "WANJIE_TRANSCRIBE_MODEL whisper-9 is not available with this key." in text


async def test_a_check_of_an_app_that_workspaces_install_asks_whether_slack_knows_it(harness: ServiceHarness) -> None:
    oauth = harness.slack.oauth
    app = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_REDIRECT_URL": oauth.redirect_urls[0],
        "SLACK_CLIENT_ID": oauth.client_id,
        "SLACK_TOKEN_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }
    status, text = await checked(harness, **app, SLACK_CLIENT_SECRET=oauth.client_secret)
    failed, advice = await checked(harness, **app, SLACK_CLIENT_SECRET="0" * 32)

    assert (status, failed) == (0, 1)
    assert "workspaces install the app at /slack/install" in " ".join(text.split())
    assert "Slack does not accept SLACK_CLIENT_SECRET" in advice


async def test_a_check_names_the_scopes_that_slack_did_not_grant_and_what_they_are_for(harness: ServiceHarness) -> None:
    harness.slack.scopes.difference_update({"files:write", "channels:history"})
    status, text = await checked(harness)
    told = [line for line in text.splitlines() if "scopes" in line]

    assert status == 0, text
    assert [line.split()[:2] for line in told] == [["warning", "Slack"]]
    assert "channels:history (to read threads in public channels), files:write (to post pictures" in told[0]
    assert "install the app again" in text


async def test_a_check_over_http_needs_no_app_level_token(harness: ServiceHarness) -> None:
    http = {"SLACK_MODE": "http", "SLACK_REQUEST_URL": harness.slack.http.url, "SLACK_APP_TOKEN": ""}
    status, text = await checked(harness, **http, SLACK_SIGNING_SECRET=harness.slack.http.signing_secret)
    failed, problems = await checked(harness, **http)

    assert (status, failed) == (0, 1), text
    assert "ok          Slack       Slack sends events over HTTP;" in text
    assert not harness.slack.count("apps.connections.open")
    assert "SLACK_SIGNING_SECRET is not set." in problems


async def test_a_check_tells_whether_the_webhook_works(harness: ServiceHarness) -> None:
    telegram, url = harness.telegram, "https://bots.example/telegram"
    _, missing = await checked(harness, TELEGRAM_WEBHOOK_URL=url)
    async with aiohttp.ClientSession(f"{telegram.base_url}{telegram.token}/") as session:
        await session.post("setWebhook", json={"url": url})
        _, fine = await checked(harness, TELEGRAM_WEBHOOK_URL=url)
        await harness.private().say("hi")
        async with asyncio.timeout(60):
            while not telegram.delivery.last_error:  # noqa: ASYNC110 - the simulator tells nobody
                await asyncio.sleep(0.01)
        status, broken = await checked(harness, TELEGRAM_WEBHOOK_URL=url)
        _, superfluous = await checked(harness)

    assert "warning     Telegram    The webhook is not registered yet" in missing
    assert "ok          Telegram    The webhook is registered; Telegram reports no errors." in fine
    assert status == 0, broken
    assert "Connection refused; 1 updates wait." in broken
    assert "TELEGRAM_WEBHOOK_PORT" in broken
    assert "warning     Telegram    A webhook is registered; the service removes it" in superfluous


async def test_an_address_that_is_not_wanjie_is_reported(harness: ServiceHarness) -> None:
    status, text = await checked(harness, WANJIE_BASE_URL=harness.wanjie.base_url.removesuffix("/api") + "/elsewhere")

    assert status == 1
    assert "WANJIE_BASE_URL" in text


async def test_the_start_is_logged_in_a_few_lines(harness: ServiceHarness) -> None:
    await harness.start(LOG_FORMAT="json")
    lines = await until_logged(harness, '"event": "ready"')
    events = [str(line["event"]) for line in lines]

    assert len(lines) <= 8
    assert events[0] == "Wanjie Bots starts"
    assert {"the store works", "Telegram knows the bot", "Slack knows the bot"} < set(events)
    assert any("The key is accepted. Models: " in event for event in events)
    assert events[-1] == "ready"
    assert {line["level"] for line in lines} == {"info"}


async def test_a_start_does_not_wait_for_wanjie(harness: ServiceHarness) -> None:
    await harness.start(LOG_FORMAT="json", WANJIE_BASE_URL="http://127.0.0.1:9/api", WANJIE_MAX_ATTEMPTS="1")
    lines = await until_logged(harness, '"event": "ready"')
    away = [line for line in lines if "does not answer" in str(line["event"])]

    assert [line["level"] for line in away] == ["warning"]


async def test_a_refused_key_is_logged_once_and_keeps_the_service_not_ready(harness: ServiceHarness) -> None:
    harness.wanjie.script.key, key = "another", harness.wanjie.script.key
    health = Health()
    await harness.start(LOG_FORMAT="json", WANJIE_API_KEY=key, HTTP_PORT=health.port)
    await until_logged(harness, '"event": "ready"')
    lines = await until_logged(harness, "does not accept WANJIE_API_KEY")
    told = [line for line in lines if "does not accept WANJIE_API_KEY" in str(line["event"])]
    await health.wait_for_status(503)

    assert [line["level"] for line in told] == ["error"]
    assert await health.fetch_checks() == {
        "store": True,
        "tg": True,
        "sl": True,
        "wanjie": False,
        "reasons": ["Wanjie does not accept WANJIE_API_KEY (status 401)."],
    }
    assert key not in harness.logs()
    harness.wanjie.script.key = key
    await health.wait_for_status(200)
    lines = await until_logged(harness, "The key is accepted.")
    assert len([line for line in lines if "does not accept WANJIE_API_KEY" in str(line["event"])]) == 1


async def test_a_default_model_that_is_gone_is_replaced_by_the_first(harness: ServiceHarness) -> None:
    await harness.start(WANJIE_DEFAULT_MODEL="deepseek-v9")
    await harness.ready()
    persona = harness.private()
    await persona.say("hello")
    await persona.until(persona.answers)

    assert len(persona.answers()) == 1
    assert "deepseek-v9 is not available with this key" in harness.logs()
    assert "a configured model is not listed" in harness.logs()


async def test_a_check_says_what_inline_and_guest_mode_lack(harness: ServiceHarness) -> None:
    _, fine = await checked(harness, TELEGRAM_INLINE="on", TELEGRAM_GUEST="on")
    harness.telegram.inline.enabled = harness.telegram.inline.guests.enabled = False
    status, off = await checked(harness, TELEGRAM_INLINE="on", TELEGRAM_GUEST="on")

    assert "ok          Telegram    Inline mode is on; at @BotFather, /setinlinefeedback must be set to 100%" in fine
    assert "warning     Telegram    TELEGRAM_INLINE is on, but inline mode is off at Telegram" in off
    assert "warning     Telegram    TELEGRAM_GUEST is on, but guest mode is off at Telegram" in off
    assert "TELEGRAM_GUEST" not in fine
    assert status == 0
