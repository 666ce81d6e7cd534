"""`python -m bots check`: whether the service could work with these settings, and what to do where not."""

from __future__ import annotations

import asyncio
import sys

from bots import __version__
from bots.slack.inspection import inspect_slack
from bots.telegram.inspection import inspect_telegram
from core.redis import EmbeddedRedis, EmbeddedRedisError, FolderInUseError, StoreAddressError, StoreHealth
from core.service import open_catalog
from core.settings import Settings

from .inspection import Finding, FindingState, inspect_wanjie

_LOCK_TIMEOUT = 0.5
"""Seconds to wait for the folder of the private Redis; a service that runs does not give it up."""


def check(settings: Settings) -> int:
    """Print what was found out; return the exit status: 0 when the service could work, else 1."""
    findings = asyncio.run(_inspect(settings))
    print(f"Wanjie Bots {__version__}")  # noqa: T201 - a terminal program
    for finding in findings:
        print(_line(finding))  # noqa: T201 - the same
    return 1 if any(finding.is_failure for finding in findings) else 0


async def _inspect(settings: Settings) -> list[Finding]:
    """Look at everything at once; nothing is changed but that a private Redis is started and ended."""
    tasks = [_settings(settings), _store(settings), _wanjie(settings), _telegram(settings), _slack(settings)]
    return [finding for found in await asyncio.gather(*tasks) for finding in found]


async def _settings(settings: Settings) -> list[Finding]:
    return [Finding("Settings", FindingState.WARNING, warning) for warning in settings.warnings]


async def _store(settings: Settings) -> list[Finding]:
    configured, folder = settings.service.redis_url, settings.service.data_dir
    if configured is not None:
        return await _redis(configured.get_secret_value())
    try:
        async with EmbeddedRedis(folder, lock_timeout=_LOCK_TIMEOUT) as url:
            return await _redis(url, private=True)
    except FolderInUseError:
        return [Finding("Store", FindingState.OK, f"A service is running on the private Redis in {folder}.")]
    except EmbeddedRedisError as error:
        return [Finding("Store", FindingState.FAILED, str(error))]


async def _redis(url: str, *, private: bool = False) -> list[Finding]:
    try:
        health = StoreHealth(url)
    except StoreAddressError as error:
        return [Finding("Store", FindingState.FAILED, str(error), "Correct REDIS_URL.")]
    where = "The private Redis" if private else f"Redis at {health.address}"
    try:
        if problem := await health.find_problem():
            return [Finding("Store", FindingState.FAILED, f"{where} cannot be written to: {problem}.", _advice(url))]
        warnings = [] if private else await health.list_warnings()
        return [
            Finding("Store", FindingState.OK, f"{where} works."),
            *(Finding("Store", FindingState.WARNING, warning) for warning in warnings),
        ]
    finally:
        await health.aclose()


def _advice(url: str) -> str:
    encrypted = url.startswith("rediss://")
    return "Check REDIS_URL: rediss:// needs a port that uses TLS." if encrypted else "Check REDIS_URL."


async def _wanjie(settings: Settings) -> list[Finding]:
    async with open_catalog(settings) as catalog:
        return await inspect_wanjie(catalog, settings.wanjie)


async def _telegram(settings: Settings) -> list[Finding]:
    area = settings.telegram
    return [await inspect_telegram(area, settings.proxies_for(area))] if area is not None else []


async def _slack(settings: Settings) -> list[Finding]:
    area = settings.slack
    return await inspect_slack(area, settings.proxies_for(area)) if area is not None else []


def _line(finding: Finding) -> str:
    advice = f"\n{'':24}{finding.advice}" if finding.advice else ""
    return f"{finding.state:<12}{finding.subject:<12}{finding.text}{advice}"


def report_settings_problems(problems: list[str]) -> int:
    """Print what is wrong with the settings themselves; return the exit status."""
    for problem in problems:
        sys.stdout.write(_line(Finding("Settings", FindingState.FAILED, problem)) + "\n")
    return 1
