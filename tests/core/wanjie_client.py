"""Clients of the simulated Wanjie that lose no time: they try once, or again at once."""

from __future__ import annotations

from bots.sandbox.wanjie.simulator import WanjieSim
from core.settings import WanjieSettings
from core.wanjie import Backoff, WanjieClient

SHORT_BACKOFF = Backoff(0.001, 0.01, 0.001)


def make_settings(sim: WanjieSim, **changes: object) -> WanjieSettings:
    """Make the settings that lead to `sim`; each call is made once."""
    values = {"api_key": sim.script.key, "base_url": sim.base_url, "max_attempts": 1}
    return WanjieSettings.model_validate(values | changes)


def make_client(settings: WanjieSettings) -> WanjieClient:
    return WanjieClient(settings, backoff=SHORT_BACKOFF)
