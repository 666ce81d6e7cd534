"""What the operator reads while the service starts: a few lines about all that it needs, and when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from core.redis import StoreHealth
from core.settings import WanjieSettings
from core.wanjie import Catalog

from .inspection import Finding, FindingState, inspect_wanjie
from .lifecycle import RunningPlatform

_log = structlog.get_logger()
_FIRST_DELAY, _LONGEST_DELAY = 2.0, 60.0
"""Seconds between two questions to Wanjie."""
_POLL_INTERVAL = 0.5
_LATE_SECONDS = 20.0
"""Seconds that a platform may take before the others are called ready without it."""


class WanjieProbe:
    """Asks Wanjie whether the key works and what it may use, until it has answered; nobody waits for that."""

    def __init__(self, catalog: Catalog, settings: WanjieSettings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._told: set[Finding] = set()
        self.problem = ""
        """Why nothing can be answered, as Wanjie has said: it does not accept the key, or is no Wanjie; else ""."""

    async def run(self) -> None:
        """Ask again until nothing fails, less and less often; a reason is told once."""
        delay = _FIRST_DELAY
        while True:
            findings = await inspect_wanjie(self._catalog, self._settings)
            self._tell(findings)
            self.problem = next((finding.text for finding in findings if finding.state is FindingState.FAILED), "")
            if not any(finding.is_failure for finding in findings):
                return
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LONGEST_DELAY)

    def _tell(self, findings: list[Finding]) -> None:
        for finding in findings:
            if finding not in self._told:
                log_finding(finding)
        self._told = set(findings)


def log_finding(finding: Finding) -> None:
    """Log a finding."""
    write = {FindingState.OK: _log.info, FindingState.FAILED: _log.error}.get(finding.state, _log.warning)
    write(finding.text, **({"advice": finding.advice} if finding.advice else {}))


async def log_readiness(store: StoreHealth, platforms: Sequence[RunningPlatform]) -> None:
    """Log that the store works, then that events come in: from every platform, or at last from those that are up."""
    while await store.find_problem() is not None:  # noqa: ASYNC110 - the store tells nobody
        await asyncio.sleep(_POLL_INTERVAL)
    _log.info("the store works", address=store.address)
    clock = asyncio.get_running_loop().time
    late = clock() + _LATE_SECONDS
    while not all(platform.is_connected for platform in platforms):
        if clock() > late and any(platform.is_connected for platform in platforms):
            break
        await asyncio.sleep(_POLL_INTERVAL)
    _log.info("ready", platforms=[platform.name for platform in platforms if platform.is_connected])
