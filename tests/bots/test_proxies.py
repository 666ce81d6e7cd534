"""The whole service behind a proxy: nothing but the proxy knows where Wanjie, Telegram and Slack are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bots.sandbox.harness import ServiceHarness
from tests.proxies import ESCAPED_PASSWORD, PASSWORD, HttpProxy, NamedProxy, SocksProxy
from tests.scenarios.fork_service import fork

DEAD = "http://127.0.0.1:9"


def port(url: str) -> int:
    return urlsplit(url).port or 0


@asynccontextmanager
async def hidden(folder: Path, proxy: NamedProxy) -> AsyncGenerator[tuple[ServiceHarness, NamedProxy]]:
    """Set a stage whose services have names that the proxy alone knows."""
    async with ServiceHarness(folder, launch=fork) as harness, proxy:
        proxy.places = {
            "wanjie.test": port(harness.wanjie.base_url),
            "telegram.test": port(harness.telegram.base_url),
            "slack.test": port(harness.slack.api_url),
        }
        harness.wanjie.base_url = "http://wanjie.test/api"
        harness.slack.workspace.app.base_url = "http://slack.test"
        yield harness, proxy


def told(harness: ServiceHarness, **variables: str) -> dict[str, str]:
    """The variables of a service that reaches Telegram by its name, too."""
    files = urlsplit(harness.telegram.file_url).path
    common = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    return {
        **dict.fromkeys((*common, *map(str.upper, common)), ""),  # what the tests' own environment says
        "TELEGRAM_BASE_URL": "http://telegram.test/bot",
        "TELEGRAM_FILE_URL": f"http://telegram.test{files}",
        **variables,
    }


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
async def test_texts_files_and_pictures_go_through_the_shared_proxy(tmp_path: Path, kind: type[NamedProxy]) -> None:
    async with hidden(tmp_path, kind()) as (harness, proxy):
        await harness.start(**told(harness, ALL_PROXY=proxy.url, LOG_LEVEL="DEBUG"))
        await harness.ready()
        for persona in (harness.private(), harness.direct()):
            await persona.send(b"a list of words", "words.txt", "text/plain", text="What is in it?")
            await persona.until(persona.answers)
            await persona.say("/imagine a lighthouse")
            await persona.until(persona.posts)
        log = harness.logs()

    assert proxy.hosts == {"wanjie.test", "telegram.test", "slack.test"}
    assert proxy.refused == 0
    assert "a list of words" in str(harness.wanjie.requests)
    assert PASSWORD not in log
    assert ESCAPED_PASSWORD not in log


async def test_each_service_may_have_a_proxy_of_its_own(tmp_path: Path) -> None:
    async with hidden(tmp_path, HttpProxy()) as (harness, proxy), SocksProxy(proxy.places) as other:
        variables = {"TELEGRAM_PROXY": other.url, "http_proxy": proxy.url, "SLACK_PROXY": proxy.url, "ALL_PROXY": DEAD}
        await harness.start(**told(harness, **variables))
        await harness.ready()
        persona = harness.private()
        await persona.say("hello")
        await persona.until(persona.answers)

    assert other.hosts == {"telegram.test"}
    assert proxy.hosts == {"wanjie.test", "slack.test"}


async def test_loopback_is_reached_without_a_proxy(tmp_path: Path) -> None:
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(**dict.fromkeys(names, "socks5://127.0.0.1:9"), WANJIE_PROXY=DEAD)
        await harness.ready()
        for persona in (harness.private(), harness.direct()):
            await persona.say("/imagine a lighthouse")

            await persona.until(persona.posts)


async def test_a_refusing_proxy_is_an_outage_and_its_password_is_not_logged(tmp_path: Path) -> None:
    async with hidden(tmp_path, SocksProxy()) as (harness, proxy):
        url = proxy.url.replace("ann:", "bob:")
        await harness.start(**told(harness, ALL_PROXY=url, LOG_LEVEL="DEBUG"))
        async with asyncio.timeout(60):
            while harness.logs().count("cannot be reached") < 4:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

        assert proxy.refused
        assert harness.processes[0].returncode is None
        assert ESCAPED_PASSWORD not in harness.logs()
        assert PASSWORD not in harness.logs()
        assert "Traceback" not in harness.logs()
