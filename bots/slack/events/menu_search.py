"""Answer searches in a select menu within the 3 seconds that Slack waits."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from bots.running_platform import SuggestOptions
from bots.slack.blocks.menus import select_options
from core.redis import STORE_ERRORS

from .parse import read_search
from .workspace_context import WorkspaceContext

_log = structlog.get_logger()
_TIMEOUT = 2.5
_MAX_OPTIONS = 100
"""Slack: `external_select`, options of an answer."""


async def find_options(body: dict[str, Any], suggest: SuggestOptions, workspace: WorkspaceContext) -> dict[str, Any]:
    """Return the acknowledgement of a `block_suggestion`: matching options, none if they take too long."""
    search = read_search(body, workspace)
    if search is None:
        return select_options(())
    try:
        async with asyncio.timeout(_TIMEOUT):
            return select_options(await suggest(*search, _MAX_OPTIONS))
    except (TimeoutError, *STORE_ERRORS) as error:
        _log.warning("a menu could not be filled", reason=type(error).__name__)  # its name may be anybody's word
        return select_options(())
