"""`python -m bots check`: checks whether the service can work with these settings, and advises what to change."""

from __future__ import annotations

import asyncio
import sys

from bots import __version__
from bots.slack.check_installation import check_slack
from bots.slack.settings import SlackSettings
from bots.telegram.check_installation import check_telegram
from bots.telegram.settings import TelegramSettings
from core.open_service import open_catalog
from core.redis import EmbeddedRedis, EmbeddedRedisError, FolderInUseError, StoreAddressError, StoreHealth
from core.settings import Settings

from .check_findings import Finding, FindingState
from .check_machine import check_clock, check_disk
from .check_wanjie import check_wanjie

_LOCK_TIMEOUT = 0.5
"""Seconds to wait for the lock of the private Redis' folder; a running service never releases it."""


def check(settings: Settings) -> int:
    """Print the findings; return the exit status: 0 when the service can work, else 1."""
    findings = asyncio.run(_check_all(settings))
    print(f"Wanjie Bots {__version__}")  # noqa: T201 - a terminal program
    for finding in findings:
        print(_format_finding(finding))  # noqa: T201 - the same
    return 1 if any(finding.is_failure for finding in findings) else 0


async def _check_all(settings: Settings) -> list[Finding]:
    """Check everything concurrently; the only side effect is that a private Redis is started and stopped."""
    tasks = [
        _check_settings(settings),
        _check_store(settings),
        _check_wanjie(settings),
        _check_telegram(settings),
        _check_slack(settings),
        _check_clock(settings),
    ]
    return [finding for found in await asyncio.gather(*tasks) for finding in found]


async def _check_settings(settings: Settings) -> list[Finding]:
    return [Finding("Settings", FindingState.WARNING, warning) for warning in settings.warnings]


async def _check_store(settings: Settings) -> list[Finding]:
    configured, folder = settings.service.redis_url, settings.service.data_dir
    if configured is not None:
        return await _check_redis(configured.get_secret_value())
    try:
        async with EmbeddedRedis(folder, lock_timeout=_LOCK_TIMEOUT) as url:
            return [*await _check_redis(url, private=True), *check_disk(folder)]
    except FolderInUseError:
        text = f"A service is running on the private Redis in {folder}."
        return [Finding("Store", FindingState.OK, text), *check_disk(folder)]
    except EmbeddedRedisError as error:
        return [Finding("Store", FindingState.FAILED, str(error))]


async def _check_redis(url: str, *, private: bool = False) -> list[Finding]:
    try:
        health = StoreHealth(url)
    except StoreAddressError as error:
        return [Finding("Store", FindingState.FAILED, str(error), "Correct REDIS_URL.")]
    store_name = "The private Redis" if private else f"Redis at {health.address}"
    try:
        if problem := await health.find_problem():
            return [
                Finding(
                    "Store",
                    FindingState.FAILED,
                    f"{store_name} cannot be written to: {problem}.",
                    _get_redis_advice(url),
                )
            ]
        warnings = [] if private else await health.list_warnings()
        return [
            Finding("Store", FindingState.OK, f"{store_name} works."),
            *(Finding("Store", FindingState.WARNING, warning) for warning in warnings),
        ]
    finally:
        await health.aclose()


def _get_redis_advice(url: str) -> str:
    encrypted = url.startswith("rediss://")
    return "Check REDIS_URL: rediss:// needs a port that uses TLS." if encrypted else "Check REDIS_URL."


async def _check_wanjie(settings: Settings) -> list[Finding]:
    async with open_catalog(settings) as catalog:
        return await check_wanjie(catalog, settings.wanjie)


async def _check_telegram(settings: Settings) -> list[Finding]:
    platform_settings = settings.get_platform(TelegramSettings)
    return (
        await check_telegram(platform_settings, settings.proxies_for(platform_settings))
        if platform_settings is not None
        else []
    )


async def _check_slack(settings: Settings) -> list[Finding]:
    platform_settings = settings.get_platform(SlackSettings)
    return (
        await check_slack(platform_settings, settings.proxies_for(platform_settings))
        if platform_settings is not None
        else []
    )


async def _check_clock(settings: Settings) -> list[Finding]:
    services = {"Wanjie": (settings.wanjie.base_url, settings.proxies_for(settings.wanjie))}
    if (telegram := settings.get_platform(TelegramSettings)) is not None:
        services["Telegram"] = (telegram.base_url, settings.proxies_for(telegram))
    if (slack := settings.get_platform(SlackSettings)) is not None:
        services["Slack"] = (slack.api_url, settings.proxies_for(slack))
    return await check_clock(services)


def _format_finding(finding: Finding) -> str:
    advice = f"\n{'':24}{finding.advice}" if finding.advice else ""
    return f"{finding.state:<12}{finding.subject:<12}{finding.text}{advice}"


def report_settings_problems(problems: list[str]) -> int:
    """Print the errors in the settings; return the exit status."""
    for problem in problems:
        sys.stdout.write(_format_finding(Finding("Settings", FindingState.FAILED, problem)) + "\n")
    return 1
