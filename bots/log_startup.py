"""Logging the startup for the operator: the state of each service that is needed, and readiness."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from core.redis import StoreHealth
from core.settings import WanjieSettings
from core.wanjie import Catalog

from .check_findings import Finding, FindingState
from .check_wanjie import check_wanjie
from .running_platform import RunningPlatform

_log = structlog.get_logger()
_FIRST_RETRY_DELAY, _MAX_RETRY_DELAY = 2.0, 60.0
"""Seconds between two checks of Wanjie."""
_POLL_INTERVAL = 0.5
_PLATFORM_TIMEOUT = 20.0
"""Seconds after which readiness is logged without the platforms that are not connected."""


class WanjieProbe:
    """Checks Wanjie in the background until the key works."""

    def __init__(self, catalog: Catalog, settings: WanjieSettings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._logged: set[Finding] = set()
        self.problem = ""
        """Why no answers are possible: the key is not accepted, or the server is not Wanjie; else ""."""

    async def run(self) -> None:
        """Check until nothing fails, with growing delays; each finding is logged once."""
        delay = _FIRST_RETRY_DELAY
        while True:
            findings = await check_wanjie(self._catalog, self._settings)
            self._log_new(findings)
            self.problem = next((finding.text for finding in findings if finding.state is FindingState.FAILED), "")
            if not any(finding.is_failure for finding in findings):
                return
            await asyncio.sleep(delay)
            delay = min(2 * delay, _MAX_RETRY_DELAY)

    def _log_new(self, findings: list[Finding]) -> None:
        for finding in findings:
            if finding not in self._logged:
                log_finding(finding)
        self._logged = set(findings)


def log_finding(finding: Finding) -> None:
    """Log a finding."""
    log = {FindingState.OK: _log.info, FindingState.FAILED: _log.error}.get(finding.state, _log.warning)
    log(finding.text, **({"advice": finding.advice} if finding.advice else {}))


async def log_readiness(store: StoreHealth, platforms: Sequence[RunningPlatform]) -> None:
    """Log that the store works, then that platforms are ready: all of them, or after 20 s the connected ones."""
    while await store.find_problem() is not None:  # noqa: ASYNC110 - the store has no event to wait for
        await asyncio.sleep(_POLL_INTERVAL)
    _log.info("the store works", address=store.address)
    get_time = asyncio.get_running_loop().time
    deadline = get_time() + _PLATFORM_TIMEOUT
    while not all(platform.is_connected for platform in platforms):
        if get_time() > deadline and any(platform.is_connected for platform in platforms):
            break
        await asyncio.sleep(_POLL_INTERVAL)
    _log.info("ready", platforms=[platform.name for platform in platforms if platform.is_connected])
