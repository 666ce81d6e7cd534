"""Answering what a reader types into a menu's list, within the 3 seconds that Slack waits."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from bots.lifecycle import SuggestOptions
from bots.slack.blocks.menus import listed
from core.redis import STORE_ERRORS

from .installation import Installation
from .parse import read_search

_log = structlog.get_logger()
_PATIENCE = 2.5


async def find_options(body: dict[str, Any], suggest: SuggestOptions, installation: Installation) -> dict[str, Any]:
    """The acknowledgement of a `block_suggestion`: the options that fit, none when they cannot be had in time."""
    search = read_search(body, installation)
    if search is None:
        return listed(())
    try:
        async with asyncio.timeout(_PATIENCE):
            return listed(await suggest(*search))
    except (TimeoutError, *STORE_ERRORS) as error:
        _log.warning("a menu could not be filled", menu=search[0], reason=type(error).__name__)
        return listed(())
