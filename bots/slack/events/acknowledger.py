"""Store what Slack sends, however it comes, and acknowledge it in time, so that Slack does not send it again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from bots.running_platform import ReceiveEvent, SuggestOptions
from core.chat.port.errors import OutboxError
from core.chat.port.press_limit import PressLimit
from core.chat.text.error_keys import log_unreadable_event
from core.chat.unexpected_errors import UnexpectedErrors
from core.json_reader import Json, get_object, get_text
from core.redis import STORE_ERRORS

from .authors import is_about_own_message
from .menu_search import find_options
from .open_and_check_modals import Modals
from .parse import find_ignored_app
from .workspace_context import PLATFORM, THREAD_MEMORY, WorkspaceContext

FindWorkspace: TypeAlias = Callable[[Json], Awaitable[WorkspaceContext | None]]
"""Returns the workspace for which a payload is sent, None for one that nothing is answered to."""
_log = structlog.get_logger()
_STORE_TIMEOUT = 2.5
"""Seconds: Slack redelivers what is not acknowledged within 3."""
_RETRY_DELAY = 0.25
"""Seconds until an event is stored again that the store has refused, for want of memory for instance."""


class NotStoredError(Exception):
    """The store did not take an event in time; Slack must not get an acknowledgement."""


class EventAcknowledger:
    """Stores each payload by `receive`, which returns once it is stored durably.

    `receive` gets `{"type": "events_api" | "slash_commands" | "interactive", "payload": ..., "bot": ..., "team": ...,
    "memory": "thread" | "chat"}` as JSON. If it raises, it is called again, for 2.5 seconds in all. Searches in select
    menus are not stored: `suggest` answers them in the acknowledgement. So are events that `modals` answers by a form,
    and submissions of forms that it refuses. `find_workspace` returns that for which a payload is sent.
    """

    def __init__(
        self,
        find_workspace: FindWorkspace,
        receive: ReceiveEvent,
        suggest: SuggestOptions,
        modals: Modals | None = None,
    ) -> None:
        self._find_workspace = find_workspace
        self._receive = receive
        self._suggest = suggest
        self._modals = modals
        self._press_limit = PressLimit()

    def admits(self, body: Json) -> bool:
        """Count a payload and tell whether it is taken; else it is acknowledged at once.

        Those are presses beyond the limit (see `PressLimit`), and what tells of the bot's own messages.
        """
        return not is_about_own_message(body) and self._press_limit.admits(_find_presser(body))

    async def acknowledge(self, body: Json) -> Json | None:
        """Store a payload and return the body of its acknowledgement, None for an empty one.

        Takes at most 2.5 seconds. Raises `NotStoredError`.
        """
        deadline = asyncio.get_running_loop().time() + _STORE_TIMEOUT
        workspace = await self._find_workspace_or_refuse(body, deadline)
        if workspace is None:
            return None
        if body.get("type") == "block_suggestion":
            return await find_options(body, self._suggest, workspace)
        if refusal := await self._check_submission(body, deadline):
            return refusal
        if self._modals is not None and await self._modals.open(body, workspace):
            return None
        stored = {"type": _event_type(body), "payload": body, "bot": workspace.bot, "team": workspace.team}
        stored["memory"] = THREAD_MEMORY if workspace.direct_threads else "chat"
        if workspace.asks_for:
            stored |= {"workspace": {"id": workspace.asks_for, "name": workspace.name}}
        try:
            await self._receive_with_retries(json.dumps(stored, ensure_ascii=False).encode(), deadline)
        except (TimeoutError, *STORE_ERRORS) as error:
            _log.warning("an event could not be stored, Slack will send it again", reason=type(error).__name__)
            raise NotStoredError from error
        _log_ignored_app(body, workspace)
        return None

    async def _check_submission(self, body: Json, deadline: float) -> Json | None:
        """Return what refuses the submission of a form; None for other events, and for one that is to be stored."""
        if self._modals is None or body.get("type") != "view_submission":
            return None
        try:
            async with asyncio.timeout_at(deadline):
                return await self._modals.check(body)
        except (TimeoutError, *STORE_ERRORS) as error:
            _log.warning("a form could not be checked, its user may submit it again", reason=type(error).__name__)
            raise NotStoredError from error

    async def _find_workspace_or_refuse(self, body: Json, deadline: float) -> WorkspaceContext | None:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._find_workspace(body)
        except (TimeoutError, OutboxError, *STORE_ERRORS) as error:
            _log.warning("the workspace of an event could not be found, Slack will send it again", error=error)
            raise NotStoredError from error

    async def _receive_with_retries(self, payload: bytes, deadline: float) -> None:
        """Store an event, as often as there is time for; Slack sends presses and commands only once.

        Raises the last error of the store, or a `TimeoutError`.
        """
        refusal: Exception | None = None
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    try:
                        await self._receive(payload)
                    except STORE_ERRORS as error:
                        refusal = error
                    else:
                        return
                    await asyncio.sleep(_RETRY_DELAY)
        except TimeoutError:
            if refusal is None:
                raise
            raise refusal from None


def _log_ignored_app(body: Json, workspace: WorkspaceContext) -> None:
    with UnexpectedErrors() as unexpected:  # the event is stored, so an error here must not cause a redelivery
        if ids := find_ignored_app(body, workspace):
            _log.info("an app that is not allowed was ignored", apps=sorted(ids), setting="SLACK_ALLOWED_APPS")
    if unexpected.error is not None:
        log_unreadable_event(unexpected.error, PLATFORM)


def _find_presser(body: Json) -> str:
    """Return whoever pressed a button or chose from a menu, by workspace and id; "" for another event."""
    user = get_object(body, "user")
    is_press = body.get("type") == "block_actions"
    return f"{get_text(user, 'team_id')}:{get_text(user, 'id')}" if is_press else ""


def _event_type(body: Json) -> str:
    if body.get("type") == "event_callback":
        return "events_api"
    return "slash_commands" if "command" in body else "interactive"
