"""Read searches in a select menu, and answer them within the 3 seconds that Slack waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog

from bots.running_platform import SuggestOptions
from bots.slack.blocks.action_ids import MENU_PREFIX
from bots.slack.blocks.menus import select_options
from core.chat.port.incoming import Sender
from core.chat.port.menu_query import MenuQuery
from core.json_reader import Json, get_object, get_text
from core.redis import STORE_ERRORS

from .interactions import parse_menu_name, read_home_signature, read_place
from .workspace_context import WorkspaceContext, resolve_workspace

_log = structlog.get_logger()
_TIMEOUT = 2.5
_MAX_OPTIONS = 100
"""Slack: `external_select`, options of an answer."""


def read_search(body: Json, workspace: WorkspaceContext) -> MenuQuery | None:
    """Read a search in a select menu; None for other events.

    Slack: `block_suggestion`.
    """
    workspace = resolve_workspace({}, body, workspace)
    place, action_id = read_place(body, workspace), get_text(body, "action_id")
    if place is None or body.get("type") != "block_suggestion" or not action_id.startswith(MENU_PREFIX):
        return None
    apart = place.direct and workspace.direct_threads
    return MenuQuery(
        menu=parse_menu_name(action_id),
        chat=replace(place.chat, thread=place.thread) if apart else place.chat,
        text=get_text(body, "value"),
        reader=Sender(get_text(get_object(body, "user"), "id")),
        home=place.home,
        home_signature=read_home_signature(body),
    )


async def find_options(body: dict[str, Any], suggest: SuggestOptions, workspace: WorkspaceContext) -> dict[str, Any]:
    """Return the acknowledgement of a `block_suggestion`: matching options, none if they take too long."""
    search = read_search(body, workspace)
    if search is None:
        return select_options(())
    try:
        async with asyncio.timeout(_TIMEOUT):
            return select_options(await suggest(search, _MAX_OPTIONS))
    except (TimeoutError, *STORE_ERRORS) as error:
        _log.warning("a menu could not be filled", reason=type(error).__name__)  # its name may be anybody's word
        return select_options(())
