"""Checking the machine that the service runs on: its clock and its disk, for the operator."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from core.http_sessions import NETWORK_ERRORS, Sessions
from core.settings import Proxies

from .check_findings import Finding, FindingState

_MAX_CLOCK_SKEW = 60.0
"""Seconds; signatures and certificates are wrong soon after."""
_MIN_FREE_BYTES = 200 * 1024 * 1024
"""Redis writes its append-only file anew beside the old one."""
_TIMEOUT = aiohttp.ClientTimeout(10)


async def check_clock(services: Mapping[str, tuple[str, Proxies]]) -> list[Finding]:
    """Compare the clock with those of the services (name, then base URL and proxies); a service that is away has none.

    The service that differs least counts, since a single one may be wrong itself.
    """
    skews = await asyncio.gather(*(_measure_skew(url, proxies) for url, proxies in services.values()))
    known = [(skew, name) for skew, name in zip(skews, services, strict=True) if skew is not None]
    return judge_clock(known)


def judge_clock(skews: Iterable[tuple[float, str]]) -> list[Finding]:
    """Return a warning when the clock is more than a minute ahead of every service, or behind."""
    skew, name = min(skews, key=lambda pair: abs(pair[0]), default=(0.0, ""))
    if abs(skew) <= _MAX_CLOCK_SKEW:
        return []
    text = f"The clock of this machine is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the one of {name}."
    return [Finding("Clock", FindingState.WARNING, text, "Let NTP set it.")]


async def _measure_skew(url: str, proxies: Proxies) -> float | None:
    """Return how many seconds this clock is ahead of a server's; the request has no key and no path."""
    sessions = Sessions(proxies, timeout=_TIMEOUT)
    address = urlsplit(url)
    try:
        root = f"{address.scheme}://{address.netloc}/"
        async with sessions.get_session(root).head(root, allow_redirects=False) as response:
            return compute_skew(response.headers.get("Date", ""), datetime.now(UTC))
    except NETWORK_ERRORS:
        return None
    finally:
        await sessions.aclose()


def compute_skew(date: str, now: datetime) -> float | None:
    """Return the seconds from a header `Date` (whole seconds) to `now`; None when it cannot be read."""
    try:
        stated = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (now - stated.replace(tzinfo=stated.tzinfo or UTC)).total_seconds()


def check_disk(folder: Path) -> list[Finding]:
    """Return a warning when there is little room for a private Redis in `folder`, which need not exist yet."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return judge_disk(shutil.disk_usage(existing).free, folder)


def judge_disk(free: int, folder: Path) -> list[Finding]:
    """Return a warning when fewer than 200 MB are free."""
    if free >= _MIN_FREE_BYTES:
        return []
    text = f"Only {free // (1024 * 1024)} MB are free for DATA_DIR {folder}."
    return [Finding("Disk", FindingState.WARNING, text, "A full disk stops the private Redis, and so the service.")]
